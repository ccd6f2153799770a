"""What a login costs a worker in memory while it is held: 40 of them, whose answers have 250 KB each, wait for a database
that says nothing. Prints bytes a login, and the ratio to the answer's size; asserts only that all were held back."""
import os
import pathlib
import sys
import threading

sys.path[:0] = [str(pathlib.Path(__file__).resolve().parents[1] / "module"),
                str(pathlib.Path(__file__).resolve().parents[2] / "config" / "demo")]
os.environ.setdefault("VNEID_BUILD", str(pathlib.Path(__file__).resolve().parents[2] / "build" / "release"))
from harness import ModuleTest, response, wait_until  # noqa: E402

LOGINS = 40
SIZE = 250_000


class Held(ModuleTest):
    stores = False
    login = "account=$upstream_http_x_account"

    def resident(self):
        (worker,) = self.stack.worker_pids()
        status = pathlib.Path(f"/proc/{worker}/status").read_text(encoding="ascii")
        return next(int(line.split()[1]) * 1024 for line in status.splitlines() if line.startswith("VmRSS"))

    def hold(self, count):
        """Waiting logins: their threads. Each answer has arrived when the portal has sent its last byte."""
        threads = [threading.Thread(target=self.request, args=("POST", "/login"), kwargs={"timeout": 60})
                   for _ in range(count)]
        before = self.answers
        for thread in threads:
            thread.start()
        wait_until(lambda: self.answers - before == count, "all answers sent", 30)
        return threads

    def runTest(self):
        self.answers = 0
        lock = threading.Lock()

        def answer(_, connection):
            connection.sendall(response(200, b"x" * SIZE, [("X-Account", "an"), ("Set-Cookie", "SID=1")]))
            with lock:
                self.answers += 1
        self.portal.routes["/login"] = answer
        self.start(stores_timeout="30s", connections=512,
                   login_location="proxy_buffer_size 16k; proxy_buffers 64 16k; proxy_busy_buffers_size 512k;")
        for thread in self.hold(1):  # whatever a worker allocates once
            thread.join()
        before = self.resident()
        threads = self.hold(LOGINS)
        wait_until(lambda: self.resident() > before, "memory in use")
        peak = max(self.resident() for _ in range(200))
        for thread in threads:
            thread.join()
        each = (peak - before) / LOGINS
        print(f"{LOGINS} held logins of {SIZE} bytes: {each:,.0f} bytes each above what the worker had, "
              f"ratio {each / SIZE:.2f}; a worker afterwards has {self.resident() - before:,} more")


if __name__ == "__main__":
    import unittest
    unittest.main()
