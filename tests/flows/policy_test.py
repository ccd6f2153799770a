"""The policy clock through nginx: each mode on both sides of each instant, in +07."""
import datetime
import re
import unittest

from support import LINKED, NOTICE, Citizen, StackTest, wait_until

VIETNAM = datetime.timezone(datetime.timedelta(hours=7))
ENFORCE = datetime.datetime(2024, 7, 1, tzinfo=VIETNAM)
CLOSED = datetime.datetime(2025, 7, 1, tzinfo=VIETNAM)
SECOND = datetime.timedelta(seconds=1)
FROM = "Từ ngày 01/07/2024, tài khoản này không còn được sử dụng để đăng nhập"
RULES = (f"vneid_policy personal notice enforce={ENFORCE.isoformat()} closed={CLOSED.isoformat()};"
         f"vneid_policy organization pass enforce={CLOSED.isoformat()};")


class PolicyTest(StackTest):
    zone = ""

    def at(self, instant, rules=RULES, stopped=True, more=""):
        """nginx goes on with this clock."""
        self.stack.http_extra = (f"vneid_rehearsal on; vneid_clock {instant.isoformat()}{' stopped' if stopped else ''};{self.zone}")
        self.stack.nginx_extra = rules + more
        self.stack.reload_nginx()

    def seen(self, case):
        """What the legacy login leads to: in, notice, enforce, refused."""
        citizen, page = self.to_notice(case)
        self.last_page = page
        if page.url.endswith("/trang-chu"):
            return "in", citizen
        self.assertNotIn("portal_session", citizen.cookies["localhost"])
        buttons = [text for form in page.forms for _, _, text in form["buttons"]]
        if "Bỏ qua" in buttons:
            return "notice", citizen
        if "Đăng nhập bằng VNeID" in buttons:
            self.assertTrue(FROM in page.text or "đã được liên kết với VNeID" in page.text)
            return "enforce", citizen
        self.assertIn("không còn được sử dụng để đăng nhập", page.text)
        self.assertEqual(page.status, 403)
        return "refused", citizen


class Table(PolicyTest):
    def test_each_side_of_each_instant(self):
        linked = self.someone()
        self.link(linked)
        personal, organization = self.stack.scenarios["happy"], self.stack.scenarios["organization"]
        foreign = self.stack.scenarios["foreign"]
        table = [
            (ENFORCE - SECOND, "notice", "in", "in", "in"), (ENFORCE, "enforce", "enforce", "in", "in"),
            (ENFORCE + SECOND, "enforce", "enforce", "in", "in"), (CLOSED - SECOND, "enforce", "enforce", "in", "in"),
            (CLOSED, "refused", "refused", "refused", "in"), (CLOSED + SECOND, "refused", "refused", "refused", "in"),
        ]
        for instant, for_personal, for_linked, for_organization, for_foreign in table:
            with self.subTest(instant.isoformat()):
                self.at(instant)
                self.assertEqual(self.seen(personal)[0], for_personal)
                self.assertEqual(self.seen(linked)[0], for_linked, "a linked account's password")
                outcome, page = self.seen(organization)[0], self.last_page
                self.assertEqual(outcome, for_organization)
                self.assertEqual("01/07/2025" in page.text, outcome == "refused", "an organisation's own date")
                self.assertEqual(self.seen(foreign)[0], for_foreign)

    def test_modes_without_instants(self):
        for mode, expected in (("observe", "in"), ("notice", "notice"), ("enforce", "enforce"), ("closed", "refused"),
                               ("pass", "in")):
            with self.subTest(mode):
                self.at(ENFORCE, rules=f"vneid_policy personal {mode}; vneid_notice date=2024-07-01;")
                self.assertEqual(self.seen(self.stack.scenarios["happy"])[0], expected)
        self.assertIn("observed: this legacy login would have seen the notice", self.stack.error_log.read_text())

    def test_the_notice_counts_the_days(self):
        for instant, words in ((ENFORCE - SECOND, "Còn 0 ngày đến hạn 01/07/2024"),
                               (ENFORCE - datetime.timedelta(days=30), "Còn 29 ngày đến hạn 01/07/2024")):
            self.at(instant)
            _, page = self.to_notice(self.stack.scenarios["happy"])
            self.assertIn(words, page.text)
            self.assertIn(NOTICE, page.text)


