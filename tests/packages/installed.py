"""A Stack whose nginx and vneidctl are those that the Debian packages installed: Debian's nginx.conf, the example
configuration that vneid-tools ships, and Debian's own start script."""
import os
import pathlib
import re
import subprocess
import sys

sys.path[:0] = [str(pathlib.Path(__file__).resolve().parents[2] / "config" / "demo")]
from stack import Stack, port_open, wait_until  # noqa: E402

EXAMPLE = pathlib.Path("/usr/share/doc/vneid-tools/examples/portal.conf")
SITE = pathlib.Path("/etc/nginx/conf.d/portal.conf")
KEYS = pathlib.Path("/etc/nginx/vneid")
PID_FILE = pathlib.Path("/run/nginx.pid")
ERROR_LOG = pathlib.Path("/var/log/nginx/error.log")


def service(action, check=True):
    return subprocess.run(["service", "nginx", action], check=check, capture_output=True, text=True)


class InstalledStack(Stack):
    def __init__(self):
        super().__init__("/nonexistent")
        self.error_log = ERROR_LOG
        self.keys = KEYS / "keys"

    def vneidctl(self, *arguments, check=True):
        environment = {name: value for name, value in os.environ.items() if name != "VNEID_SCHEMA"}
        return subprocess.run(["/usr/bin/vneidctl", *arguments], check=check, capture_output=True, text=True,
                              env={**environment, "VNEID_POSTGRES": self.conninfo_as("root"), "VNEID_KEYS": str(self.keys)})

    def make_data(self):
        super().make_data()
        KEYS.mkdir(mode=0o700, exist_ok=True)
        secret = KEYS / "client_secret"
        secret.write_bytes((self.folder / "client_secret").read_bytes())
        secret.chmod(0o600)

    def nginx_conf(self):
        """The example, with the addresses of this machine."""
        text = EXAMPLE.read_text()
        for pattern, value in (
                (r"vneid_redis .*;", f"vneid_redis unix:{self.redis_socket} timeout=5s;"),
                (r"vneid_postgres .*;", f'vneid_postgres "{self.conninfo}" timeout=5s;'),
                (r"issuer .*;", f"issuer {self.issuer} allow_http;"),
                (r"server 127.0.0.1:8000;", f"server 127.0.0.1:{self.portal_port};"),
                (r"listen .*;", f"listen 127.0.0.1:{self.port};"),
                (r"server_name .*;", f"server_name localhost; vneid_origin {self.url}; proxy_set_header Host $http_host;"
                                     " proxy_buffer_size 64k; proxy_buffers 8 64k;"),
                (r"ssl_certificate.*;", "")):
            text, count = re.subn(pattern, value, text)
            if not count:
                raise LookupError(f"{EXAMPLE} has no {pattern!r}")
        return text

    def start_nginx(self):
        (self.logs / "nginx.log").touch()  # what nginx says before it has its own log goes to the terminal here
        SITE.write_text(self.nginx_conf())
        subprocess.run(["nginx", "-t"], check=True)
        service("start")
        wait_until(lambda: port_open(self.port), "nginx")

    def stop(self):
        service("stop", check=False)
        super().stop()

    @staticmethod
    def worker_pids():
        master = int(PID_FILE.read_text())
        return [int(pid) for pid in pathlib.Path(f"/proc/{master}/task/{master}/children").read_text().split()]

    def modules_of_workers(self):
        """The files behind the module's code in the workers; replaced ones end with " (deleted)"."""
        return {line.split(None, 5)[5] for pid in self.worker_pids()
                for line in pathlib.Path(f"/proc/{pid}/maps").read_text().splitlines() if "ngx_http_vneid_module" in line}
