"""What nginx.conf can say, from module/directives.def; run as a program it holds config/directives.md against it.

The reference must have a section for each directive and each variable, and no other; each section must state exactly
that syntax, default and context, each member of a block must have its row, and the flags that nginx goes by must fit
the syntax. tests/module/directives_test.py puts the same list to a real nginx.
"""
import pathlib
import re
import sys
from dataclasses import dataclass

ROOT = pathlib.Path(__file__).resolve().parents[2]
MANY = 99  # as many as one likes

ARGUMENTS = {"NGX_CONF_NOARGS": (0, 0), "NGX_CONF_1MORE": (1, MANY), "NGX_CONF_2MORE": (2, MANY),
             **{f"NGX_CONF_TAKE{least}": (least, least) for least in (1, 2, 3, 4)},
             "NGX_CONF_TAKE12": (1, 2), "NGX_CONF_TAKE13": (1, 3), "NGX_CONF_TAKE23": (2, 3),
             "NGX_CONF_TAKE123": (1, 3), "NGX_CONF_TAKE1234": (1, 4)}


@dataclass
class Directive:
    name: str
    block: str        # "" for what stands in http, server, location; else the directive whose block it stands in
    contexts: list    # of "http", "server", "location"
    least: int        # arguments that nginx lets through
    most: int
    opens_block: bool
    repeats: bool
    syntax: str
    default: str

    def arguments_by_syntax(self):
        """(least, most). Alternatives, "A | B", are one argument; "[x]" may be left out; "…" repeats."""
        words = re.findall(r'\[[^\]]*\]|"[^"]*"|[^\s"\[]\S*(?:\[[^\]]*\])?\S*', self.syntax.removesuffix(";"))[1:]
        if "{" in words:
            words = words[:words.index("{")]
        kept = [word for before, word in zip(["", *words], words) if word != "|" and before != "|"]
        repeats = "…" in kept
        kept = [word for word in kept if word != "…"]
        # A directive that says nothing at all is of no use: one of its optional arguments must be there.
        least = max(sum(1 for word in kept if not word.startswith("[")), 1 if kept else 0)
        return least, MANY if repeats else len(kept)


def read_rows(text):
    """(kind, [column, …]) of each line of the list; a column is C++ text, or the content of its literal."""
    text = re.sub(r"^(//|#).*$", "", text, flags=re.MULTILINE)
    for kind, body in re.findall(r'VNEID_(\w+)\(((?:"(?:[^"\\]|\\.)*"|[^")])*)\)', text):
        columns = re.findall(r'"(?:[^"\\]|\\.)*"|[^,"]+', body)
        columns = [column.strip() for column in columns if column.strip()]
        yield kind, [re.sub(r"\\(.)", r"\1", column[1:-1]) if column[0] == '"' else column for column in columns]


def of_nginx(name, _parse, _conf, contexts, flags, syntax, default):
    flags = [flag.strip() for flag in flags.split("|")]
    least, most = next(ARGUMENTS[flag] for flag in flags if flag in ARGUMENTS)
    return Directive(name, "", [word.strip() for word in contexts.split("|")], least, most, "NGX_CONF_BLOCK" in flags,
                     False, syntax, default)


def of_block(block, name, least, most, _read, repeats, syntax, default):
    return Directive(name, block, [], int(least), int(most), False, repeats == "true", syntax, default)


def load(path=ROOT / "module" / "directives.def"):
    """([Directive, …], [name of a variable, …])"""
    directives, variables = [], []
    for kind, columns in read_rows(path.read_text()):
        if kind == "DIRECTIVE":
            directives.append(of_nginx(*columns))
        elif kind.endswith("_MEMBER"):
            directives.append(of_block("vneid_" + kind.removesuffix("_MEMBER").lower(), *columns))
        else:
            variables.append(columns[0] if kind == "VARIABLE" else columns[1])
    return directives, variables


def sections(text):
    """{heading: text} of the reference's headings of third degree."""
    parts = re.split(r"^#{1,3} (.*)\n", text, flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2]))


def check_section(directive, section):
    wanted = (f"```\nSyntax:   {directive.syntax}\nDefault:  {directive.default}\n"
              f"Context:  {', '.join(directive.contexts)}\n```\n")
    if not section.startswith(wanted):
        yield f"the section on {directive.name} does not begin with\n{wanted}"


def check_rows(members, section):
    """Rows are `syntax` …| default | meaning; a row may tell of several members that have one default."""
    rows = {}
    for cells in re.findall(r"^\| (`.*)\|$", section, flags=re.MULTILINE):
        first, default, *_ = (cell.strip().replace("\\|", "|") for cell in re.split(r"(?<!\\)\|", cells))
        default = default.replace("`", "")
        rows.update({syntax: default for syntax in re.findall(r"`([^`]*;)`", first)})
    for member in members:
        if member.syntax not in rows:
            yield f"{member.block} has no row on `{member.syntax}`"
        elif rows[member.syntax] != member.default:
            yield f"{member.block}: the default of {member.name} is {member.default}, not {rows[member.syntax]}"
    for extra in rows.keys() - {member.syntax for member in members}:
        yield f"{member.block} has a row on `{extra}`, which the code does not know"


def check_arguments(directive):
    """nginx's flags and the syntax must allow the same numbers; MORE leaves the most to the directive itself."""
    least, most = directive.arguments_by_syntax()
    if least != directive.least or (most != directive.most and directive.most != MANY):
        yield (f"{directive.name} takes {directive.least} to {directive.most} arguments, "
               f"its syntax says {least} to {most}: {directive.syntax}")


def problems(directives, variables, reference):
    found = sections(reference)
    top = {directive.name: directive for directive in directives if not directive.block}
    for directive in directives:
        yield from check_arguments(directive)
        if not directive.syntax.startswith(directive.name) or directive.block:
            continue
        if directive.name not in found:
            yield f"there is no section on {directive.name}"
            continue
        yield from check_section(directive, found[directive.name])
        if directive.opens_block:
            yield from check_rows([member for member in directives if member.block == directive.name],
                                  found[directive.name])
    for directive in directives:
        if directive.syntax.split()[0].rstrip(";") != directive.name:
            yield f"the syntax of {directive.name} begins with another name: {directive.syntax}"
    for variable in variables:
        if "$" + variable not in found:
            yield f"there is no section on ${variable}"
    known = top.keys() | {"$" + variable for variable in variables}
    for heading in found:
        if re.match(r"\$?vneid", heading) and heading not in known:
            yield f"there is a section on {heading}, which the code does not know"


def main():
    path = ROOT / "config" / "directives.md"
    broken = [f"{path.relative_to(ROOT)}: {problem}" for problem in problems(*load(), path.read_text())]
    print("\n".join(broken), end="\n" if broken else "")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
