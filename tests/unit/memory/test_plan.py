"""Plans: their numbers are derived again by Z3 from the inequalities, and hold at the edges."""

from __future__ import annotations

import math
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import pytest
import z3

from sennit.errors import Misuse
from sennit.reference.memory import plan as planning
from sennit.reference.memory.plan import FILL, SOUNDNESS, UNSEEN, Plan, Wanted, deadline, least_openings, plan, sources
from sennit.reference.memory.profile import FORM, Figure, Machine, Profile, read_profile
from sennit.reference.memory.shape import Sweep

GIB = 1 << 30
H200 = Path(planning.__file__).parent / "profiles" / "nvidia-h200.json"


def figure(unit: str, *values: float) -> Figure:
    """The best, the median and the worse quantiles; the last counts for those that are not given."""
    low, median, p90, p99, p999 = (*values, *[values[-1]] * (5 - len(values)))
    return Figure("B/s" if unit == "B/s" else "s", median, low, p90, p99, p999, 100, "measured", "made up for a test")


def profile(**changed: Figure) -> Profile:
    """A machine that reads 20 GB/s, whose figures are round."""
    figures = {
        "overhead": figure("s", 1e-4, 2e-4, 3e-4),
        "sweep:segment": figure("s", 0.1, 0.108, 0.11, 0.112),
        "sweep:scattered": figure("s", 0.2, 0.21, 0.215, 0.22),
        "labels": figure("B/s", 6e9, 5e9),
        "labels:most": figure("B/s", 1e10),
        "in_place": figure("B/s", 2e10),
        "link": figure("B/s", 1e9, 9e8),
        "disk": figure("B/s", 5e8, 4e8),
        **{name.replace("_sweep", "sweep:"): value for name, value in changed.items()},
    }
    return Profile(FORM, Machine("a test", 2, "cpu"), "never", None, {}, 2 * GIB, 512, figures)


def wanted(**changed: object) -> Wanted:
    """Two GiB of which half a GiB may be hidden."""
    given: dict[str, object] = {
        "size": 2 * GIB, "hide": GIB // 2, "confidence": Fraction(999, 1000), "longest_fill": Fraction(600), **changed
    }  # fmt: skip
    return Wanted(**given)  # type: ignore[arg-type]  # each test names what it changes


@pytest.mark.parametrize("mode", ["segment", "scattered"])
@pytest.mark.parametrize("size", [GIB, 2 * GIB, 5 * GIB])
def test_the_deadline_is_the_least_that_an_honest_prover_meets(mode: Sweep, size: int) -> None:
    """Z3 minimises D over all honest runs: overhead up to its median, rate as measured, jitter from two quantiles."""
    given = profile()
    whole, little = given.figure(f"sweep:{mode}"), given.figure("overhead")
    d, rate, tail, j = z3.Reals("D rate tail J")
    optimum = z3.Optimize()
    grown = Fraction(size, given.size)
    more = max(Fraction(1), grown)
    # The rate is what makes a sweep of the profile's size take its median; the tail falls by a decade as 90 to 99 does.
    optimum.add((real(whole.median) - real(little.median)) * rate == given.size)
    optimum.add(tail == real(whole.p99) - real(whole.p90), j >= real(whole.p999) - real(whole.median))
    optimum.add(j >= real(whole.p90) + 5 * tail - real(whole.median))
    optimum.add((d - real(little.median) - real(more) * j) * rate >= size, rate > 0)
    found = optimum.minimize(d)
    assert optimum.check() == z3.sat
    assert abs(exact(optimum.lower(found)) - deadline(given, size, mode)) < Fraction(1, 10**9)


def real(value: float | Fraction) -> z3.ArithRef:
    """An exact constant."""
    exactly = Fraction(value)
    return z3.Q(exactly.numerator, exactly.denominator)


def exact(value: z3.ArithRef) -> Fraction:
    """An exact value of Z3's."""
    return Fraction(value.numerator_as_long(), value.denominator_as_long())


@pytest.mark.parametrize("mode", ["segment", "scattered"])
def test_what_can_be_hidden_is_the_most_that_a_schedule_brings_in_time(mode: Sweep) -> None:
    """Z3 maximises what sources running side by side, each for its own part of the window, can make up for."""
    given, asked = profile(in_place=figure("B/s", 3e9)), wanted(hide=2 * GIB)
    found = plan(given, asked, mode)
    optimum = z3.Optimize()
    busy = {source.name: z3.Real(source.name) for source in found.sources}
    for time in busy.values():
        optimum.add(time >= 0, time <= real(found.deadline) - real(given.figure("overhead").low))
    brought = optimum.maximize(z3.Sum([real(source.rate) * busy[source.name] for source in found.sources]))
    assert optimum.check() == z3.sat
    assert exact(optimum.upper(brought)) == found.fetched


