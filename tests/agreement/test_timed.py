"""Dense time against whole time: engines that reason over reals agree with an explorer of all integer clocks."""

from __future__ import annotations

import random
from collections import Counter
from fractions import Fraction
from itertools import pairwise

import pytest

from agreement.digital import Digital
from agreement.machines import question
from sennit import BOUNDED, FAILS, HOLDS, UNKNOWN, Answer, Question, Verdict
from sennit.budget import Budget
from sennit.certificate import recheck
from sennit.claim import Kind
from sennit.clock import elapse
from sennit.engines import bmc, explore, induction, spacer, stateful
from sennit.expr import Expr, and_, constant, eq, not_, or_, true, variable
from sennit.machine import TIME, Machine, Rule, Variable
from sennit.sort import EnumSort

PLACE = EnumSort(("p0", "p1", "p2", "p3", "p4"))
CLOCKS = ("x", "y")
MOST = 4  # the greatest constant
SEEDS = range(48)
at = variable("place", PLACE)


def place(i: int) -> Expr:
    return constant(PLACE.literals[i], PLACE)


def bound(rng: random.Random, *, upper: bool) -> Expr:
    """A closed bound on a clock."""
    clock, number = variable(rng.choice(CLOCKS), TIME), constant(Fraction(rng.randint(0, MOST)))
    return clock <= number if upper else clock >= number


def random_machine(rng: random.Random, name: str) -> Machine:
    """Five places in a row with three more steps between them, two clocks, some limits, perhaps an urgent step."""
    rules: list[Rule] = []
    urgent: list[str] = []
    for number in range(7):
        source, target = (number, number + 1) if number < 4 else (rng.randrange(5), rng.randrange(5))
        bounds = [bound(rng, upper=rng.random() < 0.3) for _ in range(rng.choice((0, 1, 1, 2)))]
        reset = [clock for clock in CLOCKS if rng.random() < 0.4]
        if not bounds and rng.random() < 0.3:
            urgent.append(f"go{number}")
        updates = (("place", place(target)), *((clock, constant(Fraction(0))) for clock in reset))
        rules.append(Rule(f"go{number}", "somebody", "", (), and_(eq(at, place(source)), *bounds), updates))
    limits = {f"limit{i}": or_(not_(eq(at, place(i))), bound(rng, upper=True)) for i in range(5) if rng.random() < 0.4}
    variables = (Variable("place", PLACE, "p0"), *(Variable(clock, TIME, Fraction(0)) for clock in CLOCKS))
    machine = Machine(name, variables, true(), tuple(rules))
    return machine.with_rules((*rules, elapse(machine, dict.fromkeys(CLOCKS, TIME), limits, urgent)))


def asked(seed: int) -> tuple[Question, Question]:
    """That some place is never reached, perhaps with a clock below some bound; in dense and in whole time."""
    rng = random.Random(seed)
    machine = random_machine(rng, f"Timed{seed}")
    target = eq(at, place(rng.randint(2, 4)))
    if rng.random() < 0.5:
        target = and_(target, bound(rng, upper=rng.random() < 0.5))
    digital = Digital(machine, MOST)
    dense = question(machine, "never", Kind.ALWAYS, not_(target))
    return dense, question(digital.made(), "never", Kind.ALWAYS, digital.of(not_(target)))


def exact(whole: Question) -> Verdict:
    verdict = explore.check(whole, Budget(20))
    assert verdict.answer in (HOLDS, FAILS), verdict.why
    return verdict


def dense_length(verdict: Verdict) -> int:
    """How many steps the whole-time trace has, if time passes all at once between two others."""
    assert verdict.trace is not None
    rules = ["go", *(step.rule for step in verdict.trace.steps)]
    return sum(1 for before, now in pairwise(rules) if now != "elapse" or before != "elapse")


@pytest.mark.parametrize("seed", SEEDS)
def test_dense_and_whole_time_reach_the_same_places(seed: int) -> None:
    """Bounded checking finds what whole time reaches, no later, and nothing else; induction proves nothing else."""
    dense, whole = asked(seed)
    truth = exact(whole)
    deep = dense_length(truth) if truth.answer is FAILS else 6
    found = bmc.check(dense, Budget(20, depth=deep))
    assert found.answer is (FAILS if truth.answer is FAILS else BOUNDED), f"{found.answer} {found.why}, but {truth}"
    proved = induction.check(dense, Budget(5, depth=2))
    assert proved.answer in (truth.answer, UNKNOWN)
    if proved.certificate is not None:
        assert recheck(dense, proved.certificate).ok


@pytest.mark.parametrize("seed", SEEDS[::6])
def test_random_runs_in_dense_time_reach_no_other_places(seed: int) -> None:
    """And where whole time gets there, they do so in a second, for they let time pass just as long as matters."""
    dense, whole = asked(seed)
    truth = exact(whole)
    found = stateful.check(dense, Budget(10 if truth.answer is FAILS else 0.2))
    assert found.answer is (FAILS if truth.answer is FAILS else UNKNOWN)


@pytest.mark.parametrize("seed", [0, 5, 17])
def test_spacer_says_nothing_else(seed: int) -> None:
    """An invariant over reals where whole time has none of it, a trace where it has."""
    dense, whole = asked(seed)
    found = spacer.check(dense, Budget(30))
    assert found.answer in (exact(whole).answer, UNKNOWN)


def test_the_random_machines_say_something() -> None:
    """Neither answer is rare, some failures are deep, and some are late."""
    answers: Counter[Answer] = Counter()
    deep = late = 0
    for seed in SEEDS:
        truth = exact(asked(seed)[1])
        answers[truth.answer] += 1
        if truth.trace is not None:
            deep += dense_length(truth) >= 4
            late += sum(step.rule == "elapse" for step in truth.trace.steps) >= 3
    assert min(answers[HOLDS], answers[FAILS]) >= len(SEEDS) // 5
    assert min(deep, late) >= len(SEEDS) // 20
