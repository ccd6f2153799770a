"""`vneidctl doctor` on a whole deployment: PostgreSQL with its roles, Redis, identity provider, population database,
and the real nginx, which is asked through a script that preloads what a build with sanitizers needs."""
import getpass
import json
import os
import pathlib
import re
import shutil
import ssl
import subprocess
import sys
import threading
import unittest
import urllib.error
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "fixtures"))

from certificates import make_ca, make_leaf  # noqa: E402
from harness import BUILD, MODULE, SUPPRESSIONS, Stack, sanitizer_runtime, wait_until
from stack import POPULATION_OFFICER, POPULATION_USER, free_ports

NGINX = shutil.which("nginx", path="/usr/sbin:/usr/local/sbin:" + os.environ.get("PATH", ""))
WORKER = "www-data" if os.getuid() == 0 else getpass.getuser()
LOGIN = "location = /in { vneid_login account=$upstream_http_x_account; proxy_pass http://127.0.0.1:9; }"


class Findings(list):
    """What the doctor found, and its exit status."""

    def __init__(self, status, output):
        self.status = status
        super().__init__(json.loads(output))

    def of(self, check):
        return [finding for finding in self if finding["check"] == check]

    def not_well(self):
        return [finding for finding in self if finding["state"] != "ok"]


class DoctorCase(unittest.TestCase):
    maxDiff = 4000

    @classmethod
    def setUpClass(cls):
        cls.stack = Stack(BUILD, environment={"ASAN_OPTIONS": "detect_leaks=1:abort_on_error=0"})
        cls.addClassCleanup(cls.stack.stop)
        cls.stack.make_data()
        cls.stack.vneidctl("keys", "generate", cls.stack.keys)
        cls.stack.start_postgres(fresh=True)
        cls.stack.start_redis()
        cls.stack.start_provider()
        cls.stack.start_population()
        cls.stack.create_database()
        cls.stack.vneidctl("import", "accounts", cls.stack.data / "accounts.csv")
        cls.stack.sql("analyze")

    def setUp(self):
        self.port, self.dead_port = free_ports(2)
        self.stack.redis_cli("CONFIG", "SET", "maxmemory", "100mb", "maxmemory-policy", "noeviction")
        self.stack.provider_control(reset=True)

    # ---- the configuration -------------------------------------------------------------------
    def conf(self, **parts):
        """A good one, but for the parts that a test says otherwise."""
        stack = self.stack
        part = {
            "main": "", "http": "", "server": "", "locations": LOGIN, "user": WORKER, "keys": stack.keys,
            "modules": f"load_module {MODULE};",
            "redis": f"unix:{stack.redis_socket}", "postgres": stack.conninfo,
            "postgres_options": "", "issuer": stack.issuer, "allow_http": "allow_http", "client_id": "portal",
            "secret": stack.folder / "client_secret", "provider": "", "names": "portal.example",
            "population": f"{stack.population_endpoint} allow_http",
        } | parts
        return f"""\
{part["modules"]}
user {part["user"]};
worker_processes 1;
pid {stack.run}/doctor.pid;
error_log {stack.logs}/doctor.log;
{part["main"]}
events {{ worker_connections 64; }}
http {{
    access_log off;
    vneid_keys {part["keys"]};
    vneid_redis {part["redis"]};
    vneid_postgres "{part["postgres"]}" {part["postgres_options"]};
    vneid_provider bca {{
        issuer {part["issuer"]} {part["allow_http"]};
        client_id {part["client_id"]};
        client_secret_file {part["secret"]};
        {part["provider"]}
    }}
    vneid_population csdl {{
        endpoint {part["population"]};
        officer {POPULATION_OFFICER};
        user {POPULATION_USER};
        secret_file {stack.folder}/population_secret;
    }}
    {part["http"]}
    server {{
        listen 127.0.0.1:{self.port};
        server_name {part["names"]};
        vneid bca;
        {part["server"]}
        {part["locations"]}
    }}
}}
"""

    def nginx(self, conf):
        """A script that is this nginx with that configuration; its signature stands in it for the doctor."""
        runtime = sanitizer_runtime()
        environment = (f"LD_PRELOAD={runtime} ASAN_OPTIONS=detect_leaks=1 "
                       f"LSAN_OPTIONS=suppressions={SUPPRESSIONS}:print_suppressions=0 ") if runtime else ""
        script = self.stack.folder / "nginx"
        script.write_text(f'#!/bin/sh\n{environment}exec {NGINX} -p {self.stack.folder} -c {conf} "$@"\n'
                          f"{signature_of(NGINX)}\n")
        script.chmod(0o755)
        return script

    def write(self, name, text, mode=0o600):
        path = self.stack.folder / name
        path.unlink(missing_ok=True)
        path.write_text(text)
        path.chmod(mode)
        return path

    # ---- asking ------------------------------------------------------------------------------
    def run_doctor(self, conf, *arguments):
        return self.stack.vneidctl("doctor", "--nginx", self.nginx(conf), *arguments, check=False)

    def examine(self, *arguments, text=None, **parts):
        conf = self.write("doctor.conf", text or self.conf(**parts), 0o644)
        done = self.run_doctor(conf, "--format", "json", *arguments)
        self.assertEqual(done.stderr, "")
        for secret in ("demo-client-secret", "demo-population-secret", "wrong-secret", "sesame"):
            self.assertNotIn(secret, done.stdout)
        return Findings(done.returncode, done.stdout)

    def expect(self, findings, state, check, text):
        """That a line of this check says so, with a cure, and the exit status tells it."""
        told = findings.of(check)
        self.assertTrue(any(finding["state"] == state and text in finding["text"] for finding in told),
                        f"no {state} {check} with {text!r} in {json.dumps(told or list(findings), indent=1)}")
        if state != "ok":
            self.assertTrue(all(finding["cure"] for finding in told if finding["state"] == state))
        self.assertGreaterEqual(findings.status, {"ok": 0, "warning": 1, "wrong": 2}[state])

    def expect_only(self, findings, state, check, text):
        """That this is all that is not well."""
        self.expect(findings, state, check, text)
        self.assertEqual({finding["check"] for finding in findings.not_well()}, {check})
        self.assertEqual(findings.status, {"warning": 1, "wrong": 2}[state])