class InProgress(PolicyTest):
    def test_skipping_after_the_instant_is_refused_and_linking_is_not(self):
        case = self.someone()
        self.at(ENFORCE - 4 * SECOND, stopped=False)
        citizen, page = self.to_notice(case)
        self.assertIn(NOTICE, page.text)
        # The page that was opened before the instant, posted after it.
        form = next(f for f in page.forms if f["fields"].get("choice") == "skip")
        notice = lambda: citizen.request("GET", self.stack.url + "/vneid/notice").text
        wait_until(lambda: FROM in notice(), "the instant")
        answer = citizen.request("POST", self.stack.url + "/vneid/notice", form["fields"])
        self.assertEqual(answer.status, 403)
        self.assertIn(FROM, answer.text)
        self.assertNotIn("portal_session", citizen.cookies["localhost"])
        citizen.get(self.stack.url + "/vneid/notice")
        page = citizen.submit("Đăng nhập bằng VNeID")
        from citizen import log_in_to_vneid
        page = log_in_to_vneid(citizen, page, case["vneid_number"], case["vneid_password"])
        self.assertIn(LINKED, page.text)
        page = citizen.submit("Tiếp tục")
        self.assertEqual(page.url, self.stack.url + "/trang-chu")

    def test_sessions_from_before_the_instant_end_with_it(self):
        case = self.someone()
        self.at(ENFORCE - SECOND)
        citizen, _ = self.to_notice(case)
        citizen.submit("Bỏ qua")
        for path in ("identity", "vault", "links", "api/v1/identity"):
            self.assertEqual(citizen.get(self.stack.url + "/vneid/" + path).status, 200, path)
        self.at(ENFORCE)
        for path in ("identity", "vault", "links", "api/v1/identity"):
            self.assertEqual(citizen.get(self.stack.url + "/vneid/" + path).status, 401, path)

    def test_failures_offer_no_skip_after_the_instant(self):
        self.at(ENFORCE)
        for name in ("level1", "other_number", "mismatch_name"):
            citizen, page = self.link(self.stack.scenarios[name])
            self.assertNotIn("Bỏ qua", [text for form in page.forms for _, _, text in form["buttons"]], name)
            self.assertNotIn("vẫn sử dụng được như trước", page.text)
        case = self.stack.population_cases["self_entered"]
        citizen, page = self.to_provider(case)
        self.assertEqual(page.url, self.stack.url + "/vneid/verify")
        self.assertNotIn("Bỏ qua", [text for form in page.forms for _, _, text in form["buttons"]])
        form = next(f for f in page.forms if "birth_date" in f["fields"])
        answer = citizen.request("POST", page.url, {**form["fields"], "action": "skip"})
        self.assertEqual(answer.status, 403)
        self.assertNotIn("portal_session", citizen.cookies["localhost"])


class GateAndClock(PolicyTest):
    GATE = """vneid_portal_cookie portal_session;
        location /trang-chu { vneid_require session; proxy_pass %s; proxy_set_header Host $http_host; }"""
    NAVIGATION = {"Sec-Fetch-Mode": "navigate"}

    def test_no_portal_session_outlives_the_instant_without_vneid(self):
        case = self.someone()
        more = self.GATE % self.stack.portal_url
        self.at(ENFORCE - SECOND, more=more)
        citizen, _ = self.to_notice(case)
        citizen.submit("Bỏ qua")
        older = Citizen()  # a session that never passed the module
        older.cookies["localhost"] = {"portal_session": citizen.cookies["localhost"]["portal_session"]}

        def home(who):
            return who.request("GET", self.stack.url + "/trang-chu", headers=self.NAVIGATION)
        self.assertEqual(home(citizen).status, 200)
        self.assertEqual(home(older).status, 200)
        self.at(ENFORCE, more=more)
        for who in (citizen, older):
            page = home(who)
            self.assertEqual((page.status, page.header("Location")), (303, "/vneid/login?return=%2Ftrang-chu"))
            page = who.request("GET", self.stack.url + "/trang-chu", headers={"Sec-Fetch-Mode": "cors"})
            self.assertEqual(page.status, 401)
        citizen, page = self.link(case)
        citizen.submit("Tiếp tục", page)
        self.assertEqual(home(citizen).status, 200)


