"""What the demo says to whoever has started it. Lines of at most 80 columns."""
import sys
import textwrap

from stack import FIXTURES

WIDTH = 79
OUTCOMES = {
    "link": "is linked",
    "link_flagged": "is linked, and flagged for those who look after the data",
    "review": "has to wait for an officer: a reference instead of a link",
    "refuse_number": "is refused: not the same person",
    "refuse_level": "is refused: level 2 is needed",
    "refuse_kind": "is refused: not a person",
    "refuse_closed": "goes on into the portal, which has closed the account",
    "verify_first": "is asked for the number before VNeID",
    "provider_refuses": "is stopped at VNeID",
    "no_vneid": "can only take [Bỏ qua]",
    "pass": "sees no notice",
    "portal_refuses": "sees the portal's own answer, and no notice",
    "not_withheld": "sees no notice: nothing tells whose login it was",
    "by_status": "sees the notice, unless vneid_login has a status=",
}


def paragraph(text, indent=3):
    return textwrap.fill(text, WIDTH, initial_indent=" " * indent, subsequent_indent=" " * indent)


def columns(rows, indent=3):
    width = max(len(name) for name, _ in rows) + 2
    return "\n".join(f"{' ' * indent}{name:{width}}{value}" for name, value in rows)


def first_steps(stack, after_url):
    happy, later = stack.scenarios["happy"], stack.scenarios["happy2"]
    unverified = stack.population_cases["no_number"]
    return f"""
The portal is at  {stack.url}/
Passwords: {happy["password"]} at the portal, {happy["vneid_password"]} at VNeID.
In an English browser [Bỏ qua] is [Skip] and [Đăng nhập bằng VNeID] is
[Log in with VNeID].

Three logins to begin with:

1. The whole way
{columns([("portal", f"{stack.url}/dang-nhap"), ("user name", happy["username"]), ("VNeID", happy["vneid_number"])])}
{paragraph("The notice of the letter. [Bỏ qua] leads into the portal as before. Log in once more and take "
           "[Đăng nhập bằng VNeID]: the two accounts are linked and the records of the vault move. From then on "
           "this login sees no notice. What was linked and moved:")}
{columns([("", f"{stack.url}/vneid/links"), ("", f"{stack.url}/vneid/vault")])}

2. A number to verify
{columns([("portal", f"{stack.url}/dang-nhap"), ("user name", unverified["username"]),
          ("VNeID", unverified["vneid_number"])])}
{paragraph("The portal knows no 12-digit number of this account. [Đăng nhập bằng VNeID] asks for it, the population "
           "database confirms it, and the same login goes on to VNeID. Name and date of birth are filled in; type "
           f"{unverified['number']} as Số CCCD (12 số).")}

3. After the cut-over
{columns([("portal", f"{after_url}/dang-nhap"), ("user name", later["username"]), ("VNeID", later["vneid_number"])])}
{paragraph("The same portal behind a server whose cut-over has passed: the notice has no [Bỏ qua], and only VNeID "
           "gets in.")}

Behind it:
{columns([("status page", f"{stack.url}/vneid-status"), ("metrics", f"{stack.url}/vneid-metrics"),
          ("database", f'psql "{stack.conninfo_as("vneid")}"'),
          ("logs", f"{stack.logs}"), ("", "error.log and access.log are nginx's"),
          ("everything", f"{stack.folder}")])}

Other people, and what each of them shows: bash config/demo/run.sh --people
Ctrl-C stops everything.
"""


def people():
    """All invented people with a name of their own, by theme. Needs no demo that runs."""
    sys.path.insert(0, str(FIXTURES))
    from people import make_cast  # pylint: disable=import-outside-toplevel
    cast = make_cast(52, 0)
    anybody = cast.scenarios["happy"]
    lines = [f"Passwords: {anybody['password']} at the portal, {anybody['vneid_password']} at VNeID. All are invented."]
    theme = None
    for who in cast.scenarios.values():
        if who["theme"] != theme:
            theme = who["theme"]
            lines += ["", theme[0].upper() + theme[1:], "-" * len(theme)]
        lines.append(f"{who['username']:27}VNeID {who['vneid_number'] or '-'}")
        lines.append(paragraph(f"{who['about']} → {OUTCOMES[who['expect']]}", 4))
    return "\n".join(lines)
