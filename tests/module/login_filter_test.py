"""vneid_login: which answers of the portal are held back, and that all others pass byte for byte."""
import gzip
import socket
import unittest

from harness import ModuleTest, header_list, response

PERSONAL = [("X-Account", "an"), ("X-Kind", "personal")]
ORGANIZATION = [("X-Account", "cong-ty"), ("X-Kind", "organization")]
COOKIES = [("Set-Cookie", "SID=secret1; Path=/"), ("Set-Cookie", "remember=secret2; HttpOnly"), ("Location", "/home")]


class Held(ModuleTest):
    def test_answer_of_a_login_is_replaced_by_the_notice(self):
        self.portal.routes["/login"] = response(302, b"Welcome", [*PERSONAL, *COOKIES, ("ETag", '"e"'),
                                                                  ("Last-Modified", "Mon, 01 Jul 2024 00:00:00 GMT")])
        self.start()
        answer = self.request("POST", "/login", b"user=an")
        self.assertEqual(answer.status, 303)
        self.assertEqual(header_list(answer, "location"), ["/vneid/notice"])
        self.assertNotIn("secret", str(answer.getheaders()))
        self.assertEqual([c.partition("=")[0] for c in header_list(answer, "set-cookie")][0], "__Host-vneid-ticket")
        for name in ("etag", "last-modified", "x-account", "content-encoding", "accept-ranges"):
            self.assertIsNone(answer.getheader(name), name)
        self.assertNotIn(b"Welcome", answer.text)

    def test_get_login_is_held_too(self):
        self.portal.routes["/login"] = response(200, b"Welcome", [*PERSONAL, *COOKIES])
        self.start()
        self.assertEqual(self.request("GET", "/login?sso=1").status, 303)

    def test_not_modified_with_a_session_is_held(self):
        self.portal.routes["/login"] = response(304, b"", [*PERSONAL, *COOKIES], length=False)
        self.start()
        self.assertEqual(self.request("GET", "/login").status, 303)

    def test_connection_is_kept_alive_over_a_held_login(self):
        self.portal.routes["/login"] = response(302, b"", [*PERSONAL, *COOKIES])
        self.start()
        connection = self.send_raw("POST /login HTTP/1.1\nHost: localhost\nAccept: text/html\nContent-Length: 0\n\n"
                                   "GET /next HTTP/1.1\nHost: localhost\nConnection: close\n\n")
        text = connection.makefile("rb").read()
        self.assertIn(b"HTTP/1.1 303", text)
        self.assertIn(b"portal /next", text)

    def test_add_header_applies_to_the_reply(self):
        self.portal.routes["/login"] = response(302, b"", [*PERSONAL, *COOKIES])
        self.start(login_location="add_header X-Frame-Options DENY;")
        self.assertIn("DENY", header_list(self.request("POST", "/login"), "x-frame-options"))

    def test_x_accel_redirect_is_no_way_around(self):
        self.portal.routes["/login"] = response(200, b"", [*COOKIES, ("X-Accel-Redirect", "/inside/home")])
        self.portal.routes["/inside/home"] = response(200, b"Welcome", PERSONAL)
        self.start(server=f"location /inside/ {{ internal; proxy_pass {self.portal.url}; }}")
        answer = self.request("POST", "/login")
        self.assertEqual(answer.status, 303)
        self.assertNotIn("secret", str(answer.getheaders()))

    def test_a_location_inside_inherits_the_rule(self):
        self.portal.routes["/login"] = response(302, b"", [*PERSONAL, *COOKIES])
        self.start(login_location='if ($args ~ "lang") { set $unused 1; }')
        self.assertEqual(self.request("POST", "/login?lang=vi").status, 303)


