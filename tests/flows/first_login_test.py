"""VNeID first (R25, R35): login that begins at VNeID, and what the portal learns of it."""
import html
import http.cookies
import http.server
import json
import re
import secrets
import subprocess
import threading
import unittest
import urllib.parse
import urllib.request

from support import LINKED, Citizen, StackTest, log_in_to_vneid

IDENTITY_LOCATION = """
        location = /danh-tinh {
            vneid_identity full;
            proxy_pass $PORTAL;
            proxy_set_header X-VNeID-Account $vneid_account;
            proxy_set_header X-VNeID-Subject $vneid_subject;
            proxy_set_header X-VNeID-Level $vneid_level;
            proxy_set_header X-VNeID-Name $vneid_name;
            proxy_set_header X-VNeID-Number $vneid_citizen_id;
            proxy_set_header X-VNeID-State $vneid_link_state;
            proxy_set_header X-VNeID-Assertion $vneid_assertion;
        }"""


class FirstLoginTest(StackTest):
    """One deployment with an assertion key and a portal that gives sessions for assertions."""

    new_accounts = "off"

    @classmethod
    def prepare(cls, stack):
        stack.http_extra = f"vneid_assertion_key {stack.folder}/assertion_key;"
        stack.nginx_extra = (f"vneid_session_exchange {stack.portal_url}/phien-vneid allow_http timeout=5s;"
                             f"vneid_new_accounts {cls.new_accounts};"
                             + IDENTITY_LOCATION.replace("$PORTAL", stack.portal_url))

    # ---- ways --------------------------------------------------------------------------------
    def to_login_callback(self, case, citizen=None, where="/ho-so?trang=2"):
        """Stops at the redirect to our callback: gives its URL, not yet requested."""
        citizen = citizen or Citizen()
        page = citizen.get(self.stack.url + "/vneid/login?return=" + urllib.parse.quote(where, safe=""))
        page = log_in_to_vneid(citizen, page, case["vneid_number"], case["vneid_password"], follow=False)
        for _ in range(5):
            location = page.header("Location")
            self.assertIsNotNone(location, page.text[:500])
            if location.startswith(self.stack.url):
                return citizen, location
            page = citizen.request("GET", location if "://" in location else self.stack.issuer + location)
        raise AssertionError(f"no way to the callback from {page}")

    def log_in(self, case, citizen=None, where="/ho-so?trang=2"):
        citizen, callback = self.to_login_callback(case, citizen, where)
        return citizen, citizen.get(callback)

    def linked_someone(self):
        case = self.someone()
        _, page = self.link(case)
        self.assertIn(LINKED, page.text)
        return case

    def told(self, citizen):
        page = citizen.request("GET", self.stack.url + "/danh-tinh")
        self.assertEqual(page.status, 200, page.text)
        return json.loads(page.text)

    def portal_fault(self, status):
        request = urllib.request.Request(self.stack.portal_url + "/control/exchange", json.dumps({"status": status}).encode(),
                                         {"Content-Type": "application/json"})
        urllib.request.urlopen(request, timeout=5).close()

    def header(self, told, name):
        return [value for key, value in told["headers"] if key.lower() == name.lower()]


