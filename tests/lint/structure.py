"""The house: how large files and folders are, and who includes whom. Prints what is wrong, a line each; 1 if anything is.

A source is a .cpp with its .hpp (or either alone). A folder is what CMake makes one library of; in module/ too.
"""
import collections
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
LONGEST_FILE = 350
LARGEST_FOLDER = 15
INCLUDE = re.compile(r'^#include "([^"]+)"', re.MULTILINE)
# What nginx's side is given of the flows: values, without the clients and stores behind them.
FACE = {"flows/base/log.hpp", "flows/base/message.hpp", "flows/base/portal_assertion.hpp", "flows/base/session_facts.hpp",
        "flows/base/settings.hpp", "flows/front/service.hpp"}


def sources():
    for top in ("core", "module"):
        for path in sorted((ROOT / top).rglob("*")):
            if path.suffix in {".cpp", ".hpp", ".c"}:
                yield path


def resolved(name):
    """The file that an include names; none for one that is made by the build."""
    for base in (ROOT / "core", ROOT):
        if (base / name).is_file():
            return base / name
    return None


def circles(graph):
    """Each circle once, as the list of its members."""
    state, stack, found = {}, [], []

    def visit(node):
        state[node] = "open"
        stack.append(node)
        for other in sorted(graph[node]):
            if state.get(other) == "open":
                found.append(stack[stack.index(other):] + [other])
            elif other not in state:
                visit(other)
        stack.pop()
        state[node] = "done"

    for node in sorted(graph):
        if node not in state:
            visit(node)
    return found


def problems():
    units = collections.defaultdict(set)
    folders = collections.defaultdict(set)
    module_files = collections.defaultdict(set)
    for path in sources():
        name = path.relative_to(ROOT)
        text = path.read_text()
        lines = text.count("\n")
        if lines > LONGEST_FILE:
            yield f"{name}: {lines} lines, more than {LONGEST_FILE}"
        units[name.parent].add(path.stem)
        for include in INCLUDE.findall(text):
            target = resolved(include)
            if target is None:
                continue
            other = target.relative_to(ROOT)
            if other.parts[0] == "module" and name.parts[0] == "core":
                yield f"{name}: includes {include}, and core knows nothing of nginx"
            if other.parent != name.parent:
                folders[name.parent].add(other.parent)
            if name.parts[0] == other.parts[0] == "module" and other.with_suffix("") != name.with_suffix(""):
                module_files[name.with_suffix("")].add(other.with_suffix(""))
            yield from misplaced(name, include)
    for folder, stems in units.items():
        if len(stems) > LARGEST_FOLDER:
            yield f"{folder}: {len(stems)} sources, more than {LARGEST_FOLDER}"
    # module.cpp, in the top folder, names everything; the small headers beside it are named by everybody.
    folders.pop(pathlib.Path("module"), None)
    for circle in circles(folders):
        yield "folders in a circle: " + " -> ".join(map(str, circle))
    for circle in circles(module_files):
        yield "files in a circle: " + " -> ".join(map(str, circle))


def misplaced(name, include):
    """The folders of the flows show each other one header."""
    parts = pathlib.PurePath(include).parts
    if parts[0] != "flows":
        return
    mine = name.parts[2] if name.parts[:2] == ("core", "flows") else None
    if parts[1] == mine or parts[2] == parts[1] + ".hpp":
        return
    if (name.parts[0] == "module" and include in FACE) or (mine == "front" and parts[1] == "base"):
        return
    yield f'{name}: includes {include}, of which others may use flows/{parts[1]}/{parts[1]}.hpp only'


if __name__ == "__main__":
    wrong = sorted(set(problems()))
    print("\n".join(wrong))
    sys.exit(1 if wrong else 0)
