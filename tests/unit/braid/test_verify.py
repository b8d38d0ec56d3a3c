"""Every signature and every rule, each with the block at which it fails."""

import base64
import hashlib
from collections.abc import Callable, Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from nacl.bindings import (
    crypto_core_ed25519_add,
    crypto_core_ed25519_scalar_add,
    crypto_core_ed25519_scalar_mul,
    crypto_core_ed25519_scalar_reduce,
    crypto_scalarmult_ed25519_base_noclamp,
)
from nacl.signing import VerifyKey

from sennit.reference.braid.container import Block
from sennit.reference.braid.message import VERSIONS, Version, decode_signature, encode_signature
from sennit.reference.braid.sign import Signer
from sennit.reference.braid.verify import RULES, Report, is_sound, verify
from unit.braid.conftest import Conversation

Blocks = Sequence[Block]


def failing(report: Report) -> list[tuple[str, int | None]]:
    """Rule and block of each failure."""
    return [(failure.rule, failure.block) for failure in report.failures]


@pytest.mark.parametrize("version", VERSIONS)
def test_a_signed_conversation_passes_under_the_version_that_signed_it(
    conversation: Conversation, version: Version
) -> None:
    """The report names the version, which no file does."""
    signer = conversation(version)
    report = verify(signer.blocks, signer.key)
    assert (report.ok, report.passed, report.versions) == (True, 7, (version,))


def test_a_block_without_a_parent_passes_as_v0_and_as_v00(conversation: Conversation) -> None:
    """Both versions sign the same bytes then, so both are counted."""
    report = verify(conversation("v0").blocks, conversation("v0").key)
    assert report.by_version == (("v1", 0), ("v0", 7), ("v00", 1))


def test_without_a_key_the_rules_are_checked_and_nothing_is_decided(conversation: Conversation) -> None:
    """A good braid is neither passed nor failed; a bad one fails by its rules."""
    blocks = conversation().blocks
    assert (verify(blocks, None).ok, verify(blocks, None).passes) == (None, None)
    assert verify(blocks[1:], None).ok is False


def test_another_key_passes_nothing(conversation: Conversation) -> None:
    """Each signature fails, at its own block, and the shape stays good."""
    report = verify(conversation().blocks, Signer(b"\1" * 32).key)
    assert failing(report) == [("signature", i) for i in range(7)]
    assert report.structure.ok
    assert report.versions == ()


Tamper = Callable[[Blocks], Blocks]


def at(i: int, change: Callable[[Block], Block]) -> Tamper:
    """Change the block i."""
    return lambda blocks: [*blocks[:i], change(blocks[i]), *blocks[i + 1 :]]


# What somebody without the private key does to the seven blocks, and every rule that then fails, with its block.
TAMPERED: dict[str, tuple[Tamper, list[tuple[str, int | None]]]] = {
    "a payload edited": (at(4, lambda b: b._replace(payload=b"Four metres.")), [("signature", 4)]),
    "a payload emptied": (at(4, lambda b: b._replace(payload=b"")), [("signature", 4)]),
    "a link cut": (
        at(4, lambda b: b._replace(prev="")),
        [("signature", 4), ("single_genesis", 0), ("single_genesis", 4)],
    ),
    "a link moved": (lambda blocks: at(4, lambda b: b._replace(prev=blocks[0].signature))(blocks), [("signature", 4)]),
    "a link to itself": (
        at(4, lambda b: b._replace(prev=b.signature)),
        [("signature", 4), ("acyclic", 4), ("reaches_genesis", 4)],
    ),
    "a link to nothing": (
        at(4, lambda b: b._replace(prev="A" * 86)),
        [("signature", 4), ("no_orphan", 4), ("reaches_genesis", 4)],
    ),
    "the first block dropped": (
        lambda blocks: blocks[1:],
        [("single_genesis", None), ("no_orphan", 0), ("no_orphan", 5), *[("reaches_genesis", i) for i in range(6)]],
    ),
    "a block in the middle dropped": (
        lambda blocks: [*blocks[:2], *blocks[3:]],
        [("no_orphan", 2), ("reaches_genesis", 2), ("reaches_genesis", 3), ("reaches_genesis", 4)],
    ),
    "a block said twice": (lambda blocks: [*blocks, blocks[4]], [("unique", 7)]),
    "the first block said twice": (
        lambda blocks: [*blocks, blocks[0]],
        [("single_genesis", 0), ("single_genesis", 7), ("unique", 7)],
    ),
    "payloads of two blocks swapped": (
        lambda blocks: [
            *blocks[:4],
            blocks[4]._replace(payload=blocks[5].payload),
            blocks[5]._replace(payload=blocks[4].payload),
            blocks[6],
        ],
        [("signature", 4), ("signature", 5)],
    ),
    "a payload replaced by its base64 text": (
        at(4, lambda b: b._replace(payload=base64.b64encode(b.payload))),
        [("one_version", 4)],
    ),
    "a signature of another block": (
        lambda blocks: at(5, lambda b: b._replace(signature=blocks[4].signature))(blocks),
        [("signature", 5), ("unique", 5)],
    ),
    "a leaf's signature spelled in another way": (
        at(6, lambda b: b._replace(signature=respelled(b.signature))),
        [("canonical", 6)],
    ),
    "a block said twice in two spellings": (
        lambda blocks: [*blocks, blocks[6]._replace(signature=respelled(blocks[6].signature))],
        [("canonical", 7)],
    ),
    "a parent's signature spelled in another way": (
        at(4, lambda b: b._replace(signature=respelled(b.signature))),
        [("canonical", 4)],
    ),
    "the text shown beside a payload edited": (at(4, lambda b: b._replace(copy="differs")), [("copies_agree", 4)]),
    "everything dropped": (lambda blocks: [], [("single_genesis", None)]),
}


