"""The identity page, its update and edit, and the folded way, against a population database that misbehaves."""
import json
import re
import unittest

from support import LINKED, NOTICE, Citizen, StackTest, wait_until

FIELDS = ("Họ tên", "Số CMT (9 số)", "Số CMT/CCCD (12 số)", "Ngày sinh", "Số điện thoại", "Giới tính", "Nơi sinh", "Email",
          "Quê quán", "Địa chỉ thường trú")
UPDATE = "Cập nhật từ CSDL Quốc gia về Dân cư"
AWAY = "tạm thời gián đoạn; thông tin hiện có được giữ nguyên"
NOBODY = "Không tìm thấy dữ liệu phù hợp"


class IdentityTest(StackTest):
    stack_options = {"population_options": "citizen_rate 100000r/h burst=1000; rate 1000r/s; circuit failures=1000;"}

    def setUp(self):
        self.stack.population_control(reset=True)

    # ---- ways ----
    def signed_in(self, case):
        """The letter's step 1 to its end: into the portal by [Bỏ qua]."""
        citizen, page = self.to_notice(case)
        if NOTICE in page.text:
            citizen.submit("Bỏ qua")
        return citizen

    def identity(self, citizen):
        return citizen.get(self.stack.url + "/vneid/identity")

    def update(self, citizen, ask, path="/vneid/identity/update"):
        citizen.get(self.stack.url + path)
        return self.fill(citizen, ask)

    def fill(self, citizen, ask):
        asked = {"number": ask["number"], "cmnd": ask["cmnd"], "name": ask["name"], "birth_date": ask["birth"]}
        return citizen.submit("Cập nhật", **asked)

    def case(self, name):
        return self.stack.population_cases[name]

    def untouched(self, expect="verify_first"):
        """Somebody of the crowd whose number is self-entered, and what the database knows of them."""
        people = {p["number"]: p for p in json.loads((self.stack.data / "population.json").read_text())["people"]}
        while True:
            case = next(c for c in self.stack.crowd if c["expect"] == expect and c["username"] not in self.taken
                        and c["citizen_id"] in people)
            self.taken.add(case["username"])
            truth = people[case["citizen_id"]]
            ask = {"number": truth["number"], "cmnd": "", "name": case["name"], "birth": truth["birth"]}
            return {**case, "ask": ask}

    @classmethod
    def setUpClass(cls):
        cls.taken = set()
        super().setUpClass()

    def statuses(self, account):
        """field → status, of the account that the portal calls so."""
        page = self.identity(account)
        rows = re.findall(r'data-field="([a-z0-9_]+)"[^>]*data-status="([a-z_]+)"', page.text)
        self.assertEqual(len(rows), 10, page.text[:2000])
        return dict(rows)


class Page(IdentityTest):
    def test_ten_fields_with_their_status_and_the_legend(self):
        case = self.untouched()
        page = self.identity(self.signed_in(case))
        self.assertEqual(page.status, 200)
        for label in FIELDS:
            self.assertIn(label, page.text)
        self.assertIn("Ghi chú về các biểu tượng dữ liệu:", page.text)
        self.assertIn("Biểu tượng Xanh là các thông tin đã được xác minh với Cơ sở dữ liệu Dân cư Quốc gia hoặc CSDL tin cậy khác",
                      page.text)
        self.assertIn(case["citizen_id"], page.text)  # its owner's own page
        self.assertIn("Danh sách tài khoản liên kết", page.text)
        self.assertIn(UPDATE, page.text)
        self.assertIn("Sửa", page.text)

    def test_nobody_else_sees_it(self):
        self.assertEqual(Citizen().get(self.stack.url + "/vneid/identity").status, 401)
        for path in ("update", "edit"):
            self.assertEqual(Citizen().get(self.stack.url + "/vneid/identity/" + path).status, 401)
        post = Citizen().request("POST", self.stack.url + "/vneid/identity", {"action": "update"})
        self.assertEqual(post.status, 401)

    def test_two_questions_to_postgresql_and_one_to_redis(self):
        citizen = self.signed_in(self.untouched())
        self.identity(citizen)  # prepares the statement
        log = self.stack.logs / "postgres.log"

        def statements():
            return re.findall(r"LOG:  (?:statement|execute) *(.*)", log.read_text(errors="replace"))

        def commands():
            told = self.stack.redis_cli("INFO", "commandstats").decode()
            return sum(int(n) for name, n in re.findall(r"cmdstat_([^:]+):calls=(\d+)", told) if name != "info")

        def logs_already():
            self.identity(citizen)
            return any("identity_read_profile" in line for line in statements())
        self.stack.sql("alter system set log_statement = 'all'")
        self.stack.sql("select pg_reload_conf()")
        try:
            wait_until(logs_already, "PostgreSQL logs statements")
            asked, called = len(statements()), commands()
            self.assertEqual(self.identity(citizen).status, 200)
            self.assertEqual(commands() - called, 1, "commands of Redis")
            questions = [re.match(r"\w+", line).group(0) for line in statements()[asked:]]
            self.assertEqual(questions, ["person_kept_out", "identity_read_profile"])
        finally:
            self.stack.sql("alter system reset log_statement")
            self.stack.sql("select pg_reload_conf()")


