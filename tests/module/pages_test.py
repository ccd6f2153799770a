"""Pages below vneid_path: served whatever the server's locations say, and under their access rules."""
import unittest

from harness import ModuleTest, header_list, response


class Routing(ModuleTest):
    def assert_page(self, path="/vneid/notice", **headers):
        answer = self.request("GET", path, headers=headers)
        self.assertIn(b"VNeID", answer.text)
        self.assertNotEqual(answer.text[:6], b"portal")
        self.assertEqual(self.portal.requests, [])
        return answer

    def test_whatever_the_locations_say(self):
        for server, root in (
                ("", f"proxy_pass {self.portal.url};"),
                ("", "return 301 https://elsewhere.example/;"),
                ("", "rewrite ^ /index.html last;"),
                ("", "rewrite ^ /index.html break;"),
                ("", "try_files $uri /index.html =404;"),
                ("return 301 https://elsewhere.example/;", ""),
                ("rewrite ^ /index.html last;", ""),
                ("", f"mirror /mirror; proxy_pass {self.portal.url};"),
                ("", "if ($request_method) { return 403; }")):
            with self.subTest(server=server, root=root):
                self.start(server=server, locations=f"location / {{ {root} }}")
                self.assert_page()
                self.stop()

    def test_no_location_at_all(self):
        self.start(locations="")
        self.assert_page()

    def test_access_rules_apply(self):
        for rule in ("deny all;", "auth_basic x; auth_basic_user_file /dev/null;"):
            with self.subTest(rule):
                self.start(locations=f"location / {{ {rule} proxy_pass {self.portal.url}; }}")
                self.assertIn(self.request("GET", "/vneid/notice").status, (401, 403))
                self.stop()
        self.start(locations=f"location / {{ deny all; }} location /vneid/ {{ allow all; }}")
        self.assert_page()

    def test_only_below_the_path(self):
        self.start(server="vneid_path /tai-khoan/;")
        for path in ("/vneid/notice", "/tai-khoan", "/tai-khoanx/notice", "/x/tai-khoan/notice"):
            self.assertEqual(self.request("GET", path).text, b"portal " + path.encode())
        self.portal.requests.clear()
        self.assert_page("/tai-khoan/notice")
        self.assert_page("/x/..//tai-khoan/%6eotice")

    def test_off_leaves_everything_to_the_portal(self):
        self.start(vneid="vneid off;", locations=f"location / {{ proxy_pass {self.portal.url}; }}")
        self.assertEqual(self.request("GET", "/vneid/notice").text, b"portal /vneid/notice")

    def test_on_in_one_location_is_enough(self):
        self.start(vneid="", locations=f"location / {{ proxy_pass {self.portal.url}; }} "
                                       f"location /login {{ vneid bca; vneid_login account=$upstream_http_x_account; "
                                       f"proxy_pass {self.portal.url}; }}")
        self.assert_page()

    def test_http2(self):
        import subprocess
        self.start()
        shown = subprocess.run(["nghttp", f"http://127.0.0.1:{self.h2_port}/vneid/notice"],
                               capture_output=True, timeout=20)
        self.assertIn(b"VNeID", shown.stdout)


class Messages(ModuleTest):
    def test_head_has_no_body(self):
        self.start()
        full = self.request("GET", "/vneid/notice")
        head = self.request("HEAD", "/vneid/notice")
        self.assertEqual((head.status, head.text), (full.status, b""))
        self.assertEqual(header_list(full, "cache-control"), header_list(head, "cache-control"))

    def test_get_with_a_body(self):
        self.start()
        connection = self.send_raw("GET /vneid/notice HTTP/1.1\nHost: localhost\nContent-Length: 100000\n\n")
        for _ in range(100):
            connection.sendall(b"x" * 1000)
        connection.sendall(b"GET /next HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        text = connection.makefile("rb").read()
        self.assertIn(b"VNeID", text)
        self.assertIn(b"portal /next", text)

    def test_body_is_bounded(self):
        self.start()
        self.assertEqual(self.post_form("/vneid/notice", b"a=" + b"x" * 16_382).status // 100, 4)
        self.assertEqual(self.post_form("/vneid/notice", b"a=" + b"x" * 16_383).status, 413)
        connection = self.send_raw("POST /vneid/notice HTTP/1.1\nHost: localhost\nTransfer-Encoding: chunked\n\n"
                                   + "1000\n" + "x" * 4096 + "\n" + "4000\n" + "x" * 16384 + "\n0\n\n")
        self.assertIn(b" 413 ", connection.makefile("rb").readline())
        # A body of any shape up to there is a request like others: refused for its content, not its size.
        for options in ("client_body_in_file_only clean;", "client_body_buffer_size 1k;"):
            self.stop()
            self.start(server=options)
            self.assertNotIn(self.post_form("/vneid/notice", b"a=" + b"x" * 9000).status, (413, 500, 502))

    def test_slow_body(self):
        self.start()
        connection = self.send_raw("POST /vneid/notice HTTP/1.1\nHost: localhost\nContent-Length: 3\n"
                                   "Content-Type: application/x-www-form-urlencoded\nConnection: close\n\na=")
        self.assertEqual(self.request("GET", "/vneid/notice").status // 100, 4)
        connection.sendall(b"b")
        self.assertRegex(connection.makefile("rb").readline(), rb"^HTTP/1.1 4\d\d")

    def test_location_is_not_made_of_the_host_header(self):
        self.portal.routes["/login"] = response(302, b"", [("X-Account", "an"), ("Location", "/")])
        self.start()
        answer = self.request("POST", "/login", headers={"Host": "evil.example"})
        self.assertEqual(answer.getheader("location"), "/vneid/notice")


class Cookies(ModuleTest):
    def sent_cookies(self, *headers):
        self.portal.requests.clear()
        lines = "".join(f"Cookie: {value}\n" for value in headers)
        self.send_raw(f"GET /x HTTP/1.1\nHost: localhost\n{lines}Connection: close\n\n").makefile("rb").read()
        return [value for name, value in self.portal.requests[0]["headers"] if name == "cookie"]

    def test_ours_do_not_reach_the_portal(self):
        self.start()
        own = "__Host-vneid-session=s; __Host-vneid-ticket=t"
        self.assertEqual(self.sent_cookies("a=1; b=2"), ["a=1; b=2"])
        self.assertEqual(self.sent_cookies(f"a=1; {own}; b=2"), ["a=1; b=2"])
        self.assertEqual(self.sent_cookies(own), [])
        self.assertEqual(self.sent_cookies(own, "a=1"), ["a=1"])
        self.assertEqual(self.sent_cookies(f"a=1;__Host-vneid-flow=f;;  b=2;"), ["a=1; b=2"])


if __name__ == "__main__":
    unittest.main()
