"""What the tests of signing out share: a citizen with three sessions, and how many are alive."""
import json
import urllib.request

from support import LINKED, Citizen, StackTest

SESSION = "__Host-vneid-session"


class SigningOut(StackTest):
    def setUp(self):
        self.stack.provider_control(reset=True)

    def signed_in(self, case=None):
        """A citizen with all three sessions, on the success page with the portal's answer taken."""
        case = case or self.someone()
        citizen, page = self.link(case)
        self.assertIn(LINKED, page.text)
        citizen.submit("Tiếp tục")
        self.assertGreaterEqual(self.alive(case), 1)
        self.assertEqual(self.ours(citizen), 200)
        self.assertEqual(self.portals(citizen), 200)
        return citizen, case

    # ---- the three sessions ----
    def ours(self, citizen):
        return citizen.request("GET", self.stack.url + "/vneid/vault").status

    def portals(self, citizen):
        return citizen.request("GET", self.stack.url + "/trang-chu").status

    def alive(self, case):
        with urllib.request.urlopen(f"{self.stack.issuer}/control/sessions?number={case['vneid_number']}", timeout=10) as answer:
            return json.loads(answer.read())["alive"]

    def logouts(self):
        with urllib.request.urlopen(self.stack.issuer + "/control/logouts", timeout=10) as answer:
            return json.loads(answer.read())

    def sessions_in_redis(self):
        return set(self.stack.redis_cli("--scan", "--pattern", "*session:*").split())

    def assert_all_ended(self, citizen, case, cookies):
        """Also for somebody who kept a copy of every cookie."""
        self.assertNotIn(SESSION, citizen.cookies["localhost"])
        self.assertEqual(self.ours(citizen), 401)
        self.assertEqual(self.portals(citizen), 302)
        self.assertEqual(self.alive(case), 0)
        self.assert_worthless(cookies)

    def assert_worthless(self, cookies):
        thief = Citizen()
        thief.cookies["localhost"] = dict(cookies)
        self.assertEqual(self.ours(thief), 401)
