"""What a link costs: the core's own transaction (link_bench, which links.py runs) on a PostgreSQL of its own, in turns
with that of an older tree and with pgbench that runs the best hand-written SQL of the same effect (hand_written.sql).

    cmake --preset release -B build/bench -DVNEID_BENCH=ON -DVNEID_MODULE=OFF && ninja -C build/bench link_bench
    links.py [--old TREE] [--rounds N] [--links N] [--records N] [--durable]   links a second, 1, 4 and 16 at a time; WAL a link
    links.py --growth 10000,1000000 [--rounds N]                      links a second by the number of accounts

TREE is a checkout with a link_bench of its own in build/bench. An older one gets it thus: copy tests/bench/link_bench.cpp
and the lines of VNEID_BENCH in CMakeLists.txt and tests/CMakeLists.txt.

--durable waits for the disk at each commit; without it, it is as with a controller that has a battery. --growth takes
statistics from before go-live: of empty tables, and autovacuum never refreshes them."""
import argparse
import contextlib
import os
import pathlib
import re
import shutil
import statistics
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
TREE = HERE.parents[1]
sys.path.insert(0, str(TREE / "config" / "demo"))
from stack import postgres_bin  # noqa: E402

AT_ONCE = (1, 4, 16)
ROLES = ("owner", "app", "officer", "reader", "auditor")
SEEDED_AT_ONCE = 10_000


class Cluster:
    """A PostgreSQL with Debian's settings but for what is said here."""

    def __init__(self, settings):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="vneid-links-"))
        self.as_user = []
        if os.getuid() == 0:
            shutil.chown(self.folder, "postgres")
            self.folder.chmod(0o755)
            self.as_user = ["runuser", "-u", "postgres", "--"]
        self.settings = {"listen_addresses": "", "unix_socket_directories": self.folder, "autovacuum": "off",
                         "max_wal_size": "8GB", "checkpoint_timeout": "1h", **settings}

    def __enter__(self):
        self.control("initdb", "-D", self.folder / "data", "-U", "bench", "-E", "UTF8", "--locale=C.UTF-8", "-A", "trust")
        options = " ".join(f"-c {name}={value}" for name, value in self.settings.items())
        self.control("pg_ctl", "-D", self.folder / "data", "-l", self.folder / "log", "-w", "-o", options, "start")
        for role in ROLES:
            self.sql("postgres", f"create role vneid_{role}")
        return self

    def __exit__(self, *_):
        self.control("pg_ctl", "-D", self.folder / "data", "-m", "immediate", "stop")
        shutil.rmtree(self.folder)

    def control(self, program, *arguments):
        subprocess.run([*self.as_user, postgres_bin() / program, *arguments], check=True, stdout=subprocess.DEVNULL, cwd="/")

    def conninfo(self, database):
        return f"host={self.folder} user=bench dbname={database}"

    def psql(self, database, *arguments, **options):
        return subprocess.run(["psql", "-XAtq", "-v", "ON_ERROR_STOP=1", "-d", self.conninfo(database), *arguments],
                              check=True, text=True, **options)

    def sql(self, database, statement):
        return self.psql(database, "-c", statement, stdout=subprocess.PIPE).stdout.strip()

    def flush(self):
        self.sql("postgres", "checkpoint")
        return self.sql("postgres", "select pg_current_wal_insert_lsn()")

    def written_since(self, position):
        return int(self.sql("postgres", f"select (pg_current_wal_insert_lsn() - '{position}')::bigint"))


class Contender:
    """A database, and who links its accounts, one after the other."""

    def __init__(self, cluster, name, tree, keys, seeder):
        self.cluster, self.name, self.database, self.keys, self.seeder = cluster, name, name, keys, seeder
        self.program = tree / "build" / "bench" / "tests" / "link_bench"
        self.next = 1
        cluster.sql("postgres", f"create database {self.database}")
        for file in sorted((tree / "config" / "schema").glob("*.sql")):
            cluster.psql(self.database, "-1", "-f", file, stderr=subprocess.DEVNULL)
        cluster.sql(self.database, "analyze")

    def seed(self, accounts, records):
        for first in range(1, accounts + 1, SEEDED_AT_ONCE):
            count = min(SEEDED_AT_ONCE, accounts + 1 - first)
            with subprocess.Popen([self.seeder, "seed", self.keys, str(first), str(count), str(records)],
                                  stdout=subprocess.PIPE) as rows:
                self.cluster.psql(self.database, stdin=rows.stdout)
            if rows.returncode:
                sys.exit("seeding failed")
        for sequence, last in (("account", accounts), ("vault", accounts), ("record", accounts * records)):
            self.cluster.sql(self.database, f"select setval('{sequence}_id_seq', {last})")

    def link(self, count, at_once, stride=1):
        """Links a second. The first of each connection, which plan, are not counted."""
        first, self.next = self.next, self.next + count * stride
        done = subprocess.run([self.program, "run", self.keys, self.cluster.conninfo(self.database), str(first), str(count),
                               str(at_once), str(stride)], check=True, text=True, stdout=subprocess.PIPE)
        seconds, links = done.stdout.split()
        return int(links) / float(seconds)


