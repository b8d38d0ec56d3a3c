"""`sennit check --profile`: what a profile's figures make of timed claims, with the numbers that decide."""

from __future__ import annotations

import contextlib
import json
from collections import Counter
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Final

import typer

from sennit.cli.sizes import parsed, shown
from sennit.cli.writing import write_line
from sennit.errors import Misuse, did_you_mean

if TYPE_CHECKING:  # Numba takes longer to import than `--help` should take to print
    from sennit.reference.memory.instance import Timing
    from sennit.reference.memory.plan import Plan, Wanted
    from sennit.reference.memory.profile import Profile
    from sennit.reference.memory.shape import Sweep
    from sennit.run.asking import Ask
    from sennit.run.report import Report

_ABOUT: Final = {
    "near": "half the shortest round trip that was seen",
    "far": "half the longest, by the bounds on jitter",
    "reads": "the longest sweep, by the bound on its jitter, less the ways",
    "fetches": "what is missing, from all sources at their best together",
    "allowed": "the deadline",
}
_WORDS: Final = ("hide", "size", "tags", "deadline", "confidence", "exclude")


def check_measured(
    names: Sequence[str], path: Path, words: str, ask: Ask, *, elsewhere: bool, as_json: bool, quiet: bool
) -> None:
    """Asks the claims that a profile decides, prints what it makes of them, and exits."""
    from sennit.cli.progress import Shown
    from sennit.run.asking import Here, run
    from sennit.run.measured import suites
    from sennit.run.report import Report

    profile = profile_of(path, elsewhere=elsewhere)
    wanted, mode, given = parsed_plan(words, profile)
    found, known = _known(profile, wanted, mode, given)
    chosen = suites(names, known.constants())
    with Shown(lines=not as_json, quiet=quiet, as_schedule=True) as lines:
        if not as_json and not quiet:
            for line in _lines(profile, found, wanted, known):
                write_line(line)
        reports = [run([suite], ask, Here(suite), lines) for suite in chosen]
    groups = tuple(group for each in reports for group in each.groups)
    report = Report(groups, sum(each.seconds for each in reports), any(each.interrupted for each in reports))
    if as_json:
        write_line(json.dumps({**report.to_data(), "profile": _data(profile, known)}, indent=1))
    else:
        _sum_up(report, found, wanted, known)
    raise typer.Exit(report.exit_code)


def profile_of(path: Path, *, elsewhere: bool) -> Profile:
    """The profile, if it is of this machine or need not be. Raises Misuse."""
    from sennit.reference.memory.measure import device_name
    from sennit.reference.memory.profile import check_machine, read_profile

    profile = read_profile(path)
    if not elsewhere:
        device = "cpu"
        if profile.machine.device != device:
            with contextlib.suppress(Misuse):  # no device is here: so it is of another machine
                device = device_name("cuda")
        try:
            check_machine(profile, device)
        except Misuse as error:
            raise Misuse(f"{error}, or give --elsewhere to take the other machine's figures") from None
    return profile


def parsed_plan(text: str, profile: Profile) -> tuple[Wanted, Sweep | None, Fraction | None]:
    """`hide=1GiB,deadline=0.05` as what is wanted, the kind of sweep, and a deadline. Raises Misuse.

    Unless it is said: the profile's own size, of which no more than half may be hidden, at 0.999.
    """
    from sennit.reference.memory.plan import Wanted

    said: dict[str, list[str]] = {}
    for part in filter(None, text.split(",")):
        name, equals, value = (piece.strip() for piece in part.partition("="))
        if name not in _WORDS or not equals:
            raise Misuse(f"--plan {part.strip()}: it takes {', '.join(_WORDS)}{did_you_mean(name, _WORDS)}")
        said.setdefault(name, []).append(value)
    for name, values in said.items():
        if len(values) > 1 and name != "exclude":
            raise Misuse(f"--plan says {name} twice")
    size = parsed(said["size"][0], "plan size") if "size" in said else profile.size
    hide = parsed(said["hide"][0], "plan hide") if "hide" in said else size // 2
    deadline = _number(said, "deadline", None)
    if deadline is not None and deadline <= 0:
        raise Misuse(f"--plan deadline={said['deadline'][0]}: a positive number of seconds")
    sure = _number(said, "confidence", Fraction(999, 1000))
    assert sure is not None
    return Wanted(size, hide, sure, Fraction(600), 0, tuple(said.get("exclude", ()))), _tags(said), deadline


def _tags(said: dict[str, list[str]]) -> Sweep | None:
    match said.get("tags", [None])[0]:
        case None:
            return None
        case "segment":
            return "segment"
        case "scattered":
            return "scattered"
        case other:
            raise Misuse(f"--plan tags={other}: segment or scattered")


def _number(said: dict[str, list[str]], name: str, usual: Fraction | None) -> Fraction | None:
    if name not in said:
        return usual
    try:
        return Fraction(said[name][0])
    except (ValueError, ZeroDivisionError):
        raise Misuse(f"--plan {name}={said[name][0]}: a number, as 0.05") from None


def _known(profile: Profile, wanted: Wanted, mode: Sweep | None, given: Fraction | None) -> tuple[Plan, Timing]:
    from sennit.reference.memory.instance import of_plan
    from sennit.reference.memory.plan import plan

    found = plan(profile, wanted, mode)
    return found, of_plan(profile, found, wanted, given)


def _lines(profile: Profile, found: Plan, wanted: Wanted, known: Timing) -> list[str]:
    """The profile, the plan, each constant with what it is, and the two inequalities that decide."""
    from sennit.show.schedule import in_seconds

    machine = profile.machine
    counted = Counter(figure.source for figure in profile.figures.values())
    lines = [
        f"profile   {machine.processor}, {machine.cores} cores, {machine.device}, taken {profile.taken}: "
        f"figures {', '.join(f'{count} {source}' for source, count in counted.items())}",
        f"plan      {found.mode} tags over {shown(found.shape.bytes)}, cost {found.cost}, {found.openings:,} openings; "
        f"more than {shown(wanted.hide)} hidden is to be found out",
    ]
    lines += [f"{name:<9} {in_seconds(value)} s  {_ABOUT[name]}" for name, value in known.constants().items()]
    slowest, allowed, quickest = map(in_seconds, (known.slowest_with, known.allowed, known.quickest_without))
    enough = "<=" if known.slowest_with <= known.allowed else ">"
    short = "<" if known.allowed < known.quickest_without else ">="
    return [*lines, f"far + reads + far {slowest} {enough} allowed {allowed} {short} near + fetches + near {quickest}"]


def _sum_up(report: Report, found: Plan, wanted: Wanted, known: Timing) -> None:
    for line in report.summary():
        write_line(line)
    if report.exit_code == 0:
        most = f"more than {shown(wanted.hide)}"
        write_line(f"separates: who holds the data is in time, and who lacks {most} is not, by this profile's figures")
    elif known.allowed >= known.quickest_without:
        write_line(f"does not separate: by the plan {shown(found.hidden)} can be hidden, {shown(wanted.hide)} may be")
    elif known.allowed < known.slowest_with:
        write_line("does not separate: the deadline is shorter than a round with the data may take")


def _data(profile: Profile, known: Timing) -> dict[str, object]:
    """The constants exactly, as numerator and denominator, since JSON's numbers are not."""
    exact = {name: [value.numerator, value.denominator] for name, value in known.constants().items()}
    return {"taken": profile.taken, "device": profile.machine.device, "constants": exact}
