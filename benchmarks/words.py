"""Exhaustive search of the same systems, packed into ever more words: states a second, beside those of one word.

    python benchmarks/words.py [--quick] [--repeat N] [--out FOLDER]

Fields are not split between words, so that narrow words make more of them; a state is otherwise the same, and so are
the successors. All runs must find as many states. Runs of different widths take turns; the best of each counts, as
seconds of one processor, since all else on the machine can only make them longer. Results go to
benchmarks/results/words.md and .json.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from pathlib import Path

from peers.systems import Task, task

from sennit.expr import not_
from sennit.lower.packing import NotCompiled, packing
from sennit.lower.program import starts
from sennit.lower.search import NativeSearch

HERE = Path(__file__).parent
FULL = (("two-phase commit", 9), ("philosophers", 10), ("ring", 6), ("memory", 9))
QUICK = (("two-phase commit", 6), ("philosophers", 7), ("ring", 4), ("memory", 6))


def main() -> None:
    """Runs all systems at all widths, prints the table and writes it."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="small sizes: seconds, to see that all agree")
    parser.add_argument("--repeat", type=int, default=5, help="runs of each width, of which the best counts")
    parser.add_argument("--out", type=Path, default=HERE / "results", help="the folder for the results")
    given = parser.parse_args()
    rows: list[dict[str, object]] = []
    for kind, size in QUICK if given.quick else FULL:
        rows += _of(task(kind, size), given.repeat)
    lines = ["| system | states | words a state | states/s | of one word |", "|---|--:|--:|--:|--:|"]
    lines += [f"| {r['system']} | {r['states']:,} | {r['words']} | {r['rate']:,.0f} | {r['ratio']:.2f} |" for r in rows]
    print("\n".join(lines))
    given.out.mkdir(exist_ok=True)
    stem = "words-quick" if given.quick else "words"
    for name, text in ((f"{stem}.md", "\n".join(lines)), (f"{stem}.json", json.dumps(rows, indent=1))):
        part = given.out / f"{name}.part"
        part.write_text(text + "\n")
        part.replace(given.out / name)


def _of(one: Task, repeat: int) -> list[dict[str, object]]:
    """A row for each number of words."""
    machine, target = one.system.machine, not_(one.goal)
    initial = starts(machine, 10**7)
    best: dict[int, float] = {}
    counts: dict[int, int] = {}
    for _ in range(repeat + 1):  # the first loads and compiles
        for words, bits in _widths(one).items():
            search = NativeSearch(machine, target, bits)
            began = time.process_time()
            search.run(initial, 10**10, lambda _: None)
            seconds = time.process_time() - began
            best[words] = min(seconds, best.get(words, seconds))
            counts[words] = search.count
    if len(set(counts.values())) != 1:
        sys.exit(f"{one.name}: widths disagree on the number of states: {counts}")
    return [
        {
            "system": one.name,
            "states": counts[words],
            "words": words,
            "rate": counts[words] / seconds,
            "ratio": best[1] / seconds,
        }
        for words, seconds in sorted(best.items())
    ]


def _widths(one: Task) -> dict[int, int]:
    """How many words, and of how many bits, of which each is the widest that needs so many."""
    found: dict[int, int] = {}
    for bits in range(63, 0, -1):
        try:
            words = packing(one.system.machine.variables, bits).words
        except NotCompiled:
            break
        found.setdefault(words, bits)
    return found


if __name__ == "__main__":
    main()
