"""What the report calls uncovered can be changed, and the braid still passes."""

import copy
from collections.abc import Callable
from typing import Any

import pytest

from sennit.reference.braid.container import Braid
from sennit.reference.braid.message import VERSIONS, encode_key
from sennit.reference.braid.sign import Signer
from sennit.reference.braid.uncovered import misplaced, uncovered
from sennit.reference.braid.verify import Report, verify
from unit.braid.conftest import Conversation, Reparse


def named(braid: Braid, report: Report) -> set[str]:
    """What is called uncovered."""
    return {item.what for item in uncovered(braid, report)}


def _kind(decision: Any) -> None:
    decision["AllToolResponses"]["mate"][0]["namespace"] = "cot"


def _shadow(decision: Any) -> None:
    decision["AllTexts"]["owner"][0]["is_shadow"] = True


def _source(decision: Any) -> None:
    decision["AllTexts"]["mate"], decision["AllTexts"]["owner"] = (
        decision["AllTexts"]["owner"],
        decision["AllTexts"]["mate"],
    )


def _slot(decision: Any) -> None:
    decision["AllPrompts"]["mate"] = decision["AllToolResponses"].pop("mate")


def _beside(decision: Any) -> None:
    decision.update({"Source": "nobody", "Audits": [{"total": 4}]})


def _leaf(decision: Any) -> None:
    del decision["AllTexts"]["owner"]


def _strange(decision: Any) -> None:
    decision["AllTexts"]["mate"][0]["verified"] = True


CHANGES: list[tuple[str, Callable[[Any], None]]] = [
    ("kind", _kind),
    ("is_shadow", _shadow),
    ("source", _source),
    ("slot and order", _slot),
    ("Source and Audits", _beside),
    ("completeness", _leaf),
    ("members outside the format", _strange),
]


@pytest.mark.parametrize(("what", "change"), CHANGES, ids=[what for what, _ in CHANGES])
def test_what_is_called_uncovered_can_be_changed_and_everything_passes(
    conversation: Conversation, reparse: Reparse, what: str, change: Callable[[Any], None]
) -> None:
    """The changed file is another file, and its report is as good, and names what was changed."""
    before = conversation().decision()
    after = copy.deepcopy(before)
    change(after)
    braid = reparse(after)
    report = verify(braid.blocks, braid.key)
    assert after != before
    assert report.ok
    assert what in named(braid, report)


def test_a_signed_block_passes_in_the_other_container(reparse: Reparse) -> None:
    """A hydration is one block, and so can a decision be."""
    signer = Signer(b"\1" * 32)
    signer.append("prompt", "a", "{}")
    decision: Any = signer.decision()
    braid = reparse({"PublicKey": decision["PublicKey"], **decision["AllPrompts"]["a"][0]})
    report = verify(braid.blocks, braid.key)
    assert (braid.container, report.ok) == ("SignedHydration", True)
    assert "container" in named(braid, report)


def test_who_replaces_the_key_can_sign_everything_anew(conversation: Conversation, reparse: Reparse) -> None:
    """Same texts, another key, all passes; only a key from elsewhere tells the two apart."""
    original, forged = conversation(), reparse(conversation(seed=b"\1" * 32).decision())
    assert {block.payload for block in forged.blocks} == {block.payload for block in original.blocks}
    assert verify(forged.blocks, forged.key).ok
    assert verify(forged.blocks, original.key).passed == 0


def test_a_block_of_another_session_under_the_same_key_can_be_added(conversation: Conversation) -> None:
    """A fork of the same beginning fits in, although it was said in another session."""
    one, other = conversation(), Signer(b"\7" * 32)
    other.append("prompt", "user", "How deep is the lock?")
    stranger = other.append("text", "mate", "Deep enough.")
    report = verify([*one.blocks, stranger], one.key)
    assert report.ok
    assert "session" in named(Braid("BaseDecision", one.key, one.blocks), report)


@pytest.mark.parametrize(
    ("version", "also"), [("v1", set()), ("v0", {"boundary under v0"}), ("v00", {"link under v00"})], ids=VERSIONS
)
def test_older_message_versions_cover_less(conversation: Conversation, version: Any, also: set[str]) -> None:
    """Whose signature passes under v0 or v00 learns what that leaves open."""
    signer = conversation(version)
    braid = Braid("BaseDecision", signer.key, signer.blocks)
    found = named(braid, verify(signer.blocks, signer.key))
    assert {what for what in found if " under " in what} == also


def test_asking_for_one_version_covers_the_version(conversation: Conversation) -> None:
    """Then nothing can be passed off as another one."""
    signer = conversation()
    braid = Braid("BaseDecision", signer.key, signer.blocks)
    assert "message version" in named(braid, verify(signer.blocks, signer.key))
    assert "message version" not in named(braid, verify(signer.blocks, signer.key, accept=("v1",)))


def test_a_hydration_has_no_source_and_no_slot(reparse: Reparse) -> None:
    """What it has beside its block is the second copy."""
    braid = reparse(
        {"signature": "A" * 86, "data": '{"subject":"s"}', "subject": "s", "PublicKey": encode_key(bytes(32))}
    )
    found = named(braid, verify(braid.blocks, None))
    assert found >= {"the shown copy", "kind", "container", "key"}
    assert not found & {"source", "slot and order", "Source and Audits"}


def test_a_kind_that_does_not_fit_its_slot_is_pointed_out(conversation: Conversation, reparse: Reparse) -> None:
    """Neither is signed, but a careless mover changes only one."""
    decision = conversation().decision()
    assert misplaced(reparse(decision)) == ()
    _kind(decision)
    assert misplaced(reparse(decision)) == ("AllToolResponses.mate[0]",)