class VariablesAndClock(PolicyTest):
    """What the portal is told must obey the clock and the binding as the gate does."""
    WHO = """vneid_portal_cookie portal_session;
        location /ai { vneid_identity on; add_header X-Who "$vneid_account|$vneid_link_state" always; proxy_pass %s; }
        location /ai-cong { vneid_identity on; vneid_require session; proxy_pass %s/trang-chu;
                            proxy_set_header Host $http_host; proxy_set_header X-VNeID-Account $vneid_account; }"""

    def who(self, citizen, path="/ai"):
        return citizen.request("GET", self.stack.url + path).header("X-Who")

    def test_a_password_alone_is_nobody_after_the_instant(self):
        case, more = self.someone(), self.WHO.replace("%s", self.stack.portal_url)
        self.at(ENFORCE - SECOND, more=more)
        citizen, _ = self.to_notice(case)
        citizen.submit("Bỏ qua")
        self.assertEqual(self.who(citizen), case["account"] + "|legacy")
        self.at(ENFORCE, more=more)
        self.assertEqual(self.who(citizen), "|none")
        citizen, page = self.link(case)
        citizen.submit("Tiếp tục", page)
        self.assertEqual(self.who(citizen), case["account"] + "|linked")

    def test_two_logins_put_together_are_nobody(self):
        more = self.WHO.replace("%s", self.stack.portal_url)
        self.at(ENFORCE - SECOND, more=more)
        one, other = self.someone(), self.someone()
        first, page = self.link(one)
        first.submit("Tiếp tục", page)
        second, _ = self.to_notice(other)
        second.submit("Bỏ qua")
        self.assertEqual(self.who(first), one["account"] + "|linked")
        first.cookies["localhost"]["portal_session"] = second.cookies["localhost"]["portal_session"]
        self.assertEqual(self.who(first), "|none")

    def test_who_it_is_costs_redis_one_command_and_postgresql_none(self):
        self.at(ENFORCE - SECOND, more=self.WHO.replace("%s", self.stack.portal_url))
        linked, page = self.link(self.someone())
        linked.submit("Tiếp tục", page)
        legacy, _ = self.to_notice(self.someone())
        legacy.submit("Bỏ qua")

        def reads():
            told = self.stack.redis_cli("INFO", "commandstats").decode()
            found = re.search(r"cmdstat_getex:calls=(\d+)", told)
            return int(found.group(1)) if found else 0
        for citizen in (linked, legacy):
            before = reads()
            self.assertEqual(citizen.request("GET", self.stack.url + "/ai-cong").status, 200)
            self.assertEqual(reads() - before, 1, "the gate and the variables share what was read")
        self.stack.stop_postgres()
        try:
            for citizen in (linked, legacy):
                self.assertNotEqual(self.who(citizen).split("|")[0], "")
        finally:
            self.stack.start_postgres()


class OnFailure(PolicyTest):
    def test_stores_away_by_mode(self):
        table = [(ENFORCE - SECOND, "", "in"), (ENFORCE, "", 503), (CLOSED, "", 503),
                 (ENFORCE - SECOND, "vneid_on_failure notice=closed;", 503),
                 (ENFORCE, "vneid_on_failure notice=open enforce=open;", "in"),
                 (CLOSED, "vneid_on_failure enforce=open;", 503)]
        case = self.stack.scenarios["happy"]
        for instant, rule, expected in table:
            with self.subTest(f"{instant} {rule}"):
                self.at(instant, more=rule)
                self.stack.stop_process("redis")
                self.stack.stop_postgres()
                try:
                    citizen, page = self.to_notice(case)
                    if expected == "in":
                        self.assertTrue(page.url.endswith("/trang-chu"), page)
                    else:
                        self.assertEqual(page.status, expected)
                        self.assertIsNotNone(page.header("Retry-After"))
                        self.assertNotIn("portal_session", citizen.cookies["localhost"])
                    organization, page = self.to_notice(self.stack.scenarios["organization"])
                    self.assertEqual(page.url.endswith("/trang-chu"), instant < CLOSED or "enforce=open" in rule, page)
                finally:
                    self.stack.start_redis()
                    self.stack.start_postgres()
        # Recovery needs no reload.
        wait_until(lambda: self.to_notice(case)[1].status == 403, "the stores are asked again")


