"""kill -9 of the worker, of PostgreSQL, of Redis and of the sealer at random moments while citizens link, officers undo
links, the portal writes records and the audit trail is sealed. Afterwards every account is either unlinked and whole or
linked and whole: one SQL query over all rows says so; and the trail is what was sealed."""
import os
import pathlib
import random
import signal
import subprocess
import sys
import threading
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "flows"))
from support import BUILD, LINKED, Citizen, StackTest, wait_until  # noqa: E402

KILLS = int(os.environ.get("VNEID_KILLS", "50"))
SEED = int(os.environ.get("VNEID_SEED", "20240701"))
CITIZENS_AT_ONCE = 8
# Few enough that all are linked soon, and those whose links were undone are linked again.
CITIZENS = 64

# As two officers, in one transaction: what ReviewQueue does.
UNDO = """
insert into review (kind, reference, account_id, provider, link_id, account_masked, other_masked, sides_sealed, reasons, created_at)
  select 'undo', 'UNDO-' || id, account_id, provider, id, '*', '*', 'x', '{{officer_asks}}', now() from link where id = {link};
update review set proposed_at = clock_timestamp(), proposed_by = 'lan', undo_reason = 'x' where reference = 'UNDO-{link}';
update review set state = 'approved', decided_at = clock_timestamp(), decided_by = 'minh' where reference = 'UNDO-{link}';
select undo_link({link})"""
LATE = """
insert into record (vault_id, portal_record, kind, title, number, doc_type_code, source, trust, owner_key)
  select v.id, 'late-{number}', 'paper', 'x', '{number}', 'L', 'dossier_result', 2,
    (select p.citizen_key from person p join link l on l.person_id = p.id where l.account_id = v.account_id limit 1)
  from vault v where v.account_id is not null order by random() limit 1;
insert into record_file select id, 'x.pdf', (select sha256 from file order by random() limit 1), 'application/pdf'
  from record where portal_record = 'late-{number}' and link_id is null"""


