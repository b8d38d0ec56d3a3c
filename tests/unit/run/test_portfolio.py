"""Which engines are asked, in which order, and when that ends."""

from __future__ import annotations

import time

import pytest

from sennit import FAILS, HOLDS, UNKNOWN, Expr, Int, Misuse, System, always, rule, theorem
from sennit.budget import Budget
from sennit.run.portfolio import available, check, chosen, plan
from sennit_properties.die_hard import never_four
from sennit_properties.lock import mutex

HERE = "unit.run.stand_ins"


class Steps(System):
    """Counts without end."""

    n = Int(init=0)

    @rule(by="someone")
    def up(self) -> None:
        self.n += 1


@always(Steps)
def upward(steps: Steps) -> Expr:
    """It never gets below 0."""
    return steps.n >= 0


@theorem(x=Int(0))
def natural(x: Expr) -> Expr:
    """A natural number is not negative."""
    return x >= 0


def test_a_small_finite_machine_is_explored_first() -> None:
    """Nothing else is so fast, or so complete."""
    assert plan(mutex.question({"client": 3}))[0][0] == "explore"
    (verdict,) = check(mutex.question({"client": 3}), Budget(20))
    assert (verdict.engine, verdict.answer) == ("explore", HOLDS)


def test_a_machine_without_end_is_explored_for_a_moment_only() -> None:
    """After a moment of induction, which is soon through: what is false may be deep and few states wide."""
    (first, moment), (engine, share), (again, _) = plan(upward.question())[:3]
    assert (first, engine, again) == ("induction", "explore", "induction")
    assert moment + share < 0.2
    assert check(upward.question(), Budget(20))[-1].answer is HOLDS


def test_a_theorem_is_decided() -> None:
    """By a proof for all constants: a machine without rules is a formula, which nobody needs to explore."""
    assert plan(natural.question())[0][0] == "induction"
    assert check(natural.question(), Budget(20))[-1].answer is HOLDS


def test_where_a_run_is_expected_searching_comes_before_proving() -> None:
    """With a switch off the claim is expected to fail."""
    engines = [engine for engine, _ in plan(mutex.question({"client": 40, "guarded": False}))]
    assert engines.index("bmc") < engines.index("induction")
    engines = [engine for engine, _ in plan(mutex.question({"client": 40}))]
    assert engines[:4] == ["explore", "induction", "mining", "ic3"]
    assert engines.index("ic3") < engines.index("bmc")


def test_it_ends_with_the_first_complete_answer() -> None:
    """What comes after is not asked; what came before is kept."""
    engines = (f"{HERE}.gives_up", f"{HERE}.knows_to_3", "explore", f"{HERE}.raises")
    verdicts = check(never_four.question(), Budget(20), engines)
    assert [v.engine for v in verdicts] == ["gives_up", "knows_to_3", "explore"]
    assert verdicts[-1].answer is FAILS


def test_an_engine_that_raises_has_not_decided() -> None:
    """The verdict says what it raised, and that it is a bug of ours."""
    (verdict,) = check(never_four.question(), Budget(5), [f"{HERE}.raises"])
    assert verdict.answer is UNKNOWN
    assert "ZeroDivisionError: by nothing" in verdict.why
    assert "bug in Sennit" in verdict.why


def test_an_engine_whose_library_is_missing_says_so() -> None:
    """It is no error: other engines go on."""
    (verdict,) = check(never_four.question(), Budget(5), ["no_such_place.engine"])
    assert verdict.why == "the engine needs no_such_place, which is not installed"


def test_an_engine_that_stopped_of_itself_is_not_asked_again() -> None:
    """It would only say the same."""
    engines = [f"{HERE}.gives_up"] * 3
    assert len(check(never_four.question(), Budget(5), engines)) == 1


def test_the_time_is_shared() -> None:
    """Three engines that use all they are given keep to the budget of one question, in equal parts."""
    started = time.monotonic()
    engine = f"{HERE}.takes_its_time"
    verdicts = check(never_four.question(), Budget(0.6), [engine, engine, engine])
    assert [verdict.seconds >= 0.15 for verdict in verdicts] == [True] * 3
    assert 0.6 <= time.monotonic() - started < 1.5


def test_engines_are_named_by_their_files() -> None:
    """Those of the usual order come first; an unknown one is misuse."""
    assert available()[:7] == ["explore", "induction", "mining", "ic3", "spacer", "bmc", "stateful"]
    assert chosen(["bmc", "bmc", "explore"]) == ("bmc", "explore")
    with pytest.raises(Misuse, match=r"no engine 'bmcc'.*did you mean 'bmc'"):
        chosen(["bmcc"])
