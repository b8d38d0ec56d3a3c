"""Random claims on whole runs: the engines and the code that re-checks them, each written apart, say the same."""

from __future__ import annotations

from collections import Counter
from importlib import import_module

import pytest

from agreement.whole_runs import reachable, sample
from sennit import FAILS, HOLDS, Question, Verdict
from sennit.budget import Budget
from sennit.certificate import recheck
from sennit.fair_runs import avoided
from sennit.ledger import settle

SEEDS = range(300)
CHUNKS = [SEEDS[first : first + 50] for first in range(0, len(SEEDS), 50)]
DEEP = [range(first, first + 100) for first in range(1_000, 5_000, 100)]


def explicit(question: Question) -> Verdict:
    """What the engine says that looks at every state."""
    verdict: Verdict = import_module("sennit.engines.liveness").check(question, Budget())
    return verdict


def symbolic(question: Question) -> Verdict:
    """What the engine says that asks whether a state is reached; its proofs are re-checked by two solvers."""
    verdict: Verdict = import_module("sennit.engines.to_safety").check(question, Budget())
    return verdict


def compare(seeds: range) -> None:
    """Both engines against the parts that fair_runs.py finds in the steps of the reference semantics."""
    for seed in seeds:
        question = sample(seed)
        verdict = explicit(question)
        steps = {state: list(question.machine.moves(state)) for state in reachable(question.machine)}
        fair = avoided(question, steps).fair
        assert verdict.answer is (HOLDS if fair is None else FAILS), f"seed {seed}, {verdict.why}"
        other = symbolic(question)
        assert other.answer is verdict.answer, f"seed {seed}: {other.why}"
        assert settle([verdict, other])[question.id].answer is verdict.answer
        if verdict.certificate is not None:
            assert recheck(question, verdict.certificate).ok, f"seed {seed}"
        else:
            assert verdict.trace is not None
            verdict.trace.shows(question)


@pytest.mark.parametrize("seeds", CHUNKS, ids=lambda seeds: f"{seeds[0]}-{seeds[-1]}")
def test_engines_and_the_second_look_agree(seeds: range) -> None:
    """What one proves the other proves, and where it fails there is a lasso that replays."""
    compare(seeds)


@pytest.mark.deep
@pytest.mark.parametrize("seeds", DEEP, ids=lambda seeds: f"{seeds[0]}-{seeds[-1]}")
def test_engines_and_the_second_look_agree_on_many(seeds: range) -> None:
    """The same on ten times as many."""
    compare(seeds)


def test_the_random_claims_say_something() -> None:
    """Both answers are common, some lassos go round through several states, and fairness often decides."""
    counts: Counter[str] = Counter()
    for seed in SEEDS:
        question = sample(seed)
        verdict = explicit(question)
        counts[f"{question.kind.value} {verdict.answer.name}"] += 1
        if verdict.trace is not None and verdict.trace.loop is not None:
            counts["goes round"] += len(verdict.trace) > verdict.trace.loop
        counts["holds by fairness"] += verdict.answer is HOLDS and explicit_without(question).answer is FAILS
    for kind, number in sorted(counts.items()):
        print(f"{number:4} of {len(SEEDS)} {kind}")
    assert min(counts[f"{kind} {answer}"] for kind in ("eventually", "leads_to") for answer in ("HOLDS", "FAILS")) >= 30
    assert counts["goes round"] >= 20
    assert counts["holds by fairness"] >= 20


def explicit_without(question: Question) -> Verdict:
    """What it says of the same without fairness."""
    bare = Question(question.id, question.claim, question.machine, question.goal, trigger=question.trigger, fairness=())
    return explicit(bare)
