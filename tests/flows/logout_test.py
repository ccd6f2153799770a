"""Signing out: portal, module and provider session all end (domain.md §4.4)."""
import re
import time
import unittest
import urllib.parse

from signing_out import SESSION, SigningOut
from support import LINKED, Citizen, log_in_to_vneid, wait_until

COOKIE = "vneid_portal_cookie portal_session;"
LEFT = "phải đóng tất cả cửa sổ"


class Logout(SigningOut):
    stack_options = {"nginx_extra": COOKIE}

    def test_none_of_three_sessions_is_left(self):
        before = self.sessions_in_redis()
        citizen, case = self.signed_in()
        cookies = dict(citizen.cookies["localhost"])
        page = citizen.get(self.stack.url + "/vneid/links")
        page = citizen.submit("Đăng xuất", page)
        self.assertIn("Đã đăng xuất", page.text)
        self.assertEqual(page.url.split("?")[0], self.stack.url + "/vneid/signed-out")
        self.assert_all_ended(citizen, case, cookies)
        self.assertEqual(self.sessions_in_redis() - before, set())
        self.assertNotIn("portal_session", citizen.cookies["localhost"])

    def test_every_page_with_a_session_has_the_button(self):
        citizen, case = self.signed_in()
        for name in ("linked", "links", "vault", "identity", "logout"):
            with self.subTest(name):
                page = citizen.get(f"{self.stack.url}/vneid/{name}")
                forms = [form for form in page.forms if form["action"] == "/vneid/logout"]
                self.assertTrue(forms and all(form["fields"]["csrf"] for form in forms))
                self.assertEqual(page.header("Cache-Control"), "no-store")
        citizen.submit("Đăng xuất", citizen.get(self.stack.url + "/vneid/linked"))
        self.assertEqual((self.ours(citizen), self.alive(case)), (401, 0))

    def test_get_only_asks(self):
        citizen, case = self.signed_in()
        for method in ("GET", "HEAD"):
            page = citizen.request(method, self.stack.url + "/vneid/logout")
            self.assertEqual((page.status, page.all("Set-Cookie")), (200, []))
        self.assertEqual((self.ours(citizen), self.alive(case)), (200, 1))
        citizen.submit("Đăng xuất", citizen.get(self.stack.url + "/vneid/logout"))
        self.assertEqual((self.ours(citizen), self.alive(case)), (401, 0))

    def test_nobody_else_can_sign_a_citizen_out(self):
        citizen, case = self.signed_in()
        other, _ = self.signed_in()
        url = self.stack.url + "/vneid/logout"
        mine = citizen.get(url).forms[0]["fields"]["csrf"]
        theirs = other.get(url).forms[0]["fields"]["csrf"]
        nobodys = Citizen().get(url).forms[0]["fields"]["csrf"]
        for fields, headers in (({}, {}), ({"csrf": ""}, {}), ({"csrf": theirs}, {}), ({"csrf": nobodys}, {}),
                                ({"csrf": mine}, {"Sec-Fetch-Site": "cross-site"}),
                                ({"csrf": mine}, {"Origin": "https://evil.example"})):
            with self.subTest(fields=list(fields), headers=headers):
                answer = citizen.request("POST", url, fields or "", {
                    "Content-Type": "application/x-www-form-urlencoded", **headers})
                self.assertEqual(answer.status, 403)
                self.assertEqual(answer.all("Set-Cookie"), [])
        self.assertEqual((self.ours(citizen), self.alive(case)), (200, 1))
        self.assertEqual(citizen.request("POST", url, {"csrf": mine}).status, 303)

    def test_after_the_idle_time_the_provider_is_still_signed_out(self):
        citizen, case = self.signed_in()
        page = citizen.get(self.stack.url + "/vneid/links")
        for key in self.sessions_in_redis():
            self.stack.redis_cli("DEL", key)
        self.assertEqual(self.ours(citizen), 401)
        citizen.submit("Đăng xuất", page)
        self.assertEqual(self.alive(case), 0)

    def test_a_legacy_session_ends_without_the_provider(self):
        citizen, _ = self.to_notice(self.someone())
        citizen.submit("Bỏ qua")
        cookies = dict(citizen.cookies["localhost"])
        self.assertEqual(self.ours(citizen), 200)
        page = citizen.submit("Đăng xuất", citizen.get(self.stack.url + "/vneid/links"), follow=False)
        self.assert_worthless(cookies)
        self.assertEqual((page.status, page.header("Location")), (303, "/vneid/signed-out"))
        self.assertEqual((self.ours(citizen), self.portals(citizen)), (401, 302))

    def test_a_held_login_cannot_be_released_afterwards(self):
        citizen, notice = self.to_notice(self.someone())
        jar = dict(citizen.cookies["localhost"])
        citizen.submit("Đăng xuất", citizen.get(self.stack.url + "/vneid/logout"))
        citizen.cookies["localhost"] = jar
        citizen.submit("Bỏ qua", notice, follow=False)
        self.assertNotIn("portal_session", citizen.cookies["localhost"])

    def test_a_provider_that_cannot_end_its_session(self):
        for switches, restart in (({"discovery_claims": {"end_session_endpoint": None}}, True),
                                  ({"down_discovery": 503}, True)):
            with self.subTest(switches):
                self.stack.provider_control(reset=True)
                citizen, case = self.signed_in()
                self.stack.provider_control(**switches)
                self.stack.stop_process("nginx")  # forgets what it knows of the provider
                self.stack.start_nginx()
                page = citizen.submit("Đăng xuất", citizen.get(self.stack.url + "/vneid/links"))
                self.assertIn(LEFT, page.text)
                self.assertEqual((self.ours(citizen), self.portals(citizen)), (401, 302))
        self.stack.provider_control(reset=True)
        self.stack.stop_process("nginx")
        self.stack.start_nginx()

    def test_state_of_somewhere_else_leads_nowhere(self):
        for state in ("", "x", "https://evil.example", "A" * 200):
            page = Citizen().request("GET", self.stack.url + "/vneid/signed-out?" + urllib.parse.urlencode({"state": state}))
            self.assertEqual(page.status, 200)

    def test_wrong_methods(self):
        for method, path in (("PUT", "logout"), ("POST", "signed-out"), ("GET", "backchannel-logout/bca")):
            self.assertEqual(Citizen().request(method, f"{self.stack.url}/vneid/{path}").status, 405)


