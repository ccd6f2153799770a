"""Every invented case, from the legacy login to the page it must end on."""
import unittest

from support import LINKED, NOTICE, StackTest

# What the outcome of the decision table looks like to the citizen.
WORDS = {
    "review": "Yêu cầu đã được chuyển cán bộ kiểm tra",
    "refuse_number": "không trùng khớp",
    "refuse_level": "chưa đạt mức độ 2",
    "refuse_kind": "Tài khoản của tổ chức",
}
AFTER_CALLBACK = {"link", "link_flagged", *WORDS}


class Scenarios(StackTest):
    def test_every_case_ends_as_the_table_says(self):
        cases = {name: case for name, case in self.stack.scenarios.items() if case["expect"] in AFTER_CALLBACK}
        self.assertGreater(len(cases), 20)
        for name, case in cases.items():
            with self.subTest(name):
                before = self.links()
                citizen, page = self.link(case)
                if case["expect"] in ("link", "link_flagged"):
                    self.assertIn(LINKED, page.text)
                    self.assertEqual(page.status, 200)
                    self.assertIn(case["vneid_number"], page.text)
                    self.assertEqual(self.links(), before + 1)
                else:
                    self.assertIn(WORDS[case["expect"]], page.text)
                    self.assertEqual(self.links(), before)
                    # A failure leaves the legacy login as usable as before (R31).
                    page = citizen.submit("Bỏ qua", page)
                    self.assertIn("portal_session", citizen.cookies["localhost"])
        self.assertEqual(self.inconsistencies(), "")

    def test_an_unverified_number_is_verified_in_the_same_login(self):
        for name, case in self.stack.scenarios.items():
            if case["expect"] != "verify_first":
                continue
            with self.subTest(name):
                citizen, page = self.to_provider(case)
                self.assertEqual(page.url, self.stack.url + "/vneid/verify")
                citizen.submit("Bỏ qua", page)
                self.assertIn("portal_session", citizen.cookies["localhost"])

    def test_who_is_not_asked_goes_straight_on(self):
        for name in ("organization", "foreign"):
            with self.subTest(name):
                citizen, page = self.to_notice(self.stack.scenarios[name])
                self.assertEqual(page.url, self.stack.url + "/trang-chu")
                self.assertNotIn(NOTICE, page.text)
                self.assertIn("portal_session", citizen.cookies["localhost"])


class WithoutAPopulationDatabase(StackTest):
    stack_options = {"population_source": "off"}

    def test_an_unverified_number_is_refused_after_vneid(self):
        for name, case in self.stack.scenarios.items():
            if case["expect"] != "verify_first" or not case["vneid_number"]:
                continue
            with self.subTest(name):
                before = self.links()
                citizen, page = self.link(case)
                self.assertIn("chưa có số CCCD (12 số) đã được xác minh", page.text)
                self.assertNotIn("/vneid/verify", page.text)
                self.assertEqual(self.links(), before)
                self.assertEqual(citizen.get(self.stack.url + "/vneid/verify").status, 404)
                citizen.submit("Bỏ qua", page)
                self.assertIn("portal_session", citizen.cookies["localhost"])
                self.assertEqual(citizen.get(self.stack.url + "/vneid/identity").status, 200)
                self.assertEqual(citizen.get(self.stack.url + "/vneid/identity/update").status, 404)


if __name__ == "__main__":
    unittest.main()
