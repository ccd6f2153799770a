"""Browsers that leave a callback at random moments, and come back (G8): whoever asks again ends on the page of his link,
and nobody who waits asks Redis more than he needs. VNEID_ABORTS=1000 for many."""
import os
import pathlib
import random
import socket
import struct
import sys
import threading
import time
import unittest
import urllib.parse

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "flows"))
from support import LINKED, Citizen, StackTest, wait_until  # noqa: E402

ABORTS = int(os.environ.get("VNEID_ABORTS", "20"))
SEED = int(os.environ.get("VNEID_SEED", "20240701"))
AT_ONCE = 4
MOST_A_SECOND = 5  # Redis commands of one that waits


class Aborts(StackTest):
    # Linked accounts are held too: the same people come again and again.
    stack_options = {"workers": 2, "nginx_extra": "vneid_policy personal enforce;"}

    def send_and_leave(self, citizen, url, after):
        """The callback's request, whose sender is gone `after` seconds later, with a reset."""
        cookies = "; ".join(f"{name}={value}" for name, value in citizen.cookies["localhost"].items())
        parts = urllib.parse.urlsplit(url)
        with socket.create_connection(("127.0.0.1", self.stack.port), 10) as connection:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            connection.sendall(f"GET {parts.path}?{parts.query} HTTP/1.1\r\nHost: localhost:{self.stack.port}\r\n"
                               f"Accept: text/html\r\nCookie: {cookies}\r\n\r\n".encode())
            time.sleep(after)  # a random moment is the point here

    def leave_and_come_back(self, case, ends):
        citizen, url = self.to_callback(case, Citizen(timeout=60))
        self.send_and_leave(citizen, url, random.uniform(0, 0.08))
        page = citizen.get(url)
        ends.append("linked" if LINKED in page.text or "đã được liên kết" in page.text else f"{page.status} {page.text[:2000]}")

    def test_whoever_comes_back_ends_where_he_would_have(self):
        random.seed(SEED)
        ends, cases = [], self.spare[:AT_ONCE]

        def keep_leaving(case):
            for _ in range(ABORTS // AT_ONCE):
                self.leave_and_come_back(case, ends)
        threads = [threading.Thread(target=keep_leaving, args=(case,)) for case in cases]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(len(ends), ABORTS // AT_ONCE * AT_ONCE)
        self.assertEqual({end for end in ends if end != "linked"}, set())
        print(f"\n{len(ends)} callbacks left and asked again, all linked, seed {SEED}")

    def commands(self):
        lines = self.stack.redis_cli("INFO", "stats").decode().splitlines()
        return int(next(line.split(":")[1] for line in lines if line.startswith("total_commands_processed")))

    def test_who_waits_asks_redis_little(self):
        citizen, url = self.to_callback(self.spare[-1], Citizen(timeout=60))
        self.stack.provider_control(stall_token=True)
        self.addCleanup(self.stack.provider_control, reset=True)
        asked = self.stack.provider_requests("token")
        self.send_and_leave(citizen, url, 0)
        wait_until(lambda: self.stack.provider_requests("token") > asked, "the flow at the provider")
        before, begun = self.commands(), time.monotonic()
        page = citizen.get(url)  # waits until the flow's own deadline
        seconds = time.monotonic() - begun
        self.assertNotIn(LINKED, page.text)
        used = self.commands() - before
        print(f"\n{used} Redis commands in {seconds:.1f} s of waiting")
        self.assertLess(used, MOST_A_SECOND * seconds + 15)  # and what its end costs


if __name__ == "__main__":
    unittest.main()
