"""What the doctor says of the identity provider and the population database."""
import email.utils
import socket
import time
import unittest

from doctor_case import Certificates, DoctorCase, FrontOf, make_ca


class Provider(DoctorCase):
    def test_away(self):
        self.expect_only(self.examine(issuer=f"http://localhost:{self.dead_port}"), "wrong", "provider.discovery",
                         "no answer")

    def test_stalls_and_keeps_nobody_waiting(self):
        self.stack.provider_control(stall_discovery=True)
        began = time.monotonic()
        findings = self.examine(provider="timeout 1s;")
        self.assertLess(time.monotonic() - began, 15)
        self.expect_only(findings, "wrong", "provider.discovery", "no answer")

    def test_wrong_secret(self):
        findings = self.examine(secret=self.write("wrong_secret", "wrong-secret\n"))
        self.expect_only(findings, "wrong", "provider.client", "refuses client portal (invalid_client)")
        self.assertIn("client_secret_file", findings.of("provider.client")[0]["cure"])

    def test_wrong_client(self):
        self.expect_only(self.examine(client_id="somebody"), "wrong", "provider.client", "refuses client somebody")

    def test_does_not_tell_of_the_client(self):
        self.stack.provider_control(down_token=True)
        self.expect_only(self.examine(), "warning", "provider.client", "does not tell")

    def test_other_issuer(self):
        self.stack.provider_control(discovery_other_issuer=True)
        self.expect_only(self.examine(), "wrong", "provider.issuer", "says to be https://somebody-else.example")

    def test_issuer_with_a_slash_too_much(self):
        self.expect_only(self.examine(issuer=self.stack.issuer + "/"), "wrong", "provider.issuer",
                         f"says to be {self.stack.issuer}, and issuer is {self.stack.issuer}/")

    def test_no_discovery(self):
        for fault, text in ((("html_200_discovery", True), "no discovery document"),
                            (("down_discovery", 404), "status 404"),
                            (("discovery_array", True), "no discovery document"),
                            (("redirect_discovery", "https://elsewhere.example/"),
                             "status 307, to https://elsewhere.example/")):
            with self.subTest(fault=fault):
                self.stack.provider_control(reset=True, **dict([fault]))
                self.expect_only(self.examine(), "wrong", "provider.discovery", text)

    def test_abilities(self):
        for claim, offered, state, check, text in (
                ("id_token_signing_alg_values_supported", ["HS256"], "wrong", "provider.algorithms", "with HS256 only"),
                ("id_token_signing_alg_values_supported", None, "warning", "provider.algorithms", "does not say"),
                ("code_challenge_methods_supported", ["plain"], "wrong", "provider.pkce", "offers plain"),
                ("code_challenge_methods_supported", None, "warning", "provider.pkce", "does not say"),
                ("token_endpoint_auth_methods_supported", ["private_key_jwt"], "wrong", "provider.authentication",
                 "takes private_key_jwt from clients, and not client_secret_basic"),
                ("response_types_supported", ["id_token"], "wrong", "provider.discovery", "does not name code"),
                ("end_session_endpoint", None, "warning", "provider.sign_out", "no end_session_endpoint")):
            with self.subTest(claim=claim, offered=offered):
                self.stack.provider_control(reset=True, discovery_claims={claim: offered})
                self.expect(self.examine(), state, check, text)

    def test_no_keys(self):
        self.stack.provider_control(jwks_empty=True)
        self.expect_only(self.examine(), "wrong", "provider.keys", "no usable key")

    def test_key_that_cannot_sign(self):
        key = self.stack.folder / "ed25519.pem"
        key.unlink(missing_ok=True)
        Certificates.openssl("genpkey", "-algorithm", "ED25519", "-out", key)
        key.chmod(0o600)
        text = self.conf().replace(f"client_secret_file {self.stack.folder}/client_secret;", f"client_key_file {key};")
        self.expect(self.examine(text=text), "wrong", "provider.settings", "")

    def test_clock(self):
        for seconds, state, text in ((-600, "wrong", "ahead of its clock"), (600, "wrong", "behind its clock"),
                                     (-15, "warning", "ahead of its clock")):
            with self.subTest(seconds=seconds):
                front = FrontOf(self.stack.issuer, date=email.utils.formatdate(time.time() + seconds, usegmt=True))
                self.addCleanup(front.close)
                self.expect(self.examine(issuer=front.url), state, "peer.clock", text)

    def test_answers_head_as_if_it_were_away(self):
        front = FrontOf(self.stack.issuer, head=503)
        self.addCleanup(front.close)
        findings = self.examine(issuer=front.url)
        self.expect_only(findings, "wrong", "provider.authorization", "answers HEAD with status 503")
        self.assertIn("authorization_check off", findings.of("provider.authorization")[0]["cure"])
        findings = self.examine(issuer=front.url, provider="authorization_check off;")
        self.assertEqual(findings.not_well(), [])
        self.assertEqual(findings.of("provider.authorization"), [])

    def test_asks_for_no_person(self):
        asked, told = self.stack.provider_requests("authorize"), self.stack.provider_requests("userinfo")
        self.examine()
        self.assertEqual(self.stack.provider_requests("authorize"), asked + 1)  # HEAD, as nginx asks whether it is there
        self.assertEqual(self.stack.provider_requests("userinfo"), told)