class PortalsOwn(SigningOut):
    """`vneid_logout` in the portal's sign-out location."""

    def test_a_navigation_ends_all_three_and_ends_where_the_portal_wanted(self):
        citizen, case = self.signed_in()
        cookies = dict(citizen.cookies["localhost"])
        headers = {"Sec-Fetch-Mode": "navigate"}
        page = citizen.request("POST", self.stack.url + "/dang-xuat", "", headers)
        self.assertEqual(page.status, 303)
        self.assertTrue(page.header("Location").startswith(self.stack.issuer + "/end_session?"), page.header("Location"))
        self.assertIn("portal_session=;", " ".join(page.all("Set-Cookie")))
        page = citizen.follow(page)
        self.assertEqual((page.status, page.url), (200, self.stack.url + "/"))
        self.assert_all_ended(citizen, case, cookies)

    def test_a_script_is_not_sent_elsewhere(self):
        citizen, _ = self.signed_in()
        cookies = dict(citizen.cookies["localhost"])
        page = citizen.request("POST", self.stack.url + "/dang-xuat", "", {"Sec-Fetch-Mode": "cors", "Accept": "*/*"})
        self.assert_worthless(cookies)
        self.assertEqual((page.status, page.header("Location")), (303, "/"))
        self.assertNotIn(SESSION, citizen.cookies["localhost"])
        self.assertEqual((self.ours(citizen), self.portals(citizen)), (401, 302))

    def test_without_our_session_the_portals_answer_goes_on(self):
        citizen = Citizen()
        page = citizen.request("GET", self.stack.url + "/dang-xuat")
        self.assertEqual((page.status, page.header("Location")), (303, "/"))
        self.assertIn(b"<p>", page.body)

    def test_a_sign_out_that_fails_signs_nobody_out(self):
        citizen, case = self.signed_in()
        self.assertEqual(citizen.request("DELETE", self.stack.url + "/dang-xuat").status, 405)
        self.assertEqual((self.ours(citizen), self.alive(case)), (200, 1))

    def test_redis_away_the_portals_answer_and_no_cookie_of_ours(self):
        citizen, case = self.signed_in()
        self.stack.stop_process("redis")
        try:
            page = citizen.request("POST", self.stack.url + "/dang-xuat", "", {"Sec-Fetch-Mode": "navigate"})
            self.assertEqual((page.status, page.header("Location")), (303, "/"))
            self.assertNotIn(SESSION, citizen.cookies["localhost"])
            self.assertNotIn("portal_session", citizen.cookies["localhost"])
        finally:
            self.stack.start_redis()


