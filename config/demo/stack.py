"""A whole deployment on loopback, under one folder: PostgreSQL, Redis, identity provider, population
database, portal, nginx.

Used by the demo and by every test that needs more than one of them. Standard library only.
"""
import contextlib
import json
import os
import pathlib
import pwd
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
import weakref

ROOT = pathlib.Path(__file__).resolve().parents[2]
FIXTURES = ROOT / "tests" / "fixtures"
POPULATION_USER = "tinh-mau"
POPULATION_OFFICER = "canbo.mau"
BAD_LOG_LINES = ("[alert]", "[emerg]", "[crit]", "Sanitizer", "runtime error:", "open socket")


def free_ports(count):
    """Ports below the range from which the kernel takes those of outgoing connections, so that none is lent away."""
    found = []
    while len(found) < count:
        port = random.randrange(10_000, 32_000)
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            if port not in found:
                found.append(port)
    return found


def wait_until(condition, what, seconds=30.0):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        with contextlib.suppress(OSError, subprocess.CalledProcessError):
            if condition():
                return
        time.sleep(0.05)
    raise TimeoutError(f"{what}: not within {seconds} s")


def port_open(port):
    with socket.create_connection(("127.0.0.1", port), 1):
        return True


def postgres_bin():
    folders = sorted(pathlib.Path("/usr/lib/postgresql").glob("*/bin"), key=lambda p: int(p.parent.name))
    if not folders:
        raise FileNotFoundError("PostgreSQL's server programs are not installed (package postgresql)")
    return folders[-1]


