"""The planner's numbers, found once more: Z3 optimises over what honest provers and cheaters can do, for drawn figures.

Nothing here uses the planner's formulas. A deadline is the least bound on all honest rounds, the window the longest
time that a cheater can have, what it brings the most that any sharing of that window among sources brings, a cost the
least whole number that keeps recomputing down, and what openings miss the most leaves that still fit.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TypeAlias

import hypothesis.strategies as st
import z3
from hypothesis import given, settings
from msgspec.structs import replace

from sennit.reference.memory.instance import of_plan
from sennit.reference.memory.plan import FILL, SOUNDNESS, Plan, Wanted, least_openings, plan
from sennit.reference.memory.profile import Figure, Profile
from sennit.reference.memory.shape import LEAF, LINE, Sweep
from unit.memory.test_plan import GIB, exact, figure, profile, real

CLOSE = Fraction(1, 10**9)  # of the deadline: quantiles are added as floats
Drawn: TypeAlias = tuple[Profile, Wanted, Sweep]


def fractions(low: int, high: int, per: int) -> st.SearchStrategy[float]:
    """Rationals that a float says exactly: so many parts of a power of two."""
    return st.integers(low * per, high * per).map(lambda count: count / per)


@st.composite
def times(draw: st.DrawFn, low: int, high: int) -> Figure:
    """A time in seconds, from 1/4096 of `low` to 1/4096 of `high` at best, and then in order."""
    best = draw(fractions(low, high, 1)) / 4096
    steps = [draw(fractions(0, 2, 64)) * best / 8 for _ in range(4)]
    values = [best + sum(steps[:number]) for number in range(5)]
    return replace(figure("s", *values), count=draw(st.sampled_from([100, 1000])))


@st.composite
def drawn(draw: st.DrawFn) -> Drawn:
    """A machine, what is wanted of it, and the kind of sweep."""
    mode: Sweep = draw(st.sampled_from(["segment", "scattered"]))
    rates = {name: figure("B/s", float(draw(st.integers(1, 64)) << 26)) for name in ("in_place", "link", "disk")}
    most = draw(st.integers(4, 64)) << 28
    figures = {
        **profile().figures,
        **rates,
        "overhead": draw(times(1, 4)),
        "round_trip": draw(times(1, 4)),
        f"sweep:{mode}": draw(times(400, 2000)),
        "labels": figure("B/s", float(most // draw(st.integers(1, 4)))),
        "labels:most": figure("B/s", float(most)),
    }
    size = draw(st.integers(1, 8)) * GIB // 2
    hide = max(1, size * draw(st.integers(1, 15)) // 16)
    fill = Fraction(draw(st.sampled_from(["1/2", "2", "600"])))
    unseen = draw(st.sampled_from([0, 1 << 20]))
    sure = draw(st.sampled_from([Fraction(9, 10), Fraction(999, 1000)]))
    return replace(profile(), figures=figures), Wanted(size, hide, sure, fill, unseen), mode


def optimum(objective: z3.ArithRef, *facts: z3.BoolRef, most: bool) -> Fraction | None:
    """The best value under these facts, exactly; None where there is none."""
    solver = z3.Optimize()
    solver.add(*facts)
    found = solver.maximize(objective) if most else solver.minimize(objective)
    if solver.check() != z3.sat:
        return None
    value = solver.upper(found) if most else solver.lower(found)
    return Fraction(value.as_long()) if z3.is_int_value(value) else exact(value)


def deadline_anew(of: Profile, size: int, mode: Sweep) -> Fraction:
    """The least D that no honest round exceeds: fixed time, reading at the pace that was seen, and what is in the tail.

    The tail loses nine of ten rounds in each step that is as long as that from the 90th to the 99th of a hundred; one
    in a million are five steps past the 90th. Of a thousand rounds the last step that was seen says so, too.
    """
    whole, little = of.figures[f"sweep:{mode}"], of.figures["overhead"]
    d, pace, tail = z3.Reals("D pace tail")
    facts = [
        pace >= 0,
        pace * of.size >= real(whole.median) - real(little.median),
        tail >= real(whole.p999),
        tail >= real(whole.p90) + 5 * (real(whole.p99) - real(whole.p90)),
    ]
    if whole.count >= 1000:
        facts.append(tail >= real(whole.p999) + 3 * (real(whole.p999) - real(whole.p99)))
    bigger = real(max(Fraction(1), Fraction(size, of.size)))
    facts += [d >= real(little.median) + pace * size + bigger * (tail - real(whole.median))]
    found = optimum(d, *facts, most=False)
    assert found is not None
    return found


def window_anew(of: Profile, until: Fraction) -> Fraction:
    """The most time between the challenge and the last moment to send, for ways as short as any that was seen."""
    window, trip = z3.Reals("window trip")
    seen = [trip >= real(of.figures[name].low) for name in ("overhead", "round_trip")]
    found = optimum(window, z3.Or(*seen), trip >= 0, window + trip <= real(until), most=True)
    assert found is not None
    return found


def brought_anew(of: Profile, found: Plan, window: Fraction) -> Fraction:
    """The most bytes that sources bring, each at work for a part of the window, of no more than there are."""
    names = {"segment": ["in_place", "disk"], "scattered": ["link", "disk"]}[found.mode]
    busy = {name: z3.Real(name) for name in names}
    total = z3.Real("total")
    carried = []
    for name in names:
        rate = Fraction(of.figures[name].low)
        # Two of a chain's lines may stand where they are read last and need not travel.
        travels = Fraction(found.shape.lines - 2, found.shape.lines) if name == "link" else Fraction(1)
        amount = z3.Real(f"{name} bytes")
        carried.append((amount, amount * real(travels) <= real(rate) * busy[name]))
    facts = [z3.And(time >= 0, time <= real(window)) for time in busy.values()]
    facts += [fact for _, fact in carried]
    facts += [total <= z3.Sum([amount for amount, _ in carried]), total <= found.shape.bytes]
    most = optimum(total, *facts, most=True)
    assert most is not None
    return most


def cost_anew(of: Profile, wanted: Wanted, found: Plan, window: Fraction, room: Fraction) -> int:
    """The least whole cost at which no more than half of the room is made anew; if a fill allows no such, its most."""
    cost = z3.Int("cost")
    most, here = real(of.figures["labels:most"].low), real(of.figures["labels"].median)
    fills = [cost >= 1, z3.Or(cost == 1, z3.ToReal(cost) * found.shape.bytes <= real(wanted.longest_fill) * here)]
    keeps = most * real(window) <= z3.ToReal(cost) * real(room / 2)
    least = optimum(cost, *fills, keeps, most=False)
    if least is None:
        least = optimum(cost, *fills, most=True)
    assert least is not None
    return int(least)


@settings(derandomize=True, max_examples=100, deadline=None)
@given(drawn())
def test_a_plan_is_what_z3_finds_from_the_inequalities(case: Drawn) -> None:
    """Deadline, window, what sources bring, cost, what openings may miss, and the sum that is hidden."""
    of, wanted, mode = case
    found = plan(of, wanted, mode)
    assert abs(deadline_anew(of, found.shape.bytes, mode) - found.deadline) <= CLOSE * found.deadline
    window = window_anew(of, found.deadline)
    assert window == found.window
    assert brought_anew(of, found, window) == found.fetched
    leaf = LEAF * found.shape.lines * LINE
    room = Fraction(wanted.hide) - found.fetched - wanted.unseen
    if room < 2 * leaf:
        assert found.blocked == SOUNDNESS
        return
    assert cost_anew(of, wanted, found, window, room) == found.cost
    remade, wrong = z3.Real("remade"), z3.Int("wrong")
    most = optimum(
        remade, remade * found.cost <= real(of.figures["labels:most"].low) * real(window),
        remade <= found.shape.bytes, most=True,
    )  # fmt: skip
    assert most == found.recomputed
    fits = optimum(
        wrong, wrong >= 1, wrong <= found.shape.leaves,
        real(found.fetched + found.recomputed + wanted.unseen) + z3.ToReal(wrong) * leaf <= wanted.hide, most=True,
    )  # fmt: skip
    assert (found.blocked == FILL) == (fits is None)
    if fits is not None:
        assert found.guessed == fits * leaf
        assert found.openings == least_openings(int(fits), found.shape.leaves, wanted.confidence)
        assert found.hidden == min(found.fetched + most + fits * leaf, Fraction(found.shape.bytes)) + wanted.unseen
        assert found.hidden <= wanted.hide or found.hidden == found.shape.bytes + wanted.unseen


@settings(derandomize=True, max_examples=100, deadline=None)
@given(drawn())
def test_a_plan_that_is_not_blocked_separates(case: Drawn) -> None:
    """No cheater who hides a byte more than is wanted has a schedule: Z3 looks for one, over all ways to share work."""
    of, wanted, mode = case
    found = plan(of, wanted, mode)
    known = of_plan(of, found, wanted)
    done, near = z3.Reals("done near")
    parts = [(real(source.rate), z3.Real(source.name)) for source in found.sources]
    parts.append((real(Fraction(of.figures["labels:most"].low) / found.cost), z3.Real("remaking")))
    solver = z3.Solver()
    solver.add(near == real(known.near), done <= real(known.allowed))
    solver.add(*[z3.And(time >= 0, near + time + near <= done) for _, time in parts])
    made_up = z3.Sum([rate * time for rate, time in parts])
    solver.add(made_up + real(found.guessed + wanted.unseen) >= wanted.hide + 1)
    schedule = solver.check() == z3.sat
    assert schedule == (known.quickest_without <= known.allowed)
    if found.blocked is None:
        assert not schedule
