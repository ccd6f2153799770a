"""The whole way with a provider of profile vneid-direct: encrypted answers, no ID token."""
import subprocess
import unittest

from support import BUILD, LINKED, Stack, StackTest


class DirectStack(Stack):
    """Its provider encrypts for the key of this deployment."""

    def start_provider(self):
        key, public = self.folder / "decryption.pem", self.folder / "encryption.pem"
        if not key.exists():
            subprocess.run(["openssl", "genpkey", "-algorithm", "RSA", "-out", key], check=True, capture_output=True)
            subprocess.run(["openssl", "pkey", "-in", key, "-pubout", "-out", public], check=True)
        self.provider_options = ["--profile", "vneid-direct", "--encryption-public-key", public]
        super().start_provider()

    def nginx_conf(self):
        members = "".join(f"{name}_endpoint {self.issuer}/{path}; " for name, path in
                          (("authorization", "authorize"), ("token", "token"), ("userinfo", "userinfo")))
        return super().nginx_conf().replace(
            "profile            oidc;",
            f"profile vneid-direct; {members} decryption_key_file {self.folder}/decryption.pem;").replace(
            'scope              "openid profile";', "")


class Direct(StackTest):
    @classmethod
    def setUpClass(cls):
        cls.stack = DirectStack(BUILD)
        cls.addClassCleanup(cls.check_after)
        cls.addClassCleanup(cls.stack.stop)
        cls.stack.start()
        cls.spare = [case for case in cls.stack.crowd if case["expect"] == "link"]

    def setUp(self):
        self.control(reset=True)

    def control(self, **switches):
        self.stack.provider_control(**switches)

    def test_links(self):
        for plus in (False, True):
            self.control(reset=True, raw_plus=plus)
            links = self.links()
            citizen, callback = self.to_callback(self.someone())
            self.assertIn("encrypt_key=", callback)
            self.assertEqual(plus, "+" in callback)
            page = citizen.get(callback)
            self.assertIn(LINKED, page.text)
            self.assertEqual(self.links(), links + 1)
            self.assertIn(LINKED, citizen.get(callback).text, "the same callback again")
            self.assertEqual(self.inconsistencies(), "")

    def test_the_same_person_comes_back(self):
        first, second = (self.stack.scenarios[name] for name in ("two_accounts_a", "two_accounts_b"))
        for case in (first, second):
            _, page = self.link(case)
            self.assertIn(LINKED, page.text)
        self.assertEqual(self.stack.sql("select count(*) from link group by person_id having count(*) = 2"), "2")
        number = first["vneid_number"]
        self.assertEqual(self.stack.sql(f"select count(*) from person_subject where subject_key::text like '%{number}%'"),
                         "0")

    def test_nobody_without_level_or_with_an_organisation(self):
        for fault in ({"no_level": True}, {"level_1": True}, {"userinfo_claims": {"accountType": "3"}},
                      {"userinfo_claims": {"accountType": None}}):
            self.control(reset=True, **fault)
            links = self.links()
            _, page = self.link(self.someone())
            self.assertNotIn(LINKED, page.text, fault)
            self.assertEqual(self.links(), links, fault)

    def test_what_does_not_decrypt_is_one_page(self):
        seen = set()
        for fault in ("bad_key_padding", "wrong_key", "bad_data_padding", "cut_data", "no_json_inside"):
            for endpoint in ("token", "userinfo"):
                self.control(reset=True, **{f"{fault}_{endpoint}": True})
                citizen, callback = self.to_callback(self.someone())
                page = citizen.get(callback)
                text = page.text.replace(self.reference(page), "")
                seen.add((page.status, text.split("<main", 1)[-1].split("csrf", 1)[0]))
        self.assertEqual(len(seen), 1, seen)


if __name__ == "__main__":
    unittest.main()