class Update(IdentityTest):
    def test_the_long_way_of_the_letter(self):
        case = self.case("self_entered")
        citizen = self.signed_in(case)
        self.assertEqual(self.statuses(citizen)["citizen_id"], "self_entered")
        page = self.update(citizen, case["ask"])
        self.assertEqual(page.status, 200)
        after = self.statuses(citizen)
        for field in ("name", "citizen_id", "birth_date", "sex", "birth_place", "home_town", "residence"):
            self.assertEqual(after[field], "verified", field)
        self.assertEqual(after["phone"], "self_entered")
        citizen, page = self.to_notice(case)  # step 5: in again
        self.assertIn(NOTICE, page.text)
        _, page = self.link(case)
        self.assertIn(LINKED, page.text)

    def test_what_people_type_is_understood(self):
        case = self.untouched()
        number = case["ask"]["number"]
        wide = "".join(chr(ord(digit) + 0xFEE0) for digit in number[:6]) + " " + number[6:9] + ".\u200b" + number[9:]
        day, month, year = case["ask"]["birth"].split("/")
        ask = {**case["ask"], "number": wide, "birth": f"{int(day)}-{int(month)}-{year}",
               "name": "  " + case["ask"]["name"].lower().replace(" ", " \u00a0 ")}
        citizen = self.signed_in(case)
        self.update(citizen, ask)
        self.assertEqual(self.statuses(citizen)["citizen_id"], "verified")

    def test_every_refusal_says_its_rule_and_keeps_what_was_typed(self):
        citizen = self.signed_in(self.case("no_number"))
        good = {"number": "052089999998", "cmnd": "", "name": "Lê Minh Mẫu", "birth": "15/08/1989"}
        table = [({"number": "0520899999"}, "12 chữ số"), ({"number": "05208999999x"}, "chữ số"),
                 ({"number": "052489999998"}, "năm sinh"), ({"number": "", "cmnd": ""}, "ít nhất một"),
                 ({"cmnd": "12345"}, "9 chữ số"), ({"name": ""}, "Họ và tên"), ({"name": "12 <b>"}, "&lt;b&gt;"),
                 ({"birth": "31/02/1989"}, "không có"), ({"birth": "1989-13-01"}, "không có"),
                 ({"birth": "hôm qua"}, "dd/mm/yyyy"), ({"birth": "15/08/1889"}, "1900"),
                 ({"birth": "15/08/2089"}, "tương lai"), ({"birth": ""}, "Ngày sinh"), ({"name": "x" * 500}, "dài")]
        for change, words in table:
            with self.subTest(change):
                page = self.update(citizen, {**good, **change})
                self.assertEqual(page.status, 422)
                self.assertIn(words.lower(), page.text.lower())
                fields = next(form["fields"] for form in page.forms if "birth_date" in form["fields"])
                typed = {**good, **change}
                self.assertEqual((fields["number"], fields["cmnd"], fields["name"], fields["birth_date"]),
                                 (typed["number"], typed["cmnd"], typed["name"], typed["birth"]))
        self.assertEqual([r for r in self.stack.population_requests() if r["asked"] == "052******998"][1:], [],
                         "only the sound one was asked")

    def test_no_match_never_says_which(self):
        texts = set()
        for name in ("wrong_year", "nobody"):
            case = self.case(name)
            citizen = self.signed_in(case)
            page = self.update(citizen, case["ask"])
            self.assertEqual(page.status, 422)
            self.assertIn(NOBODY, page.text)
            text = re.sub(r"\b[0-9a-f]{8}\b|value=\"[^\"]*\"", "", page.text)
            texts.add(text)
            self.assertEqual(self.statuses(citizen)["citizen_id"], "empty")
        self.assertEqual(len(texts), 1, "the page tells the cases apart")

    def test_nine_digits_find_the_twelve(self):
        case = self.case("cmnd_only")
        citizen = self.signed_in(case)
        self.update(citizen, case["ask"])
        self.assertEqual(self.statuses(citizen)["citizen_id"], "verified")
        self.assertNotIn(case["number"], self.identity(citizen).text, "for whoever knows it already, or proves VNeID")

    def test_only_a_year_stays_a_year(self):
        case = self.case("year_only")
        citizen = self.signed_in(case)
        self.update(citizen, case["ask"])
        page = self.identity(citizen)
        self.assertIn(case["birth"], page.text)
        self.assertNotIn("01/01/" + case["birth"][-4:], page.text)

    def test_sensitive_fields_go_nowhere(self):
        case = self.untouched()
        citizen = self.signed_in(case)
        people = {p["number"]: p for p in json.loads((self.stack.data / "population.json").read_text())["people"]}
        truth = people[case["ask"]["number"]]
        self.update(citizen, case["ask"])
        page = self.identity(citizen).text
        api = citizen.get(self.stack.url + "/vneid/api/v1/identity").text
        known = json.dumps(truth, ensure_ascii=False)
        for word in ("ethnicity", "religion", "blood"):
            key = next((k for k in truth if word in k), None)
            self.assertIsNotNone(key, truth.keys())
            if truth[key]:
                self.assertNotIn(f">{truth[key]}<", page)
                self.assertNotIn(f'"{truth[key]}"', api)
        relatives = set(re.findall(r"\b0\d{11}\b", known)) - {truth["number"]}
        self.assertTrue(relatives)
        for number in relatives:
            self.assertNotIn(number, page + api)

    def test_a_form_of_another_session_or_site_is_refused(self):
        case = self.untouched()
        citizen, other = self.signed_in(case), self.signed_in(self.untouched())
        citizen.get(self.stack.url + "/vneid/identity/update")
        form = next(f for f in citizen.page.forms if "birth_date" in f["fields"])
        body = {**form["fields"], "action": "update"}
        for who, headers in ((other, {}), (citizen, {"Sec-Fetch-Site": "cross-site"}),
                             (citizen, {"Origin": "https://evil.example"})):
            page = who.request("POST", self.stack.url + "/vneid/identity", body, headers)
            self.assertEqual(page.status, 403)
        self.assertEqual(self.statuses(citizen)["citizen_id"], "self_entered")
        strange = citizen.request("POST", self.stack.url + "/vneid/identity", {**body, "action": "delete"})
        self.assertEqual(strange.status, 400)


