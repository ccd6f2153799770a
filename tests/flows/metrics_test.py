"""vneid_metrics and vneid_status after known journeys: what they say is what happened, over two workers."""
import json
import re
import signal
import unittest
import urllib.request

from support import LINKED, ROOT, Citizen, StackTest, wait_until

PAGES = """
        location = /vneid-metrics { vneid_metrics; }
        location = /vneid-status  { vneid_status; }
        location = /vneid-gated-x { vneid_require level=2; proxy_pass http://127.0.0.1:9; }"""
FAMILIES = ("gate", "logins", "notices", "callbacks", "links", "records", "refusals", "population", "sessions", "outage")


class Counting(StackTest):
    stack_options = {"workers": 2, "http_extra": "vneid_zone shared 1m;", "nginx_extra": PAGES}

    def text(self, page, headers=None):
        request = urllib.request.Request(f"{self.stack.url}/vneid-{page}", headers=headers or {})
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.read().decode()

    def counts(self):
        """Counters of journeys: {'vneid_notices_total{event="skipped"}': 3, …}, zeros left out."""
        found = {}
        for line in self.text("metrics").splitlines():
            name, _, value = line.rpartition(" ")
            if name.startswith("vneid_") and any(word in name for word in FAMILIES) and float(value) > 0:
                found[name] = int(float(value))
        return found

    def gained(self, before):
        return {name.replace("vneid_", "").replace("_total", ""): count - before.get(name, 0)
                for name, count in self.counts().items() if count != before.get(name, 0)}

    def calls(self, dependency, outcome):
        wanted = f'vneid_dependency_duration_seconds_count{{dependency="{dependency}",outcome="{outcome}"}} '
        return int(next(line for line in self.text("metrics").splitlines() if line.startswith(wanted)).split()[-1])

    def records_of_persons(self):
        return int(self.stack.sql("select count(*) from record join vault on vault.id = vault_id "
                                  "where vault.person_id is not null"))

    def status(self):
        return json.loads(self.text("status"))

    HELD = {'legacy_logins{outcome="held"}': 1, 'notices{event="shown"}': 1}

    def test_skip(self):
        before = self.counts()
        citizen, _ = self.to_notice(self.someone())
        citizen.submit("Bỏ qua")
        self.assertEqual(self.gained(before), {**self.HELD, 'notices{event="skipped"}': 1,
                                               'sessions_begun{proof="legacy"}': 1})

    def test_link_and_what_was_carried_over(self):
        case = self.someone()
        before = self.counts()
        moved_before = self.records_of_persons()
        citizen, callback = self.to_callback(case)
        page = citizen.get(callback)
        self.assertIn(LINKED, page.text)
        moved = self.records_of_persons() - moved_before
        gained = self.gained(before)
        self.assertEqual(gained.pop('records{event="moved"}', 0), moved)
        gained.pop('records{event="stayed"}', None)
        self.assertEqual(gained, {**self.HELD, 'notices{event="vneid"}': 1, 'callbacks{result="linked"}': 1,
                                  'links{event="made"}': 1, 'sessions_begun{proof="vneid"}': 1})
        # The same callback again makes nothing new; the next login of the account is not asked.
        before = self.counts()
        citizen.get(callback)
        self.to_notice(case, citizen)
        self.assertEqual(self.gained(before), {'callbacks{result="repeated"}': 1, 'sessions_begun{proof="legacy"}': 1,
                                               'legacy_logins{outcome="passed_linked"}': 1})

    def test_gate_decisions(self):
        citizen, page = self.link(self.someone())
        self.assertIn(LINKED, page.text)
        before = self.counts()
        url = self.stack.url + "/vneid-gated-x"
        Citizen().request("GET", url, headers={"Sec-Fetch-Mode": "navigate"})
        Citizen().request("GET", url, headers={"Sec-Fetch-Mode": "cors"})
        self.assertEqual(citizen.request("GET", url).status, 502, "let through, and nobody is there")
        self.assertEqual({name: n for name, n in self.gained(before).items() if "gate" in name},
                         {'gate_decisions{decision="sent_to_login"}': 1, 'gate_decisions{decision="unauthorized"}': 1,
                          'gate_decisions{decision="allowed"}': 1})

    def test_who_is_not_asked(self):
        before = self.counts()
        self.to_notice(self.stack.scenarios["organization"])
        self.assertEqual(self.gained(before), {'legacy_logins{outcome="passed_kind"}': 1,
                                               'sessions_begun{proof="legacy"}': 1})

    def test_failures_by_their_reason(self):
        words = {"refuse_number": "mismatch", "refuse_level": "level_too_low", "review": "review"}
        for outcome, reason in words.items():
            case = next(case for case in self.stack.scenarios.values() if case["expect"] == outcome)
            result = reason.replace("level_too_low", "level")
            with self.subTest(outcome):
                before = self.counts()
                self.link(case)
                self.assertEqual(self.gained(before), {
                    **self.HELD, 'notices{event="vneid"}': 1, f'callbacks{{result="{result}"}}': 1,
                    f'refusals{{reason="{reason}"}}': 1})

    def test_cancelled_at_the_provider(self):
        before = self.counts()
        citizen, callback = self.to_callback(self.someone())
        state = re.search(r"state=([^&]+)", callback).group(1)
        citizen.get(f"{self.stack.url}/vneid/callback/bca?error=access_denied&state={state}"
                    f"&iss={urllib.request.quote(self.stack.issuer, safe='')}")
        self.assertEqual(self.gained(before), {**self.HELD, 'notices{event="vneid"}': 1,
                                               'callbacks{result="cancelled"}': 1, 'refusals{reason="cancelled"}': 1})

    def test_odd_callbacks(self):
        before = self.counts()
        Citizen().get(self.stack.url + "/vneid/callback/bca?code=x&state=y")
        Citizen().get(self.stack.url + "/vneid/callback/bca?nothing")
        self.assertEqual(self.gained(before), {'callbacks{result="expired"}': 1, 'callbacks{result="bad_request"}': 1,
                                               'refusals{reason="expired"}': 1, 'refusals{reason="bad_request"}': 1})

    def test_provider_away_and_back(self):
        citizen, callback = self.to_callback(self.someone())
        before, failed = self.counts(), self.calls("provider", "failed")
        self.stack.stop_process("provider")
        try:
            citizen.get(callback)
            self.assertEqual(self.gained(before), {'callbacks{result="provider_away"}': 1,
                                                   'refusals{reason="provider_away"}': 1})
            self.assertGreater(self.calls("provider", "failed"), failed)
            status = self.status()
            self.assertEqual(status["dependencies"]["provider"], "failing")
            told = [worker["dependencies"]["provider"] for worker in status["workers"]]
            self.assertIn("refused", [one["last_failure"] for one in told])
        finally:
            self.stack.start_provider()
        self.recover("provider", lambda: self.link(self.someone()))
        # Not every worker need have asked it; who has tells when.
        ages = [provider["metadata_age_seconds"] for worker in self.status()["workers"] for provider in worker["providers"]]
        self.assertTrue(any(age is not None for age in ages), ages)

    def recover(self, dependency, ask):
        """Asks until each worker that failed has had an answer."""
        def works():
            ask()
            return self.status()["dependencies"][dependency] == "ok"
        wait_until(works, f"{dependency} in order again", 60)

    def test_redis_away_and_back(self):
        case = self.someone()
        before = self.counts()
        self.stack.stop_process("redis", signal.SIGKILL)
        try:
            self.to_notice(case)
            Citizen(headers={"Cookie": "__Host-vneid-session=unknown"}).get(self.stack.url + "/vneid/links")
            self.assertEqual(self.gained(before), {
                'legacy_logins{outcome="let_through_unasked"}': 1, 'outage_decisions{way="fail_open"}': 1,
                'outage_decisions{way="fail_closed"}': 1, 'refusals{reason="stores_away"}': 1})
            self.assertEqual(self.status()["dependencies"]["redis"], "failing")
        finally:
            self.stack.start_redis()
        self.recover("redis", lambda: self.to_notice(case))

    def test_postgres_away_and_back(self):
        case = self.someone()
        before, failed = self.counts(), self.calls("postgres", "failed")
        self.stack.stop_postgres()
        try:
            self.to_notice(case)
            self.assertEqual(self.gained(before), {'legacy_logins{outcome="let_through_unasked"}': 1,
                                                   'outage_decisions{way="fail_open"}': 1})
            self.assertGreater(self.calls("postgres", "failed"), failed)
            self.assertEqual(self.status()["dependencies"]["postgres"], "failing")
        finally:
            self.stack.start_postgres()
        self.recover("postgres", lambda: self.to_notice(case))

    def ask_population(self, name, **faults):
        """One update of the number in the login of somebody whose number is not verified."""
        case = next(case for case in self.stack.scenarios.values() if case["expect"] == "verify_first")
        citizen, page = self.to_provider(case)
        before = self.counts()
        if faults:
            self.stack.population_control(**faults)
        try:
            citizen.submit("Cập nhật", page, number="052089999999", cmnd="", name=name,
                           birth_date="01/01/1989")
        finally:
            self.stack.population_control(reset=True)
        return {name: count for name, count in self.gained(before).items() if name.startswith("population")}

    def test_population_answers(self):
        answered = self.calls("population", "ok")
        self.assertEqual(self.ask_population("Người Thử Nghiệm"), {'population_calls{outcome="no_match"}': 1})
        self.assertEqual(self.calls("population", "ok"), answered + 1)
        failed = self.calls("population", "failed")
        self.assertEqual(self.ask_population("Người Thử Khác", fault="http_500"), {'population_calls{outcome="unavailable"}': 1})
        self.assertEqual(self.calls("population", "failed"), failed + 1)

    def test_status_tells_policy_and_keys(self):
        status = self.status()
        policies = {line["kind"]: line for line in status["policies"]}
        self.assertEqual(set(policies), {"personal", "organization", "foreign"})
        self.assertEqual(policies["organization"]["mode"], "pass")
        self.assertEqual({line["portal"] for line in status["policies"]}, {"portal"})
        for worker in status["workers"]:
            self.assertEqual(worker["keys"]["count"], 1)
            self.assertEqual(worker["dependencies"]["population"]["circuit"], "closed")

    def test_nobody_can_be_recognised(self):
        case = self.someone()
        self.link(case)
        shown = self.text("metrics") + self.text("status")
        words = set(re.findall(r"[^\s\"{}=,:]+", shown))
        for person in [*self.stack.crowd, *self.stack.scenarios.values()]:
            for key in ("username", "citizen_id", "cmnd", "vneid_number", "name"):
                told = str(person.get(key) or "")
                self.assertFalse(told and (told in words or len(told) > 6 and told in shown), f"{key} {told}")
        self.assertIsNone(re.search(r"\d{12}", re.sub(r"_sum\{[^}]*\} [\d.]+|\d\.\d+", "", shown)))

    def test_alert_rules_name_metrics_that_exist(self):
        known = set(re.findall(r"^# TYPE (\w+) ", self.text("metrics", {"Accept": "application/openmetrics-text"}), re.M))
        self.assertGreater(len(known), 10)
        for file in ("alerts.yml", "vneid.json"):
            text = (ROOT / "config" / "dashboards" / file).read_text()
            expressions = re.findall(r'expr"?: ?(.+)', text)
            self.assertGreater(len(expressions), 5, file)
            for expression in expressions:
                for name in re.findall(r"\bvneid_\w+", expression):
                    self.assertIn(re.sub(r"_(total|count|sum|bucket)$", "", name), known, expression)


if __name__ == "__main__":
    unittest.main()
