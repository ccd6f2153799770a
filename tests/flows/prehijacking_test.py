"""A1, step by step: a stranger who knows three facts of a person verifies an account of his own with them, and waits for
the person to come with VNeID."""
import json
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

    def test_the_update_shows_what_was_typed_and_nothing_else(self):
        """The stranger knows three facts; everything else turns green and stays unread (D19)."""
        case = self.untouched()
        stranger = self.signed_in(case)
        truth = self.unknown_to(stranger, case)
        told = list(truth.values())
        pages = [self.update(stranger, case["ask"])]
        for path in ("identity", "identity/update", "identity/edit", "api/v1/identity"):
            pages.append(stranger.get(f"{self.stack.url}/vneid/{path}"))
        self.assertEqual(self.statuses(stranger)["residence"], "verified")
        self.assertIn("hiển thị khi đăng nhập bằng VNeID", pages[1].text)
        for page in pages:
            self.assertEqual(page.status, 200)
            for value in told:
                self.assertNotIn(value, page.text)
        self.assertIn(case["name"], pages[1].text)
        fields = {field["field"]: field for field in json.loads(pages[4].text)["fields"]}
        self.assertEqual(fields["residence"]["hidden"], True)
        self.assertNotIn("value", fields["residence"])
        self.assertEqual(fields["citizen_id"]["value"], case["ask"]["number"])
        self.guess(stranger, json.loads(pages[4].text)["csrf"], truth)
        holder, page = self.link(case)
        self.assertIn(LINKED, page.text)
        page = self.identity(holder)
        for value in told:
            self.assertIn(value, page.text)

    def unknown_to(self, stranger, case):
        """What the account knew of these is gone; the population database knows it."""
        people = {p["number"]: p for p in json.loads((self.stack.data / "population.json").read_text())["people"]}
        fields = ("residence", "home_town", "birth_place")
        csrf = json.loads(stranger.get(self.stack.url + "/vneid/api/v1/identity").text)["csrf"]
        page = self.edit(stranger, {"csrf": csrf, **dict.fromkeys(fields)})
        self.assertEqual(page.status, 200, page.text)
        return {field: people[case["ask"]["number"]][field]["detail"] for field in fields}

    def edit(self, stranger, body):
        return stranger.request("POST", self.stack.url + "/vneid/api/v1/identity/edit", json.dumps(body),
                                {"Content-Type": "application/json"})

    def guess(self, stranger, csrf, truth):
        """A right guess is refused as a wrong one is."""
        for value in (truth["residence"], "Chỗ khác"):
            page = self.edit(stranger, {"csrf": csrf, "residence": value})
            self.assertEqual((page.status, json.loads(page.text)["problems"]), (422, {"residence": "locked"}))

    def test_the_twelve_digits_are_not_told_to_whoever_knows_nine(self):
        case = self.case("cmnd_only")
        stranger = self.signed_in(case)
        self.update(stranger, case["ask"])
        self.assertEqual(self.statuses(stranger)["citizen_id"], "verified")
        for path in ("identity", "identity/update", "identity/edit", "api/v1/identity"):
            page = stranger.get(f"{self.stack.url}/vneid/{path}")
            self.assertNotIn(case["number"], page.text)

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
