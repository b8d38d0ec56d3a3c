"""Segment and scattered sweeps beside reading alone in one run, as ratios; and labels beside what no program beats.

    python benchmarks/memory.py [--size BYTES] [--threads N] [--repeat N]

Each turn reads, digests with a plain loop, and sweeps both ways, one after the other, so that what other programs take
away is taken from all. Medians, and the ratio to reading, go to benchmarks/results/memory.md and .json.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numba
import numpy as np

from sennit.reference.memory import loops
from sennit.reference.memory.keys import universal_key
from sennit.reference.memory.profile import most_labels, processor
from sennit.reference.memory.shape import Origin, Shape
from sennit.reference.memory.threads import Threads

RESULTS = Path(__file__).parent / "results"


@numba.njit(nogil=True)  # type: ignore[untyped-decorator,unused-ignore]  # Numba has no types
def plain(words: Any, key: Any, tags: Any) -> None:
    """The same tags by a loop that is left to the compiler."""
    low, half, size = np.uint64(0xFFFFFFFF), np.uint64(32), len(key) - 1
    for number in range(len(tags)):
        first, second = np.uint64(0), np.uint64(0)
        for place in range(size):
            word, k, moved = words[number * size + place], key[place], key[place + 1]
            first += ((word + k) & low) * (((word >> half) + (k >> half)) & low)
            second += ((word + moved) & low) * (((word >> half) + (moved >> half)) & low)
        tags[number, 0], tags[number, 1] = first, second


def main() -> None:
    """Measures, prints the table and writes it."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--size", type=int, default=2 << 30, help="bytes of memory")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--repeat", type=int, default=15, help="turns, of which the medians count")
    given = parser.parse_args()
    shape = Shape.of(given.size)
    memory = Threads(shape, given.threads)
    cost = 1
    memory.fill(Origin(bytes(32), cost=cost))
    times = sweeps(memory, given.repeat)
    reading = times["read"]
    rows = []
    for name, taken in times.items():
        ratio = statistics.median(r / t for r, t in zip(reading, taken, strict=True))
        rows.append((name, shape.bytes / statistics.median(taken) / 1e9, ratio))
    memory.close()
    write(rows, labels(given.threads), given, shape)


def sweeps(memory: Threads, repeat: int) -> dict[str, list[float]]:
    """Seconds of each way over the whole memory, turn by turn."""
    key = universal_key(bytes(32), memory.shape)
    tags = np.zeros((memory.shape.segments, 2), np.uint64)
    parts = np.array_split(np.arange(memory.shape.segments), memory.threads)
    size = memory.shape.words
    with ThreadPoolExecutor(memory.threads) as pool:

        def each(work: Callable[[int, int], object]) -> Callable[[], object]:
            return lambda: list(pool.map(lambda part: work(int(part[0]), int(part[-1]) + 1), parts))

        ways: dict[str, Callable[[], object]] = {
            "read": each(lambda a, b: loops.total(memory.words[a * size : b * size])),
            "plain loop": each(lambda a, b: plain(memory.words[a * size : b * size], key, tags[a:b])),
            "segment sweep": lambda: memory.sweep("segment", bytes(32)),
            "scattered sweep": lambda: memory.sweep("scattered", bytes(32)),
        }
        times: dict[str, list[float]] = {name: [] for name in ways}
        for turn in range(repeat + 1):
            for name, way in ways.items():
                began = time.perf_counter()
                way()
                if turn:
                    times[name].append(time.perf_counter() - began)
    return times


def labels(threads: int) -> tuple[float, float]:
    """Bytes of blocks a second of a fill that costs enough not to wait for memory, and the bound."""
    memory = Threads(Shape.of(16 << 20), threads)
    cost, taken = 64, []
    for _ in range(4):
        began = time.perf_counter()
        memory.fill(Origin(bytes(32), cost=cost))
        taken.append(time.perf_counter() - began)
    rate = memory.shape.bytes * cost / min(taken)
    memory.close()
    return rate, most_labels(threads)[0]


def write(
    rows: list[tuple[str, float, float]], made: tuple[float, float], given: argparse.Namespace, shape: Shape
) -> None:
    """The table and the data, each file whole."""
    lines = ["| over the whole memory | GB/s | of reading |", "|---|--:|--:|"]
    lines += [f"| {name} | {rate:.1f} | {ratio:.0%} |" for name, rate, ratio in rows]
    where = (
        f"{processor()}, load {os.getloadavg()[0]:.1f}, Python {platform.python_version()}, Numba {numba.__version__}"
    )
    how = (
        f"{shape.bytes:,} bytes, {given.threads} threads of {where}. Medians of {given.repeat}, "
        "and of the ratios turn by turn; sweeps include the tree over the tags.\n"
        f"Blocks of labels: {made[0] / 1e9:.2f} GB/s, where at most {made[1] / 1e9:.1f} GB/s are conceivable."
    )
    print("\n".join([*lines, "", how]))
    RESULTS.mkdir(exist_ok=True)
    data = {
        "size": shape.bytes, "threads": given.threads, "repeat": given.repeat, "where": where,
        "rows": [{"what": name, "bytes_per_second": rate * 1e9, "of_reading": ratio} for name, rate, ratio in rows],
        "blocks": {"bytes_per_second": made[0], "conceivable": made[1]},
    }  # fmt: skip
    for name, text in (("memory.md", "\n".join([*lines, "", how])), ("memory.json", json.dumps(data, indent=1))):
        part = RESULTS / f"{name}.part"
        part.write_text(text + "\n")
        part.replace(RESULTS / name)


if __name__ == "__main__":
    main()
