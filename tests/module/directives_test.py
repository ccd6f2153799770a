"""Each line of module/directives.def, put to a real nginx: where it may stand, how many arguments it takes, its default."""
import itertools
import re
import shlex
import subprocess
import sys
import unittest
from concurrent.futures import ThreadPoolExecutor

from harness import MODULE, ROOT, ModuleTest

sys.path.insert(0, str(ROOT / "tests" / "lint"))
import directives as reference  # noqa: E402

DIRECTIVES, VARIABLES = reference.load()
TOP = [directive for directive in DIRECTIVES if not directive.block]
MEMBERS = [directive for directive in DIRECTIVES if directive.block]

# Of each directive: as many arguments as its syntax allows, the needed ones first. A new directive needs a line here.
ARGUMENTS = {
    "vneid_keys": "{keys}",
    "vneid_redis": "127.0.0.1:6379 prefix=x: timeout=50ms db=3 user=u password_file={secret}",
    "vneid_anonymous_limit": "address=1m total=1g",
    "vneid_postgres": "dbname=vneid connections=1 timeout=60s password_file={secret}",
    "vneid_templates": "{folder} wording=nd69",
    "vneid_provider": "other",
    "vneid_population": "other",
    "vneid_population_source": "csdl",
    "vneid_policy": "personal notice enforce=2024-07-01 closed=2025-01-01",
    "vneid_on_failure": "notice=closed enforce=closed",
    "vneid_rehearsal": "on",
    "vneid_clock": "2024-06-30T23:59:00+07:00 stopped",
    "vneid": "bca",
    "vneid_path": "/dinh-danh/",
    "vneid_origin": "https://portal.example:8443",
    "vneid_portal": "portal",
    "vneid_contact": '"hotline=1900 1234" "desk=Bộ phận Một cửa" "hours=7:30–17:00" bring=CCCD language=vi',
    "vneid_brand": '"name=Cổng tỉnh" logo={folder}/logo.png colour=#0b5d3b home=/trang-chu',
    "vneid_notice": '"legal_basis=Nghị định số 69/2024/NĐ-CP" date=2025-07-01 again=7d',
    "vneid_login": "ask=/me ask_account=json:/name ask_kind=$upstream_http_k kind=$upstream_http_k account_form=fold if=$arg_x return=/app "
                   "status=302,303 cookie=SID max_body=1m",
    "vneid_assertion_key": "{folder}/es256.pem",
    "vneid_identity": "full",
    "vneid_trusted_headers": "Remote-User X-Portal-",
    "vneid_session_exchange": "https://portal.example/x allow_http timeout=2s trusted_certificate={folder}/ca.pem",
    "vneid_reuse": "on",
    "vneid_menu": "on",
    "vneid_new_accounts": "on",
    "vneid_logout": "",
    "vneid_wait": "2s",
    "vneid_login_page": "/dang-nhap",
    "vneid_logout_location": "/dang-xuat",
    "vneid_portal_cookie": "SID path=/ account=$upstream_http_x_account",
    "vneid_session": "idle=5m absolute=1h",
    "vneid_kiosk": "on idle=2m",
    "vneid_require": "session max_body=1k if=$arg_a",
    "vneid_paths": "lower",
    "vneid_session_grace": "10s",
    "vneid_zone": "shared 1m",
    "vneid_metrics": "",
    "vneid_status": "",
}
MEMBER_ARGUMENTS = {
    "vneid_provider": {
        "profile": "oidc", "issuer": "http://127.0.0.1 allow_http", "client_id": "portal",
        "client_secret_file": "{secret}", "authorization_endpoint": "https://sso.example/a",
        "token_endpoint": "https://sso.example/t", "userinfo_endpoint": "https://sso.example/u",
        "decryption_key_file": "{folder}/rsa.pem", "client_key_file": "{folder}/rsa.pem",
        "client_authentication": "post", "scope": '"openid email"', "claim": "level acr", "required_level": "1",
        "authorization_check": "off", "trusted_certificate": "{folder}/ca.pem", "timeout": "2s"},
    "vneid_population": {
        "profile": "soap", "endpoint": "http://127.0.0.1/csdl allow_http", "service": "033", "officer": "052000000000",
        "unit": "H08", "account": "tk", "procedure": "VPCP", "user": "tinh", "secret_file": "{secret}",
        "api_key_file": "{secret}", "client": "VN/1", "trusted_certificate": "{folder}/ca.pem", "timeout": "2s",
        "rate": "10r/m burst=3", "citizen_rate": "5r/h burst=2",
        "address_rate": "9r/h burst=4", "numbers_rate": "100r/h burst=9", "in_flight": "4", "circuit": "failures=2 pause=9s"},
}
# What the rest of a block must have so that it is whole.
NEEDED = {
    "vneid_provider": {"issuer": "https://sso.example", "client_id": "portal", "client_secret_file": "{secret}"},
    "vneid_population": {"endpoint": "https://csdl.example", "officer": "052000000000"},
}
DIRECT = {"profile": "vneid-direct", **{name: MEMBER_ARGUMENTS["vneid_provider"][name] for name in (
    "authorization_endpoint", "token_endpoint", "userinfo_endpoint", "decryption_key_file")}}
