"""What the doctor says of Redis, PostgreSQL and the keys."""
import os
import shutil
import signal
import socketserver
import subprocess
import threading
import unittest

from doctor_case import WORKER, DoctorCase, wait_until
from stack import free_ports


class Healthy(DoctorCase):
    def test_all_is_well(self):
        findings = self.examine(server="vneid_portal_cookie sid; vneid_require session;",
                                http="vneid_policy personal notice enforce=2099-07-01;")
        self.assertEqual(findings.not_well(), [])
        self.assertEqual(findings.status, 0)
        for check, text in (
                ("nginx.test", "accepts"), ("nginx.signature", "fits nginx"), ("nginx.module_order", "last"),
                ("files.secret", "kept from others"), ("keys.ring", "1 sealing key"), ("keys.sample", "opens"),
                ("system.user", WORKER), ("redis.reach", "unix:"), ("redis.version", "is "),
                ("redis.memory_policy", "noeviction"), ("redis.memory", "full to"), ("redis.acl", "lets"), ("redis.tracking", "need not ask"),
                ("redis.role", "primary"), ("postgres.reach", "as www-data"), ("postgres.version", "is 1"),
                ("postgres.encoding", "UTF8"), ("postgres.schema", "as needed"), ("postgres.grants", "nothing else"),
                ("audit.seal", "no event of the audit trail waits"), ("postgres.statistics", "no table is large enough"), ("postgres.connections", "1 workers × 4"),
                ("provider.tls", "on this machine"), ("provider.discovery", "complete"), ("provider.issuer", "is the"),
                ("provider.algorithms", "RS256"), ("provider.pkce", "S256"), ("peer.clock", "agree"),
                ("provider.authentication", "client_secret_basic"), ("provider.keys", "usable"), ("provider.authorization", "answers"),
                ("provider.client", "accepts client portal"), ("population.reach", "answers"),
                ("site.redirect_uri", "https://portal.example/vneid/callback/bca"),
                ("site.policy", "enforce from 01/07/2099"), ("site.login", "names the account"),
                ("site.doors", "closes them"),
                ("system.clock", "clock")):
            self.expect(findings, "ok", check, text)

    def test_text_is_a_line_each(self):
        conf = self.write("doctor.conf", self.conf(), 0o644)
        done = self.run_doctor(conf)
        self.assertRegex(done.stdout, r"(?m)^ok +redis +answers the workers at unix:")
        self.assertRegex(done.stdout.splitlines()[-1], r"^0 wrong, 0 warnings, \d+ ok$")

    def test_changes_nothing(self):
        everything = "select string_agg(relname || n_tup_ins + n_tup_upd + n_tup_del, ',' order by relname) " \
                     "from pg_stat_user_tables"
        def keys():
            """Without those that live for a second, to see that Redis tells what it takes back."""
            return [key for key in self.stack.redis_cli("--scan").split() if b"session~beat:" not in key]
        before = self.stack.sql(everything), keys()
        self.examine()
        self.assertEqual((self.stack.sql(everything), keys()), before)
        self.assertEqual(self.stack.population_requests(), [])