class FirstLogin(FirstLoginTest):
    def test_one_linked_account_is_entered(self):
        case = self.linked_someone()
        citizen, page = self.log_in(case)
        self.assertEqual(page.url, self.stack.url + "/ho-so?trang=2")
        self.assertEqual(page.status, 200)
        told = self.told(citizen)
        self.assertEqual(told["account"], case["account"])
        self.assertEqual(self.header(told, "X-VNeID-Account"), [case["account"].encode().decode("latin-1")])
        self.assertEqual(self.header(told, "X-VNeID-State"), ["linked"])
        self.assertEqual(self.header(told, "X-VNeID-Level"), ["2"])
        self.assertEqual(self.header(told, "X-VNeID-Number"), [case["vneid_number"]])
        self.assertEqual(len(self.header(told, "X-VNeID-Name")), 1)
        self.assertNotIn("__Host-vneid", " ".join(self.header(told, "Cookie")))
        self.assertEqual(len(self.header(told, "X-VNeID-Assertion")[0].split(".")), 3)
        self.assertEqual(len(self.header(told, "X-VNeID-Subject")[0]), 43)

    def test_a_body_arrives_whole_though_the_session_is_read_first(self):
        case = self.linked_someone()
        citizen, _ = self.log_in(case)
        for size in (0, 10, 3_000, 900_000):
            with self.subTest(size):
                page = citizen.request("POST", self.stack.url + "/danh-tinh", b"x" * size)
                told = json.loads(page.text)
                self.assertEqual(told["bytes"], size)
                self.assertEqual(self.header(told, "X-VNeID-State"), ["linked"])

    def test_each_login_is_in_the_trail_without_a_number(self):
        case = self.linked_someone()
        before = int(self.stack.sql("select count(*) from audit_event where event = 'login.vneid'"))
        self.log_in(case)
        self.assertEqual(int(self.stack.sql("select count(*) from audit_event where event = 'login.vneid'")), before + 1)

    def test_the_portal_verified_what_it_was_given(self):
        case = self.linked_someone()
        citizen, _ = self.log_in(case)
        with urllib.request.urlopen(self.stack.portal_url + "/control/exchange", timeout=5) as answer:
            claims = json.load(answer)[-1]
        self.assertEqual(claims["account"], case["account"])
        self.assertEqual(claims["aud"], "portal")
        self.assertEqual(claims["level"], 2)
        self.assertEqual(claims["exp"] - claims["iat"], 60)
        self.assertNotIn(case["vneid_number"], json.dumps(claims))
        self.assertEqual(self.header(self.told(citizen), "X-VNeID-Subject"), [claims["sub"]])

    def test_only_cookies_of_the_portal_pass(self):
        citizen, callback = self.to_login_callback(self.linked_someone())
        page = citizen.request("GET", callback)
        self.assertEqual(page.status, 303)
        self.assertEqual(page.header("Location"), "/ho-so?trang=2")
        self.assertIsNone(page.header("X-Secret"))
        names = [line.split("=")[0] for line in page.all("Set-Cookie")]
        self.assertEqual(names.count("__Host-vneid-session"), 1)
        self.assertIn("portal_session", names)
        self.assertNotIn("planted", str(page.all("Set-Cookie")))

    def test_a_portal_that_gives_no_session(self):
        case = self.linked_someone()
        self.portal_fault(500)
        try:
            citizen, page = self.log_in(case)
        finally:
            self.portal_fault(None)
        self.assertEqual(page.status, 502)
        self.assertIn("Cổng chưa mở được phiên làm việc", page.text)
        self.assertNotIn("portal_session", citizen.cookies["localhost"])
        self.assertNotIn("__Host-vneid-session", citizen.cookies["localhost"])

    def test_repeated_callbacks_end_in_the_portal(self):
        citizen, callback = self.to_login_callback(self.linked_someone())
        first = citizen.request("GET", callback)
        again = citizen.request("GET", callback)
        self.assertEqual([first.status, again.status], [303, 303])
        self.assertEqual(again.header("Location"), "/ho-so?trang=2")
        stranger = Citizen()
        self.assertEqual(stranger.request("GET", callback).status, 410)

    def test_return_paths(self):
        case = self.linked_someone()
        for where, ends in (("/a?b=//c", "/a?b=//c"), ("//evil.example/", "/"), ("https://evil.example/", "/"),
                            ("/\\evil.example", "/"), ("\\\\evil.example", "/"), ("/a\tb", "/"), ("a/b", "/"), ("", "/"),
                            ("/" + "a" * 2047, "/" + "a" * 2047), ("/" + "a" * 2048, "/"), ("/a//b", "/a//b"), ("/.//evil.example", "/"), ("/a b", "/")):
            with self.subTest(where[:40]):
                citizen, callback = self.to_login_callback(case, where=where)
                self.assertEqual(citizen.request("GET", callback).header("Location"), ends)

    def test_several_linked_accounts_are_chosen_from(self):
        first, second = (self.stack.scenarios[name] for name in ("two_accounts_a", "two_accounts_b"))
        for case in (first, second):
            self.assertIn(LINKED, self.link(case)[1].text)
        citizen, page = self.log_in(first)
        self.assertIn("Chọn tài khoản", page.text)
        self.assertNotIn("__Host-vneid-session", citizen.cookies["localhost"])
        self.assertNotIn(first["account"], page.text)
        forged = citizen.submit("Sử dụng tài khoản này", page, csrf="A" * 43)
        self.assertEqual(forged.status, 403)
        stranger = Citizen()
        self.assertEqual(stranger.submit("Sử dụng tài khoản này", page).status, 410)
        chosen = citizen.submit("Sử dụng tài khoản này", page)
        self.assertEqual(chosen.url, self.stack.url + "/ho-so?trang=2")
        self.assertEqual(self.told(citizen)["account"], first["account"])
        again = citizen.submit("Sử dụng tài khoản này", page)
        self.assertEqual(again.url, self.stack.url + "/ho-so?trang=2")

    def test_a_verified_account_is_adopted(self):
        case, links = self.someone(), self.links()
        citizen, page = self.log_in(case)
        self.assertIn("Liên kết tài khoản đã có", page.text)
        self.assertEqual(self.links(), links)
        self.assertIn("Giấy tờ, kết quả điện tử:", page.text)
        page = citizen.submit("Liên kết và tiếp tục", page)
        self.assertEqual(page.url, self.stack.url + "/vneid/linked?return=%2Fho-so%3Ftrang%3D2")
        self.assertIn(LINKED, page.text)
        self.assertIn('href="/ho-so?trang=2"', page.text)
        self.assertEqual(self.links(), links + 1)
        self.assertEqual(self.told(citizen)["account"], case["account"])
        self.assertEqual(self.inconsistencies(), "")

    def test_unverified_accounts_are_never_shown(self):
        links = self.links()
        for name in ("self_entered", "self_entered_stranger", "no_number", "cmnd_only", "inactive"):
            with self.subTest(name):
                citizen, page = self.log_in(self.stack.scenarios[name])
                self.assertEqual(page.status, 403)
                self.assertIn("Chưa có tài khoản", page.text)
                self.assertNotIn("__Host-vneid-session", citizen.cookies["localhost"])
        self.assertEqual(self.links(), links)

    def test_who_may_not_come_in(self):
        for name, words in (("level1", "chưa đạt mức độ 2"), ("vneid_organization", "Tài khoản của tổ chức")):
            with self.subTest(name):
                citizen, page = self.log_in(self.stack.scenarios[name])
                self.assertEqual(page.status, 403)
                self.assertIn(words, page.text)
                self.assertNotIn("__Host-vneid-session", citizen.cookies["localhost"])

    def test_cancel_offers_to_begin_again(self):
        citizen = Citizen()
        citizen.get(self.stack.url + "/vneid/login?return=/ho-so")
        page = citizen.submit("Hủy")
        self.assertIn("đã hủy đăng nhập VNeID", page.text)
        self.assertIn('href="/vneid/login?return=%2Fho-so"', page.text)

    def test_jwks_is_public(self):
        page = Citizen().request("GET", self.stack.url + "/vneid/jwks")
        self.assertEqual(page.header("Cache-Control"), "public, max-age=300")
        keys = json.loads(page.text)["keys"]
        self.assertEqual([key["alg"] for key in keys], ["ES256"])
        self.assertTrue(all("d" not in key for key in keys))

    def test_nobody_is_told_without_a_session(self):
        told = self.told(Citizen())
        self.assertEqual(self.header(told, "X-VNeID-State"), ["none"])
        for name in ("Account", "Subject", "Level", "Name", "Number", "Assertion"):
            self.assertEqual(self.header(told, "X-VNeID-" + name), [])

    def test_a_legacy_session_tells_its_account_alone(self):
        case = self.someone()
        citizen, _ = self.to_notice(case)
        citizen.submit("Bỏ qua")
        told = self.told(citizen)
        self.assertEqual(self.header(told, "X-VNeID-State"), ["legacy"])
        self.assertEqual(self.header(told, "X-VNeID-Account"), [case["account"].encode().decode("latin-1")])
        for name in ("Subject", "Level", "Name", "Number", "Assertion"):
            self.assertEqual(self.header(told, "X-VNeID-" + name), [])