def signature_of(binary):
    return re.search(rb"\n?([0-9]+,[0-9]+,[0-9]+,[01]{20,})", pathlib.Path(binary).read_bytes())[1].decode()


class Certificates:
    """A CA, and what it signed."""

    def __init__(self, folder):
        self.folder = folder
        folder.mkdir(exist_ok=True)
        for name in ("ca", "other-ca"):
            self.openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj",
                         f"/CN={name}", "-days", "400", "-keyout", folder / f"{name}.key", "-out", folder / f"{name}.pem")

    @staticmethod
    def openssl(*arguments):
        subprocess.run(["openssl", *map(str, arguments)], check=True, capture_output=True)

    @property
    def ca(self):
        return self.folder / "ca.pem"

    def leaf(self, name, days=300, ca="ca", host="DNS:localhost"):
        key, certificate = (self.folder / f"{name}.{end}" for end in ("key", "pem"))
        make_leaf(self.folder / f"{ca}.pem", self.folder / f"{ca}.key", host, days, certificate, key)
        return certificate, key


class FrontOf:
    """A server before the fixture provider: with TLS, another clock, another address in what it says, or a status for HEAD."""

    def __init__(self, target, certificate=None, key=None, date=None, head=400):
        front = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def pass_on(self):
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0)) or None
                request = urllib.request.Request(target + self.path, body, dict(self.headers), method=self.command)
                try:
                    answer = urllib.request.urlopen(request, timeout=10)
                except urllib.error.HTTPError as error:
                    answer = error
                content = answer.read().replace(target.encode(), front.url.encode())
                self.send_response_only(answer.status)
                self.send_header("Date", date or self.date_time_string())
                self.send_header("Content-Type", answer.headers["Content-Type"])
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            do_GET = do_POST = pass_on

            def do_HEAD(self):
                self.send_response(head)
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.handle_error = lambda *_: None  # whoever does not trust us goes away
        if certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate, key)
            self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        self.url = f"{'https' if certificate else 'http'}://localhost:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()


__all__ = ["LOGIN", "MODULE", "NGINX", "WORKER", "Certificates", "DoctorCase", "FrontOf", "make_ca", "wait_until"]
