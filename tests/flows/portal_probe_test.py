"""vneidctl portal probe against real portals: PHP's own sessions with many habits (behind an nginx without the module), the
Flask portal of the demo, and Django's admin, whose form has an anti-forgery token."""
import contextlib
import json
import os
import pathlib
import shutil
import socket
import subprocess
import tempfile
import threading
import unittest

from support import BUILD, ROOT, wait_until
from django_test import CREATE, MIDDLEWARE, SETTINGS, URLS
from stack import BAD_LOG_LINES, free_ports, port_open

FIXTURES = ROOT / "tests" / "fixtures"
HABITS = ["plain", "session-first", "keeps-id", "redirects-on-failure", "says-200", "clears-first", "basic", "two-steps",
          "remember-me", "json", "accel"]
SECRET = "Mat-khau-8/?&"


class Probing(unittest.TestCase):
    secret = SECRET

    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(tempfile.mkdtemp(prefix="vneid-probe-"))
        cls.addClassCleanup(shutil.rmtree, cls.folder, True)
        cls.folder.chmod(0o755)
        cls.start_portal()

    @classmethod
    def start_portal(cls):
        """Of the class; each serves at cls.url."""

    @classmethod
    def spawn(cls, command, **options):
        log = open(cls.folder / "log.txt", "ab")
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, **options)
        log.close()
        cls.addClassCleanup(process.wait)
        cls.addClassCleanup(process.terminate)
        return process

    def probe(self, url, *options, user="an", password=None, status=0):
        password = password or self.secret
        file = self.folder / "password"
        file.write_text(password + "\n")
        file.chmod(0o600)
        done = subprocess.run([BUILD / "core" / "vneidctl", "portal", "probe", url, "--user", user, "--password-file", file,
                               *options], capture_output=True, text=True, timeout=120, check=False)
        self.assertEqual(done.returncode, status, done.stdout + done.stderr)
        if password != Habits.secret:  # which is a word of English
            self.assertNotIn(password, done.stdout + done.stderr)
        return done.stdout if status < 2 else done.stderr

    def report(self, url, *options, **more):
        return json.loads(self.probe(url, "--format", "json", *options, **more))

    def seen(self, report, what):
        return next((line["text"] for line in report["seen"] if line["what"] == what), None)

    def warned(self, report, text):
        return any(text in line for line in report["warnings"])