class AnotherAccount(FirstLoginTest):
    """C5: whoever has linked one of two accounts is offered the other one, when that is asked for."""

    new_accounts = "on"

    def to_choice(self, case):
        citizen, page = self.log_in(case)
        self.assertEqual(page.url, self.stack.url + "/ho-so?trang=2", "nobody is asked at a login")
        page = citizen.get(self.stack.url + "/vneid/links")
        self.assertIn("Liên kết thêm tài khoản", page.text)
        way = html.unescape(re.search(r'href="([^"]*another=1[^"]*)"', page.text)[1])
        page = log_in_to_vneid(citizen, citizen.get(self.stack.url + way), case["vneid_number"], case["vneid_password"])
        self.assertEqual(page.text.count('type="checkbox"'), 1)
        return citizen, page

    def test_the_other_account_is_linked_when_it_is_asked_for(self):
        first, second = (self.stack.scenarios[name] for name in ("two_accounts_a", "two_accounts_b"))
        self.assertIn(LINKED, self.link(first)[1].text)
        links = self.links()
        citizen, page = self.to_choice(first)
        self.assertNotIn("Tạo tài khoản mới", page.text)
        csrf = re.search(r'name="csrf" value="([^"]+)"', page.text)[1]
        forced = citizen.request("POST", self.stack.url + "/vneid/login", {"csrf": csrf, "action": "new"})
        self.assertEqual(forced.header("Location"), "/vneid/login/choose", "who has an account makes no second one")
        page = citizen.submit("Không liên kết thêm", page)
        self.assertEqual(page.url, self.stack.url + "/vneid/links")
        self.assertEqual(self.links(), links)
        self.assertEqual(self.told(citizen)["account"], first["account"])

        citizen, page = self.to_choice(first)
        page = citizen.submit("Liên kết và tiếp tục", page)
        self.assertIn(LINKED, page.text)
        self.assertEqual(self.told(citizen)["account"], second["account"])
        page = citizen.get(self.stack.url + "/vneid/links")
        self.assertEqual(page.text.count("Tài khoản liên kết:"), 2)
        self.assertNotIn("Liên kết thêm tài khoản", page.text)
        self.assertEqual(self.links(), links + 1)
        self.assertEqual(self.inconsistencies(), "")

    def test_asked_for_in_vain_it_is_a_login(self):
        case = self.linked_someone()
        citizen = Citizen()
        page = citizen.get(self.stack.url + "/vneid/login?another=1&return=%2Fho-so")
        page = log_in_to_vneid(citizen, page, case["vneid_number"], case["vneid_password"])
        self.assertEqual(page.url, self.stack.url + "/ho-so")
        self.assertEqual(self.told(citizen)["account"], case["account"])


