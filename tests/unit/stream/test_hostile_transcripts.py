"""Whatever comes in, a transcript comes out that can be counted and wrapped, or one line that refuses it."""

from __future__ import annotations

import json
import random
import xml.etree.ElementTree as Tree
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sennit.errors import Misuse
from sennit.reference.braid.container import parse as parse_braid
from sennit.reference.braid.repaired.blocks import blocks_of
from sennit.reference.braid.repaired.verify import verify_bytes
from sennit.reference.braid.strictjson import Unreadable
from sennit.reference.braid.verify import verify
from sennit.reference.stream.content import Transcript
from sennit.reference.stream.coverage import coverage
from sennit.reference.stream.reading import parse
from sennit.reference.stream.wrap import wrap
from sennit.show.braid.graph import graph_of, graph_of_repaired
from sennit.show.braid.svg import svg

ROOT = Path(__file__).resolve().parents[3]
EXAMPLES = ROOT / "examples"
FILES = [*(EXAMPLES / "streams").glob("*.[js]*"), *(EXAMPLES / "braid").glob("*.braid*")]
SEEDS = [path.read_text("utf-8") for path in sorted(FILES)]
NAMES = ("role", "content", "type", "text", "thinking", "signature", "messages", "id", "input", "name", "tool_use_id")
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.sampled_from(NAMES),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(NAMES) | st.text(max_size=3), inner, max_size=5)
    ),
    max_leaves=20,
)


def looked_at(text: str) -> Transcript | None:
    """What the text says, after everything was done with it that can be."""
    try:
        transcript = parse(text)
    except Unreadable:
        return None
    found = coverage(transcript)
    assert 0 <= found.signed <= found.reasoning <= found.written
    return transcript


@settings(max_examples=100, deadline=None)
@given(st.lists(VALUES, min_size=1, max_size=3))
def test_any_json_is_read_or_refused(values: list[object]) -> None:
    """As one value, and as lines."""
    looked_at(json.dumps(values))
    looked_at("".join(f"{json.dumps(value)}\n" for value in values))


@pytest.mark.parametrize("text", SEEDS, ids=range(len(SEEDS)))
def test_damaged_files_are_read_or_refused_and_what_is_read_can_be_wrapped(tmp_path: Path, text: str) -> None:
    """Characters changed, dropped and doubled, lines moved; what is read comes back from the braid it is put in."""
    chance = random.Random(len(text))
    read, file = 0, tmp_path / "talk.braid"
    for _ in range(300):
        damaged = text
        for _ in range(chance.randint(0, 3)):
            at, to = sorted(chance.randrange(len(damaged) + 1) for _ in range(2))
            to = min(to, at + 20)
            piece = chance.choice(("", damaged[at:to] * 2, chance.choice('{}[]",:\\\n0'), chance.choice(NAMES)))
            damaged = damaged[:at] + piece + damaged[to:]
        transcript = looked_at(damaged)
        if transcript is None or not any(turn.parts for turn in transcript.turns):
            continue
        read += 1
        try:
            wrap(transcript, b"\5" * 32).write(file)
        except Misuse:
            continue
        data = file.read_bytes()
        assert verify_bytes(data).answer == "complete"
        assert coverage(parse(data.decode())).signed == coverage(transcript).signed
    assert read > 0


@pytest.mark.parametrize("text", SEEDS, ids=range(len(SEEDS)))
def test_damaged_braids_are_drawn_or_refused(text: str) -> None:
    """Every picture is well formed."""
    chance = random.Random(len(text))
    for _ in range(30):
        at = chance.randrange(len(text))
        damaged = text[:at] + chance.choice("Az09{,\\\u202e") + text[at + chance.randint(0, 2) :]
        said = blocks_of(damaged.encode())
        if said.genesis is not None:
            Tree.fromstring(svg(graph_of_repaired("x", said, verify_bytes(damaged.encode()))))
            continue
        try:
            braid = parse_braid(damaged)
        except Unreadable:
            continue
        Tree.fromstring(svg(graph_of("x", braid, verify(braid.blocks, braid.key))))
