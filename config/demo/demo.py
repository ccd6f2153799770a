"""The demo behind run.sh: starts the stack, prints where to go, or walks the path once (--check)."""
import signal
import sys
import threading

sys.dont_write_bytecode = True
from citizen import Citizen, log_in_to_portal, log_in_to_vneid  # noqa: E402
from stack import ROOT, Stack  # noqa: E402


class CheckFailed(Exception):
    pass


def expect(condition, step, page):
    if not condition:
        raise CheckFailed(f"{step}: got {page.status} {page.url}\n{page.text[:1500]}")
    print(f"  ok: {step}")


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


def check(stack):
    check_letter(stack)
    check_identity(stack)


def show(stack):
    print(f"\nThe portal:        {stack.url}/\nAll state is under {stack.folder}\n\nSample logins (portal; VNeID):")
    for name, who in stack.scenarios.items():
        print(f"  {name:18} {who.get('username', '-'):24} {who.get('password', '-'):12}"
              f" {who.get('vneid_number') or '-':14} {who.get('vneid_password') or '-'}")
    print("\nCtrl-C stops everything.", flush=True)


def main():
    build = ROOT / "build" / "release"
    finish = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: finish.set())
    stack = Stack(build)
    print(f"starting (all state under {stack.folder}) …", flush=True)
    status = 0
    try:
        stack.start()
        if "--check" in sys.argv[1:]:
            check(stack)
        else:
            show(stack)
            finish.wait()
    except CheckFailed as failure:
        print(f"FAILED: {failure}", file=sys.stderr)
        status = 1
    finally:
        stack.stop()
    bad = stack.bad_log_lines()
    if bad:
        print("nginx's error log has:", *bad, sep="\n  ", file=sys.stderr)
        status = 1
    if "--check" in sys.argv[1:]:
        print("check passed" if status == 0 else "check failed")
    return status


if __name__ == "__main__":
    sys.exit(main())
