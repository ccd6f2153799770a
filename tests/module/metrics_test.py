"""vneid_zone, vneid_metrics, vneid_status: numbers of all workers, over reloads and deaths of workers."""
import json
import os
import pathlib
import re
import signal
import unittest

from harness import ModuleTest, header_list, wait_until

OPENMETRICS = "application/openmetrics-text;version=1.0.0;q=0.5,text/plain;q=0.2"
PAGES = "location = /metrics { vneid_metrics; } location = /status { vneid_status; }"
SUFFIXES = {"counter": ("_total",), "gauge": ("",), "histogram": ("_bucket", "_count", "_sum")}


def parse(text):
    """The samples of an OpenMetrics text: {name: {labels: number}}. Stricter than the standard."""
    lines = text.split("\n")
    assert lines[-2:] == ["# EOF", ""], lines[-2:]
    found, kinds, family = {}, {}, None
    for line in lines[:-2]:
        if line.startswith("#"):
            word, family, rest = re.fullmatch(r"# (TYPE|UNIT|HELP) ([a-z_]+) (.+)", line).groups()
            if word == "TYPE":
                assert family not in kinds, line
                kinds[family] = rest
            continue
        name, labels, value = re.fullmatch(r'([a-z_]+)(?:\{((?:[a-z]+="[^"\\]+",?)*)\})? ([0-9.]+)', line).groups()
        assert name in [family + suffix for suffix in SUFFIXES[kinds[family]]], line
        labels = tuple(sorted(re.findall(r'([a-z]+)="([^"]+)"', labels or "")))
        assert labels not in found.setdefault(name, {}), line
        found[name][labels] = float(value)
    return found


class Shared(ModuleTest):
    stores = False
    workers = 3
    zone = "vneid_zone shared 64k;"

    def conf(self, **parts):
        parts = {"server": PAGES, "http_part": self.zone, **parts}
        return super().conf(**parts).replace("worker_processes 1;", f"worker_processes {self.workers};")

    def start(self, **parts):
        super().start(**parts)
        wait_until(lambda: len(self.status()["workers"]) == self.workers, "all workers on the board")

    def status(self):
        answer = self.request("GET", "/status")
        self.assertEqual(answer.status, 200)
        return json.loads(answer.text)

    def metrics(self):
        answer = self.request("GET", "/metrics", headers={"Accept": OPENMETRICS})
        self.assertEqual(answer.status, 200)
        return parse(answer.text.decode())

    def scrapes(self):
        """How many answers of the status page were counted; does not change that number."""
        return int(self.metrics()["vneid_scrapes_total"][("page", "status"),])

    def ask_all_workers(self):
        """Status answers of every worker; returns how many there were."""
        seen, count = set(), 0

        def all_seen():
            nonlocal count
            count += 1
            seen.add(self.status()["answered_by"])
            return seen >= set(self.stack.worker_pids())
        wait_until(all_seen, "an answer of each worker")
        return count


class Counting(Shared):
    def test_any_worker_tells_the_sum(self):
        self.start()
        before = self.scrapes()
        asked = self.ask_all_workers()
        for _ in range(20):
            self.assertEqual(self.scrapes(), before + asked)

    def test_reload_keeps_counting(self):
        self.start()
        self.ask_all_workers()
        before, since = self.scrapes(), self.metrics()["vneid_counting_since_seconds"]
        old = self.reload()
        wait_until(lambda: not old & set(self.stack.worker_pids()), "the old workers gone")
        self.assertEqual(self.scrapes(), before)
        self.assertEqual(self.metrics()["vneid_counting_since_seconds"], since)
        self.assertEqual(self.ask_all_workers(), self.scrapes() - before)

    def test_zone_of_another_size_starts_anew(self):
        self.start()
        self.ask_all_workers()
        old = self.reload(http_part="vneid_zone shared 128k;")
        wait_until(lambda: not old & set(self.stack.worker_pids()), "the old workers gone")
        self.assertEqual(self.scrapes(), 0)

    def test_killed_worker_takes_no_count_along(self):
        self.start()
        asked = self.ask_all_workers()
        before = self.scrapes()
        self.assertGreaterEqual(before, asked)
        victim = self.stack.worker_pids()[0]
        self.allowed_log_lines = (f"worker process {victim} exited on signal 9",)
        os.kill(victim, signal.SIGKILL)
        wait_until(lambda: victim not in self.stack.worker_pids() and len(self.stack.worker_pids()) == self.workers,
                   "a new worker")
        self.assertEqual(self.scrapes(), before)

    def test_single_process(self):
        self.workers = 1
        self.stack.nginx_conf = lambda: self.conf().replace("master_process on;", "master_process off;")
        self.stack.port = self.port
        # Without a master there are no children to wait for.
        self.stack.worker_pids, pids = lambda: [self.stack.processes["nginx"].pid], self.stack.worker_pids
        self.addCleanup(setattr, self.stack, "worker_pids", pids)
        self.stack.start_nginx()
        self.addCleanup(self.stop)
        self.assertEqual(len(self.status()["workers"]), 1)
        self.assertEqual(self.scrapes(), 1)


