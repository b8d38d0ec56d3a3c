"""The constants of a timed protocol, from a profile: what its figures say of messages, sweeps and ways around them.

Every amount is a time in seconds and exact, so that nothing is rounded between what was measured and what is proved:

    near     half the shortest round trip that was seen
    far      half the longest, median and the bound on its jitter; but no more than the longest sweep, which has a trip
             in it, leaves beside the shortest
    reads    the longest sweep, median and the bound on its jitter, less the longest way there and back
    fetches  what is missing over the sum of all sources' rates, each at its best, and of recomputing
    allowed  the deadline: the planner's, unless another is given
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from fractions import Fraction

from sennit.errors import Misuse
from sennit.reference.memory.plan import Plan, Source, Wanted, deadline, least_trip
from sennit.reference.memory.profile import Profile, jitter
from sennit.reference.memory.shape import Shape, Sweep


@dataclass(frozen=True)
class Timing:
    """What `Deadline` takes for known of one machine, in seconds. The fields have the names of its constants."""

    near: Fraction
    far: Fraction
    reads: Fraction
    fetches: Fraction
    allowed: Fraction

    def constants(self) -> dict[str, Fraction]:
        """By name."""
        return asdict(self)

    @property
    def slowest_with(self) -> Fraction:
        """The longest round with a prover that holds the data."""
        return self.far + self.reads + self.far

    @property
    def quickest_without(self) -> Fraction:
        """The shortest with one that lacks what is missing."""
        return self.near + self.fetches + self.near


def of_plan(profile: Profile, found: Plan, wanted: Wanted, allowed: Fraction | None = None) -> Timing:
    """The timing of a plan against whoever hides one byte more than is wanted. Raises Misuse as `timing` does.

    What openings may miss, and what no sweep reads, need not be made up for.
    """
    missing = wanted.hide + 1 - wanted.unseen - found.guessed
    return timing(profile, found.mode, found.shape, missing, found.sources, found.cost, allowed)


def timing(
    profile: Profile,
    mode: Sweep,
    shape: Shape,
    missing: Fraction | int,
    there: Iterable[Source],
    cost: int,
    allowed: Fraction | None = None,
) -> Timing:
    """The timing of sweeps of this shape against whoever has `missing` bytes to make up for.

    Raises Misuse where the profile lacks a figure, or its shortest round trip takes longer than its shortest sweep.
    """
    trip = profile.figure("round_trip")
    whole = deadline(profile, shape.bytes, mode)
    part = min(Fraction(1), Fraction(shape.bytes, profile.size))
    least = (Fraction(profile.figure(f"sweep:{mode}").low) - Fraction(trip.low)) * part
    far = min(Fraction(trip.median) + Fraction(jitter(trip)), whole - least) / 2
    reads = whole - 2 * far
    if reads <= 0:
        raise Misuse(
            f"by the profile a round trip takes up to {float(2 * far):.6f} s and a sweep of {shape.bytes:,} bytes "
            f"{float(whole):.6f} s, so that nothing is left for reading: measure more memory, or on a quieter machine"
        )
    fetches = max(Fraction(0), Fraction(missing)) / rate(profile, there, cost)
    return Timing(least_trip(profile) / 2, far, reads, fetches, whole if allowed is None else allowed)


def rate(profile: Profile, there: Iterable[Source], cost: int) -> Fraction:
    """Bytes a second that come from all sources at their best together, recomputing among them."""
    return sum((source.rate for source in there), Fraction(profile.figure("labels:most").low) / cost)


def most_hidden(
    profile: Profile, shape: Shape, there: Iterable[Source], cost: int, free: Fraction | int, allowed: Fraction
) -> Fraction:
    """The most that can be hidden by this deadline: `allowed < near + fetches + near` of just a little more.

    `free` bytes need not be made up for.
    """
    window = max(Fraction(0), allowed - least_trip(profile))
    return min(window * rate(profile, there, cost) + free, Fraction(shape.bytes))
