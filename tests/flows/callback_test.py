"""VNeID's callback: repeated, rival, foreign, refused."""
import concurrent.futures
import unittest
import urllib.parse

from support import LINKED, NOTICE, Citizen, StackTest, wait_until


class Callback(StackTest):
    stack_options = {"workers": 2}

    def records(self, where="true"):
        return int(self.stack.sql(f"select count(*) from record where {where}"))

    def at_once(self, jobs):
        with concurrent.futures.ThreadPoolExecutor(len(jobs)) as pool:
            return [future.result() for future in [pool.submit(job) for job in jobs]]

    def copies(self, citizen):
        """Browsers with the same cookies, as a double click has."""
        copy = Citizen(timeout=60)
        copy.cookies = {host: dict(jar) for host, jar in citizen.cookies.items()}
        return copy

    def test_a_hundred_submissions_of_one_callback_link_once(self):
        case = self.someone()
        links, moved = self.links(), self.records("link_id is not null")
        citizen, callback = self.to_callback(case)
        jobs = [lambda: self.copies(citizen).request("GET", callback) for _ in range(100)]
        pages = self.at_once(jobs)
        self.assertEqual({page.status for page in pages}, {303})
        self.assertEqual({page.header("Location") for page in pages}, {"/vneid/linked"})
        self.assertEqual(self.links(), links + 1)
        self.assertEqual(self.records("link_id is not null"), moved + 20)
        self.assertEqual(self.inconsistencies(), "")

    def test_a_hundred_rivals_for_one_account_link_one_person(self):
        # Two browsers, both logged in to the same legacy account, two VNeID people: only its owner fits.
        case, other = self.someone(), self.someone()
        links = self.links()
        rivals = []
        for number in range(100):
            person = case if number % 2 else other
            rivals.append(self.to_callback(case, as_person=person))
        pages = self.at_once([lambda c=citizen, u=url: c.get(u) for citizen, url in rivals])
        good = [page for number, page in enumerate(pages) if number % 2]
        bad = [page for number, page in enumerate(pages) if not number % 2]
        self.assertTrue(all(LINKED in page.text for page in good))
        self.assertTrue(all("không trùng khớp" in page.text or "đã được liên kết" in page.text for page in bad),
                        [page.text[:300] for page in bad][:1])
        self.assertEqual(self.links(), links + 1)
        self.assertEqual(self.inconsistencies(), "")

    def test_two_accounts_of_one_person_link_to_the_same_person(self):
        first, second = (self.stack.scenarios[name] for name in ("two_accounts_a", "two_accounts_b"))
        one, two = self.to_callback(first), self.to_callback(second)
        pages = self.at_once([lambda: one[0].get(one[1]), lambda: two[0].get(two[1])])
        self.assertTrue(all(LINKED in page.text for page in pages))
        people = self.stack.sql("select count(*) from link group by person_id having count(*) = 2")
        self.assertEqual(people, "2")
        page = two[0].get(self.stack.url + "/vneid/links")
        self.assertEqual(page.text.count("Tài khoản định danh điện tử cấp bởi Bộ Công an"), 2)

    def test_reload_and_back_end_on_the_right_page(self):
        citizen, callback = self.to_callback(self.someone())
        self.assertIn(LINKED, citizen.get(callback).text)
        self.assertIn(LINKED, citizen.get(callback).text)
        self.assertEqual(citizen.submit("Tiếp tục").url, self.stack.url + "/trang-chu")
        self.assertIn(LINKED, citizen.get(callback).text)

    def test_continue_releases_once(self):
        citizen, callback = self.to_callback(self.someone())
        page = citizen.get(callback)
        self.assertNotIn("portal_session", citizen.cookies["localhost"])
        jar = dict(citizen.cookies["localhost"])
        self.assertEqual(citizen.submit("Tiếp tục", page).url, self.stack.url + "/trang-chu")
        self.assertIn("portal_session", citizen.cookies["localhost"])
        citizen.cookies["localhost"] = jar
        again = citizen.submit("Tiếp tục", page, follow=False)
        self.assertNotIn("portal_session", citizen.cookies["localhost"])
        self.assertNotEqual(again.status, 302)

    def test_a_callback_in_another_browser_spends_nothing(self):
        citizen, callback = self.to_callback(self.someone())
        stranger = Citizen()
        self.assertEqual(stranger.request("GET", callback).status, 410)
        logged_in, _ = self.to_notice(self.someone())
        self.assertEqual(logged_in.request("GET", callback).status, 410)
        self.assertIn(LINKED, citizen.get(callback).text)

    def test_another_legacy_login_in_between_ends_the_flow_before_any_call(self):
        case, other = self.someone(), self.someone()
        links = self.links()
        citizen, callback = self.to_callback(case)
        self.to_notice(other, citizen)
        tokens = self.token_requests()
        page = citizen.get(callback)
        self.assertEqual(page.status, 410)
        self.assertEqual(self.token_requests(), tokens)
        self.assertEqual(self.links(), links)

    def token_requests(self):
        return self.stack.provider_requests("token")

    def test_two_tabs_may_finish_in_either_order(self):
        case = self.someone()
        citizen, first = self.to_callback(case)
        page = citizen.get(self.stack.url + "/vneid/notice")  # the second tab shows the same notice
        self.assertIn(NOTICE, page.text)
        page = citizen.submit("Đăng nhập bằng VNeID")
        second = page if page.url.startswith(self.stack.url) else None
        self.assertIn(LINKED, citizen.get(first).text)
        if second is not None:
            self.assertIn(LINKED, second.text)

    def test_cancel_offers_both_ways_on(self):
        citizen, page = self.to_provider(self.someone())
        page = citizen.submit("Hủy")
        self.assertIn("Ông/Bà đã hủy đăng nhập VNeID", page.text)
        page = citizen.submit("Đăng nhập lại bằng VNeID", page)
        self.assertTrue(page.url.startswith(self.stack.issuer))

    def test_parameters(self):
        citizen, callback = self.to_callback(self.someone())
        base, query = callback.split("?")
        values = dict(urllib.parse.parse_qsl(query))
        code, state = values["code"], values["state"]
        bad = ["", "code=" + code, "state=" + state, f"code={code}&state=", f"code=&state={state}",
               f"code={code}&code={code}&state={state}", f"code={code}&state={state}&state={state}",
               f"code={code}&state={state}&error=access_denied", f"code={code}&state={state}%00", f"code=%zz&state={state}",
               f"code={code}&state={state}&iss=a&iss=b", "code=" + "a" * 9000 + "&state=" + state, f"code=%ff&state={state}",
               f"code=a%0d%0ab&state={state}"]
        for query in bad:
            with self.subTest(query[:60]):
                self.assertIn(citizen.request("GET", f"{base}?{query}").status, (400, 414))
        self.assertEqual(citizen.request("GET", f"{base}?code={code}&state={'A' * 43}").status, 410)
        prefetch = citizen.request("GET", callback, headers={"Sec-Purpose": "prefetch"})
        self.assertEqual(prefetch.status, 503)
        self.assertIn(LINKED, citizen.get(callback).text)

    def test_what_the_provider_may_get_wrong(self):
        refused = ["wrong_iss", "wrong_aud", "aud_array_no_azp", "missing_sub", "bad_signature", "alg_none",
                   "hs256_with_public_key", "expired", "no_exp", "future_iat", "missing_iat", "wrong_nonce", "missing_nonce",
                   "userinfo_other_sub", "wrong_azp", "wrong_response_iss", "missing_response_iss", "duplicate_claims"]
        away = ["token_redirect", "cut_body", "huge_body"]
        links = self.links()
        for fault in refused + away:
            with self.subTest(fault):
                case = self.someone()
                self.stack.provider_control(reset=True, **{fault: True})
                try:
                    _, page = self.link(case)
                finally:
                    self.stack.provider_control(reset=True)
                self.assertNotIn(LINKED, page.text)
                self.assertIn(page.status, (502, 503))
                self.assertIn(self.reference(page), self.stack.error_log.read_text())
        for fault, words in (("no_level", "chưa đạt mức độ 2"), ("level_1", "chưa đạt mức độ 2")):
            with self.subTest(fault):
                self.stack.provider_control(reset=True, **{fault: True})
                try:
                    _, page = self.link(self.someone())
                finally:
                    self.stack.provider_control(reset=True)
                self.assertIn(words, page.text)
        self.assertEqual(self.links(), links)
        for fault in ("rotate_keys", "kid_absent", "token_type_lower", "level_string"):
            with self.subTest(fault):
                self.stack.provider_control(reset=True, **{fault: True})
                try:
                    _, page = self.link(self.someone())
                finally:
                    self.stack.provider_control(reset=True)
                self.assertIn(LINKED, page.text)

    def test_no_secret_reaches_the_logs(self):
        citizen, callback = self.to_callback(self.someone())
        citizen.get(callback)
        values = dict(urllib.parse.parse_qsl(callback.split("?")[1]))
        log = self.stack.error_log.read_text()
        for secret in (values["code"], citizen.cookies["localhost"]["__Host-vneid-session"],
                       citizen.cookies["localhost"]["__Host-vneid-flow"], "demo-client-secret"):
            self.assertNotIn(secret, log)