class Released(ModuleTest):
    """An organisation goes on: the portal's answer, whole, with our cookie beside."""

    def assert_released(self, answer, status, body):
        self.assertEqual(answer.status, status)
        self.assertEqual(answer.text, body)
        cookies = header_list(answer, "set-cookie")
        self.assertEqual(cookies[:2], ["SID=secret1; Path=/", "remember=secret2; HttpOnly"])

    def test_redirect(self):
        self.portal.routes["/login"] = response(302, b"moved", [*ORGANIZATION, *COOKIES])
        self.start()
        answer = self.request("POST", "/login")
        self.assert_released(answer, 302, b"moved")
        self.assertEqual(header_list(answer, "location"), ["/home"])

    def test_body_of_every_size_and_framing(self):
        self.start(login_location="proxy_buffer_size 4k; proxy_buffers 4 4k; proxy_busy_buffers_size 8k;")
        for size in (0, 1, 4096, 40_000, 262_144):
            body = bytes(i * 7 % 251 for i in range(size))
            chunked = b"".join(b"%x\r\n%s\r\n" % (len(part), part)
                               for part in (body[i:i + 999] for i in range(0, size, 999))) + b"0\r\n\r\n"
            plain = response(200, body, [*ORGANIZATION, *COOKIES])
            framed = response(200, b"", [*ORGANIZATION, *COOKIES, ("Transfer-Encoding", "chunked")], length=False)
            for name, answer in (("length", plain), ("chunked", framed + chunked),
                                 ("close", response(200, b"", [*ORGANIZATION, *COOKIES], length=False) + body)):
                with self.subTest(size=size, framing=name):
                    self.portal.routes["/login"] = answer
                    self.assert_released(self.request("POST", "/login"), 200, body)

    def test_unbuffered_upstream(self):
        body = b"0123456789" * 5000
        self.portal.routes["/login"] = response(200, body, [*ORGANIZATION, *COOKIES])
        self.start(login_location="proxy_buffering off;")
        self.assert_released(self.request("POST", "/login"), 200, body)

    def test_body_from_a_temporary_file(self):
        body = b"0123456789" * 20_000
        self.portal.routes["/login"] = response(200, body, [*ORGANIZATION, *COOKIES])
        self.start(login_location="proxy_cache shared; proxy_cache_valid any 1m; proxy_ignore_headers Set-Cookie; "
                                  "proxy_cache_methods POST; sendfile on;",
                   http_part=f"proxy_cache_path {self.stack.folder}/cache keys_zone=shared:1m;")
        for _ in range(2):
            answer = self.request("POST", "/login")
            self.assertEqual((answer.status, answer.text), (200, body))
        self.assertEqual(len(self.portal.requests), 1)

    def test_range_is_not_cut_out_of_a_held_answer(self):
        self.portal.routes["/login"] = response(200, b"0123456789", [*ORGANIZATION, *COOKIES,
                                                                     ("Accept-Ranges", "bytes")])
        self.start(login_location="proxy_force_ranges on;")
        answer = self.request("GET", "/login", headers={"Range": "bytes=2-4"})
        self.assertEqual((answer.status, answer.text), (200, b"0123456789"))

    def test_gzip_and_ssi_still_apply(self):
        body = b'<!--# echo var="request_method" --> ' + b"x" * 2000
        self.portal.routes["/login"] = response(200, body, [*ORGANIZATION, *COOKIES, ("Content-Type", "text/html")])
        self.start(login_location="gzip on; ssi on;")
        answer = self.request("GET", "/login", headers={"Accept-Encoding": "gzip"})
        self.assertEqual(answer.getheader("content-encoding"), "gzip")
        self.assertEqual(gzip.decompress(answer.text), b"GET " + b"x" * 2000)


