"""Measures a machine: what its memory, its processor, its disk and its connections can do, as plans and proofs need it.

Whole sweeps are timed by a verifier in another process, since that is the time that a deadline is about; everything
else is timed where it happens, and again and again, since a median without a spread is worth little.
"""

from __future__ import annotations

import contextlib
import datetime
import importlib.metadata
import os
import platform
import secrets
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path

import numpy as np

from sennit.errors import Misuse
from sennit.reference.memory import loops
from sennit.reference.memory.game import prover
from sennit.reference.memory.profile import FORM, Figure, Profile, derived, most_labels, of_times, this_machine
from sennit.reference.memory.prover import NO_CUDA, memory_on
from sennit.reference.memory.shape import LINE, Origin, Shape, Sweep
from sennit.reference.memory.threads import Threads, make_labels
from sennit.reference.memory.verifier import Rules, Verifier
from sennit.reference.memory.wire import Broken

Say = Callable[[str], None]
_COSTS = (1, 4, 16)
_PART = 1 << 26  # bytes for what need not be the whole memory
_FEW = 5


def measure(device: str, size: int, lines: int, repeats: int, folder: Path, say: Say) -> Profile:
    """The profile of this machine; sweeps are of `size` bytes, `repeats` times each. Raises Misuse and Broken."""
    if repeats < 10:
        raise Misuse(f"--repeat {repeats}: at least 10, or there is no spread to speak of")
    shape = Shape.of(size, lines)
    figures: dict[str, Figure] = {}
    name = device_name(device)
    steps: tuple[tuple[str, Callable[[], Iterable[tuple[str, Figure]]]], ...] = (
        ("sweeps", lambda: _sweeps(device, shape, repeats)),
        ("the memory", lambda: _memory(shape, repeats)),
        ("labels", lambda: _labels(device, shape)),
        ("the disk", lambda: _disk(folder, min(_PART, shape.bytes))),
        ("connections", lambda: _links(repeats)),
        ("the device", lambda: _device(device, repeats)),
    )
    for what, take in steps:
        say(f"measuring {what}")
        figures.update(take())
    return Profile(
        FORM,
        this_machine(name),
        datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        os.getloadavg()[0],
        _versions(),
        shape.bytes,
        lines,
        figures,
    )


def _sweeps(device: str, shape: Shape, repeats: int) -> Iterator[tuple[str, Figure]]:
    """Whole sweeps as a verifier sees them, of the whole memory and of next to none."""
    for part in (Shape(1, shape.lines), shape):
        with prover("honest", device) as channel:
            verifier = Verifier(channel, Origin(secrets.token_bytes(32)), part, Rules(openings=1))
            verifier.fill(600)
            modes: tuple[Sweep, ...] = ("segment", "scattered")
            times: dict[str, list[float]] = {mode: [] for mode in modes}
            for _ in range(repeats if part is shape else 10 * repeats):
                for mode in modes:
                    times[mode].append(verifier.sweep(mode).seconds)
            pings = [verifier.ping(1).seconds for _ in range(10 * repeats)]
        if part is shape:
            for mode in modes:
                yield (
                    f"sweep:{mode}",
                    of_times(times[mode], f"challenge to root, {part.bytes:,} bytes"),
                )
            yield "round_trip", of_times(pings, "one label asked for over loopback TCP, by the verifier")
        else:
            yield (
                "overhead",
                of_times(times["segment"] + times["scattered"], f"challenge to root, {part.bytes:,} bytes"),
            )


def _memory(shape: Shape, repeats: int) -> Iterator[tuple[str, Figure]]:
    """Reading, writing and digesting by this process, on all cores. What is read is as large as the challenge."""
    memory = Threads(shape)
    with contextlib.closing(memory), ThreadPoolExecutor(memory.threads) as pool:
        memory.words.fill(1)
        parts = np.array_split(memory.words, memory.threads)
        times = [_timed(lambda: list(pool.map(loops.total, parts))) for _ in range(repeats + 1)]
        yield "read", of_times(times[1:], f"sum of 64-bit words, {memory.threads} threads", shape.bytes)
        times = [_timed(lambda: list(pool.map(lambda part: part.fill(7), parts))) for _ in range(_FEW)]
        yield "write", of_times(times, f"a constant, {memory.threads} threads", shape.bytes)
        times = [_timed(lambda: memory.sweep("segment", bytes(32))) for _ in range(repeats + 1)]
        yield (
            "in_place",
            of_times(times[1:], "segment tags and tree, where the bytes lie", shape.bytes),
        )