class NewAccounts(FirstLoginTest):
    new_accounts = "on"

    def test_an_account_is_made_once(self):
        accounts = int(self.stack.sql("select count(*) from account"))
        case = self.stack.scenarios["no_number"]
        citizen, page = self.log_in(case)
        self.assertIn("Tài khoản mới không có hồ sơ", page.text)
        self.assertEqual(int(self.stack.sql("select count(*) from account")), accounts)
        page = citizen.submit("Tạo tài khoản mới", page)
        self.assertIn('href="/ho-so?trang=2"', page.text)
        name = self.told(citizen)["account"]
        self.assertRegex(name, r"^vneid-[A-Za-z0-9_-]{24}$")
        again, _ = self.log_in(case)
        self.assertEqual(self.told(again)["account"], name)
        self.assertEqual(int(self.stack.sql("select count(*) from account")), accounts + 1)
        self.assertEqual(self.inconsistencies(), "")

    def test_a_repeated_callback_comes_back_to_the_new_account(self):
        citizen, callback = self.to_login_callback(self.stack.scenarios["cmnd_only"])
        citizen.submit("Tạo tài khoản mới", citizen.get(callback))
        page = citizen.request("GET", callback)
        self.assertEqual((page.status, page.header("Location")), (303, "/ho-so?trang=2"))

    def test_both_of_two_accounts_are_adopted_and_one_is_chosen(self):
        first, second = (self.stack.scenarios[name] for name in ("two_accounts_a", "two_accounts_b"))
        links = self.links()
        citizen, page = self.log_in(first)
        self.assertEqual(page.text.count('type="checkbox"'), 2)
        page = citizen.submit("Liên kết và tiếp tục", page)
        self.assertIn("Chọn tài khoản", page.text)
        self.assertEqual(self.links(), links + 2)
        citizen.submit("Sử dụng tài khoản này", page)
        self.assertIn(self.told(citizen)["account"], (first["account"], second["account"]))
        self.assertEqual(self.inconsistencies(), "")

    def test_a_repeated_callback_comes_back_to_the_choice(self):
        citizen, callback = self.to_login_callback(self.someone())
        for _ in range(2):
            page = citizen.request("GET", callback)
            self.assertEqual((page.status, page.header("Location")), (303, "/vneid/login/choose"))

    def test_what_an_officer_must_decide_is_not_linked(self):
        links = self.links()
        citizen, page = self.log_in(self.stack.scenarios["mismatch_name"])
        page = citizen.submit("Liên kết và tiếp tục", page)
        self.assertIn("Mã yêu cầu", page.text)
        self.assertNotIn("__Host-vneid-session", citizen.cookies["localhost"])
        self.assertEqual(self.links(), links)

    def test_a_new_account_may_be_preferred_to_adoption(self):
        case = self.someone()
        citizen, page = self.log_in(case)
        self.assertIn("Tạo tài khoản mới", page.text)
        citizen.submit("Tạo tài khoản mới", page)
        self.assertRegex(self.told(citizen)["account"], "^vneid-")



