"""What sysadmins and machines do wrong, and who says so: nginx -t, `vneidctl doctor`, the error log.

A case: what it is, what of the configuration or the world it changes, and what must be said. `conf` replaces text of
nginx.conf; `do` and `undo` change the world. `test`, `doctor`, `log`: patterns of what each must say; a case names one
at least, and none takes a running nginx down. `log` is what a citizen's login leaves there. The deployment without any of
them gets not a line out of nginx and doctor, so what is said is said of the case; patterns of the doctor name the subject
all the same, lest nginx's refusal, which it passes on, speak for it."""
import dataclasses
import typing


@dataclasses.dataclass
class Case:
    name: str
    conf: tuple = ()                 # pairs: text of nginx.conf, what stands there instead
    do: typing.Callable = lambda s: None
    undo: typing.Callable = lambda s: None
    test: str = ""                   # nginx -t refuses or warns with this
    doctor: str = ""
    log: str = ""
    advice: tuple = ()               # patterns of what the doctor says that is no mistake, and that there is to be done
    asked_as: str = ""               # the user who runs the doctor; empty: root
    reload: bool = True              # nginx takes it (with a warning at most)


SECRET = "client_secret_file {folder}/client_secret;"
ISSUER = "issuer             {issuer} allow_http;"
REDIS = "vneid_redis    unix:{redis} timeout=2s;"
ROLE = "user={worker}"


def refused(name, conf, test, doctor="", **more):
    return Case(name, conf, test=test, doctor=doctor, reload=False, **more)


def secret_instead(line):
    return ((SECRET, line),)


def sql(text):
    return lambda stack: stack.sql(text)


def redis(*words):
    return lambda stack: stack.redis_cli(*words)


def mode(name, bits):
    return lambda stack: (stack.folder / name).chmod(bits)


def provider(**switches):
    return lambda stack: stack.provider_control(**switches)


FILES = [
    refused("key file is missing", (("{keys};", "{folder}/none;"),), 'vneid_keys.*No such file',
            "wrong vneid_keys: .*/none: No such file"),
    refused("key file for everybody", (("{keys};", "{folder}/open_keys;"),), r"mode 0644.*chmod 640",
            "wrong vneid_keys: .*has mode 0644: everybody"),
    refused("key file is garbage", (("{keys};", "{folder}/garbage;"),), "vneid_keys.*line 1", "wrong keys: .*line 1"),
    Case("key file that the operator cannot read", asked_as="nobody",
         doctor="warning keys: .*/keys cannot be read by nobody.*Run vneidctl doctor as root"),
    refused("client secret is missing", secret_instead("client_secret_file {folder}/none;"), "No such file",
            "wrong client_secret_file: .*/none: No such file"),
    refused("client secret for everybody", secret_instead("client_secret_file {folder}/open_secret;"), r"mode 0644.*chmod 640",
            "wrong client_secret_file: .*has mode 0644: everybody"),
    refused("client secret is empty", secret_instead("client_secret_file {folder}/empty;"), "is empty",
            "wrong client_secret_file: .*is empty"),
    refused("client key of a kind nobody signs with (Ed25519)", secret_instead("client_key_file {folder}/ed25519.pem;"),
            "not RSA of 2048 to 8192 bits or EC"),
    refused("client key of a kind nobody signs with (P-521)", secret_instead("client_key_file {folder}/p521.pem;"),
            "not RSA of 2048 to 8192 bits or EC"),
    refused("client key with a passphrase", secret_instead("client_key_file {folder}/locked.pem;"), "without a passphrase"),
    refused("certificates that are none", secret_instead(SECRET + " trusted_certificate {folder}/garbage;"), "holds no certificate",
            "wrong trusted_certificate: .*holds no certificate"),
    refused("certificates cut in the middle", secret_instead(SECRET + " trusted_certificate {folder}/cut.pem;"),
            "is broken behind certificate 1"),
    refused("templates folder is missing", (("vneid_keys ", "vneid_templates {folder}/none; vneid_keys "),), "is not a folder",
            "wrong vneid_templates: .*/none: No such file"),
]

