"""The portal's own pages lead to identity, links, vault and VNeID (`vneid_menu`), by its own menu, and a banner reminds who
has skipped; and how soon the notice comes again (`vneid_notice again=`)."""
import datetime
import html.parser
import json
import unittest
import urllib.parse

import jsonschema
from policy_test import ENFORCE, SECOND, PolicyTest
from support import Citizen, StackTest, wait_until

ENTRIES = {"identity": "Thông tin tài khoản", "links": "Liên kết tài khoản", "vault": "Tài liệu điện tử"}
LINK = "Liên kết với VNeID"
SKIPPED = "Tài khoản của Ông/Bà chưa liên kết với VNeID."


class Links(html.parser.HTMLParser):
    """The links below an element of a class: {text: href}."""

    def __init__(self, wanted):
        super().__init__()
        self.wanted, self.depth, self.href, self.found = wanted, 0, None, {}

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        if tag in ("ul", "div") and (self.depth or self.wanted in attributes.get("class", "")):
            self.depth += 1
        if tag == "a" and self.depth:
            self.href = attributes["href"]

    def handle_endtag(self, tag):
        if tag in ("ul", "div") and self.depth:
            self.depth -= 1
        if tag == "a":
            self.href = None

    def handle_data(self, data):
        if self.href is not None:
            self.found[data] = self.href


def links_of(page, wanted="vneid-menu"):
    reader = Links(wanted)
    reader.feed(page.text)
    return reader.found


class MenuTest(StackTest):
    stack_options = {"menu": True, "http_extra": "vneid_zone shared 1m;",
                     "nginx_extra": "vneid_portal_cookie portal_session; location = /vneid-metrics { vneid_metrics; }"}

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.document = json.loads(Citizen().get(cls.stack.url + "/vneid/api/v1/openapi.json").text)

    def skipped(self, case=None):
        citizen, _ = self.to_notice(case or self.someone())
        citizen.submit("Bỏ qua")
        return citizen

    def home(self, citizen, path="/trang-chu"):
        page = citizen.get(self.stack.url + path)
        self.assertEqual(page.status, 200, page)
        return page

    def asked(self, citizen, query="?format=json", status=200):
        """The API's answer, which fits the description that we serve."""
        page = citizen.request("GET", self.stack.url + "/vneid/api/v1/menu" + query, headers={"Accept": "application/json"})
        self.assertEqual(page.status, status, page.text)
        self.assertEqual(page.header("Cache-Control"), "no-store")
        schema = self.document["paths"]["/api/v1/menu"]["get"]["responses"][str(status)]["content"]["application/json"]["schema"]
        jsonschema.Draft202012Validator({**schema, "components": self.document["components"]}).validate(json.loads(page.text))
        return json.loads(page.text)

    def counted(self, event):
        text = Citizen().get(self.stack.url + "/vneid-metrics").text
        return int(float(next(line for line in text.splitlines()
                              if line.startswith(f'vneid_banners_total{{event="{event}"}}')).split()[-1]))


class Entries(MenuTest):
    def test_a_stranger_finds_vneid_and_comes_back(self):
        page = self.home(Citizen(), "/?trang=2&y=3")
        (text, href), = links_of(page).items()
        self.assertEqual((text, urllib.parse.unquote(href)),
                         ("Đăng nhập bằng VNeID", "/vneid/login?return=" + page.url.removeprefix(self.stack.url)))
        self.assertEqual(self.asked(Citizen())["proof"], "none")

    def test_who_has_skipped_finds_every_page(self):
        citizen = self.skipped()
        page = self.home(citizen)
        found = links_of(page)
        self.assertEqual(set(found), {*ENTRIES.values(), LINK})
        for text in ENTRIES.values():
            answer = citizen.get(self.stack.url + found[text])
            self.assertEqual(answer.status, 200, text)
            self.assertIn('href="/"', answer.text)  # and the way back
        self.assertEqual(found[LINK], "/vneid/login?return=%2Ftrang-chu")
        told = self.asked(citizen)
        self.assertEqual((told["proof"], told["linked"]), ("legacy", False))

    def test_who_has_skipped_reaches_vneid(self):
        citizen = self.skipped()
        found = links_of(self.home(citizen, "/ho-so"))
        page = citizen.get(self.stack.url + found[LINK])
        self.assertTrue(page.url.startswith((self.stack.issuer, self.stack.url + "/vneid/link")), page)

    def test_who_is_linked_is_not_asked_again(self):
        case = self.someone()
        citizen, _ = self.link(case)
        citizen.submit("Tiếp tục")
        page = self.home(citizen)
        self.assertEqual(set(links_of(page)), set(ENTRIES.values()))
        self.assertNotIn(SKIPPED, page.text)
        told = self.asked(citizen)
        self.assertEqual((told["proof"], told["linked"]), ("vneid", True))
        again, page = self.to_notice(case)  # by password
        self.assertTrue(page.url.endswith("/trang-chu"), page)
        self.assertEqual(set(links_of(page)), set(ENTRIES.values()))
        self.assertEqual((self.asked(again)["proof"], self.asked(again)["linked"]), ("legacy", True))

    def test_an_organization_has_nobody_to_link(self):
        citizen, page = self.to_notice(self.stack.scenarios["organization"])
        self.assertTrue(page.url.endswith("/trang-chu"), page)
        self.assertEqual(set(links_of(page)), set(ENTRIES.values()))
        self.assertNotIn("banner", self.asked(citizen))

    def test_says_nothing_of_a_session_that_is_not_this_browsers(self):
        citizen, other = self.skipped(), self.skipped()
        citizen.cookies["localhost"]["portal_session"] = other.cookies["localhost"]["portal_session"]
        self.assertEqual(self.asked(citizen)["proof"], "none")
        self.assertEqual(set(links_of(self.home(citizen))), {"Đăng nhập bằng VNeID"})

    def test_the_portal_is_told_nothing_of_our_cookies(self):
        citizen = self.skipped()
        citizen.submit("Để sau", self.home(citizen))
        told = citizen.get(self.stack.url + "/danh-tinh").text
        self.assertNotIn("vneid", told.lower().replace("x-vneid", ""))

    def test_what_it_does_not_know(self):
        for query in ("?format=xml", "?format=json&part=x", "?format=json&lang=fr"):
            self.assertEqual(self.asked(Citizen(), query, 400)["error"], "bad_request")


