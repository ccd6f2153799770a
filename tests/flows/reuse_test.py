"""A paper of the vault serves in a dossier of the portal: the portal's own form, its server, and who must not."""
import base64
import hashlib
import json
import re
import unittest
import urllib.parse

import jsonschema

from support import Citizen, StackTest

FORM = "/nop-ho-so"


def claims_of(token):
    payload = token.split(".")[1]
    return json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))


class Reuse(StackTest):
    stack_options = {"reuse": True, "http_extra": "vneid_zone shared 1m;",
                     "nginx_extra": "location = /vneid-metrics { vneid_metrics; }"}

    @classmethod
    def prepare(cls, stack):
        # What reaches the portal may be looked at.
        stack.location_extra += f"""}}
        location = /danh-tinh {{
            vneid_identity on;
            proxy_pass {stack.portal_url};
            proxy_set_header X-VNeID-Assertion $vneid_assertion;"""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.document = json.loads(Citizen().get(cls.stack.url + "/vneid/api/v1/openapi.json").text)

    def linked(self):
        citizen, page = self.link(self.someone())
        citizen.submit("Tiếp tục")
        return citizen

    def assertion(self, citizen):
        told = dict(json.loads(citizen.get(self.stack.url + "/danh-tinh").text)["headers"])
        return told["X-Vneid-Assertion"]

    def ask(self, path, assertion=None, document=None, citizen=None):
        headers = {"Accept": "application/json"}
        if assertion is not None:
            headers["Authorization"] = "Bearer " + assertion
        body = None
        if document is not None:
            headers["Content-Type"] = "application/json"
            body = json.dumps(document)
        method = "POST" if document is not None else "GET"
        page = (citizen or Citizen()).request(method, self.stack.url + "/vneid/api/v1/vault" + path, body, headers)
        self.held(page, method.lower(), path)
        return page

    def held(self, page, method, path):
        """The answer is one that the description which we serve knows."""
        path = re.sub(r"/[0-9a-f]{64}$", "/{sha256}", re.sub(r"^/\d+", "/{id}", path.partition("?")[0]))
        told = self.document["paths"]["/api/v1/vault" + path][method]["responses"]
        self.assertIn(str(page.status), told, page.text[:200])
        content = told[str(page.status)]["content"].get("application/json")
        if content:
            self.assertEqual(page.header("Content-Type"), "application/json")
            schema = {**content["schema"], "components": self.document["components"]}
            jsonschema.Draft202012Validator(schema).validate(json.loads(page.text))

    def paper(self, assertion):
        listed = json.loads(self.ask("?usable=true&limit=100", assertion).text)["records"]
        return next(one for one in listed if one["files"] and one["reuse_count"] == 0)

    def test_the_portal_s_form(self):
        citizen = self.linked()
        page = citizen.get(self.stack.url + FORM)
        self.assertIn("chọn từ Kho dữ liệu", page.text)
        choices = re.findall(r'name="paper"[^>]*value="(\d+:[0-9a-f]{64})"', page.text)
        self.assertGreater(len(choices), 7, "more than one page of the API")
        self.assertEqual(len(choices), len(set(choices)))
        self.assertNotIn("Phiếu lý lịch tư pháp", page.text, "which is over since 2024")
        empty = citizen.submit("Nộp hồ sơ", page)
        self.assertIn("chưa chọn giấy tờ", empty.text)
        done = citizen.submit("Nộp hồ sơ", page, paper=choices[0])
        self.assertIn("Đã nộp hồ sơ", done.text)
        self.assertIn(choices[0].split(":")[1], done.text)
        record = choices[0].split(":")[0]
        self.assertEqual(self.stack.sql(f"select count(*) from record_reuse where record_id = {record}"), "1")
        self.assertEqual(self.stack.sql(f"select reuse_count from record where id = {record}"), "1")
        again = citizen.submit("Nộp hồ sơ", page, paper=choices[0])
        self.assertIn("Đã nộp hồ sơ", again.text, "a double click is no second reuse")
        self.assertEqual(self.stack.sql(f"select reuse_count from record where id = {record}"), "1")
        # Whoever asks again later is told.
        self.stack.sql("alter table record_reuse disable trigger user;"
                       "update record_reuse set reused_at = reused_at - interval '11 minutes';"
                       "alter table record_reuse enable trigger user")
        late = citizen.submit("Nộp hồ sơ", page, paper=choices[0])
        self.assertIn("đã được dùng trong hồ sơ này", late.text)
        events = self.stack.sql("select string_agg(result, ' ' order by id) from audit_event where event = 'vault.reused'"
                                f" and reason like 'record_{record}%'")
        self.assertEqual(events, "ok ok refused")
        self.assertEqual(self.inconsistencies(), "")

    def test_the_file_comes_whole_with_hash_and_receipt(self):
        assertion = self.assertion(self.linked())
        paper = self.paper(assertion)
        file = paper["files"][0]
        fetched = Citizen().request("GET", self.stack.url + file["href"], None, {"Authorization": "Bearer " + assertion})
        self.assertEqual(hashlib.sha256(fetched.body).hexdigest(), file["sha256"])
        self.assertEqual(self.stack.sql(f"select reuse_count from record where id = {paper['id']}"), "0", "looking is no use")
        answer = self.ask(f"/{paper['id']}/reuse", assertion, {"file": file["sha256"], "dossier_code": "H99-2026-000001"})
        self.assertEqual(answer.status, 200, answer.text[:200])
        self.assertEqual(answer.body, fetched.body)
        digest = base64.b64encode(hashlib.sha256(answer.body).digest()).decode()
        self.assertEqual(answer.header("Repr-Digest"), f"sha-256=:{digest}:")
        claims = claims_of(answer.header("VNeID-Receipt"))
        self.assertEqual(claims["file"]["sha256"], file["sha256"])
        self.assertEqual(claims["record"]["title"], paper["title"])
        self.assertEqual(claims["iss"], self.stack.url + "/vneid/")
        self.assertEqual(claims["sub"], claims_of(assertion)["sub"])
        # A receipt opens nothing.
        self.assertEqual(self.ask("", answer.header("VNeID-Receipt")).status, 401)

    def test_nobody_else_s_papers(self):
        mine, theirs = self.assertion(self.linked()), self.assertion(self.linked())
        paper = self.paper(theirs)
        document = {"file": paper["files"][0]["sha256"], "dossier_code": "H99-2026-000002"}
        self.assertEqual(self.ask(f"/{paper['id']}", mine).status, 404)
        self.assertEqual(self.ask(f"/{paper['id']}/files/{document['file']}", mine).status, 404)
        self.assertEqual(self.ask(f"/{paper['id']}/reuse", mine, document).status, 404)
        self.assertEqual(self.ask(f"/{paper['id']}/reuse", None, document).status, 401)
        header, payload, signature = theirs.split(".")
        forged = base64.urlsafe_b64encode(json.dumps({**claims_of(theirs), "exp": 9999999999}).encode()).decode().rstrip("=")
        for token in (f"{header}.{forged}.{signature}", f"{header}.{payload}.", "x", ""):
            self.assertEqual(self.ask(f"/{paper['id']}/reuse", token, document).status, 401, token[:20])

    def test_a_link_that_is_undone_ends_its_assertions(self):
        assertion = self.assertion(self.linked())
        paper = self.paper(assertion)
        self.assertEqual(self.ask("", assertion).status, 200)
        link = self.stack.sql(f"select link_id from record where id = {paper['id']}")
        self.stack.sql(f"""
            insert into review (kind, reference, account_id, provider, link_id, account_masked, other_masked, sides_sealed,
                                reasons, created_at)
              select 'undo', 'UNDO-0001', account_id, provider, id, '*', '*', 'x', '{{officer_asks}}', now()
              from link where id = {link};
            update review set proposed_at = clock_timestamp(), proposed_by = 'lan', undo_reason = 'x'
              where reference = 'UNDO-0001';
            update review set state = 'approved', decided_at = clock_timestamp(), decided_by = 'minh'
              where reference = 'UNDO-0001';
            select undo_link({link})""")
        for path, document in (("", None), (f"/{paper['id']}", None),
                               (f"/{paper['id']}/reuse", {"file": paper["files"][0]["sha256"], "dossier_code": "H99-1"})):
            self.assertEqual(self.ask(path, assertion, document).status, 401)

    def test_a_closed_account_ends_its_assertions(self):
        assertion = self.assertion(self.linked())
        self.assertEqual(self.ask("", assertion).status, 200)
        link = self.stack.sql(f"select link_id from record where id = {self.paper(assertion)['id']}")
        self.stack.sql(f"update account set status = 'closed' where id = (select account_id from link where id = {link})")
        self.assertEqual(self.ask("", assertion).status, 401)

    def test_a_page_s_script_lists_and_uses(self):
        citizen = self.linked()
        listed = json.loads(self.ask("?usable=true&limit=2", citizen=citizen).text)
        self.assertEqual(listed["vault"], "person")
        after = urllib.parse.quote(listed["next"])
        second = json.loads(self.ask(f"?usable=true&limit=2&after={after}", citizen=citizen).text)
        self.assertFalse({one["id"] for one in listed["records"]} & {one["id"] for one in second["records"]})
        paper = next(one for one in second["records"] + listed["records"] if one["files"])
        document = {"file": paper["files"][0]["sha256"], "dossier_code": "H99-2026-000003"}
        self.assertEqual(self.ask(f"/{paper['id']}/reuse", None, document, citizen).status, 403)
        used = self.ask(f"/{paper['id']}/reuse", None, {**document, "csrf": listed["csrf"]}, citizen)
        self.assertEqual(used.status, 200)
        self.assertEqual(hashlib.sha256(used.body).hexdigest(), document["file"])

    def test_a_legacy_login_lists_its_own_and_uses_nothing(self):
        citizen, _ = self.to_notice(self.someone())
        citizen.submit("Bỏ qua")
        listed = json.loads(self.ask("?limit=100", citizen=citizen).text)
        self.assertEqual(listed["vault"], "account")
        paper = next(one for one in listed["records"] if one["files"])
        document = {"file": paper["files"][0]["sha256"], "dossier_code": "H99-2026-000004", "csrf": listed["csrf"]}
        answer = self.ask(f"/{paper['id']}/reuse", None, document, citizen)
        self.assertEqual((answer.status, json.loads(answer.text)["error"]), (403, "vneid_needed"))

    def counted(self):
        text = Citizen().get(self.stack.url + "/vneid-metrics").text
        return {outcome: int(count) for outcome, count in re.findall(r'vneid_reuses_total\{outcome="(\w+)"\} (\d+)', text)}

    def test_what_is_asked_wrongly_is_said_and_what_comes_of_it_is_counted(self):
        before = self.counted()
        assertion = self.assertion(self.linked())
        paper = self.paper(assertion)
        path, file = f"/{paper['id']}/reuse", paper["files"][0]["sha256"]
        for document in ({}, {"file": "x", "dossier_code": "d"}, {"file": file}, {"file": file, "dossier_code": ""},
                         {"file": file, "dossier_code": "d" * 201}, {"file": file, "dossier_code": "a\nb"}):
            self.assertEqual(self.ask(path, assertion, document).status, 400, document)
        self.assertEqual(self.counted(), before)
        wanted = {"file": file, "dossier_code": "H99-2026-000009"}
        for document, status in (({**wanted, "doc_type_code": "other"}, 422), (wanted, 200), (wanted, 200)):
            self.assertEqual(self.ask(path, assertion, document).status, status)
        self.assertEqual(self.counted(), {name: count + 1 for name, count in before.items()}, "one of each")


if __name__ == "__main__":
    unittest.main()