DIRECTIVES = [
    refused("claim without a name", secret_instead(SECRET + ' claim level "";'), 'claim "level" has an empty name'),
    refused("provider over http", ((ISSUER, "issuer http://sso.example;"),), 'is not https'),
    refused("population database over http", (("endpoint     {population} allow_http;", "endpoint http://csdl.example;"),), "is not https"),
    refused("no secret at all", secret_instead(""), 'needs either "client_secret_file" or "client_key_file"'),
    refused("unknown provider in vneid", (("vneid        bca;", "vneid nobody;"),), 'unknown provider "nobody"'),
    refused("PostgreSQL by a host name", (("host={run} ", "host=db.example "),), "vneid_postgres.*is a name"),
    refused("Redis socket with a path too long", ((REDIS, "vneid_redis unix:/" + "s" * 120 + ";"),), "too long path in the unix domain socket"),
    refused("cut-over dates in the wrong order", (("vneid_path ", "vneid_policy personal notice enforce=2030-01-01 closed=2029-01-01; vneid_path "),),
            "vneid_policy"),
    refused("metrics without shared memory", (("location = /dang-xuat", "location = /m {{ vneid_metrics; }} location = /dang-xuat"),
                                              ("vneid_zone ", "#")), 'need "vneid_zone"'),
    refused("two providers of one name", (("vneid_population csdl", "vneid_provider bca {{ issuer https://a; client_id b; " + SECRET + " }} vneid_population csdl"),),
            'provider "bca" is duplicate'),
    Case("another filter module loaded later", (("pid ", "load_module {modules}/ngx_http_subs_filter_module.so;\npid "),),
         test="stands before that of \"ngx_http_subs_filter_module\"", doctor="wrong module: is loaded before ngx_http_subs_filter_module"),
    refused("module of another nginx", (("load_module {module};", "load_module {folder}/other/ngx_http_vneid_module.so;"),),
            "not binary compatible", "wrong module: .*built for another nginx"),
    Case("names that no redirect URI is for", (("server_name localhost;", "server_name localhost *.example;"), ("vneid_origin {url};", "")),
         test=r'server name "\*.example" end at "https://localhost"'),
    Case("two names, and one address registered at the provider",
         (("server_name localhost;", "server_name localhost www.Localhost;"), ("vneid_origin {url};", "")),
         advice=("redirect URI https://localhost/vneid/callback/bca", r"redirect URI https://www\.localhost/vneid/callback/bca",
                 r"back-channel logout URI https://www\.localhost/vneid/backchannel-logout/bca")),
    Case("a login recognised by its form alone", (("account=$upstream_http_x_portal_account kind=$upstream_http_x_portal_kind",
                                                   "account=$vneid_form_username if=$upstream_http_location"),),
         doctor=r"warning \S+: login at = /dang-nhap: .*\(\$vneid_form_username\)"),
    Case("a login recognised by what only looks like the portal's word",
         (("account=$upstream_http_x_portal_account kind=$upstream_http_x_portal_kind",
           "account=$upstream_status$vneid_form_username if=$upstream_http_location"),),
         doctor=r"warning \S+: login at = /dang-nhap: .*\(\$upstream_status\$vneid_form_username\)"),
    Case("a rehearsal that was forgotten", (("vneid_keys ", "vneid_rehearsal on; vneid_keys "),),
         doctor="warning rehearsal: vneid_rehearsal is on"),
    Case("a gate without the portal's cookie", (("vneid_path ", "location /x {{ vneid_require level=2; return 200; }} vneid_path "),),
         doctor=r"warning \S+: gate at /x: .*without vneid_portal_cookie"),
]

