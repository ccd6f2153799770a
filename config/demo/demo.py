"""The demo behind run.sh: starts the stack, says where to go, or walks the path once (--check)."""
import signal
import sys
import threading

sys.dont_write_bytecode = True
import guide  # noqa: E402
import walk  # noqa: E402
from stack import ROOT, Stack, free_ports  # noqa: E402

OPERATOR_PAGES = """location = /vneid-status { vneid_status; }
        location = /vneid-metrics { vneid_metrics; }"""


def after_cut_over(stack, port):
    """A second server, before the same portal, for which the day has come."""
    return f"""vneid_zone demo 16m;
    server {{
        listen 127.0.0.1:{port};
        server_name localhost;
        vneid        {stack.provider};
        vneid_origin http://localhost:{port};
        vneid_policy personal notice enforce=2024-07-01;
        vneid_population_source {stack.population_source};
        proxy_set_header Host $http_host;
        location = /dang-nhap {{
            vneid_login {stack.login_options};
            proxy_pass {stack.portal_url};
        }}
        location = /dang-xuat {{
            vneid_logout;
            proxy_pass {stack.portal_url};
        }}
        location / {{ proxy_pass {stack.portal_url}; }}
    }}"""


def make_stack():
    """(the stack, the address after the cut-over)"""
    stack = Stack(ROOT / "build" / "release", nginx_extra=OPERATOR_PAGES, reuse=True, menu=True)
    (port,) = free_ports(1)
    after_url = f"http://localhost:{port}"
    stack.http_extra = after_cut_over(stack, port)
    stack.provider_options += ["--redirect-uri", f"{after_url}/vneid/callback/{stack.provider}",
                               "--post-logout-redirect-uri", f"{after_url}/vneid/signed-out"]
    return stack, after_url


def main(words):
    if words == ["--people"]:
        print(guide.people())
        return 0
    finish = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: finish.set())
    stack, after_url = make_stack()
    print(f"starting (all state under {stack.folder}) …", flush=True)
    status = 0
    try:
        stack.start()
        if words == ["--check"]:
            walk.check(stack, after_url)
        else:
            print(guide.first_steps(stack, after_url), flush=True)
            finish.wait()
    except walk.CheckFailed as failure:
        print(f"FAILED: {failure}", file=sys.stderr)
        status = 1
    finally:
        stack.stop()
    bad = stack.bad_log_lines()
    if bad:
        print("nginx's error log has:", *bad, sep="\n  ", file=sys.stderr)
        status = 1
    if words == ["--check"]:
        print("check passed" if status == 0 else "check failed")
    return status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
