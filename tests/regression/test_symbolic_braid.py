"""The symbolic braid: each claim as its author expects, each with what it rests on, and the Systems' exact sizes."""

from __future__ import annotations

from importlib import import_module

import pytest

from sennit import Answer, Claim, System
from sennit.budget import Budget
from sennit.engines import explore, induction
from sennit.protocols.braid.coverage import Coverage
from sennit.protocols.braid.joining import Fields, Joining
from sennit.protocols.braid.own_key import OwnKey
from sennit.protocols.content_stream import ContentStream
from sennit.protocols.turn_loop import TurnLoop
from sennit.protocols.two_model_audit import TwoModelAudit
from sennit.run.suite import claims_of, suite_of
from sennit_properties import encodings, signatures, two_model_audit

CLAIMS = [
    claim
    for name in ("encodings", "signatures", "turn_loop", "two_model_audit", "content_stream")
    for claim in claims_of(import_module(f"sennit_properties.{name}"))
]
COUNTS: list[tuple[System, int]] = [
    (Joining.at(), 2_118),
    (Joining.at(**encodings.PADDED), 2_128),
    (Joining.at(**encodings.HEXADECIMAL), 4_492),
    (Joining.at(**encodings.BARE), 7_573),
    (Joining.at(**encodings.DOTTED), 184),
    (Fields.at(**encodings.FIXED), 111),
    (Fields.at(**encodings.DECIMAL), 211),
    (Coverage.at(), 8_953),
    (Coverage.at(**signatures.PINNED), 6_322),
    (Coverage.at(**signatures.DEPLOYED), 7_186),
    (Coverage.at(**signatures.STOLEN), 20_869),
    (Coverage.at(**signatures.REUSED), 14_911),
    (TurnLoop.at(), 34),
    (TurnLoop.at(view_checked=False), 47),
    (TurnLoop.at(remembers=False), 39),
    (TwoModelAudit.at(), 520),
    (TwoModelAudit.at(rechecks=False), 620),
    (TwoModelAudit.at(**two_model_audit.DEPLOYED), 1_128),
]


@pytest.mark.parametrize(("system", "count"), COUNTS, ids=str)
def test_as_many_states_are_reached_as_ever(system: System, count: int) -> None:
    """A change of the specification shows here first."""
    assert explore.reachable(system.machine, Budget(seconds=60.0))[0] == count


@pytest.mark.parametrize("large", [True, False])
def test_a_signature_is_shown_in_as_many_ways_as_a_hand_count(large: bool) -> None:
    """Nothing is signed; or one of four keys signs, and each verifier sees nothing, or a key and a message.

    Of what it sees it has decided or not, and never the other way: two states for each.
    """
    seen = 4 * 2
    assert explore.reachable(OwnKey.at(large=large).machine, Budget())[0] == 1 + 4 * (1 + 2 * seen) ** 2


@pytest.mark.parametrize("plain", [True, False])
def test_a_turn_has_as_many_states_as_a_hand_count(plain: bool) -> None:
    """A block is thinking with a signature or without, or text or a request that says one thing of two or three.

    A turn of no block is not audited; every other one is, or is not yet.
    """
    blocks = 2 + 2 * (2 if plain else 3)
    turns = blocks + blocks**2 + blocks**3
    assert explore.reachable(ContentStream.at(plain=plain).machine, Budget())[0] == 1 + 2 * turns


@pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: claim.id)
def test_each_claim_is_answered_as_expected_and_fails_without_what_it_rests_on(claim: Claim) -> None:
    """At every size that it lists; and once without each switch, where an attack must appear."""
    asked = suite_of([claim], claim.owner).asked
    assert {one.without for one in asked} == {"", *claim.rests_on}
    for one in asked:
        engine = explore if one.question.machine.rules else induction
        verdict = engine.check(one.question, Budget(seconds=60.0))
        assert verdict.answer is one.expect, one.title


def test_what_the_format_in_use_does_not_cover_is_changed_in_a_file_that_passes() -> None:
    """Each of the switches that it lacks carries a claim, and has a witness of its own beside it."""
    carried = {switch for claim in CLAIMS if claim.system is Coverage for switch in claim.rests_on}
    assert carried == {name for name, value in Coverage.at().settings.items() if isinstance(value, bool)}
    witnesses = {claim.name for claim in CLAIMS if claim.system is Coverage and claim.expect is Answer.SEEN}
    changed = {
        "kind_changed",
        "source_changed",
        "order_changed",
        "truncated",
        "key_replaced",
        "session_replaced",
        "doubled",
    }
    assert changed <= witnesses
