"""Redis, PostgreSQL or the provider away, stalled, and back again: no reload, nothing lost, nobody blocked."""
import concurrent.futures
import contextlib
import signal
import socket
import unittest
import urllib.parse

from support import LINKED, NOTICE, Citizen, StackTest, wait_until


class Outages(StackTest):
    @contextlib.contextmanager
    def without_redis(self):
        self.stack.stop_process("redis", signal.SIGKILL)
        try:
            yield
        finally:
            self.stack.start_redis()

    @contextlib.contextmanager
    def without_postgres(self):
        self.stack.stop_postgres()
        try:
            yield
        finally:
            self.stack.start_postgres()

    def settle(self):
        """Until a notice comes again: the clients have reconnected."""
        wait_until(lambda: NOTICE in self.to_notice(self.someone())[1].text, "the notice after an outage")

    def assert_away(self, page):
        self.assertEqual(page.status, 503)
        self.assertGreater(int(page.header("Retry-After")), 0)
        self.assertEqual(page.header("Cache-Control"), "no-store")
        self.assertIn(self.reference(page), self.stack.error_log.read_text())

    def test_stores_away_let_the_legacy_login_through_and_say_so_elsewhere(self):
        for away in (self.without_redis, self.without_postgres):
            with self.subTest(away.__name__):
                linked, page = self.link(self.someone())
                self.assertIn(LINKED, page.text)
                session = linked.cookies["localhost"]["__Host-vneid-session"]
                with away():
                    citizen, page = self.to_notice(self.someone())
                    self.assertEqual(page.url, self.stack.url + "/trang-chu")
                    self.assertIn("portal_session", citizen.cookies["localhost"])
                    self.assertNotIn("__Host-vneid-ticket", citizen.cookies["localhost"])
                    self.assert_away(linked.get(self.stack.url + "/vneid/vault"))
                    # Unknown is not absent: the cookie stays (D7).
                    self.assertEqual(linked.cookies["localhost"]["__Host-vneid-session"], session)
                    # Whoever logs in next at this browser does not inherit the session.
                    self.to_notice(self.someone(), linked)
                    self.assertNotIn("__Host-vneid-session", linked.cookies["localhost"])
                self.settle()

    def test_postgres_away_between_notice_and_choice(self):
        citizen, page = self.to_notice(self.someone())
        with self.without_postgres():
            answer = citizen.submit("Bỏ qua", page)
            self.assertEqual(answer.url, self.stack.url + "/trang-chu")
        self.settle()

    def test_redis_away_between_notice_and_choice(self):
        case = self.someone()
        citizen, page = self.to_notice(case)
        with self.without_redis():
            self.assert_away(citizen.submit("Bỏ qua", page))
        self.settle()
        citizen, page = self.to_notice(case, citizen)
        self.assertIn(NOTICE, page.text)

    def test_postgres_away_at_the_callback_leaves_the_login_usable(self):
        case = self.someone()
        citizen, callback = self.to_callback(case)
        with self.without_postgres():
            page = citizen.get(callback)
            self.assert_away(page)
        self.settle()
        self.assertEqual(citizen.submit("Bỏ qua", page).url, self.stack.url + "/trang-chu")
        _, page = self.link(case)
        self.assertIn(LINKED, page.text)
        self.assertEqual(self.inconsistencies(), "")

    def test_provider_away_is_said_and_skip_still_works(self):
        warm, page = self.link(self.someone())
        self.assertIn(LINKED, page.text)
        citizen, callback = self.to_callback(self.someone())
        self.stack.stop_process("provider")
        try:
            page = citizen.get(callback)
            self.assert_away(page)
            self.assertIn("tạm thời gián đoạn", page.text)
            self.assertEqual(citizen.submit("Bỏ qua", page).url, self.stack.url + "/trang-chu")
        finally:
            self.stack.start_provider()
        _, page = self.link(self.someone())
        self.assertIn(LINKED, page.text)

    def test_a_provider_that_never_answers_holds_nobody_else_up(self):
        citizen, callback = self.to_callback(self.someone())
        self.stack.provider_control(stall_token=True)
        try:
            with concurrent.futures.ThreadPoolExecutor(20) as pool:
                stalled = pool.submit(citizen.get, callback)
                pages = list(pool.map(lambda _: Citizen().request("GET", self.stack.url + "/vneid/notice").status,
                                      range(1000)))
                self.assertEqual(set(pages), {410})
                self.assert_away(stalled.result(60))
        finally:
            self.stack.provider_control(reset=True)

    def test_a_client_that_leaves_does_not_interrupt_the_link(self):
        case = self.someone()
        links = self.links()
        citizen, callback = self.to_callback(case)
        tokens = self.stack.provider_requests("token")
        self.stack.provider_control(slow_token=1)
        try:
            target = urllib.parse.urlsplit(callback)
            jar = "; ".join(f"{k}={v}" for k, v in citizen.cookies["localhost"].items())
            with socket.create_connection(("127.0.0.1", self.stack.port)) as gone:
                gone.sendall(f"GET {target.path}?{target.query} HTTP/1.1\r\nHost: localhost\r\nCookie: {jar}\r\n\r\n".encode())
                wait_until(lambda: self.stack.provider_requests("token") > tokens, "the token request")
            wait_until(lambda: self.links() == links + 1, "the link of the client that left")
        finally:
            self.stack.provider_control(reset=True)
        # Coming back, the same browser is told.
        self.assertIn(LINKED, citizen.get(callback).text)


if __name__ == "__main__":
    unittest.main()
