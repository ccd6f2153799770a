"""vneid_login: whose login it is. Announced by the portal, asked of it, or only claimed (design D15)."""
import json
import subprocess
import threading
import unittest

from harness import ModuleTest, closed_by_peer, header_list, response, wait_until

NAVIGATIONS = ("GET", "HEAD", "POST")
SESSION = ("Set-Cookie", "SID=fresh; Path=/")


class PortalThatKnows:
    """Sets a session before any login, redirects whatever happens, and tells who somebody is when it is asked."""

    def __init__(self, portal, account="an"):
        self.account = account
        self.sessions = {}
        self.number = 0
        portal.routes.update({"/login": self.login, "/api/me": self.me})

    def session(self, request):
        cookies = dict(pair.strip().partition("=")[::2] for name, value in request["headers"] if name == "cookie"
                       for pair in value.split(";"))
        return cookies.get("SID")

    def login(self, request, connection):
        query = request["path"].partition("?")[2]
        typed = request["body"].decode() or query
        self.number += 1
        fresh = f"s{self.number}"
        self.sessions[fresh] = self.account if "user=an&pw=right" in typed else None
        connection.sendall(response(302, b"" if request["method"] == "HEAD" else b"moved",
                                    [("Set-Cookie", f"SID={fresh}; Path=/"), ("Location", "/home")]))

    def me(self, request, connection):
        account = self.sessions.get(self.session(request))
        if account is None:
            connection.sendall(response(401, b"{}"))
        else:
            body = json.dumps({"user": {"name": account}}).encode()
            connection.sendall(response(200, body, [("Content-Type", "application/json")]))