class Redis(DoctorCase):
    def set_config(self, *pairs):
        self.stack.redis_cli("CONFIG", "SET", *pairs)

    def test_away(self):
        self.expect_only(self.examine(redis=f"127.0.0.1:{self.dead_port}"), "wrong", "redis.reach", "refused")

    def test_socket_is_not_there(self):
        findings = self.examine(redis="unix:/run/nowhere.sock")
        self.expect(findings, "wrong", "redis.reach", "No such file")
        self.assertIn("unixsocket /run/nowhere.sock", findings.of("redis.reach")[0]["cure"])

    @unittest.skipUnless(os.getuid() == 0, "needs root, to be the worker's user")
    def test_socket_is_not_the_workers(self):
        self.stack.redis_socket.chmod(0o700)
        self.addCleanup(self.stack.redis_socket.chmod, 0o777)
        self.expect_only(self.examine(), "wrong", "redis.reach", "Permission denied")

    def test_says_nothing(self):
        process = self.stack.processes["redis"]
        subprocess.run(["kill", "-STOP", str(process.pid)], check=True)
        self.addCleanup(subprocess.run, ["kill", "-CONT", str(process.pid)], check=True)
        self.expect_only(self.examine(), "wrong", "redis.reach", "no reply in time")

    def test_eviction(self):
        self.set_config("maxmemory-policy", "allkeys-lru")
        self.expect_only(self.examine(), "wrong", "redis.memory_policy", "allkeys-lru")

    def test_no_limit(self):
        self.set_config("maxmemory", "0")
        self.expect_only(self.examine(), "warning", "redis.memory", "maxmemory is not set")

    def test_full(self):
        used = int(next(line.split(b":")[1] for line in self.stack.redis_cli("INFO", "memory").splitlines()
                        if line.startswith(b"used_memory:")))
        self.set_config("maxmemory", str(used * 100 // 88))
        self.expect_only(self.examine(), "warning", "redis.memory", "is full to ")

    def test_replica(self):
        self.stack.redis_cli("REPLICAOF", "127.0.0.1", str(self.dead_port))
        self.addCleanup(self.stack.redis_cli, "REPLICAOF", "NO", "ONE")
        self.set_config("replica-serve-stale-data", "yes")
        self.expect(self.examine(), "wrong", "redis.role", "replica")

    def test_words_that_nginx_refuses(self):
        self.write("two_lines", "sesame\nsesame\n")
        for words, text in (("127.0.0.1:0", "invalid port"), ("127.0.0.1 db=x", "invalid number"),
                            ("127.0.0.1 password_file={}/two_lines".format(self.stack.folder), "must hold one line")):
            with self.subTest(words=words):
                self.expect(self.examine(redis=words), "wrong", "redis.reach", text)

    def test_loading(self):
        """A Redis that reads its file for as long as this test takes, a key every millisecond."""
        socket = self.stack.run / "loading.sock"
        command = ["redis-server", "--port", "0", "--unixsocket", socket, "--unixsocketperm", "777", "--dir", self.stack.run,
                   "--appendonly", "no", "--save", ""]

        def ask(*words):
            return subprocess.run(["redis-cli", "-s", socket, *words], capture_output=True, text=True).stdout

        self.stack.spawn("loading", command)
        self.addCleanup(self.stack.stop_process, "loading", signal.SIGKILL)
        wait_until(lambda: "PONG" in ask("PING"), "Redis")
        ask("EVAL", "for i = 1, 60000 do redis.call('SET', 'k' .. i, i) end", "0")
        ask("SAVE")
        self.stack.stop_process("loading", signal.SIGKILL)
        self.stack.spawn("loading", [*command, "--key-load-delay", "1000", "--loading-process-events-interval-bytes", "1024"])
        wait_until(lambda: "LOADING" in ask("GET", "k1"), "Redis that loads")
        self.expect_only(self.examine(redis=f"unix:{socket}"), "wrong", "redis.state", "is not ready")

    def test_older_than_what_is_needed(self):
        """No Debian has one any more: what it says of itself is enough."""
        old = OldRedis()
        self.addCleanup(old.close)
        findings = self.examine(redis=f"127.0.0.1:{old.port}")
        self.expect_only(findings, "wrong", "redis.version", "is 6.0.16, which has no GETEX and GETDEL")
        self.assertIn("6.2", findings.of("redis.version")[0]["cure"])

    def user(self, *rules):
        self.stack.redis_cli("ACL", "SETUSER", "web", "on", ">sesame", *rules)
        self.addCleanup(self.stack.redis_cli, "ACL", "DELUSER", "web")
        self.write("redis_password", "sesame\n")
        return f"unix:{self.stack.redis_socket} user=web password_file={self.stack.folder}/redis_password"

    def test_acl_refuses_a_command(self):
        redis = self.user("~vneid:*", "+@all", "-getdel")
        self.expect_only(self.examine(redis=redis), "wrong", "redis.acl", "refuses GETDEL under")

    def test_acl_refuses_the_prefix(self):
        redis = self.user("~other:*", "+@all")
        self.expect_only(self.examine(redis=redis), "wrong", "redis.acl", "prefix vneid:")

    def test_acl_refuses_transactions_and_nothing_is_carried_out(self):
        redis = self.user("~vneid:*", "+@all", "-multi")
        self.expect_only(self.examine(redis=redis), "wrong", "redis.acl", "MULTI")
        keys = self.stack.redis_cli("KEYS", "*").decode().split()
        self.assertEqual([key for key in keys if "beat:" not in key], [])

    def test_acl_of_what_is_used_is_enough(self):
        redis = self.user("~vneid:*", "+@read", "+@write", "+@scripting", "+@transaction", "+info", "+time")
        findings = self.examine(redis=redis)
        self.expect_only(findings, "warning", "redis.tracking", "every gated request asks it")
        cure = findings.of("redis.tracking")[0]["cure"]
        self.stack.redis_cli(*cure.split())
        self.assertEqual(self.examine(redis=redis).status, 0)

    def test_wrong_password(self):
        redis = self.user("~*", "+@all")
        self.write("redis_password", "wrong-secret\n")
        findings = self.examine(redis=redis)
        self.expect_only(findings, "wrong", "redis.reach", "AUTH")
        self.assertIn("password_file", findings.of("redis.reach")[0]["cure"])


class OldRedis:
    """Answers as Redis 6.0 does, as far as the doctor asks."""

    def __init__(self):
        class Handler(socketserver.StreamRequestHandler):
            def handle(self):
                while line := self.rfile.readline():
                    words = []
                    for _ in range(int(line[1:])):
                        length = int(self.rfile.readline()[1:])
                        words.append(self.rfile.read(length + 2)[:-2].decode())
                    self.wfile.write(self.answer(words))

            @staticmethod
            def answer(words):
                info = {"server": "redis_version:6.0.16", "replication": "role:master",
                        "memory": "used_memory:1\r\nmaxmemory:1000\r\nmaxmemory_policy:noeviction"}
                if words[0] == "INFO":
                    text = f"# {words[1]}\r\n{info[words[1]]}\r\n"
                    return f"${len(text)}\r\n{text}\r\n".encode()
                return {"EXISTS": b":0\r\n", "MULTI": b"+OK\r\n",
                        "EXEC": b"-EXECABORT Transaction discarded because of previous errors.\r\n",
                        "GET": b"-ERR wrong number of arguments for 'get' command\r\n"}.get(words[0], b"+QUEUED\r\n")

        self.server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler)
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()


class Postgres(DoctorCase):
    def conninfo(self, **words):
        words = {"host": self.stack.run, "dbname": "vneid", "user": "www-data"} | words
        return " ".join(f"{name}={value}" for name, value in words.items())

    def test_away(self):
        findings = self.examine(postgres=self.conninfo(host="/run/nowhere"))
        self.expect_only(findings, "wrong", "postgres.reach", "No such file")

    def test_standby(self):
        signal_file = self.stack.folder / "postgres" / "standby.signal"

        def restart():
            self.stack.stop_postgres()
            self.stack.start_postgres()

        def back():
            signal_file.unlink()
            restart()

        self.stack.stop_postgres()
        signal_file.touch()
        if os.getuid() == 0:
            shutil.chown(signal_file, "postgres", "postgres")
        self.addCleanup(back)
        self.stack.start_postgres()
        findings = self.examine()
        self.expect(findings, "wrong", "postgres.primary", "is a standby: nothing can be written")
        self.assertIn("primary in vneid_postgres", findings.of("postgres.primary")[0]["cure"])

    def test_no_role(self):
        findings = self.examine(postgres=self.conninfo(user="stranger"))
        self.expect_only(findings, "wrong", "postgres.reach", 'role "stranger" does not exist')
        self.assertIn("database create", findings.of("postgres.reach")[0]["cure"])

    def test_no_database(self):
        self.expect_only(self.examine(postgres=self.conninfo(dbname="nothing")), "wrong", "postgres.reach",
                         'database "nothing" does not exist')

    def test_no_entry_in_pg_hba(self):
        hba = self.stack.folder / "postgres" / "pg_hba.conf"
        before = hba.read_text()
        self.addCleanup(lambda: (hba.write_text(before), self.stack.sql("select pg_reload_conf()")))
        hba.write_text("local all www-data reject\n" + before)
        self.stack.sql("select pg_reload_conf()")
        wait_until(lambda: self.examine().of("postgres.reach")[0]["state"] == "wrong", "the new pg_hba.conf")
        findings = self.examine()
        self.expect_only(findings, "wrong", "postgres.reach", "pg_hba.conf")
        self.assertIn("Open it in pg_hba.conf", findings.of("postgres.reach")[0]["cure"])

    def test_files_that_libpq_opens(self):
        ca = self.write("db_ca.pem", "nothing\n", 0o644)
        for words, text in (({"sslmode": "verify-full"}, "sslmode=verify-full needs sslrootcert=FILE"),
                            ({"sslrootcert": "/nowhere/ca.pem"}, "sslrootcert /nowhere/ca.pem: No such file"),
                            ({"sslcert": ca}, "sslcert= needs sslkey=FILE"),
                            ({"passfile": ca}, "mode 0644")):
            with self.subTest(text):
                self.expect(self.examine(postgres=self.conninfo(**words)), "wrong", "postgres.reach", text)
        self.expect(self.examine(postgres=self.conninfo(sslrootcert=ca)), "wrong", "files.certificate", "holds no certificate")

    @unittest.skipUnless(os.getuid() == 0, "needs root, to keep a file from the workers")
    def test_file_that_only_root_reads(self):
        ca = self.write("db_ca.pem", "nothing\n", 0o600)
        self.expect(self.examine(postgres=self.conninfo(sslrootcert=ca)), "wrong", "postgres.reach", "Permission denied")

    def test_stalls(self):
        port, = free_ports(1)
        listener = subprocess.Popen(["python3", "-c", "import socket, time\n"
                                     f"s = socket.create_server(('127.0.0.1', {port}))\nprint(flush=True)\n"
                                     "c = s.accept()\ntime.sleep(60)"], stdout=subprocess.PIPE)
        self.addCleanup(listener.wait)
        self.addCleanup(listener.kill)
        self.addCleanup(listener.stdout.close)
        listener.stdout.readline()
        findings = self.examine(postgres=f"hostaddr=127.0.0.1 port={port} dbname=vneid user=web")
        self.expect_only(findings, "wrong", "postgres.reach", "in time")
        self.expect(findings, "ok", "redis.reach", "answers")

    def test_missing_grant(self):
        self.stack.sql("revoke select on link from vneid_app")
        self.addCleanup(self.stack.vneidctl, "schema", "migrate")
        self.expect_only(self.examine(), "wrong", "postgres.grants", "link")

    def test_grant_too_wide(self):
        self.stack.sql('grant delete on audit_event to "www-data"')
        self.addCleanup(self.stack.sql, 'revoke delete on audit_event from "www-data"')
        self.expect_only(self.examine(), "wrong", "postgres.grants", "audit_event")

    def test_owner_of_the_tables(self):
        self.expect_only(self.examine(postgres=self.conninfo(user="root")), "wrong", "postgres.grants", "owner")

    def test_superuser(self):
        self.expect_only(self.examine(postgres=self.conninfo(user="vneid")), "wrong", "postgres.grants", "superuser")

    def test_older_schema(self):
        last = self.stack.sql("select max(version) from schema_version")
        row = self.stack.sql(f"select name || ''',''' || sha256 from schema_version where version = {last}")
        self.stack.sql(f"delete from schema_version where version = {last}")
        self.addCleanup(self.stack.sql, f"insert into schema_version (version, name, sha256) values ({last}, '{row}')")
        findings = self.examine()
        self.expect_only(findings, "wrong", "postgres.schema", f"the schema is at {int(last) - 1}, this release needs")
        self.assertIn("schema migrate", findings.of("postgres.schema")[0]["cure"])

    def test_newer_schema(self):
        self.stack.sql("insert into schema_version (version, name, sha256) values (999, 'x', repeat('0', 64))")
        self.addCleanup(self.stack.sql, "delete from schema_version where version = 999")
        self.expect_only(self.examine(), "wrong", "postgres.schema", "a newer release was here")

    def test_changed_schema(self):
        sha = self.stack.sql("select sha256 from schema_version where version = 1")
        self.stack.sql("update schema_version set sha256 = repeat('0', 64) where version = 1")
        self.addCleanup(self.stack.sql, f"update schema_version set sha256 = '{sha}' where version = 1")
        self.expect_only(self.examine(), "wrong", "postgres.schema", "0001_accounts.sql is another")

    def test_table_is_missing(self):
        self.stack.sql("alter table link rename to link_gone")
        self.addCleanup(self.stack.sql, "alter table link_gone rename to link")
        self.expect(self.examine(), "wrong", "postgres.tables", "the database has no link")

    def test_no_schema(self):
        self.stack.sql('create database bare template template0')
        self.addCleanup(self.stack.sql, "drop database bare")
        self.expect(self.examine(postgres=self.conninfo(dbname="bare")), "wrong", "postgres.schema", "is at 0")

    def test_encoding(self):
        self.stack.sql("create database latin template template0 encoding 'LATIN1' locale 'C'")
        self.addCleanup(self.stack.sql, "drop database latin")
        self.expect(self.examine(postgres=self.conninfo(dbname="latin")), "wrong", "postgres.encoding", "LATIN1")

    def test_stale_statistics(self):
        self.stack.sql("create table crowd (n int); alter table crowd set (autovacuum_enabled = off);"
                       "insert into crowd select generate_series(1, 40000)")
        self.addCleanup(self.stack.sql, "drop table crowd")
        wait_until(lambda: int(self.stack.sql("select n_live_tup from pg_stat_user_tables where relname = 'crowd'"))
                   > 10000, "the statistics collector")
        self.expect_only(self.examine(), "warning", "postgres.statistics", "public.crowd (none known)")
        self.stack.sql("analyze crowd")
        self.expect(self.examine(), "ok", "postgres.statistics", "are fresh, the oldest 0 days old")
        self.stack.sql("insert into crowd select generate_series(1, 20000)")
        wait_until(lambda: int(self.stack.sql("select n_live_tup from pg_stat_user_tables where relname = 'crowd'"))
                   > 50000, "the statistics collector")
        self.expect_only(self.examine(), "warning", "postgres.statistics", "public.crowd (0 days old)")

    def test_statistics_are_unknown(self):
        """A crash, a restore and pg_upgrade empty the counters, and the doctor said \"fresh\"."""
        self.stack.sql("create table crowd (n int); alter table crowd set (autovacuum_enabled = off);"
                       "insert into crowd select generate_series(1, 40000)")
        self.addCleanup(self.stack.sql, "drop table crowd")
        wait_until(lambda: int(self.stack.sql("select n_live_tup from pg_stat_user_tables where relname = 'crowd'"))
                   > 10000, "the statistics collector")

        def forget():
            self.stack.sql("select pg_stat_reset_single_table_counters('crowd'::regclass)")
            self.assertEqual(self.stack.sql("select n_live_tup from pg_stat_user_tables where relname = 'crowd'"), "0")
            self.expect_only(self.examine(), "warning", "postgres.statistics", "public.crowd (none known)")
        forget()
        self.stack.sql("analyze crowd")
        forget()

    def test_trail_is_not_sealed(self):
        self.addCleanup(self.stack.sql, "delete from audit_pending")
        self.stack.sql("delete from audit_pending")  # what the import of closed accounts has told
        self.stack.sql("insert into audit_event (at, event, result) values (now(), 'x', 'ok')")
        self.expect(self.examine(), "ok", "audit.seal", "no event of the audit trail waits")
        self.stack.sql("update audit_pending set since = now() - interval '1 hour'")
        self.expect_only(self.examine(), "warning", "audit.seal",
                         "1 events of the audit trail wait to be sealed, the oldest for 60 minutes")

    def test_too_many_connections(self):
        self.expect_only(self.examine(postgres_options="connections=300"), "wrong", "postgres.connections",
                         "1 workers × 300 connections = 300")
        self.expect_only(self.examine(postgres_options="connections=150"), "warning", "postgres.connections",
                         "twice that during a reload")

    def test_password_is_not_told(self):
        self.write("pg_password", "sesame\n")
        self.examine(postgres=self.conninfo(user="stranger", password="sesame"),
                     postgres_options=f"password_file={self.stack.folder}/pg_password")


class Keys(DoctorCase):
    def keys(self, name="other_keys"):
        path = self.stack.folder / name
        path.unlink(missing_ok=True)
        self.stack.vneidctl("keys", "generate", path)
        return path

    def test_missing(self):
        findings = self.examine(keys=self.stack.folder / "nowhere")
        self.expect(findings, "wrong", "keys.ring", "No such file")
        self.expect(findings, "wrong", "files.secret", "nowhere: No such file")
        self.expect(findings, "wrong", "nginx.test", "refuses")
        self.expect(findings, "ok", "redis.reach", "answers")

    def test_garbage(self):
        self.expect(self.examine(keys=self.write("bad_keys", "seal x nonsense\n")), "wrong", "keys.ring", "line 1")

    def test_world_readable(self):
        keys = self.keys()
        keys.chmod(0o644)
        findings = self.examine(keys=keys)
        self.expect(findings, "wrong", "files.secret", "mode 0644: everybody on this machine")
        self.assertIn(f"chmod 600 {keys}", [finding["cure"] for finding in findings])

    def test_others_than_those_of_the_database(self):
        self.expect_only(self.examine(keys=self.keys()), "wrong", "keys.sample", "does not open")


if __name__ == "__main__":
    unittest.main()