class Stack:
    """`build` is a CMake build folder with the module and vneidctl in it."""

    def __init__(self, build, folder=None, workers=1, provider_options=(), nginx_extra="", location_extra="",
                 preload=None, login_options=None, environment=None, population_profile="json", population_options="",
                 population_source="csdl", http_extra="", provider="bca", portal_options=(), reuse=False, menu=False):
        self.build = pathlib.Path(build).resolve()
        self.folder = pathlib.Path(folder or tempfile.mkdtemp(prefix="vneid-"))
        self.temporary = folder is None
        if self.temporary:  # a hundred deployments a test run would fill the disk
            weakref.finalize(self, shutil.rmtree, self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.folder.chmod(0o755)  # PostgreSQL and nginx's workers run as users of their own
        self.workers = workers
        self.provider_options = list(provider_options)
        self.nginx_extra = nginx_extra
        self.http_extra = http_extra
        self.portal_options = list(portal_options)
        self.location_extra = location_extra
        self.preload = preload
        self.environment = dict(environment or {})
        self.login_options = login_options or "account=$upstream_http_x_portal_account kind=$upstream_http_x_portal_kind"
        self.population_profile = population_profile
        self.population_options = population_options
        self.population_source = population_source
        self.provider = provider
        self.reuse = reuse
        self.wait = "1s"
        self.menu = menu
        self.processes = {}
        self.port, self.provider_port, self.portal_port, self.population_port = free_ports(4)
        self.data = self.folder / "data"
        self.run = self.folder / "run"
        self.logs = self.folder / "logs"
        for part in (self.data, self.run, self.logs):
            part.mkdir(exist_ok=True)
        self.logs.chmod(0o777)
        self.run.chmod(0o777)
        self.error_log = self.logs / "error.log"
        self.keys = self.folder / "keys"
        self.redis_socket = self.run / "redis.sock"

    # ---- names -------------------------------------------------------------------------------
    @property
    def url(self):
        return f"http://localhost:{self.port}"

    @property
    def issuer(self):
        return f"http://localhost:{self.provider_port}"

    @property
    def portal_url(self):
        return f"http://127.0.0.1:{self.portal_port}"

    @property
    def population_url(self):
        """Of the population database; its doors are /csdldc and /soap."""
        return f"http://127.0.0.1:{self.population_port}"

    @property
    def population_endpoint(self):
        return self.population_url + {"json": "/csdldc", "soap": "/soap"}[self.population_profile]

    def conninfo_as(self, role):
        return f"host={self.run} dbname=vneid user={role}"

    @property
    def conninfo(self):
        """As nginx's workers connect: what the grants of `vneidctl database create` allow, and no more."""
        return self.conninfo_as("www-data")

    @property
    def scenarios(self):
        return json.loads((self.data / "scenarios.json").read_text())

    @property
    def population_cases(self):
        return json.loads((self.data / "population_cases.json").read_text())

    @property
    def crowd(self):
        return json.loads((self.data / "crowd.json").read_text())

    # ---- everything --------------------------------------------------------------------------
    def start(self):
        self.make_data()
        self.start_postgres(fresh=True)
        self.start_redis()
        self.create_and_import()
        self.start_provider()
        self.start_portal()
        self.start_population()
        self.start_nginx()
        return self

    def __enter__(self):
        try:
            return self.start()
        except BaseException:
            self.stop()
            raise

    def __exit__(self, *_):
        self.stop()

    def stop(self):
        for name in ("nginx", "portal", "population", "provider", "redis"):
            self.stop_process(name)
        self.stop_postgres()
        for name in list(self.processes):  # what a test has started beside these
            self.stop_process(name)
        if self.temporary:  # its logs are read after its end
            shutil.rmtree(self.folder / "postgres", ignore_errors=True)

    # ---- data --------------------------------------------------------------------------------
    def make_data(self):
        subprocess.run(["/usr/bin/python3", FIXTURES / "people.py", "--out", self.data], check=True,
                       stdout=subprocess.DEVNULL)
        for name in ("client_secret", "population_secret", "population_api_key"):
            secret = self.folder / name
            secret.write_text(f"demo-{name.replace('_', '-')}-of-no-value\n")
            secret.chmod(0o600)
        key = self.folder / "assertion_key"
        subprocess.run(["openssl", "genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-out", key],
                       check=True, capture_output=True)
        key.chmod(0o600)

    def vneidctl(self, *arguments, check=True):
        return subprocess.run(
            [self.build / "core" / "vneidctl", *arguments], check=check, capture_output=True, text=True,
            env={**os.environ, **self.environment, "VNEID_POSTGRES": self.conninfo_as("root"), "VNEID_KEYS": str(self.keys),
                 "VNEID_SCHEMA": str(ROOT / "config" / "schema")})

    def create_database(self):
        """As the cluster's superuser; who runs vneidctl afterwards is the operator."""
        self.vneidctl("database", "create", "--postgres", self.conninfo_as("vneid"))

    def create_and_import(self):
        self.vneidctl("keys", "generate", self.keys)
        self.create_database()
        self.vneidctl("import", "accounts", self.data / "accounts.csv")
        self.vneidctl("import", "vault", self.data / "vault.csv")

    # ---- processes ---------------------------------------------------------------------------
    def spawn(self, name, command, **options):
        log = open(self.logs / f"{name}.log", "ab")
        self.processes[name] = subprocess.Popen(command, stdout=log, stderr=log, stdin=subprocess.DEVNULL,
                                                start_new_session=True, **options)
        log.close()
        return self.processes[name]

    def stop_process(self, name, how=signal.SIGTERM, seconds=20):
        process = self.processes.pop(name, None)
        if process is None:
            return
        if process.poll() is None:
            process.send_signal(signal.SIGQUIT if name == "nginx" and how == signal.SIGTERM else how)
        try:
            process.wait(seconds)
        except subprocess.TimeoutExpired:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()

    def as_database_user(self):
        return ["runuser", "-u", "postgres", "--"] if os.getuid() == 0 else []

    def start_postgres(self, fresh=False):
        cluster = self.folder / "postgres"
        binaries = postgres_bin()
        if fresh:
            cluster.mkdir(exist_ok=True)
            cluster.chmod(0o700)
            if os.getuid() == 0:
                owner = pwd.getpwnam("postgres")
                os.chown(cluster, owner.pw_uid, owner.pw_gid)
            subprocess.run([*self.as_database_user(), binaries / "initdb", "-D", cluster, "-U", "vneid", "-A", "trust",
                            "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"], check=True, stdout=subprocess.DEVNULL, cwd="/")
        command = [*self.as_database_user(), binaries / "postgres", "-D", cluster, "-k", self.run,
                   "-c", "listen_addresses=", "-c", "max_connections=200"]
        process = self.spawn("postgres", command, cwd="/")

        def ready():
            nonlocal process
            # After kill -9 the memory of the one before may be in use a moment longer, and this one gives up.
            if process.poll() is not None:
                process = self.spawn("postgres", command, cwd="/")
            return subprocess.run([binaries / "pg_isready", "-q", "-h", self.run, "-U", "vneid", "-d", "postgres"]).returncode == 0

        wait_until(ready, "PostgreSQL")

    def postmaster_pid(self):
        return int((self.folder / "postgres" / "postmaster.pid").read_text().split()[0])

    def stop_postgres(self, how=signal.SIGINT):
        process = self.processes.pop("postgres", None)
        if process is None:
            return
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):
            os.kill(self.postmaster_pid(), how)
        process.wait(30)

    def start_redis(self):
        self.spawn("redis", ["redis-server", "--port", "0", "--unixsocket", self.redis_socket, "--unixsocketperm", "777",
                             "--dir", self.folder, "--save", "", "--appendonly", "no"])
        wait_until(lambda: b"PONG" in self.redis_cli("PING"), "Redis")

    def redis_cli(self, *arguments):
        return subprocess.run(["redis-cli", "-s", self.redis_socket, *arguments], check=True, capture_output=True).stdout

    def start_provider(self):
        people = self.data / "people.json"
        self.spawn("provider", [FIXTURES / "identity_provider" / "run", "--port", str(self.provider_port),
                                "--issuer", self.issuer, "--people", people, "--client-id", "portal",
                                "--client-secret-file", self.folder / "client_secret",
                                "--redirect-uri", f"{self.url}/vneid/callback/bca",
                                "--post-logout-redirect-uri", f"{self.url}/vneid/signed-out",
                                "--backchannel-uri", f"{self.url}/vneid/backchannel-logout/bca",
                                *self.provider_options])
        wait_until(lambda: port_open(self.provider_port), "identity provider")

    def start_portal(self):
        self.spawn("portal", [FIXTURES / "portal" / "run", "--port", str(self.portal_port),
                              "--accounts", self.data / "portal.json", "--vneid", f"{self.url}/vneid/",
                              *self.portal_options])
        wait_until(lambda: port_open(self.portal_port), "portal")

    def start_population(self):
        self.spawn("population", [FIXTURES / "population" / "run", "--port", str(self.population_port),
                                  "--people", self.data / "population.json", "--user", POPULATION_USER,
                                  "--secret-file", self.folder / "population_secret",
                                  "--api-key-file", self.folder / "population_api_key",
                                  "--officer", POPULATION_OFFICER])
        wait_until(lambda: port_open(self.population_port), "population database")

    # ---- nginx -------------------------------------------------------------------------------
    def nginx_conf(self):
        user = "user www-data;" if os.getuid() == 0 else ""
        return f"""\
load_module {self.build}/module/ngx_http_vneid_module.so;
{user}
worker_processes {self.workers};
daemon off;
pid {self.run}/nginx.pid;
error_log {self.error_log} info;
events {{ worker_connections 1024; }}
http {{
    access_log {self.logs}/access.log;
    client_body_temp_path {self.folder}/tmp-body;
    proxy_temp_path {self.folder}/tmp-proxy;
    fastcgi_temp_path {self.folder}/tmp-fastcgi;
    uwsgi_temp_path {self.folder}/tmp-uwsgi;
    scgi_temp_path {self.folder}/tmp-scgi;

    {self.http_extra}
    {f"vneid_assertion_key {self.folder}/assertion_key;" if self.reuse else ""}
    vneid_keys     {self.keys};
    vneid_redis    unix:{self.redis_socket} timeout=2s;
    vneid_postgres "{self.conninfo}" connections=4 timeout=5s;

    vneid_provider bca {{
        profile            oidc;
        issuer             {self.issuer} allow_http;
        client_id          portal;
        client_secret_file {self.folder}/client_secret;
        scope              "openid profile";
        required_level     2;
        timeout            5s;
    }}

    vneid_population csdl {{
        profile      {self.population_profile};
        endpoint     {self.population_endpoint} allow_http;
        user         {POPULATION_USER};
        secret_file  {self.folder}/population_secret;
        api_key_file {self.folder}/population_api_key;
        officer      {POPULATION_OFFICER};
        unit         H08.7;
        timeout      3s;
        {self.population_options}
    }}


    server {{
        listen 127.0.0.1:{self.port};
        server_name localhost;
        vneid        {self.provider};
        vneid_population_source {self.population_source};
        vneid_path   /vneid/;
        vneid_origin {self.url};
        vneid_login_page /dang-nhap;
        vneid_wait {self.wait};
        vneid_contact "hotline=1900 1234" "desk=Bộ phận Một cửa, 1 Đường Thử Nghiệm"
                      "hours=Thứ Hai đến thứ Sáu, 7:30–11:30 và 13:30–17:00" "bring=CCCD và điện thoại có ứng dụng VNeID";
        vneid_contact language=en "hotline=1900 1234" "desk=One-stop desk, 1 Test Street"
                      "hours=Monday to Friday, 7:30–11:30 and 13:30–17:00" "bring=Citizen identity card and a phone with VNeID";
        {self.nginx_extra}
        {self.reuse_conf()}
        {"vneid_menu on;" if self.menu else ""}

        location = /dang-nhap {{
            vneid_login {self.login_options};
            proxy_pass {self.portal_url};
            proxy_set_header Host $http_host;
            proxy_buffer_size 64k;  # a portal may set many cookies
            proxy_buffers 8 64k;
            {self.location_extra}
        }}
        location = /api/dang-nhap {{  # the same for the portal's application at /ung-dung
            vneid_login account=$upstream_http_x_portal_account return=/ung-dung;
            proxy_pass {self.portal_url};
            proxy_set_header Host $http_host;
        }}
        location = /dang-xuat {{
            vneid_logout;
            proxy_pass {self.portal_url};
            proxy_set_header Host $http_host;
        }}
        location / {{
            proxy_pass {self.portal_url};
            proxy_set_header Host $http_host;
            {'ssi on; proxy_set_header Accept-Encoding "";' if self.menu else ""}
        }}
    }}
}}
"""

    def reuse_conf(self):
        """Papers of the vault serve in dossiers: the portal's form is told who has come."""
        return f"""vneid_reuse  on;
        location = /nop-ho-so {{
            vneid_require  level=2;
            vneid_identity on;
            proxy_pass {self.portal_url};
            proxy_set_header Host $http_host;
            proxy_set_header X-VNeID-Assertion $vneid_assertion;
        }}""" if self.reuse else ""

    def write_nginx_conf(self):
        conf = self.folder / "nginx.conf"
        conf.write_text(self.nginx_conf())
        return conf

    def nginx_environment(self):
        environment = {**os.environ, **self.environment}
        if self.preload:
            environment["LD_PRELOAD"] = str(self.preload)
        return environment

    def start_nginx(self):
        conf = self.write_nginx_conf()
        nginx = shutil.which("nginx", path="/usr/sbin:/usr/local/sbin:" + os.environ.get("PATH", ""))
        self.spawn("nginx", [nginx, "-p", self.folder, "-c", conf], env=self.nginx_environment())
        process = self.processes["nginx"]
        wait_until(lambda: process.poll() is not None or (self.worker_pids() and port_open(self.port)), "nginx")
        if process.poll() is not None:
            raise RuntimeError("nginx did not start:\n" + (self.logs / "nginx.log").read_text()[-2000:])

    def reload_nginx(self):
        """With what nginx_conf() says now; returns when the old workers have gone."""
        self.write_nginx_conf()
        old = set(self.worker_pids())
        self.processes["nginx"].send_signal(signal.SIGHUP)
        wait_until(lambda: self.worker_pids() and not old & set(self.worker_pids()), "nginx goes on with new workers")

    def worker_pids(self):
        master = self.processes["nginx"].pid
        return [int(pid) for pid in pathlib.Path(f"/proc/{master}/task/{master}/children").read_text().split()]

    def bad_log_lines(self, allowed=()):
        """What must never stand in the error log."""
        lines = self.error_log.read_text(errors="replace").splitlines() if self.error_log.exists() else []
        lines += (self.logs / "nginx.log").read_text(errors="replace").splitlines()
        return [line for line in lines if any(bad in line for bad in BAD_LOG_LINES)
                and not any(word in line for word in allowed)]

    # ---- the fixtures' switches --------------------------------------------------------------
    @staticmethod
    def control(url, switches):
        request = urllib.request.Request(url + "/control", json.dumps(switches).encode(),
                                         {"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=10) as answer:
            return json.loads(answer.read())

    def provider_control(self, **switches):
        return self.control(self.issuer, switches)

    def provider_requests(self, endpoint):
        """How often an endpoint of the provider was called."""
        with urllib.request.urlopen(f"{self.issuer}/control/requests?endpoint={endpoint}", timeout=10) as answer:
            return json.loads(answer.read())["count"]

    def population_control(self, **switches):
        return self.control(self.population_url, switches)

    def population_requests(self):
        """What the population database was asked, oldest first."""
        with urllib.request.urlopen(self.population_url + "/control/requests", timeout=10) as answer:
            return json.loads(answer.read())["requests"]

    def sql(self, statement):
        return subprocess.run([postgres_bin() / "psql", "-h", self.run, "-U", "vneid", "-d", "vneid", "-XAtq", "-c", statement],
                              check=True, capture_output=True, text=True).stdout.strip()


if __name__ == "__main__":
    sys.exit("stack.py is a library; run config/demo/run.sh")
