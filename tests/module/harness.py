"""A real nginx with the module in a temporary folder, in front of a portal whose every byte a test decides.

The nginx of the distribution has no sanitizer in it. When the module was built with one (VNEID_BUILD names such a
build folder), the runtime it was linked with is preloaded into nginx, and whatever it reports fails the test.
"""
import contextlib
import functools
import http.client
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "config" / "demo"))
from stack import Stack, free_ports, wait_until  # noqa: E402

BUILD = pathlib.Path(os.environ.get("VNEID_BUILD", ROOT / "build" / "release")).resolve()
SUPPRESSIONS = pathlib.Path(__file__).with_name("nginx_leaks.supp")
MODULE = BUILD / "module" / "ngx_http_vneid_module.so"


@functools.cache
def sanitizer_runtime():
    """The shared sanitizer runtime that the module wants, or None."""
    dynamic = subprocess.run(["readelf", "-d", MODULE], check=True, capture_output=True, text=True).stdout
    needed = re.search(r"NEEDED.*\[(libclang_rt\.asan[^\]]*)\]", dynamic)
    if not needed:
        return None
    for compiler in ("clang-19", "clang"):
        with contextlib.suppress(FileNotFoundError):
            found = subprocess.run([compiler, "-print-file-name=" + needed[1]], capture_output=True, text=True)
            if pathlib.Path(found.stdout.strip()).is_file():
                return found.stdout.strip()
    raise FileNotFoundError(needed[1])


class Portal:
    """Answers each path with the bytes, or the function of (request, socket), that a test gave it."""

    def __init__(self):
        self.routes = {}
        self.requests = []
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=128)
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"

    def accept(self):
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self.serve, args=(connection,), daemon=True).start()

    def serve(self, connection):
        with connection, contextlib.suppress(OSError, ValueError):
            stream = connection.makefile("rb")
            line = stream.readline().decode("latin-1")
            if not line:
                return
            method, path, _ = line.split(" ", 2)
            headers = []
            while (header := stream.readline().decode("latin-1").strip()):
                name, _, value = header.partition(":")
                headers.append((name.lower(), value.strip()))
            length = int(dict(headers).get("content-length", 0))
            request = {"method": method, "path": path, "headers": headers, "body": stream.read(length)}
            self.requests.append(request)
            answer = self.routes.get(path.partition("?")[0], response(200, b"portal " + path.encode()))
            if callable(answer):
                answer(request, connection)
            else:
                connection.sendall(answer)

    def close(self):
        self.listener.close()


def response(status, body=b"", headers=(), length=True):
    lines = [f"HTTP/1.1 {status} x", "Connection: close", *(f"{name}: {value}" for name, value in headers)]
    if length:
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


class BlackHole:
    """Accepts connections and never answers: a PostgreSQL or Redis that has stalled."""

    def __init__(self):
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=128)
        self.port = self.listener.getsockname()[1]
        self.connections = []
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        with contextlib.suppress(OSError):
            while True:
                self.connections.append(self.listener.accept()[0])

    def still_open(self):
        """Connections that the other side has not closed."""
        return sum(1 for connection in self.connections if not closed_by_peer(connection))

    def answer_with_garbage(self):
        for connection in self.connections:
            with contextlib.suppress(OSError):
                connection.sendall(b"-nonsense\r\n" * 10)

    def close(self):
        self.listener.close()
        for connection in self.connections:
            connection.close()


def closed_by_peer(connection):
    connection.setblocking(False)
    try:
        while True:
            if not connection.recv(65536):
                return True
    except BlockingIOError:
        return False
    except OSError:
        return True


