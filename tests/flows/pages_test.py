"""After the link: the list, the vault, the direction of trust."""
import re
import unittest

from support import LINKED, NOTICE, StackTest


class AfterTheLink(StackTest):
    def setUp(self):
        self.case = self.someone()
        self.citizen, self.page = self.link(self.case)
        self.assertIn(LINKED, self.page.text)

    def vault(self, citizen):
        return citizen.get(self.stack.url + "/vneid/vault")

    def files(self, page):
        return re.findall(r'href="(/vneid/vault/\d+/[0-9a-f]{64})"', page.text)

    def test_success_page_tells_what_moved(self):
        self.assertIn(self.case["vneid_number"], self.page.text)
        self.assertIn("Tài khoản định danh điện tử cấp bởi Bộ Công an", self.page.text)
        self.assertRegex(self.page.text, r"\d\d/\d\d/\d{4}")

    def test_the_list_shows_the_link(self):
        page = self.citizen.get(self.stack.url + "/vneid/links")
        self.assertIn("Danh sách tài khoản liên kết", page.text)
        self.assertIn(self.case["vneid_number"], page.text)

    def test_files_open_for_their_owner_only(self):
        files = self.files(self.vault(self.citizen))
        self.assertGreaterEqual(len(files), 15)
        opened = self.citizen.get(self.stack.url + files[0])
        self.assertEqual((opened.status, opened.body[:5]), (200, b"%PDF-"))
        self.assertEqual(opened.header("X-Content-Type-Options"), "nosniff")
        self.assertEqual(opened.header("Cache-Control"), "no-store")
        other, _ = self.link(self.someone())
        self.assertEqual(other.get(self.stack.url + files[0]).status, 404)
        other.cookies.clear()
        self.assertEqual(other.get(self.stack.url + files[0]).status, 401)
        for path in ("/vneid/vault/0/" + "0" * 64, "/vneid/vault/-1/x", "/vneid/vault/1", "/vneid/vault/9" * 30):
            self.assertEqual(self.citizen.get(self.stack.url + path).status, 404)

    def test_the_next_legacy_login_sees_no_notice_and_not_the_persons_vault(self):
        citizen, page = self.to_notice(self.case)
        self.assertNotIn(NOTICE, page.text)
        self.assertEqual(page.url, self.stack.url + "/trang-chu")
        links = citizen.get(self.stack.url + "/vneid/links")
        self.assertEqual(links.status, 200)
        self.assertNotIn(self.case["vneid_number"], links.text)
        own = self.files(self.vault(self.citizen))
        legacy = self.files(self.vault(citizen))
        self.assertTrue(legacy, "the legacy login still sees what it saw before")
        self.assertFalse(set(own) & set(legacy), "records of the person's vault")
        self.assertEqual(citizen.get(self.stack.url + own[0]).status, 404)

    def test_a_session_is_new_at_each_change_of_proof(self):
        citizen, _ = self.to_notice(self.someone())
        citizen.submit("Bỏ qua")
        planted = citizen.cookies["localhost"]["__Host-vneid-session"]
        citizen, page = self.link(self.someone(), citizen)
        fresh = citizen.cookies["localhost"]["__Host-vneid-session"]
        self.assertNotEqual(planted, fresh)
        citizen.cookies["localhost"]["__Host-vneid-session"] = planted
        self.assertEqual(citizen.get(self.stack.url + "/vneid/vault").status, 401)

    def test_sessions_are_sealed_in_redis_and_their_tokens_not_there(self):
        token = self.citizen.cookies["localhost"]["__Host-vneid-session"]
        keys = self.stack.redis_cli("KEYS", "*").decode()
        self.assertNotIn(token, keys)
        for key in keys.split():
            value = self.stack.redis_cli("GET", key)
            self.assertNotIn(token.encode(), value)
            self.assertNotIn(b"account", value)


if __name__ == "__main__":
    unittest.main()
