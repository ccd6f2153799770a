"""A portal that knows nothing of us: Django's admin (Debian's python3-django), its own login form, CSRF protection and
session cookie. The module stands in front of it; nothing of it is changed."""
import hashlib
import json
import os
import subprocess
import unittest
import uuid

from support import BUILD, LINKED, NOTICE, Citizen, Stack, StackTest, log_in_to_vneid, wait_until
from stack import port_open

SETTINGS = """\
import pathlib
BASE = pathlib.Path(__file__).parent
SECRET_KEY = "a test's own, of no value"
DEBUG = False
ALLOWED_HOSTS = ["localhost", "127.0.0.1"]
ROOT_URLCONF = "urls"
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")  # over TLS Django is stricter
INSTALLED_APPS = ["django.contrib.admin", "django.contrib.auth", "django.contrib.contenttypes",
                  "django.contrib.sessions", "django.contrib.messages"]
MIDDLEWARE = ["django.contrib.sessions.middleware.SessionMiddleware", "django.middleware.common.CommonMiddleware",
              "django.middleware.csrf.CsrfViewMiddleware", "django.contrib.auth.middleware.AuthenticationMiddleware",
              {remote_user}"django.contrib.messages.middleware.MessageMiddleware"]
AUTHENTICATION_BACKENDS = [{remote_backend}"django.contrib.auth.backends.ModelBackend"]
TEMPLATES = [{{"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True, "OPTIONS": {{
    "context_processors": ["django.template.context_processors.request", "django.contrib.auth.context_processors.auth",
                           "django.contrib.messages.context_processors.messages"]}}}}]
DATABASES = {{"default": {{"ENGINE": "django.db.backends.sqlite3", "NAME": BASE / "db.sqlite3"}}}}
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # a test's many logins should not take long
STATIC_URL = "/static/"
DEFAULT_AUTO_FIELD = "django.db.models.AutoField"
"""

# Two pages that any Django project might have, for what the admin has no page for.
URLS = """\
import hashlib
from django.contrib import admin
from django.contrib.auth.decorators import login_required
from django.http import JsonResponse
from django.urls import path


@login_required(login_url="/admin/login/")
def upload(request):
    return JsonResponse({"user": request.user.username, "note": request.POST.get("note"), "files": {
        name: hashlib.sha256(file.read()).hexdigest() for name, file in request.FILES.items()}})


urlpatterns = [path("admin/", admin.site.urls), path("upload/", upload)]
"""

MIDDLEWARE = """\
from django.contrib.auth.middleware import RemoteUserMiddleware


class VneidAccount(RemoteUserMiddleware):
    header = "HTTP_X_VNEID_ACCOUNT"
"""

CREATE = """\
import json, sys
import django
django.setup()
from django.contrib.auth.models import User
for name, password in json.load(sys.stdin):
    User.objects.create_superuser(name, "", password)
"""


class DjangoStack(Stack):
    """A deployment whose portal is Django."""
    remote_user = False

    def django(self, code, **options):
        environment = {**os.environ, "PYTHONPATH": str(self.project), "DJANGO_SETTINGS_MODULE": "settings",
                       "PYTHONDONTWRITEBYTECODE": "1"}
        return subprocess.run(["/usr/bin/python3", "-c", code], env=environment, cwd=self.project, check=True,
                              capture_output=True, text=True, **options).stdout

    def start_portal(self):
        self.project = self.folder / "django"
        self.project.mkdir()
        extra = ('"remote.VneidAccount", ', '"django.contrib.auth.backends.RemoteUserBackend", ') if self.remote_user else ("", "")
        (self.project / "settings.py").write_text(SETTINGS.format(remote_user=extra[0], remote_backend=extra[1]))
        (self.project / "urls.py").write_text(URLS)
        (self.project / "remote.py").write_text(MIDDLEWARE)
        self.django("from django.core.management import execute_from_command_line as run; run(['', 'migrate', '-v0'])")
        people = [case for case in self.crowd if case["expect"] == "link"][-20:]  # someone() takes them from the end
        self.django(CREATE, input=json.dumps([(case["username"], case["password"]) for case in people]))
        self.spawn("portal", ["/usr/bin/python3", "-m", "django", "runserver", "--noreload",
                              f"127.0.0.1:{self.portal_port}"], cwd=self.project,
                   env={**os.environ, "PYTHONPATH": str(self.project), "DJANGO_SETTINGS_MODULE": "settings"})
        wait_until(lambda: port_open(self.portal_port), "Django")

    def nginx_conf(self):
        # Django announces nobody: a page of its own that greets whom it knows is what it is asked at.
        asked = f"""
        location = /_who {{
            internal;
            proxy_pass {self.portal_url}/admin/password_change/;
            proxy_set_header Host $http_host;
            proxy_set_header X-Forwarded-Proto https;
        }}"""
        return super().nginx_conf().replace("location = /dang-nhap {", asked + "\n        location = /admin/login/ {")


