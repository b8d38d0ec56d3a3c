"""Protocols that ship with proofs for every size: two solvers agree, and no small size says otherwise."""

from __future__ import annotations

from importlib import import_module

import pytest

from sennit import FAILS, HOLDS, Claim, Question, System, in_range
from sennit.budget import Budget
from sennit.certificate import recheck
from sennit.engines import everysize, explore
from sennit.expr import is_true
from sennit.ledger import settle
from sennit.protocols.lock_service import LockService

NAMES = ("lock_service",)
CLAIMS = [
    value
    for name in NAMES
    for value in vars(import_module(f"sennit_properties.{name}")).values()
    if isinstance(value, Claim)
]
QUESTIONS = [question for claim in CLAIMS for question in claim.questions()]
GENERAL = [question for question in QUESTIONS if question.every_size]
SMALL = [question for question in QUESTIONS if not question.every_size]
RESTING = [(claim, switch) for claim in CLAIMS for switch in claim.rests_on]
# Reachable states at small sizes; each test below that says why has the reason.
COUNTS = [(LockService.at(client=n), 2**n * (1 + 3 * n)) for n in (1, 2, 3, 4)]  # who asks, and where the lock is


@pytest.mark.parametrize("question", GENERAL, ids=lambda q: q.id)
def test_a_proof_for_every_size_is_discharged_by_both_solvers(question: Question) -> None:
    """By induction with the lemmas that the claim names, re-checked from the formulas alone."""
    verdict = everysize.check(question, Budget(seconds=60.0))
    assert verdict.answer is HOLDS, verdict.why
    assert verdict.certificate is not None
    again = recheck(question, verdict.certificate, question.lemmas)
    assert again.ok
    assert not again.one_solver


@pytest.mark.parametrize("name", NAMES)
def test_proofs_for_every_size_lean_on_each_other_without_a_circle(name: str) -> None:
    """All of them together stand, and their declared ranges too."""
    own = [q for q in GENERAL if q.claim.formula.__module__.endswith(f".{name}")]
    systems = {q.claim.system: q for q in own if not is_true(q.machine.in_range)}
    ranges = [in_range(system).question(dict(q.machine.settings)) for system, q in systems.items() if system]
    settled = settle(everysize.check(question, Budget(seconds=60.0)) for question in [*ranges, *own])
    assert {question: verdict.answer for question, verdict in settled.items() if verdict.answer is not HOLDS} == {}
    assert len(settled) >= len(own) > 0


@pytest.mark.parametrize("question", SMALL, ids=lambda q: q.id)
def test_small_sizes_say_what_every_size_does(question: Question) -> None:
    """By exact search, from one member on."""
    verdict = explore.check(question, Budget(seconds=120.0))
    assert verdict.answer is question.claim.expect


@pytest.mark.parametrize("claim", [q.claim for q in GENERAL], ids=lambda c: c.id)
def test_what_is_proved_for_every_size_is_asked_at_small_ones(claim: Claim) -> None:
    """One, two and three members of each Sort are among the sizes that the claim lists."""
    question = next(q for q in claim.questions() if q.every_size)
    for name in question.machine.sorts:
        assert {1, 2} <= {dict(q.machine.settings)[name] for q in claim.questions() if not q.every_size}


@pytest.mark.parametrize(("claim", "switch"), RESTING, ids=lambda value: getattr(value, "id", value))
def test_a_claim_falls_with_what_it_rests_on(claim: Claim, switch: str) -> None:
    """Without the clause there is an attack at a small size, and it replays."""
    largest = [question for question in claim.questions() if not question.every_size][-1]
    attacked = claim.question(dict(largest.machine.settings) | {switch: False})
    verdict = explore.check(attacked, Budget(seconds=120.0))
    assert verdict.answer is FAILS
    assert verdict.trace is not None


@pytest.mark.parametrize("name", NAMES)
def test_an_attack_refutes_the_claim_for_every_size(name: str) -> None:
    """Asked for every size without a switch, the engine finds an instance by itself."""
    claim, switch = next((c, s) for c, s in RESTING if c.formula.__module__.endswith(f".{name}"))
    question = next(q for q in claim.questions() if q.every_size)
    off = claim.question(dict(question.machine.settings) | {switch: False})
    verdict = everysize.check(off, Budget(seconds=60.0))
    assert verdict.answer is FAILS, verdict.why
    assert verdict.instance


@pytest.mark.parametrize(("system", "count"), COUNTS, ids=str)
def test_as_many_states_are_reached_as_counted_by_hand(system: System, count: int) -> None:
    """The count follows from what the states are made of."""
    assert explore.reachable(system.machine, Budget(seconds=60.0))[0] == count
