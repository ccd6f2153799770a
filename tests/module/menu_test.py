"""The portal's menu as part of the portal's own pages: nginx asks for it in a subrequest (SSI), in a real nginx."""
import http.client
import subprocess
import unittest

from harness import ModuleTest, header_list, response

MENU = b'<!--# include virtual="/vneid/api/v1/menu?format=html" -->'
BANNER = b'<!--# include virtual="/vneid/api/v1/menu?format=html&part=banner" -->'
SOMEBODY = {"Cookie": "__Host-vneid-session=" + "a" * 43}  # of no session: Redis is asked


def page(*parts):
    return response(200, b"<html><body>" + b"|".join(parts) + b"</body></html>", [("Content-Type", "text/html; charset=utf-8")])


def entry(return_to):
    return (f'<ul class="vneid-menu" lang="vi">\n<li class="vneid-menu-sign_in"><a href="/vneid/login?return={return_to}">'
            "Đăng nhập bằng VNeID</a></li>\n</ul>\n").encode()


class MenuTest(ModuleTest):
    more = "ssi on;"

    def start_portal(self, *parts, menu="vneid_menu on;", **options):
        self.portal.routes["/"] = self.portal.routes["/ho-so"] = page(*parts)
        self.start(server=menu, locations=f"location / {{ {self.more} proxy_pass {self.portal.url}; }}", **options)

    def whole(self, *parts):
        return b"<html><body>" + b"|".join(parts) + b"</body></html>"


class Included(MenuTest):
    def test_where_the_page_says(self):
        self.start_portal(b"<h1>x</h1>", MENU, b"after")
        answer = self.request("GET", "/ho-so?trang=2&y=a%20b")
        self.assertEqual(answer.text, self.whole(b"<h1>x</h1>", entry("%2Fho-so%3Ftrang%3D2%26y%3Da%2520b"), b"after"))
        self.assertEqual(len(self.portal.requests), 1, "the portal was asked for the menu")

    def test_who_has_a_session_is_asked_about_in_redis(self):
        self.start_portal(MENU, b"between", BANNER, b"end")
        for _ in range(3):
            answer = self.request("GET", "/", headers=SOMEBODY)
            self.assertEqual(answer.text, self.whole(entry("%2F"), b"between", b"", b"end"))

    def test_many_that_wait_for_redis_at_once(self):
        self.start_portal(*[MENU] * 20)
        self.assertEqual(self.request("GET", "/", headers=SOMEBODY).text, self.whole(*[entry("%2F")] * 20))

    def test_on_one_connection_that_is_kept(self):
        self.start_portal(MENU, BANNER, b"end")
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        self.addCleanup(connection.close)
        for headers in (SOMEBODY, {}, SOMEBODY, SOMEBODY, {}):
            connection.request("GET", "/", headers=headers)
            self.assertEqual(connection.getresponse().read(), self.whole(entry("%2F"), b"", b"end"))

    def test_over_http2(self):
        self.start_portal(MENU, BANNER, b"end")
        shown = subprocess.run(["nghttp", "-H", "cookie: " + SOMEBODY["Cookie"], f"http://127.0.0.1:{self.h2_port}/"],
                               capture_output=True, timeout=20)
        self.assertEqual(shown.stdout, self.whole(entry("%2F"), b"", b"end"))

    def test_in_the_answer_to_a_form(self):
        self.start_portal(MENU)
        answer = self.post_form("/ho-so", b"a=b")  # a login cannot come back to it
        self.assertIn(b'<a href="/vneid/login">', answer.text)

    def test_head(self):
        self.start_portal(MENU)
        self.assertEqual(self.request("HEAD", "/", headers=SOMEBODY).status, 200)

    def test_nothing_else_of_ours_is_served_to_a_subrequest(self):
        self.start_portal(b'<!--# include virtual="/vneid/identity" -->', b'<!--# include virtual="/vneid/api/v1/menu/x" -->')
        self.assertEqual(self.request("GET", "/").text, self.whole(b"portal /vneid/identity", b"portal /vneid/api/v1/menu/x"))

    def test_who_leaves_while_it_waits(self):
        self.start_portal(MENU, BANNER)
        for _ in range(10):
            connection = self.send_raw(f"GET / HTTP/1.1\nHost: localhost\nCookie: {SOMEBODY['Cookie']}\n\n")
            connection.close()
        self.assertIn(entry("%2F"), self.request("GET", "/").text)

    def test_where_it_is_off_the_page_stays_clean(self):
        self.start_portal(b"before", MENU, b"after", menu="vneid_menu off;")
        self.assertEqual(self.request("GET", "/").text, self.whole(b"before", b"", b"after"))
        self.assertEqual(len(self.portal.requests), 1)
        self.assertIn('"vneid_menu" is off', self.error_log())

    def test_a_prefetched_page_is_whole(self):
        self.start_portal(MENU)
        self.assertEqual(self.request("GET", "/", headers={"Sec-Purpose": "prefetch"}).text, self.whole(entry("%2F")))