def _labels(device: str, shape: Shape) -> Iterator[tuple[str, Figure]]:
    """Labels a second by their cost; `labels` is the rate of blocks, from the largest cost."""
    part = Shape(min(shape.segments, max(1, _PART // (shape.lines * LINE))), shape.lines)
    memory = memory_on(device, part)
    with contextlib.closing(memory):
        memory.fill(Origin(bytes(32)))
        for cost in _COSTS:
            at = Origin(bytes(32), cost=cost)
            times = [_timed(lambda at=at: memory.fill(at)) for _ in range(_FEW)]  # type: ignore[misc]  # bound now
            yield f"labels:{cost}", of_times(times, f"fill of {part.bytes:,} bytes at cost {cost}", part.bytes)
    blocks = of_times(times, f"blocks of a fill at cost {_COSTS[-1]}", part.bytes * _COSTS[-1])
    yield "labels", blocks
    if device == "cpu":
        yield "labels:most", derived(*most_labels(len(os.sched_getaffinity(0))))
    else:
        from sennit.reference.memory.device import most_labels as most_on_device

        yield "labels:most", derived(*most_on_device())


def _disk(folder: Path, size: int) -> Iterator[tuple[str, Figure]]:
    """Reading a file that is not in the page cache, as far as the system lets us drop it from there."""
    data = make_labels(Origin(bytes(32)), range(size // LINE))
    try:
        with tempfile.NamedTemporaryFile(dir=folder) as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
            times, into = [], bytearray(size)
            for _ in range(_FEW):
                os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
                times.append(_timed(lambda: os.preadv(file.fileno(), [into], 0)))
    except OSError as error:
        raise Misuse(f"{folder}: no file can be written there to measure the disk: {error.strerror}") from error
    yield "disk", of_times(times, f"a file of {size:,} bytes, dropped from the page cache before", size)


def _links(repeats: int) -> Iterator[tuple[str, Figure]]:
    """Bytes from another process of this machine: the fastest connection to another holder that there is here."""
    context = get_context("spawn")
    here, there = context.Pipe()
    other = context.Process(target=_stream, args=(there,), daemon=True)
    other.start()
    there.close()
    into = bytearray(1 << 20)
    try:
        try:
            here.recv_bytes_into(into)
        except EOFError:
            raise Broken("the process that sends, to measure the link, ended before it began") from None
        times = [_timed(lambda: _next(here, into, 16)) for _ in range(repeats)]
    finally:
        here.close()
        other.join(5)
    yield "link", of_times(times, "another process of this machine, a socket pair, 16 MiB at a time", 16 << 20)


def _next(connection: Connection, into: bytearray, times: int) -> None:
    for _ in range(times):
        connection.send_bytes(b"")
        connection.recv_bytes_into(into)


def _stream(connection: Connection) -> None:
    data = bytes(1 << 20)
    with contextlib.suppress(EOFError, OSError):
        connection.send_bytes(data)
        while True:
            connection.recv_bytes()
            connection.send_bytes(data)


def _device(device: str, repeats: int) -> Iterator[tuple[str, Figure]]:
    """What a device reads, and what comes and goes over its bus; nothing where there is none."""
    if device == "cpu":
        return
    from sennit.reference.memory.device import copies

    for name, volume, times in copies(_PART * 16, repeats):
        yield name, of_times(times, f"{volume:,} bytes, pinned host memory where the host takes part", volume)


def device_name(device: str) -> str:
    """What a profile calls a device. Raises Misuse where it is not there."""
    if device == "cpu":
        return "cpu"
    try:
        from sennit.reference.memory.device import name_of
    except ImportError as error:
        raise Misuse(NO_CUDA) from error
    return name_of()


def _versions() -> dict[str, str]:
    found = {"python": platform.python_version(), "system": f"{platform.system()} {platform.release()}"}
    for package in ("sennit", "numba", "llvmlite", "numpy", "numba-cuda"):
        with contextlib.suppress(importlib.metadata.PackageNotFoundError):
            found[package] = importlib.metadata.version(package)
    return found


def _timed(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began
