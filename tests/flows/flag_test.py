"""A person whom an officer flags is out everywhere, at once, until another officer lets them in again."""
import os
import unittest

from support import LINKED, Citizen, StackTest, log_in_to_vneid

KEPT_OUT = "Việc truy cập đang tạm dừng"
CAUSE = "whom an officer has flagged (vneidctl persons unflag)"


class Flag(StackTest):
    stack_options = {"workers": 2}

    @classmethod
    def prepare(cls, stack):
        stack.nginx_extra = f"location /trang-chu {{ vneid_require session; proxy_pass {stack.portal_url}; }}"

    def by_vneid(self, case, language="vi"):
        citizen = Citizen(headers={"Accept-Language": language})
        page = citizen.get(self.stack.url + "/vneid/login?return=/trang-chu")
        return citizen, log_in_to_vneid(citizen, page, case["vneid_number"], case["vneid_password"])

    def assert_kept_out(self, page, words=KEPT_OUT):
        self.assertEqual(page.status, 403, page.text[:500])
        self.assertIn(words, page.text)
        lines = [line for line in self.stack.error_log.read_text().splitlines() if self.reference(page) in line]
        self.assertTrue(any(CAUSE in line or "kept_out" in line for line in lines), lines)

    @unittest.skipIf(os.geteuid() != 0, "only root makes officers' accounts")
    def test_a_flagged_person_is_out_everywhere(self):
        case = self.someone()
        citizen, page = self.link(case)
        self.assertIn(LINKED, page.text)
        self.assertEqual(citizen.get(self.stack.url + "/trang-chu").status, 200)
        person = self.stack.sql("select max(person_id) from link where state = 'active'")
        officers = [self.officer("lan"), self.officer("minh")]
        told = self.vneidctl(officers[0], "persons", "flag", person, "--reason", "mất điện thoại")
        self.assertIn("1 sessions of their accounts were ended", told)
        # At once, and in every worker.
        for _ in range(8):
            self.assertNotEqual(citizen.request("GET", self.stack.url + "/trang-chu").status, 200)
        for path in ("links", "vault", "identity"):
            self.assertEqual(citizen.request("GET", self.stack.url + "/vneid/" + path).status, 401)
        self.assert_kept_out(self.by_vneid(case)[1])
        self.assert_kept_out(self.by_vneid(case, "en")[1], "Access is paused")
        # The portal's own password opens no more: its answer is dropped.
        thief, page = self.to_notice(case)
        self.assert_kept_out(page)
        self.assertNotIn("portal_session", thief.cookies["localhost"])
        self.assertEqual(self.stack.sql("select result, reason from audit_event where event = 'login.legacy'"
                                        " order by id desc limit 1"), "refused|notice,linked,kept_out")
        # Everybody else is as they were.
        self.assertIn(LINKED, self.link(self.someone())[1].text)

        self.vneidctl(officers[1], "persons", "unflag", person, "--reason", "đã làm lại SIM")
        again, page = self.by_vneid(case)
        self.assertEqual(page.status, 200)
        self.assertEqual(again.get(self.stack.url + "/vneid/vault").status, 200)
        self.assertEqual(self.inconsistencies(), "")

    @unittest.skipIf(os.geteuid() != 0, "only root makes officers' accounts")
    def test_a_session_that_redis_kept_opens_no_page_of_ours(self):
        case = self.someone()
        citizen, page = self.link(case)
        self.assertIn(LINKED, page.text)
        person = self.stack.sql("select max(person_id) from link where state = 'active'")
        self.stack.sql(f"select flag_person({person}, 'lan', 'x', '052******999')")  # and Redis was away
        self.assert_kept_out(citizen.request("GET", self.stack.url + "/vneid/vault"))
        self.assertEqual(citizen.request("GET", self.stack.url + "/vneid/vault").status, 401)
        self.assertNotEqual(citizen.request("GET", self.stack.url + "/trang-chu").status, 200)


if __name__ == "__main__":
    unittest.main()