class PutInByNginx(MenuTest):
    """For a portal that nobody can change: sub_filter comes before SSI."""
    more = ("ssi on; sub_filter_once on; proxy_set_header Accept-Encoding ''; sub_filter '</nav>' "
            f"'{MENU.decode()}</nav>'; ")

    def test_where_nginx_says(self):
        self.start_portal(b"<nav>", b"</nav>", b"<nav></nav>")
        for headers in ({}, SOMEBODY):
            answer = self.request("GET", "/ho-so", headers=headers)
            self.assertEqual(answer.text, self.whole(b"<nav>", entry("%2Fho-so") + b"</nav>", b"<nav></nav>"))


class StoresStalled(MenuTest):
    stores = False

    def test_the_page_comes_without_it(self):
        self.start_portal(b"before", MENU, BANNER, b"after", stores_timeout="1s")
        answer = self.request("GET", "/", headers=SOMEBODY)
        self.assertEqual((answer.status, answer.text), (200, self.whole(b"before", b"", b"", b"after")))
        self.assertEqual(self.request("GET", "/").text, self.whole(b"before", entry("%2F"), b"", b"after"))

    def test_who_leaves_meanwhile(self):
        self.start_portal(MENU, BANNER, stores_timeout="1s")
        for _ in range(5):
            connection = self.send_raw(f"GET / HTTP/1.1\nHost: localhost\nCookie: {SOMEBODY['Cookie']}\n\n")
            connection.close()
        self.assertIn(entry("%2F"), self.request("GET", "/").text)

    def test_a_reload_meanwhile(self):
        self.start_portal(b"before", MENU, BANNER, b"after", stores_timeout="2s")
        connection = self.send_raw(f"GET / HTTP/1.0\nHost: localhost\nCookie: {SOMEBODY['Cookie']}\n\n")
        self.reload(server="vneid_menu on;", stores_timeout="2s",
                    locations=f"location / {{ {self.more} proxy_pass {self.portal.url}; }}")
        self.assertIn(self.whole(b"before", b"", b"", b"after"), connection.makefile("rb").read())


class Asked(MenuTest):
    """By a script, or by the portal's server."""

    def test_json_unless_a_page_is_wanted(self):
        self.start_portal()
        plain = self.request("GET", "/vneid/api/v1/menu?return=%2Fho-so", headers={"Accept": "*/*"})
        self.assertEqual(header_list(plain, "content-type"), ["application/json"])
        self.assertEqual(header_list(plain, "cache-control"), ["no-store"])
        self.assertIn(b'"/vneid/login?return=%2Fho-so"', plain.text)
        html = self.request("GET", "/vneid/api/v1/menu?return=%2Fho-so")  # Accept: text/html
        self.assertEqual(html.text, entry("%2Fho-so"))
        self.assertEqual(header_list(html, "cache-control"), ["no-store"])


if __name__ == "__main__":
    unittest.main()
