"""A trial of deadlines: many challenges of an honest prover and of cheaters, by the plans that a profile gives.

Each cheater hides a quarter more than its plan allows, or what its way of cheating hides. The host from which hidden
lines come sends no faster than a slow link, on which the profile and the cheater agree; disks are left out of it. The
verifier holds the memory as well and sees every wrong leaf at once: what is on trial is the deadline.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Final

from msgspec.structs import replace

from sennit.errors import Misuse
from sennit.reference.memory import cheaters, game
from sennit.reference.memory.log import FORM, Head
from sennit.reference.memory.measure import measure
from sennit.reference.memory.plan import Plan, Wanted, plan
from sennit.reference.memory.profile import Profile, derived
from sennit.reference.memory.shape import Origin
from sennit.reference.memory.threads import Threads
from sennit.reference.memory.verifier import Round, Rules, Verifier, nanoseconds

SLOW_LINK: Final = 5e7  # bytes a second
_LINES: Final = 512
_LOOSE, _TIGHT = Fraction(17, 20), Fraction(9, 20)  # shares that may be hidden; less takes dearer labels, and longer
_MORE: Final = Fraction(5, 4)  # of what a plan allows


@dataclass(frozen=True)
class Case:
    """A prover, what it is told, and the plan by which it is challenged."""

    prover: str
    options: Mapping[str, float]
    plan: Plan


@dataclass(frozen=True)
class Tried:
    """A case, and what came of its challenges."""

    case: Case
    head: Head
    rounds: tuple[Round, ...]

    def count(self, verdict: str) -> int:
        """How many rounds were decided so."""
        return sum(each.verdict == verdict for each in self.rounds)

    @property
    def as_expected(self) -> bool:
        """Whether the honest prover was always accepted, or the cheater never."""
        return self.count("accepted") == (len(self.rounds) if self.case.prover == "honest" else 0)


def profiled(size: int, repeats: int, folder: Path, say: Callable[[str], None]) -> Profile:
    """This machine, with a link as fast as the cheating host's, and no disk. Raises Misuse and Broken."""
    found = measure("cpu", size, _LINES, repeats, folder, say)
    figures = {name: figure for name, figure in found.figures.items() if name != "disk"}
    return replace(found, figures={**figures, "link": derived(SLOW_LINK, "the cheating host sends no faster")})


def cases(profile: Profile) -> tuple[Case, ...]:
    """The honest prover and seven cheaters. Raises Misuse where this machine is too busy for a plan."""
    loose, tight = _planned(profile, _LOOSE), _planned(profile, _TIGHT)
    more = float(_MORE * tight.hidden / profile.size)
    return (
        Case("honest", {}, loose),
        Case("host", {"hide": more, "rate": SLOW_LINK}, tight),
        Case("in-place", {"hide": more, "rate": SLOW_LINK}, tight),
        Case("self-timed", {"hide": 1.0}, loose),
        Case("time-share", {"hide": 1.0}, loose),
        Case("recompute", {"hide": more}, tight),
        Case("every-kth", {"hide": 0.5}, tight),
        Case("short-state", {"hide": 0.5}, tight),
    )


def tried(case: Case, profile: Profile, count: int) -> Tried:
    """So many challenges of one prover, which fills once. Raises Broken where it breaks down."""
    found = case.plan
    origin = Origin(secrets.token_bytes(32), cost=found.cost)
    with game.prover(case.prover, "cpu", case.options) as channel, closing(Threads(found.shape)) as own:
        own.fill(origin)
        verifier = Verifier(channel, origin, found.shape, Rules(deadline=float(found.deadline)), own)
        verifier.fill(600)
        rounds = tuple(verifier.sweep(found.mode) for _ in range(count))
    head = Head(
        FORM, profile.machine, found.shape.segments, found.shape.lines, found.mode, found.cost, found.shape.leaves,
        nanoseconds(float(found.deadline)), case.prover, cheaters.hidden(case.prover, case.options, found.shape),
    )  # fmt: skip
    return Tried(case, head, rounds)


def _planned(profile: Profile, share: Fraction) -> Plan:
    """A scattered sweep of the profile's size, of which no more than this share may be hidden."""
    wanted = Wanted(profile.size, int(profile.size * share), Fraction(999, 1000), Fraction(600))
    found = plan(profile, wanted, "scattered")
    if found.blocked is not None:
        raise Misuse(f"{found.blocked}: no plan keeps {float(share):.0%}, so this machine is too busy to be challenged")
    return found