class LaterMismatch(IdentityTest):
    def test_a_name_told_otherwise_goes_to_an_officer(self):
        case = self.case("name_changed")
        self.stack.population_control(changed=case["change"])
        citizen = self.signed_in(case)
        self.update(citizen, case["ask"])
        page = self.identity(citizen)
        code = re.search(r"[0-9A-Z]{4}-[0-9A-Z]{4}", page.text)
        self.assertIsNotNone(code, "Mã yêu cầu")
        self.assertIn("Mã yêu cầu", page.text)
        self.assertEqual(self.statuses(citizen)["name"], "verified")
        self.assertIn(case["name"].split()[-1].upper(), page.text.upper())
        listed = self.stack.vneidctl("review", "list").stdout
        self.assertIn(code.group(0), listed)
        self.assertNotIn(case["number"], listed)

    def test_verified_data_that_nobody_has_any_more_go_to_an_officer(self):
        case = self.case("birth_changed")
        self.stack.population_control(changed=case["change"])
        citizen = self.signed_in(case)
        before = self.statuses(citizen)
        self.update(citizen, case["ask"])
        self.assertEqual(self.statuses(citizen), before)
        self.assertRegex(self.identity(citizen).text, r"[0-9A-Z]{4}-[0-9A-Z]{4}")


