"""What the module costs a request that it handles: the same small answer of the same upstream through two locations of
one nginx, /handled (under `vneid on`, with the directives given) and /plain (`vneid off`). Prints requests/s of both in
turns and their ratio, user instructions (callgrind) and system calls (strace -c) a request.

    gate.py [--directives "vneid_require session;"] [--session] [--requests N] [--rounds N] [--without-tracers]

--session sends the cookies of a citizen who has linked. Needs valgrind and strace, which nothing else does."""
import argparse
import http.client
import pathlib
import re
import shutil
import socketserver
import statistics
import subprocess
import sys
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "flows"))
from support import BUILD, Stack, StackTest  # noqa: E402
from stack import wait_until  # noqa: E402

PAGE = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 3\r\n\r\nok\n"


class Upstream(socketserver.ThreadingTCPServer):
    """The least an upstream can do, over kept connections."""
    allow_reuse_address = True
    daemon_threads = True

    class RequestHandlerClass(socketserver.BaseRequestHandler):
        def handle(self):
            read = b""
            while data := self.request.recv(65536):
                read += data
                while b"\r\n\r\n" in read:
                    read = read.split(b"\r\n\r\n", 1)[1]
                    self.request.sendall(PAGE)

    def __init__(self):
        super().__init__(("127.0.0.1", 0), self.RequestHandlerClass)
        threading.Thread(target=self.serve_forever, daemon=True).start()


class GateStack(Stack):
    wrapper = ()

    def spawn(self, name, command, **options):
        return super().spawn(name, [*self.wrapper, *command] if name == "nginx" else command, **options)

    def nginx_conf(self):
        """Without debug information: valgrind 3.19 cannot read clang's."""
        module = self.folder / "module.so"
        if not module.exists():
            subprocess.run(["objcopy", "--strip-debug", self.build / "module" / "ngx_http_vneid_module.so", module], check=True)
        return super().nginx_conf().replace(f"{self.build}/module/ngx_http_vneid_module.so", str(module))


def locations(directives):
    proxy = "proxy_pass http://bench; proxy_http_version 1.1; proxy_set_header Connection '';"
    return f"""
        access_log off;
        keepalive_requests 1000000;
        location = /handled {{ {directives} {proxy} }}
        location = /plain   {{ vneid off; {proxy} }}"""


def run(stack, path, cookie, requests):
    """Seconds for the requests, over one kept connection."""
    connection = http.client.HTTPConnection("localhost", stack.port, timeout=120)
    headers = {"Cookie": cookie} if cookie else {}
    begun = time.perf_counter()
    for _ in range(requests):
        connection.request("GET", path, headers=headers)
        answer = connection.getresponse()
        answer.read()
        if answer.status != 200:
            sys.exit(f"{path}: status {answer.status}")
    return time.perf_counter() - begun


def speed(stack, cookie, requests, rounds):
    run(stack, "/plain", cookie, 200), run(stack, "/handled", cookie, 200)
    ratios = []
    for number in range(rounds):
        order = ("/plain", "/handled") if number % 2 == 0 else ("/handled", "/plain")
        spent = {path: run(stack, path, cookie, requests) for path in order}
        ratios.append(spent["/plain"] / spent["/handled"])
        print(f"round {number + 1}: plain {requests / spent['/plain']:6.0f}/s  handled {requests / spent['/handled']:6.0f}/s"
              f"  ratio {ratios[-1]:.3f}", flush=True)
    print(f"requests/s, handled : plain = {statistics.median(ratios):.3f} (median of {rounds})")


def system_calls(stack, path, cookie, requests):
    """{name: calls a request} of the one worker."""
    log = stack.folder / "strace"
    tracer = subprocess.Popen(["strace", "-c", "-f", "-o", log, "-p", str(stack.worker_pids()[0])], stderr=subprocess.DEVNULL)
    status = pathlib.Path(f"/proc/{stack.worker_pids()[0]}/status")
    wait_until(lambda: f"TracerPid:\t{tracer.pid}\n" in status.read_text(), "strace")
    run(stack, path, cookie, requests)
    tracer.terminate()
    tracer.wait(30)
    calls = {}
    for line in log.read_text().splitlines():
        found = re.match(r"\s*[\d.]+\s+[\d.]+\s+\d+\s+(\d+)\s+(?:\d+\s+)?(\w+)$", line)
        if found and found.group(2) != "total":
            calls[found.group(2)] = int(found.group(1)) / requests
    return calls


def compare_system_calls(stack, cookie, requests):
    plain, handled = (system_calls(stack, path, cookie, requests) for path in ("/plain", "/handled"))
    for name in sorted({*plain, *handled}):
        before, after = plain.get(name, 0), handled.get(name, 0)
        if max(before, after) >= 0.01:
            print(f"    {name:14} plain {before:6.2f}  handled {after:6.2f}")
    print(f"system calls a request: plain {sum(plain.values()):.2f}, handled {sum(handled.values()):.2f}")


def instructions(stack, path, cookie, requests):
    """Of all processes of nginx under callgrind, from their start to their end."""
    for file in stack.run.glob("callgrind.out.*"):
        file.unlink()
    stack.start_nginx()
    run(stack, path, cookie, requests)
    stack.stop_process("nginx", seconds=60)
    return sum(int(re.search(r"^(?:totals|summary): (\d+)", file.read_text(errors="replace"), re.M).group(1))
               for file in stack.run.glob("callgrind.out.*"))


def compare_instructions(stack, cookie, requests):
    """A long run less a short one: the start is in both."""
    stack.stop_process("nginx")
    stack.wrapper = ["valgrind", "--tool=callgrind", f"--callgrind-out-file={stack.run}/callgrind.out.%p"]
    few = 50
    each = {}
    for path in ("/plain", "/handled"):
        long, short = (instructions(stack, path, cookie, count) for count in (few + requests, few))
        each[path] = (long - short) / requests
    plain, handled = each["/plain"], each["/handled"]
    print(f"user instructions a request: plain {plain:.0f}, handled {handled:.0f}, more {handled - plain:.0f}")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--directives", default="", help="what /handled says besides proxy_pass")
    parser.add_argument("--session", action="store_true")
    parser.add_argument("--requests", type=int, default=300)
    parser.add_argument("--rounds", type=int, default=31)
    parser.add_argument("--without-tracers", action="store_true")
    given = parser.parse_args()
    walker = StackTest()
    upstream = f"upstream bench {{ server 127.0.0.1:{Upstream().server_address[1]}; keepalive 8; }}"
    with GateStack(BUILD, workers=1, http_extra=upstream, nginx_extra=locations(given.directives)) as stack:
        walker.stack = StackTest.stack = stack
        cookie = ""
        if given.session:
            citizen, _ = walker.link(next(case for case in stack.crowd if case["expect"] == "link"))
            citizen.submit("Tiếp tục")  # releases the login, whose ticket is a large cookie
            cookie = "; ".join(f"{name}={value}" for name, value in citizen.cookies["localhost"].items())
        speed(stack, cookie, given.requests, given.rounds)
        if given.without_tracers:
            return
        missing = [tool for tool in ("strace", "valgrind") if shutil.which(tool) is None]
        if missing:
            sys.exit("not installed: " + ", ".join(missing))
        compare_system_calls(stack, cookie, 500)
        compare_instructions(stack, cookie, 2000)


if __name__ == "__main__":
    main()