class ModuleTest(unittest.TestCase):
    """One nginx a test, PostgreSQL and Redis once a class. Subclasses say what their nginx.conf contains."""

    maxDiff = 2000
    stores = True        # start PostgreSQL and Redis; otherwise both are black holes
    allowed_log_lines = ()
    login = "account=$upstream_http_x_account kind=$upstream_http_x_kind"

    @classmethod
    def setUpClass(cls):
        cls.stack = Stack(BUILD, preload=sanitizer_runtime())
        cls.addClassCleanup(cls.stack.stop)
        # Workers may have no way into the folder that the checkout is in: root's home, say.
        suppressions = shutil.copy(SUPPRESSIONS, cls.stack.folder)
        cls.stack.environment = {"ASAN_OPTIONS": "detect_leaks=1:abort_on_error=0",
                                 "LSAN_OPTIONS": f"suppressions={suppressions}:print_suppressions=0",
                                 "UBSAN_OPTIONS": "print_stacktrace=1"}
        (cls.stack.folder / "client_secret").write_text("of-no-value\n")
        (cls.stack.folder / "client_secret").chmod(0o600)
        cls.stack.vneidctl("keys", "generate", cls.stack.keys)
        if cls.stores:
            cls.stack.start_postgres(fresh=True)
            cls.stack.start_redis()
            cls.stack.create_database()

    def setUp(self):
        self.portal = Portal()
        self.addCleanup(self.portal.close)
        self.hole = BlackHole()
        self.addCleanup(self.hole.close)
        self.port, self.h2_port = free_ports(2)
        for log in self.stack.logs.glob("*.log"):
            if log.name not in ("postgres.log", "redis.log"):
                log.write_bytes(b"")
        (self.stack.logs / "nginx.log").touch()
        self.addCleanup(self.check_logs)

    # ---- nginx -------------------------------------------------------------------------------
    def conf(self, server="", http_part="", main="", login_location="", stores_timeout="2s", locations=None,
             vneid="vneid bca;", connections=128):
        stack = self.stack
        redis_timeout = stores_timeout
        if self.stores:
            redis, postgres = f"unix:{stack.redis_socket}", stack.conninfo
        else:
            redis = f"127.0.0.1:{self.hole.port}"
            # A leaving worker waits for what Redis was asked, whoever has gone: keep that short.
            redis_timeout = min(redis_timeout, "3s", key=milliseconds)
            postgres = f"host=127.0.0.1 port={self.hole.port} dbname=vneid user=vneid"
        if locations is None:
            locations = f"""
        location = /login {{
            vneid_login {self.login};
            proxy_pass {self.portal.url};
            {login_location}
        }}
        location / {{ proxy_pass {self.portal.url}; }}"""
        user = "user www-data;" if os.getuid() == 0 else ""
        return f"""\
load_module {MODULE};
{user}
worker_processes 1;
daemon off;
master_process on;
pid {stack.run}/nginx.pid;
error_log {stack.error_log} info;
{main}
events {{ worker_connections {connections}; }}
http {{
    access_log {stack.logs}/access.log;
    client_body_temp_path {stack.folder}/tmp-body;
    proxy_temp_path {stack.folder}/tmp-proxy;
    fastcgi_temp_path {stack.folder}/tmp-fastcgi;
    uwsgi_temp_path {stack.folder}/tmp-uwsgi;
    scgi_temp_path {stack.folder}/tmp-scgi;
    vneid_keys {stack.keys};
    vneid_redis {redis} timeout={redis_timeout};
    vneid_postgres "{postgres}" timeout={stores_timeout};
    vneid_provider bca {{
        issuer http://127.0.0.1:{self.hole.port} allow_http;
        client_id portal;
        client_secret_file {stack.folder}/client_secret;
    }}
    {http_part}
    server {{
        listen 127.0.0.1:{self.port};
        listen 127.0.0.1:{self.h2_port} http2;
        server_name localhost;
        {vneid}
        vneid_origin http://localhost:{self.port};
        {server}
        {locations}
    }}
}}
"""

    def start(self, **parts):
        self.stack.nginx_conf = lambda: self.conf(**parts)
        self.stack.port = self.port
        self.stack.start_nginx()
        self.addCleanup(self.stop)

    def stop(self):
        """Quits as an operator would; a worker that does not leave fails the test."""
        nginx = self.stack.processes.get("nginx")
        self.stack.stop_process("nginx")
        if nginx is not None:
            self.assertEqual(nginx.returncode, 0, "nginx did not quit")

    def signal(self, number):
        self.stack.processes["nginx"].send_signal(number)

    def reload(self, **parts):
        self.stack.nginx_conf = lambda: self.conf(**parts)
        self.stack.write_nginx_conf()
        before = set(self.stack.worker_pids())
        self.signal(signal.SIGHUP)
        wait_until(lambda: set(self.stack.worker_pids()) - before, "a new worker")
        return before

    def error_log(self):
        return self.stack.error_log.read_text(errors="replace")

    def wait_for_log(self, text, seconds=10):
        wait_until(lambda: text in self.error_log(), f"{text!r} in error.log", seconds)

    def check_logs(self):
        """Runs after nginx has stopped: addCleanup is last in, first out."""
        self.assertEqual(self.stack.bad_log_lines(self.allowed_log_lines), [])

    def try_configuration(self, conf):
        """(exit code, output) of nginx -t."""
        environment = dict(self.stack.environment)
        if sanitizer_runtime():
            environment["LD_PRELOAD"] = sanitizer_runtime()
        nginx = shutil.which("nginx", path="/usr/sbin:" + os.environ.get("PATH", ""))
        done = subprocess.run([nginx, "-t", "-p", self.stack.folder, "-c", conf], capture_output=True, text=True,
                              env={**os.environ, **environment}, timeout=60)
        self.assertNotIn("Sanitizer", done.stderr)
        self.assertNotIn("of-no-value", done.stderr, "a secret is printed")
        return done.returncode, done.stderr

    # ---- requests ----------------------------------------------------------------------------
    def request(self, method, path, body=None, headers=None, timeout=30):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)
        self.addCleanup(connection.close)
        connection.request(method, path, body, {"Accept": "text/html", **(headers or {})})  # as browsers do
        answer = connection.getresponse()
        answer.text = answer.read()
        return answer

    def post_form(self, path, body, **headers):
        return self.request("POST", path, body, {"Content-Type": "application/x-www-form-urlencoded", **headers})

    def send_raw(self, text):
        """A connection with a request on it that nobody reads from yet."""
        connection = socket.create_connection(("127.0.0.1", self.port), 10)
        self.addCleanup(connection.close)
        connection.sendall(text.encode().replace(b"\n", b"\r\n"))
        return connection

    def access_log(self):
        return (self.stack.logs / "access.log").read_text().splitlines()


def milliseconds(time_in_conf):
    number, unit = re.fullmatch(r"(\d+)(m?s)", time_in_conf).groups()
    return int(number) * (1 if unit == "ms" else 1000)


def header_list(answer, name):
    return [value for key, value in answer.getheaders() if key.lower() == name.lower()]


__all__ = ["BUILD", "MODULE", "BlackHole", "ModuleTest", "Portal", "closed_by_peer", "header_list",
           "response", "sanitizer_runtime", "time", "wait_until"]
