"""vneid_require in front of a portal: who gets in, what the others are told, with Redis here and away."""
import concurrent.futures
import contextlib
import http.server
import json
import re
import signal
import socket
import threading
import time
import unittest
import urllib.parse

from support import NOTICE, Citizen, StackTest, wait_until

GATED = "/nop-ho-so/to-khai"
SCRIPT = {"Sec-Fetch-Mode": "cors", "Accept": "application/json"}
NAVIGATION = {"Sec-Fetch-Mode": "navigate"}


class Office(http.server.BaseHTTPRequestHandler):
    """What lies behind the gate: says what it got, and renews the portal's cookie when asked to."""

    protocol_version = "HTTP/1.0"
    arrived = []
    cookies = None

    def answer(self):
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        Office.arrived.append((self.command, self.path, body.decode()))
        Office.cookies = self.headers.get("Cookie")
        self.send_response(404 if self.path.endswith("/khong-co") else 200)
        renewed = urllib.parse.parse_qs(urllib.parse.urlsplit(self.path).query).get("renew")
        if renewed:
            self.send_header("Set-Cookie", f"portal_session={renewed[0]}; Path=/")
        self.end_headers()
        part = f'<!--# include virtual="{GATED}" -->'.encode()
        self.wfile.write(b"page of: " + part if "qua-ssi" in self.path else b"behind the gate")

    do_GET = do_POST = do_PUT = do_DELETE = do_OPTIONS = do_HEAD = answer

    def log_message(self, *_):
        pass


class Wide(http.server.ThreadingHTTPServer):
    request_queue_size = 512  # hundreds come at once


def open_office(case):
    """Starts the portal's office for a class of tests; the proxy_pass that leads there."""
    case.office = Wide(("127.0.0.1", 0), Office)
    threading.Thread(target=case.office.serve_forever, daemon=True).start()
    case.addClassCleanup(case.office.server_close)
    case.addClassCleanup(case.office.shutdown)
    return f"proxy_pass http://127.0.0.1:{case.office.server_port}"