class Untouched(ModuleTest):
    login = "account=$upstream_http_x_account kind=$upstream_http_x_kind status=302,303 cookie=SID"

    def assert_untouched(self, answer, method="POST"):
        self.portal.routes["/login"] = answer
        direct = socket.create_connection(("127.0.0.1", self.portal.port), 5)
        with direct:
            direct.sendall(f"{method} /login HTTP/1.0\r\n\r\n".encode())
            expected = direct.makefile("rb").read()
        got = self.request(method, "/login")
        self.assertEqual(got.status, int(expected.split()[1]))
        if method != "HEAD":
            self.assertEqual(got.text, expected.partition(b"\r\n\r\n")[2])
        for line in expected.partition(b"\r\n\r\n")[0].decode().split("\r\n")[1:]:
            name, _, value = line.partition(": ")
            if name.lower() not in ("connection", "content-length"):
                self.assertIn(value, header_list(got, name))
        self.assertNotIn("vneid", str(got.getheaders()))

    def test_everything_else(self):
        self.start()
        session = ("Set-Cookie", "SID=secret; Path=/")
        cases = {
            "wrong password": response(200, b"Wrong password", [*PERSONAL, session]),
            "no account": response(302, b"", [session, ("Location", "/login")]),
            "error": response(500, b"Oops", [*PERSONAL, session]),
            "another cookie": response(302, b"", [*PERSONAL, ("Set-Cookie", "SIDE=1")]),
            "cookie taken away": response(302, b"", [*PERSONAL, ("Set-Cookie", "SID=; Max-Age=0")]),
            "cookie expired": response(302, b"", [*PERSONAL, ("Set-Cookie", "SID=x; Expires=Thu, 01 Jan 1970 00:00:01 GMT")]),
            "set, then taken away": response(302, b"", [*PERSONAL, session, ("Set-Cookie", "SID=x; Max-Age=-1")]),
        }
        for name, answer in cases.items():
            with self.subTest(name):
                self.assert_untouched(answer)
        with self.subTest("HEAD"):
            self.assert_untouched(response(302, b"", [session]), "HEAD")

    def test_all_conditions_met_is_a_login(self):
        self.start()
        for cookies in ([("Set-Cookie", "SID=secret; Path=/")],
                        [("Set-Cookie", "SID=; Max-Age=0"), ("Set-Cookie", "SID=x; Expires=Fri, 01 Jan 2100 00:00:00 GMT")]):
            self.portal.routes["/login"] = response(303, b"", [*PERSONAL, *cookies])
            self.assertEqual(self.request("POST", "/login").getheader("location"), "/vneid/notice")

    def test_other_locations_and_off(self):
        self.portal.routes["/other"] = response(302, b"", [*PERSONAL, *COOKIES])
        self.start()
        self.assertIn("SID=secret1; Path=/", header_list(self.request("POST", "/other"), "set-cookie"))


class Refused(ModuleTest):
    """What can be neither judged nor kept is not let through."""

    def test_answer_that_is_too_large(self):
        self.login = Held.login + " max_body=4k"
        self.start()
        for length in (True, False):
            self.portal.routes["/login"] = response(200, b"x" * 300_000, [*PERSONAL, *COOKIES], length=length)
            answer = self.request("POST", "/login")
            self.assertEqual(answer.status, 502)
            self.assertNotIn("secret", str(answer.getheaders()))
        self.wait_for_log('larger than "max_body=" of "vneid_login"')

    def test_answer_that_breaks_off(self):
        for buffering in ("on", "off"):
            with self.subTest(buffering=buffering):
                self.start(login_location=f"proxy_buffering {buffering};")
                whole = response(200, b"x" * 9000, [*PERSONAL, *COOKIES])
                self.portal.routes["/login"] = whole[:-10]
                answer = self.request("POST", "/login", timeout=5)
                self.assertEqual(answer.status, 502)
                self.assertNotIn("secret", str(answer.getheaders()))
                self.wait_for_log("broke off")
                self.stop()

    def test_an_error_page_does_not_carry_the_session(self):
        self.portal.routes["/login"] = response(502, b"", [*PERSONAL, *COOKIES])
        self.start(login_location="proxy_intercept_errors on; error_page 502 =200 /sorry;")
        answer = self.request("POST", "/login")
        self.assertNotIn("secret", str(answer.getheaders()))


if __name__ == "__main__":
    unittest.main()