class Habits(Probing):
    announces = False
    secret = "right"

    @classmethod
    def start_portal(cls):
        sessions = cls.folder / "sessions"
        sessions.mkdir()
        script = pathlib.Path(shutil.copy(FIXTURES / "portal" / "habits.php", cls.folder))
        user = "www-data" if os.getuid() == 0 else None
        if user:
            for path in (sessions, cls.folder):
                shutil.chown(path, user)
        php, = free_ports(1)
        cls.spawn(["php-cgi", "-b", f"127.0.0.1:{php}", "-d", f"session.save_path={sessions}", "-d", "cgi.force_redirect=0"],
                  env={**os.environ, "PHP_FCGI_CHILDREN": "2", "PHP_FCGI_MAX_REQUESTS": "0"}, user=user)
        port, = free_ports(1)
        cls.url = f"http://127.0.0.1:{port}"
        conf = cls.folder / "nginx.conf"
        common = (f"fastcgi_pass 127.0.0.1:{php}; fastcgi_param SCRIPT_FILENAME {script}; fastcgi_param HABIT $habit;"
                  " fastcgi_param PAGE $page; fastcgi_param QUERY_STRING $query_string; fastcgi_param CONTENT_TYPE $content_type;"
                  " fastcgi_param CONTENT_LENGTH $content_length; fastcgi_param REQUEST_METHOD $request_method;"
                  " fastcgi_ignore_headers X-Accel-Redirect; fastcgi_pass_header X-Accel-Redirect;")
        announced = "fastcgi_param ANNOUNCES 1;" if cls.announces else ""
        conf.write_text(f"""
            daemon off; pid {cls.folder}/nginx.pid; error_log {cls.folder}/error.log; worker_processes 1;
            events {{}}
            http {{ access_log off; fastcgi_temp_path {cls.folder}/t1; client_body_temp_path {cls.folder}/t2;
              proxy_temp_path {cls.folder}/t3; scgi_temp_path {cls.folder}/t4; uwsgi_temp_path {cls.folder}/t5;
              server {{ listen 127.0.0.1:{port};
                location ~ ^/(?<habit>[a-z0-9-]+)/(?<page>[a-z]+)$ {{ {common} {announced} }}
              }} }}""")
        cls.addClassCleanup(cls.check_log)
        cls.spawn(["nginx", "-c", str(conf), "-e", f"{cls.folder}/error.log"])
        wait_until(lambda: port_open(port) and port_open(php), "nginx and php-cgi")

    @classmethod
    def check_log(cls):
        bad = [line for line in (cls.folder / "error.log").read_text().splitlines()
               if any(word in line for word in (*BAD_LOG_LINES, "[error]"))]
        if bad:
            raise AssertionError("error log: " + "\n".join(bad[:20]))

    def ask(self, habit, me=True, **more):
        options = ["--me", f"/{habit}/me"] if me else []
        return self.report(f"{self.url}/{habit}/login", *options, **more)

    def assert_asked(self, report, habit):
        self.assertIn("    vneid_login ask=/_me ask_account=json:/user" + (" cookie=SID;" if habit == "keeps-id" else ";"),
                      report["location"])
        self.assertIn(f"location = /{habit}/login {{", report["location"])
        self.assertIn(f"    proxy_pass http://portal/{habit}/me;", report["location"])

    def test_each_habit_has_its_recipe(self):
        gated = {"keeps-id", "basic", "remember-me"}
        for habit in HABITS:
            with self.subTest(habit=habit):
                report = self.ask(habit)
                self.assert_asked(report, habit)
                self.assertIn("vneid_portal_cookie SID;", report["server"])
                self.assertEqual("vneid_require session;" in report["server"], habit in gated, report)
                self.assertEqual(self.warned(report, "gate on the server is a must"), habit in gated)

    def test_habits_are_told(self):
        first = ("session-first", "keeps-id", "redirects-on-failure", "two-steps")
        for habit in first:
            self.assertEqual(self.seen(self.ask(habit), "before any login"), "sets SID", habit)
        self.assertEqual(self.seen(self.ask("plain"), "before any login"), "sets no cookie")
        self.assertIn("/redirects-on-failure/login?failed", self.seen(self.ask("redirects-on-failure"), "wrong password"))
        self.assertIn("two steps", self.seen(self.ask("two-steps"), "it offers"))
        self.assertIn("application of scripts", self.seen(self.ask("json"), "it offers"))
        self.assertTrue(self.warned(self.ask("json"), "by JSON"))
        self.assertEqual(self.seen(self.ask("keeps-id"), "kept by the login"), "SID")
        self.assertIn("remember", self.seen(self.ask("remember-me"), "opened by each of"))
        self.assertIn("No wrong one was tried", self.ask("basic")["advice"])
        plain = self.ask("plain")
        self.assertIn("lets in", self.seen(plain, "by GET"))
        self.assertNotIn("not let in", self.seen(plain, "by HEAD"))
        self.assertTrue(self.warned(plain, "by GET too"))
        self.assertTrue(self.warned(plain, "give the test account another"))

    def test_without_an_address_to_ask_nothing_is_claimed(self):
        for habit in ("plain", "redirects-on-failure", "says-200", "keeps-id"):
            with self.subTest(habit=habit):
                report = self.ask(habit, me=False, status=1)
                self.assertEqual(report["location"], [])
                self.assertIn("--me", report["advice"])

    def test_the_right_password_was_refused_too(self):
        for habit in ("plain", "session-first", "redirects-on-failure"):
            report = self.ask(habit, password="mistaken-secret", status=1)
            self.assertEqual(report["location"], [])
            self.assertRegex(report["advice"], "refused too|differ in nothing")
            self.assertIsNone(self.seen(report, "by GET"))  # no further attempts

    def test_an_address_that_does_not_tell_is_said_so(self):
        if self.announces:
            self.skipTest("nobody is asked")
        report = self.report(f"{self.url}/plain/login", "--me", "/plain/home", status=1)
        self.assertIn("Write a pattern", report["advice"])
        report = self.report(f"{self.url}/plain/login", "--me", "/plain/login", status=1)
        self.assertTrue(self.warned(report, "does not name"))

    def test_text_for_people(self):
        text = self.probe(f"{self.url}/session-first/login", "--me", "/session-first/me")
        login = "account=$upstream_http_x_account" if self.announces else "ask=/_me ask_account=json:/user"
        for part in ("Seen at ", "wrong password", f"vneid_login {login};", "vneid_portal_cookie SID;"):
            self.assertIn(part, text)


class Announced(Habits):
    announces = True

    def assert_asked(self, report, habit):
        if habit == "basic":  # no wrong one is compared
            return
        self.assertIn("    vneid_login account=$upstream_http_x_account" + (" cookie=SID;" if habit == "keeps-id" else ";"),
                      report["location"])

    def test_without_an_address_to_ask_nothing_is_claimed(self):
        report = self.ask("plain", me=False)
        self.assertIn("    vneid_login account=$upstream_http_x_account;", report["location"])


