"""Installs by the documents, word by word, on a bare machine, and walks a login through it.

    tests/bare.sh bookworm|trixie bash tests/install/run.sh package|source

What a real machine has besides is made here: Debian's own services running, a portal behind nginx, an identity provider
behind https, both on this machine. Only the provider's address is another than in the documents.
"""
import ctypes
import fcntl
import json
import os
import pathlib
import socket
import ssl
import struct
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.dont_write_bytecode = True
sys.path.insert(0, str(ROOT / "config" / "demo"))
from citizen import Citizen, log_in_to_portal, log_in_to_vneid  # noqa: E402
from stack import wait_until  # noqa: E402
from steps import read_steps  # noqa: E402

FIXTURES = ROOT / "tests" / "fixtures"
WORLD = pathlib.Path("/srv/world")
PORTAL = "https://localhost"
ISSUER = "https://localhost:8443"
DOCUMENTED_ISSUER = "https://sso.example.gov.vn"
SECRET = "a-secret-of-no-value"
SERVICES = ("postgresql", "redis-server", "nginx")
POLICY = pathlib.Path("/usr/sbin/policy-rc.d")
CERTIFICATE = "/usr/local/share/ca-certificates/localhost.crt"
SITE = f"""\
upstream portal {{ server 127.0.0.1:8000; }}
server {{
    listen 443 ssl;
    server_name localhost;
    ssl_certificate     {CERTIFICATE};
    ssl_certificate_key {WORLD}/localhost.key;
    location / {{ proxy_set_header Host $host; proxy_pass http://portal; }}
}}
server {{
    listen 8443 ssl;
    server_name localhost;
    ssl_certificate     {CERTIFICATE};
    ssl_certificate_key {WORLD}/localhost.key;
    location / {{ proxy_set_header Host $http_host; proxy_pass http://127.0.0.1:9000; }}
}}
"""


def shell(script, stdin="", folder=ROOT):
    """As the reader of a document types it; ends the test when it fails."""
    print("\n".join(f"  | {line}" for line in script.strip().splitlines()), flush=True)
    with tempfile.TemporaryFile("w+") as output:  # a pipe would wait for services that were started
        status = subprocess.run(["bash", "-euc", script], input=stdin, text=True, cwd=folder, stdout=output,
                                stderr=subprocess.STDOUT).returncode
        output.seek(0)
        told = output.read()
    if status:
        sys.exit(f"FAILED, exit {status}:\n" + "\n".join(told.splitlines()[-40:]))
    return told


def ok(condition, what, page=None):
    if not condition:
        log = pathlib.Path("/var/log/nginx/error.log").read_text(errors="replace")
        sys.exit(f"FAILED: {what}\n{page and f'{page.status} {page.url} {page.text[:1500]}'}\n{log[-3000:]}")
    print(f"  ok: {what}", flush=True)


# ---- the machine -------------------------------------------------------------------------------
def hold_services():
    """Debian's packages start their services where there is an init. Here they wait for a network of their own."""
    POLICY.write_text("#!/bin/sh\nexit 101\n")
    POLICY.chmod(0o755)


def own_network():
    """Loopback and nothing else, so that no service of the machine around this one is in the way."""
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(0x40000000):  # CLONE_NEWNET
        raise OSError(ctypes.get_errno(), "unshare")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        up_and_running = struct.pack("16sh14x", b"lo", 0x41)
        fcntl.ioctl(any_socket, 0x8914, up_and_running)  # SIOCSIFFLAGS


def start_services():
    POLICY.unlink()
    for service in SERVICES:
        shell(f"service {service} start")


def make_certificate():
    WORLD.mkdir(parents=True)
    shell(f"""
openssl req -x509 -newkey rsa:2048 -nodes -days 90 -subj /CN=localhost -addext subjectAltName=DNS:localhost \
  -keyout {WORLD}/localhost.key -out {CERTIFICATE} && update-ca-certificates""")


def spawn(name, *command):
    log = open(WORLD / f"{name}.log", "ab")
    return subprocess.Popen([str(word) for word in command], stdout=log, stderr=log, stdin=subprocess.DEVNULL)


def start_world():
    """The portal that was there before, and the identity provider."""
    subprocess.run(["/usr/bin/python3", FIXTURES / "people.py", "--out", WORLD / "data"], check=True,
                   stdout=subprocess.DEVNULL)
    (WORLD / "client_secret").write_text(SECRET + "\n")
    processes = [
        spawn("provider", FIXTURES / "identity_provider" / "run", "--port", 9000, "--issuer", ISSUER, "--people",
              WORLD / "data" / "people.json", "--client-id", "portal", "--client-secret-file", WORLD / "client_secret",
              "--redirect-uri", f"{PORTAL}/vneid/callback/bca"),
        spawn("portal", FIXTURES / "portal" / "run", "--port", 8000, "--accounts", WORLD / "data" / "portal.json",
              "--vneid", f"{PORTAL}/vneid/")]
    for port in (8000, 9000):
        wait_until(lambda port=port: socket.create_connection(("127.0.0.1", port), 1).close() is None, f"port {port}")
    return processes


