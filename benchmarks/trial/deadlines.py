"""Deadlines on trial: a thousand challenges of an honest prover, and a thousand of each of seven cheaters.

    python benchmarks/trial/deadlines.py [--rounds N] [--size BYTES] [--repeat N] [--out DIR]

This machine is measured first and should have nothing else to do: the more it is kept waiting, the longer deadlines,
the dearer labels, and the longer a trial. Each prover's rounds are replayed on the timed protocol as well. The table,
its data, the profile and two plots go into the folder; the exit code is 1 where anybody was decided wrongly.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
import tempfile
import time
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

from sennit.errors import Misuse
from sennit.reference.memory.log import read_log, text_of
from sennit.reference.memory.profile import Profile
from sennit.reference.memory.profile import text_of as profile_text
from sennit.reference.memory.trial import Tried, cases, profiled, tried
from sennit.reference.memory.wire import Broken
from sennit.run.retold import DoesNotFit, retell

RESULTS = Path(__file__).parents[1] / "results"
SURE = Fraction(999, 1000)


def main() -> None:
    """Measures, tries, prints the table and writes everything."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=1000, help="challenges of each prover")
    parser.add_argument("--size", type=int, default=8 << 20, help="bytes of memory")
    parser.add_argument("--repeat", type=int, default=2000, help="sweeps that are measured")
    parser.add_argument("--out", type=Path, default=RESULTS)
    given = parser.parse_args()
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        profile = profiled(given.size, given.repeat, Path(folder), lambda text: print(text, flush=True))
        found, replays = [], []
        for case in cases(profile):
            begun = time.monotonic()
            found.append(tried(case, profile, given.rounds))
            replays.append(replayed(found[-1], profile, Path(folder)))
            print(f"{case.prover:<12} {time.monotonic() - begun:6.1f} s  {replays[-1]}", flush=True)
    write(found, replays, profile, time.monotonic() - began, given.out)
    sys.exit(0 if all(each.as_expected for each in found) else 1)


def replayed(each: Tried, profile: Profile, folder: Path) -> str:
    """Whether the timed protocol can produce the log at the profile's figures; if not, why."""
    file = folder / "run.jsonl"
    file.write_text(text_of(each.head, each.rounds))
    try:
        retell(read_log(file), profile, SURE)
    except DoesNotFit as error:
        return str(error)
    return "replays"


def write(found: Sequence[Tried], replays: Sequence[str], profile: Profile, seconds: float, out: Path) -> None:
    """The table, its data, the profile and the plots, each file whole."""
    from sennit.show.memory_plot import Seen, hidden_plot, times_plot

    rows = [row(each, said) for each, said in zip(found, replays, strict=True)]
    head = (
        "| prover | hides | may hide | cost | accepted | late | wrong | median | fastest | slowest | on the protocol |"
    )
    lines = [head, "|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|---|"]
    for each in rows:
        shares = f"{each['hides']:.0%} | {each['may_hide']:.0%}"
        counts = f"{each['accepted']:,} | {each['late']:,} | {each['wrong']:,}"
        times = " | ".join(f"{1e3 * each[name]:.2f} ms" for name in ("median", "fastest", "slowest"))
        lines.append(
            f"| {each['prover']} | {shares} | {each['cost']} | {counts} | {times} | {each['on_the_protocol']} |"
        )
    shape, until = found[0].case.plan.shape, found[0].head.deadline / 1e6
    where = f"{profile.machine.processor}, {profile.machine.cores} cores, load {os.getloadavg()[0]:.1f}"
    how = (
        f"{shape.bytes:,} bytes, scattered sweeps, deadline {until:.3f} ms, every leaf looked at. {where}, "
        f"Python {platform.python_version()}, {profile.taken}; the trial took {seconds:.0f} s."
    )
    print("\n".join([*lines, "", how]))
    out.mkdir(parents=True, exist_ok=True)
    seen = [Seen(each.head, tuple(one.seconds for one in each.rounds)) for each in found]
    data = {"where": where, "taken": profile.taken, "seconds": round(seconds, 1), "size": shape.bytes,
            "deadline": found[0].head.deadline / 1e9, "rows": rows}  # fmt: skip
    pictures = ["![When answers came](deadlines-times.svg)", "![What can be hidden](deadlines-hidden.svg)"]
    whole(out / "deadlines.md", "\n".join([*lines, "", how, "", *pictures]) + "\n")
    whole(out / "deadlines.json", json.dumps(data, indent=1) + "\n")
    whole(out / "deadlines-profile.json", profile_text(profile))
    whole(out / "deadlines-times.svg", times_plot(seen))
    whole(out / "deadlines-hidden.svg", hidden_plot(seen, profile, SURE))


def row(each: Tried, said: str) -> dict[str, str | int | float]:
    """One prover's line. Times in seconds, amounts as shares of the memory."""
    times = sorted(one.seconds for one in each.rounds)
    size = each.head.shape.bytes
    return {
        "prover": each.case.prover,
        "hides": each.head.hides / size,
        "may_hide": float(each.case.plan.hidden) / size,
        "cost": each.case.plan.cost,
        "accepted": each.count("accepted"),
        "late": each.count("late"),
        "wrong": each.count("wrong"),
        "median": times[(len(times) - 1) // 2],
        "fastest": times[0],
        "slowest": times[-1],
        "on_the_protocol": said,
    }


def whole(file: Path, text: str | bytes) -> None:
    """Writes the file, or nothing."""
    part = file.with_name(f"{file.name}.part")
    part.write_bytes(text.encode() if isinstance(text, str) else text)
    part.replace(file)


if __name__ == "__main__":
    try:
        main()
    except (Misuse, Broken) as error:
        sys.exit(f"{error}")
