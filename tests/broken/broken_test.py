"""No mistake of cases.py takes a running nginx down at a reload, and none is passed over in silence."""
import email.utils
import json
import os
import pathlib
import pwd
import re
import shutil
import signal
import subprocess
import sys
import time
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "config" / "demo"), str(ROOT / "tests" / "module"), str(pathlib.Path(__file__).resolve().parent)]
from cases import CASES  # noqa: E402
from citizen import Citizen, log_in_to_portal  # noqa: E402
from doctor_case import Certificates, FrontOf  # noqa: E402
from stack import Stack, wait_until  # noqa: E402

BUILD = pathlib.Path(os.environ.get("VNEID_BUILD", ROOT / "build" / "release"))
MODULES = "/usr/lib/nginx/modules"


class Whole(Stack):
    """Nothing of it is to be mended: its Redis has a limit, whenever it is started."""

    def start_redis(self):
        super().start_redis()
        self.redis_cli("CONFIG", "SET", "maxmemory", "100mb")


class Broken(unittest.TestCase):
    """One deployment; each case breaks it, asks everybody who may say so, and mends it. build/broken.md is the table."""

    @classmethod
    def setUpClass(cls):
        cls.stack = Whole(BUILD, http_extra="vneid_zone shared 1m;")
        cls.addClassCleanup(cls.stack.stop)
        cls.whole = cls.stack.nginx_conf
        cls.stack.start()
        cls.make_files(cls.stack.folder)
        cls.make_fronts(cls.stack)
        cls.nginx = shutil.which("nginx", path="/usr/sbin:" + os.environ.get("PATH", ""))
        cls.rows = []
        cls.addClassCleanup(cls.write_table)

    @classmethod
    def write_table(cls):
        table = ROOT / "build" / "broken.md"
        table.parent.mkdir(exist_ok=True)
        table.write_text("| what is wrong | nginx -t | vneidctl doctor | error.log at a login |\n| --- | --- | --- | --- |\n"
                         + "".join("| " + " | ".join(cell.replace("|", "\\|") or "–" for cell in row) + " |\n" for row in cls.rows))

    @staticmethod
    def make_files(folder):
        def put(name, text, mode=0o600):
            (folder / name).write_text(text)
            (folder / name).chmod(mode)

        def openssl(*arguments):
            subprocess.run(["openssl", *arguments], check=True, capture_output=True, cwd=folder)
        put("open_keys", (folder / "keys").read_text(), 0o644)
        put("open_secret", "of-no-value\n", 0o644)
        put("garbage", "what is this\n")
        put("empty", "")
        put("client_pass", "*:*:*:*:of-no-value\n", 0o640)
        openssl("genpkey", "-algorithm", "ED25519", "-out", "ed25519.pem")
        openssl("genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-521", "-out", "p521.pem")
        openssl("genpkey", "-algorithm", "RSA", "-aes256", "-pass", "pass:x", "-out", "locked.pem")
        openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=x", "-keyout", "ca.key", "-out", "ca.pem")
        for name in ("ed25519.pem", "p521.pem", "locked.pem"):
            (folder / name).chmod(0o600)
        pem = (folder / "ca.pem").read_text()
        put("cut.pem", pem + pem[:len(pem) // 2])
        put("roots_ca.pem", pem)
        module = (BUILD / "module" / "ngx_http_vneid_module.so").read_bytes()
        signature = re.search(rb"\d+,\d+,\d+,[01]{30,}", module).group()
        (folder / "other").mkdir()
        (folder / "other" / "ngx_http_vneid_module.so").write_bytes(
            module.replace(signature, signature[:-1] + (b"0" if signature[-1:] == b"1" else b"1")))
        shutil.copy(BUILD / "core" / "vneidctl", folder)  # for those who may not look into the build folder

    @classmethod
    def make_fronts(cls, stack):
        """The provider as it is when its certificate has run out, and when its clock is an hour ahead."""
        certificates = Certificates(stack.folder / "certificates")
        cls.certificate_authority = certificates.ca
        cls.expired = FrontOf(stack.issuer, *certificates.leaf("expired", days=-1))
        cls.addClassCleanup(cls.expired.close)
        cls.hasty = FrontOf(stack.issuer, date=email.utils.formatdate(time.time() + 3600, usegmt=True))
        cls.addClassCleanup(cls.hasty.close)

    # ---- breaking and asking -----------------------------------------------------------------
    def names(self):
        stack = self.stack
        worker = re.search(r"user=(\S+)", stack.conninfo).group(1)
        return {"folder": stack.folder, "keys": stack.keys, "issuer": stack.issuer, "redis": stack.redis_socket, "run": stack.run,
                "url": stack.url, "population": stack.population_endpoint, "modules": MODULES, "worker": worker,
                "module": f"{stack.build}/module/ngx_http_vneid_module.so", "ca": self.certificate_authority,
                "expired": self.expired.url, "hasty": self.hasty.url}

    def broken_conf(self, case):
        text = self.whole()
        for was, now in case.conf:
            was, now = was.format_map(self.names()), now.format_map(self.names())
            self.assertIn(was, text, case.name)
            text = text.replace(was, now)
        return text

    def asked_nginx(self, conf):
        done = subprocess.run([self.nginx, "-t", "-p", self.stack.folder, "-c", conf], capture_output=True, text=True, timeout=60)
        said = [re.sub(r"^nginx: |^[\d/]+ [\d:]+ ", "", line) for line in done.stderr.splitlines()
                if "[emerg]" in line or "[warn]" in line]
        return done.returncode, said

    def asked_doctor(self, conf, user=""):
        """Its exit status, what is not well, and what is."""
        become = []
        if user:
            who = pwd.getpwnam(user)
            become = ["setpriv", f"--reuid={who.pw_uid}", f"--regid={who.pw_gid}", "--clear-groups"]
        done = subprocess.run([*become, self.stack.folder / "vneidctl", "doctor", "--conf", conf, "--nginx", self.nginx,
                               "--format", "json"], capture_output=True, text=True, timeout=120,
                              env={**os.environ, "VNEID_SCHEMA": str(ROOT / "config" / "schema")})
        self.assertEqual(done.stderr, "")
        found, well = [], []
        for one in json.loads(done.stdout):
            (well if one["state"] == "ok" else found).append(f"{one['state']} {one['subject']}: {one['text']}. {one['cure'] or ''}")
        return done.returncode, found, well

    def reload(self, conf, taken):
        process, log = self.stack.processes["nginx"], self.stack.error_log
        old, begin = set(self.stack.worker_pids()), len(log.read_text())
        (self.stack.folder / "nginx.conf").write_text(conf)
        process.send_signal(signal.SIGHUP)
        if taken:
            wait_until(lambda: self.stack.worker_pids() and not old & set(self.stack.worker_pids()), "new workers")
        else:
            wait_until(lambda: "[emerg]" in log.read_text()[begin:] or "[emerg]" in
                       (self.stack.logs / "nginx.log").read_text(), "nginx refuses the configuration")
            self.assertEqual(set(self.stack.worker_pids()), old, "the old workers go on")
        self.assertIsNone(process.poll())
        self.assertLess(Citizen().request("GET", self.stack.url + "/").status, 500, "the portal is served")
        (self.stack.logs / "nginx.log").write_text("")

    def log_of_a_login(self, begin):
        case = self.stack.scenarios["happy"]
        citizen = Citizen()
        log_in_to_portal(citizen, self.stack.url, case["username"], case["password"])
        citizen.request("GET", self.stack.url + "/vneid/login")
        return [re.sub(r"^[\d/]+ [\d:]+ (\[\w+\]) [\d#]+: (\*\d+ )?", r"\1 ", line)
                for line in self.stack.error_log.read_text()[begin:].splitlines() if re.search(r"\[(emerg|error|warn)\]", line)]

    def mended(self, case):
        case.undo(self.stack)
        self.reload(self.whole(), True)

    def examine(self, case):
        case.do(self.stack)
        try:
            conf = self.stack.folder / "broken.conf"
            conf.write_text(self.broken_conf(case))
            status, told = self.asked_nginx(conf)
            self.assertEqual(status == 0, case.reload, told)
            begin = len(self.stack.error_log.read_text())
            verdict, found, well = self.asked_doctor(conf, case.asked_as)
            self.reload(conf.read_text(), case.reload)
            lines = self.log_of_a_login(begin)
        finally:
            self.mended(case)
        doctors = self.short(well, case.advice[0]) if case.advice else self.short(found, case.doctor)
        type(self).rows.append([case.name, self.short(told, case.test), doctors, self.short(lines, case.log)])
        for who, pattern, said in (("nginx -t", case.test, told), ("doctor", case.doctor, found), ("error.log", case.log, lines),
                                   *(("doctor", pattern, well) for pattern in case.advice)):
            if pattern:
                self.assertRegex("\n".join(said), pattern, f"{who} does not say it")
        self.assertTrue(case.test or case.doctor or case.log or case.advice, "nobody says it")
        if case.doctor or not case.reload:
            self.assertGreater(verdict, 0, "the doctor is content")

    def short(self, said, pattern):
        """The line that says it, else the first."""
        chosen = next((line for line in said if pattern and re.search(pattern, line)), said[0] if said else "")
        return re.sub(r" \d+#\d+:", "", chosen).replace(str(self.stack.folder), "…")[:300]

    def examine_whole(self):
        """What nothing is wrong with has nothing said of it: else a case proves nothing by what is said."""
        conf = self.stack.folder / "nginx.conf"
        status, told = self.asked_nginx(conf)
        self.assertEqual((status, told), (0, []))
        verdict, found, well = self.asked_doctor(conf)
        self.assertEqual((verdict, found), (0, []))
        lines = self.log_of_a_login(len(self.stack.error_log.read_text()))
        for case in CASES:
            for pattern, said in ((case.log, lines), *((pattern, well) for pattern in case.advice)):
                if pattern:
                    self.assertNotRegex("\n".join(said), pattern, f"said without {case.name}")

    def test_cases(self):
        self.assertGreaterEqual(len(CASES), 60)
        self.examine_whole()
        for case in CASES:
            with self.subTest(case.name):
                self.examine(case)


if __name__ == "__main__":
    unittest.main()
