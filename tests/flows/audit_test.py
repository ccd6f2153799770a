"""What the audit trail tells of a citizen's day (A3), and what it never holds."""
import re
import unittest

from support import LINKED, NOTICE, StackTest


class Trail(StackTest):
    def setUp(self):
        self.last = int(self.stack.sql("select coalesce(max(id), 0) from audit_event"))

    def events(self):
        rows = self.stack.sql("select concat_ws(' ', event, result, regexp_replace(reason, '[0-9]+$', 'N')) from audit_event"
                              f" where id > {self.last} order by id")
        return rows.splitlines()

    def look_into_the_vault(self, citizen):
        page = citizen.get(self.stack.url + "/vneid/vault")
        file = re.search(r'href="(/vneid/vault/\d+/[0-9a-f]{64})"', page.text).group(1)
        self.assertEqual(citizen.get(self.stack.url + file).status, 200)
        citizen.get(self.stack.url + "/vneid/links")

    def test_skipping_looking_and_leaving(self):
        citizen, page = self.to_notice(self.someone())
        self.assertIn(NOTICE, page.text)
        citizen.submit("Bỏ qua")
        self.look_into_the_vault(citizen)
        citizen.submit("Đăng xuất")
        self.assertEqual(self.events(), ["notice.shown ok", "notice.skip ok", "vault.listed ok", "vault.opened ok record_N",
                                         "session.ended ok sign_out"])
        accounts = self.stack.sql(f"select count(distinct account_id) || ' ' || count(account_id) from audit_event where id > {self.last}")
        self.assertEqual(accounts, "1 5", "each names the account")

    def test_a_linked_account_s_logins_are_told(self):
        case = self.someone()
        citizen, page = self.link(case)
        self.assertIn(LINKED, page.text)
        self.look_into_the_vault(citizen)
        self.to_notice(case)
        told = self.events()
        self.assertEqual(told[-3:], ["vault.listed ok", "vault.opened ok record_N", "login.legacy ok notice,linked"])
        links = self.stack.sql(f"select count(distinct link_id) || ' ' || count(link_id) from audit_event where id > {self.last}"
                               " and event in ('link.made', 'vault.listed', 'vault.opened', 'login.legacy')")
        self.assertEqual(links, "1 4", "each names the link")

    def test_refusals_when_the_way_is_closed_are_told(self):
        case = self.someone()
        self.stack.nginx_extra = "vneid_policy personal notice enforce=2024-07-01 closed=2025-07-01;"
        self.stack.reload_nginx()
        try:
            citizen, page = self.to_notice(case)
            self.assertEqual(page.status, 403)
        finally:
            self.stack.nginx_extra = ""
            self.stack.reload_nginx()
        self.assertEqual(self.events(), ["login.legacy refused closed"])

    def test_an_event_that_cannot_be_written_keeps_nobody_out(self):
        citizen, _ = self.to_notice(self.someone())
        citizen.submit("Bỏ qua")
        self.stack.sql("alter table audit_event add constraint no_look check (event not like 'vault.%') not valid")
        try:
            self.look_into_the_vault(citizen)
        finally:
            self.stack.sql("alter table audit_event drop constraint no_look")
        log = self.stack.error_log.read_text()
        self.assertIn("vault.listed was not audited", log)
        self.assertRegex(log, r"vault\.opened \(record_\d+\) was not audited")


if __name__ == "__main__":
    unittest.main()
