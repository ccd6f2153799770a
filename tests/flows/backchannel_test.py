"""Back-channel logout: the provider ends sessions here (OpenID Connect Back-Channel Logout 1.0)."""
import json
import unittest
import urllib.parse

from signing_out import SigningOut
from support import LINKED, Citizen, wait_until


class Backchannel(SigningOut):
    stack_options = {"workers": 2}

    def end_at_provider(self, case, **switches):
        self.stack.provider_control(reset=True)
        self.stack.provider_control(**switches)
        self.stack.provider_control(end_sessions=case["vneid_number"])
        return self.logouts()

    def tell(self, token, **headers):
        body = urllib.parse.urlencode({"logout_token": token}) if isinstance(token, str) else urllib.parse.urlencode(token)
        return Citizen().request("POST", self.stack.url + "/vneid/backchannel-logout/bca", body,
                                 {"Content-Type": "application/x-www-form-urlencoded", **headers})

    def test_good_tokens_end_the_session_in_every_worker(self):
        for switches in ({}, {"logout_only_sid": True}, {"logout_only_sub": True}):
            with self.subTest(switches):
                citizen, case = self.signed_in()
                other, _ = self.signed_in()
                sent = self.end_at_provider(case, **switches)
                self.assertEqual([one["status"] for one in sent], [200])
                for _ in range(8):
                    self.assertEqual(self.ours(citizen), 401)
                self.assertEqual(self.ours(other), 200)

    def test_wrong_tokens_end_nothing(self):
        for fault in ("logout_alg_none", "logout_wrong_aud", "logout_wrong_iss", "logout_expired", "logout_future",
                      "logout_no_events", "logout_with_nonce", "logout_no_sub_no_sid", "logout_foreign_key",
                      "logout_id_token_instead", "logout_huge"):
            with self.subTest(fault):
                citizen, case = self.signed_in()
                sent = self.end_at_provider(case, **{fault: True})
                self.assertEqual([one["status"] for one in sent], [413 if fault == "logout_huge" else 400])
                self.assertEqual(self.ours(citizen), 200)

    def test_what_an_answer_looks_like(self):
        _, case = self.signed_in()
        sent = self.end_at_provider(case)
        token = sent[0]["logout_token"]
        for wrong in (token, "x", "", {"logout_token": token, "Logout_token": ""}, {"other": token}):
            answer = self.tell(wrong)
            self.assertEqual((answer.status, json.loads(answer.body)), (400, {"error": "invalid_request"}))
            self.assertEqual(answer.header("Cache-Control"), "no-store")
            self.assertEqual(answer.header("Content-Type"), "application/json")
            self.assertEqual((answer.header("Location"), answer.all("Set-Cookie")), (None, []))
        twice = Citizen().request("POST", self.stack.url + "/vneid/backchannel-logout/bca",
                                  f"logout_token={token}&logout_token={token}",
                                  {"Content-Type": "application/x-www-form-urlencoded"})
        self.assertEqual(twice.status, 400)
        plain = self.tell(token, **{"Content-Type": "text/plain"})
        self.assertEqual(plain.status, 400)
        self.assertEqual(Citizen().request("POST", self.stack.url + "/vneid/backchannel-logout/other", {"logout_token": token}).status, 400)

    def test_of_parallel_copies_exactly_one_counts(self):
        citizen, case = self.signed_in()
        sent = self.end_at_provider(case, logout_parallel=16)
        self.assertEqual(sorted(one["status"] for one in sent), [200] + [400] * 15)
        self.assertEqual(self.ours(citizen), 401)

    def test_a_replay_does_not_end_the_next_session(self):
        case = self.someone()
        later, callback = self.to_callback(case)
        citizen, case = self.signed_in(case)
        sent = self.end_at_provider(case, logout_only_sub=True)
        self.assertEqual(self.ours(citizen), 401)
        self.assertIn(LINKED, later.get(callback).text)
        self.assertEqual(self.tell(sent[0]["logout_token"]).status, 400)
        self.assertEqual(self.ours(later), 200)

    def test_redis_away_is_503_and_the_next_try_counts(self):
        citizen, case = self.signed_in()
        self.stack.stop_process("redis")
        try:
            sent = self.end_at_provider(case)
            self.assertEqual([one["status"] for one in sent], [503])
            answer = self.tell(sent[0]["logout_token"])
            self.assertEqual((answer.status, answer.header("Cache-Control")), (503, "no-store"))
        finally:
            self.stack.start_redis()
        wait_until(lambda: self.tell(sent[0]["logout_token"]).status == 200, "the token that was not used is good")


if __name__ == "__main__":
    unittest.main()