class Kills(StackTest):
    # What nginx says of a worker that was killed is what was done to it.
    allowed_log_lines = ("exited on signal 9",)
    stack_options = {"workers": 2}

    def setUp(self):
        self.over = threading.Event()
        self.linked = 0
        self.attempts = 0
        self.undone = self.late = 0
        self.unexpected = []
        self.lock = threading.Lock()
        self.sealed, self.sealer = 0, None
        self.heads, key = self.stack.folder / "heads", self.stack.folder / "audit_key"
        self.stack.vneidctl("audit", "key", key)
        self.signing, self.public = ["--key", key, "--heads", self.heads], f"{key}.pub"

    def keep_linking(self, cases):
        """Links one citizen after the other, whatever happens meanwhile, and from the start again when all are."""
        while not self.over.is_set():
            for case in cases:
                if self.over.is_set():
                    return
                try:
                    _, page = self.link(case, Citizen(timeout=30))
                    with self.lock:
                        self.attempts += 1
                        self.linked += LINKED in page.text
                except (OSError, LookupError, AssertionError, RuntimeError, ValueError) as expected:
                    # A connection that was cut, a 503 page without the button, a login that went through.
                    if not isinstance(expected, (OSError, LookupError, AssertionError)):
                        with self.lock:
                            self.unexpected.append(repr(expected))
                except Exception as cut:  # http.client's own errors for answers that were cut
                    with self.lock:
                        if type(cut).__module__ != "http.client":
                            self.unexpected.append(repr(cut))
                if self.attempts > 20000:
                    return

    def keep_undoing(self):
        """And the portal's own writing beside it."""
        while not self.over.is_set():
            try:
                link = self.stack.sql("select id from link where state = 'active' order by random() limit 1")
                if link:
                    self.stack.sql(UNDO.format(link=link))
                    self.undone += 1
                self.stack.sql(LATE.format(number=self.late))
                self.late += 1
            except subprocess.CalledProcessError as cut:
                # What was sent and not answered may have been done; anything else than a cut is no accident.
                if "server closed" not in cut.stderr and "connection" not in cut.stderr and "starting up" not in cut.stderr \
                        and "shutting down" not in cut.stderr and "recovery" not in cut.stderr and "record_name_once" not in cut.stderr:
                    self.unexpected.append(cut.stderr)
                self.late += 1
            self.over.wait(0.1)

    def keep_sealing(self):
        environment = {**os.environ, "VNEID_POSTGRES": self.stack.conninfo_as("root")}
        while not self.over.is_set():
            self.sealer = subprocess.Popen([BUILD / "core" / "vneidctl", "audit", "seal", *self.signing], env=environment,
                                           stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
            told = self.sealer.communicate()[1]
            self.sealed += self.sealer.returncode == 0
            # It may find no database, and what another one is just sealing; but nothing that was taken away.
            if self.sealer.returncode == 1 or "nothing is sealed over that" in told:
                self.unexpected.append(told)
            self.over.wait(0.05)

    def kill(self, what):
        if what == "worker":
            os.kill(random.choice(self.stack.worker_pids()), signal.SIGKILL)
        elif what == "sealer":
            if self.sealer is not None:
                self.sealer.kill()
        elif what == "redis":
            self.stack.stop_process("redis", signal.SIGKILL)
            self.stack.start_redis()
        else:
            postmaster = self.stack.postmaster_pid()
            children = pathlib.Path(f"/proc/{postmaster}/task/{postmaster}/children").read_text().split()
            self.stack.stop_postgres(signal.SIGKILL)
            # A new one does not start while one of them has its memory.
            wait_until(lambda: not any(pathlib.Path(f"/proc/{child}").exists() for child in children),
                       "the end of PostgreSQL's children")
            self.stack.start_postgres()

    def test_every_account_is_whole_after_fifty_kills(self):
        random.seed(SEED)
        begun = time.monotonic()
        cases = self.spare[:CITIZENS]
        threads = [threading.Thread(target=self.keep_linking, args=(cases[n::CITIZENS_AT_ONCE],))
                   for n in range(CITIZENS_AT_ONCE)] + [
                       threading.Thread(target=self.keep_undoing), threading.Thread(target=self.keep_sealing)]
        for thread in threads:
            thread.start()
        try:
            for number in range(KILLS):
                time.sleep(random.uniform(0.02, 0.6))  # a random moment is the point here
                self.kill(("worker", "redis", "postgres", "sealer")[number % 4])
        finally:
            self.over.set()
            for thread in threads:
                thread.join(120)
        self.assertEqual(self.unexpected, [])
        self.assertEqual(self.inconsistencies(), "")
        self.assertGreater(self.linked, 0)
        self.assertGreater(self.undone, 0)
        self.assertGreater(self.sealed, 0)
        self.assertEqual("t", self.stack.sql("select count(*) > count(distinct account_id) from link"),
                         "no account whose link was undone was linked again")
        self.assertGreater(int(self.stack.sql("select count(*) from audit_event where event = 'transfer.late'")), 0)
        # And all who did not get through can link now.
        wait_until(lambda: LINKED in self.link(self.stack.scenarios["happy3"])[1].text, "a link after the storm", 60)
        self.assertEqual(self.inconsistencies(), "")
        self.stack.vneidctl("audit", "seal", *self.signing)
        verdict = self.stack.vneidctl("audit", "verify", "--public", self.public, "--heads", self.heads, check=False)
        self.assertEqual(verdict.returncode, 0, verdict.stdout + verdict.stderr)
        print(f"\n{KILLS} kills, {self.attempts} callbacks, {self.linked} successes, {self.links()} links, "
              f"{self.undone} undone, {self.late} late records, {self.sealed} times sealed, seed {SEED}, "
              f"{time.monotonic() - begun:.0f} s")


if __name__ == "__main__":
    unittest.main()