class BoundFirstLogin(FirstLoginTest):
    """G1: which of the portal's sessions a login with VNeID alone belongs to."""

    @classmethod
    def prepare(cls, stack):
        super().prepare(stack)
        stack.nginx_extra += ("vneid_portal_cookie portal_session;"
                              f"location /trang-chu {{ vneid_require level=2; proxy_pass {stack.portal_url}; }}")

    def home(self, citizen):
        return citizen.request("GET", self.stack.url + "/trang-chu").status

    def test_it_is_the_one_that_the_exchange_gave(self):
        case, other = self.linked_someone(), self.someone()
        # Somebody's password was used in this browser before.
        citizen, page = self.to_notice(other)
        citizen.submit("Bỏ qua", page)
        others = citizen.cookies["localhost"]["portal_session"]
        # That account could be linked; but its session is gone, as at an idle PC.
        citizen.cookies["localhost"].pop("__Host-vneid-session")
        self.log_in(case, citizen, where="/ho-so")
        self.assertNotEqual(citizen.cookies["localhost"]["portal_session"], others)
        self.assertEqual(self.home(citizen), 200)
        self.assertEqual(self.told(citizen)["account"], case["account"])
        citizen.cookies["localhost"]["portal_session"] = others
        self.assertEqual(self.home(citizen), 303)


class HeaderPortal(http.server.BaseHTTPRequestHandler):
    """Keeps a session for whom a header names, and one for nobody otherwise; says whose the request is."""

    def do_GET(self):
        sent = http.cookies.SimpleCookie(self.headers.get("Cookie", ""))
        self.send_response(200)
        if "phien" not in sent:
            self.send_header("Set-Cookie", f"phien={secrets.token_hex(8)}; Path=/")
        self.end_headers()
        self.wfile.write((self.headers.get("X-VNeID-Account") or "nobody").encode("latin-1"))

    def log_message(self, *_):
        pass


class ToldFirstLogin(FirstLoginTest):
    """A portal that gives no session for an assertion: it is told who it is, and sets its first cookie in answer to that."""

    @classmethod
    def prepare(cls, stack):
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), HeaderPortal)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        cls.addClassCleanup(server.server_close)
        cls.addClassCleanup(server.shutdown)
        way = f"proxy_pass http://127.0.0.1:{server.server_port}; proxy_set_header X-VNeID-Account $vneid_account;"
        stack.nginx_extra = f"""vneid_portal_cookie phien;
            location /biet/ {{ vneid_identity on; vneid_require level=2; {way} }}
            location /khong/ {{ vneid_require level=2; {way} }}
            location /mo/ {{ {way} }}"""

    def ask(self, citizen, path):
        return citizen.request("GET", self.stack.url + path)

    def test_its_first_cookie_is_bound_when_it_was_told_who_has_come(self):
        case = self.linked_someone()
        citizen = Citizen()
        citizen.cookies["localhost"] = {"phien": "of-somebody"}
        citizen, page = self.log_in(case, citizen, where="/biet/x")
        self.assertEqual((page.status, page.text), (200, case["account"]))
        first = citizen.cookies["localhost"]["phien"]
        self.assertNotEqual(first, "of-somebody")
        self.assertEqual(self.ask(citizen, "/khong/x").status, 200)
        citizen.cookies["localhost"]["phien"] = "of-somebody"
        self.assertEqual(self.ask(citizen, "/biet/x").status, 303)
        self.assertEqual(self.ask(citizen, "/khong/x").status, 502)
        citizen.cookies["localhost"]["phien"] = first
        self.assertEqual(self.ask(citizen, "/biet/x").text, case["account"])

    def test_a_session_that_is_bound_to_nothing_passes_no_gate(self):
        citizen, page = self.log_in(self.linked_someone(), where="/mo/x")
        self.assertEqual(page.text, "nobody")
        for _ in range(2):  # and is not sent round in circles
            page = self.ask(citizen, "/khong/x")
            self.assertEqual(page.status, 502)
            self.assertIn("Cổng chưa mở được phiên làm việc", page.text)
        citizen.cookies["localhost"].pop("phien")
        self.assertEqual(self.ask(citizen, "/khong/x").status, 502)
        self.assertEqual(self.ask(citizen, "/vneid/identity").status, 200, "our own pages have no portal session to wait for")


if __name__ == "__main__":
    unittest.main()
