"""Starts one deployment, prints what the browser needs as one JSON line, and stops when its standard input closes.
Commands on standard input, a line each: {"population": {…}} for the population database's control, any other JSON
object for the provider's."""
import json
import os
import pathlib
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "config" / "demo"))
from stack import Stack  # noqa: E402

build = pathlib.Path(os.environ.get("VNEID_BUILD", ROOT / "build" / "release"))
with Stack(build) as stack:
    print(json.dumps({"url": stack.url, "issuer": stack.issuer, "scenarios": stack.scenarios, "crowd": stack.crowd,
                      "redis": str(stack.redis_socket), "cases": stack.population_cases}), flush=True)
    for line in sys.stdin:
        switches = json.loads(line)
        answer = (stack.population_control(**switches["population"]) if "population" in switches
                  else stack.provider_control(**switches))
        print(json.dumps(answer), flush=True)
bad = stack.bad_log_lines()
print(json.dumps({"bad": bad}), flush=True)
