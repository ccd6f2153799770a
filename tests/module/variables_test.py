"""What reaches the portal of headers that only the module may set: nothing that a client wrote, however it spells it."""
import itertools
import subprocess
import unittest

from harness import ModuleTest, response, wait_until

NAMES = ["X-VNeID-Account", "X-VNeID-Assertion", "X-VNeID-Level", "X-VNeID-Anything", "X-VNeID-"]
CASES = [str, str.lower, str.upper, str.swapcase, str.title]
SEPARATORS = ["-", "_"]


def spellings():
    """Every name in every case, with every mixture of "-" and "_" between its three words."""
    found = []
    for name, case, first, second in itertools.product(NAMES, CASES, SEPARATORS, SEPARATORS):
        x, vneid, rest = name.split("-", 2)
        found.append(case(f"{x}{first}{vneid}{second}{rest}"))
    return sorted(set(found))


class Spoofing(ModuleTest):
    stores = False
    server = """
        underscores_in_headers on;
        vneid_trusted_headers Remote-User X-Portal-;
        location = /own {
            vneid_identity on;
            proxy_pass $PORTAL;
            proxy_set_header X-VNeID-Account "$vneid_account";
            proxy_set_header X-VNeID-State "$vneid_link_state";
        }
        location = /off { vneid off; proxy_pass $PORTAL; }
        location = /redirected { try_files /nothing @named; }
        location @named { proxy_pass $PORTAL; }
        location = /rewritten { rewrite ^ /own last; }
        location = /accel { proxy_pass $PORTAL; }
        location = /seen { add_header X-Seen "[$http_x_vneid_account]" always; return 200 "seen"; }
        location = /if { if ($http_x_vneid_account) { return 418; } proxy_pass $PORTAL; }"""

    def start(self, server=None, **parts):
        server = (server or self.server).replace("$PORTAL", self.portal.url)
        super().start(server=server, **parts)

    def reached(self, path="/"):
        """Names of headers of the newest request at the portal."""
        return self.portal.requests[-1]["headers"]

    def assert_clean(self, secret="forged"):
        for name, value in self.reached():
            self.assertNotIn(secret, value, name)

    def test_every_spelling_is_taken_away(self):
        self.start()
        table = spellings()
        self.assertGreaterEqual(len(table), 40)
        for name in table:
            with self.subTest(name):
                self.assertEqual(self.request("GET", "/", headers={name: "forged"}).status, 200)
                self.assert_clean()

    def test_other_characters_that_some_take_for_a_hyphen(self):
        self.start(http_part="ignore_invalid_headers off;")
        for name in ("X.VNeID.Account", "X-VNeID.Account", "X+VNeID-Account", "X~VNeID~Account"):
            with self.subTest(name):
                self.request("GET", "/", headers={name: "forged"})
                self.assert_clean()

    def test_every_location_and_method(self):
        self.portal.routes["/accel"] = response(200, headers=[("X-Accel-Redirect", "/own")])
        self.start()
        for path in ("/", "/own", "/off", "/redirected", "/rewritten", "/accel", "/if", "/login"):
            for method in ("GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH", "PROPFIND"):
                with self.subTest(path=path, method=method):
                    count = len(self.portal.requests)
                    answer = self.request(method, path, headers={"X-VNeID-Account": "forged", "x_vneid_account": "forged"})
                    self.assertEqual(answer.status, 200)
                    self.assertGreater(len(self.portal.requests), count)
                    for request in self.portal.requests[count:]:
                        self.assertNotIn("forged", str(request["headers"]))

    def test_prefixes_of_the_configuration(self):
        self.start()
        for name in ("Remote-User", "REMOTE_USER", "remote_user", "Remote-User-Name", "X-Portal-Account", "x_portal_kind"):
            with self.subTest(name):
                self.request("GET", "/", headers={name: "forged"})
                self.assert_clean()
        self.request("GET", "/", headers={"X-Portals": "kept", "X-VNeIDs": "kept", "Remote": "kept", "Y-VNeID-Account": "kept"})
        self.assertEqual([value for _, value in self.reached()].count("kept"), 4)

    def test_twice_first_last_and_among_many(self):
        self.start()
        for before, between, after in ((0, 0, 0), (30, 0, 30), (0, 50, 0), (19, 1, 1), (20, 20, 20)):
            lines = ["GET / HTTP/1.1", "Host: localhost", "Connection: close"]
            lines += [f"A{i}: kept" for i in range(before)] + ["X-VNeID-Account: forged"]
            lines += [f"B{i}: kept" for i in range(between)] + ["x_vneid_account: forged"] + [f"C{i}: kept" for i in range(after)]
            with self.subTest(before=before, between=between, after=after):
                self.exchange_raw("\n".join(lines) + "\n\n")
                self.assert_clean()
                kept = [value for _, value in self.reached()].count("kept")
                self.assertEqual(kept, before + between + after)

    def exchange_raw(self, text):
        connection = self.send_raw(text)
        received = b""
        while chunk := connection.recv(65536):
            received += chunk
        return received

    def test_http_1_0_and_pipelining(self):
        self.start()
        self.exchange_raw("GET / HTTP/1.0\nX-VNeID-Account: forged\n\n")
        self.assert_clean()
        count = len(self.portal.requests)
        one = "GET / HTTP/1.1\nHost: localhost\nX-VNeID-Account: forged\n"
        self.exchange_raw(one + "\n" + one + "\n" + one + "Connection: close\n\n")
        wait_until(lambda: len(self.portal.requests) == count + 3, "three requests")
        self.assertNotIn("forged", str([request["headers"] for request in self.portal.requests[count:]]))

    def test_http_2_and_the_wait_for_the_session(self):
        self.start(stores_timeout="300ms")
        for path, cookie in (("/", "a=b"), ("/own", "__Host-vneid-session=" + "A" * 43)):
            with self.subTest(path):
                done = subprocess.run(["curl", "-s", "--http2-prior-knowledge", "-H", "x-vneid-account: forged", "-H",
                                       "x_vneid_account: forged", "-H", "cookie: " + cookie, "-w", "%{http_code}", "-o",
                                       "/dev/null", f"http://127.0.0.1:{self.h2_port}{path}"], capture_output=True, text=True,
                                      timeout=30)
                self.assertEqual(done.stdout, "200", done.stderr)
                self.assert_clean()

    def test_what_the_configuration_sees(self):
        self.start()
        answer = self.request("GET", "/seen", headers={"X-VNeID-Account": "forged"})
        self.assertEqual(answer.getheader("X-Seen"), "[]")
        self.assertEqual(self.request("GET", "/if", headers={"X-VNeID-Account": "forged"}).status, 200)

    def test_what_nginx_knows_by_name_is_taken_away_too(self):
        """G5: $http_… and $proxy_add_x_forwarded_for read nginx's own pointers, not the list."""
        seen = """location = /known {
            proxy_pass $PORTAL;
            proxy_set_header X-Agent "[$http_user_agent]";
            proxy_set_header X-Chain "[$proxy_add_x_forwarded_for]";
            proxy_set_header X-Cookie "[$http_cookie]";
            proxy_set_header X-One "[$cookie_a]";
            proxy_set_header X-Referer "[$http_referer]";
        }"""
        self.start("vneid_trusted_headers X-Forwarded- User-Agent;" + seen)
        forged = {"User-Agent": "forged", "X-Forwarded-For": "forged", "X_Forwarded_Host": "forged"}
        self.request("GET", "/known", headers={**forged, "Referer": "http://localhost/", "Cookie": "a=1"})
        self.assert_clean()
        told = dict(self.reached())
        self.assertEqual((told["x-agent"], told["x-chain"]), ("[]", "[127.0.0.1]"))
        self.assertEqual((told["x-cookie"], told["x-one"], told["x-referer"]), ("[a=1]", "[1]", "[http://localhost/]"))
        # Several of a name, among others.
        lines = ["GET /known HTTP/1.1", "Host: localhost", "Connection: close", "X-Forwarded-For: forged", "Cookie: a=1",
                 "User-Agent: forged", "X-Forwarded-For: forged", "Cookie: b=2", "X-VNeID-Account: forged"]
        self.exchange_raw("\n".join(lines) + "\n\n")
        self.assert_clean()
        told = dict(self.reached())
        self.assertEqual(told["x-chain"], "[127.0.0.1]")
        self.assertEqual(told["x-cookie"].replace(",", ";"), "[a=1; b=2]")

    def test_our_cookies_stay_here_whatever_else_is_taken_away(self):
        """G5: a list that was copied once kept the session for `proxy_set_header Cookie $http_cookie`."""
        own = "__Host-vneid-session=" + "A" * 43
        again = """location = /again { proxy_pass $PORTAL; proxy_set_header Cookie $http_cookie;
                                    proxy_set_header X-One "[$cookie___Host_vneid_session]"; }"""
        self.start(again)
        for extra in ({}, {"X-VNeID-Account": "forged"}, {"x_vneid_level": "2", "X-VNeID-Name": "forged"}):
            for path in ("/", "/again"):
                with self.subTest(path=path, extra=extra):
                    self.request("GET", path, headers={**extra, "Cookie": f"a=b; {own}; c=d"})
                    self.assertNotIn("A" * 43, str(self.reached()))
                    self.assertEqual(dict(self.reached())["cookie"], "a=b; c=d")
        self.exchange_raw(f"GET /again HTTP/1.1\nHost: localhost\nConnection: close\nX-VNeID-A: forged\nCookie: {own}\n"
                          f"A: b\nCookie: a=b\nCookie: {own}; c=d\n\n")
        self.assertNotIn("A" * 43, str(self.reached()))
        self.assertEqual(dict(self.reached())["cookie"], "a=b; c=d")
        self.exchange_raw(f"GET /again HTTP/1.1\nHost: localhost\nConnection: close\nX-VNeID-A: forged\nCookie: {own}\n\n")
        self.assertNotIn("cookie", dict(self.reached()))

    def test_without_a_session_the_portal_is_told_so(self):
        self.start()
        self.request("GET", "/own", headers={"X-VNeID-State": "linked"})
        told = dict(self.reached())
        self.assertEqual(told["x-vneid-state"], "none")
        self.assertNotIn("x-vneid-account", told)

    def test_a_store_that_is_away_is_not_taken_for_an_answer(self):
        self.start(stores_timeout="300ms")
        self.request("GET", "/own", headers={"Cookie": "__Host-vneid-session=" + "A" * 43 + "; a=b"})
        told = dict(self.reached())
        self.assertNotIn("x-vneid-state", told)
        self.assertEqual(told["cookie"], "a=b")
        self.assertIn("the session could not be read", self.error_log())

    def test_a_client_that_leaves_while_the_session_is_read(self):
        # The access log is written when the request's cleanups have run.
        log = f"{self.stack.logs}/access.log"
        self.start(http_part=f"log_format who ' $status [$vneid_account$vneid_assertion]'; access_log {log} who;")
        connection = self.send_raw("GET /own HTTP/1.1\nHost: localhost\nCookie: __Host-vneid-session=" + "A" * 43 + "\n\n")
        wait_until(lambda: self.hole.connections, "a question to Redis")
        connection.close()
        wait_until(lambda: any(" 499 " in line for line in self.access_log()), "499 in the access log")
        self.assertEqual(self.portal.requests, [])


if __name__ == "__main__":
    unittest.main()