class ThroughThePortal(SigningOut):
    stack_options = {"nginx_extra": "vneid_logout_location /dang-xuat;"}

    def test_the_portals_sign_out_comes_after_the_providers(self):
        citizen, case = self.signed_in()
        cookies = dict(citizen.cookies["localhost"])
        page = citizen.submit("Đăng xuất", citizen.get(self.stack.url + "/vneid/links"))
        self.assertEqual(page.url, self.stack.url + "/")
        self.assert_all_ended(citizen, case, cookies)
        thief = Citizen()
        thief.cookies["localhost"] = cookies
        self.assertEqual(self.portals(thief), 302)


class Kiosk(SigningOut):
    stack_options = {"nginx_extra": COOKIE + " vneid_session idle=1h absolute=2h; vneid_kiosk on idle=2s;"}

    def test_a_provider_that_remembers_the_person_before_is_not_believed(self):
        self.stack.provider_control(id_token_claims={"auth_time": int(time.time()) - 600})
        _, page = self.link(self.someone())
        self.assertNotIn(LINKED, page.text)
        self.assertIn("the provider did not ask for a fresh login", self.stack.error_log.read_text())

    def test_a_kiosk_asks_again_and_forgets_soon(self):
        case = self.someone()
        citizen, page = self.to_notice(case)
        page = citizen.submit("Đăng nhập bằng VNeID", page, follow=False)
        asked = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(page.header("Location")).query))
        self.assertEqual((asked["prompt"], asked["max_age"]), ("login", "0"))
        page = citizen.follow(page)
        page = log_in_to_vneid(citizen, page, case["vneid_number"], case["vneid_password"])
        self.assertIn(LINKED, page.text)
        page = citizen.submit("Tiếp tục")
        self.assertEqual(self.portals(citizen), 200)
        page = citizen.get(self.stack.url + "/vneid/vault")
        self.assertIn("kiosk", re.search(r'<html[^>]* class="([^"]*)"', page.text).group(1))
        refresh = re.search(r'<meta http-equiv="refresh" content="(\d+);url=([^"]+)"', page.text)
        self.assertEqual(refresh.groups(), ("3", "/vneid/signed-out?because=idle"))
        signed_out = self.stack.url + refresh.group(2)
        early = citizen.request("GET", signed_out)
        self.assertEqual(early.all("Set-Cookie"), [], "a link signs nobody out")
        keys = self.sessions_in_redis()
        self.assertEqual(len(keys), 1)
        wait_until(lambda: not self.sessions_in_redis(), "the idle time", 6)
        self.assertEqual(self.ours(citizen), 401)
        page = citizen.request("GET", signed_out)
        self.assertIn("Phiên làm việc đã kết thúc", page.text)
        self.assertNotIn("http-equiv", page.text)
        self.assertEqual(set(citizen.cookies["localhost"]) & {SESSION, "portal_session"}, set())
        self.assertEqual(self.portals(citizen), 302)


if __name__ == "__main__":
    unittest.main()