class HandWritten(Contender):
    """pgbench. Its first transactions plan too, so they run twice as many."""

    def link(self, count, at_once, stride=1):
        each = count // at_once
        first, self.next = self.next, self.next + each * at_once
        done = subprocess.run(["pgbench", "-n", "-M", "prepared", "-f", HERE / "hand_written.sql", "-c", str(at_once), "-j",
                               str(min(at_once, os.cpu_count())), "-t", str(each), "-D", f"first={first}", "-D", "turn=-1",
                               "-D", f"at_once={at_once}", self.cluster.conninfo(self.database)],
                              check=True, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        if f"actually processed: {count}/{count}" not in done.stdout:
            sys.exit(done.stdout + done.stderr)
        return float(re.search(r"tps = ([\d.]+) \(without", done.stdout).group(1))


def in_turns(contenders, rounds, burst):
    """{name: links a second in each round}; whoever begins changes."""
    rates = {each.name: [] for each in contenders}
    for number in range(rounds):
        turn = number % len(contenders)
        for each in contenders[turn:] + contenders[:turn]:
            rates[each.name].append(burst(each))
    return rates


def ratio(rates, one, other):
    return statistics.median(a / b for a, b in zip(rates[one], rates[other]))


def speed(contenders, rounds, counts):
    for at_once in AT_ONCE:
        rates = in_turns(contenders, rounds, lambda each: each.link(counts[at_once], at_once))
        told = "  ".join(f"{name} {statistics.median(rate):6.0f}/s" for name, rate in rates.items())
        against = "  ".join(f"new : {other} = {ratio(rates, 'new', other):.2f}" for other in rates if other != "new")
        print(f"{at_once:3} at a time: {told}  {against}", flush=True)


def write_ahead(contenders, count):
    for pages in ("off", "on"):
        contenders[0].cluster.psql("postgres", "-c", f"alter system set full_page_writes = {pages}")
        contenders[0].cluster.sql("postgres", "select pg_reload_conf()")
        told = []
        for each in contenders:
            position = each.cluster.flush()
            each.link(count, 4)
            told.append(f"{each.name} {each.cluster.written_since(position) / count / 1000:5.1f} kB")
        print(f"WAL a link, full_page_writes {pages}, {count} links after a checkpoint: " + "  ".join(told), flush=True)


def compare(given, keys):
    counts = {1: given.links, 4: 2 * given.links, 16: 4 * given.links}
    logged = 2 * given.links
    accounts = given.rounds * sum(counts.values()) + 2 * logged
    settings = {"shared_buffers": "1GB", "fsync": "on" if given.durable else "off"}
    with Cluster(settings) as cluster:
        seeder = TREE / "build" / "bench" / "tests" / "link_bench"
        contenders = [Contender(cluster, "new", TREE, keys, seeder), HandWritten(cluster, "pgbench", TREE, keys, seeder)]
        if given.old:
            contenders.append(Contender(cluster, "old", given.old, keys, seeder))
        for each in contenders:
            each.seed(accounts, given.records)
            cluster.sql(each.database, "vacuum analyze")
        print(f"{given.records} records an account, {accounts} accounts, {given.rounds} rounds"
              f"{'' if given.durable else ', fsync off'}")
        speed(contenders, given.rounds, counts)
        write_ahead(contenders, logged)
        rows = cluster.sql("new", "select relname || ' ' || n_tup_upd || ' (HOT ' || n_tup_hot_upd || ')' from"
                                  " pg_stat_user_tables where n_tup_upd > 0 order by 1")
        print("rows updated by the new tree's links: " + (rows.replace("\n", ", ") or "none"))


def growth(given, keys):
    """Accounts all over the table, as people come."""
    sizes = [int(size) for size in given.growth.split(",")]
    count = min(sizes) // given.rounds // 2
    with Cluster({"shared_buffers": "2GB", "fsync": "off"}) as cluster:
        seeder = TREE / "build" / "bench" / "tests" / "link_bench"
        contenders = []
        for size in sizes:
            contenders.append(Contender(cluster, f"accounts_{size}", given.tree, keys, seeder))
            contenders[-1].seed(size, 1)
        stride = {each.name: size // (count * given.rounds) for each, size in zip(contenders, sizes)}
        rates = in_turns(contenders, given.rounds, lambda each: each.link(count, 4, stride[each.name]))
        for each in contenders:
            print(f"{each.name}: {statistics.median(rates[each.name]):.0f}/s,"
                  f" {ratio(rates, each.name, contenders[0].name):.2f} of {contenders[0].name}", flush=True)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--old", type=pathlib.Path, help="the tree to compare with")
    parser.add_argument("--tree", type=pathlib.Path, default=TREE, help="with --growth: the tree to measure")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--links", type=int, default=200, help="a round at one at a time; 2 and 4 times as many at 4 and 16")
    parser.add_argument("--records", type=int, default=20)
    parser.add_argument("--durable", action="store_true")
    parser.add_argument("--growth")
    given = parser.parse_args()
    with contextlib.closing(tempfile.NamedTemporaryFile()) as keys:
        os.chmod(keys.name, 0o600)
        program = TREE / "build" / "bench" / "tests" / "link_bench"
        keys.write(subprocess.run([program, "keys"], check=True, stdout=subprocess.PIPE).stdout)
        keys.flush()
        (growth if given.growth else compare)(given, keys.name)


if __name__ == "__main__":
    main()