class SlowProvider(StackTest):
    """C4: a provider that takes its time, and one that is not there."""

    @classmethod
    def prepare(cls, stack):
        stack.wait = "300ms"

    def tearDown(self):
        self.stack.provider_control(reset=True)

    def test_a_page_waits_and_asks_again_until_there_is_a_result(self):
        links = self.links()
        citizen, callback = self.to_callback(self.someone())
        self.stack.provider_control(slow=2)
        page = citizen.request("GET", callback)
        self.assertEqual(page.status, 200)
        self.assertIn("Đang xử lý", page.text)
        self.assertIn(LINKED, citizen.follow(page).text)
        self.assertEqual(self.links(), links + 1)

    def test_a_population_database_that_takes_its_time(self):
        case = next(case for case in self.stack.crowd if case["expect"] == "verify_first" and case["citizen_id"])
        citizen, _ = self.to_notice(case)
        citizen.submit("Đăng nhập bằng VNeID")
        self.stack.population_control(fault="slow", seconds=2)
        try:
            page = citizen.submit("Cập nhật", number=case["citizen_id"], cmnd="", name=case["name"], birth_date="1990", follow=False)
            self.assertEqual(page.status, 303)
            self.assertIn("/vneid/verify?check=", page.header("Location"))
            waiting = citizen.request("GET", self.stack.url + page.header("Location"))
            self.assertIn("Đang xử lý", waiting.text)
            page = citizen.follow(waiting)
        finally:
            self.stack.population_control(reset=True)
        self.assertNotIn("Đang xử lý", page.text)

    def test_nobody_is_sent_to_a_provider_that_is_not_there(self):
        citizen, _ = self.to_notice(self.someone())
        self.stack.stop_process("provider")
        try:
            notice = citizen.page
            # It was there a moment ago, which is believed for a while.
            wait_until(lambda: citizen.submit("Đăng nhập bằng VNeID", notice, follow=False).status == 503, "the page that says so")
            page = citizen.page
            self.assertIn("tạm thời gián đoạn", page.text)
            self.assertIn("Bỏ qua", page.text)
        finally:
            self.stack.start_provider()


if __name__ == "__main__":
    unittest.main()
