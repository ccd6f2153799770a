"""P11: a gate that is chosen by the path, and paths that nginx and the portal may read differently; front controllers;
`vneid off` below a gate."""
import json
import unittest

from harness import ModuleTest

# As the portal may read them: "/gated/x", or a session of the browser's choice.
REFUSED = ("/gated;a/x", "/a/..;/gated/x", "/gated/x;jsessionid=B", "/gated%3ba/x", "//gated/x", "/open//gated/x", "/open/../gated/x",
           "/./gated/x", "/open/%2e%2e/gated/x", "/open/%2E%2e/gated/x", "/open%2f..%2fgated/x", "/gated%2fx", "/open/..%5cgated/x",
           "/open\\..\\gated\\x", "/gated%0a/x", "/gated%01/x", "/gated./x", "/gated%20/x", "/%20gated/x", "/gated%c2%a0/x",
           "/%2567ated/x", "/open/%252e%252e/gated/x", "/gated%252fx", "/open/%c0%ae%c0%ae/gated/x", "/gated%3fx", "/open#/../gated/x")
NAVIGATION = {"Sec-Fetch-Mode": "navigate"}


class GatePaths(ModuleTest):
    stores = False  # without a session nobody is asked
    GATE = "location /gated/ {{ vneid_require linked; proxy_pass {portal}; }}"

    def start(self, server="", **parts):
        super().start(server=server.format(portal=self.portal.url), **parts)

    def raw(self, path, *headers):
        """(status, head, body) for a path as it stands."""
        lines = [f"GET {path} HTTP/1.1", "Host: localhost", "Connection: close", *headers]
        connection = self.send_raw("\n".join(lines) + "\n\n")
        answer = b"".join(iter(lambda: connection.recv(65536), b"")).decode()
        head, _, body = answer.partition("\r\n\r\n")
        return int(head.split()[1]), head, body

    def test_paths_of_two_readings_are_refused_before_a_location_is_chosen(self):
        self.start(self.GATE)
        for path in REFUSED:
            with self.subTest(path):
                self.assertEqual(self.raw(path)[0], 400)
        self.assertEqual(self.portal.requests, [])
        # What nginx itself decodes is no way around either.
        for path in ("/gated/x", "/%67ated/x", "/gat%65d/x?a=//;b"):
            self.assertEqual(self.raw(path, "Sec-Fetch-Mode: navigate")[0], 303)
        # The query is not judged, and neither are ordinary names.
        for path in ("/open/x?next=//a/..;b%2f", "/h%E1%BB%93-s%C6%A1/a%20b.pdf", "/open/", "/Open/X"):
            self.assertEqual(self.raw(path)[0], 200)
        self.assertEqual(self.portal.requests[0]["path"], "/open/x?next=//a/..;b%2f")

    def test_the_refusal_is_a_page_counted_and_logged_without_the_path(self):
        self.start(self.GATE + "location = /metrics {{ vneid_metrics; }}", http_part="vneid_zone shared 1m;")
        _, head, body = self.raw("/secret;a/x", "Sec-Fetch-Mode: navigate")
        self.assertIn("text/html; charset=utf-8", head)
        self.assertIn("Yêu cầu không hợp lệ", body)
        status, _, body = self.raw("/secret;a/x", "Sec-Fetch-Mode: cors")
        answer = json.loads(body)
        self.assertEqual((status, answer["error"]), (400, "bad_request"))
        lines = [line for line in self.error_log().splitlines() if "not read by all programs alike" in line]
        self.assertEqual(len(lines), 2)
        self.assertIn("path parameter", lines[0])
        self.assertIn("reference " + answer["reference"], lines[1])
        self.assertNotIn("secret", lines[1].partition("client:")[0])
        self.assertIn('vneid_gate_decisions_total{decision="path"} 2', self.request("GET", "/metrics").text.decode())

    def test_own_error_pages_and_pages_of_the_module_still_work(self):
        self.start(self.GATE + "error_page 400 /sorry; location = /sorry {{ return 200 sorry; }}")
        self.assertEqual(self.raw("//gated/x")[0], 400)
        self.assertEqual(self.raw("//vneid//assets/none")[0], 404, "our own page, which no portal reads")

    def test_said_otherwise(self):
        self.start("vneid_paths lower;" + self.GATE)
        self.assertEqual(self.raw("/Gated/x")[0], 400)
        self.assertEqual(self.raw("/open/x")[0], 200)
        self.stop()
        self.start("vneid_paths off;" + self.GATE)
        self.assertEqual(self.raw("/gated;a/x")[0], 200)

    def test_servers_without_a_gate_are_not_touched(self):
        self.start()
        for path in ("//gated/x", "/gated;a/x", "/open%2f..%2fgated/x"):
            self.assertEqual(self.raw(path)[0], 200)
        self.stop()
        # A portal whose session is told by its cookie must not take it from the path.
        self.start("vneid_portal_cookie JSESSIONID;")
        self.assertEqual(self.raw("/x;jsessionid=B")[0], 400)
        self.assertEqual(self.raw("/x%3Bjsessionid=B")[0], 400)
        self.assertEqual(self.raw("//gated/x")[0], 200)

    def test_a_front_controller_is_gated_by_what_is_not_known_to_be_open(self):
        recipe = """map "$request_method $request_uri" $closed {
            default                          1;
            "GET /"                          0;
            "GET /index.php?route=home"      0;
            "~^GET /assets/[A-Za-z0-9._-]+$" 0;
        }"""
        self.start("location /index.php {{ vneid_require linked if=$closed; proxy_pass {portal}; }}", http_part=recipe)
        self.assertEqual(self.request("GET", "/index.php?route=home", headers=NAVIGATION).status, 200)
        for path in ("/index.php?route=nop-ho-so", "/index.php/nop-ho-so/1", "/index.php?route=home&route=nop-ho-so",
                     "/index.php?route=nop%2dho%2dso", "/index.php?ROUTE=nop-ho-so", "/index.php", "/%69ndex.php?route=home"):
            with self.subTest(path):
                answer = self.request("GET", path, headers=NAVIGATION)
                self.assertEqual(answer.status, 303)
        self.assertEqual(self.request("POST", "/index.php?route=home", "route=nop-ho-so", NAVIGATION).status, 401)
        self.assertEqual([request["path"] for request in self.portal.requests], ["/index.php?route=home"])

    def test_only_nothing_and_zero_are_no(self):
        self.start("location / {{ vneid_require linked if=$arg_gate; proxy_pass {portal}; }}", locations="")
        for value, status in (("", 200), ("0", 200), ("1", 303), ("off", 303), ("no", 303), ("00", 303), ("x", 303)):
            with self.subTest(value):
                self.assertEqual(self.request("GET", "/?gate=" + value, headers=NAVIGATION).status, status)

    def test_vneid_off_below_a_gate_leaves_it_standing(self):
        self.start("vneid_require linked; location /off {{ vneid off; proxy_pass {portal}; }}"
                   "location /open {{ vneid off; vneid_require off; proxy_pass {portal}; }}"
                   "location /off/deep/ {{ proxy_pass {portal}; }}")
        for path in ("/off", "/off/deep/x", "/"):
            self.assertEqual(self.request("GET", path, headers=NAVIGATION).status, 303)
        self.assertEqual(self.request("GET", "/open", headers=NAVIGATION).status, 200)
        self.assertEqual(self.raw("//open")[0], 400)

    def test_a_variable_of_vneid_opens_no_gate(self):
        self.start(self.GATE, vneid="vneid $arg_who;")
        self.allow(["names no provider"])
        for value in ("", "off", "bca", "nobody", "BCA"):
            with self.subTest(value):
                self.assertEqual(self.request("GET", "/gated/x?who=" + value, headers=NAVIGATION).status, 303)

    def allow(self, lines):
        self.allowed_log_lines = tuple(lines)


if __name__ == "__main__":
    unittest.main()