REDIS_CASES = [
    Case("Redis is away", do=lambda s: s.stop_process("redis"), undo=lambda s: s.start_redis(),
         doctor="wrong redis: the workers cannot reach it: .*No such file", log="let through without the notice: redis at unix"),
    Case("Redis socket that is not there", ((REDIS, "vneid_redis unix:{folder}/none.sock;"),), test="there is no Redis at",
         doctor=r"wrong redis: the workers cannot reach it: .*none\.sock", log=r"let through without the notice: .*none\.sock"),
    Case("Redis wants a password", do=redis("CONFIG", "SET", "requirepass", "nobody-knows"),
         undo=redis("--no-auth-warning", "-a", "nobody-knows", "CONFIG", "SET", "requirepass", ""),
         doctor="wrong redis: the workers cannot reach it: .*NOAUTH", log=r"\[emerg\].*Redis is misconfigured.*NOAUTH"),
    Case("Redis user without its commands", ((REDIS, "vneid_redis unix:{redis} user=web password_file={folder}/client_secret;"),),
         do=redis("ACL", "SETUSER", "web", "on", ">demo-client-secret-of-no-value", "~*", "+get", "+ping"),
         undo=redis("ACL", "DELUSER", "web"), doctor="wrong redis: the ACL refuses ", log=r"\[emerg\].*Redis is misconfigured.*NOPERM"),
    Case("Redis database that is not there", ((REDIS, "vneid_redis unix:{redis} db=99;"),),
         doctor='wrong redis: the workers cannot reach it: .*"db=" of vneid_redis is no database',
         log=r"\[emerg\].*Redis is misconfigured.*db="),
    Case("Redis socket for its own user only", do=lambda s: s.redis_socket.chmod(0o700), undo=lambda s: s.redis_socket.chmod(0o777),
         doctor="wrong redis: the workers cannot reach it: .*Permission denied", log=r"\[emerg\].*Redis is misconfigured.*Permission denied"),
    Case("Redis throws sessions away under pressure", do=redis("CONFIG", "SET", "maxmemory-policy", "allkeys-lru"),
         undo=redis("CONFIG", "SET", "maxmemory-policy", "noeviction"),
         doctor="wrong redis: maxmemory-policy is allkeys-lru"),
    Case("Redis without a limit", do=redis("CONFIG", "SET", "maxmemory", "0"), undo=redis("CONFIG", "SET", "maxmemory", "100mb"),
         doctor="warning redis: maxmemory is not set"),
]