class Misconfigured(PolicyTest):
    """A store that answers and was not set up for us: no outage, whatever vneid_on_failure says of outages."""
    allowed_log_lines = ("is misconfigured: ",)
    OPEN = "vneid_on_failure notice=open enforce=open; location = /metrics { vneid_metrics; }"
    WAYS = [
        ("a table that is not there", "alter table account rename to account_gone",
         "alter table account_gone rename to account", "postgres", 'run \\"vneidctl schema migrate\\"|schema migrate'),
        ("a schema that is too old", "create table versions as select * from schema_version; delete from schema_version where "
         "version > 1", "delete from schema_version; insert into schema_version select * from versions; drop table versions", "postgres", "the schema has version 1 and this release needs"),
        ("Redis wants a password", None, None, "redis", "NOAUTH"),
    ]

    zone = "vneid_zone shared 1m;"

    def break_store(self, statement):
        if statement:
            self.stack.sql(statement)
        else:
            self.stack.redis_cli("CONFIG", "SET", "requirepass", "nobody-knows")

    def mend_store(self, statement):
        if statement:
            self.stack.sql(statement)
        else:
            self.stack.redis_cli("--no-auth-warning", "-a", "nobody-knows", "CONFIG", "SET", "requirepass", "")

    def counter(self, name):
        text = Citizen().request("GET", self.stack.url + "/metrics").text
        found = re.search(rf"^{re.escape(name)} (\d+)$", text, re.M)
        self.assertIsNotNone(found, name + "\n" + text)
        return int(found.group(1))

    def test_lets_nobody_in_from_enforce_on_and_is_counted_apart(self):
        case = self.stack.scenarios["happy"]
        calls = {"redis": 0, "postgres": 0}
        for what, broken, mended, store, said in self.WAYS:
            for instant, expected in ((ENFORCE - SECOND, "in"), (ENFORCE, {503}), (CLOSED, {403, 503})):
                if store == "redis" and instant == CLOSED:
                    continue  # then nobody is asked: the password is refused at once
                with self.subTest(f"{what}, {instant}"):
                    self.break_store(broken)
                    before = len(self.stack.error_log.read_text())
                    try:
                        self.at(instant, more=self.OPEN)  # new workers, new connections
                        outages = [self.counter(f'vneid_outage_decisions_total{{way="{way}"}}')
                                   for way in ("fail_open", "fail_closed")]
                        self.to_notice(case)
                        citizen, page = self.to_notice(case)  # the complaint does not come with every call
                        if expected == "in":
                            self.assertTrue(page.url.endswith("/trang-chu"), page)
                        else:
                            self.assertIn(page.status, expected)
                            self.assertNotIn("portal_session", citizen.cookies["localhost"])
                        log = self.stack.error_log.read_text()[before:]
                        emergencies = [line for line in log.splitlines() if "[emerg]" in line]
                        self.assertEqual(len(emergencies), 1, log)
                        self.assertIn(" is misconfigured: ", emergencies[0])
                        self.assertRegex(emergencies[0], said)
                        now = self.counter(f'vneid_misconfigured_calls_total{{store="{store}"}}')
                        self.assertGreater(now, calls[store])
                        calls[store] = now
                        self.assertEqual([self.counter(f'vneid_outage_decisions_total{{way="{way}"}}')
                                          for way in ("fail_open", "fail_closed")], outages)
                    finally:
                        self.mend_store(mended)
        self.at(ENFORCE - SECOND)
        wait_until(lambda: NOTICE in self.to_notice(self.someone())[1].text, "the notice comes once it is mended")


class Canary(StackTest):
    stack_options = {"http_extra": 'map $http_x_canary $canary { default off; yes bca; odd nobody; }', "provider": "$canary"}

    def test_a_variable_chooses_who_is_asked(self):
        case = self.someone()
        for value, asked in (("yes", True), ("no", False), ("odd", False), ("", False)):
            citizen = Citizen(headers={"X-Canary": value})
            _, page = self.to_notice(case, citizen)
            self.assertEqual(NOTICE in page.text, asked, value)
        _, page = self.link(case, Citizen(headers={"X-Canary": "yes"}))
        self.assertIn(LINKED, page.text)
        self.assertIn("names no provider", self.stack.error_log.read_text())


if __name__ == "__main__":
    unittest.main()
