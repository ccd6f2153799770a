"""Requests that wait while the world changes: client gone, reload, quit, shutdown timeout, late reply, overload.

PostgreSQL and Redis are black holes here, so every flow waits until its time is up or somebody gives up.
"""
import concurrent.futures
import os
import pathlib
import re
import signal
import subprocess
import time
import unittest

from harness import ModuleTest, closed_by_peer, response, wait_until

SESSION = "__Host-vneid-session=" + "A" * 43
PAGE = f"GET /vneid/links HTTP/1.1\nHost: localhost\nCookie: {SESSION}\n\n"  # asks Redis
LOGIN = "POST /login HTTP/1.1\nHost: localhost\nContent-Length: 0\n\n"        # asks PostgreSQL


class Waiting(ModuleTest):
    stores = False

    def setUp(self):
        super().setUp()
        self.portal.routes["/login"] = response(302, b"Welcome", [("X-Account", "an"), ("Set-Cookie", "SID=secret")])

    def begin(self, text):
        """A request whose flow has begun to wait for a store."""
        before = len(self.hole.connections)
        connection = self.send_raw(text)
        wait_until(lambda: len(self.hole.connections) > before, "the flow at the store")
        return connection

    def assert_alive(self):
        self.assertEqual(self.request("GET", "/x").text, b"portal /x")

    def head(self, connection, seconds=15):
        connection.settimeout(seconds)
        text = b""
        while b"\r\n\r\n" not in text:
            part = connection.recv(4096)
            self.assertTrue(part, "connection closed without an answer")
            text += part
        return text

    def assert_served(self, connection, text):
        """A page says 503. A held login goes on without the notice: our stores are not the citizen's fault (R36)."""
        if text == PAGE:
            self.assert_unavailable(connection)
        else:
            self.assertRegex(self.head(connection), rb"(?s)^HTTP/1.1 302 .*SID=secret")

    def assert_unavailable(self, connection):
        text = self.head(connection)
        self.assertRegex(text, rb"^HTTP/1.1 503 ")
        self.assertRegex(text, rb"(?i)\r\nretry-after: \d")
        self.assertNotIn(b"secret", text)

    def gone_for(self, text):
        """Client leaves: 499 at once, and with the flow its lease on a connection to PostgreSQL is given up."""
        connection = self.begin(text)
        connection.close()
        wait_until(lambda: any('" 499 ' in line for line in self.access_log()), "499 in access.log", 5)
        if text.startswith(LOGIN):  # Redis has one connection for all
            wait_until(lambda: self.hole.still_open() == 0, "the store's connection closed", 5)
        self.assert_alive()


