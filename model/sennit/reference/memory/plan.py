"""A plan: deadline, label cost and openings for a memory, each with the inequality that sets it; or why there is none.

S bytes are claimed. A cheater that hides bytes has to make up for them, in the window W between challenge and deadline,
from sources of rates B_i; whatever it leaves wrong instead has to escape the openings. The inequalities are linear in
what is hidden once the profile's figures are put in, and are computed with exact fractions.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from sennit.errors import Misuse
from sennit.reference.memory.profile import Profile, jitter
from sennit.reference.memory.shape import LEAF, LINE, Shape, Sweep

COMPLETENESS = "t0 + S/B + J <= D"
SOUNDNESS = "hidden <= (D - t0) * sum of B_i"
RECOMPUTING = "B_recompute = G/c, for G the most blocks that could be made"
FILL = "S * c / G_here <= the longest fill"
OPENINGS = "(1 - phi)^s <= 1 - confidence"
UNSEEN = "what no sweep reads"


@dataclass(frozen=True)
class Source:
    """Where missing bytes can come from, and how fast, in bytes a second."""

    name: str
    rate: Fraction


@dataclass(frozen=True)
class Wanted:
    """What is asked for. Sizes in bytes, times in seconds."""

    size: int
    hide: int  # what may stay hidden
    confidence: Fraction
    longest_fill: Fraction
    unseen: int = 0
    excluded: tuple[str, ...] = ()  # sources that something other than a challenge rules out


@dataclass(frozen=True)
class Plan:
    """A plan that keeps its word, or the nearest to one; `blocked` is the inequality that cannot be satisfied then."""

    mode: Sweep
    shape: Shape
    cost: int
    deadline: Fraction
    window: Fraction
    openings: int
    fill: Fraction
    sources: tuple[Source, ...]  # without recomputing
    recomputed: Fraction  # bytes that can be made anew in time
    fetched: Fraction  # bytes that other sources give in time
    guessed: Fraction  # bytes that may be wrong without being found, at the confidence
    unseen: int
    blocked: str | None

    @property
    def hidden(self) -> Fraction:
        """What a cheater can hide at most, but for the chance that confidence leaves."""
        return min(self.fetched + self.recomputed + self.guessed, Fraction(self.shape.bytes)) + self.unseen


_SWEEPS: Final[tuple[Sweep, ...]] = ("segment", "scattered")


def plan(profile: Profile, wanted: Wanted, mode: Sweep | None = None) -> Plan:
    """The best plan, of the two kinds of sweep if none is named. Raises Misuse where the question has no meaning."""
    if not 0 < wanted.confidence < 1:
        raise Misuse(f"--confidence {float(wanted.confidence):g}: it is above 0 and below 1")
    if wanted.hide <= 0 or wanted.longest_fill <= 0:
        raise Misuse("--hide and --longest-fill are positive: nothing can be shown to hide no byte at all")
    known = {source.name for each in _SWEEPS for source in sources(profile, each)}
    if unknown := [name for name in wanted.excluded if name not in known]:
        raise Misuse(f"--exclude {unknown[0]}: the profile has the sources {', '.join(sorted(known))}")
    found = [_plan(profile, wanted, each) for each in _SWEEPS if mode in (None, each)]
    return min(found, key=lambda each: (each.blocked is not None, each.hidden, each.deadline))


def sources(profile: Profile, mode: Sweep) -> tuple[Source, ...]:
    """The sources of a profile other than recomputing. Each is taken at the best that was seen of it.

    Tags of segments can be made where the bytes lie, so that a holder elsewhere counts with its own memory's rate.
    Chains force the lines to travel. All but the lines at the end of chains, that is: at an order that nobody foresaw,
    of a share f of lines up to 1/(1 - f) end a chain, so that at most 2 in `lines` need not travel while f <= 1/2.
    """
    at_end = Fraction(profile.lines, profile.lines - 2)
    if mode == "segment":
        named = [("in_place", Fraction(1)), ("disk", Fraction(1))]
    elif "host_to_device" in profile.figures:
        named = [("host_to_device", at_end)]  # whatever comes from a disk or from further away comes over this bus
    else:
        named = [("link", at_end), ("disk", Fraction(1))]
    found = [(name, factor) for name, factor in named if name in profile.figures]
    return tuple(Source(name, Fraction(profile.figure(name).low) * factor) for name, factor in found)


def deadline(profile: Profile, size: int, mode: Sweep) -> Fraction:
    """The least deadline that an honest prover meets: the median time of a sweep, and the bound on its jitter.

    Both are for the profile's size; the part beyond the overhead grows with the size.
    """
    whole, little = profile.figure(f"sweep:{mode}"), profile.figure("overhead")
    grown = Fraction(size, profile.size)
    reading = max(Fraction(0), Fraction(whole.median) - Fraction(little.median))
    return Fraction(little.median) + reading * grown + Fraction(jitter(whole)) * max(Fraction(1), grown)


def least_trip(profile: Profile) -> Fraction:
    """The least time t0 that passes whatever the prover has: the shortest round trip, or overhead, that was seen."""
    names = [name for name in ("overhead", "round_trip") if name in profile.figures]
    return min(Fraction(profile.figure(name).low) for name in names)


def least_openings(wrong: int, leaves: int, confidence: Fraction) -> int:
    """The least s with (1 - wrong/leaves)^s <= 1 - confidence, exactly; all leaves where that takes fewer."""
    if wrong >= leaves:
        return 1
    right, enough = Fraction(leaves - wrong, leaves), 1 - confidence
    guess = max(1, math.ceil(math.log(float(enough)) / math.log1p(-wrong / leaves)) - 2)
    if guess > leaves:
        return leaves
    found = guess
    reached = right**found
    while reached > enough and found < leaves:
        found, reached = found + 1, reached * right
    while found > 1 and reached / right <= enough:
        found, reached = found - 1, reached / right
    return found


def missed(openings: int, leaves: int, confidence: Fraction) -> int:
    """The least number of wrong leaves that so many openings find with the confidence."""
    low, high = 1, leaves
    while low < high:
        middle = (low + high) // 2
        if least_openings(middle, leaves, confidence) <= openings:
            high = middle
        else:
            low = middle + 1
    return low


def _plan(profile: Profile, wanted: Wanted, mode: Sweep) -> Plan:
    shape = Shape.of(wanted.size, profile.lines)
    until = deadline(profile, shape.bytes, mode)
    window = until - least_trip(profile)
    there = tuple(source for source in sources(profile, mode) if source.name not in wanted.excluded)
    fetched = min(window * sum((source.rate for source in there), Fraction(0)), Fraction(shape.bytes))
    most, here = Fraction(profile.figure("labels:most").low), Fraction(profile.figure("labels").median)
    dearest = max(1, math.floor(wanted.longest_fill * here / shape.bytes))
    room = wanted.hide - fetched - wanted.unseen
    leaf = Fraction(LEAF * shape.lines * LINE)
    blocked: str | None = None
    if room >= 2 * leaf:
        # Half of what is left goes to recomputing, the rest to what the openings may miss.
        cost = max(1, math.ceil(most * window / (room / 2)))
        if cost > dearest:
            cost = dearest
    else:
        cost = dearest
        blocked = SOUNDNESS if fetched > 0 else UNSEEN
    recomputed = min(most * window / cost, Fraction(shape.bytes))
    left = math.floor((room - recomputed) / leaf)
    if blocked is None and left < 1:
        blocked = FILL
    wrong = max(1, min(left, shape.leaves))
    return Plan(
        mode,
        shape,
        cost,
        until,
        window,
        least_openings(wrong, shape.leaves, wanted.confidence),
        Fraction(shape.bytes) * cost / here,
        there,
        recomputed,
        fetched,
        wrong * leaf,
        wanted.unseen,
        blocked,
    )
