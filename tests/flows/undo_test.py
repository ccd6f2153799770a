"""A link that is wrong: the citizen asks for it to be undone, two officers undo it, the session ends, and all can be linked again."""
import os
import unittest

from support import LINKED, NOTICE, Citizen, StackTest

NOT_MINE = "Đây không phải tài khoản của tôi"
ASK = "Đề nghị hủy liên kết"


class Undo(StackTest):
    stack_options = {"workers": 2}

    @classmethod
    def prepare(cls, stack):
        stack.nginx_extra = f"location /trang-chu {{ vneid_require session; proxy_pass {stack.portal_url}; }}"

    def review(self, columns="reference"):
        return self.stack.sql(f"select {columns} from review where kind = 'undo' order by id desc limit 1")

    def links_page(self, citizen):
        return citizen.get(self.stack.url + "/vneid/links")

    def ask(self, citizen):
        page = self.links_page(citizen)
        self.assertIn(NOT_MINE, page.text)
        return citizen.submit(ASK, page)

    def test_a_citizen_asks_once(self):
        citizen, page = self.link(self.someone())
        self.assertIn(LINKED, page.text)
        page = self.ask(citizen)
        self.assertEqual(page.status, 200)
        self.assertIn(self.review(), page.text)
        self.assertNotIn(NOT_MINE, page.text)
        self.assertEqual(self.review("state, reasons[1], link_id is not null"), "open|citizen_asks|t")
        asked = "select count(*) from audit_event where event = 'undo.asked'"
        events = self.stack.sql(asked)
        # The same form again, as from a second tab.
        form = {"link": self.review("link_id"), "csrf": "x"}
        self.assertEqual(citizen.request("POST", self.stack.url + "/vneid/links", form).status, 403)
        self.assertEqual(self.stack.sql(asked), events)
        self.assertEqual(self.inconsistencies(), "")

    def test_nobody_asks_for_anothers(self):
        owner, _ = self.link(self.someone())
        other, _ = self.link(self.someone())
        page = self.links_page(other)
        theirs = next(form for form in page.forms if "link" in form["fields"])["fields"]
        self.links_page(owner)
        mine = next(form for form in owner.page.forms if "link" in form["fields"])["fields"]
        reviews = self.stack.sql("select count(*) from review")
        crossed = other.request("POST", self.stack.url + "/vneid/links", {**theirs, "link": mine["link"]})
        self.assertEqual(crossed.status, 404)
        stranger = Citizen().request("POST", self.stack.url + "/vneid/links", mine)
        self.assertEqual(stranger.status, 401)
        self.assertEqual(self.stack.sql("select count(*) from review"), reviews)

    @unittest.skipIf(os.geteuid() != 0, "only root makes officers' accounts")
    def test_two_officers_undo_it_and_the_session_ends(self):
        case = self.someone()
        citizen, page = self.link(case)
        self.assertIn(LINKED, page.text)
        moved = int(self.stack.sql("select count(*) from record where returned_at is null and link_id is not null"))
        self.ask(citizen)
        link, account = self.review("link_id, account_id").split("|")
        self.assertEqual(citizen.get(self.stack.url + "/trang-chu").status, 200)
        officers = [self.officer("lan"), self.officer("minh")]
        self.assertIn("it needs a second officer", self.vneidctl(officers[0], "links", "undo", link, "--reason", "nhầm người"))
        self.assertEqual(citizen.get(self.stack.url + "/trang-chu").status, 200)
        self.assertIn("1 sessions of its account were ended", self.vneidctl(officers[1], "links", "undo", link))
        # At once, and in every worker.
        for _ in range(8):
            self.assertNotEqual(citizen.request("GET", self.stack.url + "/trang-chu").status, 200)
        self.assertEqual(self.links_page(citizen).status, 401)
        self.assertEqual(self.inconsistencies(), "")
        # The next login of the account sees the notice, and links again.
        self.assertIn(NOTICE, self.to_notice(case)[1].text)
        _, page = self.link(case)
        self.assertIn(LINKED, page.text)
        self.assertEqual(moved, int(self.stack.sql(
            "select count(*) from record where returned_at is null and link_id is not null")))
        self.assertEqual(self.stack.sql(f"select string_agg(state, ',' order by id) from link where account_id = {account}"),
                         "undone,active")
        self.assertEqual(self.inconsistencies(), "")


if __name__ == "__main__":
    unittest.main()
