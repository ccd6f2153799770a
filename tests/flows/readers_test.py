"""G1: every spelling of the portal's cookie that a browser may send, through nginx and a gate, to programs that read cookies
in their own ways: whoever is let in as one account never reaches the portal in another's session."""
import ast
import json
import os
import pathlib
import shutil
import socket
import subprocess
import tempfile
import unittest

from support import LINKED, ROOT, StackTest, wait_until
from stack import free_ports, port_open

READERS = ROOT / "tests" / "fixtures" / "readers"
FOREIGN = "FOREIGN"


def spellings():
    """(what the portal must read, the Cookie header) of the table that the unit test goes through, too."""
    for line in (READERS / "spellings.txt").read_text().splitlines():
        if line and not line.startswith("#"):
            read, _, header = line.split(maxsplit=2)
            quoted = header.replace("'", "\\'")
            yield read, ast.literal_eval(f"b'{quoted}'")


class Readers(StackTest):
    @classmethod
    def setUpClass(cls):
        php, python, node, ruby, tomcat = free_ports(5)
        cls.start_tomcat(tomcat)
        programs = [["php-cgi", "-b", f"127.0.0.1:{php}"], ["/usr/bin/python3", READERS / "readers.py", str(python)],
                    ["node", READERS / "reader.js", str(node)], ["ruby", READERS / "reader.rb", str(ruby)]]
        for program in programs:
            process = subprocess.Popen(program, stdin=subprocess.DEVNULL)
            cls.addClassCleanup(process.wait)
            cls.addClassCleanup(process.terminate)
        for port in (php, python, node, ruby, tomcat):
            wait_until(lambda port=port: port_open(port), "a reader", 60)
        fastcgi = f"""fastcgi_pass 127.0.0.1:{php}; fastcgi_param SCRIPT_FILENAME {READERS}/reader.php;
                      fastcgi_param REQUEST_METHOD $request_method; fastcgi_param REDIRECT_STATUS 200;"""
        cls.ways = {"php": fastcgi, "express": f"proxy_pass http://127.0.0.1:{node};",
                    "rack": f"proxy_pass http://127.0.0.1:{ruby};", "tomcat": f"proxy_pass http://127.0.0.1:{tomcat};"}
        cls.ways |= {name: f"proxy_pass http://127.0.0.1:{python};" for name in ("django", "flask", "simple-cookie")}
        locations = "".join(f"location /cong/{name} {{ vneid_require level=2; {way} }} location /mo/{name} {{ {way} }}"
                            for name, way in cls.ways.items())
        cls.stack_options = {"nginx_extra": "vneid_portal_cookie portal_session;" + locations}
        super().setUpClass()

    @classmethod
    def start_tomcat(cls, port):
        base = pathlib.Path(tempfile.mkdtemp(prefix="tomcat-"))
        cls.addClassCleanup(shutil.rmtree, base, ignore_errors=True)
        shutil.copytree(READERS / "tomcat", base, dirs_exist_ok=True)
        java = pathlib.Path(shutil.which("java")).resolve().parents[1]
        environment = {"CATALINA_HOME": "/usr/share/tomcat10", "CATALINA_BASE": base, "JRE_HOME": java, "PATH": os.environ["PATH"],
                       "CATALINA_OPTS": f"-Dreader.port={port} -Xmx128m -Djava.awt.headless=true"}
        with open(base / "out.log", "wb") as log:
            tomcat = subprocess.Popen(["bash", "/usr/share/tomcat10/bin/catalina.sh", "run"], env=environment,
                                      stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        cls.addClassCleanup(tomcat.wait)
        cls.addClassCleanup(tomcat.terminate)

    def ask(self, path, cookies):
        """(status, what the reader reads); as bytes, because no client library sends such headers."""
        with socket.create_connection(("127.0.0.1", self.stack.port), 10) as connection:
            connection.sendall(b"GET " + path.encode() + b" HTTP/1.0\r\nHost: localhost\r\nAccept: text/html\r\nCookie: "
                               + cookies + b"\r\n\r\n")
            answer = b"".join(iter(lambda: connection.recv(65536), b""))
        head, _, body = answer.partition(b"\r\n\r\n")
        status = int(head.split()[1])
        return status, json.loads(body)["value"] if status == 200 else None

    def test_no_spelling_reaches_the_portal_in_anothers_session(self):
        citizen, page = self.link(self.someone())
        self.assertIn(LINKED, page.text)
        citizen.submit("Tiếp tục", page)
        jar = dict(citizen.cookies["localhost"])
        own = jar.pop("portal_session")
        ours = "; ".join(f"{name}={value}" for name, value in jar.items()).encode()
        table = list(spellings())
        self.assertGreaterEqual(len(table), 60)
        for read, header in table:
            header = header.replace(b"OWN", own.encode())
            for cookies in (ours + b"; " + header, header + b"; " + ours):
                for name in self.ways:
                    with self.subTest(reader=name, header=header):
                        gated, open_ = self.ask("/cong/" + name, cookies), self.ask("/mo/" + name, cookies)
                        if read == "-":
                            self.assertEqual((gated, open_), ((303, None), (200, None)))
                            continue
                        # SimpleCookie gives all cookies up when it stumbles over one.
                        fits = (own, None) if name == "simple-cookie" else (own,)
                        for status, value in (gated, open_):
                            self.assertEqual(status, 200)
                            self.assertIn(value, fits)

    def test_no_path_parameter_names_a_session(self):
        """Tomcat reads ";portal_session=…" of a path before any cookie."""
        self.assertEqual(self.ask("/mo/tomcat;portal_session=FOREIGN", b"portal_session=own")[0], 400)
        self.assertEqual(self.ask("/cong/tomcat;portal_session=FOREIGN", b"portal_session=own")[0], 400)

    def test_the_readers_would_be_taken_in(self):
        """Without us each of the tricks works on somebody: what is tested above is tested with readers that matter."""
        taken_in = set()
        for name, way in self.ways.items():
            if "fastcgi" in way:
                continue  # reached only through nginx
            port = int(way.rsplit(":", 1)[1].rstrip(";"))
            for _, header in spellings():
                with socket.create_connection(("127.0.0.1", port), 10) as connection:
                    connection.sendall(b"GET /" + name.encode() + b" HTTP/1.0\r\nHost: localhost\r\nCookie: " + header
                                       + b"\r\n\r\n")
                    body = b"".join(iter(lambda: connection.recv(65536), b"")).partition(b"\r\n\r\n")[2]
                if json.loads(body)["value"] == FOREIGN:
                    taken_in.add(name)
                    break
        self.assertEqual(taken_in, set(self.ways) - {"php"})


if __name__ == "__main__":
    unittest.main()