class Board(Shared):
    def test_all_workers_are_shown(self):
        self.start()
        status = self.status()
        self.assertEqual({worker["pid"] for worker in status["workers"]}, set(self.stack.worker_pids()))
        self.assertEqual({worker["number"] for worker in status["workers"]}, {0, 1, 2})
        self.assertEqual({worker["generation"] for worker in status["workers"]}, {1})
        self.assertEqual(status["dependencies"],
                         {name: "unknown" for name in ("redis", "postgres", "provider", "population")})
        worker = status["workers"][0]
        self.assertEqual(worker["keys"]["count"], 1)
        self.assertRegex(worker["keys"]["newest"]["id"], r"^\d{4}-\d\d-\d\d")
        self.assertLess(worker["keys"]["newest"]["age_seconds"], 2 * 86400)
        self.assertEqual([provider["name"] for provider in worker["providers"]], ["bca"])
        self.assertEqual(self.metrics()["vneid_workers"][()], 3)

    def test_places_of_the_dead_are_given_away(self):
        self.start()
        self.allowed_log_lines = ("exited on signal 9",)
        for _ in range(12):  # 64k have room for about twenty workers: three a round would fill them
            victims = set(self.stack.worker_pids())
            for pid in victims:
                os.kill(pid, signal.SIGKILL)
            wait_until(lambda dead=victims: not dead & set(self.stack.worker_pids()), "the workers dead")
            self.wait_for_workers()
        self.assertNotIn("are taken", self.error_log())

    def wait_for_workers(self):
        """All workers are there and shown, and nobody else is."""
        def complete():
            shown = [worker["pid"] for worker in self.status()["workers"]]
            return len(shown) == self.workers and set(shown) == set(self.stack.worker_pids())
        wait_until(complete, "the new workers on the board")

    def test_generation_grows_with_reloads(self):
        self.start()
        old = self.reload()
        wait_until(lambda: not old & set(self.stack.worker_pids()), "the old workers gone")
        self.wait_for_workers()
        self.assertEqual({worker["generation"] for worker in self.status()["workers"]}, {2})

    def test_no_secret_and_no_key_is_shown(self):
        self.start()
        text = self.request("GET", "/status").text.decode()
        self.assertNotIn("of-no-value", text)
        for line in pathlib.Path(self.stack.keys).read_text().splitlines():
            if line and not line.startswith("#"):
                self.assertNotIn(line.split()[2], text)


class Answers(Shared):
    workers = 1

    def test_formats(self):
        self.start()
        for accept, kind in ((OPENMETRICS, "application/openmetrics-text; version=1.0.0; charset=utf-8"),
                             ("*/*", "text/plain; version=0.0.4; charset=utf-8")):
            answer = self.request("GET", "/metrics", headers={"Accept": accept})
            self.assertEqual(header_list(answer, "Content-Type"), [kind])
            self.assertEqual(header_list(answer, "Cache-Control"), ["no-store"])
            self.assertEqual(answer.text.endswith(b"# EOF\n"), accept == OPENMETRICS)
        answer = self.request("GET", "/status")
        self.assertEqual(header_list(answer, "Content-Type"), ["application/json"])
        self.assertEqual(header_list(answer, "Cache-Control"), ["no-store"])

    def test_methods(self):
        self.start()
        for path in ("/metrics", "/status"):
            head = self.request("HEAD", path)
            self.assertEqual((head.status, head.text), (200, b""))
            self.assertGreater(int(head.getheader("Content-Length")), 100)
            for method in ("POST", "PUT", "DELETE", "OPTIONS"):
                self.assertEqual(self.request(method, path, b"").status, 405, method)
            self.assertEqual(self.request("GET", path, b"body").status, 200)

    def test_output_filters_and_access_rules_apply(self):
        self.start(server=PAGES.replace("vneid_metrics;", "vneid_metrics; gzip on; gzip_types *; "
                                                                  "add_header X-Added yes;")
                     + " location = /closed { vneid_metrics; deny all; }")
        answer = self.request("GET", "/metrics", headers={"Accept-Encoding": "gzip"})
        self.assertEqual(answer.getheader("Content-Encoding"), "gzip")
        self.assertEqual(answer.getheader("X-Added"), "yes")
        self.assertEqual(self.request("GET", "/closed").status, 403)

    def test_without_vneid_anywhere(self):
        self.start(vneid="vneid off;", locations="location / { return 204; }")
        self.assertIn("vneid_links_total", self.metrics())


class Dashboards(Shared):
    workers = 1
    stores = True

    def test_ask_only_for_what_there_is(self):
        self.start()
        found = self.metrics()
        found.update(dict.fromkeys(self.audit_metrics(), {}))
        labels = {pair for samples in found.values() for key in samples for pair in key}
        folder = pathlib.Path(__file__).resolve().parents[2] / "config" / "dashboards"
        for file in folder.iterdir():
            expressions = [line for line in file.read_text().splitlines() if re.search(r"\bexpr\b", line)]
            for line in expressions:
                line = line.replace('\\"', '"')
                names = re.findall(r"\bvneid_[a-z_]+", line)
                self.assertTrue(names, line)
                for name in names:
                    self.assertTrue(name in found, f"{name} of {line}")
                for label, operator, value in re.findall(r'([a-z]+)(=~?)"([^"]*)"', line):
                    for word in value.split("|") if operator == "=~" else [value]:
                        self.assertIn((label, word), labels, line)
            self.assertEqual(len(expressions) > 2, file.name != "README.md", file.name)

    def audit_metrics(self):
        """What `vneidctl audit seal` leaves for the textfile collector."""
        key, file = self.stack.folder / "audit-key", self.stack.folder / "audit.prom"
        self.stack.vneidctl("audit", "key", key)
        self.stack.sql("insert into audit_event (at, event, result) values (now(), 'x', 'ok')")
        self.stack.vneidctl("audit", "seal", "--key", key, "--metrics", file)
        return re.findall(r"^# TYPE (\w+) ", file.read_text(), re.MULTILINE)


if __name__ == "__main__":
    unittest.main()