class Gate(StackTest):
    @classmethod
    def prepare(cls, stack):
        # A way in that nobody has marked with vneid_login.
        stack.nginx_extra += f"location = /dang-nhap-khac {{ proxy_pass {stack.portal_url}/dang-nhap; }}"

    @classmethod
    def setUpClass(cls):
        upstream = open_office(cls)
        cls.stack_options = {"nginx_extra": f"""
        vneid_portal_cookie portal_session;
        vneid_session_grace 3s;
        location /nop-ho-so/ {{ vneid_require level=2; {upstream}; }}
        location /da-lien-ket/ {{ vneid_require linked; {upstream}; }}
        location /phien/ {{ vneid_require session; {upstream}; }}
        location /mo/ {{ {upstream}; }}
        location /qua-loi/ {{ {upstream}; proxy_intercept_errors on; error_page 404 = {GATED}; }}
        location /qua-tep/ {{ root /nonexistent; try_files $uri {GATED}; }}
        location /qua-ten/ {{ root /nonexistent; try_files $uri @gated; }}
        location @gated {{ vneid_require level=2; {upstream}; }}
        location /qua-viet/ {{ rewrite ^ {GATED} last; }}
        location /qua-ssi/ {{ ssi on; ssi_types *; {upstream}; }}
        location /bat-ky/ {{ satisfy any; allow all; vneid_require level=2; {upstream}; }}
        """}
        super().setUpClass()

    def ask(self, citizen, path=GATED, method="GET", body=None, **headers):
        return citizen.request(method, self.stack.url + path, body, headers)

    def assert_in(self, page):
        self.assertEqual((page.status, page.text), (200, "behind the gate"))

    def assert_to_login(self, page, target=GATED):
        self.assertEqual(page.status, 303)
        self.assertEqual(page.header("Location"), "/vneid/login?return=" + urllib.parse.quote(target, safe=""))
        self.assertEqual(page.header("Cache-Control"), "no-store")

    # ---- who gets in --------------------------------------------------------------------------
    def test_level_2_and_linked_let_a_vneid_login_in_and_a_password_not(self):
        linked = self.linked_citizen()
        for path in (GATED, "/da-lien-ket/x", "/phien/x", "/bat-ky/x"):
            self.assert_in(self.ask(linked, path))
        password, page = self.to_notice(self.someone())
        password.submit("Bỏ qua", page)
        for path in (GATED, "/da-lien-ket/x", "/bat-ky/x"):
            self.assert_to_login(self.ask(password, path), path)
        # Before the cut-over the portal's own login suffices, and even one older than the module.
        self.assert_in(self.ask(password, "/phien/x"))
        self.assert_in(self.ask(Citizen(), "/phien/x"))

    def test_cookies_of_two_logins_put_together_gain_nothing(self):
        first, second = self.linked_citizen(), self.linked_citizen()
        self.assert_in(self.ask(first))
        jars = [citizen.cookies["localhost"] for citizen in (first, second)]
        jars[0]["portal_session"], jars[1]["portal_session"] = jars[1]["portal_session"], jars[0]["portal_session"]
        for citizen in (first, second):
            self.assert_to_login(self.ask(citizen))
        mine, foreign = jars[1]["portal_session"], jars[0]["portal_session"]
        for both in (f"{mine}; portal_session={foreign}", f"{foreign}; portal_session={mine}"):
            first.cookies["localhost"]["portal_session"] = both
            self.assert_to_login(self.ask(first))
        first.cookies["localhost"].pop("portal_session")
        self.assert_to_login(self.ask(first))
        first.cookies["localhost"]["portal_session"] = mine
        self.assert_in(self.ask(first))

    def test_the_session_follows_when_the_portal_renews_its_cookie(self):
        citizen, other = self.linked_citizen(), self.linked_citizen()
        before = citizen.cookies["localhost"]["portal_session"]
        # In a gated location, in one that is not, and again after that.
        for path, value in ((GATED, "moi-1"), ("/mo/x", "moi-2"), (GATED, "moi-3")):
            self.assertEqual(self.ask(citizen, f"{path}?renew={value}").status, 200)
            self.assertEqual(citizen.cookies["localhost"]["portal_session"], value)
            self.assert_in(self.ask(citizen))
        other.cookies["localhost"]["portal_session"] = "moi-3"
        other.cookies["localhost"]["__Host-vneid-portal"] = citizen.cookies["localhost"]["__Host-vneid-portal"]
        self.assert_to_login(self.ask(other))
        citizen.cookies["localhost"]["portal_session"] = before
        self.assert_in(self.ask(citizen))

    def test_a_login_of_somebody_else_takes_the_session_nowhere(self):
        """G1: who knows another's password and has a VNeID of his own, in one browser."""
        own, other = self.linked_citizen(), self.someone()
        for path in ("/dang-nhap-khac", "/mo/x?renew=cua-b", GATED + "?renew=cua-b"):
            citizen = self.linked_citizen()
            before = citizen.cookies["localhost"]["portal_session"]
            self.assert_in(self.ask(citizen))
            self.ask(citizen, path, "POST", {"username": other["username"], "password": other["password"]})
            self.assertNotEqual(citizen.cookies["localhost"]["portal_session"], before, path)
            self.assert_to_login(self.ask(citizen))
            for page in ("identity", "vault", "links", "api/v1/identity"):
                self.assertEqual(self.ask(citizen, "/vneid/" + page).status, 401, page)
        # With credentials that no form has, or in the form of a GET.
        self.ask(own, "/mo/x?renew=cua-b", Authorization="Basic Yjpi")
        self.assert_to_login(self.ask(own))
        citizen = self.linked_citizen()
        self.ask(citizen, "/mo/x?renew=cua-b", "GET", {"username": "b"})
        self.assert_to_login(self.ask(citizen))
        # From no cookie, too.
        citizen = self.linked_citizen()
        citizen.cookies["localhost"].pop("portal_session")
        self.assertEqual(self.ask(citizen, "/mo/x?renew=cua-b").status, 200)
        self.assert_to_login(self.ask(citizen))

    def test_two_cookies_of_one_name_are_none(self):
        citizen = self.linked_citizen()
        mine = citizen.cookies["localhost"]["portal_session"]
        citizen.cookies["localhost"] |= {"PORTAL_SESSION": "b", "portal.session": "b"}
        self.assert_in(self.ask(citizen))
        self.assertEqual(Office.cookies, f"portal_session={mine}; portal_lang=vi")
        citizen.cookies["localhost"]["portal_session"] = f"{mine}; portal_session=b"
        self.assert_to_login(self.ask(citizen))
        self.assertEqual(self.ask(citizen, "/mo/x").status, 200)
        self.assertEqual(Office.cookies, "portal_lang=vi")

    # ---- what the others are told -------------------------------------------------------------
    def test_each_kind_of_request_is_told_in_its_own_way(self):
        Office.arrived.clear()
        target = GATED + "?a=1&b=%2F%2Fx"
        for headers in (NAVIGATION, {"Accept": "text/html"}):
            for method in ("GET", "HEAD"):
                self.assert_to_login(self.ask(Citizen(), target, method, **headers), target)
        for method, headers in (("GET", SCRIPT), ("POST", SCRIPT), ("GET", {"Accept": "*/*"}), ("PUT", NAVIGATION),
                                ("DELETE", {}), ("OPTIONS", {}), ("GET", {"X-Requested-With": "XMLHttpRequest"}),
                                ("GET", {"Sec-Fetch-Mode": "no-cors", "Accept": "text/html"})):
            with self.subTest(method=method, headers=headers):
                page = self.ask(Citizen(), GATED, method, None, **headers)
                self.assertEqual((page.status, page.header("Cache-Control")), (401, "no-store"))
                body = json.loads(page.text)
                self.assertEqual((body["error"], body["login"]), ("sign_in", "/vneid/login"))
                self.assertRegex(body["reference"], "^[0-9a-f]{32}$")
        for header in ("Sec-Purpose", "Purpose"):
            page = self.ask(Citizen(), **{header: "prefetch", **NAVIGATION})
            self.assertEqual((page.status, page.header("Cache-Control"), page.all("Set-Cookie")), (503, "no-store", []))
        self.assertEqual(Office.arrived, [])

    def test_no_way_around_the_gate(self):
        Office.arrived.clear()
        for path in ("/qua-tep/x", "/qua-ten/x", "/qua-viet/x", "/bat-ky/x", GATED + "/", "/%6eop-ho-so/x"):
            with self.subTest(path):
                self.assertEqual(self.ask(Citizen(), path).status, 303)
        for path in ("/nop-ho-so//x", "/mo/../nop-ho-so/x", "/nop-ho-so;a/x", "/mo%2f..%2fnop-ho-so/x"):
            with self.subTest(path):
                self.assertEqual(self.ask(Citizen(), path).status, 400)
        self.assertEqual(Office.arrived, [])
        self.assertEqual(self.ask(Citizen(), "/nop-ho-so").status, 301)
        self.assertEqual(self.ask(Citizen(), "/qua-loi/khong-co").status, 303)
        citizen = self.linked_citizen()
        for path in ("/qua-tep/x", "/qua-ten/x", "/qua-viet/x", "/qua-loi/khong-co"):
            self.assert_in(self.ask(citizen, path))

    def test_a_part_of_a_page_is_shown_to_those_who_are_let_in_to_the_page_only(self):
        Office.arrived.clear()
        citizen = self.linked_citizen()
        for visitor in (Citizen(), citizen):
            page = self.ask(visitor, "/qua-ssi/x")
            self.assertEqual(page.status, 200)
            self.assertNotIn("behind the gate", page.text)
        self.assertEqual([path for _, path, _ in Office.arrived], ["/qua-ssi/x"] * 2)
        self.assert_to_login(self.ask(Citizen(), "/nop-ho-so/qua-ssi"), "/nop-ho-so/qua-ssi")

    # ---- forms --------------------------------------------------------------------------------
    def test_a_form_is_kept_over_the_login_and_sent_again(self):
        citizen = Citizen()
        fields = {"ho_ten": "Nguyễn Văn An", "ghi_chu": "dòng 1\r\ndòng <2> \"&'", "trong": ""}
        page = self.ask(citizen, GATED + "?buoc=2", "POST", fields)
        self.assertEqual(page.status, 303)
        back = urllib.parse.parse_qs(urllib.parse.urlsplit(page.header("Location")).query)["return"][0]
        self.assertRegex(back, r"^/vneid/resume\?id=[\w-]{43}$")
        kept = self.stack.redis_cli("--raw", "KEYS", "*post:*").split()
        self.assertEqual(len(kept), 1)
        self.assertNotIn(b"ho_ten", self.stack.redis_cli("--raw", "GET", kept[0]))
        # Not without a login, and not in another browser.
        self.assertEqual(self.ask(citizen, back).status, 401)
        case = self.someone()
        stranger = self.linked_citizen()
        self.assertEqual(self.ask(stranger, back).status, 410)
        _, linked = self.link(case, citizen)
        citizen.submit("Tiếp tục", linked)
        offer = self.ask(citizen, back)
        self.assertEqual(offer.status, 200)
        self.assertIn(GATED + "?buoc=2", offer.text)
        self.assertIn("form-action 'self';", offer.header("Content-Security-Policy") + ";")
        self.assertEqual(offer.header("Cache-Control"), "no-store")
        Office.arrived.clear()
        self.assert_in(citizen.submit("Gửi lại", offer))
        method, path, body = Office.arrived[0]
        self.assertEqual((method, path), ("POST", GATED + "?buoc=2"))
        self.assertEqual(dict(urllib.parse.parse_qsl(body, keep_blank_values=True)), fields)

    def test_a_form_of_another_site_is_not_kept(self):
        """G7: it would come back from our own origin, with its values hidden."""
        kept = self.stack.redis_cli("--raw", "KEYS", "*post:*")
        for headers in ({"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example"}, {"Origin": "https://evil.example"},
                        {"Sec-Fetch-Site": "same-site"}, {"Origin": "null"}):
            with self.subTest(headers):
                page = self.ask(Citizen(), GATED, "POST", {"so_tien": "1"}, **headers)
                self.assert_to_login(page)
                self.assertEqual(page.all("Set-Cookie"), [])
        self.assertEqual(self.stack.redis_cli("--raw", "KEYS", "*post:*"), kept)
        page = self.ask(Citizen(), GATED, "POST", {"a": "1"}, **{"Sec-Fetch-Site": "same-origin", "Origin": self.stack.url})
        self.assertIn("resume", page.header("Location"))

    def test_a_form_that_cannot_be_kept_is_answered_with_a_page(self):
        for body, kind in (("x" * 100, "multipart/form-data; boundary=x"), ("a=" + "x" * 16384, None),
                           ("a=%00", None), ("a=%ff", None)):
            with self.subTest(kind=kind, size=len(body)):
                page = self.ask(Citizen(), GATED, "POST", body, **{"Content-Type": kind or "application/x-www-form-urlencoded"})
                self.assertEqual(page.status, 401)
                self.assertIn("sau đó gửi lại", page.text)
                self.assertIn("/vneid/login", page.text)
        self.assertEqual(self.ask(Citizen(), GATED, "POST", "a=" + "x" * 16382,
                                  **{"Content-Type": "application/x-www-form-urlencoded"}).status, 303)

    # ---- Redis --------------------------------------------------------------------------------
    def questions(self):
        """How often Redis was asked for a session."""
        stats = self.stack.redis_cli("INFO", "commandstats").decode()
        return sum(int(number) for number in re.findall(r"cmdstat_(?:get|getex):calls=(\d+)", stats))

    def test_redis_is_asked_once_a_request_at_most_and_never_without_a_session(self):
        citizen = self.linked_citizen()
        before = self.questions()
        for path in (GATED, "/qua-tep/x", "/qua-viet/x"):
            self.assert_in(self.ask(citizen, path))
        self.assertLessEqual(self.questions() - before, 3)
        before = self.questions()
        self.ask(Citizen())
        self.assertEqual(self.questions(), before)

    def test_redis_away_is_neither_yes_nor_no(self):
        seen, unseen = self.linked_citizen(), self.linked_citizen()
        self.assert_in(self.ask(seen))
        self.stack.stop_process("redis", signal.SIGKILL)
        try:
            self.assert_in(self.ask(seen))
            page = self.ask(unseen)
            self.assertEqual((page.status, page.all("Set-Cookie")), (503, []))
            self.assertGreater(int(page.header("Retry-After")), 0)
            page = self.ask(unseen, GATED, **SCRIPT)
            self.assertEqual((page.status, json.loads(page.text)["error"]), (503, "stores_away"))
            self.assertEqual(self.ask(unseen, GATED, "POST", {"a": "1"}).status, 503)
            self.assert_to_login(self.ask(Citizen()))
            # Somebody else's portal cookie is no better for it.
            mine = seen.cookies["localhost"]["portal_session"]
            seen.cookies["localhost"]["portal_session"] = unseen.cookies["localhost"]["portal_session"]
            self.assert_to_login(self.ask(seen))
            seen.cookies["localhost"]["portal_session"] = mine
            wait_until(lambda: self.ask(seen).status == 503, "the end of the grace", 10)
        finally:
            self.stack.start_redis()
        # Redis came back empty: the sessions are gone, and that is known.
        wait_until(lambda: self.ask(seen).status == 303, "an answer of Redis")

    # ---- many, and those who leave ------------------------------------------------------------
    def test_many_at_once_and_clients_that_leave(self):
        citizen = self.linked_citizen()
        jar = "; ".join(f"{name}={value}" for name, value in citizen.cookies["localhost"].items())
        raw = f"GET {GATED} HTTP/1.1\r\nHost: localhost\r\nCookie: {jar}\r\n\r\n".encode()
        redis = self.stack.processes["redis"]
        redis.send_signal(signal.SIGSTOP)
        try:
            leavers = [socket.create_connection(("127.0.0.1", self.stack.port)) for _ in range(20)]
            for leaver in leavers:
                leaver.sendall(raw)
            time.sleep(0.2)
            for leaver in leavers:
                leaver.close()
        finally:
            redis.send_signal(signal.SIGCONT)
        wait_until(lambda: (self.stack.logs / "access.log").read_text().count('" 499 ') >= 20, "the 499 of those who left")
        with concurrent.futures.ThreadPoolExecutor(16) as pool:
            def one(i):
                visitor = Citizen() if i % 2 else citizen
                return visitor.request("GET", self.stack.url + GATED).status
            self.assertEqual(list(pool.map(one, range(400))), [200, 303] * 200)