def respelled(signature: str) -> str:
    """Another string that decodes to the same 64 bytes."""
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    other = signature[:-1] + alphabet[alphabet.index(signature[-1]) + 1]
    assert decode_signature(other) == decode_signature(signature)
    return other


@pytest.mark.parametrize(("tamper", "failures"), TAMPERED.values(), ids=TAMPERED.keys())
def test_tampering_fails_the_rules_it_breaks_at_the_blocks_it_touches(
    conversation: Conversation, tamper: Tamper, failures: list[tuple[str, int | None]]
) -> None:
    """And no other rule, at no other block, on one thread or two."""
    signer = conversation()
    for jobs in (1, 2):
        assert failing(verify(tamper(signer.blocks), signer.key, jobs=jobs)) == failures


def test_every_rule_is_broken_by_some_case_above() -> None:
    """Except the one about keys, which has its own test."""
    assert {rule for _, failures in TAMPERED.values() for rule, _ in failures} == set(RULES) - {"sound_key"}


@settings(max_examples=300)
@given(data=st.data(), at=st.integers(0, 6), where=st.sampled_from(["payload", "prev"]))
def test_any_single_edit_to_a_payload_or_a_link_is_caught(
    conversation: Conversation, data: st.DataObject, at: int, where: str
) -> None:
    """One character inserted, deleted or replaced, anywhere, in any block: the signature of that block fails."""
    signer = conversation()
    block = signer.blocks[at]
    old = block.payload if where == "payload" else block.prev.encode("ascii")
    i = data.draw(st.integers(0, len(old)))
    width = data.draw(st.integers(0, 1))
    new = data.draw(st.binary(max_size=1) if where == "payload" else st.sampled_from([b"", b"A", b"-", b"_", b"z"]))
    edited = old[:i] + new + old[i + width :]
    if edited == old:
        return
    changed = block._replace(payload=edited) if where == "payload" else block._replace(prev=edited.decode("ascii"))
    report = verify([*signer.blocks[:at], changed, *signer.blocks[at + 1 :]], signer.key)
    assert ("signature", at) in failing(report)
    assert report.passed == 6


@pytest.mark.parametrize("version", ["v1", "v0"])
def test_no_block_can_be_hung_elsewhere(conversation: Conversation, version: Version) -> None:
    """For every block and every other link in the braid the signature fails."""
    signer = conversation(version)
    links = ["", *(block.signature for block in signer.blocks)]
    for i, block in enumerate(signer.blocks):
        for link in set(links) - {block.prev}:
            moved = [*signer.blocks[:i], block._replace(prev=link), *signer.blocks[i + 1 :]]
            assert ("signature", i) in failing(verify(moved, signer.key, accept=(version,)))


def test_a_v0_block_without_a_parent_can_be_hung_anywhere_if_v00_is_accepted_too(conversation: Conversation) -> None:
    """Its bytes are those of a v00 block with any link; that the others pass as v0 alone is what gives it away."""
    signer = conversation("v0")
    stray = Signer(b"\7" * 32, "v0").append("text", "owner", "What about the other lock?")
    hung = stray._replace(prev=signer.blocks[-1].signature)
    assert failing(verify([*signer.blocks, hung], signer.key)) == [("one_version", 7)]
    assert failing(verify([*signer.blocks, hung], signer.key, accept=("v0",))) == [("signature", 7)]


def test_under_v00_a_block_can_be_hung_anywhere(conversation: Conversation) -> None:
    """v00 does not cover the link, so the forged braid passes: that is why the report says so."""
    signer = conversation("v00")
    moved = [*signer.blocks[:4], signer.blocks[4]._replace(prev=signer.blocks[0].signature), *signer.blocks[5:]]
    assert verify(moved, signer.key).ok


