"""Starts one deployment, prints what the browser needs as one JSON line, and stops when its standard input closes.
Commands on standard input, a line each: {"population": {…}} for the population database's control, {"stores": "stop" or
"start"} for Redis and PostgreSQL together, any other JSON object for the provider's control."""
import json
import os
import pathlib
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "config" / "demo"))
from stack import Stack  # noqa: E402

build = pathlib.Path(os.environ.get("VNEID_BUILD", ROOT / "build" / "release"))
with Stack(build, reuse=True, menu=True) as stack:
    print(json.dumps({"url": stack.url, "issuer": stack.issuer, "scenarios": stack.scenarios, "crowd": stack.crowd,
                      "redis": str(stack.redis_socket), "cases": stack.population_cases}), flush=True)
    for line in sys.stdin:
        switches = json.loads(line)
        if "population" in switches:
            answer = stack.population_control(**switches["population"])
        elif switches.get("stores") == "stop":
            answer = [stack.stop_process("redis"), stack.stop_postgres()]
        elif switches.get("stores") == "start":
            answer = [stack.start_redis(), stack.start_postgres()]
        else:
            answer = stack.provider_control(**switches)
        print(json.dumps(answer), flush=True)
bad = stack.bad_log_lines()
print(json.dumps({"bad": bad}), flush=True)