class Asked(ModuleTest):
    login = "ask=/_me ask_account=json:/user/name"

    def start_asking(self, more="", mode="notice", **parts):
        self.start(server=f"vneid_policy personal {mode}; "
                          f"location = /_me {{ internal; {more} proxy_pass {self.portal.url}/api/me; }}", **parts)

    def asked(self):
        return [request for request in self.portal.requests if request["path"].startswith("/api/me")]

    def assert_held(self, answer, method="POST"):
        told = (303, "/vneid/notice") if method in NAVIGATIONS else (409, None)  # a script sends the others
        self.assertEqual((answer.status, answer.getheader("location")), told)
        self.assertNotIn("SID=", str(header_list(answer, "set-cookie")))

    def assert_passed(self, answer):
        self.assertEqual((answer.status, answer.getheader("location")), (302, "/home"))
        self.assertIn("SID", str(header_list(answer, "set-cookie")))
        self.assertNotIn("vneid", str(header_list(answer, "set-cookie")))

    def rows(self):
        return int(self.stack.sql("select count(*) from account"))

    def test_a_right_password_is_held_and_a_wrong_one_is_none(self):
        PortalThatKnows(self.portal, "first-seen-here")
        self.start_asking()
        before = self.rows()
        self.assert_passed(self.post_form("/login", "user=an&pw=wrong"))
        self.assertEqual(self.rows(), before, "a wrong password made an account")
        self.assert_held(self.post_form("/login", "user=an&pw=right"))
        self.assertEqual(self.rows(), before + 1)

    def test_whatever_the_method(self):
        PortalThatKnows(self.portal)
        self.start_asking()
        for method in ("GET", "HEAD", "PUT", "DELETE", "OPTIONS"):
            with self.subTest(method):
                self.assert_held(self.request(method, "/login?user=an&pw=right"), method)
                self.assert_passed(self.request(method, "/login?user=an&pw=wrong"))

    def test_the_question_has_the_cookies_of_after_the_answer_and_nothing_of_the_form(self):
        PortalThatKnows(self.portal)
        self.start_asking()
        self.assert_held(self.post_form("/login", "user=an&pw=right", Cookie="lang=vi; SID=old; __Host-vneid-flow=x",
                                        **{"If-None-Match": '"e"', "Range": "bytes=0-1", "User-Agent": "Firefox"}))
        (question,) = self.asked()
        headers = dict(question["headers"])
        self.assertEqual((question["method"], question["body"]), ("GET", b""))
        self.assertEqual(headers["cookie"], "SID=s1; lang=vi")
        self.assertEqual(headers["user-agent"], "Firefox")
        for name in ("content-type", "if-none-match", "range"):
            self.assertNotIn(name, headers)
        self.assertIn(headers.get("content-length", "0"), ("0",))

    def test_nothing_that_the_browser_adds_hides_who_it_is(self):
        """A portal that is strict about headers and lenient about cookies; a citizen who wants no notice."""
        portal = PortalThatKnows(self.portal)

        def strict(request, connection):
            headers = dict(request["headers"])
            if {"authorization", "origin", "x-http-method-override", "referer"} & set(headers):
                connection.sendall(response(403, b"{}"))
                return
            pairs = [pair.strip().partition("=") for pair in headers.get("cookie", "").split(";")]
            first = next((value for name, _, value in pairs if name.strip('" ').lower() == "sid"), None)
            account = portal.sessions.get(first)
            connection.sendall(response(200, json.dumps({"user": {"name": account}}).encode()))
        self.portal.routes["/api/me"] = strict
        self.start_asking()
        for cookie in ("sid=none", '"SID"=none', "SID=none; sid=none", "SiD=1; a=b; sid=2"):
            self.assert_held(self.post_form("/login", "user=an&pw=right", Cookie=cookie, Authorization="Basic eDp5",
                                            Origin="https://evil.example", Referer="https://evil.example/",
                                            **{"X-HTTP-Method-Override": "DELETE"}))

    def test_an_answer_that_breaks_off_is_not_nobody(self):
        PortalThatKnows(self.portal)
        whole = response(200, b"<p>user: an</p>", [("Content-Type", "text/html")])
        self.portal.routes["/api/me"] = whole[:-12]
        for buffering in ("on", "off"):
            self.login = 'ask=/_me "ask_account=~user: (\\w+)"'
            self.start_asking(f"proxy_buffering {buffering};", "enforce")
            self.assertEqual(self.post_form("/login", "user=an&pw=right").status, 403)
            self.wait_for_log("its answer broke off")
            self.stop()

    def test_an_answer_from_a_cache_says_nothing(self):
        PortalThatKnows(self.portal)
        self.portal.routes["/api/me"] = response(200, b'{"user": null}')
        self.start_asking("proxy_cache shared; proxy_cache_valid 200 1m;",
                          http_part=f"proxy_cache_path {self.stack.folder}/cache-of-me keys_zone=shared:1m;")
        self.assert_passed(self.post_form("/login", "user=an&pw=right"))
        self.post_form("/login", "user=an&pw=right")
        self.wait_for_log("it was answered from a cache")

    def test_several_session_cookies_are_unclear_where_the_portal_keeps_its_session(self):
        PortalThatKnows(self.portal)
        self.portal.routes["/login"] = response(302, b"", [("Location", "/home")])
        self.login += " cookie=SID"
        self.start_asking(mode="enforce")
        answer = self.post_form("/login", "user=an&pw=right", Cookie="SID=a; SID=b")
        self.assertEqual(answer.status, 403)
        self.wait_for_log("sent its session cookie more than once")

    def test_variables_of_the_question_are_its_own(self):
        PortalThatKnows(self.portal)
        self.start_asking("proxy_set_header X-Seen $http_cookie; proxy_set_header X-Sid $cookie_sid; "
                          "proxy_set_header X-Mapped $mapped;",
                          http_part="map $cookie_sid $mapped { default $cookie_sid; }",
                          login_location="proxy_set_header X-Seen $http_cookie$mapped;")
        self.assert_held(self.post_form("/login", "user=an&pw=right", Cookie="SID=old"))
        headers = dict(self.asked()[0]["headers"])
        self.assertEqual([headers[name] for name in ("x-seen", "x-sid", "x-mapped")], ["SID=s1", "s1", "s1"])

    def test_where_the_account_stands(self):
        portal = PortalThatKnows(self.portal)
        portal.sessions["x"] = None
        cases = [
            ("", response(200, b"an\r\n"), "held"),
            ("", response(200, b""), "passed"),
            ("", response(200, b"<html>Who?", [("Content-Type", "text/html; charset=utf-8")]), "passed"),
            ("ask_account=json:/id", response(200, b'{"id": 17}'), "held"),
            ("ask_account=json:/list/1", response(200, b'{"list": ["x", "an"]}'), "held"),
            ("ask_account=json:/a~1b", response(200, b'{"a/b": "an"}'), "held"),
            ("ask_account=json:/user", response(200, b'{"user": null}'), "passed"),
            ("ask_account=json:/user", response(200, b'{"anonymous": true}'), "passed"),
            ("ask_account=json:/user", response(200, b"<p>Log in", [("Content-Type", "text/html")]), "passed"),
            ('"ask_account=~user: (\\w+)"', response(200, b"<p>user: an</p>", [("Content-Type", "text/html")]), "held"),
            ('"ask_account=~user: (\\w+)"', response(200, b"<p>guest</p>"), "passed"),
            ("ask_account=$upstream_http_x_user", response(200, b"", [("X-User", "an")]), "held"),
            ("ask_account=$upstream_http_x_user", response(200, b"x"), "passed"),
            ("", response(204, b"", length=False), "passed"),
            ("", response(302, b"", [("Location", "/login")]), "passed"),
            ("", response(403, b"no"), "passed"),
        ]
        for where, answer, expected in cases:
            with self.subTest(where=where, answer=answer):
                self.login = f"ask=/_me {where}"
                self.portal.routes["/api/me"] = answer
                self.start_asking()
                check = self.assert_held if expected == "held" else self.assert_passed
                check(self.post_form("/login", "user=an&pw=right"))
                self.stop()

    def test_kind_comes_with_the_answer(self):
        PortalThatKnows(self.portal)
        self.portal.routes["/api/me"] = response(200, b'{"user": {"name": "firm-7"}, "type": "organization"}')
        self.login += " ask_kind=json:/type"
        self.start_asking()
        answer = self.post_form("/login", "x=1")
        self.assertEqual(answer.getheader("location"), "/home", "organisations pass by default")
        self.assertEqual(self.stack.sql("select kind from account order by id desc limit 1"), "organization")

    # ---- an answer that says nothing -------------------------------------------------------
    def unclear(self):
        """What the question may be answered with, when nobody can tell who it is."""
        def late(_, connection):
            threading.Event().wait(3)
            connection.close()
        return {"status 500": response(500, b"oops"), "status 404": response(404, b"no such page"),
                "not JSON": response(200, b"{oops"), "another value": response(200, b'{"user": {"name": ["an"]}}'),
                "too large": response(200, b'{"x": "' + b"y" * 70_000 + b'"}'),
                "broken off": response(200, b'{"user": {"name": "an"}}')[:-3], "silent": late}

    def test_before_the_cut_over_it_goes_on_with_a_line_in_the_log(self):
        PortalThatKnows(self.portal)
        self.start_asking("proxy_read_timeout 1s;")
        for name, answer in self.unclear().items():
            with self.subTest(name):
                self.portal.routes["/api/me"] = answer
                reply = self.post_form("/login", "user=an&pw=right")
                self.assertEqual(reply.getheader("location"), "/home")
                self.assertIn("SID", str(header_list(reply, "set-cookie")))
                self.wait_for_log("let through without the notice: ask=/_me: ")
                self.stack.error_log.write_text("")

    def test_from_the_cut_over_on_it_is_refused(self):
        PortalThatKnows(self.portal)
        for mode in ("enforce", "closed"):
            self.start_asking("proxy_read_timeout 1s;", mode)
            for name, answer in self.unclear().items():
                with self.subTest(name, mode=mode):
                    self.portal.routes["/api/me"] = answer
                    reply = self.post_form("/login", "user=an&pw=right")
                    self.assertEqual(reply.status, 403)
                    self.assertNotIn("SID=", str(header_list(reply, "set-cookie")))
            self.stop()

    def test_a_client_that_leaves_while_the_portal_is_asked_leaves_nothing_behind(self):
        PortalThatKnows(self.portal)
        release = threading.Event()
        asked = threading.Event()

        asking = []

        def wait(_, connection):
            asking.append(connection)
            asked.set()
            release.wait(10)
            connection.sendall(response(200, b'{"user": {"name": "an"}}'))
        self.portal.routes["/api/me"] = wait
        self.start_asking()
        connection = self.send_raw("POST /login HTTP/1.1\nHost: localhost\nContent-Length: 0\n\n")
        self.assertTrue(asked.wait(10))
        connection.close()
        # The question ends with the request that it was asked for: its connection closes before any answer.
        wait_until(lambda: "client prematurely closed connection" in self.error_log() or closed_by_peer(asking[0]),
                   "the question to be given up")
        release.set()

    def test_over_http_2(self):
        PortalThatKnows(self.portal)
        self.start_asking()
        done = subprocess.run(["curl", "-si", "--http2-prior-knowledge", "-H", "Accept: text/html", "-d", "user=an&pw=right",
                               f"http://127.0.0.1:{self.h2_port}/login"], capture_output=True, text=True, timeout=30)
        self.assertIn("location: /vneid/notice", done.stdout)

    def test_a_gate_does_not_stand_between_the_portal_and_the_question(self):
        PortalThatKnows(self.portal)
        self.start(server="vneid_require session; location = /_me { internal; " +
                   f"proxy_pass {self.portal.url}/api/me; }}", login_location="vneid_require off;")
        self.assert_held(self.post_form("/login", "user=an&pw=right"))

    def test_the_browser_cannot_ask_itself(self):
        PortalThatKnows(self.portal)
        self.start_asking()
        self.assertEqual(self.request("GET", "/_me").status, 404)


