"""Doors that nobody named: sessions of the portal that begin where no vneid_login is."""
import re
import unittest

from harness import ModuleTest, response


class Unwatched(ModuleTest):
    door = "location /door { proxy_pass %s; } location = /metrics { vneid_metrics; }"

    def start_watching(self, server="vneid_portal_cookie SID;"):
        self.portal.routes["/door"] = self.portal.routes["/login"] = self.answer
        self.set_cookie = "SID=fresh; Path=/"
        self.start(server=server + self.door % self.portal.url, http_part="vneid_zone shared 1m;")

    def answer(self, request, connection):
        connection.sendall(response(200, b"in", [("Set-Cookie", self.set_cookie)]))

    def counted(self):
        text = self.request("GET", "/metrics").text.decode()
        return int(re.search(r'vneid_portal_sessions_total\{begun="unwatched"\} (\d+)', text).group(1))

    def test_is_counted_and_said_once_a_minute(self):
        self.start_watching()
        self.request("GET", "/door")
        self.request("GET", "/door", headers={"Cookie": "SID=old"})
        self.assertEqual(self.counted(), 2)
        lines = [line for line in self.error_log().splitlines() if "begins a session" in line]
        self.assertEqual(len(lines), 1, lines)
        self.assertIn('in location "/door"', lines[0])
        self.assertIn("that had none", lines[0])

    def test_what_is_none(self):
        self.start_watching()
        self.request("GET", "/door", headers={"Cookie": "SID=fresh"})  # the same again
        self.request("GET", "/login")  # watched
        for self.set_cookie in ("other=fresh", "SID=; Path=/", "SID=x; Max-Age=0"):
            self.request("GET", "/door")
        self.assertEqual(self.counted(), 0)
        self.assertNotIn("begins a session", self.error_log())

    def test_without_a_name_nobody_can_tell(self):
        self.start_watching(server="")
        self.request("GET", "/door")
        self.assertEqual(self.counted(), 0)


if __name__ == "__main__":
    unittest.main()
