"""A profile: measured figures of one machine, each with its spread and how it was got."""

from __future__ import annotations

import math
import os
import platform
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

import msgspec

from sennit.errors import Misuse

FORM = "sennit memory profile 1"
NEEDED = ("overhead", "sweep:segment", "sweep:scattered", "labels", "labels:most")  # what no plan can do without

_MANY = 1000  # times of which the quantile at 99.9 % says something


class Figure(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One quantity. The quantiles of a rate are those of the time it took, so that p99 is a slow one."""

    unit: Literal["B/s", "s"]
    median: float
    low: float  # the best seen: the highest rate, the shortest time
    p90: float
    p99: float
    p999: float
    count: int
    source: Literal["measured", "derived", "data sheet"]
    how: str


class Machine(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which machine it was."""

    processor: str
    cores: int
    device: str  # cpu, or the device's name


class Profile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The figures of a machine; times of sweeps are for `size` bytes in segments of `lines` lines."""

    form: str
    machine: Machine
    taken: str  # when, in UTC
    load: float | None  # of the machine, by other programs as well
    versions: dict[str, str]
    size: int
    lines: int
    figures: dict[str, Figure]

    def figure(self, name: str) -> Figure:
        """A figure. Raises Misuse where it is missing."""
        try:
            return self.figures[name]
        except KeyError:
            raise Misuse(f"the profile has no figure {name!r}: measure again with `sennit memory measure`") from None


def read_profile(path: Path) -> Profile:
    """The profile in a file. Raises Misuse where it is none, or a figure is missing or no positive number."""
    try:
        profile = msgspec.json.decode(path.read_bytes(), type=Profile)
    except OSError as error:
        raise Misuse(f"{path} cannot be read: {error.strerror}") from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Misuse(f"{path} is no profile: {error}") from error
    if profile.form != FORM:
        raise Misuse(f"{path} has the form {profile.form!r}: this version reads {FORM!r}")
    if profile.size <= 0 or profile.lines <= 0:
        raise Misuse(f"{path}: size and lines are positive numbers")
    for name in NEEDED:
        profile.figure(name)
    for name, figure in profile.figures.items():
        values = (figure.low, figure.median, figure.p90, figure.p99, figure.p999)
        if not all(math.isfinite(value) and value > 0 for value in values):
            raise Misuse(f"{path}: the figure {name!r} has a value that is no positive number")
        if list(values) != sorted(values, reverse=figure.unit == "B/s"):
            raise Misuse(f"{path}: the quantiles of {name!r} are not in order, from the best to the worst")
    return profile


def text_of(profile: Profile) -> str:
    """The profile as a file has it."""
    return msgspec.json.format(msgspec.json.encode(profile, order="sorted"), indent=1).decode() + "\n"


def of_times(times: Sequence[float], how: str, volume: int | None = None) -> Figure:
    """The figure from times in seconds; with a volume in bytes, as a rate."""
    ordered = sorted(times)
    picked = [ordered[0], *(_quantile(ordered, part) for part in (0.5, 0.9, 0.99, 0.999))]
    low, median, p90, p99, p999 = picked if volume is None else (volume / max(time, 1e-9) for time in picked)
    return Figure("s" if volume is None else "B/s", median, low, p90, p99, p999, len(ordered), "measured", how)


def derived(rate: float, how: str) -> Figure:
    """A rate that follows from other figures."""
    return Figure("B/s", rate, rate, rate, rate, rate, 1, "derived", how)


def jitter(figure: Figure, chance: float = 1e-6) -> float:
    """Seconds above the median that a time exceeds with at most this chance, if its tail falls off exponentially.

    The tail is the line through the quantiles at 90 and 99 % over the logarithm of the chance; of a thousand times or
    more, that through those at 99 and 99.9 % if it comes out longer. That it goes on so is an assumption. It is never
    less than the quantile at 99.9 %.
    """
    steps = math.log10(0.1 / chance)
    rare = (steps - 2) * (figure.p999 - figure.p99) if figure.count >= _MANY else 0.0
    return max(figure.p90 + steps * (figure.p99 - figure.p90), figure.p999 + rare) - figure.median


def this_machine(device: str = "cpu") -> Machine:
    """The machine that runs this."""
    return Machine(processor(), len(os.sched_getaffinity(0)), device)


def check_machine(profile: Profile, device: str) -> None:
    """Raises Misuse where the profile is of another machine than this one with this device."""
    here = this_machine(device)
    if profile.machine != here:
        raise Misuse(
            f"the profile is of another machine ({_shown(profile.machine)}) than this one ({_shown(here)}): "
            "measure here with `sennit memory measure`"
        )


def processor() -> str:
    """The processor's name, where Linux tells it."""
    found = re.search(r"model name\s*: (.*)", _cpuinfo())
    return found[1].strip() if found else platform.machine()


def most_labels(cores: int) -> tuple[float, str]:
    """Bytes a second of labels of cost 1 that these cores could make at the very most, and the reckoning.

    A block is 80 quarter rounds of 4 additions, 4 XORs and 4 rotations, and 16 additions: 976 operations on 32 bits.
    """
    information = _cpuinfo()
    clock = max((float(mhz) for mhz in re.findall(r"cpu MHz\s*: ([\d.]+)", information)), default=3000.0) * 1e6
    turbo = 1.5  # the clock may rise beyond what is said
    lanes, at_once = (16, 2) if "avx512f" in information else (8, 3)
    rate = cores * clock * turbo * lanes * at_once / 976 * 64
    return (
        rate,
        f"{cores} cores, {clock / 1e9:.2f} GHz and half as much again, {lanes * at_once} at once, 976 each",
    )


def _quantile(ordered: Sequence[float], part: float) -> float:
    """The least value that at least this part of the values does not exceed."""
    return ordered[max(0, math.ceil(part * len(ordered)) - 1)]


def _cpuinfo() -> str:
    path = Path("/proc/cpuinfo")
    return path.read_text() if path.exists() else ""


def _shown(machine: Machine) -> str:
    return f"{machine.processor}, {machine.cores} cores, {machine.device}"
