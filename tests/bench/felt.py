"""Sign-outs all the time, under load: two nginx on one Redis. Says how long after its end, which is when the sign-out was
answered, a session was still let in: on the same host never, on the other one for a second at most; and what the workers'
memory did meanwhile. Fails when a session was let in after its end on its host, or for longer than that on the other.

    felt.py [--seconds 600] [--together 4] [--load 4]

--together: how many sign-outs are on their way at once; --load: how many others ask all the time. VNEID_BUILD names the build."""
import argparse
import pathlib
import statistics
import sys
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "flows"))
from shared_sessions_test import Citizens, SharedSessions, TwoHosts  # noqa: E402
from gate_test import open_office  # noqa: E402
from support import BUILD, LINKED, Citizen, log_in_to_vneid, wait_until  # noqa: E402


def memory(stack):
    """Resident kilobytes of the workers of both hosts, without what they share."""
    total = 0
    for pid in worker_pids(stack):
        rollup = pathlib.Path(f"/proc/{pid}/smaps_rollup").read_text()
        total += sum(int(line.split()[1]) for line in rollup.splitlines() if line.startswith(("Private_Clean:", "Private_Dirty:")))
    return total


def worker_pids(stack):
    for name in ("nginx", "nginx-other"):
        master = stack.processes[name].pid
        yield from map(int, pathlib.Path(f"/proc/{master}/task/{master}/children").read_text().split())


class Signing(threading.Thread):
    """One after the other: a login with VNeID, requests to both hosts, a sign-out, and who was let in after it."""

    def __init__(self, walker, case, until):
        super().__init__(daemon=True)
        self.walker, self.stack, self.case, self.until = walker, walker.stack, case, until
        self.here, self.there, self.requests, self.failure = [], [], 0, None
        self.start()

    def run(self):
        try:
            while time.monotonic() < self.until:
                self.one()
        except Exception as failure:  # told by the main thread
            self.failure = failure

    def one(self):
        citizen = Citizen()
        page = citizen.get(self.stack.url + "/vneid/login?return=%2Fho-so")
        log_in_to_vneid(citizen, page, self.case["vneid_number"], self.case["vneid_password"])
        asking = Citizens(self.stack, self.walker.cookie_of(citizen))
        wait_until(lambda: sum(status == 200 for _, _, status in asking.answers) > 20, "it is let in")
        self.walker.sign_out(citizen)
        answered = time.monotonic()
        wait_until(lambda: asking.answers[-1][1] > answered + 1.2, "it goes on asking")
        asking.stop()
        self.here.append(asking.admitted(self.stack.port, answered))
        self.there.append(asking.admitted(self.stack.other_port, answered))
        self.requests += len(asking.answers)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=int, default=600)
    parser.add_argument("--together", type=int, default=4)
    parser.add_argument("--load", type=int, default=4)
    given = parser.parse_args()
    upstream = open_office(SharedSessions)
    with TwoHosts(BUILD, workers=4, http_extra="vneid_zone shared 1m;",
                  nginx_extra=f"location /nop-ho-so/ {{ vneid_require level=2; {upstream}; }}") as stack:
        walker = SharedSessions()
        walker.stack = SharedSessions.stack = stack
        people = [case for case in stack.crowd if case["expect"] == "link"]
        cookies = []
        for case in people[:given.together + given.load]:
            citizen, page = walker.link(case)
            if LINKED not in page.text:
                sys.exit("a citizen was not linked")
            citizen.submit("Tiếp tục", page)
            cookies.append(walker.cookie_of(citizen))
        load = [Citizens(stack, cookie) for cookie in cookies[given.together:]]
        begun = time.monotonic()
        signing = [Signing(walker, case, begun + given.seconds) for case in people[:given.together]]
        time.sleep(min(20, given.seconds / 3))  # caches are filled
        before = memory(stack)
        for one in signing:
            one.join()
        after, lasted = memory(stack), time.monotonic() - begun
        for one in load:
            one.stop()
        report(signing, load, lasted, before, after)


def report(signing, load, lasted, before, after):
    failures = [one.failure for one in signing if one.failure]
    here, there = (sorted(late for one in signing for late in getattr(one, where)) for where in ("here", "there"))
    requests = sum(one.requests for one in signing) + sum(len(one.answers) for one in load)
    refused = sum(status != 200 for one in load for _, _, status in one.answers)
    print(f"{len(here)} sign-outs and {requests:,} requests in {lasted:.0f} s; of those who stayed {refused} were refused")
    print(f"let in after the end: same host {here[-1] * 1000:.0f} ms at most; other host median "
          f"{statistics.median(there) * 1000:.0f} ms, p99 {there[int(len(there) * 0.99)] * 1000:.0f} ms, at most {there[-1] * 1000:.0f} ms")
    print(f"the workers' own memory: {before:,} kB, and {after:,} kB at the end")
    sys.exit(str(failures[0]) if failures else int(here[-1] > 0 or there[-1] > 1.0 or refused > 0))


if __name__ == "__main__":
    main()