class DjangoTest(StackTest):
    stack_options = {"login_options": '"ask=/_who" "ask_account=~<strong>([^<]+)</strong>"'}
    make = DjangoStack

    @classmethod
    def setUpClass(cls):
        cls.stack = cls.make(BUILD, **cls.stack_options)
        cls.addClassCleanup(cls.check_after)
        cls.addClassCleanup(cls.stack.stop)
        cls.stack.start()
        cls.spare = [case for case in cls.stack.crowd if case["expect"] == "link"]

    def log_in(self, case, password=None, citizen=None, **extra):
        citizen = citizen or Citizen()
        page = citizen.get(self.stack.url + "/admin/")
        self.assertEqual(page.url, self.stack.url + "/admin/login/?next=/admin/")
        page = citizen.submit("Log in", page, username=case["username"], password=password or case["password"], **extra)
        return citizen, page

    def assert_in(self, citizen, case, page=None):
        page = page or citizen.get(self.stack.url + "/admin/")
        self.assertEqual((page.status, page.url), (200, self.stack.url + "/admin/"))
        self.assertIn("Site administration", page.text)
        self.assertIn(case["username"], page.text)

    def assert_out(self, citizen):
        self.assertEqual(citizen.get(self.stack.url + "/admin/").url, self.stack.url + "/admin/login/?next=/admin/")

    def signed_in(self):
        case = self.someone()
        citizen, _ = self.log_in(case)
        self.assert_in(citizen, case, citizen.submit("Bỏ qua"))
        return case, citizen