POSTGRES = [
    Case("PostgreSQL is away", do=lambda s: s.stop_postgres(), undo=lambda s: s.start_postgres(),
         doctor="wrong postgres: the workers cannot use it: .*No such file", log="let through without the notice: postgres: connection"),
    Case("PostgreSQL role that is not there", ((ROLE, "user=nobody_here"),),
         doctor='wrong postgres: the workers cannot use it: .*role "nobody_here" does not exist',
         log=r"\[emerg\].*PostgreSQL is misconfigured.*28000"),
    Case("PostgreSQL database that is not there", (("dbname=vneid", "dbname=nothing"),),
         doctor='wrong postgres: the workers cannot use it: .*database "nothing" does not exist',
         log=r"\[emerg\].*PostgreSQL is misconfigured.*3D000"),
    Case("a grant is missing", do=sql("revoke insert (event) on audit_event from vneid_app"),
         undo=sql("grant insert (event) on audit_event to vneid_app"),
         doctor=r"wrong postgres: \S+ lacks INSERT \(event\) on audit_event"),
    Case("a table may not be read", do=sql("revoke select on account from vneid_app"), undo=sql("grant select on account to vneid_app"),
         doctor=r"wrong postgres: \S+ lacks SELECT on account", log=r"\[emerg\].*PostgreSQL is misconfigured.*permission denied for table account"),
    Case("a grant is too wide", do=sql("grant delete on audit_event to vneid_app"), undo=sql("revoke delete on audit_event from vneid_app"),
         doctor=r"wrong postgres: \S+ needs no DELETE on audit_event"),
    Case("workers are superusers", ((ROLE, "user=vneid"),), doctor="wrong postgres: vneid is a superuser"),
    Case("the schema is too old", do=sql("create table kept as select * from schema_version; delete from schema_version where version > 2"),
         undo=sql("delete from schema_version; insert into schema_version select * from kept; drop table kept"),
         doctor="wrong postgres: the schema is at 2, this release needs", log=r"\[emerg\].*PostgreSQL is misconfigured.*schema has version 2"),
    Case("a table is missing", do=sql("alter table link rename to link_gone"), undo=sql("alter table link_gone rename to link"),
         doctor="wrong postgres: the database has no link", log=r"\[emerg\].*PostgreSQL is misconfigured.*42P01"),
    Case("statistics of before the import", do=sql(
        "alter table notice_choice set (autovacuum_enabled = off); "
        "insert into notice_choice (account_id, notice_version, choice, at) select (select min(id) from account), 'x', 'skip', "
        "now() from generate_series(1, 30000); select pg_stat_force_next_flush()"),
        undo=sql("alter table notice_choice reset (autovacuum_enabled); analyze notice_choice"),
         doctor="warning postgres: old statistics make links slow: .*notice_choice"),
    refused("PostgreSQL's certificate is to be checked, and by nothing", ((ROLE, ROLE + " sslmode=verify-full"),),
            "sslmode=verify-full needs sslrootcert=", "wrong postgres: .*needs sslrootcert="),
    refused("PostgreSQL's CA is missing", ((ROLE, ROLE + " sslmode=verify-full sslrootcert={folder}/none"),),
            "sslrootcert .*/none: No such file", "wrong postgres: .*sslrootcert .*/none: No such file"),
    refused("PostgreSQL's CA is root's alone to read", ((ROLE, ROLE + " sslmode=verify-full sslrootcert={folder}/roots_ca.pem"),),
            r"roots_ca\.pem: \S+, who opens it, may not read it", "wrong postgres: .*roots_ca.pem: Permission denied"),
    refused("PostgreSQL's CA is none", ((ROLE, ROLE + " sslrootcert={folder}/open_secret"),), "holds no certificate",
            "wrong vneid_postgres: .*holds no certificate"),
    refused("PostgreSQL's client key for everybody", ((ROLE, ROLE + " sslcert={folder}/ca.pem sslkey={folder}/open_secret"),),
            "mode 0644.*libpq does not take it.*chmod 6", "wrong postgres: .*mode 0644"),
    refused("PostgreSQL's client certificate without its key", ((ROLE, ROLE + " sslcert={folder}/ca.pem"),), "sslcert= needs sslkey=",
            "wrong postgres: .*sslcert= needs sslkey="),
    refused("PostgreSQL's passwords for the group", ((ROLE, ROLE + " passfile={folder}/client_pass"),), "mode 0640.*chmod 600",
            "wrong postgres: .*mode 0640"),
    refused("sslmode of another spelling", ((ROLE, ROLE + " sslmode=verify_full"),), 'sslmode "verify_full" is not known',
            'wrong postgres: sslmode "verify_full" is not known'),
]

PROVIDERS = [
    Case("provider is away", do=lambda s: s.stop_process("provider"), undo=lambda s: s.start_provider(),
         doctor="wrong provider bca: no answer", log="provider bca: discovery: localhost: Couldn't connect"),
    Case("issuer with another path", ((ISSUER, "issuer {issuer}/realms/none allow_http;"),),
         doctor="wrong provider bca: .*answers with status 404", log="provider bca: discovery: status 404"),
    Case("provider calls itself by another name", do=provider(discovery_other_issuer=True), undo=provider(reset=True),
         doctor="wrong provider bca: it says to be https://somebody-else.example", log="provider bca: discovery: issuer is not"),
    Case("wrong client secret", secret_instead("client_secret_file {folder}/population_secret;"),
         doctor="wrong provider bca: refuses client portal"),
    Case("provider without keys", do=provider(jwks_empty=True), undo=provider(reset=True), doctor="wrong provider bca: no usable key"),
    Case("provider answers with a firewall's page", do=provider(html_200_discovery=True), undo=provider(reset=True),
         doctor="wrong provider bca: .*is no discovery document", log="provider bca: discovery"),
    Case("provider's certificate has expired", ((ISSUER, "issuer {expired}; trusted_certificate {ca};"),),
         doctor="wrong provider bca: .*certificate has expired", log="provider bca: discovery: localhost: SSL peer certificate"),
    Case("provider's clock is off", ((ISSUER, "issuer {hasty} allow_http;"),),
         doctor=r"wrong provider bca: this machine's clock is \d+ s behind"),
    Case("population database is away", do=lambda s: s.stop_process("population"), undo=lambda s: s.start_population(),
         doctor="wrong population csdl: no answer"),
]

CASES = FILES + DIRECTIVES + REDIS_CASES + POSTGRES + PROVIDERS
