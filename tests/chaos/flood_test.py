"""Strangers fill Redis (G10): forms sent to a gate and sign-ins that nobody ends, from many addresses. What Redis keeps
for them stays within the budget, and whoever logs in meanwhile is held as ever. VNEID_FLOOD=50000 for many."""
import http.client
import os
import pathlib
import sys
import threading
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "flows"))
from support import NOTICE, Citizen, StackTest  # noqa: E402

FLOOD = int(os.environ.get("VNEID_FLOOD", "800"))
ADDRESSES = 40
AT_ONCE = 4
BUDGET = FLOOD * 640  # bytes: a twentieth of what they would take
FORM = "a=" + "x" * 12_000


class Flood(StackTest):
    stack_options = {
        "workers": 2,
        "http_extra": f"vneid_anonymous_limit address={BUDGET // 1024}k total={BUDGET // 1024}k;",
        "nginx_extra": "location /gated { vneid_require session; return 200; }",
    }

    def used(self):
        lines = self.stack.redis_cli("INFO", "memory").decode().splitlines()
        return int(next(line.split(":")[1] for line in lines if line.startswith("used_memory:")))

    def strangers(self, thread, statuses):
        for number in range(thread, FLOOD, AT_ONCE):
            address = f"127.0.1.{1 + number // AT_ONCE % ADDRESSES}"
            connection = http.client.HTTPConnection("127.0.0.1", self.stack.port, timeout=30, source_address=(address, 0))
            headers = {"Host": f"localhost:{self.stack.port}", "Accept": "text/html"}
            if number % 2:
                connection.request("GET", "/vneid/login", headers=headers)
            else:
                headers["Content-Type"] = "application/x-www-form-urlencoded"
                connection.request("POST", "/gated", FORM, headers)
            answer = connection.getresponse()
            answer.read()
            connection.close()
            statuses.append(answer.status)

    def test_strangers_fill_their_budget_and_nobody_elses(self):
        before, statuses, held = self.used(), [], 0
        threads = [threading.Thread(target=self.strangers, args=(n, statuses)) for n in range(AT_ONCE)]
        for thread in threads:
            thread.start()
        honest, tries = self.spare[0], 0
        while any(thread.is_alive() for thread in threads):
            tries += 1
            held += NOTICE in self.to_notice(honest, Citizen())[1].text
        for thread in threads:
            thread.join()
        growth = self.used() - before
        self.assertEqual(len(statuses), FLOOD)
        self.assertEqual(held, tries, "an honest login was not held")
        self.assertLess(growth, 2 * BUDGET + (4 << 20))  # Redis' own costs, and the honest ones' tickets
        self.assertGreater(statuses.count(503), 0, "the budget was never used up")
        print(f"\n{FLOOD} strangers' requests: Redis grew by {growth:,} bytes of a budget of {BUDGET:,}; "
              f"{held} honest logins beside them, all held; answers {({s: statuses.count(s) for s in set(statuses)})}")


if __name__ == "__main__":
    unittest.main()
