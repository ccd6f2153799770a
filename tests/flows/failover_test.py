"""Redis that fails over: a primary, a replica and three Sentinels of Redis' own. The primary is killed under load: whoever was
seen goes on, nobody who has signed out comes back, and everything works by itself on the other one."""
import http.client
import signal
import subprocess
import threading
import time
import unittest

from gate_test import GATED, NAVIGATION, open_office
from support import Stack, StackTest, wait_until
from stack import free_ports

NAME = "vneid"


class Watched(Stack):
    """The socket that the tests ask leads to the one that begins as the primary."""

    def start_redis(self):
        self.redis_ports = free_ports(5)
        first, second, *sentinels = self.redis_ports
        common = ["--bind", "127.0.0.1", "--dir", self.folder, "--save", "", "--appendonly", "no"]
        self.spawn("redis", ["redis-server", "--port", str(first), "--unixsocket", self.redis_socket, "--unixsocketperm", "777", *common])
        self.spawn("redis-replica", ["redis-server", "--port", str(second), "--replicaof", "127.0.0.1", str(first), *common])
        wait_until(lambda: b"PONG" in self.redis_cli("PING"), "Redis")
        wait_until(lambda: self.redis_cli("WAIT", "1", "100").strip() == b"1", "the replica")
        for number, port in enumerate(sentinels):
            conf = self.folder / f"sentinel-{number}.conf"
            conf.write_text(f"port {port}\nbind 127.0.0.1\ndir {self.folder}\nsentinel monitor {NAME} 127.0.0.1 {first} 2\n"
                            f"sentinel down-after-milliseconds {NAME} 1000\nsentinel failover-timeout {NAME} 5000\n")
            self.spawn(f"sentinel-{number}", ["redis-server", conf, "--sentinel"])
        wait_until(lambda: all(self.ask(port, "SENTINEL", "CKQUORUM", NAME).startswith("OK 3") for port in sentinels),
                   "Sentinels that know each other")

    @staticmethod
    def ask(port, *command):
        return subprocess.run(["redis-cli", "-p", str(port), *command], capture_output=True, text=True).stdout

    def primary(self):
        """As the Sentinels say; 0: they do not agree."""
        said = {self.ask(port, "SENTINEL", "GET-MASTER-ADDR-BY-NAME", NAME).split()[-1] for port in self.redis_ports[2:]}
        return int(said.pop()) if len(said) == 1 else 0

    def nginx_conf(self):
        sentinels = " ".join(f"sentinel=127.0.0.1:{port}" for port in self.redis_ports[2:])
        return super().nginx_conf().replace(f"unix:{self.redis_socket}", f"{sentinels} name={NAME}")


class Visitor(threading.Thread):
    """Somebody who asks for a gated page all the time."""

    def __init__(self, stack, cookie):
        super().__init__(daemon=True)
        self.stack, self.cookie, self.over, self.answers = stack, cookie, False, []
        self.start()

    def run(self):
        connection = http.client.HTTPConnection("127.0.0.1", self.stack.port, timeout=20)
        headers = {"Cookie": self.cookie, "Host": f"localhost:{self.stack.port}", **NAVIGATION}
        while not self.over:
            began = time.monotonic()
            connection.request("GET", GATED, headers=headers)
            answer = connection.getresponse()
            answer.read()
            self.answers.append((began, answer.status))
        connection.close()

    def stop(self):
        self.over = True
        self.join(30)
        return self.answers


class FailOver(StackTest):
    @classmethod
    def setUpClass(cls):
        upstream = open_office(cls)
        cls.stack_class = Watched
        cls.stack_options = {"workers": 2, "nginx_extra": f"location /nop-ho-so/ {{ vneid_require level=2; {upstream}; }}"}
        super().setUpClass()

    def test_a_primary_that_is_killed(self):
        staying, leaving = [self.linked_citizen() for _ in range(2)], [self.linked_citizen() for _ in range(2)]
        stay = [Visitor(self.stack, self.cookie_of(one)) for one in staying]
        leave = [Visitor(self.stack, self.cookie_of(one)) for one in leaving]
        wait_until(lambda: all(len(one.answers) > 20 for one in stay + leave), "the load")
        ended = []
        for citizen in leaving:
            self.sign_out(citizen)
            ended.append(time.monotonic())
        before = self.stack.primary()
        self.stack.stop_process("redis", signal.SIGKILL)
        wait_until(lambda: self.stack.primary() not in (0, before), "another primary", seconds=40)
        newcomer = None

        def works():
            nonlocal newcomer
            try:
                newcomer = self.linked_citizen()
            except (AssertionError, LookupError):
                return False
            return True
        wait_until(works, "a login on the other one", seconds=40)
        wait_until(lambda: staying[0].get(self.stack.url + "/vneid/links").status == 200, "the page of a session")
        moment = time.monotonic()
        wait_until(lambda: all(one.answers[-1][0] > moment + 0.5 for one in stay + leave), "the load goes on")
        for one in stay:
            self.assertEqual({status for _, status in one.stop()}, {200}, "whoever was seen goes on")
        for one, signed_out in zip(leave, ended):
            self.assertEqual([status for began, status in one.stop() if began > signed_out and status == 200], [])
        self.sign_out(newcomer)


if __name__ == "__main__":
    unittest.main()
