"""$vneid_form_NAME: the account from the submitted form, for portals that announce nothing."""
import unittest

from harness import ModuleTest, header_list, response

SESSION = [("Set-Cookie", "SID=secret; Path=/"), ("Location", "/home")]


class Form(ModuleTest):
    login = "account=$vneid_form_userName kind=$upstream_http_x_kind status=302 cookie=SID if=$upstream_http_set_cookie"
    typed = "proxy_set_header X-Typed $vneid_form_username;"

    def setUp(self):
        super().setUp()
        self.portal.routes["/login"] = response(302, b"", SESSION)

    def assert_account(self, body, account):
        """The portal is sent what the variable gives, and the login is held."""
        self.portal.requests.clear()
        answer = self.post_form("/login", body)
        self.assertEqual(answer.getheader("location"), "/vneid/notice", body)
        self.assertEqual(dict(self.portal.requests[0]["headers"])["x-typed"], account)

    def assert_refused(self, body, log, path="/login", **headers):
        answer = self.post_form(path, body, **headers)
        self.assertEqual(answer.status, 403)
        self.assertNotIn("secret", str(answer.getheaders()))
        self.wait_for_log(log)

    def test_field_is_read_and_decoded(self):
        self.start(login_location=self.typed)
        self.assert_account("username=form1&password=x", "form1")
        self.assert_account("a=b&password=x&USERNAME=form%202", "form 2")
        self.assert_account("x=%zz&username=nguy%E1%BB%85n", "nguyễn".encode().decode("latin-1"))
        self.assert_account("=&&username=form%2B4&", "form+4")

    def test_body_in_a_temporary_file(self):
        self.start(login_location="client_body_in_file_only clean;" + self.typed)
        self.assert_account("padding=" + "x" * 30_000 + "&username=spooled", "spooled")

    def test_body_in_several_buffers(self):
        self.start(login_location="client_body_buffer_size 1k;" + self.typed)
        self.assert_account("padding=" + "x" * 5000 + "&username=buffers", "buffers")

    def test_portal_that_redirects_inside(self):
        """X-Accel-Redirect makes a GET of the request; the form is still the one that was posted."""
        self.portal.routes["/login"] = response(200, b"", [*SESSION[:1], ("X-Accel-Redirect", "/inside/?username=x")])
        self.portal.routes["/inside/"] = response(302, b"", SESSION)
        self.login = self.login.replace("status=302 ", "")
        self.start(server=f"location /inside/ {{ internal; proxy_pass {self.portal.url}; }}", login_location=self.typed)
        self.assert_account("username=redirected", "redirected")

    def test_name_in_the_access_log(self):
        self.start(http_part="log_format names $vneid_form_username;", login_location="client_body_in_file_only clean; "
                   f"access_log {self.stack.logs}/names.log names;")
        self.portal.routes["/login"] = response(200, b"Wrong password")
        self.post_form("/login", "username=an&padding=" + "x" * 5000)
        self.wait_for_log("the request body was not kept")

    def test_no_name_passes_with_a_line_in_the_log(self):
        self.start()
        for body in ("password=x", "username=&password=x", "xusername=an"):
            answer = self.post_form("/login", body)
            self.assertEqual(answer.getheader("location"), "/home", body)
        self.assertIn("SID=secret; Path=/", header_list(self.request("GET", "/login"), "set-cookie"))
        self.wait_for_log("the request does not tell whose login it is")

    def test_wrong_password_passes(self):
        self.portal.routes["/login"] = response(200, b"Wrong password")
        self.start()
        self.assertEqual(self.post_form("/login", "username=an").text, b"Wrong password")

    def test_what_cannot_be_read_is_refused_from_the_cut_over_on(self):
        self.start(server="vneid_policy personal enforce;")
        self.assert_refused("username=an&username=binh", "occurs twice, or the form is encoded wrongly")
        self.assert_refused("username=an", "occurs twice, or", path="/login?lang=vi&UserName=binh")
        # Names that lenient portals take for the same: a stranger would log in as binh there and as an here.
        for other in ("+username=binh", "username%00=binh", "username[]=binh", "username+=binh", "%zz=binh"):
            self.assert_refused("username=an&" + other, "occurs twice, or the form is encoded wrongly")
        self.assert_refused("username=%4", "occurs twice, or the form is encoded wrongly")
        self.assert_refused("username=a%00b", "occurs twice, or the form is encoded wrongly")
        self.assert_refused("username=an&p=" + "x" * 70_000, "larger than 64 KB")
        self.assert_refused('{"username":"an"}', "not application/x-www-form-urlencoded",
                            **{"Content-Type": "application/json"})

    def test_unbuffered_request_is_refused_with_the_cure(self):
        def slowly(request, connection):
            connection.sendall(response(302, b"", SESSION))
        self.portal.routes["/login"] = slowly
        self.start(login_location="proxy_request_buffering off; proxy_http_version 1.1;",
                   server="vneid_policy personal enforce;")
        connection = self.send_raw("POST /login HTTP/1.1\nHost: localhost\nContent-Length: 20000\n"
                                   "Content-Type: application/x-www-form-urlencoded\n\n")
        self.portal.requests.clear()
        for _ in range(20):
            connection.sendall(b"username=an&p=" + b"x" * 986)
        first_line = connection.makefile("rb").readline()
        self.assertIn(b"403", first_line)
        self.wait_for_log('set "proxy_request_buffering on"')


if __name__ == "__main__":
    unittest.main()
