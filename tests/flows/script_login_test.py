"""An application's script logs in (P6), through nginx and Redis: 409, the notice, the withheld answer once."""
import json
import unittest
from concurrent.futures import ThreadPoolExecutor

import jsonschema
from support import LINKED, Citizen, StackTest, log_in_to_vneid

SCRIPT = {"Sec-Fetch-Mode": "cors", "Sec-Fetch-Site": "same-origin", "Accept": "*/*"}


class ScriptLogin(StackTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.document = json.loads(Citizen().get(cls.stack.url + "/vneid/api/v1/openapi.json").text)

    def post(self, citizen, path, body=None, **headers):
        sent = {**SCRIPT, "Origin": self.stack.url, **headers}
        if body is not None:
            sent["Content-Type"] = "application/json"
            body = json.dumps(body)
        return citizen.request("POST", self.stack.url + path, body, sent)

    def log_in(self, citizen, case, password=None):
        return self.post(citizen, "/api/dang-nhap", {"username": case["username"], "password": password or case["password"]})

    def fetch(self, citizen, **headers):
        """The answer, which fits the description that we serve unless it is the portal's own."""
        page = self.post(citizen, "/vneid/api/v1/held-answer", **headers)
        if page.status != 200:
            self.described(page)
        return page

    def described(self, page):
        told = self.document["paths"]["/api/v1/held-answer"]["post"]["responses"][str(page.status)]["content"]
        ((media_type, what),) = told.items()
        self.assertEqual(page.header("Content-Type"), media_type)
        jsonschema.Draft202012Validator({**what["schema"], "components": self.document["components"]}).validate(
            json.loads(page.text))

    def greeted(self, answer):
        self.assertEqual(answer.status, 200, answer.text)
        token = json.loads(answer.text)["token"]
        return Citizen().request("GET", self.stack.url + "/api/toi", None, {"Authorization": "Bearer " + token}).status

    def test_a_wrong_password_is_the_portals_own_affair(self):
        citizen = Citizen()
        self.assertEqual(self.log_in(citizen, self.someone(), "wrong").status, 401)
        self.assertEqual(citizen.cookies["localhost"], {})
        self.assertEqual(self.fetch(citizen).status, 404)

    def test_held_skipped_and_fetched_once(self):
        citizen = Citizen()
        held = self.log_in(citizen, self.someone())
        self.assertEqual(held.status, 409)
        self.described(held)
        self.assertNotIn("token", held.text)
        self.assertEqual(self.fetch(citizen).status, 409, "before anything is chosen")
        citizen.get(self.stack.url + json.loads(held.text)["notice"])
        back = citizen.submit("Bỏ qua", follow=False)
        self.assertEqual((back.status, back.header("Location")), (303, "/ung-dung"))
        self.assertEqual(self.fetch(citizen, Origin="https://evil.example").status, 403)
        with ThreadPoolExecutor(4) as pool:  # a page that is opened several times
            answers = list(pool.map(self.fetch, [citizen] * 4))
        self.assertEqual(sorted(answer.status for answer in answers), [200, 404, 404, 404])
        self.assertEqual(self.greeted(next(answer for answer in answers if answer.status == 200)), 200)
        self.assertIn("__Host-vneid-session", citizen.cookies["localhost"])
        self.assertNotIn("__Host-vneid-ticket", citizen.cookies["localhost"])

    def test_linked_and_fetched(self):
        case = self.someone()
        citizen = Citizen()
        self.log_in(citizen, case)
        citizen.get(self.stack.url + "/vneid/notice")
        page = citizen.submit("Đăng nhập bằng VNeID")
        self.assertEqual(self.fetch(citizen).status, 409)
        page = citizen.get(self.stack.url + "/vneid/notice")  # he comes back, and chooses again
        page = citizen.submit("Đăng nhập bằng VNeID", page)
        page = log_in_to_vneid(citizen, page, case["vneid_number"], case["vneid_password"])
        self.assertIn(LINKED, page.text)
        back = citizen.submit("Tiếp tục", page, follow=False)
        self.assertEqual((back.status, back.header("Location")), (303, "/ung-dung"))
        self.assertEqual(self.greeted(self.fetch(citizen)), 200)
        self.assertEqual(self.fetch(citizen).status, 404)

    def test_a_stranger_with_the_same_page_gets_nothing(self):
        citizen, stranger = Citizen(), Citizen()
        self.log_in(citizen, self.someone())
        citizen.get(self.stack.url + "/vneid/notice")
        citizen.submit("Bỏ qua", follow=False)
        self.assertEqual(self.fetch(stranger).status, 404)
        self.assertEqual(self.fetch(citizen).status, 200)

    def test_a_page_that_logs_in_as_ever_is_not_touched(self):
        citizen, page = self.to_notice(self.someone())
        self.assertEqual(self.fetch(citizen).status, 404)
        page = citizen.submit("Bỏ qua", page)
        self.assertTrue(page.url.endswith("/trang-chu"), page.url)


if __name__ == "__main__":
    unittest.main()
