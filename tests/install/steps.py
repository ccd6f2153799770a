"""The steps of an installation as its documents have them.

A step is a fenced block under a line that says what it is:
    <!-- run -->                        a shell script
    <!-- write FILE -->                 the content of a new file
    <!-- into the portal's server -->   lines of nginx.conf
`<!-- run: WORD -->` is a step for those who ask for WORD.
"""
import re
from dataclasses import dataclass


@dataclass
class Step:
    kind: str      # "run", "write" or "server"
    argument: str  # the file, or the word
    text: str
    line: int


MARK = re.compile(r"<!-- (?:(run)(?:: (\S+))?|(write) (\S+)|into the portal's (server)) -->\n```\w+\n(.*?)^```$",
                  re.DOTALL | re.MULTILINE)


def read_steps(path):
    text = path.read_text()
    steps = []
    for match in MARK.finditer(text):
        run, word, write, file, server, body = match.groups()
        steps.append(Step(run or write or server, word or file or "", body, text[:match.start()].count("\n") + 1))
    if text.count("<!-- run") + text.count("<!-- write") + text.count("<!-- into") != len(steps):
        raise ValueError(f"{path}: a mark is not followed by a fenced block")
    return steps