def write_site(inside=""):
    site = SITE.replace("    location / {", inside + "    location / {", 1)
    pathlib.Path("/etc/nginx/conf.d/portal.conf").write_text(site)


# ---- the documents -----------------------------------------------------------------------------
def follow(step):
    if step.kind == "write":
        print(f"  > {step.argument}", flush=True)
        pathlib.Path(step.argument).write_text(step.text.replace(DOCUMENTED_ISSUER, ISSUER))
    elif step.kind == "server":
        print("  > the portal's server", flush=True)
        write_site("".join(f"    {line}\n" for line in step.text.splitlines()))
    else:
        shell(step.text, SECRET + "\n", WORLD / "data" if step.argument == "import" else ROOT)


def steps_of(way):
    """The README's; from sources its first step is that of install.md. Imports come last, before the login."""
    steps = [step for step in read_steps(ROOT / "README.md") if not step.argument or step.kind == "write"]
    more = read_steps(ROOT / "config" / "install.md")
    if way == "source":
        steps[0:1] = [step for step in more if step.argument == "source"]
    return steps, [step for step in more if step.argument == "import"]


# ---- the login ---------------------------------------------------------------------------------
def walk(people):
    context = ssl.create_default_context(cafile=CERTIFICATE)
    happy = people["happy"]
    skipper = Citizen(context=context)
    page = log_in_to_portal(skipper, PORTAL, happy["username"], happy["password"])
    ok(page.status == 200 and "59/2022/NĐ-CP" in page.text, "a login with a portal account shows the notice", page)
    ok("portal_session" not in skipper.cookies["localhost"], "the portal's session is held back", page)
    page = skipper.submit("Bỏ qua")
    ok(page.status == 200 and page.url.endswith("/trang-chu"), "[Bỏ qua] leads into the portal", page)
    citizen = Citizen(context=context)
    log_in_to_portal(citizen, PORTAL, happy["username"], happy["password"])
    page = citizen.submit("Đăng nhập bằng VNeID")
    ok(page.url.startswith(ISSUER), "[Đăng nhập bằng VNeID] leads to VNeID", page)
    page = log_in_to_vneid(citizen, page, happy["vneid_number"], happy["vneid_password"])
    ok("Liên kết tài khoản thành công" in page.text, "the accounts are linked", page)
    page = citizen.submit("Tiếp tục")
    ok(page.url.endswith("/trang-chu"), "[Tiếp tục] leads where the portal wanted", page)


def check_workers():
    users = subprocess.run(["ps", "-C", "nginx", "-o", "user=,args="], capture_output=True, text=True).stdout
    workers = [line.split()[0] for line in users.splitlines() if "worker process" in line and "shutting" not in line]
    ok(workers and set(workers) == {"www-data"}, f"{len(workers)} workers run as www-data")
    roles = shell("runuser -u postgres -- psql -Atc \"select distinct usename from pg_stat_activity"
                  " where datname = 'vneid'\"", folder="/")
    ok(roles.split() == ["www-data"], "they are www-data in the database too")
    log = pathlib.Path("/var/log/nginx/error.log").read_text(errors="replace")
    bad = [line for line in log.splitlines() if any(level in line for level in ("[emerg]", "[alert]", "[crit]", "[error]"))]
    ok(not bad, "error.log is clean" + "".join("\n    " + line for line in bad))


def check_doctor():
    """He who followed the documents has nothing left to mend."""
    done = subprocess.run(["vneidctl", "doctor"], capture_output=True, text=True)
    bad = [line for line in done.stdout.splitlines() if not line.startswith("ok ")]
    ok(done.returncode == 0, "the doctor ends with 0" + "".join("\n    " + line for line in bad) + done.stderr)


def main(way):
    began = time.monotonic()
    steps, imports = steps_of(way)
    processes = []
    hold_services()
    try:
        for number, step in enumerate(steps):
            if number == 1:  # the machine has its packages: it runs its services and its portal
                own_network()
                start_services()
                make_certificate()
                processes = start_world()
                write_site()
                shell("nginx -t && service nginx reload")
            follow(step)
        for step in imports:
            follow(step)
        walk(json.loads((WORLD / "data" / "scenarios.json").read_text()))
        check_workers()
        check_doctor()
    finally:
        for process in processes:
            process.terminate()
        for service in reversed(SERVICES):
            subprocess.run(["service", service, "stop"], capture_output=True)
    print(f"installed from {way} and walked in {time.monotonic() - began:.0f} s")


if __name__ == "__main__":
    if len(sys.argv) != 2 or sys.argv[1] not in ("package", "source"):
        sys.exit("usage: bash tests/install/run.sh package|source")
    if os.getuid() or not pathlib.Path("/etc/bare-debian").exists():
        print("it changes the whole machine: run it in one that tests/bare.sh makes")
        sys.exit(77)
    main(sys.argv[1])
