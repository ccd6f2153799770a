"""The demo's own check: the three logins that it recommends, and the identity page, walked once."""
from citizen import Citizen, log_in_to_portal, log_in_to_vneid


class CheckFailed(Exception):
    pass


def expect(condition, step, page):
    if not condition:
        raise CheckFailed(f"{step}: got {page.status} {page.url}\n{page.text[:1500]}")
    print(f"  ok: {step}", flush=True)


def check_letter(stack):
    """The letter's steps 1, 5, 6, 7 and its final check, as one citizen."""
    happy = stack.scenarios["happy"]
    skipper = Citizen()
    page = log_in_to_portal(skipper, stack.url, happy["username"], happy["password"])
    expect(page.status == 200 and "59/2022/NĐ-CP" in page.text, "legacy login leads to the notice", page)
    expect("portal_session" not in skipper.cookies["localhost"], "the portal's session is held back", page)
    page = skipper.submit("Bỏ qua")
    expect(page.status == 200 and page.url.endswith("/trang-chu"), "[Bỏ qua] leads into the portal", page)

    citizen = Citizen()
    log_in_to_portal(citizen, stack.url, happy["username"], happy["password"])
    page = citizen.submit("Đăng nhập bằng VNeID")
    expect(page.url.startswith(stack.issuer), "[Đăng nhập bằng VNeID] leads to VNeID", page)
    page = log_in_to_vneid(citizen, page, happy["vneid_number"], happy["vneid_password"])
    expect(page.status == 200 and "Liên kết tài khoản thành công" in page.text, "the accounts are linked", page)
    expect("portal_session" not in citizen.cookies["localhost"], "the portal's session is still held back", page)
    page = citizen.submit("Tiếp tục")
    expect(page.status == 200 and page.url.endswith("/trang-chu"), "[Tiếp tục] leads where the portal wanted", page)
    page = citizen.get(stack.url + "/vneid/links")
    expect("Danh sách tài khoản liên kết" in page.text and happy["vneid_number"] in page.text,
           "the list of linked accounts shows the link", page)
    page = citizen.get(stack.url + "/vneid/vault")
    expect(page.status == 200 and "/vneid/vault/" in page.text, "the vault shows the records", page)

    again = Citizen()
    page = log_in_to_portal(again, stack.url, happy["username"], happy["password"])
    expect(page.url.endswith("/trang-chu"), "the linked account's next legacy login sees no notice", page)


def check_identity(stack):
    """The letter's steps 2 to 4, and the same folded into one login."""
    who = stack.population_cases["self_entered"]
    typed = {"number": who["ask"]["number"], "name": who["ask"]["name"], "birth_date": who["ask"]["birth"]}
    citizen = Citizen()
    log_in_to_portal(citizen, stack.url, who["username"], who["password"])
    citizen.submit("Bỏ qua")
    page = citizen.get(stack.url + "/vneid/identity")
    expect('data-field="citizen_id" data-status="self_entered"' in page.text, "the number is self-entered", page)
    citizen.get(stack.url + "/vneid/identity/update")
    page = citizen.submit("Cập nhật", **typed)
    expect('data-field="citizen_id" data-status="verified"' in page.text, "the population database verifies it", page)

    who = stack.population_cases["no_number"]
    citizen = Citizen()
    log_in_to_portal(citizen, stack.url, who["username"], who["password"])
    page = citizen.submit("Đăng nhập bằng VNeID")
    expect(page.url.endswith("/vneid/verify"), "an account without a verified number is asked for it", page)
    page = citizen.submit("Cập nhật", number=who["number"], name=who["name"], birth_date=who["birth"])
    expect(page.url.startswith(stack.issuer), "the same login goes on to VNeID", page)
    page = log_in_to_vneid(citizen, page, who["vneid_number"], who["vneid_password"])
    expect("Liên kết tài khoản thành công" in page.text, "and ends with the link", page)


def check_cut_over(stack, after_url):
    """The same portal, after its day: no way around VNeID."""
    who = stack.scenarios["happy2"]
    citizen = Citizen()
    page = log_in_to_portal(citizen, after_url, who["username"], who["password"])
    buttons = [text for form in page.forms for _, _, text in form["buttons"]]
    expect(page.url == after_url + "/vneid/notice" and any("Đăng nhập bằng VNeID" in text for text in buttons),
           "after the cut-over a legacy login leads to the notice", page)
    expect("Bỏ qua" not in page.text, "which has no [Bỏ qua]", page)
    page = citizen.submit("Đăng nhập bằng VNeID")
    page = log_in_to_vneid(citizen, page, who["vneid_number"], who["vneid_password"])
    expect("Liên kết tài khoản thành công" in page.text, "VNeID gets in", page)
    page = citizen.submit("Tiếp tục")
    expect(page.url == after_url + "/trang-chu", "and leads where the portal wanted", page)


def check_pages(stack):
    for path, sign in (("/vneid-status", '"policies"'), ("/vneid-metrics", "vneid_links_total")):
        page = Citizen().get(stack.url + path)
        expect(page.status == 200 and sign in page.text, f"{path} answers", page)


def check(stack, after_url):
    check_letter(stack)
    check_identity(stack)
    check_cut_over(stack, after_url)
    check_pages(stack)
