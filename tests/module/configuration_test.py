"""nginx -t: every value that could only fail later is refused now, with file and line."""
import pathlib
import subprocess
import unittest

from harness import MODULE, ModuleTest

HTTP = {
    "keys": "vneid_keys {keys};",
    "redis": "vneid_redis 127.0.0.1:6379;",
    "postgres": 'vneid_postgres "host=/run/postgresql dbname=vneid";',
    "provider": "vneid_provider bca {{ issuer https://sso.example; client_id portal; client_secret_file {secret}; }}",
}
SERVER = {"vneid": "vneid bca;", "name": "server_name portal.example;", "more": "", "location": ""}
BASE = "issuer https://sso.example; client_id portal; client_secret_file {secret};"


class Configuration(ModuleTest):
    stores = False

    def text(self, changes):
        parts = {**HTTP, **SERVER, **changes}
        folder = self.stack.folder
        names = {"keys": self.stack.keys, "secret": folder / "client_secret", "folder": folder}
        http = "\n".join(parts[name] for name in parts if name not in SERVER)
        server = "\n".join(parts[name] for name in SERVER)
        body = f"{http}\nserver {{{{\nlisten 127.0.0.1:1;\n{server}\n}}}}\n".format_map(names)
        return (f"load_module {MODULE};\npid {folder}/t.pid;\nerror_log stderr;\nevents {{ }}\nhttp {{\n"
                + "".join(f"{kind}_temp_path {folder}/t-{kind}; " for kind in
                          ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
                + f"\n{body}}}\n")

    def check(self, **changes):
        conf = self.stack.folder / "t.conf"
        conf.write_text(self.text(changes))
        return self.try_configuration(conf)

    def line_of(self, needle):
        lines = (self.stack.folder / "t.conf").read_text().splitlines()
        return next(number for number, line in enumerate(lines, 1) if needle in line)

    def assert_accepted(self, **changes):
        status, output = self.check(**changes)
        self.assertEqual(status, 0, output)

    def assert_refused(self, message, at=None, **changes):
        """`at`: text on the line that is to blame; by default the first of the changed parts."""
        with self.subTest(message):
            status, output = self.check(**changes)
            self.assertEqual(status, 1, output)
            self.assertIn("[emerg]", output)
            self.assertIn(message, output)
            at = at or next(value for value in changes.values() if value).format_map(
                {"secret": self.stack.folder / "client_secret", "folder": self.stack.folder, "keys": self.stack.keys})
            place = f"in {self.stack.folder}/t.conf:{self.line_of(at)}"
            self.assertIn(place, output)
            self.assertEqual(output.count("[emerg]"), 1, output)

    def secret(self, name, text):
        path = self.stack.folder / name
        path.write_text(text)
        path.chmod(0o600)

    def private_key(self, name, *options):
        path = self.stack.folder / name
        subprocess.run(["openssl", "genpkey", *options, "-out", path], check=True, capture_output=True)
        path.chmod(0o600)

    def warnings(self, **changes):
        status, output = self.check(**changes)
        self.assertEqual(status, 0, output)
        return [line for line in output.splitlines() if "[warn]" in line and "vneid" in line]

    def provider(self, members):
        return "vneid_provider bca {{ " + members + " }}"

    def location(self, login, name="/login"):
        return f"location = {name} {{{{ vneid_login {login}; }}}}"

    def test_what_the_portal_learns(self):
        folder = self.stack.folder
        for name, group in (("es256.pem", "P-256"), ("es384.pem", "P-384")):
            subprocess.run(["openssl", "genpkey", "-algorithm", "EC", "-pkeyopt", f"ec_paramgen_curve:{group}", "-out",
                            folder / name], check=True, capture_output=True)
            (folder / name).chmod(0o600)
        key = "vneid_assertion_key {folder}/es256.pem;"
        self.assert_accepted(http=key, more="vneid_session_exchange http://127.0.0.1/x allow_http timeout=2s; "
                             "vneid_new_accounts on; vneid_reuse on; vneid_identity full; vneid_trusted_headers Remote-User X-Portal-;")
        self.assert_refused("is not EC on P-256", http="vneid_assertion_key {folder}/es384.pem;")
        self.assert_refused('"vneid_assertion_key": ', http="vneid_assertion_key {folder}/none.pem;")
        self.assert_refused('"vneid_session_exchange" needs "vneid_assertion_key"', more="vneid_session_exchange https://a/;")
        self.assert_refused('"vneid_reuse" needs "vneid_assertion_key"', more="vneid_reuse on;")
        self.assert_accepted(more="vneid_reuse off;")
        self.assert_refused('invalid value "yes" in "vneid_reuse", expected on or off', more="vneid_reuse yes;")
        self.assert_refused("is not https", more="vneid_session_exchange http://127.0.0.1/;")
        self.assert_refused('invalid URL "/x"', more="vneid_session_exchange /x;")
        self.assert_refused('invalid value "yes" in "vneid_new_accounts", expected on or off', more="vneid_new_accounts yes;")
        self.assert_accepted(more="vneid_menu on;")
        self.assert_refused('invalid value "yes" in "vneid_menu", expected on or off', more="vneid_menu yes;")
        self.assert_refused('invalid parameter "yes"', more="vneid_identity yes;")
        for prefix in ("Ho", "Cookie", "content_", "X Y", "ab"):
            self.assert_refused("invalid prefix", more=f'vneid_trusted_headers "{prefix}";')

    def test_what_is_right(self):
        self.assert_accepted()
        self.assert_accepted(**{name: "" for name in HTTP}, vneid="")  # loaded and not used
        self.assert_accepted(redis="vneid_redis unix:/run/r.sock prefix=x: timeout=50ms db=3 user=u "
                                   "password_file={secret};")
        self.assert_accepted(redis="vneid_redis [::1]:6380;")
        self.assert_accepted(redis="vneid_redis localhost;")
        self.assert_accepted(postgres='vneid_postgres "hostaddr=10.0.0.1 user=\'a b\'" connections=1 timeout=60s '
                                      "password_file={secret};")
        self.assert_accepted(name="server_name _;", more="vneid_origin https://x.example:8443;")
        self.assert_accepted(name="", more="vneid_origin http://localhost:8080;")
        self.assert_accepted(more='vneid_notice "legal_basis=Nghị định số 69/2024/NĐ-CP" date=2025-07-01;')
        self.assert_accepted(location=self.location("account=$arg_a if=$arg_b kind=$upstream_http_k status=302,303 cookie=SID max_body=1m"))
        self.assert_accepted(location=self.location("account=$vneid_form_user if=$upstream_http_x"))
        self.assert_accepted(location=self.location('"account=a:${{vneid_form_user}}" if=$upstream_http_x cookie=SID'))
        self.assert_accepted(templates="vneid_templates wording=nd69;")

    def test_stores(self):
        folder = self.stack.folder
        self.secret("empty", "")
        self.secret("two_lines", "one\ntwo\n")
        (folder / "open_keys").write_bytes(pathlib.Path(self.stack.keys).read_bytes())
        (folder / "open_keys").chmod(0o644)
        refuse = self.assert_refused
        refuse('"vneid_keys" directive is duplicate', keys=HTTP["keys"], again=HTTP["keys"] + " # again", at="# again")
        refuse('"vneid_keys": ', keys="vneid_keys /nowhere;")
        refuse('"vneid_keys": ', keys="vneid_keys {secret};")
        refuse('"vneid_keys": ', keys="vneid_keys {folder}/open_keys;")
        refuse("host not found", redis="vneid_redis no.such.host.invalid;")
        refuse("invalid port", redis="vneid_redis 127.0.0.1:99999;")
        refuse('invalid time "0"', redis="vneid_redis 127.0.0.1 timeout=0;")
        refuse('invalid time "61s" for "timeout"', redis="vneid_redis 127.0.0.1 timeout=61s;")
        refuse('invalid number "x" for "db"', redis="vneid_redis 127.0.0.1 db=x;")
        refuse('invalid parameter "colour=red"', redis="vneid_redis 127.0.0.1 colour=red;")
        refuse('needs a "password_file="', redis="vneid_redis 127.0.0.1 user=u;")
        refuse("/nowhere: No such file", redis="vneid_redis 127.0.0.1 password_file=/nowhere;")
        refuse("is empty", redis="vneid_redis 127.0.0.1 password_file={folder}/empty;")
        refuse("must hold one line", redis="vneid_redis 127.0.0.1 password_file={folder}/two_lines;")
        refuse("is not a regular file", redis="vneid_redis 127.0.0.1 password_file={folder};")
        refuse('"vneid_postgres": ', postgres='vneid_postgres "nonsense";')
        refuse('"vneid_postgres": ', postgres='vneid_postgres "host=db.example dbname=x";')
        refuse('invalid number "0" for "connections"', postgres='vneid_postgres "dbname=x" connections=0;')
        refuse("not a URI", postgres="vneid_postgres postgresql://10.0.0.1/x password_file={secret};")
        refuse("is not a folder", templates="vneid_templates {secret};")
        refuse("pages: ", templates="vneid_templates wording=none;")
        for name in ("keys", "redis", "postgres"):
            refuse(f'"vneid" needs "vneid_{name}" in http{{}}', **{name: ""}, at="vneid bca;")

    def test_signing_out(self):
        self.assert_accepted(more="vneid_portal_cookie sessionid path=/app; vneid_logout_location /thoat?x=1; "
                                  "vneid_session idle=5m absolute=1d; vneid_kiosk on idle=90s;",
                             location="location = /x {{ vneid_logout; }}")
        refuse = self.assert_refused
        off = "location = /x {{ vneid off; vneid_logout; }}"
        refuse('"vneid_logout" without effect', location=off, at="vneid_logout")
        refuse('"vneid_login" and "vneid_logout" in one location', at="vneid_logout",
               location="location = /x {{ vneid_login account=$upstream_http_x; vneid_logout; }}")
        refuse('"vneid_logout" directive is duplicate', location="location = /x {{ vneid_logout; vneid_logout; }}")
        for uri in ("https://b", "//b/", "x", "'/a b'", "'/a;b'"):
            refuse("expected a path of this server", more=f"vneid_logout_location {uri};")
            refuse("expected a path of this server", more=f"vneid_login_page {uri};")
        refuse("invalid cookie name", more="vneid_portal_cookie a=b;")
        refuse("not one of this module", more="vneid_portal_cookie __Host-vneid-session;")
        refuse('invalid parameter "domain=x"', more="vneid_portal_cookie a domain=x;")
        refuse("invalid path", more="vneid_portal_cookie a path=x;")
        refuse('expected 1s to 7d', more="vneid_session idle=10ms;")
        refuse('expected 1s to 7d', more="vneid_session absolute=8d;")
        refuse('"idle" is longer than "absolute"', more="vneid_session idle=9h;")
        refuse('invalid parameter "x=1"', more="vneid_session x=1;")
        refuse('expected "on" or "off"', more="vneid_kiosk yes;")
        refuse('invalid parameter "idle=1m"', more="vneid_kiosk off idle=1m;")

    def test_provider(self):
        folder = self.stack.folder
        self.private_key("key.pem", "-algorithm", "RSA")
        self.private_key("locked.pem", "-algorithm", "RSA", "-aes256", "-pass", "pass:x")
        subprocess.run(["openssl", "req", "-x509", "-key", folder / "key.pem", "-subj", "/CN=ca", "-out", folder / "ca.pem"],
                       check=True, capture_output=True)
        key = "client_key_file {folder}/key.pem;"
        no_secret = "issuer https://sso.example; client_id portal; "
        self.assert_accepted(provider=self.provider(no_secret + key))
        self.assert_accepted(provider=self.provider(
            BASE + "profile oidc; client_authentication post; scope openid; claim citizen_id a; claim level b; "
                   "required_level 1; authorization_check off; timeout 900ms; trusted_certificate {folder}/ca.pem;"))

        def refuse(message, members):
            self.assert_refused(message, provider=self.provider(members), at="vneid_provider")
        rest = "client_id portal; client_secret_file {secret}; "
        refuse('is not https; for a provider on this machine add "allow_http"', rest + "issuer http://sso.example;")
        for issuer in ("sso.example", "ftp://x", "https://", "https://a@b", "https://x/?q", "https://x:0", "https://x y"):
            refuse("invalid", rest + f"issuer \"{issuer}\";")
        refuse('has no "issuer"', rest)
        refuse('has no "client_id"', "issuer https://x; client_secret_file {secret};")
        refuse('either "client_secret_file" or "client_key_file"', no_secret)
        refuse('either "client_secret_file" or "client_key_file"', BASE + key)
        refuse("can only be private_key_jwt", no_secret + key + "client_authentication basic;")
        refuse('needs a "client_key_file"', BASE + "client_authentication private_key_jwt;")
        refuse("holds no private key", no_secret + "client_key_file {secret};")
        refuse("holds no private key", no_secret + "client_key_file {folder}/locked.pem;")
        refuse("/nowhere: No such file", no_secret + "client_secret_file /nowhere;")
        refuse('unknown client_authentication "x"', BASE + "client_authentication x;")
        refuse('unknown claim "shoe_size"', BASE + "claim shoe_size s;")
        refuse('claim "name" is duplicate', BASE + "claim name a; claim name b;")
        refuse('invalid number of arguments in "claim"', BASE + "claim name;")
        refuse('"scope" must contain "openid"', BASE + "scope profile;")
        refuse('invalid number "3" for "required_level"', BASE + "required_level 3;")
        refuse("holds no certificate", BASE + "trusted_certificate {secret};")
        refuse('invalid time "1h"', BASE + "timeout 1h;")
        refuse('unknown profile "saml"', BASE + "profile saml;")
        self.direct_profile(refuse)
        refuse('invalid value "maybe" in "authorization_check", expected on or off', BASE + "authorization_check maybe;")
        refuse('unknown "colour" in "vneid_provider"', BASE + "colour red;")
        refuse('"issuer" is duplicate', BASE + "issuer https://b;")
        self.assert_refused('provider "bca" is duplicate', again=self.provider(BASE) + " # again", at="# again")
        self.assert_refused('invalid provider name "off"', provider="vneid_provider off {{ " + BASE + " }}")

    def test_what_workers_could_not_use_is_refused_here(self):
        """O1: `nginx -t` was green, and then the reload left no worker."""
        self.private_key("ed25519.pem", "-algorithm", "ED25519")
        self.private_key("p521.pem", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-521")
        self.private_key("short.pem", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:1024")
        no_secret = "issuer https://sso.example; client_id portal; "
        for name in ("ed25519", "p521", "short"):
            self.assert_refused("the client key is not RSA of 2048 to 8192 bits or EC P-256 or P-384",
                                provider=self.provider(no_secret + f"client_key_file {{folder}}/{name}.pem;"),
                                at="vneid_provider")
        for field in ("citizen_id", "level", "name"):
            self.assert_refused(f'claim "{field}" has an empty name', at="vneid_provider",
                                provider=self.provider(BASE + f'claim {field} "";'))
        self.assert_refused("too long path in the unix domain socket", redis=f"vneid_redis unix:/{'s' * 120};")

    def test_secret_files_are_not_for_everybody(self):
        """M8: a secret that the world can read was accepted without a word."""
        self.private_key("open.pem", "-algorithm", "RSA")
        self.secret("open", "of-no-value\n")
        for mode in (0o644, 0o604, 0o660, 0o777):
            for name in ("open", "open.pem"):
                (self.stack.folder / name).chmod(mode)
            said = f"(mode {mode:04o}); run: chmod 640 "
            no_secret = "issuer https://sso.example; client_id portal; "
            for members in (no_secret + "client_secret_file {folder}/open;", no_secret + "client_key_file {folder}/open.pem;"):
                self.assert_refused(said, provider=self.provider(members), at="vneid_provider")
            self.assert_refused(said, redis="vneid_redis 127.0.0.1 password_file={folder}/open;")
            self.assert_refused(said, postgres='vneid_postgres "dbname=x" password_file={folder}/open;')
            for member in ("user u; secret_file {folder}/open;", "api_key_file {folder}/open;"):
                self.assert_refused(said, at="vneid_population csdl", population="vneid_population csdl {{ endpoint "
                                    f"https://x; officer 1; {member} }}}}", more="vneid_population_source csdl;")
        for mode in (0o600, 0o640, 0o400):
            (self.stack.folder / "open").chmod(mode)
            self.assert_accepted(provider=self.provider(no_secret + "client_secret_file {folder}/open;"))

    def test_files_that_libpq_opens_in_the_worker(self):
        """libpq looked for ~www-data/.postgresql/root.crt, in vain, and that passed for an outage."""
        folder = self.stack.folder
        subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=x", "-keyout",
                        folder / "db.key", "-out", folder / "db.pem"], check=True, capture_output=True)
        (folder / "db.key").chmod(0o600)
        self.secret("db_pass", "*:*:*:*:of-no-value\n")

        def conninfo(words):
            return {"postgres": f'vneid_postgres "hostaddr=10.0.0.1 host=db.example {words}";'}
        ca = "sslrootcert={folder}/db.pem"
        client = ca + " sslcert={folder}/db.pem sslkey={folder}/db.key"
        for words in ("sslmode=require", f"sslmode=verify-full {ca}", f"sslmode=verify-ca {client}", "passfile={folder}/db_pass"):
            self.assert_accepted(**conninfo(words))
        for words, said in (
                ("sslmode=verify-full", "sslmode=verify-full needs sslrootcert=FILE"),
                ("sslmode=verify-ca", "sslmode=verify-ca needs sslrootcert=FILE"),
                ("sslmode=verify_full", 'sslmode "verify_full" is not known'),
                ("sslrootcert=/nowhere/ca.pem", "sslrootcert /nowhere/ca.pem: No such file or directory"),
                ("sslrootcert={folder}", "is not a regular file"),
                ("sslrootcert=db.pem", "sslrootcert db.pem: must be an absolute path"),
                ("sslrootcert={secret}", "holds no certificate"),
                ("sslcert={folder}/db.pem", "sslcert= needs sslkey=FILE"),
                ("sslkey=/nowhere/key", "sslkey /nowhere/key: No such file or directory"),
                ("passfile=/nowhere/pass", "passfile /nowhere/pass: No such file or directory")):
            self.assert_refused(said, **conninfo(words))
        (folder / "db.key").chmod(0o644)
        self.assert_refused("(mode 0644), and libpq does not take it then; run: chmod 6", **conninfo("sslkey={folder}/db.key"))
        (folder / "db_pass").chmod(0o640)
        self.assert_refused(f"run: chmod 600 {folder}/db_pass", **conninfo("passfile={folder}/db_pass"))

    def test_certificates_are_read_whole(self):
        folder = self.stack.folder
        subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=x", "-keyout",
                        folder / "ca.key", "-out", folder / "ca.pem"], check=True, capture_output=True)
        pem = (folder / "ca.pem").read_text()
        (folder / "two.pem").write_text("# the province\n" + pem + "\n# the other one\n" + pem)
        (folder / "cut.pem").write_text(pem + pem[:len(pem) // 2])
        (folder / "huge.pem").write_text(pem + "#" * (4 << 20))
        self.assert_accepted(provider=self.provider(BASE + "trusted_certificate {folder}/two.pem;"))
        for name, said in (("cut.pem", "is broken behind certificate 1"), ("huge.pem", "is larger than 4 MB"),
                           ("none.pem", "is not a file that can be read"), ("client_secret", "holds no certificate")):
            self.assert_refused(said, at="vneid_provider",
                                provider=self.provider(BASE + f"trusted_certificate {{folder}}/{name};"))

    def test_warnings(self):
        self.assertEqual(self.warnings(redis="vneid_redis 127.0.0.1;"), [])
        warned = self.warnings(redis="vneid_redis unix:{folder}/none.sock;")
        self.assertEqual(len(warned), 1, warned)
        self.assertIn(f'there is no Redis at "{self.stack.folder}/none.sock" now (2: No such file or directory) in ',
                      warned[0])
        warned = self.warnings(name="server_name portal.example *.portal.example;")
        self.assertEqual(len(warned), 1, warned)
        self.assertIn('server name "*.portal.example" end at "https://portal.example"', warned[0])
        self.assertEqual(self.warnings(name="server_name portal.example www.portal.example;"), [])
        self.assertEqual(self.warnings(name="server_name portal.example *.portal.example;",
                                       more="vneid_origin https://portal.example;"), [])

    def test_load_order(self):
        """M7: filters of modules that were loaded later run twice on a released answer."""
        modules = pathlib.Path("/usr/lib/nginx/modules")
        other = f"load_module {modules}/ngx_http_subs_filter_module.so;\n"
        whole = self.text
        try:
            type(self).text = lambda _, changes: other + whole(changes)
            self.assertEqual(self.warnings(), [])
            type(self).text = lambda _, changes: whole(changes).replace("pid ", other + "pid ", 1)
            warned = self.warnings()
            self.assertEqual(len(warned), 1, warned)
            self.assertIn('stands before that of "ngx_http_subs_filter_module"', warned[0])
            # Nobody is asked anything: then the order is nobody's concern.
            self.assertEqual(self.warnings(**{name: "" for name in HTTP}, vneid=""), [])
        finally:
            del type(self).text
            type(self).text = whole.__func__

    def direct_profile(self, refuse):
        self.private_key("ec.pem", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256")
        members = {name: f"{name} https://sso.example/{name[0]}?x=1; " for name in
                   ("authorization_endpoint", "token_endpoint", "userinfo_endpoint")}
        members["decryption_key_file"] = "decryption_key_file {folder}/key.pem; "
        direct = BASE + " profile vneid-direct; "
        whole = direct + "".join(members.values())
        self.assert_accepted(provider=self.provider(whole))
        self.assert_accepted(provider=self.provider(whole + "claim level l; scope openid; client_authentication basic;"))
        self.assert_accepted(provider=self.provider(whole.replace("https:", "http:").replace(
            "sso.example;", "sso.example allow_http;")))
        for name, text in members.items():
            refuse(f'has no "{name}", which its profile', direct + "".join(members.values()).replace(text, ""))
            refuse(f'has "{name}", which is for profile', BASE + text)
            refuse(f'"{name}" is duplicate', whole + text)
        for name in list(members)[:3]:
            refuse(f'"{name}" "http://sso.example/{name[0]}?x=1" is not https',
                   whole.replace(f"{name} https:", f"{name} http:"))
            refuse(f'invalid URL "sso" in "{name}"', whole.replace(members[name], f"{name} sso; "))
        key = members["decryption_key_file"]
        refuse("/nowhere: No such file", whole.replace(key, "decryption_key_file /nowhere;"))
        refuse("decryption key file", whole.replace(key, "decryption_key_file {secret};"))
        refuse("holds no private key", whole.replace(key, "decryption_key_file {folder}/locked.pem;"))
        refuse("holds no RSA key of 2048", whole.replace(key, "decryption_key_file {folder}/ec.pem;"))

    def test_population(self):
        folder = self.stack.folder
        base = "endpoint https://lgsp.example/csdldc; officer 052;"

        def block(members, name="csdl"):
            return f"vneid_population {name} {{{{ {members} }}}}"

        used = "vneid_population_source csdl;"
        self.assert_accepted(population=block(base), more=used)
        self.assert_accepted(population=block(
            base + "profile soap; service 033; user u; secret_file {secret}; api_key_file {secret}; client VN/GOV/1; "
            "unit H08; account a; procedure 1.0; timeout 900ms; rate 100r/m burst=7; citizen_rate 3r/h; address_rate 9r/h burst=3; "
            "numbers_rate 50r/h; in_flight 2; "
            "circuit failures=3 pause=5s;"), more=used)
        self.assert_accepted(population=block(base), more="vneid_population_source off;")

        def refuse(message, members):
            self.assert_refused(message, population=block(members), more=used, at="vneid_population csdl")
        refuse('has no "endpoint"', "officer 1;")
        refuse('has no "officer"', "endpoint https://x;")
        refuse('is not https; for a gateway on this machine add "allow_http"', "officer 1; endpoint http://x;")
        for endpoint in ("x", "ftp://x", "https://", "https://a@b", "https://x y"):
            refuse("invalid", f'officer 1; endpoint "{endpoint}";')
        refuse('needs both "user" and "secret_file"', base + "user u;")
        refuse('needs both "user" and "secret_file"', base + "secret_file {secret};")
        refuse('must not contain ":"', base + "user a:b; secret_file {secret};")
        refuse("/nowhere: No such file", base + "api_key_file /nowhere;")
        refuse('unknown profile "xml"', base + "profile xml;")
        refuse('unknown service "34"', base + "service 34;")
        refuse('invalid value for "unit"', base + "unit Bình;")
        for rate in ("20", "20r", "20r/d", "r/s", "0r/s", "-1r/s", "1.5r/s"):
            refuse("invalid", base + f"rate {rate};")
        refuse('invalid parameter "delay=1"', base + "rate 1r/s delay=1;")
        refuse('invalid number "0" for "burst"', base + "rate 1r/s burst=0;")
        refuse('invalid number "0" for "in_flight"', base + "in_flight 0;")
        refuse('invalid time "2h" for "pause"', base + "circuit pause=2h;")
        refuse('unknown "colour" in "vneid_population"', base + "colour red;")
        refuse("holds no certificate", base + "trusted_certificate {secret};")
        self.secret("empty", "")
        refuse("is empty", base + "user u; secret_file {folder}/empty;")
        self.assert_refused('population source "csdl" is duplicate', population=block(base), more=used,
                            again=block(base) + " # again", at="# again")
        self.assert_refused('unknown population source "csdl" in "vneid_population_source"', more=used)
        self.assert_refused('invalid population source name "off"', population=block(base, "off"))

    def test_policy(self):
        refuse = self.assert_refused
        self.assert_accepted(more="vneid_policy personal notice enforce=2024-07-01T00:00:00+07:00 closed=2025-01-01; "
                                  "vneid_policy organization observe closed=2025-07-01; vneid_policy foreign pass; "
                                  "vneid_on_failure notice=closed enforce=open;")
        self.assert_accepted(clock="vneid_rehearsal on; vneid_clock 2024-06-30T23:59:59+07:00 stopped;")
        self.assert_accepted(clock="map $arg_a $v {{ default off; }}", vneid="vneid $v;")
        refuse('"vneid_clock" moves the cut-over', clock="vneid_clock 2024-07-01;")
        refuse('"vneid_clock" moves the cut-over', clock="vneid_rehearsal off; vneid_clock 2024-07-01;")
        refuse('invalid parameter "slow"', clock="vneid_rehearsal on; vneid_clock 2024-07-01 slow;")
        refuse('expected on or off', clock="vneid_rehearsal yes;")
        for instant in ("2024-02-30", "01/07/2024", "2024-07-01T00:00:00", "2024-07-01T25:00:00Z"):
            refuse(f'invalid instant "{instant}"', more=f"vneid_policy personal notice enforce={instant};")
        refuse('unknown kind of account "person"', more="vneid_policy person notice;")
        refuse('unknown mode "on"', more="vneid_policy personal on;")
        refuse('"vneid_policy personal" is duplicate', more="vneid_policy personal notice; vneid_policy personal pass;")
        refuse('already', more="vneid_policy personal enforce enforce=2024-07-01;")
        refuse('must come after', more="vneid_policy personal notice enforce=2024-07-01 closed=2024-07-01;")
        refuse('invalid parameter "enforce=2025-07-01"',
               more="vneid_policy personal notice enforce=2024-07-01 enforce=2025-07-01;")
        refuse('expected open or closed', more="vneid_on_failure notice=maybe;")
        refuse('invalid parameter "pass=open"', more="vneid_on_failure pass=open;")
        self.assert_refused('a variable in "vneid" needs exactly one', clock="map $arg_a $v {{ default off; }}",
                            more="", vneid="vneid $v;", at="vneid $v;", again="vneid_provider b {{ " + BASE + " }}")

    def test_site(self):
        refuse = self.assert_refused
        refuse('unknown provider "vneid" in "vneid"', vneid="vneid vneid;")
        refuse('"vneid" directive is duplicate', vneid="vneid bca; vneid off;")
        for path in ("vneid/", "/vneid", "/", "//vneid/", "/a//b/", "/a/../b/", "/a b/", "/ä/"):
            refuse(f'invalid path "{path}"', more=f'vneid_path "{path}";')
        for origin in ("portal.example", "https://x/", "https://x/y", "ftp://x", "https://x?"):
            refuse("invalid origin", more=f'vneid_origin "{origin}";')
        for origin in ("http://portal.example", "http://127.0.0.1.evil.example", "http://127.evil.example"):
            refuse("must be https", more=f"vneid_origin {origin};")
        for name in ("server_name _;", "server_name *.example;", "server_name ~^x;", "server_name '';", ""):
            refuse('"vneid" needs "vneid_origin"', name=name, at="vneid bca;")
        refuse('invalid name "a b" in "vneid_portal"', more='vneid_portal "a b";')
        for date in ("2024-02-30", "2024-7-1", "01/07/2024", "today", "2024-07-01x"):
            refuse(f'invalid date "{date}"', more=f"vneid_notice date={date};")
        refuse('around the whole parameter', more='vneid_notice legal_basis="Nghị định số 69" date=2025-07-01;')
        refuse('invalid parameter "text=x"', more="vneid_notice text=x;")
        for again in ("never", "7", "59s", "366d", "-1d", ""):
            refuse(f'invalid time "{again}" for "again" in "vneid_notice", expected login or 1m to 365d',
                   more=f"vneid_notice again={again};")
        for again in ("login", "1m", "7d", "365d"):
            self.assert_accepted(more=f"vneid_notice again={again};")
        refuse('"vneid_path" directive is duplicate', more="vneid_path /a/; vneid_path /b/;")

    def test_contact(self):
        refuse = self.assert_refused
        self.assert_accepted(more='vneid_contact "hotline=1900 1234" "desk=Một cửa"; vneid_contact language=en hours=8-17;')
        self.assert_accepted(more=f'vneid_contact "desk={"ơ" * 300}";')
        refuse('needs at least one of hotline=', more="vneid_contact language=vi;")
        refuse('is said twice for language vi', more="vneid_contact desk=a; vneid_contact language=vi desk=b;")
        refuse('is said twice for language en', more="vneid_contact language=en desk=a; vneid_contact language=en desk=b;")
        refuse('invalid parameter "language=fr"', more="vneid_contact language=fr desk=a;")
        refuse('invalid parameter "phone=1"', more="vneid_contact phone=1;")
        refuse('around the whole parameter', more='vneid_contact desk="Một cửa";')
        for text in ("", " ", "ơ" * 301, "a\x01b", "\u202ea"):
            refuse('invalid "desk" in "vneid_contact"', more=f'vneid_contact "desk={text}";')

    def test_brand(self):
        refuse, folder = self.assert_refused, self.stack.folder
        (folder / "logo.svg").write_text('<svg xmlns="http://www.w3.org/2000/svg"/>')
        (folder / "logo.txt").write_text("a logo")
        (folder / "large.png").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(64 * 1024))
        self.assert_accepted(more=f'vneid_brand "name=Cổng tỉnh" logo={folder}/logo.svg colour=#0B5D3B home=/trang-chu;')
        self.assert_accepted(more="vneid_brand colour=#767676;")  # 4.54:1
        refuse('"vneid_brand" directive is duplicate', more="vneid_brand name=a; vneid_brand name=b;")
        refuse('has a contrast of 4.47:1 with white', more="vneid_brand colour=#777777;")
        refuse('has a contrast of 1.07:1 with white', more="vneid_brand colour=#ffff00;")
        for colour in ("red", "#fff", "#12345g", "123456", "#1234567"):
            refuse(f'invalid colour "{colour}"', more=f"vneid_brand colour={colour};")
        for home in ("x", "//host/", "https://a.example/", "/\\x"):
            refuse('for "home" in "vneid_brand"', more=f"vneid_brand home={home};")
        for name in ("", "a" * 101):
            refuse('invalid "name" in "vneid_brand"', more=f'vneid_brand "name={name}";')
        refuse('around the whole parameter', more='vneid_brand name="Cổng tỉnh";')
        refuse('invalid parameter "color=#123456"', more="vneid_brand color=#123456;")
        for file, why in (("none.svg", "is not a file that can be read"), ("", "is not a file that can be read"),
                          ("logo.txt", "is neither SVG nor PNG"), ("large.png", "is larger than 64 KB")):
            refuse(why, more=f"vneid_brand logo={folder}/{file};")

    def test_anonymous_limit(self):
        self.assert_accepted(again="vneid_anonymous_limit address=64k;")
        self.assert_accepted(again="vneid_anonymous_limit total=1g address=10m;")
        self.assert_refused('"vneid_anonymous_limit" directive is duplicate',
                            again="vneid_anonymous_limit total=1g; vneid_anonymous_limit total=1g;")
        for size in ("", "63k", "65g", "-1", "4x", "99999999999999999999g"):
            self.assert_refused('expected 64k to 64g', again=f"vneid_anonymous_limit address={size};")
        self.assert_refused('invalid parameter "each=1m"', again="vneid_anonymous_limit each=1m;")

    def test_login(self):
        def refuse(message, login):
            self.assert_refused(message, location=self.location(login))
        announced = "account=$upstream_http_x_a"
        refuse('"vneid_login" needs "account=" or "ask="', "kind=$upstream_http_k")
        refuse("must contain a variable", "account=an")
        for form in ("$vneid_form_user", "${{vneid_form_user}}", "x$VNEID_FORM_user", "$arg_a", "$mapped",
                     "$upstream_http_x_a$http_x"):
            refuse('so "if=" must tell a login from a wrong password', f'"account={form}" status=302 cookie=SID')
            refuse('"if=" of "vneid_login" must contain a variable', f'"account={form}" if=1')
        for kind in ("$vneid_form_kind", "$arg_k", "x$HTTP_x", "$cookie_k", "$request_method"):
            refuse('"kind=" of "vneid_login" must not come from the browser', f"{announced} kind={kind}")
        for status in ("30", "404", "302,", "302;303".replace(";", "-"), "abc"):
            refuse("invalid number", f"{announced} status={status}")
        refuse("invalid cookie name", announced + ' "cookie=a b"')
        refuse("invalid size", announced + " max_body=10")
        refuse('invalid "account_form=lower"', announced + " account_form=lower")
        refuse(f'invalid parameter "password=$arg_p"', announced + " password=$arg_p")
        self.assert_refused('"vneid_login" directive is duplicate',
                            location=f"location /l {{{{ vneid_login {announced}; vneid_login {announced}; }}}}")
        self.assert_refused('"vneid_login" without effect: "vneid" is off here', vneid="",
                            location=self.location(announced))

    def test_login_that_asks(self):
        def refuse(message, login):
            self.assert_refused(message, location=self.location(login))
        refuse('has both "account=" and "ask="', "account=$upstream_http_x ask=/me")
        refuse('need "ask="', "account=$upstream_http_x ask_account=json:/a")
        for uri in ("", "me", "http://portal/me", "/me$arg_x"):
            refuse('expected the path of a location', f"ask={uri}")
        for part in ("json:", "json:user", "json:/a~2", "name", "~"):
            refuse("expected json:/pointer, ~pattern or a variable", f"ask=/me ask_account={part}")
            refuse("expected json:/pointer, ~pattern or a variable", f"ask=/me ask_kind={part}")
        refuse("more than one group", 'ask=/me "ask_account=~(a)(b)"')
        refuse("missing", 'ask=/me "ask_account=~(a"')

    def test_gate(self):
        def refuse(message, require, **changes):
            self.assert_refused(message, location=f"location /g {{{{ vneid_require {require}; }}}}", **changes)
        for word in ("level=1", "level=3", "level", "on", "Session", "level=2,linked"):
            refuse(f'invalid requirement "{word}" in "vneid_require", expected level=2, linked, session or off', word)
        refuse('invalid parameter "body=1k" in "vneid_require"', "linked body=1k")
        for size in ("2m", "-1", "much"):
            refuse(f'invalid size "{size}" for "max_body" in "vneid_require", expected 0 to 1m', f"linked max_body={size}")
        refuse('"vneid_require" without effect: "vneid" is off here', "session", vneid="")
        refuse('"vneid_require level=2" needs "required_level 2" in provider "bca"', "level=2",
               provider=self.provider(BASE + " required_level 1;"), at="vneid_require")
        self.assert_refused('"vneid_require" directive is duplicate',
                            location="location /g {{ vneid_require linked; vneid_require off; }}")
        self.assert_refused('invalid cookie name "a b" in "vneid_portal_cookie"', more='vneid_portal_cookie "a b";',
                            at="vneid_portal_cookie")
        self.assert_refused('invalid time "2h" for "vneid_session_grace"', more="vneid_session_grace 2h;",
                            at="vneid_session_grace")
        self.assert_accepted(more="vneid_require session; vneid_portal_cookie JSESSIONID; vneid_session_grace off;",
                             location="location /a {{ vneid_require level=2 max_body=1m; }} "
                                      "location /b {{ vneid_require off; }} location /c {{ vneid off; }} "
                                      "location /d {{ vneid_require linked max_body=0; }}")

    def test_paths_and_conditions_of_gates(self):
        self.assert_refused('invalid value "on" in "vneid_paths", expected strict, lower or off', more="vneid_paths on;")
        self.assert_refused('"vneid_paths" directive is duplicate', at="vneid_paths lower;",
                            more="vneid_paths off;\nvneid_paths lower;")
        self.assert_refused('"if=" of "vneid_require" must contain a variable', location="location /g {{ vneid_require linked if=1; }}")
        self.assert_refused('invalid parameter "if=$arg_a" in "vneid_require"', location="location /g {{ vneid_require off if=$arg_a; }}")
        for account in ("an", "$vneid_form_user", "$http_x_account", "$arg_account", "$cookie_account"):
            self.assert_refused('"account=" of "vneid_portal_cookie" must name a variable of the portal\'s answer',
                                more=f"vneid_portal_cookie SID account={account};")
        self.assert_accepted(more="vneid_paths lower; vneid_portal_cookie SID path=/ account=$upstream_http_x_account;",
                             location="location /g {{ vneid_require linked if=$arg_a max_body=1k; }}")

    def test_a_gate_of_http_in_a_server_without_vneid(self):
        self.assert_refused('"vneid_require" of http{} holds in this server, and "vneid" is off', at="server {",
                            limit="vneid_require linked;", vneid="vneid off;")
        self.assert_accepted(limit="vneid_require linked;", vneid="vneid off;", more="vneid_require off;")

    def test_a_date_without_a_gate_is_warned_of(self):
        warning = '"vneid_require session;" in the server'
        date = "vneid_policy personal notice enforce=2030-01-01;"
        self.assertIn(warning, self.warnings(more=date)[0])
        self.assertIn(warning, self.warnings(more="vneid_policy foreign pass closed=2030-01-01;",
                                             location="location /g {{ vneid_require session; }}")[0])
        self.assertEqual(self.warnings(more=date + "vneid_require session;"), [])
        self.assertEqual(self.warnings(more="vneid_policy personal notice;"), [])

    def test_names_of_variables_are_checked_later_than_their_line(self):
        """nginx knows its variables only at the end; the complaint is its own, without a line."""
        status, output = self.check(location=self.location("account=$no_such if=$no_such"))
        self.assertEqual(status, 1)
        self.assertIn('unknown "no_such" variable', output)

    def test_zone_and_its_pages(self):
        pages = "location = /m {{ vneid_metrics; }} location = /s {{ vneid_status; }}"
        for size in ("64k", "16m", "65536"):
            self.assert_accepted(zone=f"vneid_zone shared-1.x {size};", location=pages)
        for page in ("vneid_metrics", "vneid_status"):
            self.assert_refused('"vneid_metrics" and "vneid_status" need "vneid_zone" in http{}',
                                location=f"location = /m {{{{ {page}; }}}}", at=page)
        self.assert_refused('invalid size "63k" in "vneid_zone", expected 64k or more', zone="vneid_zone shared 63k;")
        self.assert_refused('invalid size "much"', zone="vneid_zone shared much;")
        self.assert_refused('invalid name "a/b" in "vneid_zone"', zone="vneid_zone a/b 64k;")
        self.assert_refused("invalid number of arguments", zone="vneid_zone shared;")
        self.assert_refused('"vneid_zone" directive is duplicate', at="vneid_zone b 64k;",
                            zone="vneid_zone a 64k;\nvneid_zone b 64k;")
        self.assert_refused("is already declared for a different use", at="vneid_zone taken",
                            limit="limit_req_zone $uri zone=taken:64k rate=1r/s;", zone="vneid_zone taken 64k;")
        self.assert_refused('"vneid_status" in a location that another directive answers already',
                            at="vneid_status", zone="vneid_zone shared 64k;",
                            location="location = /m {{ vneid_metrics;\nvneid_status; }}")
        self.assert_refused('"vneid_metrics" directive is not allowed here', more="vneid_metrics;")


if __name__ == "__main__":
    unittest.main()