class Announced(ModuleTest):
    login = "account=$upstream_http_x_account cookie=SID"

    def test_the_first_answer_counts_before_x_accel_redirect(self):
        """The location that the request is sent on to announces nobody, or fails."""
        self.portal.routes["/login"] = response(200, b"", [SESSION, ("X-Account", "an"), ("X-Accel-Redirect", "/in/")])
        for second in (response(200, b"Welcome"), response(404, b"gone"), response(500, b"oops")):
            self.portal.routes["/in/"] = second
            self.start(server=f"location /in/ {{ internal; proxy_pass {self.portal.url}; }} "
                              "location @named { return 200 welcome; }")
            answer = self.request("POST", "/login")
            self.assertEqual((answer.status, answer.getheader("location")), (303, "/vneid/notice"))
            self.assertNotIn("SID=", str(header_list(answer, "set-cookie")))
            self.stop()

    def test_x_accel_redirect_to_a_named_location_and_to_one_that_returns(self):
        for target in ("@named", "/returns"):
            self.portal.routes["/login"] = response(200, b"", [SESSION, ("X-Account", "an"), ("X-Accel-Redirect", target)])
            self.start(server="location @named { return 200 welcome; } location /returns { return 200 welcome; }")
            self.assertEqual(self.request("POST", "/login").getheader("location"), "/vneid/notice", target)
            self.stop()

    def test_head_is_held(self):
        self.portal.routes["/login"] = response(302, b"", [SESSION, ("X-Account", "an"), ("Location", "/home")])
        self.start()
        for method in ("HEAD", "GET", "PUT", "PATCH"):
            answer = self.request(method, "/login")
            self.assertEqual(answer.status, 303 if method in NAVIGATIONS else 409, method)
            self.assertNotIn("SID=", str(header_list(answer, "set-cookie")), method)

    def test_an_interim_answer_is_no_way_around(self):
        """nginx before 1.29 takes 103 for the answer, and the login for its body."""
        self.portal.routes["/login"] = b"HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\n" + response(
            302, b"", [SESSION, ("X-Account", "an")])
        self.start(server="vneid_policy personal enforce;")
        answer = self.request("POST", "/login")
        self.assertEqual(answer.status, 403)
        self.assertNotIn("SID=", str(answer.getheaders()) + answer.text.decode())

    def test_a_session_that_is_kept_at_login_is_noticed(self):
        self.portal.routes["/login"] = response(302, b"", [("X-Account", "an"), ("Location", "/home")])
        self.start()
        answer = self.request("POST", "/login", headers={"Cookie": "SID=old"})
        self.assertEqual(answer.getheader("location"), "/vneid/notice")
        self.wait_for_log("the portal set no cookie at this login")
        self.assertEqual(self.request("POST", "/login").getheader("location"), "/home", "no session at all")

    def test_a_name_that_is_no_name_is_refused_from_the_cut_over_on(self):
        names = {"longer than 1,000 bytes": b"a" * 1001, "not UTF-8": b"\xff\xfe"}
        for mode, passes in (("notice", True), ("enforce", False), ("closed", False)):
            self.start(server=f"vneid_policy personal {mode};")
            for why, name in names.items():
                self.portal.routes["/login"] = (b"HTTP/1.1 302 x\r\nConnection: close\r\nContent-Length: 0\r\n"
                                                b"Set-Cookie: SID=fresh\r\nLocation: /home\r\nX-Account: " + name + b"\r\n\r\n")
                answer = self.request("POST", "/login")
                self.assertEqual("SID" in str(header_list(answer, "set-cookie")), passes, (mode, why))
                self.wait_for_log(why)
                self.stack.error_log.write_text("")
            self.stop()

    def test_spellings_are_one_account_where_the_portal_says_so(self):
        for form, rows in (("exact", 3), ("fold", 2), ("trim,fold", 1)):
            self.login = f"account=$upstream_http_x_account account_form={form}"
            self.start()
            before = int(self.stack.sql("select count(*) from account"))
            for name in (f"Cong.Dan-{form}", f"CONG.DAN-{form}".upper(), f"  cong.dan-{form}"):
                self.portal.routes["/login"] = response(302, b"", [SESSION, ("X-Account", f'"{name}"')])
                self.portal.routes["/login"] = self.portal.routes["/login"].replace(b'"', b"\xc2\xa0" if form != "exact" and
                                                                                    name.startswith(" ") else b"")
                self.assertEqual(self.request("POST", "/login").status, 303)
            self.assertEqual(int(self.stack.sql("select count(*) from account")) - before, rows, form)
            self.stop()


