"""Signing a conversation and writing it."""

import json
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sennit.reference.braid.container import SLOTS, parse, read
from sennit.reference.braid.sign import Signer, write_whole
from sennit.reference.braid.verify import verify
from unit.braid.conftest import Conversation


def test_what_is_written_reads_back_as_the_same_blocks(tmp_path: Path, conversation: Conversation) -> None:
    """Places, kinds, payloads and links survive; the order is that of the slots."""
    signer = conversation()
    signer.write(tmp_path / "talk.json")
    braid = read(tmp_path / "talk.json")
    assert set(braid.blocks) == set(signer.blocks)
    assert (braid.key, braid.damage, braid.unread) == (signer.key, (), ())


def test_a_seed_gives_the_same_file_every_time(conversation: Conversation) -> None:
    """Ed25519 signatures are deterministic, and nothing else varies."""
    assert conversation().decision() == conversation().decision()
    assert conversation(seed=b"\1" * 32).key != conversation().key


def test_without_a_seed_every_signer_has_its_own_key() -> None:
    """The key is ephemeral."""
    assert Signer().key != Signer().key


def test_a_block_hangs_under_the_latest_or_under_any_that_was_signed_before() -> None:
    """Only the first has no parent."""
    signer = Signer(b"\1" * 32)
    first = signer.append("prompt", "a", "1")
    second = signer.append("text", "b", "2")
    third = signer.append("text", "b", "3", parent=first)
    assert [block.prev for block in (first, second, third)] == ["", first.signature, first.signature]


@pytest.mark.parametrize(
    ("kind", "text", "line"),
    [
        ("hydration", "x", "'hydration' is no kind of block in a BaseDecision"),
        ("text", "\ud800", "surrogates not allowed"),
    ],
)
def test_what_cannot_be_signed_is_an_error(kind: str, text: str, line: str) -> None:
    """Nothing is appended then."""
    signer = Signer(b"\1" * 32)
    with pytest.raises(ValueError, match=re.escape(line)):
        signer.append(kind, "a", text)  # type: ignore[arg-type]  # that it is no kind is what is tested
    assert signer.blocks == ()


def test_a_parent_from_elsewhere_is_an_error(conversation: Conversation) -> None:
    """A braid in which it is absent would have an orphan."""
    signer = Signer(b"\1" * 32)
    with pytest.raises(ValueError, match=r"AllPrompts.user\[0\] was not signed by this signer"):
        signer.append("text", "a", "x", parent=conversation().blocks[0])


def test_an_unknown_message_version_is_an_error() -> None:
    """It would sign nothing that anybody can verify."""
    with pytest.raises(ValueError, match="'v2' is no message version"):
        Signer(b"\1" * 32, "v2")  # type: ignore[arg-type]  # that it is no version is what is tested


def test_a_failed_write_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    """Text that has no UTF-8 is found out in the middle of writing."""
    file = tmp_path / "talk.json"
    write_whole(file, "old")
    with pytest.raises(UnicodeEncodeError):
        write_whole(file, "x" * 100_000 + "\ud800")
    assert [path.name for path in tmp_path.iterdir()] == ["talk.json"]
    assert file.read_text(encoding="utf-8") == "old"


@given(
    st.lists(st.tuples(st.sampled_from(list(SLOTS.values())), st.text(max_size=3), st.text(max_size=20)), min_size=1)
)
def test_whatever_is_signed_verifies(said: list[tuple[str, str, str]]) -> None:
    """Any kinds, any sources, any text."""
    signer = Signer(b"\1" * 32)
    for kind, source, text in said:
        signer.append(kind, source, text)  # type: ignore[arg-type]  # the kinds are those of the table of slots
    braid = parse(json.dumps(signer.decision()))
    report = verify(braid.blocks, braid.key)
    assert report.ok
    assert report.passed == len(said)
