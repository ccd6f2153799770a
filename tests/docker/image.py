"""Starts what compose.yaml's profile "demo" starts, waits until it is healthy, and walks logins through it."""
import json
import pathlib
import signal
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True
from composed import ROOT, Composed  # noqa: E402
from stack import port_open, wait_until  # noqa: E402
from walk import check_identity, check_letter  # noqa: E402


class Deployment:
    """What demo.check() wants to know."""
    url, issuer = "http://localhost:8080", "http://localhost:9000"

    def __init__(self, folder):
        self.data = pathlib.Path(folder)
        subprocess.run(["/usr/bin/python3", ROOT / "tests" / "fixtures" / "people.py", "--out", self.data], check=True,
                       stdout=subprocess.DEVNULL)

    @property
    def scenarios(self):
        return json.loads((self.data / "scenarios.json").read_text())

    @property
    def population_cases(self):
        return json.loads((self.data / "population_cases.json").read_text())


def expect(condition, step, found=""):
    if not condition:
        raise SystemExit(f"FAILED: {step}\n{found}")
    print(f"  ok: {step}", flush=True)


def walk(composed, folder):
    composed.start_redis()
    composed.start_postgres()
    print(composed.once("migrate"), end="")
    expect("nothing to do" in composed.once("migrate"), "the migration runs at every start, and changes nothing then")
    composed.set_worker_password()
    print(composed.once("demo-import"), end="")
    for name, port in (("demo", 8082), ("demo-provider", 9001), ("demo-population", 8083)):
        composed.start(name)
        wait_until(lambda: port_open(port), name)
    composed.start("demo-nginx")
    try:
        wait_until(lambda: composed.healthy("demo-nginx"), "HEALTHCHECK", 30)
    except TimeoutError:
        raise SystemExit("FAILED: the image does not become healthy\n" + composed.log("demo-nginx")[-3000:])
    expect(True, "the image's HEALTHCHECK is content")
    deployment = Deployment(folder)
    check_letter(deployment)
    check_identity(deployment)
    masters = subprocess.run(["ps", "-eo", "user,args"], capture_output=True, text=True).stdout
    expect("www-data nginx: worker" in " ".join(masters.split()), "workers run as www-data", masters)
    bad = [line for line in composed.log("demo-nginx").splitlines() if any(word in line for word in ("[alert]", "[emerg]", "[crit]"))]
    expect(not bad, "nothing bad stands in the log", "\n".join(bad))
    expect(composed.stop("demo-nginx", signal.SIGQUIT) == 0, "SIGQUIT, the image's stop signal, ends it well")


def main():
    with tempfile.TemporaryDirectory(dir="/var/tmp") as folder:
        composed = Composed(pathlib.Path(folder))
        try:
            walk(composed, pathlib.Path(folder) / "people")
        finally:
            composed.end()
    print("image: passed")


main()