class Direct(DoctorCase):
    """Profile vneid-direct has no documents: what is configured is looked at, address by address."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.certificates = Certificates(cls.stack.folder / "certificates")
        cls.key = cls.stack.folder / "decryption.pem"
        Certificates.openssl("genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048", "-out", cls.key)
        cls.key.chmod(0o600)

    def examine_direct(self, **endpoints):
        urls = {"authorization": self.stack.issuer + "/authorize", "token": self.stack.issuer + "/token",
                "userinfo": self.stack.issuer + "/userinfo"} | endpoints
        members = "".join(f"{name}_endpoint {url}; " for name, url in urls.items())
        return self.examine(provider=f"profile vneid-direct; decryption_key_file {self.key}; {members}"
                                     f"trusted_certificate {self.certificates.ca};")

    def test_all_three_are_looked_at(self):
        findings = self.examine_direct()
        for name in ("authorization_endpoint", "userinfo_endpoint"):
            self.expect(findings, "ok", "provider.endpoint", name + " answers")

    def test_one_that_is_away(self):
        findings = self.examine_direct(userinfo=f"http://localhost:{self.dead_port}/userinfo")
        self.expect(findings, "wrong", "provider.endpoint", "no answer")

    def test_one_that_is_not_there(self):
        findings = self.examine_direct(authorization=self.stack.issuer + "/nowhere")
        self.expect(findings, "warning", "provider.endpoint", "authorization_endpoint says that there is nothing")

    def test_another_machine_s_certificate(self):
        front = FrontOf(self.stack.issuer, *self.certificates.leaf("leaf", days=-1))
        self.addCleanup(front.close)
        self.expect(self.examine_direct(userinfo=front.url + "/userinfo"), "wrong", "provider.tls", "has expired")


class Tls(DoctorCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.certificates = Certificates(cls.stack.folder / "certificates")

    def examine_behind(self, trusted=True, **leaf):
        front = FrontOf(self.stack.issuer, *self.certificates.leaf("leaf", **leaf))
        self.addCleanup(front.close)
        provider = f"trusted_certificate {self.certificates.ca};" if trusted else ""
        return self.examine(issuer=front.url, allow_http="", provider=provider)

    def test_good(self):
        findings = self.examine_behind()
        self.assertEqual(findings.not_well(), [])
        self.expect(findings, "ok", "provider.tls", "is trusted and good for ")
        self.expect(findings, "ok", "provider.client", "accepts")

    def test_about_to_expire(self):
        self.expect_only(self.examine_behind(days=20), "warning", "provider.tls", "is trusted and good for ")

    def test_expired(self):
        self.expect_only(self.examine_behind(days=-1), "wrong", "provider.tls", "has expired")

    def test_the_ca_has_expired(self):
        """Its operator has a new one, and this machine has the old one still."""
        folder = self.certificates.folder
        make_ca(folder / "old-ca.pem", self.certificates.folder / "ca.key", days=-2)
        both = folder / "both.pem"
        front = FrontOf(self.stack.issuer, *self.certificates.leaf("leaf"))
        self.addCleanup(front.close)
        findings = self.examine(issuer=front.url, allow_http="", provider=f"trusted_certificate {folder}/old-ca.pem;")
        self.expect(findings, "wrong", "files.certificate", "expired certificates only")
        self.expect(findings, "wrong", "provider.tls", "the CA that signed its certificate has expired")
        self.assertIn("trusted_certificate", findings.of("provider.tls")[0]["cure"])
        both.write_bytes((folder / "old-ca.pem").read_bytes() + (folder / "other-ca.pem").read_bytes())
        findings = self.examine(issuer=front.url, allow_http="", provider=f"trusted_certificate {both};")
        self.expect(findings, "warning", "files.certificate", "1 expired certificate(s) among its 2")

    def test_other_host(self):
        self.expect_only(self.examine_behind(host="DNS:portal.example"), "wrong", "provider.tls", "another host")

    def test_unknown_ca(self):
        self.expect_only(self.examine_behind(ca="other-ca"), "wrong", "provider.tls", "is not trusted")
        self.expect_only(self.examine_behind(trusted=False), "wrong", "provider.tls", "is not trusted")

    def test_speaks_no_tls(self):
        self.expect_only(self.examine(issuer=f"https://localhost:{self.stack.provider_port}"), "wrong", "provider.tls",
                         "")

    def test_population(self):
        front = FrontOf(self.stack.population_url, *self.certificates.leaf("leaf"))
        self.addCleanup(front.close)
        self.expect_only(self.examine(population=front.url + "/csdldc"), "wrong", "population.tls", "is not trusted")


class Population(DoctorCase):
    def test_away(self):
        findings = self.examine(population=f"http://127.0.0.1:{self.dead_port}/ allow_http")
        self.expect_only(findings, "wrong", "population.reach", "no answer")

    def test_stalls(self):
        listener = socket.create_server(("127.0.0.1", 0))
        self.addCleanup(listener.close)
        findings = self.examine(population=f"http://127.0.0.1:{listener.getsockname()[1]}/ allow_http")
        self.expect_only(findings, "wrong", "population.reach", "no answer")

    def test_without_tls(self):
        findings = self.examine(population="http://192.0.2.1/ allow_http")
        self.expect(findings, "wrong", "population.tls", "without TLS")


if __name__ == "__main__":
    unittest.main()
