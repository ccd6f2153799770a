"""A citizen's browser, small enough for scripts: cookies (Secure ones on localhost too, as real browsers do),
forms, redirects. Standard library only."""
import http.client
import html
import html.parser
import re
import time
import urllib.parse


class Page:
    def __init__(self, url, status, headers, body):
        self.url, self.status, self.headers, self.body = url, status, headers, body

    @property
    def text(self):
        return self.body.decode("utf-8", "replace")

    def header(self, name):
        return next((value for key, value in self.headers if key.lower() == name.lower()), None)

    def all(self, name):
        return [value for key, value in self.headers if key.lower() == name.lower()]

    @property
    def forms(self):
        reader = FormReader()
        reader.feed(self.text)
        return reader.forms

    def __repr__(self):
        return f"<{self.status} {self.url}>"


class FormReader(html.parser.HTMLParser):
    """Forms as dictionaries: action, method, fields {name: value}, buttons [(name, value, text)]."""

    def __init__(self):
        super().__init__()
        self.forms = []
        self.open = None
        self.button = None

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        if tag == "form":
            self.open = {"action": attributes.get("action", ""), "method": attributes.get("method", "get").lower(),
                         "fields": {}, "buttons": []}
            self.forms.append(self.open)
        elif self.open is not None and tag == "input":
            if attributes.get("type") == "submit":
                self.open["buttons"].append([attributes.get("name"), attributes.get("value", ""), attributes.get("value", "")])
            elif attributes.get("type") in ("radio", "checkbox") and "checked" not in attributes:
                pass
            elif attributes.get("name"):
                self.open["fields"][attributes["name"]] = attributes.get("value") or ""
        elif self.open is not None and tag == "button":
            self.button = [attributes.get("name"), attributes.get("value") or "", ""]
            self.open["buttons"].append(self.button)

    def handle_endtag(self, tag):
        if tag == "form":
            self.open = None
        elif tag == "button":
            self.button = None

    def handle_data(self, data):
        if self.button is not None:
            self.button[2] = (self.button[2] + " " + data.strip()).strip()


class Citizen:
    def __init__(self, timeout=30, headers=None, context=None):
        """`context` (ssl) is for https: which certificates count."""
        self.context = context
        self.cookies = {}  # host without port -> {name: value}: ports share cookies (RFC 6265 §8.5)
        self.timeout = timeout
        self.headers = {"User-Agent": "citizen", "Accept": "text/html", "Accept-Language": "vi", **(headers or {})}
        self.page = None

    def request(self, method, url, body=None, headers=None):
        """One exchange; redirects are not followed."""
        parts = urllib.parse.urlsplit(url)
        jar = self.cookies.setdefault(parts.hostname, {})
        sent = {**self.headers, **(headers or {})}
        if jar:
            sent["Cookie"] = "; ".join(f"{name}={value}" for name, value in jar.items())
        if isinstance(body, dict):
            body = urllib.parse.urlencode(body)
            sent.setdefault("Content-Type", "application/x-www-form-urlencoded")
        if parts.scheme == "https":
            connection = http.client.HTTPSConnection(parts.hostname, parts.port, timeout=self.timeout,
                                                     context=self.context)
        else:
            connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=self.timeout)
        try:
            connection.request(method, urllib.parse.urlunsplit(("", "", parts.path or "/", parts.query, "")), body, sent)
            answer = connection.getresponse()
            page = Page(url, answer.status, answer.getheaders(), answer.read())
        finally:
            connection.close()
        for line in page.all("Set-Cookie"):
            pair, *attributes = line.split(";")
            name, _, value = pair.strip().partition("=")
            if any(a.strip().lower() == "max-age=0" for a in attributes):
                jar.pop(name, None)
            else:
                jar[name] = value
        self.page = page
        return page

    def follow(self, page, most=12):
        for _ in range(most):
            location = page.header("Location")
            if page.status not in (301, 302, 303, 307, 308) or location is None:
                return self.wait_for(page) if page.status == 200 else page
            page = self.request("GET", urllib.parse.urljoin(page.url, location).split("#")[0])
        raise RuntimeError(f"more than {most} redirects, last {page.url}")

    def wait_for(self, page):
        """Asks again as a page says that waits for somebody; a kiosk's page, which only goes at last, stays."""
        refresh = re.search(r'http-equiv="refresh" content="(\d+);url=([^"]+waited=\d+)"', page.text)
        if refresh is None:
            return page
        time.sleep(int(refresh[1]))
        return self.get(urllib.parse.urljoin(page.url, html.unescape(refresh[2])))

    def get(self, url):
        return self.follow(self.request("GET", url))

    def submit(self, button=None, page=None, follow=True, **fields):
        """Presses the button with this text (or the only one)."""
        page = page or self.page
        for form in page.forms:
            for name, value, text in form["buttons"]:
                if button is None or button in text:
                    values = {**form["fields"], **fields}
                    if name:
                        values[name] = value
                    target = urllib.parse.urljoin(page.url, form["action"] or page.url)
                    answer = (self.request("POST", target, values) if form["method"] == "post" else
                              self.request("GET", target.split("?")[0] + "?" + urllib.parse.urlencode(values)))
                    return self.follow(answer) if follow else answer
        raise LookupError(f"no button {button!r} on {page.url} ({page.status}): {page.forms}")


def log_in_to_portal(citizen, url, username, password, follow=True):
    """The portal's own login form."""
    page = citizen.get(url + "/dang-nhap")
    return citizen.submit("Đăng nhập", page, follow=follow, username=username, password=password)


def log_in_to_vneid(citizen, page, number, password, follow=True):
    """The provider's form by number and password."""
    for form in page.forms:
        names = [name for name in form["fields"]]
        secret = next((n for n in names if "password" in n or "mat_khau" in n), None)
        if secret:
            user = next(n for n in names if n != secret and form["fields"][n] == "" and "csrf" not in n)
            return citizen.submit("Đăng nhập", page, follow=follow, **{user: number, secret: password})
    raise LookupError(f"no login form on {page.url} ({page.status})")
