"""What the module costs each request of a portal, as a table: instructions (callgrind), system calls (strace) and CPU
(schedstat; median of --rounds, in turns) over the same request where the module is off, in one run of one nginx.

    table.py [--rounds N] [--brief] [--check | --write]

--check compares with baseline.json, by the codename of this Debian, and fails when a row takes 5 % more instructions, in
times of the plain request, or system calls than there; --write puts what was measured there. --brief leaves out the rows
that need a deployment of their own, and most rounds."""
import argparse
import json
import pathlib
import statistics
import sys

from gate import BUILD, GateStack, StackTest, Upstream, instructions, run, system_calls, wait_until

BASELINE = pathlib.Path(__file__).with_name("baseline.json")
MOST_GROWTH = 1.05
PROXY = "proxy_pass http://bench; proxy_http_version 1.1; proxy_set_header Connection '';"
IDENTITY = """vneid_require level=2; vneid_identity on; proxy_set_header X-Account $vneid_account;
    proxy_set_header X-Subject $vneid_subject; proxy_set_header X-Assertion $vneid_assertion;"""

# Name of the row: what the location says, whether a citizen's cookies are sent.
HITS = {
    "module on, no gate, without our cookie": ("", False),
    "module on, no gate, with our cookie": ("", True),
    "gate level=2, live session": ("vneid_require level=2;", True),
    "gate, identity and assertion, live session": (IDENTITY, True),
}
BOUND = {"gate level=2, live session, portal cookie bound": ("vneid_require level=2;", True)}
MISSES = {"gate level=2, asked of Redis": ("vneid_require level=2;", True)}


def paths_of(rows):
    """Each as long as "/plain": nginx takes some fifty instructions a character of it."""
    return {name: f"/row-{number}" for number, name in enumerate(rows)}


def nginx_extra(rows):
    locations = "".join(f"location = {path} {{ {rows[name][0]} {PROXY} }}\n" for name, path in paths_of(rows).items())
    return f"access_log off; keepalive_requests 1000000;\n{locations}location = /plain {{ vneid off; {PROXY} }}"


def cpu(stack, path, cookie, requests):
    """Nanoseconds on a CPU, of the one worker, a request."""
    stat = pathlib.Path(f"/proc/{stack.worker_pids()[0]}/schedstat")
    before = int(stat.read_text().split()[0])
    run(stack, path, cookie, requests)
    return (int(stat.read_text().split()[0]) - before) / requests


def counted(stack, path, cookie):
    """Instructions a request: a long run less a short one, since the start is in both."""
    long, short = (instructions(stack, path, cookie, count) for count in (1050, 50))
    return (long - short) / 1000


def measure(rows, rounds, server="", prepare=lambda stack: None):
    upstream = f"upstream bench {{ server 127.0.0.1:{Upstream().server_address[1]}; keepalive 8; }}"
    with GateStack(BUILD, workers=1, http_extra=f"{upstream} vneid_zone shared 16m;", reuse=True,
                   nginx_extra=server + nginx_extra(rows)) as stack:
        walker = StackTest()
        walker.stack = StackTest.stack = stack
        citizen, _ = walker.link(next(case for case in stack.crowd if case["expect"] == "link"))
        citizen.submit("Tiếp tục")  # releases the login, whose ticket is a large cookie
        own = "; ".join(f"{name}={value}" for name, value in citizen.cookies["localhost"].items())
        prepare(stack)
        found, paths = {}, paths_of(rows)
        for name, (_, with_cookie) in rows.items():
            found[name] = timed(stack, paths[name], own if with_cookie else "", rounds)
        stack.stop_process("nginx")
        stack.wrapper = ["valgrind", "--tool=callgrind", f"--callgrind-out-file={stack.run}/callgrind.out.%p"]
        plain = {cookie: counted(stack, "/plain", cookie) for cookie in {own, ""}}
        for name, (_, with_cookie) in rows.items():
            cookie = own if with_cookie else ""
            found[name] |= {"plain": round(plain[cookie]), "instructions": round(counted(stack, paths[name], cookie))}
        return found


def timed(stack, path, cookie, rounds):
    for each in ("/plain", path):
        run(stack, each, cookie, 300)
    ratios = []
    for number in range(rounds):
        order = ("/plain", path) if number % 2 == 0 else (path, "/plain")
        spent = {each: cpu(stack, each, cookie, 300) for each in order}
        ratios.append(spent[path] / spent["/plain"])
    calls = {each: sum(system_calls(stack, each, cookie, 300).values()) for each in ("/plain", path)}
    return {"cpu": round(statistics.median(ratios), 3), "plain_calls": round(calls["/plain"], 2),
            "calls": round(calls[path], 2)}


def silence(stack):
    """Redis may not tell what it takes back: nothing is believed, and each request asks it."""
    stack.redis_cli("ACL", "SETUSER", "default", "resetchannels")
    stack.redis_cli("CLIENT", "KILL", "TYPE", "pubsub")
    wait_until(lambda: b"sub=1" not in stack.redis_cli("CLIENT", "LIST"), "nobody listens")


def show(found):
    print(f"{'request':50} {'instructions':>20} {'system calls':>14} {'CPU':>7}")
    for name, row in found.items():
        more = row["instructions"] - row["plain"]
        print(f"{name:50} {row['plain']:>9} {more:>+10} {row['plain_calls']:>7.2f}{row['calls'] - row['plain_calls']:>+7.2f} "
              f"{row['cpu']:>6.2f}x")


def codename():
    text = pathlib.Path("/etc/os-release").read_text()
    return next(line.split("=")[1].strip('"') for line in text.splitlines() if line.startswith("VERSION_CODENAME="))


def grown(found, before):
    """What takes more than it may, as lines."""
    for name, row in found.items():
        for what, plain in (("instructions", "plain"), ("calls", "plain_calls")):
            now, then = (each[what] / each[plain] for each in (row, before[name]))
            if now > then * MOST_GROWTH:
                yield f"{name}: {now:.3f} times the {what} of a plain request, and the baseline is {then:.3f}"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--brief", action="store_true")
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--write", action="store_true")
    given = parser.parse_args()
    found = measure(HITS, 1 if given.brief else given.rounds)
    if not given.brief:
        found |= measure(BOUND, given.rounds, "vneid_portal_cookie portal_session;\n")
        found |= measure(MISSES, given.rounds, prepare=silence)
    show(found)
    baselines = json.loads(BASELINE.read_text()) if BASELINE.exists() else {}
    if given.write:
        # CPU is a matter of the day, and nobody compares it with another day's.
        kept = {name: {key: value for key, value in row.items() if key != "cpu"} for name, row in found.items()}
        BASELINE.write_text(json.dumps(baselines | {codename(): kept}, indent=1) + "\n")
    if given.check and codename() not in baselines:
        print(f"no baseline for {codename()}")
        sys.exit(77)
    if given.check:
        sys.exit("\n".join(grown(found, baselines[codename()])) or 0)


if __name__ == "__main__":
    main()