class Claimed(ModuleTest):
    """The name was typed. It leads to the notice and to VNeID, and nowhere else."""
    login = "account=$vneid_form_user if=$upstream_http_x_ok"

    def setUp(self):
        super().setUp()
        self.portal.routes["/login"] = response(302, b"", [SESSION, ("X-Ok", "1"), ("Location", "/home")])

    def test_the_condition_tells_a_wrong_password(self):
        for no in ([], [("X-Ok", "")], [("X-Ok", "0")]):
            self.portal.routes["/login"] = response(302, b"", [SESSION, *no, ("Location", "/home")])
            self.start()
            before = self.stack.sql("select count(*) from account")
            answer = self.post_form("/login", "user=an")
            self.assertEqual(answer.getheader("location"), "/home")
            self.assertNotIn("vneid", str(header_list(answer, "set-cookie")))
            self.assertEqual(self.stack.sql("select count(*) from account"), before)
            self.stop()

    def cookies(self, *answers):
        pairs = [value.partition(";")[0] for answer in answers for value in header_list(answer, "set-cookie")]
        jar = dict(pair.partition("=")[::2] for pair in pairs)
        return "; ".join(f"{name}={value}" for name, value in jar.items() if value)

    def test_it_shows_nothing_of_the_account_and_makes_no_row(self):
        self.start(server="vneid_identity on; add_header X-Told \"$vneid_account\" always;")
        before = self.stack.sql("select count(*) from account")
        held = self.post_form("/login", "user=nobody-knows-me")
        self.assertEqual(held.getheader("location"), "/vneid/notice")
        cookie = self.cookies(held)
        notice = self.request("GET", "/vneid/notice", headers={"Cookie": cookie})
        self.assertEqual(notice.status, 200)
        csrf = notice.text.decode().partition('name="csrf" value="')[2].partition('"')[0]
        skipped = self.post_form("/vneid/notice", f"choice=skip&csrf={csrf}", Cookie=cookie,
                                 Origin=f"http://localhost:{self.port}")
        self.assertEqual(skipped.getheader("location"), "/home")
        self.assertIn("SID=fresh", str(header_list(skipped, "set-cookie")))
        cookie = self.cookies(held, skipped)
        for page in ("identity", "vault", "links", "verify", "api/v1/identity"):
            answer = self.request("GET", "/vneid/" + page, headers={"Cookie": cookie})
            self.assertNotEqual(answer.status, 200, page)
        told = self.request("GET", "/", headers={"Cookie": cookie}).getheader("x-told")
        self.assertNotIn("nobody", told or "")
        self.assertEqual(self.stack.sql("select count(*) from account"), before)

    def test_an_unreadable_form_is_refused_from_the_cut_over_on(self):
        for mode, status in (("notice", 302), ("enforce", 403), ("closed", 403)):
            self.start(server=f"vneid_policy personal {mode};")
            for body in ("user=an&user=binh", "password=x", "user=%zz"):
                self.assertEqual(self.post_form("/login", body).status, status, (mode, body))
            self.assertEqual(self.request("PUT", "/login").status, status, mode)
            self.wait_for_log("the request does not tell whose login it is")
            self.stop()


if __name__ == "__main__":
    unittest.main()
