"""Judges replies with math-verify: lines of {"answer": [...], "reply": ...} on standard input, "right", "wrong" or "nothing read" for each."""
import json
import sys

from math_verify import parse, verify


def judge(answer, reply):
    # Several numbers are a set; order does not matter to us.
    gold = parse("$" + (answer[0] if len(answer) == 1 else "\\{" + ", ".join(answer) + "\\}") + "$", parsing_timeout=None)
    said = parse(reply, parsing_timeout=None)
    if not said:
        return "nothing read"
    return "right" if verify(gold, said, timeout_seconds=None) else "wrong"


for line in sys.stdin:
    case = json.loads(line)
    print(judge(case["answer"], case["reply"]))