class Flask(Probing):
    @classmethod
    def start_portal(cls):
        accounts = cls.folder / "portal.json"
        one = {"username": "an", "password": SECRET, "account": "an", "name": "An", "kind": "personal", "behaviour": "redirect",
               "completed": 1, "in_progress": 1}
        accounts.write_text(json.dumps({"accounts": [one, {**one, "username": "binh", "account": "7", "behaviour": "no_headers"}]}))
        port, = free_ports(1)
        cls.url = f"http://127.0.0.1:{port}"
        cls.spawn([FIXTURES / "portal" / "run", "--port", str(port), "--accounts", accounts])
        wait_until(lambda: port_open(port), "portal")

    def test_it_announces(self):
        report = self.report(self.url + "/dang-nhap", "--me", "/danh-tinh")
        self.assertIn("    vneid_login account=$upstream_http_x_portal_account;", report["location"])
        self.assertIn("vneid_portal_cookie portal_session;", report["server"])
        self.assertNotIn("vneid_require session;", report["server"])
        self.assertIn("does not let in", self.seen(report, "by GET"))

    def test_it_is_asked_where_it_announces_nobody(self):
        report = self.report(self.url + "/dang-nhap", "--me", "/danh-tinh", user="binh", status=1)
        self.assertTrue(self.warned(report, "does not name"))

    def test_a_redirect_to_the_login_page_is_followed(self):
        report = self.report(self.url + "/tai-khoan")
        self.assertIn("location = /dang-nhap {", report["location"])


class Django(Probing):
    @classmethod
    def start_portal(cls):
        project = cls.folder / "django"
        project.mkdir()
        (project / "settings.py").write_text(SETTINGS.format(remote_user="", remote_backend=""))
        (project / "urls.py").write_text(URLS)
        (project / "remote.py").write_text(MIDDLEWARE)
        environment = {**os.environ, "PYTHONPATH": str(project), "DJANGO_SETTINGS_MODULE": "settings",
                       "PYTHONDONTWRITEBYTECODE": "1"}
        for code, data in (("from django.core.management import execute_from_command_line as run; run(['', 'migrate', '-v0'])", ""),
                           (CREATE, json.dumps([("quan-tri", SECRET)]))):
            subprocess.run(["/usr/bin/python3", "-c", code], env=environment, cwd=project, check=True, input=data, text=True)
        port, = free_ports(1)
        cls.url = f"http://127.0.0.1:{port}"
        cls.spawn(["/usr/bin/python3", "-m", "django", "runserver", "--noreload", f"127.0.0.1:{port}"], cwd=project,
                  env=environment)
        wait_until(lambda: port_open(port), "Django")

    def test_its_anti_forgery_token_is_sent(self):
        report = self.report(self.url + "/admin/", "--me", "/admin/password_change/", user="quan-tri", status=1)
        self.assertIn("csrfmiddlewaretoken", self.seen(report, "hidden fields"))
        self.assertIn("location = /admin/login/ {", report["location"])
        self.assertIn('    vneid_login ask=/_me "ask_account=~(PATTERN";', report["location"])
        self.assertIn("vneid_portal_cookie sessionid;", report["server"])
        self.assertNotIn("vneid_require session;", report["server"])
        self.assertIn("does not let in", self.seen(report, "without cookies"))
        self.assertIn("403", self.seen(report, "without cookies"))

    def test_its_upload_page_tells_who_it_is(self):
        report = self.report(self.url + "/admin/", "--me", "/upload/", user="quan-tri")
        self.assertIn("    vneid_login ask=/_me ask_account=json:/user;", report["location"])