@pytest.mark.parametrize("hide", [GIB // 2, GIB, 3 * GIB // 2])
def test_the_cost_is_the_least_that_brings_recomputing_under_its_share(hide: int) -> None:
    """Z3 minimises a whole number c under G W / c <= half of what is left."""
    given = profile()
    found = plan(given, wanted(hide=hide), "scattered")
    room = Fraction(hide) - found.fetched
    cost = z3.Int("c")
    optimum = z3.Optimize()
    optimum.add(
        cost >= 1, real(given.figure("labels:most").low) * real(found.window) <= z3.ToReal(cost) * real(room / 2)
    )
    optimum.minimize(cost)
    assert optimum.check() == z3.sat
    assert optimum.model()[cost].as_long() == found.cost
    assert found.blocked is None
    assert found.hidden <= hide


def test_openings_are_the_least_that_give_the_confidence() -> None:
    """One fewer would not, exactly; and never more than there are leaves."""
    for wrong, leaves, sure in ((1, 1000, "0.999"), (3, 40, "0.9"), (100, 4096, "0.999999"), (999, 1000, "0.5")):
        confidence = Fraction(sure)
        count = least_openings(wrong, leaves, confidence)
        missed = Fraction(leaves - wrong, leaves)
        assert missed**count <= 1 - confidence or count == leaves
        assert count == 1 or missed ** (count - 1) > 1 - confidence
    assert least_openings(5, 5, Fraction(1, 2)) == 1
    assert least_openings(1, 10, Fraction(999, 1000)) == 10


def test_a_plan_hides_no_more_than_is_allowed_and_a_tighter_one_costs_more() -> None:
    """Less hidden: more cost, more openings, a longer fill."""
    plans = [plan(profile(), wanted(hide=hide), "scattered") for hide in (GIB, GIB * 3 // 4, GIB // 2)]
    assert all(each.blocked is None and each.hidden <= GIB for each in plans)
    for looser, tighter in pairwise(plans):
        assert (looser.cost, looser.openings, looser.fill) < (tighter.cost, tighter.openings, tighter.fill)


def test_where_sources_bring_too_much_no_cost_helps() -> None:
    """A host that digests in place as fast as the memory is read leaves segment sweeps without a plan."""
    found = plan(profile(), wanted(), "segment")
    assert found.blocked == SOUNDNESS
    assert found.hidden == found.shape.bytes
    assert plan(profile(), wanted()).mode == "scattered"
    assert plan(profile(), wanted(excluded=("in_place",)), "segment").blocked is None


def test_where_a_fill_may_take_no_longer_the_fill_blocks() -> None:
    """Labels would have to cost more than there is time to make them."""
    found = plan(profile(), wanted(hide=GIB // 2, longest_fill=Fraction(2)), "scattered")
    assert found.blocked == FILL
    assert found.hidden > GIB // 2
    assert found.fill <= 2


def test_what_no_sweep_reads_counts_as_hidden() -> None:
    """And blocks the plan where it is all that may be hidden."""
    found = plan(profile(), wanted(unseen=GIB, excluded=("link", "disk")), "scattered")
    assert found.blocked == UNSEEN
    assert found.hidden >= GIB


def test_missing_lines_travel_and_tags_do_not() -> None:
    """A segment sweep counts the source that digests in place, a scattered one the link; both the disk."""
    names = {mode: [source.name for source in sources(profile(), mode)] for mode in planning._SWEEPS}
    assert names == {"segment": ["in_place", "disk"], "scattered": ["link", "disk"]}
    link = next(source for source in sources(profile(), "scattered") if source.name == "link")
    assert link.rate == Fraction(10**9) * 512 / 510  # two of a chain's lines may stand at its end


def test_each_source_is_taken_at_the_best_that_was_seen() -> None:
    """And the honest prover at its median, with its jitter on top."""
    assert [source.rate for source in sources(profile(), "segment")] == [2 * 10**10, 5 * 10**8]


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"confidence": Fraction(1)}, "--confidence 1"),
        ({"confidence": Fraction(0)}, "--confidence 0"),
        ({"hide": 0}, "--hide"),
        ({"excluded": ("moon",)}, "--exclude moon: the profile has the sources disk, in_place, link"),
    ],
)
def test_a_question_without_meaning_is_refused(changed: dict[str, object], says: str) -> None:
    """In one line."""
    with pytest.raises(Misuse, match=says):
        plan(profile(), wanted(**changed))


def test_the_shipped_profile_of_a_device_claims_no_measurement() -> None:
    """Nobody has run it: its figures are a data sheet's or derived, and every one says from what."""
    shipped = read_profile(H200)
    assert {each.source for each in shipped.figures.values()} == {"data sheet", "derived"}
    assert all(each.how for each in shipped.figures.values())
    assert shipped.taken == "never"


def test_the_shipped_profile_gives_the_figures_that_are_worked_out_by_hand() -> None:
    """139 GiB at 60 % of 4.3 TB/s take 58 ms, in which 64 GB/s bring 3.45 GiB."""
    found: Plan = plan(read_profile(H200), wanted(size=139 * GIB, hide=8 * GIB, longest_fill=Fraction(10)))
    assert found.mode == "scattered"
    assert found.blocked is None
    assert math.isclose(found.deadline, 2e-4 + 139 * GIB / 2.58e12, rel_tol=1e-9)
    assert math.isclose(found.fetched / GIB, 3.45, abs_tol=0.02)
    assert found.fill < 10
