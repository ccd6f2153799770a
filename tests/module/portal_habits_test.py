"""What a browser holds after a login, by the portal's habit, the request's method and the policy's mode: a portal of real
PHP sessions behind fastcgi_pass. The whole table is written to build/portal-habits.md."""
import base64
import http.cookies
import itertools
import json
import os
import pathlib
import shutil
import subprocess
import time
import unittest

from harness import ROOT, ModuleTest, header_list, wait_until

HABITS = ["plain", "session-first", "keeps-id", "redirects-on-failure", "says-200", "clears-first", "basic", "two-steps",
          "remember-me", "json", "accel"]
METHODS = ["GET", "HEAD", "POST", "PUT"]
MODES = ["pass", "observe", "notice", "enforce", "closed"]
# What is held afterwards, by mode: a session of the portal, or the notice, or nothing.
EXPECTED = {"pass": "session", "observe": "session", "notice": "notice", "enforce": "notice", "closed": "nothing"}
OURS = "__Host-vneid-"


class Browser:
    """Keeps cookies, follows nothing."""

    def __init__(self, test):
        self.test = test
        self.cookies = {}

    def send(self, method, path, body=None, **headers):
        if self.cookies:
            headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        answer = self.test.request(method, path, body, headers)
        for line in header_list(answer, "set-cookie"):
            pair, *attributes = [part.strip() for part in line.split(";")]
            name, _, value = pair.partition("=")
            path = next((a[5:] for a in attributes if a.lower().startswith("path=")), "/")
            gone = not value or any(a.lower() in ("max-age=0", "max-age=-1") or "1970" in a for a in attributes)
            if gone and path == "/":
                self.cookies.pop(name, None)
            elif not gone:
                self.cookies[name] = value
        return answer

    def ours(self):
        return sorted(name.removeprefix(OURS) for name in self.cookies if name.startswith(OURS))


