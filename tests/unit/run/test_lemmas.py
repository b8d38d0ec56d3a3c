"""A found invariant becomes the text of a claim, which proves the claim at other sizes once it is pasted."""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType
from typing import cast

import pytest

from sennit import HOLDS, Claim, Expr, Misuse, System, always
from sennit.budget import Budget
from sennit.engines import explore, ic3, induction, mining
from sennit.ledger import settle
from sennit.run.lemmas import as_claim, parts
from sennit_properties import lock, philosophers, two_phase


def pasted(text: str) -> Claim:
    """The claim that the text declares."""
    names: dict[str, object] = {"__name__": "pasted"}
    exec(text, names)
    found = names["found"]
    assert isinstance(found, Claim)
    return found


@pytest.mark.parametrize("engine", [mining, ic3], ids=lambda e: e.NAME)
@pytest.mark.parametrize(
    ("claim", "size", "others"),
    [
        (two_phase.consistent, {"manager": 4}, [{"manager": 2}, {"manager": 9}]),
        (lock.mutex, {"client": 3}, [{"client": 2}, {"client": 12}]),
    ],
    ids=["two_phase", "lock"],
)
def test_what_is_found_at_a_small_size_proves_the_claim_at_others(
    engine: ModuleType, claim: Claim, size: dict[str, int], others: list[dict[str, int]]
) -> None:
    """By induction alone, with no lemma but the one that was pasted."""
    lemma = pasted(as_claim(engine.check(claim.question(size), Budget(60))))
    assert claim.system is not None
    leaning = always(claim.system, using=(lemma,))(cast("Callable[[System], Expr]", claim.formula))
    for other in others:
        questions = [leaning.question(other), lemma.question(other)]
        settled = settle(induction.check(question, Budget(60, depth=1)) for question in questions)
        assert [settled[q.id].answer for q in questions] == [HOLDS, HOLDS]


def test_parts_that_are_alike_for_all_members_become_one() -> None:
    """For all, for all pairs, for neighbours; and what is true of some members alone keeps their numbers."""
    text = as_claim(mining.check(lock.mutex.question({"client": 4}), Budget(60)))
    assert "for i in s.client for j in s.client if i != j" in text
    text = as_claim(mining.check(philosophers.neighbours_apart.question({"philosopher": 5}), Budget(60)))
    assert "(i + 1) % len(s.philosopher)" in text
    assert "s.place[4]" in text


def test_the_text_says_no_less_than_the_invariant() -> None:
    """At the size where it was found, the claim is inductive, and enough."""
    question = philosophers.neighbours_apart.question({"philosopher": 5})
    verdict = mining.check(question, Budget(60))
    lemma = pasted(as_claim(verdict))
    assert len(parts(verdict)) > 5
    assert question.claim.system is not None
    said = cast("Callable[[System], Expr]", question.claim.formula)
    leaning = always(question.claim.system, using=(lemma,))(said).question({"philosopher": 5})
    settled = settle(induction.check(q, Budget(60, depth=1)) for q in (leaning, *leaning.lemmas))
    assert settled[leaning.id].answer is HOLDS


def test_a_verdict_without_an_invariant_has_none_to_show() -> None:
    """A list of states is none, and neither is the claim itself."""
    listed = explore.check(lock.mutex.question(), Budget(60))
    assert parts(listed) == []
    with pytest.raises(Misuse, match="no invariant was found"):
        as_claim(listed)
    question = two_phase.told_as_decided.question({"manager": 3})
    assert parts(induction.check(question, Budget(60))) == []