class GateAndPerson(StackTest):
    """vneid_require and vneid_identity in one location, and PostgreSQL away."""

    @classmethod
    def setUpClass(cls):
        upstream = open_office(cls)
        cls.stack_options = {"nginx_extra": f"""vneid_portal_cookie portal_session; vneid_identity full;
        location /nop-ho-so/ {{ vneid_require level=2; {upstream}; proxy_set_header X-VNeID-Name $vneid_name; }}"""}
        super().setUpClass()

    def test_who_cannot_be_told_does_not_get_in(self):
        """G3: without the person's headers the portal would take the request for nobody's."""
        told, page = self.link(self.someone())
        told.submit("Tiếp tục", page)
        self.assertEqual(told.request("GET", self.stack.url + GATED).status, 200)
        citizen, page = self.link(self.someone())
        citizen.submit("Tiếp tục", page, follow=False)  # the portal has not been told of them yet
        Office.arrived.clear()
        self.stack.stop_postgres()
        try:
            for headers in (NAVIGATION, SCRIPT):
                page = citizen.request("GET", self.stack.url + GATED, headers=headers)
                self.assertEqual(page.status, 503)
                self.assertGreater(int(page.header("Retry-After")), 0)
            self.assertEqual(Office.arrived, [])
            # Of whom the portal has been told, it is told as long as the session is known here.
            self.assertEqual(told.request("GET", self.stack.url + GATED).status, 200)
        finally:
            self.stack.start_postgres()
        wait_until(lambda: citizen.request("GET", self.stack.url + GATED).status == 200, "an answer of PostgreSQL")


if __name__ == "__main__":
    unittest.main()
