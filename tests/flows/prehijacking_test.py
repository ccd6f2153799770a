"""A1, step by step: a stranger who knows three facts of a person verifies an account of his own with them, and waits for
the person to come with VNeID."""
import unittest

from identity_test import IdentityTest
from support import LINKED, Citizen, log_in_to_vneid


class PreHijacking(IdentityTest):
    def first_login(self, case):
        """The person comes with VNeID, and has proven no account."""
        citizen = Citizen()
        page = citizen.get(self.stack.url + "/vneid/login?return=%2Fho-so")
        return citizen, log_in_to_vneid(citizen, page, case["vneid_number"], case["vneid_password"])

    def links(self):
        return int(self.stack.sql("select count(*) from link"))

    def test_an_account_that_its_holder_verified_is_offered_to_nobody(self):
        case = self.untouched()
        stranger = self.signed_in(case)
        self.update(stranger, case["ask"])
        self.assertEqual(self.statuses(stranger)["citizen_id"], "verified")
        links = self.links()
        victim, page = self.first_login(case)
        self.assertEqual(page.status, 403)
        self.assertIn("Chưa có tài khoản", page.text)
        self.assertNotIn("__Host-vneid-session", victim.cookies["localhost"])
        self.assertEqual(self.links(), links)

    def test_whoever_proves_the_password_links_it_and_everybody_else_is_out(self):
        case = self.untouched()
        other = self.signed_in(case)
        self.update(other, case["ask"])
        holder, page = self.link(case)
        self.assertIn(LINKED, page.text)
        self.assertEqual(other.get(self.stack.url + "/vneid/identity").status, 401)
        self.assertEqual(holder.get(self.stack.url + "/vneid/identity").status, 200)


if __name__ == "__main__":
    unittest.main()
