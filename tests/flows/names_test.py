"""Several names of one server: a login comes back to the name it began at."""
import re
import unittest
import urllib.parse

from support import Citizen, StackTest


class Names(StackTest):
    @classmethod
    def prepare(cls, stack):
        whole = stack.nginx_conf
        stack.nginx_conf = lambda: re.sub(
            r"vneid_origin [^;]*;", "",
            whole().replace("server_name localhost;", "server_name one.example TWO.example localhost *.wild.example;"))

    def redirect_uri(self, host):
        answer = Citizen(headers={"Host": host}).request("GET", self.stack.url + "/vneid/login")
        self.assertEqual(answer.status, 303, answer.text[:500])
        asked = urllib.parse.parse_qs(urllib.parse.urlsplit(answer.header("Location")).query)
        return asked["redirect_uri"][0]

    def test_each_plain_name_has_a_redirect_uri_of_its_own(self):
        for host, name in (("one.example", "one.example"), ("two.example", "two.example"),
                           ("TWO.EXAMPLE:8443", "two.example"), ("localhost", "localhost"),
                           # The client's word only chooses among the names of the server.
                           ("a.wild.example", "one.example"), ("stranger.example", "one.example"),
                           ("two.example.stranger.example", "one.example")):
            self.assertEqual(self.redirect_uri(host), f"https://{name}/vneid/callback/bca", host)


if __name__ == "__main__":
    unittest.main()
