"""Z3 is asked in the right numbers, believed only where the reference meaning agrees, and stopped when time is up."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Sequence
from fractions import Fraction

import pytest

from sennit import count, forall, ite
from sennit.expr import Expr, and_, constant, lift, not_, or_, order, select, variable
from sennit.lower.solver import GaveUp, Model, Unsatisfiable, WrongModel, solve, solve_each
from sennit.lower.terms import Term, Terms, width_of
from sennit.sort import BOOL, ArraySort, EnumSort, IntSort, RealSort

p, q = variable("p", BOOL), variable("q", BOOL)
x, y = variable("x", IntSort(-4, 5)), variable("y", IntSort(0, 9))
n, r = variable("n", IntSort()), variable("r", RealSort())


def pigeons(holes: int) -> Expr:
    """One pigeon more than there are holes, each in a hole of its own: impossible, and slow to see."""
    sits = [[variable(f"sits {i} {j}", BOOL) for j in range(holes)] for i in range(holes + 1)]
    alone = [or_(not_(a[j]), not_(b[j])) for j in range(holes) for i, a in enumerate(sits) for b in sits[:i]]
    return and_(*(or_(*holes_of) for holes_of in sits), *alone)


def values(outcome: object) -> dict[str, object]:
    assert isinstance(outcome, Model), outcome
    return dict(outcome.values)


# -- the numbers ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("formula", "bits"),
    [
        (p & q, 2),
        (x < y, 5),
        (x * y > 3, 7),
        (x // 3 == 1, 4),
        (variable("z", IntSort(-8, 7)) // 3 == -3, 5),
        (y % 100 == 3, 5),
        (variable("a", ArraySort((70,), BOOL))[x], 8),
        (count([p, q, p ^ q]) == 2, 3),
        (n < 5, None),
        (r < 5, None),
        (x + r < 5, None),
        (variable("m", IntSort(0, None)) < 5, None),
        (variable("a", ArraySort((2,), RealSort()))[0] < 3, None),
        (variable("big", IntSort(0, 2**40)) < 5, None),
    ],
    ids=str,
)
def test_the_width_is_the_least_that_holds_every_integer(formula: Expr, bits: int | None) -> None:
    """With bounds everywhere, integers become bit-vectors; without, or with reals, they stay integers."""
    assert width_of(order(formula)) == bits


@pytest.mark.parametrize("lo", [-9, -8, -7, -1, 0])
@pytest.mark.parametrize("hi", [6, 7, 8, 15])
def test_both_ends_of_a_range_are_reached_and_nothing_beyond(lo: int, hi: int) -> None:
    """Ranges that just fit into their bits, and ranges that just do not."""
    z = variable("z", IntSort(lo, hi))
    assert values(solve([z <= lo], 10)) == {"z": lo}
    assert values(solve([z >= hi], 10)) == {"z": hi}
    assert isinstance(solve([not_((z >= lo) & (z - 1 < hi)) | (z + z > 2 * hi)], 10), Unsatisfiable)


def test_integers_without_bounds_have_no_width() -> None:
    """A solution may be as large as it has to be."""
    assert values(solve([n > 10**30, n < 10**30 + 2], 10)) == {"n": 10**30 + 1}


def test_reals_are_exact() -> None:
    """A third is a third."""
    assert values(solve([r * 3 == 1], 10)) == {"r": Fraction(1, 3)}


def test_an_irrational_solution_is_no_model() -> None:
    """The root of 2 is never rounded: there is no answer, and the reason is said."""
    outcome = solve([r * r == 2], 10)
    assert isinstance(outcome, GaveUp)
    assert "irrational" in outcome.why


def test_literals_are_those_of_their_enum() -> None:
    """An Enum of five literals has five values, though three bits hold eight."""
    five = EnumSort(("a", "b", "c", "d", "e"))
    e, other = variable("e", five), variable("other", five)
    assert isinstance(solve([forall(e != literal for literal in five.literals)], 10), Unsatisfiable)
    assert isinstance(solve([forall(e != literal for literal in five.literals), n > 0], 10), Unsatisfiable)
    assert values(solve([e == other, forall(other != literal for literal in "abce")], 10)) == {"e": "d", "other": "d"}


def test_an_enum_of_one_literal_has_one_value() -> None:
    """It is no Bool."""
    only = EnumSort(("only",))
    assert values(solve([], 10, {"e": only})) == {"e": "only"}


def test_an_index_picks_a_cell() -> None:
    """Of a read at an index that is searched for, the index is found, with two dimensions, too."""
    grid = variable("grid", ArraySort((2, 3), IntSort(0, 6)))
    given = grid == constant((0, 1, 2, 3, 4, 6), ArraySort((2, 3), IntSort(0, 6)))
    found = values(solve([given, select(grid, [x, y]) == 4], 10))
    assert (found["x"], found["y"]) == (1, 1)
    outside = values(solve([given, select(grid, [x, y]) == 0, (x != 0) | (y != 0)], 10))
    assert not (outside["x"] in (0, 1) and outside["y"] in (0, 1, 2))


def test_a_model_names_what_no_formula_mentions() -> None:
    """Every variable that is asked for has a value of its sort."""
    found = values(solve([p], 10, {"x": x.sort, "a": ArraySort((2,), EnumSort(("u", "v", "w")))}))
    assert list(found) == ["p", "x", "a"]
    assert found["p"] is True
    assert found["x"] in range(-4, 6)
    assert isinstance(found["a"], tuple)


def test_problems_are_solved_one_by_one_and_do_not_mix() -> None:
    """What they share is said once; what one adds is gone for the next."""
    shared = y > 3
    for extra in ([], [n == 3]):  # in bit-vectors, and in integers
        problems = [[shared, y < 3], [shared, y < 5, *extra], [shared], [shared, p, not_(p | q)], [shared, y == 9]]
        outcomes = list(solve_each(problems, lambda: 10.0))
        assert [type(outcome) for outcome in outcomes] == [Unsatisfiable, Model, Model, Unsatisfiable, Model]
        assert (values(outcomes[1])["y"], values(outcomes[4])["y"]) == (4, 9)


def test_no_problem_has_no_outcome() -> None:
    """And that is no error."""
    assert list(solve_each([], lambda: 10.0)) == []


def test_nothing_asked_is_satisfied() -> None:
    """The empty conjunction is true, and false is not."""
    assert values(solve([], 10)) == {}
    assert isinstance(solve([constant(value=False)], 10), Unsatisfiable)


# -- belief -----------------------------------------------------------------------------------------------------------


def test_a_model_that_the_reference_meaning_refuses_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    """Were `<` lowered to `<=`, the first wrong model would name the formula."""

    def wrong(self: Terms, node: Expr, args: Sequence[Term]) -> Term:
        return self.le(node, args)

    monkeypatch.setattr(Terms, "lt", wrong)
    with pytest.raises(WrongModel, match=r"z3 says that x < y is true where x=5, y=5"):
        solve([x < y, x == 5, y <= 5], 10)


# -- time -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("extra", [[], [n == 3]], ids=["bits", "integers"])
def test_time_that_runs_out_is_no_answer(extra: list[Expr]) -> None:
    """A problem too hard for its time is given up when the time is over."""
    began = time.monotonic()
    outcome = solve([pigeons(13), *extra], 0.3)
    assert outcome == GaveUp("z3 gave no answer in time")
    assert time.monotonic() - began < 10


def test_no_time_is_no_answer_at_once() -> None:
    """A solver with no time left is not even asked."""
    assert solve([p], 0) == GaveUp("no time was left")


def test_time_without_end_is_allowed() -> None:
    """Infinity is no number of milliseconds."""
    assert isinstance(solve([p], float("inf")), Model)


@pytest.mark.usefixtures("uncollected")
@pytest.mark.parametrize("extra", [[], [n == 3]], ids=["bits", "integers"])
def test_ctrl_c_stops_the_solver_and_nothing_else(extra: list[Expr]) -> None:
    """An interrupted check has no answer, and says so; the next one works."""
    timer = threading.Timer(0.5, lambda: os.kill(os.getpid(), signal.SIGINT))

    def left() -> float:
        timer.start()  # here all is stated, and the check begins
        return 60.0

    (outcome,) = solve_each([[pigeons(13), *extra]], left)
    assert outcome == GaveUp("interrupted")
    assert isinstance(solve([p], 10), Model)


def test_a_choice_of_literals_that_never_met_their_enum_is_compared_by_name() -> None:
    """Both sides say the same only where both conditions do."""
    same = ite(p, "here", "there") == ite(q, "here", "there")
    assert isinstance(solve([same, p ^ q], 10), Unsatisfiable)
    assert isinstance(solve([not_(same), p == q], 10), Unsatisfiable)
    assert isinstance(solve([same, p ^ q, n == lift(3)], 10), Unsatisfiable)
