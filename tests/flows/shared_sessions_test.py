"""Sessions in shared memory (design D16): two hosts, of several workers each, on one Redis. A session that is over is felt
where it ended at once, and on the other host within a second, whatever befalls what Redis tells."""
import http.client
import os
import re
import signal
import threading
import time
import unittest

from gate_test import GATED, NAVIGATION, open_office
from support import Stack, StackTest, wait_until
from stack import free_ports, port_open


class TwoHosts(Stack):
    """A second nginx with memory of its own, on the same stores."""

    def start_nginx(self):
        super().start_nginx()
        [self.other_port] = free_ports(1)
        run = self.run / "other"
        run.mkdir(exist_ok=True)
        conf = self.nginx_conf().replace(f"listen 127.0.0.1:{self.port};", f"listen 127.0.0.1:{self.other_port};")
        conf = conf.replace(f"pid {self.run}/nginx.pid", f"pid {run}/nginx.pid")
        conf = re.sub(r"/tmp-(body|proxy|fastcgi|uwsgi|scgi);", r"/other-tmp-\1;", conf)
        path = self.folder / "other.conf"
        path.write_text(conf)
        self.spawn("nginx-other", ["/usr/sbin/nginx", "-p", self.folder, "-c", path], env=self.nginx_environment())
        wait_until(lambda: port_open(self.other_port), "the other nginx")

    def stop(self):
        self.stop_process("nginx-other", signal.SIGQUIT)
        super().stop()


class Citizens(threading.Thread):
    """Somebody with a session who asks both hosts all the time, over connections of his own."""

    def __init__(self, stack, cookie):
        super().__init__(daemon=True)
        self.stack, self.cookie = stack, cookie
        self.over = False
        self.answers = []  # of both hosts: (host, began, status)
        self.start()

    def run(self):
        hosts = {port: http.client.HTTPConnection("127.0.0.1", port, timeout=20)
                 for port in (self.stack.port, self.stack.other_port)}
        while not self.over:
            for port, connection in hosts.items():
                began = time.monotonic()
                connection.request("GET", GATED, headers={"Cookie": self.cookie, "Host": f"localhost:{self.stack.port}",
                                                          **NAVIGATION})
                answer = connection.getresponse()
                answer.read()
                self.answers.append((port, began, answer.status))
        for connection in hosts.values():
            connection.close()

    def admitted(self, port, after):
        """How long after the moment the host let the session in last, in seconds; 0: never."""
        return max((began - after for where, began, status in self.answers
                    if where == port and status == 200 and began > after), default=0)

    def stop(self):
        self.over = True
        self.join(30)


class SharedSessions(StackTest):
    allowed_log_lines = ("exited on signal 9",)  # we kill workers

    @classmethod
    def setUpClass(cls):
        upstream = open_office(cls)
        cls.stack_class = TwoHosts
        cls.stack_options = {"workers": 3, "http_extra": "vneid_zone shared 1m;", "nginx_extra": f"""
        vneid_session_grace 3s;
        location /nop-ho-so/ {{ vneid_require level=2; {upstream}; }}"""}
        super().setUpClass()

    def status(self, cookie, port=None):
        connection = http.client.HTTPConnection("127.0.0.1", port or self.stack.port, timeout=20)
        connection.request("GET", GATED, headers={"Cookie": cookie, "Host": f"localhost:{self.stack.port}", **NAVIGATION})
        status = connection.getresponse().status
        connection.close()
        return status

    def reads(self):
        """How often Redis was asked for a session."""
        stats = self.stack.redis_cli("INFO", "commandstats").decode()
        return sum(int(number) for number in re.findall(r"cmdstat_(?:get|getex):calls=(\d+)", stats))

    def settle(self, cookie):
        """Until neither host asks Redis any more."""
        def quiet():
            for port in (self.stack.port, self.stack.other_port):
                self.assertEqual(self.status(cookie, port), 200)
            before = self.reads()
            for _ in range(10):
                for port in (self.stack.port, self.stack.other_port):
                    self.assertEqual(self.status(cookie, port), 200)
            return self.reads() == before
        wait_until(quiet, "requests of a live session ask Redis all the time")

    def test_a_live_session_asks_redis_nothing(self):
        self.settle(self.cookie_of(self.linked_citizen()))

    def test_a_sign_out_is_felt_here_at_once_and_there_within_a_second(self):
        citizen = self.linked_citizen()
        cookie = self.cookie_of(citizen)
        self.settle(cookie)
        crowd = [Citizens(self.stack, cookie) for _ in range(4)]
        wait_until(lambda: all(len(one.answers) > 20 for one in crowd), "the load")
        self.sign_out(citizen)
        answered = time.monotonic()
        wait_until(lambda: all(one.answers[-1][1] > answered + 1.2 for one in crowd), "the load goes on")
        for one in crowd:
            one.stop()
        self.assertEqual([one.admitted(self.stack.port, answered) for one in crowd], [0] * len(crowd))
        late = max(one.admitted(self.stack.other_port, answered) for one in crowd)
        self.assertLess(late, 1.0)

    def cut(self, what):
        """Ends the connections of one kind, as a firewall or an operator does."""
        for line in self.stack.redis_cli("CLIENT", "LIST").decode().splitlines():
            fields = dict(part.split("=", 1) for part in line.split(" ") if "=" in part)
            if what(fields):
                self.stack.redis_cli("CLIENT", "KILL", "ID", fields["id"])

    def test_when_what_tells_is_cut_nothing_is_believed(self):
        for what in (lambda fields: fields["sub"] != "0", lambda fields: "t" in fields["flags"]):
            citizen = self.linked_citizen()
            cookie = self.cookie_of(citizen)
            self.settle(cookie)
            self.cut(what)
            self.sign_out(citizen)
            answered = time.monotonic()
            self.assertNotEqual(self.status(cookie), 200)
            wait_until(lambda: self.status(cookie, self.stack.other_port) != 200, "the other host lets it in")
            self.assertLess(time.monotonic() - answered, 5)

    def test_a_stalled_redis_is_believed_for_the_grace_and_no_longer(self):
        cookie = self.cookie_of(self.linked_citizen())
        self.settle(cookie)
        redis = self.stack.processes["redis"]
        stalled = time.monotonic()
        redis.send_signal(signal.SIGSTOP)
        try:
            self.assertEqual(self.status(cookie), 200)
            wait_until(lambda: self.status(cookie) == 503, "it is let in for ever")
            self.assertGreater(time.monotonic() - stalled, 2.5)
        finally:
            redis.send_signal(signal.SIGCONT)
        wait_until(lambda: self.status(cookie) == 200, "Redis is back")
        self.stack.reload_nginx()  # workers that have not asked it since would let a login pass unasked

    def test_after_a_reload_the_sessions_are_still_there(self):
        citizen = self.linked_citizen()
        cookie = self.cookie_of(citizen)
        self.settle(cookie)
        self.stack.reload_nginx()
        self.assertEqual(self.status(cookie), 200)
        self.settle(cookie)
        self.sign_out(citizen)
        self.assertNotEqual(self.status(cookie), 200)

    def test_a_worker_that_is_killed_leaves_the_others_at_work(self):
        cookie = self.cookie_of(self.linked_citizen())
        self.settle(cookie)
        for pid in self.stack.worker_pids():
            os.kill(pid, signal.SIGKILL)
            wait_until(lambda gone=pid: gone not in self.stack.worker_pids(), "its end")
            self.assertEqual(self.status(cookie), 200)
        wait_until(lambda: len(self.stack.worker_pids()) == 3, "new workers")
        self.settle(cookie)


if __name__ == "__main__":
    unittest.main()