def test_under_v0_a_chain_can_be_cut_by_moving_its_link_into_the_payload(conversation: Conversation) -> None:
    """The signed bytes stay the same; only the rule of one genesis notices, and dropping the rest satisfies it."""
    signer = conversation("v0")
    last = signer.blocks[4]
    forged = last._replace(payload=last.payload + last.prev.encode("ascii"), prev="")
    assert verify([forged], signer.key).ok
    assert failing(verify([*signer.blocks[:4], forged], signer.key)) == [("single_genesis", 0), ("single_genesis", 4)]


def test_a_whole_v1_braid_passes_as_v0_with_its_payloads_replaced_by_their_base64_text(
    conversation: Conversation,
) -> None:
    """Nothing marks the version; who knows that v1 was meant asks for v1 alone."""
    signer = conversation()
    forged = [block._replace(payload=base64.b64encode(block.payload)) for block in signer.blocks]
    assert verify(forged, signer.key).versions == ("v0",)
    assert verify(forged, signer.key).ok
    assert verify(forged, signer.key, accept=("v1",)).passed == 0


SMALL_ORDER = {
    "of order 1": (1).to_bytes(32, "little"),
    "of order 2": (2**255 - 20).to_bytes(32, "little"),
    "of order 4": bytes(32),
    "of order 4, the other sign": bytes(31) + b"\x80",
    "of order 8": bytes.fromhex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"),
    "of order 8, its negative": bytes.fromhex("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a"),
}


@pytest.mark.parametrize("key", SMALL_ORDER.values(), ids=SMALL_ORDER.keys())
def test_a_key_of_small_order_passes_nothing_and_is_called_unsound(key: bytes) -> None:
    """R = s B with s = 8 would pass for every message under the first of them; libsodium refuses them all."""
    scalar = (8).to_bytes(32, "little")
    signature = encode_signature(crypto_scalarmult_ed25519_base_noclamp(scalar) + scalar)
    report = verify([Block("$", "", "text", "", b"anything", signature, "")], key)
    assert failing(report) == [("signature", 0), ("sound_key", None)]


def test_a_key_with_a_small_order_part_is_called_unsound_although_signatures_pass_under_it() -> None:
    """A + T, for A = a B and T of order 8: r B with S = r + h a passes when 8 divides h, which a signer can arrange."""
    secret = crypto_core_ed25519_scalar_reduce(b"\5" * 64)
    mixed = crypto_core_ed25519_add(crypto_scalarmult_ed25519_base_noclamp(secret), SMALL_ORDER["of order 8"])
    blocks, passing = [], []
    for i in range(64):
        nonce = (i + 1).to_bytes(32, "little")
        point = crypto_scalarmult_ed25519_base_noclamp(nonce)
        challenge = crypto_core_ed25519_scalar_reduce(hashlib.sha512(point + mixed + b"hi").digest())
        scalar = crypto_core_ed25519_scalar_add(nonce, crypto_core_ed25519_scalar_mul(challenge, secret))
        blocks.append(Block(f"AllTexts.a[{i}]", "AllTexts", "text", "a", b"hi", encode_signature(point + scalar), ""))
        passing.append(challenge[0] % 8 == 0)
    report = verify(blocks, mixed, accept=("v00",))
    assert [bool(versions) for versions in report.passes or ()] == passing
    assert 0 < report.passed < 64
    assert ("sound_key", None) in failing(report)
    assert is_sound(Signer(b"\7" * 32).key)


@pytest.mark.parametrize("jobs", [1, 2, 3])
def test_a_chain_of_5000_blocks_passes_on_any_number_of_threads(jobs: int) -> None:
    """And the report does not depend on how many there are."""
    signer = Signer(b"\2" * 32)
    for i in range(5_000):
        signer.append("text", "a", f"line {i}")
    blocks = list(signer.blocks)
    blocks[4_321] = blocks[4_321]._replace(payload=b"")
    assert failing(verify(blocks, signer.key, jobs=jobs)) == [("signature", 4_321)]
    assert verify(blocks, signer.key, jobs=jobs) == verify(blocks, signer.key)


def test_each_message_is_tried_once_and_the_usual_version_first(monkeypatch: pytest.MonkeyPatch) -> None:
    """Work is one signature check a block and a few to find out the version: counted, at two sizes."""
    tried = []
    check = VerifyKey.verify

    def counted(key: VerifyKey, message: bytes, signature: bytes) -> bytes:
        tried.append(message)
        return bytes(check(key, message, signature))

    monkeypatch.setattr(VerifyKey, "verify", counted)
    for size in (100, 1_000):
        signer = Signer(b"\3" * 32, "v0")
        for i in range(size):
            signer.append("text", "a", str(i))
        tried.clear()
        assert verify(signer.blocks, signer.key).ok
        assert len(tried) <= size + 3 * 8
