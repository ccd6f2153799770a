"""Citizens who go on logging in while something happens to nginx. Every request that is not answered as it should be is
kept in `lost`."""
import contextlib
import threading

from citizen import Citizen, log_in_to_portal


class Load:
    def __init__(self, url, people, readers=4, logins=4):
        self.url, self.people = url, people
        self.finish = threading.Event()
        self.lock = threading.Lock()
        self.requests = self.logins = self.notices = 0
        self.lost = []
        self.threads = [threading.Thread(target=self.repeat, args=(self.read,)) for _ in range(readers)]
        self.threads += [threading.Thread(target=self.repeat, args=(self.log_in, number, logins)) for number in range(logins)]

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self.finish.set()
        for thread in self.threads:
            thread.join()

    def repeat(self, step, *arguments):
        while not self.finish.is_set():
            try:
                step(*arguments)
            except Exception as failure:  # whatever it is, a citizen has seen it
                with self.lock:
                    self.lost.append(f"{step.__name__}: {failure!r}")

    def counted(self, page, end="", text=""):
        with self.lock:
            self.requests += 1
        if page.status != 200 or not page.url.endswith(end) or text not in page.text:
            raise RuntimeError(f"{page.status} {page.url}, and not {end} with {text!r}")
        return page

    def read(self):
        self.counted(Citizen().get(self.url + "/dang-nhap"), text="Đăng nhập")

    def log_in(self, number, step):
        """Whole legacy logins: the form, the notice, [Bỏ qua], the portal's own page. Who has skipped the notice once
        does not see it again."""
        for who in self.people[number::step]:
            if self.finish.is_set():
                return
            citizen = Citizen()
            page = self.counted(log_in_to_portal(citizen, self.url, who["username"], who["password"]))
            noticed = "59/2022/NĐ-CP" in page.text
            self.counted(citizen.submit("Bỏ qua") if noticed else page, end="/trang-chu")
            with self.lock:
                self.logins += 1
                self.notices += noticed