TOGETHER = [{"user", "secret_file"}]
INSTEAD = {"client_key_file": "client_secret_file"}

# What http{} has besides; a directive under test takes the place of its line here.
HTTP = {
    "vneid_keys": "{keys}", "vneid_redis": "127.0.0.1:6379", "vneid_postgres": "dbname=vneid",
    "vneid_zone": "shared 1m", "vneid_rehearsal": "on", "vneid_assertion_key": "{folder}/es256.pem",
}
CONTEXTS = ("main", "http", "server", "location", "if")


def block(name, argument, members):
    return f"{name} {argument} {{{{ " + " ".join(f"{key} {value};" for key, value in members.items()) + " }}"


class Directives(ModuleTest):
    stores = False

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        folder = cls.stack.folder
        for command in ("genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out es256.pem",
                        "genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out rsa.pem",
                        "req -x509 -key rsa.pem -subj /CN=ca -out ca.pem"):
            subprocess.run(["openssl", *command.split()], cwd=folder, check=True, capture_output=True)
        for name in ("es256.pem", "rsa.pem"):
            (folder / name).chmod(0o600)
        (folder / "logo.png").write_bytes(b"\x89PNG\r\n\x1a\n")

    def setUp(self):
        self.numbers = itertools.count()

    def statement(self, directive, arguments):
        if directive.opens_block:
            return block(directive.name, arguments, NEEDED[directive.name])
        return f"{directive.name} {arguments};"

    def text(self, directive, statement, context):
        parts = dict.fromkeys(CONTEXTS, "")
        parts[context] = statement
        http = "\n".join(f"{name} {value};" for name, value in HTTP.items() if name != directive.name)
        # Some have a say only where the module is on, and vneid_notice only where nobody says otherwise.
        on = {"location" if context == "location" else "server": "" if directive.name == "vneid" else "vneid bca;"}
        temporary = " ".join(f"{kind}_temp_path {{folder}}/t-{kind};" for kind in (
            "client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
        text = f"""
load_module {MODULE}; pid {{folder}}/t.pid; error_log stderr; events {{{{ }}}} {parts["main"]}
http {{{{
{temporary}
{http}
{block("vneid_provider", "bca", NEEDED["vneid_provider"])}
{block("vneid_population", "csdl", NEEDED["vneid_population"])}
{parts["http"]}
server {{{{
listen 127.0.0.1:1; server_name portal.example; {on.get("server", "")}
{parts["server"]}
location /a {{{{ {on.get("location", "")} {parts["location"]}
if ($arg_x) {{{{ {parts["if"]} }}}} }}}}
}}}}
}}}}
"""
        return text.format(keys=self.stack.keys, secret=self.stack.folder / "client_secret", folder=self.stack.folder)

    def verdict(self, case):
        directive, statement, context, expected = case
        conf = self.stack.folder / f"t{next(self.numbers)}.conf"
        conf.write_text(self.text(directive, statement, context))
        return case, *self.try_configuration(conf)

    def put(self, cases):
        """Cases are (directive, statement, context, None or what nginx must complain of)."""
        cases = list(cases)
        with ThreadPoolExecutor(2) as pool:
            for (directive, statement, context, expected), status, output in pool.map(self.verdict, cases):
                with self.subTest(directive=directive.name, statement=statement, context=context):
                    if expected is None:
                        self.assertEqual(status, 0, output)
                    else:
                        self.assertEqual(status, 1, output)
                        self.assertRegex(output, expected)
                        self.assertEqual(output.count("[emerg]"), 1, output)

    # ---- the list is whole ---------------------------------------------------------------------
    def test_every_line_has_its_case(self):
        self.assertEqual([directive.name for directive in TOP if directive.name not in ARGUMENTS], [])
        for name, arguments in MEMBER_ARGUMENTS.items():
            self.assertEqual({member.name for member in MEMBERS if member.block == name}, set(arguments))
        for directive in TOP:
            words = len(shlex.split(ARGUMENTS[directive.name]))
            least, most = directive.arguments_by_syntax()
            self.assertTrue(words == most or (most == reference.MANY and words > least), directive.syntax)

    # ---- nginx's table -------------------------------------------------------------------------
    def test_where_a_directive_may_stand(self):
        def cases():
            for directive in TOP:
                statement = self.statement(directive, ARGUMENTS[directive.name])
                for context in CONTEXTS:
                    allowed = context in directive.contexts
                    yield (directive, statement, context,
                           None if allowed else f'"{directive.name}" directive is not allowed here')
        self.put(cases())

    def test_how_many_arguments_a_directive_takes(self):
        def cases():
            for directive in TOP:
                words = re.findall(r'"[^"]*"|\S+', ARGUMENTS[directive.name])
                context = directive.contexts[-1]
                least, most = directive.arguments_by_syntax()
                number = f'invalid number of arguments in "{directive.name}" directive'
                yield directive, self.statement(directive, " ".join(words[:least])), context, None
                if least > 0:
                    yield directive, self.statement(directive, " ".join(words[:least - 1])), context, number
                if most != reference.MANY:
                    surplus = self.statement(directive, " ".join([*words, "surplus"]))
                    # Where nginx does not count, the directive itself knows no such parameter.
                    complaint = f'invalid parameter "surplus" in "{directive.name}"'
                    yield directive, surplus, context, complaint if directive.most == reference.MANY else number
        self.put(cases())

    def test_defaults_can_be_written_out(self):
        self.put((directive, default, directive.contexts[-1], None) for directive in TOP
                 for default in [" ".join(re.findall(r"vneid[^;]*;", directive.default))] if default)

    # ---- members of blocks -----------------------------------------------------------------------
    def member_case(self, member, arguments, expected, twice=False):
        others = dict(NEEDED[member.block])
        if member.name in DIRECT and member.name != "profile":
            others.update(DIRECT)
        for pair in TOGETHER:
            if member.name in pair:
                others.update({name: MEMBER_ARGUMENTS[member.block][name] for name in pair})
        others.pop(INSTEAD.get(member.name), None)
        others.pop(member.name, None)
        line = f"{member.name} {arguments};" + (f" {member.name} {arguments};" if twice else "")
        body = " ".join(f"{name} {value};" for name, value in others.items())
        owner = next(directive for directive in TOP if directive.name == member.block)
        return owner, f"{member.block} other {{{{ {body} {line} }}}}", "http", expected

    def test_members_of_blocks(self):
        def cases():
            for member in MEMBERS:
                arguments = MEMBER_ARGUMENTS[member.block][member.name]
                words = re.findall(r'"[^"]*"|\S+', arguments)
                number = f'invalid number of arguments in "{member.name}"'
                self.assertEqual(len(words), member.most, member.syntax)
                yield self.member_case(member, arguments, None)
                yield self.member_case(member, " ".join(words[:member.least - 1]), number)
                yield self.member_case(member, arguments + " surplus", number)
                yield self.member_case(member, arguments, f'"{member.name}" is duplicate|"level" is duplicate', True)
            for owner in (directive for directive in TOP if directive.opens_block):
                members = {**NEEDED[owner.name], "surplus": "1"}
                yield owner, block(owner.name, "other", members), "http", f'unknown "surplus" in "{owner.name}"'
        self.put(cases())

    # ---- variables -------------------------------------------------------------------------------
    def test_variables(self):
        directive = next(directive for directive in TOP if directive.name == "vneid_new_accounts")
        self.put([(directive, "".join(f'add_header X-{number} "${name}";' for number, name in enumerate(VARIABLES)),
                   "location", None),
                  (directive, "add_header X $vneid_surplus;", "location", 'unknown "vneid_surplus" variable')])


if __name__ == "__main__":
    unittest.main()
