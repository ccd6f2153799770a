"""What the tests of whole flows share: one deployment for a test class, and a citizen's ways through it."""
import os
import pathlib
import pwd
import re
import subprocess
import sys
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "config" / "demo"))
from citizen import Citizen, log_in_to_portal, log_in_to_vneid  # noqa: E402
from stack import Stack, wait_until  # noqa: E402,F401

BUILD = pathlib.Path(os.environ.get("VNEID_BUILD", ROOT / "build" / "release"))

LINKED = "Liên kết tài khoản thành công"
NOTICE = "Nghị định số 59/2022/NĐ-CP"


class StackTest(unittest.TestCase):
    """Starts one deployment for the class. Its end is a test of its own: nothing bad in the error log."""

    stack_class = Stack
    stack_options = {}
    allowed_log_lines = ()

    @classmethod
    def setUpClass(cls):
        cls.stack = cls.stack_class(BUILD, **cls.stack_options)
        cls.stack.wait = "15s"  # what is slow here is the machine; `prepare` may say otherwise
        cls.prepare(cls.stack)
        cls.addClassCleanup(cls.check_after)
        cls.addClassCleanup(cls.stack.stop)
        cls.stack.start()
        crowd = cls.stack.crowd
        cls.spare = [case for case in crowd if case["expect"] == "link"]

    @classmethod
    def prepare(cls, stack):
        """What is only known once the deployment has its ports and folder."""

    @classmethod
    def check_after(cls):
        bad = cls.stack.bad_log_lines(cls.allowed_log_lines)
        if bad:
            raise AssertionError("error log: " + "\n".join(bad[:20]))
        full_numbers = re.compile(r"(?<![0-9a-zA-Z])0\d{11}(?![0-9a-zA-Z])")
        for line in cls.stack.error_log.read_text(errors="replace").splitlines():
            if full_numbers.search(line):
                raise AssertionError("a whole citizen number in the error log: " + line)

    def someone(self):
        """A citizen whom nothing has happened to yet."""
        return type(self).spare.pop()

    # ---- ways ----
    def to_notice(self, case, citizen=None):
        citizen = citizen or Citizen()
        page = log_in_to_portal(citizen, self.stack.url, case["username"], case["password"])
        return citizen, page

    def to_provider(self, case, citizen=None):
        citizen, page = self.to_notice(case, citizen)
        # A linked account is only told to use VNeID.
        self.assertTrue(NOTICE in page.text or "đã được liên kết với VNeID" in page.text, page.text[:500])
        return citizen, citizen.submit("Đăng nhập bằng VNeID")

    def to_callback(self, case, citizen=None, as_person=None):
        """Stops at the redirect to our callback: gives its URL, not yet requested."""
        citizen, page = self.to_provider(case, citizen)
        who = as_person or case
        page = log_in_to_vneid(citizen, page, who["vneid_number"], who["vneid_password"], follow=False)
        for _ in range(5):
            location = page.header("Location")
            self.assertIsNotNone(location, page.text[:500])
            if location.startswith(self.stack.url):
                return citizen, location
            page = citizen.request("GET", location if "://" in location else self.stack.issuer + location)
        raise AssertionError(f"no way to the callback from {page}")

    def link(self, case, citizen=None, as_person=None):
        citizen, callback = self.to_callback(case, citizen, as_person)
        return citizen, citizen.get(callback)

    def linked_citizen(self):
        """In the portal, with a session of ours and one of the portal's."""
        citizen, page = self.link(self.someone())
        self.assertIn(LINKED, page.text)
        citizen.submit("Tiếp tục", page)
        self.assertIn("portal_session", citizen.cookies["localhost"])
        return citizen

    def sign_out(self, citizen):
        page = citizen.get(self.stack.url + "/vneid/links")
        return citizen.submit("Đăng xuất", page, follow=False)

    @staticmethod
    def cookie_of(citizen):
        return "; ".join(f"{name}={value}" for name, value in citizen.cookies["localhost"].items())

    # ---- officers ----
    def officer(self, who):
        """A new user of this system, who is gone after the test; only root makes one."""
        name = f"vneid-{who}-{os.getpid()}"
        subprocess.run(["useradd", "--no-create-home", "--no-user-group", name], check=True)
        self.addCleanup(subprocess.run, ["userdel", name], check=True)
        return pwd.getpwnam(name).pw_uid

    def vneidctl(self, officer, *command):
        """As root behind sudo: what counts is who logged in; and where the kernel does not keep that, who runs it."""
        as_officer = ["sh", "-c", '{ echo $0 > /proc/self/loginuid; } 2>/dev/null; exec "$@"', str(officer)]
        keeps = subprocess.run([*as_officer, "cat", "/proc/self/loginuid"], capture_output=True, text=True).stdout == str(officer)
        if not keeps:
            self.skipTest("this kernel keeps no audit login ids")
        done = subprocess.run([*as_officer, BUILD / "core" / "vneidctl", *command,
                               "--postgres", self.stack.conninfo_as("root"), "--keys", self.stack.keys,
                               "--redis", f"unix:{self.stack.redis_socket}"], capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout

    # ---- facts ----

    def links(self):
        return int(self.stack.sql("select count(*) from link where state = 'active'"))

    def inconsistencies(self):
        """Rows that are neither unlinked and whole nor linked and whole."""
        return self.stack.sql((ROOT / "tests" / "chaos" / "consistency.sql").read_text())

    def reference(self, page):
        """What people can say on the telephone; the log has the rest of it too."""
        found = re.search(r"\b[0-9a-f]{8}\b(?=</)", page.text)
        self.assertIsNotNone(found, "no reference id on the page")
        self.assertNotRegex(page.text, "[0-9a-f]{32}")
        return found.group(0)
