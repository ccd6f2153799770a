"""Who skipped the notice and comes by a gate, a list or a VNeID login: the account that is logged in is linked, in one walk
that ends where the citizen wanted to go (C1, C2)."""
import unittest

from gate_test import open_office
from identity_test import IdentityTest
from support import LINKED, NOTICE, Citizen, log_in_to_vneid

GATED = "/cong/to-khai?buoc=2"
OFFER = "Liên kết tài khoản với VNeID"


class LinkSession(IdentityTest):
    @classmethod
    def setUpClass(cls):
        upstream = open_office(cls)
        cls.stack_options = {**IdentityTest.stack_options, "nginx_extra": f"""
        vneid_portal_cookie portal_session;
        vneid_logout_location /dang-xuat;
        location /cong/ {{ vneid_require level=2; {upstream}; }}"""}
        super().setUpClass()

    def to_vneid_and_back(self, citizen, page, who):
        return log_in_to_vneid(citizen, page, who["vneid_number"], who["vneid_password"])

    def test_from_a_gate_to_the_page_behind_it(self):
        case = self.someone()
        citizen = self.signed_in(case)
        page = citizen.get(self.stack.url + GATED)
        self.assertIn(OFFER, page.text)
        self.assertNotIn(case["account"], page.text)
        before = self.links()
        page = self.to_vneid_and_back(citizen, citizen.submit("Liên kết với VNeID"), case)
        self.assertIn(LINKED, page.text)
        self.assertEqual(self.links(), before + 1)
        self.assertEqual(page.url.split("?")[0], self.stack.url + "/vneid/linked")
        self.assertIn(f'href="{GATED}"', page.text)
        self.assertEqual(citizen.get(self.stack.url + GATED).text, "behind the gate")
        # The portal's own session is the one from before.
        self.assertIn("Xin chào", citizen.get(self.stack.url + "/trang-chu").text)
        self.assertEqual(self.inconsistencies(), "")

    def test_the_number_is_verified_on_the_way(self):
        case = self.untouched()
        citizen = self.signed_in(case)
        page = citizen.get(self.stack.url + GATED)
        self.assertIn("xác minh số CCCD", page.text)
        citizen.get(self.stack.url + "/vneid/identity/update?return=" + GATED.replace("?", "%3F").replace("=", "%3D"))
        page = self.fill(citizen, case["ask"])
        self.assertIn(OFFER, page.text)
        page = self.to_vneid_and_back(citizen, citizen.submit("Liên kết với VNeID"), case)
        self.assertIn(LINKED, page.text)
        self.assertIn(f'href="{GATED}"', page.text)

    def test_a_form_sent_to_a_gate_is_sent_after_the_link(self):
        case = self.someone()
        citizen = self.signed_in(case)
        page = citizen.follow(citizen.request("POST", self.stack.url + "/cong/nop", b"ten=An",
                                              {"Content-Type": "application/x-www-form-urlencoded", "Sec-Fetch-Mode": "navigate",
                                               "Sec-Fetch-Site": "same-origin", "Origin": self.stack.url}))
        self.assertIn(OFFER, page.text)
        page = self.to_vneid_and_back(citizen, citizen.submit("Liên kết với VNeID"), case)
        self.assertIn("/vneid/resume?id=", page.text)

    def test_another_person_links_nothing_and_the_login_lives_on(self):
        case, other = self.someone(), self.someone()
        citizen = self.signed_in(case)
        citizen.get(self.stack.url + GATED)
        before = self.links()
        page = self.to_vneid_and_back(citizen, citizen.submit("Liên kết với VNeID"), other)
        self.assertIn("không trùng khớp", page.text)
        self.assertEqual(self.links(), before)
        self.assertIn("/vneid/link?return=", page.text)
        self.assertEqual(self.identity(citizen).status, 200)

    def test_not_me_signs_out_of_the_portal(self):
        citizen = self.signed_in(self.someone())
        citizen.get(self.stack.url + GATED)
        page = citizen.submit("Không phải tôi")
        self.assertEqual(page.url, self.stack.url + "/dang-nhap")
        self.assertEqual(self.identity(citizen).status, 401)
        self.assertNotIn("Xin chào", citizen.get(self.stack.url + "/").text)

    def test_nothing_is_linked_after_the_portals_sign_out(self):
        case = self.someone()
        citizen = self.signed_in(case)
        citizen.get(self.stack.url + GATED)
        at_provider = citizen.submit("Liên kết với VNeID")
        second_tab = Citizen()
        second_tab.cookies = citizen.cookies
        second_tab.request("POST", self.stack.url + "/dang-xuat", b"")
        before = self.links()
        page = self.to_vneid_and_back(citizen, at_provider, case)
        self.assertNotIn(LINKED, page.text)
        self.assertEqual(self.links(), before)

    def test_not_me_on_the_notice_gives_the_login_up(self):
        citizen, page = self.to_notice(self.someone())
        self.assertIn(NOTICE, page.text)
        page = citizen.submit("Không phải tôi")
        self.assertEqual(page.url, self.stack.url + "/dang-nhap")
        self.assertNotIn("Xin chào", citizen.get(self.stack.url + "/").text)

    def test_pages_of_an_account_without_a_link_lead_to_it(self):
        case = self.someone()
        citizen = self.signed_in(case)
        for path in ("links", "identity"):
            self.assertIn("/vneid/link?return=", citizen.get(f"{self.stack.url}/vneid/{path}").text)
        citizen.get(self.stack.url + "/vneid/link?return=/vneid/links")
        page = self.to_vneid_and_back(citizen, citizen.submit("Liên kết với VNeID"), case)
        self.assertIn('href="/vneid/links"', page.text)
        self.assertNotIn("/vneid/link?return=", citizen.get(self.stack.url + "/vneid/links").text)


if __name__ == "__main__":
    unittest.main()
