"""One worker; the provider accepts a callback's token request and never answers. What do 1,000 other requests through
that worker take, compared with the same 1,000 without the stall? Both are measured in one run, in turns; the figure is
the ratio. Prints; asserts only that every request succeeded."""
import http.client
import pathlib
import statistics
import sys
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "flows"))
from support import BUILD, Stack, StackTest  # noqa: E402

REQUESTS = 1000
ROUNDS = 5


def run(stack, cookie):
    """Seconds for the requests, over one kept connection: pages that ask Redis."""
    connection = http.client.HTTPConnection("localhost", stack.port, timeout=60)
    begun = time.perf_counter()
    for _ in range(REQUESTS):
        connection.request("GET", "/vneid/links", headers={"Cookie": cookie})
        answer = connection.getresponse()
        answer.read()
        if answer.status != 200:
            sys.exit(f"a request failed: {answer.status}")
    return time.perf_counter() - begun


def main():
    walker = StackTest()
    with Stack(BUILD, workers=1) as stack:
        walker.stack = StackTest.stack = stack
        people = [case for case in stack.crowd if case["expect"] == "link"]
        citizen, _ = walker.link(people.pop())
        cookie = "; ".join(f"{k}={v}" for k, v in citizen.cookies["localhost"].items() if "session" in k)
        ratios = []
        for _ in range(ROUNDS):
            plain = run(stack, cookie)
            waiting = [walker.to_callback(people.pop()) for _ in range(5)]
            stack.provider_control(stall_token=True)
            before = stack.provider_requests("token")
            threads = [threading.Thread(target=c.get, args=(url,)) for c, url in waiting]
            for thread in threads:
                thread.start()
            while stack.provider_requests("token") < before + len(threads):
                time.sleep(0.01)
            stalled = run(stack, cookie)
            stack.provider_control(reset=True)
            for thread in threads:
                thread.join()
            ratios.append(stalled / plain)
            print(f"{REQUESTS} requests: {plain:.2f} s, with 5 stalled callbacks {stalled:.2f} s, ratio {ratios[-1]:.2f}")
        print(f"median ratio {statistics.median(ratios):.2f} (smallest {min(ratios):.2f}, largest {max(ratios):.2f})")


if __name__ == "__main__":
    main()