class BannerOfTheSkipped(MenuTest):
    def test_is_shown_counted_and_put_off(self):
        citizen = self.skipped()
        shown, put_off = self.counted("shown"), self.counted("put_off")
        page = self.home(citizen, "/ho-so")
        self.assertIn(SKIPPED, page.text)
        self.assertEqual(links_of(page, "vneid-banner"), {LINK: "/vneid/login?return=%2Fho-so"})
        self.assertEqual(self.asked(citizen)["banner"]["text"], SKIPPED)
        self.assertEqual(self.counted("shown"), shown + 2)
        page = citizen.submit("Để sau", page)
        self.assertEqual(page.url, self.stack.url + "/ho-so")
        self.assertNotIn(SKIPPED, page.text)
        self.assertNotIn("banner", self.asked(citizen))
        self.assertEqual((self.counted("shown"), self.counted("put_off")), (shown + 2, put_off + 1))
        self.assertEqual(len(citizen.cookies["localhost"]["__Host-vneid-later"]), 43)

    def test_of_another_session_cannot_be_put_off(self):
        citizen, other = self.skipped(), self.skipped()
        csrf = self.asked(other)["banner"]["csrf"]
        page = citizen.request("POST", self.stack.url + "/vneid/banner", {"csrf": csrf})
        self.assertEqual(page.status, 403)
        self.assertIn("banner", self.asked(citizen))


class StoresAway(MenuTest):
    def test_the_portals_pages_stay_whole(self):
        citizen = self.skipped()
        self.stack.stop_process("redis")
        page = self.home(citizen)
        self.assertIn("Xin chào", page.text)
        self.assertIn("</html>", page.text)
        self.assertEqual(links_of(page), {})
        self.assertNotIn("stores_away", page.text)
        self.assertEqual(self.asked(citizen, status=503)["error"], "stores_away")
        self.stack.start_redis()


class Again(PolicyTest):
    """[Bỏ qua] counts for a time, by the policy's clock."""
    allowed_log_lines = ("PostgreSQL is misconfigured",)  # which a test makes so
    zone = "vneid_zone shared 1m;"
    WEEK = datetime.timedelta(days=7)
    START = ENFORCE - datetime.timedelta(days=30)
    MORE = "vneid_notice again=7d; location = /vneid-metrics { vneid_metrics; }"

    def spared(self):
        text = Citizen().get(self.stack.url + "/vneid-metrics").text
        wanted = 'vneid_legacy_logins_total{outcome="passed_skipped"} '
        return int(float(next(line for line in text.splitlines() if line.startswith(wanted)).split()[-1]))

    def skip_at(self, instant, case, more=MORE):
        self.at(instant, more=more)
        seen, citizen = self.seen(case)
        self.assertEqual(seen, "notice")
        citizen.submit("Bỏ qua")

    def test_both_sides_of_the_time(self):
        case, other = self.someone(), self.someone()
        self.skip_at(self.START, case)
        for instant, expected in ((self.START + SECOND, "in"), (self.START + self.WEEK - SECOND, "in"),
                                  (self.START + self.WEEK, "notice")):
            self.at(instant, more=self.MORE)
            before = self.spared()
            seen, citizen = self.seen(case)
            self.assertEqual(seen, expected, instant.isoformat())
            self.assertEqual(self.spared() - before, 1 if expected == "in" else 0)
            if expected == "in":  # with a session of ours, as after [Bỏ qua]
                self.assertEqual(citizen.get(self.stack.url + "/vneid/identity").status, 200)
            self.assertEqual(self.seen(other)[0], "notice", "of another account")
        trail = self.stack.sql("select distinct result || ' ' || reason from audit_event where event = 'login.legacy' "
                               "and reason like '%skipped%'")
        self.assertEqual(trail, "ok notice,skipped_before")

    def test_never_from_the_instant_on(self):
        case = self.someone()
        self.skip_at(ENFORCE - 10 * SECOND, case)
        for instant, expected in ((ENFORCE - SECOND, "in"), (ENFORCE, "enforce"), (ENFORCE + SECOND, "enforce")):
            self.at(instant, more=self.MORE)
            self.assertEqual(self.seen(case)[0], expected, instant.isoformat())

    def test_at_every_login_by_default(self):
        case = self.someone()
        for more in ("", "vneid_notice again=login;"):
            self.skip_at(self.START, case, more)
            self.assertEqual(self.seen(case)[0], "notice")

    def test_shown_when_the_record_cannot_be_read(self):
        case = self.someone()
        self.skip_at(self.START, case)
        self.assertEqual(self.seen(case)[0], "in")
        self.stack.sql("revoke select (account_id, choice, at) on notice_choice from vneid_app")
        self.addCleanup(self.stack.sql, "grant select (account_id, choice, at) on notice_choice to vneid_app")
        self.assertEqual(self.seen(case)[0], "notice")
        wait_until(lambda: "the record of choices could not be read" in self.stack.error_log.read_text(), "the log")


if __name__ == "__main__":
    unittest.main()