class ClientGone(Waiting):
    def test_http1_page(self):
        self.start(stores_timeout="60s")
        self.gone_for(PAGE)

    def test_http1_login(self):
        self.start(stores_timeout="60s")
        self.gone_for(LOGIN)

    def test_login_with_its_body_from_a_file_and_an_unbuffered_upstream(self):
        self.portal.routes["/login"] = response(200, b"x" * 100_000, [("X-Account", "an")])
        self.start(stores_timeout="60s", login_location="proxy_buffering off;")
        self.gone_for(LOGIN)

    def test_pipelined_request_behind_a_waiting_one(self):
        self.start(stores_timeout="60s")
        self.gone_for(LOGIN + "GET /x HTTP/1.1\nHost: localhost\n\n")

    def test_http2(self):
        self.start(stores_timeout="60s")
        for path, options in (("/vneid/links", ["-H", f"cookie: {SESSION}"]), ("/login", ["-d", "/etc/hostname"])):
            with self.subTest(path):
                before = len(self.hole.connections)
                client = subprocess.Popen(["nghttp", "-v", *options, f"http://127.0.0.1:{self.h2_port}{path}"],
                                          stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
                wait_until(lambda b=before: len(self.hole.connections) > b, "the flow at the store")
                client.kill()
                client.wait()
                wait_until(lambda p=path: any(f"{p} HTTP/2.0\" 499" in line for line in self.access_log()), "499", 5)
        self.assert_alive()

    def test_http2_stream_reset_alone(self):
        """nghttp's time limit resets the stream; the connection lives a moment longer."""
        self.start(stores_timeout="60s")
        subprocess.run(["nghttp", "-t", "1", "-H", f"cookie: {SESSION}", f"http://127.0.0.1:{self.h2_port}/vneid/links"],
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=20)
        wait_until(lambda: any('" 499 ' in line for line in self.access_log()), "499", 5)
        self.assert_alive()

    def test_late_reply_finds_nobody(self):
        self.start(stores_timeout="60s")
        left = self.begin(PAGE)
        stays = self.send_raw(PAGE)  # pipelined on the same connection to Redis
        time.sleep(0.2)
        left.close()
        wait_until(lambda: any('" 499 ' in line for line in self.access_log()), "499", 5)
        self.hole.answer_with_garbage()
        self.assertRegex(stays.makefile("rb").readline(), rb"^HTTP/1.1 503 ")
        self.assert_alive()

    def test_many_random_aborts(self):
        self.start(stores_timeout="1s", connections=512)

        def one(index):
            connection = self.send_raw(LOGIN if index % 2 else PAGE)
            time.sleep(index % 13 / 10)
            connection.close()

        with concurrent.futures.ThreadPoolExecutor(16) as pool:
            list(pool.map(one, range(200)))
        self.assert_alive()


class TimeIsUp(Waiting):
    def test_store_timeout(self):
        self.start(stores_timeout="300ms")
        for text in (LOGIN, PAGE):
            self.assert_served(self.begin(text), text)

    def test_held_login_is_bounded_whatever_the_stores_are_given(self):
        self.start(stores_timeout="60s", login_location="send_timeout 1s;", server="vneid_on_failure notice=closed;")
        begun = time.monotonic()
        self.assert_unavailable(self.begin(LOGIN))
        self.assertAlmostEqual(time.monotonic() - begun, 8, delta=2)
        self.wait_for_log("legacy login refused, since it cannot be judged: Redis or PostgreSQL took too long")

    def test_stalled_stores_let_a_login_through_before_the_cut_over(self):
        self.start(stores_timeout="60s")
        self.assert_served(self.begin(LOGIN), LOGIN)
        self.wait_for_log("legacy login let through without the notice: Redis or PostgreSQL took too long")

    def test_hundreds_wait_and_the_worker_serves_others(self):
        self.start(stores_timeout="60s", connections=1024)
        waiting = [self.send_raw(LOGIN) for _ in range(200)]
        wait_until(lambda: len(self.portal.requests) == 200, "all logins at the portal")
        begun = time.monotonic()
        for _ in range(50):
            self.assert_alive()
        self.assertLess(time.monotonic() - begun, 5)
        for connection in waiting:
            connection.close()


class WorkerLeaves(Waiting):
    def test_reload_while_waiting(self):
        for text in (PAGE, LOGIN):
            with self.subTest(text.split()[1]):
                self.start(stores_timeout="3s")
                connection = self.begin(text)
                old = self.reload(stores_timeout="3s")
                self.assert_alive()
                self.assert_served(connection, text)
                wait_until(lambda o=old: not o & set(self.stack.worker_pids()), "the old worker gone", 5)
                self.stop()

    def test_quit_while_waiting(self):
        for text in (PAGE, LOGIN):
            with self.subTest(text.split()[1]):
                self.start(stores_timeout="2s")
                connection = self.begin(text)
                self.signal(signal.SIGQUIT)
                self.assert_served(connection, text)
                self.assertEqual(self.stack.processes["nginx"].wait(5), 0)
                self.stop()

    def test_shutdown_timeout_while_waiting(self):
        for text in (PAGE, LOGIN):
            with self.subTest(text.split()[1]):
                # What a client has sent is awaited for as long as its store is given, with nobody left to wait.
                self.start(stores_timeout="4s", main="worker_shutdown_timeout 1s;")
                connection = self.begin(text)
                begun = time.monotonic()
                self.signal(signal.SIGQUIT)
                self.assertEqual(self.stack.processes["nginx"].wait(8), 0)
                self.assertGreater(time.monotonic() - begun, 0.8)
                self.assertTrue(closed_by_peer(connection))
                self.stop()

    def test_fast_stop_while_waiting(self):
        for text in (PAGE, LOGIN):
            with self.subTest(text.split()[1]):
                self.start(stores_timeout="60s")
                connection = self.begin(text)
                self.signal(signal.SIGTERM)
                self.assertEqual(self.stack.processes["nginx"].wait(5), 0)
                self.assertTrue(closed_by_peer(connection))
                self.stop()

    def test_idle_worker_leaves_at_once(self):
        self.start(stores_timeout="300ms")
        self.assert_unavailable(self.begin(PAGE))
        begun = time.monotonic()
        self.stop()
        self.assertLess(time.monotonic() - begun, 3)

    def test_reload_under_load(self):
        self.start(stores_timeout="200ms", connections=512)
        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            answers = [pool.submit(self.request, "POST", "/login") for _ in range(80)]
            for _ in range(4):
                time.sleep(0.2)
                self.reload(stores_timeout="200ms", connections=512)
            self.assertEqual({answer.result().status for answer in answers}, {302})


class Overload(Waiting):
    # nginx's own words for a full table.
    allowed_log_lines = ("worker_connections are not enough",)

    def test_no_connection_slot_left(self):
        self.start(stores_timeout="60s", connections=24)
        begun = {text: self.send_raw(text[:20]) for text in (PAGE, LOGIN)}  # these two have a slot
        filler = []
        while "are not enough" not in self.error_log():
            self.assertLess(len(filler), 60)
            filler.append(self.send_raw("POST /slow HTTP/1.1\nHost: localhost\nContent-Length: 9\n\n"))
            time.sleep(0.02)
        begun[PAGE].sendall(PAGE[20:].replace("\n", "\r\n").encode())
        self.assert_unavailable(begun[PAGE])
        for connection in (*filler, *begun.values()):
            connection.close()
        wait_until(lambda: self.request("GET", "/x").text == b"portal /x", "service again")


class NoSpin(Waiting):
    def test_a_waiting_worker_uses_no_processor(self):
        self.start(stores_timeout="60s")
        self.begin(LOGIN)
        self.begin(PAGE)
        worker = self.stack.worker_pids()[0]

        def ticks():
            fields = pathlib.Path(f"/proc/{worker}/stat").read_text().rpartition(")")[2].split()
            return int(fields[11]) + int(fields[12])
        before = ticks()
        time.sleep(2)
        self.assertLess(ticks() - before, os.sysconf("SC_CLK_TCK") // 10)


class Descriptors(Waiting):
    def test_nothing_is_left_open(self):
        self.start(stores_timeout="200ms")
        for text in (LOGIN, PAGE):
            self.assert_served(self.begin(text), text)
        worker = self.stack.worker_pids()[0]
        wait_until(lambda: self.hole.still_open() == 0, "stores closed", 10)

        def sockets():
            links = (os.readlink(f"/proc/{worker}/fd/{fd}") for fd in os.listdir(f"/proc/{worker}/fd"))
            return sum(bool(re.match("socket:", link)) for link in links)
        before = sockets()
        for _ in range(20):
            self.send_raw(LOGIN).close()
            self.send_raw(PAGE).close()
        wait_until(lambda: sockets() <= before, "as many sockets as before", 10)


if __name__ == "__main__":
    unittest.main()
