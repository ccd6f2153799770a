"""Starts one deployment, prints what the browser needs as one JSON line, and stops when its standard input closes.
Commands on standard input, a line each: {"population": {…}} for the population database's control, {"stores": "stop" or
"start"} for Redis and PostgreSQL together, {"nginx": "directives of the server"} (nginx goes on with them), {"forget": true}
for an empty Redis, any other JSON object for the provider's control. Options: --crowd N citizens, --entry for a portal
that opens sessions for whom VNeID lets in."""
import argparse
import json
import os
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "config" / "demo"))
from stack import FIXTURES, Stack  # noqa: E402

options = argparse.ArgumentParser()
options.add_argument("--crowd", type=int)
options.add_argument("--entry", action="store_true")
options = options.parse_args()
# Whoever presses every button asks more often than a citizen may.
PATIENT = "rate 1000r/s burst=1000; citizen_rate 10000r/h burst=1000; address_rate 10000r/h burst=1000;"


class Site(Stack):
    def make_data(self):
        super().make_data()
        if options.crowd:
            subprocess.run(["/usr/bin/python3", FIXTURES / "people.py", "--out", self.data, "--crowd", str(options.crowd)],
                           check=True, stdout=subprocess.DEVNULL)

    def configure(self, directives):
        entry = f"vneid_session_exchange {self.portal_url}/phien-vneid allow_http timeout=5s;" if options.entry else ""
        self.nginx_extra = entry + directives

    def told(self):
        people = json.loads((self.data / "people.json").read_text())
        return {"url": self.url, "issuer": self.issuer, "scenarios": self.scenarios, "crowd": self.crowd,
                "redis": str(self.redis_socket), "cases": self.population_cases, "people": people}

    def obey(self, switches):
        if "population" in switches:
            return self.population_control(**switches["population"])
        if "nginx" in switches:
            self.configure(switches["nginx"])
            return self.reload_nginx()
        if "forget" in switches:
            return self.redis_cli("FLUSHALL").decode()
        if switches.get("stores") == "stop":
            return [self.stop_process("redis"), self.stop_postgres()]
        if switches.get("stores") == "start":
            return [self.start_redis(), self.start_postgres()]
        return self.provider_control(**switches)


build = pathlib.Path(os.environ.get("VNEID_BUILD", ROOT / "build" / "release"))
site = Site(build, reuse=True, menu=True, population_options=PATIENT if options.crowd else "")
site.configure("")
with site:
    print(json.dumps(site.told()), flush=True)
    for line in sys.stdin:
        print(json.dumps(site.obey(json.loads(line))), flush=True)
bad = site.bad_log_lines()
print(json.dumps({"bad": bad}), flush=True)
