"""What the doctor says of nginx.conf, files and servers."""
import os
import pwd
import shutil
import subprocess
import unittest

from doctor_case import LOGIN, MODULE, DoctorCase


class Nginx(DoctorCase):
    def test_refuses_and_the_rest_is_looked_at(self):
        findings = self.examine(http="vneid_redis unix:/again;")
        self.expect_only(findings, "wrong", "nginx.test", 'refuses: [emerg] "vneid_redis" directive is duplicate')
        self.expect(findings, "ok", "redis.reach", "answers")

    def test_broken_syntax(self):
        findings = self.examine(text=self.conf() + "}")
        self.expect(findings, "wrong", "nginx.test", 'unexpected "}"')
        self.expect(findings, "wrong", "nginx.syntax", 'unexpected "}"')
        self.expect(findings, "ok", "postgres.reach", "lets")

    def test_reads_a_file_and_its_includes(self):
        (self.stack.folder / "sites").mkdir(exist_ok=True)
        self.write("sites/a.conf", LOGIN, 0o644)
        conf = self.write("other.conf", self.conf(locations="include sites/*.conf;"), 0o644)
        empty = self.write("doctor.conf", "events { }", 0o644)
        done = self.run_doctor(empty, "--conf", conf)
        self.assertIn("login at = /in: the portal names the account", done.stdout)
        self.assertEqual(done.returncode, 0, done.stdout)

    def test_says_that_there_is_no_nginx(self):
        conf = self.write("doctor.conf", self.conf(), 0o644)
        done = self.stack.vneidctl("doctor", "--nginx", "/nowhere/nginx", "--conf", conf, check=False)
        self.assertIn("no nginx is to be found", done.stdout)
        self.assertEqual(done.returncode, 1, done.stdout)

    def test_module_is_not_loaded(self):
        self.expect(self.examine(modules=""), "wrong", "nginx.module", "no load_module names")

    def test_module_is_not_there(self):
        findings = self.examine(modules="load_module /nowhere/ngx_http_vneid_module.so;")
        self.expect(findings, "wrong", "nginx.module", "cannot be read")

    def test_module_of_another_nginx(self):
        other = self.stack.folder / "ngx_http_vneid_module.so"
        content = MODULE.read_bytes()
        start = content.index(b"8,4,8,")
        other.write_bytes(content[:start] + b"8,4,4," + content[start + 6:])
        findings = self.examine(modules=f"load_module {other};")
        self.expect(findings, "wrong", "nginx.signature", "built for another nginx")
        self.expect(findings, "wrong", "nginx.test", "not binary compatible")

    def test_module_before_another(self):
        other = self.stack.folder / "ngx_http_sub_other_module.so"
        shutil.copy(MODULE, other)
        findings = self.examine(modules=f"load_module {MODULE}; load_module {other};")
        self.expect(findings, "wrong", "nginx.module_order", "before ngx_http_sub_other_module")

    def test_vneid_is_on_nowhere(self):
        text = self.conf(locations="").replace("vneid bca;", "")
        self.expect(self.examine(text=text), "warning", "nginx.directive", "no server has")

    def test_store_is_not_named(self):
        text = "\n".join(line for line in self.conf().splitlines() if "vneid_redis" not in line)
        self.expect(self.examine(text=text), "wrong", "nginx.directive", "missing in http{}")

    @unittest.skipUnless(os.getuid() == 0, "needs root")
    def test_no_such_user(self):
        self.expect(self.examine(user="nobody-here"), "wrong", "system.user", "no user nobody-here")

    @unittest.skipUnless(os.getuid() == 0, "needs root, to be somebody else")
    def test_not_root(self):
        conf = self.write("doctor.conf", self.conf(user="daemon"), 0o644)
        nobody = pwd.getpwnam("nobody")
        done = self.as_user(nobody, "doctor", "--nginx", self.nginx(conf), "--conf", conf)
        self.assertIn("not root: what daemon, nginx's user, may reach is not known", done)

    def as_user(self, user, *arguments):
        program = self.stack.folder / "vneidctl"
        shutil.copy(self.stack.build / "core" / "vneidctl", program)
        return subprocess.run(["setpriv", f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--clear-groups",
                               program, *arguments], capture_output=True, text=True).stdout