class DjangoAdmin(DjangoTest):
    def test_login_shows_the_notice_and_skip_gets_in(self):
        case = self.someone()
        citizen, page = self.log_in(case)
        self.assertIn(NOTICE, page.text)
        self.assertNotIn("sessionid", citizen.cookies["localhost"])
        self.assert_out(citizen)
        page = citizen.get(self.stack.url + "/vneid/notice")
        self.assert_in(citizen, case, citizen.submit("Bỏ qua", page))
        self.assertIn("sessionid", citizen.cookies["localhost"])

    def test_wrong_password_stays_on_djangos_form(self):
        case = self.someone()
        citizen, page = self.log_in(case, password="not-" + case["password"])
        self.assertEqual((page.status, page.url), (200, self.stack.url + "/admin/login/?next=/admin/"))
        self.assertIn("Please enter the correct username", page.text)
        self.assertFalse([name for name in citizen.cookies["localhost"] if "vneid" in name or name == "sessionid"])
        citizen, page = self.log_in(case, citizen=citizen)
        self.assertIn(NOTICE, page.text)

    def link(self, case):
        citizen, _ = self.log_in(case)
        page = citizen.submit("Đăng nhập bằng VNeID")
        page = log_in_to_vneid(citizen, page, case["vneid_number"], case["vneid_password"])
        self.assertIn(LINKED, page.text)
        self.assertNotIn("sessionid", citizen.cookies["localhost"])
        return citizen, page

    def test_link_and_continue_gets_in(self):
        case = self.someone()
        links = self.links()
        citizen, page = self.link(case)
        self.assertEqual(self.links(), links + 1)
        self.assert_in(citizen, case, citizen.submit("Tiếp tục", page))
        # Linked: the next login is not asked about.
        other, page = self.log_in(case)
        self.assert_in(other, case, page)

    def test_next_keeps_its_word(self):
        case = self.someone()
        citizen = Citizen()
        page = citizen.get(self.stack.url + "/admin/auth/user/")
        citizen.submit("Log in", page, username=case["username"], password=case["password"])
        self.assertEqual(citizen.submit("Bỏ qua").url, self.stack.url + "/admin/auth/user/")

    def test_csrf_protection_still_works(self):
        case = self.someone()
        citizen = Citizen()
        page = citizen.get(self.stack.url + "/admin/login/?next=/admin/")
        form = {**page.forms[0]["fields"], "username": case["username"], "password": case["password"]}
        url = page.url

        def post(fields, **headers):
            answer = citizen.request("POST", url, fields, headers)
            self.assertNotIn("sessionid", citizen.cookies["localhost"])
            return answer.status
        without = {key: value for key, value in form.items() if key != "csrfmiddlewaretoken"}
        self.assertEqual(post(without), 403)
        self.assertEqual(post({**form, "csrfmiddlewaretoken": "x" * 64}), 403)
        self.assertEqual(post({**form, "csrfmiddlewaretoken": form["csrfmiddlewaretoken"][::-1]}), 403)
        over_tls = {"X-Forwarded-Proto": "https"}
        own = self.stack.url.replace("http:", "https:")
        self.assertEqual(post(form, **over_tls), 403)
        self.assertEqual(post(form, **over_tls, Referer="https://elsewhere.example/admin/login/"), 403)
        self.assertEqual(post(form, **over_tls, Origin="https://elsewhere.example"), 403)
        jar = citizen.cookies["localhost"]
        kept = jar.pop("csrftoken")
        self.assertEqual(post(form), 403)
        jar["csrftoken"] = kept
        self.assertEqual(post(form, Origin=self.stack.url), 303)  # our notice
        self.assertEqual(post(form, **over_tls, Referer=own + "/admin/login/"), 303)

    def test_posts_and_uploads_pass(self):
        case, citizen = self.signed_in()
        token = citizen.get(self.stack.url + "/admin/password_change/").forms[-1]["fields"]["csrfmiddlewaretoken"]
        content = os.urandom(300_000)
        boundary = uuid.uuid4().hex
        body = b"".join([
            f'--{boundary}\r\nContent-Disposition: form-data; name="csrfmiddlewaretoken"\r\n\r\n{token}\r\n'.encode(),
            f'--{boundary}\r\nContent-Disposition: form-data; name="note"\r\n\r\nGhi chú\r\n'.encode(),
            f'--{boundary}\r\nContent-Disposition: form-data; name="paper"; filename="giay.pdf"\r\n\r\n'.encode(),
            content, f"\r\n--{boundary}--\r\n".encode()])
        kind = {"Content-Type": f"multipart/form-data; boundary={boundary}"}
        answer = citizen.request("POST", self.stack.url + "/upload/", body, kind)
        self.assertEqual(json.loads(answer.text), {"user": case["username"], "note": "Ghi chú",
                                                   "files": {"paper": hashlib.sha256(content).hexdigest()}})
        self.assertEqual(citizen.request("POST", self.stack.url + "/upload/", body.replace(token.encode(), b"x" * 64),
                                         kind).status, 403)

    def test_logout_of_django_works(self):
        _, citizen = self.signed_in()
        old = citizen.cookies["localhost"]["sessionid"]
        page = citizen.get(self.stack.url + "/admin/logout/")
        self.assertIn("Logged out", page.text)
        self.assert_out(citizen)
        citizen.cookies["localhost"]["sessionid"] = old
        self.assert_out(citizen)

    def test_an_old_session_stays_when_somebody_else_logs_in_and_does_not_finish(self):
        case, citizen = self.signed_in()
        other = self.someone()
        page = citizen.get(self.stack.url + "/admin/login/?next=/admin/")
        if page.forms and "username" in page.forms[0]["fields"]:
            citizen.submit("Log in", page, username=other["username"], password=other["password"])
        self.assert_in(citizen, case)

    def test_django_never_sees_our_cookies(self):
        _, citizen = self.signed_in()
        self.assertTrue([name for name in citizen.cookies["localhost"] if name.startswith("__Host-vneid")])
        # A debug page would show them; what Django gets is what nginx sends on, with the others in place.
        self.assertEqual(citizen.get(self.stack.url + "/admin/").status, 200)


class RemoteUserStack(DjangoStack):
    remote_user = True

    def nginx_conf(self):
        return super().nginx_conf().replace(
            "proxy_set_header Host $http_host;",
            "proxy_set_header Host $http_host; proxy_set_header X-VNeID-Account $vneid_account;")


class DjangoRemoteUser(DjangoTest):
    """Django's own RemoteUserMiddleware, which believes the header that the module sets."""
    stack_options = {**DjangoTest.stack_options, "nginx_extra": "vneid_identity on;"}
    make = RemoteUserStack

    def test_a_linked_session_is_the_user_and_a_clients_own_header_is_not(self):
        case, victim = self.someone(), self.someone()
        citizen, _ = self.log_in(case)
        page = citizen.submit("Đăng nhập bằng VNeID")
        page = log_in_to_vneid(citizen, page, case["vneid_number"], case["vneid_password"])
        self.assert_in(citizen, case, citizen.submit("Tiếp tục", page))
        # Without Django's cookie: the header alone says who it is.
        citizen.cookies["localhost"].pop("sessionid")
        self.assert_in(citizen, case)
        for name in ("X-VNeID-Account", "x-vneid-account", "X_VNeID_Account", "X-Vneid_Account"):
            liar = Citizen(headers={name: victim["username"]})
            self.assert_out(liar)


if __name__ == "__main__":
    unittest.main()