class Habits(ModuleTest):
    recipe = "asked"
    table = {}

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.socket = cls.stack.run / "php.sock"
        sessions = cls.stack.folder / "php-sessions"
        sessions.mkdir(exist_ok=True)
        script = shutil.copy(ROOT / "tests" / "fixtures" / "portal" / "habits.php", cls.stack.folder)
        cls.script = pathlib.Path(script)
        if os.getuid() == 0:  # nginx's workers are www-data, and so is PHP on Debian
            for path in (sessions, cls.stack.run):
                shutil.chown(path, "www-data")
        with open(cls.stack.logs / "php.txt", "wb") as log:
            php = subprocess.Popen(["php-cgi", "-b", str(cls.socket), "-d", f"session.save_path={sessions}",
                                    "-d", "cgi.force_redirect=0", "-d", "display_errors=stderr"],
                                   env={**os.environ, "PHP_FCGI_CHILDREN": "4", "PHP_FCGI_MAX_REQUESTS": "0"},
                                   stderr=log, user="www-data" if os.getuid() == 0 else None)
        cls.addClassCleanup(php.wait)
        cls.addClassCleanup(php.terminate)
        wait_until(cls.socket.exists, "php-cgi")

    def php(self, habit, page, announces=False):
        parameters = {"SCRIPT_FILENAME": self.script, "HABIT": habit, "PAGE": page, "QUERY_STRING": "$query_string",
                      "CONTENT_TYPE": "$content_type", "CONTENT_LENGTH": "$content_length",
                      "REQUEST_METHOD": "GET" if page == "me" else "$request_method"}
        if announces:
            parameters["ANNOUNCES"] = "1"
        return f"fastcgi_pass unix:{self.socket}; " + " ".join(
            f"fastcgi_param {name} {value};" for name, value in parameters.items())

    def locations(self):
        announces = self.recipe == "announced"
        for habit in HABITS:
            login = (f"ask=/{habit}/me ask_account=json:/user" if not announces else "account=$upstream_http_x_account")
            yield f"location = /{habit}/login {{ vneid_login {login} cookie=SID; {self.php(habit, 'login', announces)} }}"
            yield f"location = /{habit}/me {{ internal; {self.php(habit, 'me')} }}"
            for page in ("private", "home"):
                yield f"location = /{habit}/{page} {{ {self.php(habit, page)} }}"

    def log_in(self, browser, habit, method, password):
        headers, query, body = {}, "", None
        if habit == "basic":
            headers["Authorization"] = "Basic " + base64.b64encode(f"an:{password}".encode()).decode()
        elif method in ("GET", "HEAD"):
            query = f"?user=an&pw={password}"
        elif habit == "json":
            body, headers["Content-Type"] = json.dumps({"user": "an", "pw": password}), "application/json"
        else:
            body, headers["Content-Type"] = f"user=an&pw={password}", "application/x-www-form-urlencoded"
        if habit == "two-steps":
            browser.send("POST", "/two-steps/login", "user=an", **{"Content-Type": "application/x-www-form-urlencoded"})
            body, query = (f"pw={password}", "") if body else (None, f"?pw={password}")
        return browser.send(method, f"/{habit}/login{query}", body, **headers)

    def held(self, browser, habit):
        """What the browser holds: "session" of the portal, the "notice", or "nothing"."""
        inside = browser.send("GET", f"/{habit}/private")
        if inside.text == b"private of an":
            return "session"
        return "notice" if "ticket" in browser.ours() else "nothing"

    def rows(self):
        return self.stack.sql("select count(*) from account")

    def cells(self):
        for mode in MODES:
            self.start(server=f"vneid_policy personal {mode}; vneid_portal_cookie SID;",
                       locations="\n".join(self.locations()))
            for habit, method in itertools.product(HABITS, METHODS):
                yield mode, habit, method
            self.stop()

    def test_what_a_browser_holds_after_a_login(self):
        for mode, habit, method in self.cells():
            with self.subTest(mode=mode, habit=habit, method=method):
                browser = Browser(self)
                browser.send("GET", f"/{habit}/login")  # as everybody comes: the form first
                self.log_in(browser, habit, method, "right")
                holds = self.held(browser, habit)
                self.table[habit, method, mode] = holds
                self.assertEqual(holds, EXPECTED[mode])
        self.write_table()

    def test_a_wrong_password_is_nothing(self):
        before = self.rows()
        for mode, habit, method in self.cells():
            with self.subTest(mode=mode, habit=habit, method=method):
                browser = Browser(self)
                browser.send("GET", f"/{habit}/login")
                answer = self.log_in(browser, habit, method, "wrong")
                self.assertIn(answer.status, (200, 302, 401))
                self.assertEqual(self.held(browser, habit), "nothing")
                self.assertEqual(browser.ours(), [])
                self.assertEqual(self.request("GET", "/vneid/notice").status, 410)
        self.assertEqual(self.rows(), before)

    def test_a_kept_session_comes_back_with_the_answer(self):
        self.start(server="vneid_portal_cookie SID;", locations="\n".join(self.locations()))
        browser = Browser(self)
        browser.send("GET", "/keeps-id/login")
        before = browser.cookies["SID"]
        self.log_in(browser, "keeps-id", "POST", "right")
        self.assertNotIn("SID=", browser.cookies)
        notice = browser.send("GET", "/vneid/notice").text.decode()
        csrf = notice.partition('name="csrf" value="')[2].partition('"')[0]
        browser.send("POST", "/vneid/notice", f"choice=skip&csrf={csrf}", Origin=f"http://localhost:{self.port}",
                     **{"Content-Type": "application/x-www-form-urlencoded"})
        self.assertEqual(browser.cookies["SID"], before)
        self.assertEqual(self.held(browser, "keeps-id"), "session")

    def write_table(self):
        lines = [f"# Whose login it is: {self.recipe}", "", "| habit | method | " + " | ".join(MODES) + " |",
                 "| --- " * (2 + len(MODES)) + "|"]
        for habit, method in itertools.product(HABITS, METHODS):
            lines.append(f"| {habit} | {method} | " + " | ".join(self.table.get((habit, method, mode), "?") for mode in MODES) + " |")
        (ROOT / "build" / f"portal-habits-{self.recipe}.md").write_text("\n".join(lines) + "\n")


class AnnouncedHabits(Habits):
    recipe = "announced"
    table = {}


if __name__ == "__main__":
    unittest.main()