class Edit(IdentityTest):
    def test_edited_is_yellow_and_verified_is_locked(self):
        case = self.untouched()
        citizen = self.signed_in(case)
        self.update(citizen, case["ask"])
        citizen.get(self.stack.url + "/vneid/identity/edit")
        page = citizen.submit("Lưu", phone="0905 123 456", email="an@example.com", name="Ai Khác", sex="female")
        self.assertEqual(page.status, 200)
        after = self.statuses(citizen)
        self.assertEqual((after["phone"], after["email"], after["name"]), ("self_entered", "self_entered", "verified"))
        self.assertNotIn("Ai Khác", self.identity(citizen).text)
        self.assertIn("0905123456", self.identity(citizen).text)
        citizen.get(self.stack.url + "/vneid/identity/edit")
        citizen.submit("Lưu", phone="")
        self.assertEqual(self.statuses(citizen)["phone"], "empty")

    def test_what_breaks_a_rule_is_said_and_nothing_is_stored(self):
        citizen = self.signed_in(self.untouched())
        before = self.statuses(citizen)
        for field, value in (("phone", "12"), ("email", "không có"), ("sex", "x"), ("citizen_id", "1"), ("residence", "a" * 600)):
            citizen.get(self.stack.url + "/vneid/identity/edit")
            page = citizen.submit("Lưu", **{field: value, "home_town": "Nơi khác"})
            self.assertEqual(page.status, 422, field)
            self.assertIn("Nơi khác", page.text)
        self.assertEqual(self.statuses(citizen), before)
        self.assertNotIn("Nơi khác", self.identity(citizen).text)


class FoldedWay(IdentityTest):
    def folded(self, case):
        citizen, page = self.to_notice(case)
        self.assertIn(NOTICE, page.text)
        page = citizen.submit("Đăng nhập bằng VNeID")
        self.assertEqual(page.url, self.stack.url + "/vneid/verify")
        self.assertIn("Nếu đây không phải là tài khoản của Ông/Bà", page.text)
        self.assertRegex(page.text, r"Tài khoản đang đăng nhập: <span class=\"code\"><bdi>\S+\*")
        return citizen, page

    def test_one_login_from_an_unverified_number_to_the_link(self):
        from citizen import log_in_to_vneid
        case = self.untouched()
        citizen, _ = self.folded(case)
        page = self.fill(citizen, case["ask"])
        self.assertTrue(page.url.startswith(self.stack.issuer), page)
        page = log_in_to_vneid(citizen, page, case["vneid_number"], case["vneid_password"])
        self.assertIn(LINKED, page.text)
        page = citizen.submit("Tiếp tục")
        self.assertEqual(page.url, self.stack.url + "/trang-chu")

    def test_a_verified_number_is_not_asked_again(self):
        _, page = self.to_provider(self.someone())
        self.assertTrue(page.url.startswith(self.stack.issuer))

    def test_skip_lets_the_same_login_go_on(self):
        citizen, _ = self.folded(self.untouched())
        page = citizen.submit("Bỏ qua")
        self.assertEqual(page.url, self.stack.url + "/trang-chu")

    def test_the_form_needs_this_login(self):
        case = self.untouched()
        citizen, _ = self.folded(case)
        form = next(f for f in citizen.page.forms if "birth_date" in f["fields"])
        self.assertEqual(Citizen().get(self.stack.url + "/vneid/verify").status, 410)
        other, _ = self.folded(self.untouched())
        stolen = other.request("POST", self.stack.url + "/vneid/verify", {**form["fields"], "action": "update"})
        self.assertEqual(stolen.status, 403)
        citizen.submit("Bỏ qua")
        self.assertEqual(citizen.get(self.stack.url + "/vneid/verify").status, 410)

    def test_a_number_that_is_not_the_vneid_persons_still_does_not_link(self):
        """The population database vouches for data, not for who typed them: VNeID does."""
        from citizen import log_in_to_vneid
        case, other = self.untouched(), self.untouched()
        citizen, _ = self.folded(case)
        page = self.fill(citizen, other["ask"])
        before = self.links()
        page = log_in_to_vneid(citizen, page, case["vneid_number"], case["vneid_password"])
        self.assertNotIn(LINKED, page.text)
        self.assertEqual(self.links(), before)