class Bytes:
    """Answers with what a test gives it, whatever is asked."""

    def __init__(self, answer):
        self.answer = answer if callable(answer) else lambda _: answer
        self.requests = []
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.listener.getsockname()[1]}/login"
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        with contextlib.suppress(OSError):
            while True:
                connection, _ = self.listener.accept()
                threading.Thread(target=self.one, args=(connection,), daemon=True).start()

    def one(self, connection):
        with connection, contextlib.suppress(OSError):
            request = b""
            while b"\r\n\r\n" not in request:
                got = connection.recv(65536)
                request += got
                if not got or request.startswith(b"\x16"):  # it has left, or speaks TLS
                    return
            head, _, body = request.partition(b"\r\n\r\n")
            length = next((int(line.split(b":")[1]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")), 0)
            while len(body) < length:
                body += connection.recv(65536)
            self.requests.append(head + b"\r\n\r\n" + body)
            for piece in self.answer(self.requests[-1]) if self.answer else ():
                connection.sendall(piece)


def answer(body, status="200 OK", *headers):
    if isinstance(body, str):
        body = body.encode()
    lines = "".join(f"{line}\r\n" for line in headers)
    return [f"HTTP/1.1 {status}\r\nContent-Type: text/html\r\nContent-Length: {len(body)}\r\nConnection: close\r\n{lines}\r\n".encode() + body]


FORM = '<form method=post><input name=user><input type=password name=pw></form>'


class BadPortals(Probing):
    def test_away(self):
        port, = free_ports(1)
        self.assertIn("gave no answer", self.probe(f"http://127.0.0.1:{port}/login", status=3))

    def test_tls_where_there_is_none(self):
        portal = Bytes(answer(FORM))
        self.assertIn("gave no answer", self.probe(portal.url.replace("http:", "https:"), status=3))
        self.assertEqual([r for r in portal.requests if b"pw=" in r], [])

    def test_huge_and_endless_answers(self):
        def endless(_):
            yield b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nTransfer-Encoding: chunked\r\n\r\n"
            while True:
                yield b"10000\r\n" + b"a" * 0x10000 + b"\r\n"
        for portal in (Bytes(endless), Bytes(answer("a" * 3_000_000))):
            self.assertIn("too large", self.probe(portal.url, status=3))

    def test_other_hosts_get_nothing(self):
        other = Bytes(answer(FORM))
        form = FORM.replace("method=post", f"method=post action={other.url}")
        for portal in (Bytes(answer(form)), Bytes(answer("", "302 Found", f"Location: {other.url}"))):
            report = self.report(portal.url, status=1)
            self.assertIn("callback address", report["advice"])
            self.assertNotIn(b"POST", b"".join(portal.requests))
        self.assertEqual(other.requests, [])

    def test_no_html(self):
        for body in ("\x00\x01\xff" * 100, b"\xff\xfe\x00<form", "{", "<" * 100_000, "<div>" * 100_000, ""):
            report = self.report(Bytes(answer(body)).url, status=1)
            self.assertIn("Cannot tell", report["advice"])

    def test_slow_down_and_locks_end_it(self):
        def locked(request):
            return answer(FORM) if request.startswith(b"GET") else answer("", "429 Too Many Requests")
        portal = Bytes(locked)
        report = self.report(portal.url, status=1)
        self.assertIn("slow down", report["advice"])
        self.assertEqual(len([r for r in portal.requests if r.startswith(b"POST")]), 1)

    def test_a_refused_password_is_not_sent_again(self):
        portal = Bytes(answer(FORM))
        report = self.report(portal.url, status=1)
        self.assertIn("refused too", report["advice"])
        posts = [r for r in portal.requests if r.startswith(b"POST")]
        self.assertEqual(len([r for r in posts if b"user=an&pw=" in r]), 2)
        self.assertLessEqual(len(posts), 4)

    def test_other_encodings(self):
        form = '<meta charset="windows-1258"><form method=post><input type=hidden name=t value="\u00e0"><input name=user>' \
               "<input type=password name=pw></form>"
        report = self.report(Bytes(answer(form.encode("cp1258"))).url, status=1)
        self.assertEqual(self.seen(report, "fields"), "user, pw")

    def test_password_file(self):
        file = self.folder / "open"
        file.write_text(SECRET)
        file.chmod(0o644)
        done = subprocess.run([BUILD / "core" / "vneidctl", "portal", "probe", "http://127.0.0.1:1/", "--user", "an",
                               "--password-file", file], capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 3)
        self.assertIn("chmod 640", done.stderr)

    def test_command_line(self):
        vneidctl = BUILD / "core" / "vneidctl"
        for arguments, told in ((["http://a/"], "--user is required"), (["http://a/", "--user", "a"], "--password-file is required"),
                                (["ftp://a/", "--user", "a", "--password-file", "x"], "URL must be"),
                                (["http://a/", "--user", "a", "--password-file", "x", "--me", "b"], "--me must be")):
            done = subprocess.run([vneidctl, "portal", "probe", *arguments], capture_output=True, text=True, check=False)
            self.assertEqual(done.returncode, 2, done.stderr)
            self.assertIn(told, done.stderr)
        done = subprocess.run([vneidctl, "portal", "probe", "--help"], capture_output=True, text=True, check=True)
        self.assertIn("--password-file FILE", done.stdout)


if __name__ == "__main__":
    unittest.main()
