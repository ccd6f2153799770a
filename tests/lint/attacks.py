"""tests/attacks.md names tests: each must exist, by that name, in that file."""
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]


def missing():
    files = subprocess.run(["git", "ls-files", "-co", "--exclude-standard", "tests"], cwd=ROOT, capture_output=True,
                           text=True, check=True).stdout.split("\n")
    texts = {}
    for path in (ROOT / name for name in files if name):
        if path.suffix in (".py", ".cpp", ".mjs") and path.exists():
            texts[path.name] = texts.get(path.name, "") + path.read_text(encoding="utf-8")
    named = re.findall(r"`([\w.]+\.(?:py|cpp|mjs)): ([^`]+)`", (ROOT / "tests/attacks.md").read_text(encoding="utf-8"))
    if not named:
        yield "no tests are named"
    for file, test in named:
        if not re.search(rf"(def {test}\b|, {test}\)|test\('[^\n]*{re.escape(test)})", texts.get(file, "")):
            yield f"{file}: {test}"


if __name__ == "__main__":
    problems = list(missing())
    for problem in problems:
        print(f"tests/attacks.md names a test that is not there: {problem}")
    sys.exit(bool(problems))