class Api(IdentityTest):
    """What a portal with pages of its own reads, held against the description that we serve."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        import jsonschema
        page = Citizen().get(cls.stack.url + "/vneid/api/v1/openapi.json")
        cls.document = json.loads(page.text)
        cls.jsonschema = jsonschema

    def held(self, page, method, path):
        """The answer fits what the description says of this status."""
        told = self.document["paths"][path][method]["responses"]
        self.assertIn(str(page.status), told, page.text)
        schema = {**told[str(page.status)]["content"]["application/json"]["schema"], "components": self.document["components"]}
        body = json.loads(page.text)
        self.jsonschema.Draft202012Validator(schema).validate(body)
        self.assertEqual(page.header("Content-Type"), "application/json")
        return body

    def read(self, citizen):
        page = citizen.get(self.stack.url + "/vneid/api/v1/identity")
        return self.held(page, "get", "/api/v1/identity")

    def post(self, citizen, what, body, **headers):
        page = citizen.request("POST", f"{self.stack.url}/vneid/api/v1/identity/{what}", json.dumps(body),
                               {"Content-Type": "application/json", **headers})
        return page.status, self.held(page, "post", f"/api/v1/identity/{what}")

    def ask(self, case, csrf):
        return {"csrf": csrf, "citizen_id": case["ask"]["number"], "name": case["ask"]["name"],
                "birth_date": case["ask"]["birth"]}

    def test_reading_updating_editing(self):
        case = self.untouched()
        citizen = self.signed_in(case)
        before = self.read(citizen)
        self.assertEqual([f["field"] for f in before["fields"]],
                         ["name", "cmnd9", "citizen_id", "birth_date", "phone", "sex", "birth_place", "email",
                          "home_town", "residence"])
        status, answer = self.post(citizen, "update", self.ask(case, before["csrf"]))
        self.assertEqual((status, answer), (200, {"result": "verified"}))
        number = self.read(citizen)["fields"][2]
        self.assertEqual((number["status"], number["value"]), ("verified", case["ask"]["number"]))
        status, answer = self.post(citizen, "edit", {"csrf": before["csrf"], "phone": "0905 123 456", "email": None})
        self.assertEqual((status, answer), (200, {"result": "edited"}))
        fields = {f["field"]: f for f in self.read(citizen)["fields"]}
        self.assertEqual((fields["phone"]["value"], fields["email"]["status"]), ("0905123456", "empty"))
        status, answer = self.post(citizen, "edit", {"csrf": before["csrf"], "name": "Ai Khác"})
        self.assertEqual((status, answer["error"], answer["problems"]), (422, "locked", {"name": "locked"}))

    def test_what_is_refused(self):
        case = self.untouched()
        citizen = self.signed_in(case)
        csrf = self.read(citizen)["csrf"]
        ask = self.ask(case, csrf)
        self.assertEqual(self.post(Citizen(), "update", ask)[0], 401)
        self.assertEqual(self.post(citizen, "update", {**ask, "csrf": "x"})[0], 403)
        self.assertEqual(self.post(citizen, "update", ask, Origin="https://evil.example")[0], 403)
        self.assertEqual(self.post(citizen, "update", ask, **{"Sec-Fetch-Site": "cross-site"})[0], 403)
        self.assertEqual(self.post(citizen, "update", {**ask, "citizen_id": int(ask["citizen_id"])})[0], 400)
        status, answer = self.post(citizen, "update", {**ask, "citizen_id": "12", "birth_date": "x"})
        self.assertEqual((status, answer["problems"]), (422, {"citizen_id": "not_12_digits", "birth_date": "date_form"}))
        status, answer = self.post(citizen, "update", {**ask, "name": "Không Ai Cả"})
        self.assertEqual((status, answer["error"]), (422, "no_match"))
        self.stack.population_control(fault="http_500")
        status, answer = self.post(citizen, "update", ask)
        self.assertEqual((status, answer["error"]), (503, "population_away"))
        for body in ("", "[]", "{", '{"csrf":1}', '{"csrf":"a","csrf":"b"}', "x" * 15000):
            page = citizen.request("POST", self.stack.url + "/vneid/api/v1/identity/edit", body,
                                   {"Content-Type": "application/json"})
            self.assertEqual(page.status, 400, body[:20])
        page = citizen.request("POST", self.stack.url + "/vneid/api/v1/identity/edit", {"csrf": csrf, "phone": "1"})
        self.assertEqual(page.status, 400, "a form is not JSON: a page of another site could send it")
        page = citizen.request("POST", self.stack.url + "/vneid/api/v1/identity", "{}", {"Content-Type": "application/json"})
        self.assertEqual((page.status, page.header("Allow")), (405, "GET"))
        page = citizen.request("GET", self.stack.url + "/vneid/api/v2/identity")
        self.assertEqual((page.status, json.loads(page.text)["error"]), (404, "not_found"))


class Soap(IdentityTest):
    stack_options = {**IdentityTest.stack_options, "population_profile": "soap"}

    def test_the_long_way_over_soap(self):
        case = self.case("self_entered")
        citizen = self.signed_in(case)
        self.update(citizen, case["ask"])
        self.assertEqual(self.statuses(citizen)["citizen_id"], "verified")
        self.assertEqual({r["profile"] for r in self.stack.population_requests()}, {"soap"})

    def test_every_fault_has_its_page(self):
        Faults.check_all(self)


class Faults(IdentityTest):
    """Each fault of the fixture with the page that the citizen sees. None of them turns a field green."""

    away = ("http_500", "html", "not_json", "empty", "soap_fault", "error_code", "wrong_person", "two_people",
            "wrong_content", "truncated", "entity_bomb", "external_entity", "huge", "stall")
    nobody = ("empty_message", "empty_body", "no_citizen")
    fine = ("year_only", "whole_name", "sex_codes")

    def check_all(self):
        case = self.untouched()
        citizen = self.signed_in(case)
        before = self.statuses(citizen)
        soap_away = [f for f in Faults.away]
        for fault in soap_away:
            with self.subTest(fault):
                self.stack.population_control(reset=True, fault=fault)
                page = self.update(citizen, case["ask"])
                self.assertEqual(page.status, 503)
                self.assertIn(AWAY, page.text)
                self.assertIsNotNone(page.header("Retry-After"))
                self.assertIn(case["ask"]["number"], page.text, "what was typed is lost")
                self.assertEqual(self.statuses(citizen), before)
        for fault in Faults.nobody:
            with self.subTest(fault):
                # A question of its own: an identical one is answered from memory.
                ask = {**case["ask"], "name": case["ask"]["name"] + " " + "ABC"[Faults.nobody.index(fault)]}
                self.stack.population_control(reset=True, fault=fault)
                page = self.update(citizen, ask)
                self.assertEqual(page.status, 422)
                self.assertIn(NOBODY, page.text)
                self.assertEqual(self.statuses(citizen), before)
        for fault in Faults.fine:
            with self.subTest(fault):
                someone = self.untouched()
                person = self.signed_in(someone)
                self.stack.population_control(reset=True, fault=fault)
                self.update(person, someone["ask"])
                self.assertEqual(self.statuses(person)["name"], "verified")

    def test_every_fault_has_its_page(self):
        self.check_all()
        log = self.stack.error_log.read_text(errors="replace")
        self.assertIn("population", log)

    def test_slow_is_waited_for(self):
        case = self.untouched()
        citizen = self.signed_in(case)
        self.stack.population_control(fault="slow", seconds=1)
        self.update(citizen, case["ask"])
        self.assertEqual(self.statuses(citizen)["citizen_id"], "verified")


class Outage(IdentityTest):
    def test_verified_stays_verified_over_a_thousand_calls(self):
        case = self.untouched()
        citizen = self.signed_in(case)
        self.update(citizen, case["ask"])
        before = self.statuses(citizen)
        rows = self.stack.sql("select md5(string_agg(t::text, ';' order by account_id, field)) from identity_field t")
        csrf = json.loads(citizen.get(self.stack.url + "/vneid/api/v1/identity").text)["csrf"]
        faults = ("http_500", "html", "truncated", "entity_bomb", "wrong_person", "empty", "error_code", "not_json")
        self.stack.population_control(reset=True)
        body = json.dumps({"csrf": csrf, "name": "", "birth_date": ""})
        seen = 0
        for round_ in range(8):
            self.stack.population_control(fault=faults[round_])
            for _ in range(125):
                page = citizen.request("POST", self.stack.url + "/vneid/api/v1/identity/update", body,
                                       {"Content-Type": "application/json"})
                self.assertEqual(page.status, 503)
                seen += 1
        self.assertEqual(seen, 1000)
        self.assertEqual(len(self.stack.population_requests()), 1001, "by the database's own log")
        self.assertEqual(self.stack.sql("select md5(string_agg(t::text, ';' order by account_id, field)) from identity_field t"),
                         rows)
        self.assertEqual(self.statuses(citizen), before)
        self.assertEqual(self.stack.sql("select count(*) from audit_event where event = 'population.asked' and result = 'failed'"
                                        " and reason = 'self_update,unavailable'"), "1000")


class Limits(IdentityTest):
    stack_options = {"workers": 2, "population_options": "citizen_rate 1r/h burst=3; rate 2r/s burst=5; in_flight 4;"}

    def test_a_citizen_is_stopped_and_told_when_to_come_back(self):
        case = self.untouched()
        citizen = self.signed_in(case)
        for attempt in range(3):
            page = self.update(citizen, {**case["ask"], "name": f"Nhầm {'ABC'[attempt]}"})
            self.assertEqual(page.status, 422)
        page = self.update(citizen, case["ask"])
        self.assertEqual(page.status, 429)
        self.assertGreater(int(page.header("Retry-After")), 60)
        self.assertIn("phút", page.text)
        asked = [r for r in self.stack.population_requests() if r["asked"] == case["ask"]["number"][:3] + "******"
                 + case["ask"]["number"][-3:]]
        self.assertEqual(len(asked), 3, "the log of the database")
        another = self.signed_in(self.untouched())
        page = self.update(another, case["ask"])
        self.assertEqual(page.status, 429, "another account asks about the same number")

    def test_everybody_together_keeps_the_rate(self):
        import threading
        citizens = []
        for _ in range(12):
            case = self.untouched()
            citizens.append((self.signed_in(case), case))
        for citizen, _ in citizens:
            citizen.get(self.stack.url + "/vneid/identity/update")
        already = len(self.stack.population_requests())
        answers = []
        def run(citizen, case):
            answers.append(self.fill(citizen, case["ask"]).status)
        threads = [threading.Thread(target=run, args=pair) for pair in citizens]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        asked = self.stack.population_requests()[already:]
        self.assertEqual(sorted(set(answers)), [200, 503])
        times = [r["at"] for r in asked]
        span = (max(times) - min(times)) / 1000
        self.assertLessEqual(len(asked), 5 + 2 * span + 1, f"{len(asked)} calls in {span} s, by the database's log")
        self.assertEqual(len(asked), answers.count(200))


class StoresAway(IdentityTest):
    allowed_log_lines = ()

    def test_what_was_typed_survives_an_outage_of_the_stores(self):
        case = self.untouched()
        citizen = self.signed_in(case)
        citizen.get(self.stack.url + "/vneid/identity/update")
        self.stack.stop_process("redis")
        try:
            page = self.fill(citizen, case["ask"])
            self.assertEqual(page.status, 503)
            self.assertIn(case["ask"]["number"], page.text)
            self.assertIsNotNone(page.header("Retry-After"))
        finally:
            self.stack.start_redis()

    def test_a_form_without_its_token_is_not_shown_again(self):
        self.stack.stop_process("redis")
        try:
            stranger = Citizen()
            stranger.cookies["localhost"] = {"__Host-vneid-session": "A" * 43}
            page = stranger.request("POST", self.stack.url + "/vneid/identity",
                                    {"action": "update", "number": "052089999999", "csrf": "x"})
            self.assertEqual(page.status, 503)
            self.assertNotIn("052089999999", page.text)
        finally:
            self.stack.start_redis()


if __name__ == "__main__":
    unittest.main()
