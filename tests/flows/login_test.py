"""The legacy login, the notice and [Bỏ qua]."""
import unittest

from support import NOTICE, Citizen, StackTest, log_in_to_portal


class Login(StackTest):
    def portal_directly(self, case):
        """What the portal answers without us before it."""
        citizen = Citizen()
        page = citizen.get(self.stack.portal_url + "/dang-nhap")
        page = citizen.submit("Đăng nhập", page, follow=False, username=case["username"], password=case["password"])
        # It names the host it was asked by.
        here, there = self.stack.portal_url.split("//")[1], self.stack.url.split("//")[1]
        page.body = page.body.replace(here.encode(), there.encode())
        page.headers = [(name, value.replace(here, there)) for name, value in page.headers]
        return page

    def test_success_is_withheld_and_skip_releases_exactly_it(self):
        for case in (self.someone(), self.stack.scenarios["portal_many_cookies"], self.stack.scenarios["portal_303"]):
            with self.subTest(case["about"]):
                direct = self.portal_directly(case)
                citizen = Citizen()
                held = log_in_to_portal(citizen, self.stack.url, case["username"], case["password"], follow=False)
                self.assertEqual(held.status, 303)
                self.assertEqual(held.header("Location"), "/vneid/notice")
                self.assertNotIn("portal_session", citizen.cookies["localhost"])
                for cookie in held.all("Set-Cookie"):
                    self.assertTrue(cookie.startswith("__Host-vneid-"), cookie)
                    self.assertLess(len(cookie), 4096)
                self.assertIsNone(held.header("X-Portal-Account"))
                citizen.follow(held)
                released = citizen.submit("Bỏ qua", follow=False)
                self.assertEqual(released.status, direct.status)
                self.assertEqual(released.body, direct.body)

                def told(page):
                    return sorted((n.lower(), v.split("=")[0] if n.lower() == "set-cookie" else v)
                                  for n, v in page.headers
                                  if n.lower() not in ("date", "server", "connection", "content-length")
                                  and not v.startswith("__Host-vneid-"))
                self.assertEqual(told(released), told(direct))

    def test_notice_says_the_letters_words_and_whose_account(self):
        case = self.someone()
        _, page = self.to_notice(case)
        self.assertIn(NOTICE, page.text)
        self.assertIn("từ ngày 01/07/2024, các tài khoản cá nhân được khởi tạo từ Cổng DVCQG", page.text)
        self.assertNotIn(case["citizen_id"], page.text)
        self.assertEqual(page.header("Cache-Control"), "no-store")
        self.assertIn("frame-ancestors 'none'", page.header("Content-Security-Policy"))
        self.assertNotIn("unsafe-inline", page.header("Content-Security-Policy"))

    def test_notice_speaks_english_on_request(self):
        case = self.someone()
        citizen = Citizen(headers={"Accept-Language": "en-GB,en;q=0.9"})
        _, page = self.to_notice(case, citizen)
        self.assertIn('lang="en"', page.text)
        self.assertIn("Skip", page.text)

    def test_notice_comes_at_every_login_until_linked(self):
        case = self.someone()
        for _ in range(3):
            citizen, page = self.to_notice(case)
            self.assertIn(NOTICE, page.text)
            citizen.submit("Bỏ qua")

    def test_what_is_no_successful_login_passes_untouched(self):
        case = self.someone()
        citizen = Citizen()
        page = log_in_to_portal(citizen, self.stack.url, case["username"], "wrong")
        self.assertEqual(page.url, self.stack.url + "/dang-nhap")
        self.assertNotIn(NOTICE, page.text)
        for name in ("portal_500", "portal_silent"):
            with self.subTest(name):
                odd = self.stack.scenarios[name]
                direct = self.portal_directly(odd)
                through = log_in_to_portal(Citizen(), self.stack.url, odd["username"], odd["password"], follow=False)
                self.assertEqual((through.status, through.body), (direct.status, direct.body))
                self.assertEqual([c.split("=")[0] for c in through.all("Set-Cookie")],
                                 [c.split("=")[0] for c in direct.all("Set-Cookie")])
        head = Citizen().request("HEAD", self.stack.url + "/dang-nhap")
        self.assertEqual((head.status, head.body), (200, b""))

    def test_a_ticket_is_good_once(self):
        citizen, page = self.to_notice(self.someone())
        ticket = dict(citizen.cookies["localhost"])
        first = citizen.submit("Bỏ qua", page, follow=False)
        self.assertIn("portal_session", citizen.cookies["localhost"])
        citizen.cookies["localhost"] = ticket
        again = citizen.submit("Bỏ qua", page, follow=False)
        self.assertNotEqual(again.status, first.status)
        self.assertNotIn("portal_session", citizen.cookies["localhost"])
        self.assertIn(self.reference(again), self.stack.error_log.read_text())
        notice = citizen.get(self.stack.url + "/vneid/notice")
        self.assertNotIn(NOTICE, notice.text)

    def test_a_ticket_of_somebody_else_releases_nothing(self):
        mine, page = self.to_notice(self.someone())
        theirs, other = self.to_notice(self.someone())
        answer = mine.submit("Bỏ qua", other, follow=False)  # their form, my ticket
        self.assertEqual(answer.status, 403)
        self.assertNotIn("portal_session", mine.cookies["localhost"])
        answer = mine.submit("Bỏ qua", page, follow=False)  # mine is not spent by that
        self.assertIn("portal_session", mine.cookies["localhost"])

    def test_nothing_of_the_person_before_is_left_for_the_next_one(self):
        citizen, page = self.to_notice(self.someone())
        jar = citizen.cookies["localhost"]
        self.assertIn("__Host-vneid-ticket", jar)
        self.to_notice(self.stack.scenarios["organization"], citizen)
        self.assertNotIn("__Host-vneid-ticket", jar)
        before = jar["__Host-vneid-session"]
        self.to_notice(self.someone(), citizen)
        self.assertNotIn("__Host-vneid-session", jar)
        jar["__Host-vneid-session"] = before
        self.assertEqual(citizen.get(self.stack.url + "/vneid/vault").status, 401)

    def test_a_form_from_another_site_is_refused(self):
        for headers in ({"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://evil.example"}):
            with self.subTest(headers):
                citizen, page = self.to_notice(self.someone())
                citizen.headers.update(headers)
                self.assertEqual(citizen.submit("Bỏ qua", page, follow=False).status, 403)

    def test_broken_tickets_and_forms(self):
        citizen, page = self.to_notice(self.someone())
        jar = citizen.cookies["localhost"]
        good = jar["__Host-vneid-ticket"]
        for broken in ("", "x", good[:-2], good[:-1] + ("A" if good[-1] != "A" else "B"), "A" * 3000, good + "=", "%00"):
            with self.subTest(broken[:12]):
                jar["__Host-vneid-ticket"] = broken
                answer = citizen.submit("Bỏ qua", page, follow=False)
                self.assertIn(answer.status, (400, 403, 410))
                self.assertNotIn("portal_session", jar)
        jar["__Host-vneid-ticket"] = good
        url = self.stack.url + "/vneid/notice"
        token = page.forms[0]["fields"]["csrf"]
        form = {"Content-Type": "application/x-www-form-urlencoded"}
        for body, headers in (("", form), ("choice=skip", form), (f"csrf={token}", form), (f"csrf={token}&choice=other", form),
                              (f"csrf={token}&csrf={token}&choice=skip", form), (f"csrf={token}&choice=skip&choice=skip", form),
                              (f"csrf={token}&choice=skip", {"Content-Type": "text/plain"}),
                              (f"csrf={token}&choice=skip", {}), ("choice=skip&csrf=%zz", form),
                              (f"csrf={token}&choice=skip&x=" + "a" * 100_000, form)):
            with self.subTest(body[:20] + str(headers)):
                answer = citizen.request("POST", url, body, headers)
                self.assertIn(answer.status, (400, 403, 413))
                self.assertNotIn("portal_session", jar)
        self.assertEqual(citizen.submit("Bỏ qua", page).url, self.stack.url + "/trang-chu")

    def test_methods_and_unknown_pages(self):
        citizen = Citizen()
        self.assertEqual(citizen.request("PUT", self.stack.url + "/vneid/notice").status, 405)
        self.assertEqual(citizen.request("DELETE", self.stack.url + "/vneid/links").status, 405)
        self.assertEqual(citizen.request("HEAD", self.stack.url + "/vneid/callback/bca?code=x&state=y").status, 405)
        self.assertEqual(citizen.request("GET", self.stack.url + "/vneid/nothing").status, 404)
        self.assertEqual(citizen.request("GET", self.stack.url + "/vneid/callback/other?code=x&state=y").status, 404)
        self.assertEqual(citizen.request("GET", self.stack.url + "/vneid/links").status, 401)
        self.assertEqual(citizen.request("GET", self.stack.url + "/vneid/vault").status, 401)

    def test_the_choice_and_the_notices_version_are_recorded(self):
        citizen, _ = self.to_notice(self.someone())
        citizen.submit("Bỏ qua")
        rows = self.stack.sql("select choice, length(notice_version) from notice_choice order by id desc limit 2")
        self.assertEqual(rows.splitlines(), ["skip|12", "shown|12"])


if __name__ == "__main__":
    unittest.main()