class Files(DoctorCase):
    def secret(self, mode=0o600, text="demo-client-secret-of-no-value\n"):
        return self.write("secret", text, mode)

    def test_modes(self):
        for mode, text in ((0o644, "mode 0644: everybody"), (0o620, "mode 0620: its group may change it")):
            with self.subTest(mode=mode):
                self.expect(self.examine(secret=self.secret(mode)), "wrong", "files.secret", text)
        self.assertEqual(self.examine(secret=self.secret(0o640)).status, 0)

    def test_missing_or_empty(self):
        self.expect(self.examine(secret="/nowhere/secret"), "wrong", "files.secret", "No such file")
        self.expect(self.examine(secret=self.secret(text="")), "wrong", "files.secret", "is empty")
        self.expect(self.examine(secret=self.stack.run), "wrong", "files.secret", "is no file")

    @unittest.skipUnless(os.getuid() == 0, "needs root, to give a file away")
    def test_somebody_elses(self):
        secret = self.secret()
        os.chown(secret, pwd.getpwnam("daemon").pw_uid, -1)
        self.expect_only(self.examine(secret=secret), "wrong", "files.secret", "belongs to daemon")

    def test_in_a_folder_of_others(self):
        folder = self.stack.folder / "open"
        folder.mkdir(exist_ok=True)
        folder.chmod(0o777)
        secret = self.write("open/secret", "demo-client-secret-of-no-value\n")
        self.expect_only(self.examine(secret=secret), "wrong", "files.secret", "they can exchange it")

    def test_certificates(self):
        garbage = self.write("ca.pem", "nothing\n", 0o644)
        findings = self.examine(provider=f"trusted_certificate {garbage};")
        self.expect(findings, "wrong", "files.certificate", "holds no certificate")

    def test_templates(self):
        self.expect(self.examine(http="vneid_templates /nowhere;"), "wrong", "files.templates", "/nowhere")


class Sites(DoctorCase):
    def test_two_names_have_two_addresses(self):
        findings = self.examine(names="portal.example www.portal.example")
        told = [finding["text"] for finding in findings.of("site.redirect_uri")]
        self.assertEqual(told, ["redirect URI https://portal.example/vneid/callback/bca",
                                "redirect URI https://www.portal.example/vneid/callback/bca"])

    def test_no_address(self):
        self.expect(self.examine(names="_"), "wrong", "site.origin", "no plain server_name")

    def test_login_of_a_form(self):
        findings = self.examine(locations=LOGIN.replace("$upstream_http_x_account", "$vneid_form_user if=$upstream_http_location"))
        self.expect_only(findings, "warning", "site.login", "tells a wrong password from a login")
        self.assertEqual(findings.of("site.login")[0]["file"], str(self.stack.folder / "doctor.conf"))
        self.assertGreater(findings.of("site.login")[0]["line"], 1)

    def test_no_login(self):
        self.expect_only(self.examine(locations=""), "warning", "site.login", "no location has vneid_login")

    def test_gate_without_the_portals_cookie(self):
        gate = "location /g { vneid_require level=2; }"
        self.expect_only(self.examine(locations=LOGIN + gate), "warning", "site.gate", "without vneid_portal_cookie")
        self.assertEqual(self.examine(locations=LOGIN + gate, server="vneid_portal_cookie sid;").status, 0)

    def test_logins_that_nobody_names(self):
        for server, text in (("", "nothing tells of them"), ("vneid_portal_cookie sid;", "(sid) that begin there"),
                             ("vneid_portal_cookie sid; vneid_require session;", "closes them")):
            self.expect(self.examine(server=server), "ok", "site.doors", text)

    def test_rehearsal(self):
        findings = self.examine(http="vneid_rehearsal on; vneid_clock 2030-01-02; "
                                     "vneid_policy personal notice enforce=2030-01-01;",
                                server="vneid_require session; vneid_portal_cookie sid;")
        self.expect_only(findings, "warning", "site.rehearsal", "goes by another clock")
        self.expect(findings, "ok", "site.policy", "personal accounts: enforce now, since 01/01/2030")

    def test_dates_out_of_order(self):
        findings = self.examine(http="vneid_policy personal notice enforce=2030-01-01 closed=2029-01-01;")
        self.expect(findings, "wrong", "site.policy", '"closed=" must come after "enforce="')


if __name__ == "__main__":
    unittest.main()
