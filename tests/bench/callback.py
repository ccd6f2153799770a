"""What a callback costs: user instructions (callgrind) of nginx for whole ways to a link, less those of the same ways that
end before the callback is asked for. Needs valgrind, which nothing else does.

    callback.py [--callbacks N]

VNEID_BUILD names the build; to compare two, run it for each."""
import argparse
import pathlib
import re
import shutil
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "flows"))
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from gate import GateStack  # noqa: E402
from support import BUILD, LINKED, StackTest  # noqa: E402


def instructions(walker, people, ask):
    stack = walker.stack
    for file in stack.run.glob("callgrind.out.*"):
        file.unlink()
    stack.start_nginx()
    for case in people:
        citizen, url = walker.to_callback(case)
        if ask and LINKED not in citizen.get(url).text:
            sys.exit("a callback did not link")
    stack.stop_process("nginx", seconds=120)
    return sum(int(re.search(r"^(?:totals|summary): (\d+)", file.read_text(errors="replace"), re.M).group(1))
               for file in stack.run.glob("callgrind.out.*"))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--callbacks", type=int, default=15)
    given = parser.parse_args()
    if shutil.which("valgrind") is None:
        sys.exit("not installed: valgrind")
    walker = StackTest()
    with GateStack(BUILD, workers=1) as stack:
        walker.stack = StackTest.stack = stack
        people = [case for case in stack.crowd if case["expect"] == "link"]
        stack.stop_process("nginx")
        stack.wrapper = ["valgrind", "--tool=callgrind", f"--callgrind-out-file={stack.run}/callgrind.out.%p"]
        left = instructions(walker, people[:given.callbacks], False)
        whole = instructions(walker, people[:given.callbacks], True)
        print(f"user instructions a callback, with the page that it leads to: {(whole - left) / given.callbacks:,.0f}")


if __name__ == "__main__":
    main()
