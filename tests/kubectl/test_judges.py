#!/usr/bin/env python3
"""Both judges must say the same of generated commands: test_judges.py KUBECTL_JUDGE COUNT [SEED]"""
import collections
import json
import random
import subprocess
import sys

import generate
import judge


def main():
    binary, count = sys.argv[1], int(sys.argv[2])
    seed = int(sys.argv[3]) if len(sys.argv) > 3 else random.randrange(2**31)
    print(f"seed {seed}, {count} commands", flush=True)
    source = random.Random(seed)
    rows = [generate.line(source) for _ in range(count)]
    text = "".join(json.dumps(row) + "\n" for row in rows)
    done = subprocess.run([binary], input=text, capture_output=True, text=True, check=False)
    theirs = done.stdout.split()
    if done.returncode != 0 or len(theirs) != count:
        print(f"{binary} ended with {done.returncode} after {len(theirs)} answers\n{done.stderr[-4000:]}")
        return 1
    tally, different = collections.Counter(), []
    for row, other in zip(rows, theirs):
        mine = judge.judge(row)
        tally[mine] += 1
        if other != mine and mine != "unknown" or other == "broken":
            different.append((row, mine, other))
    for row, mine, other in different[:40]:
        print(f"judge.py: {mine}, C++: {other}: {json.dumps(row)}")
    print(dict(tally), f"{len(different)} differences")
    # A generator that makes only refused commands would compare nothing.
    return bool(different) or tally["allow"] < count // 20 or tally["unknown"] > count // 50


if __name__ == "__main__":
    sys.exit(main())
