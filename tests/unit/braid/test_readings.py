"""Texts that the Systems read in two ways, signed once with a real key: both blocks pass."""

from __future__ import annotations

import base64
import itertools
from collections.abc import Mapping
from dataclasses import dataclass

import pytest
from nacl.signing import SigningKey

from sennit import Claim, Trace
from sennit.budget import Budget
from sennit.engines import explore, induction
from sennit.protocols.braid.joining import DOT, HEX, LETTER, OTHER, PAD, STANDARD, URL, Joining
from sennit_properties import encodings as claims

KEY = SigningKey(bytes(range(32)))
SAMPLE = {HEX: "a", LETTER: "A", STANDARD: "+", URL: "-", PAD: "=", DOT: ".", OTHER: "\n"}
Settings = Mapping[str, int]


@dataclass(frozen=True)
class Format:
    """How a block becomes a message: the same choices as those of the System."""

    encoded: bool = True
    pads: int = 0
    hexadecimal: bool = False

    def link(self, signature: bytes) -> str:
        """The spelling of a parent's signature."""
        if self.hexadecimal:
            return signature.hex()
        text = base64.urlsafe_b64encode(signature).decode("ascii")
        return text if self.pads else text.rstrip("=")

    def message(self, payload: bytes, link: str) -> bytes:
        """What is signed."""
        return (base64.b64encode(payload) if self.encoded else payload) + link.encode("ascii")

    def payload(self, text: str) -> bytes:
        """The payload whose text this is."""
        return base64.b64decode(text, validate=True) if self.encoded else text.encode("ascii")


def found(claim: Claim, settings: Settings) -> Trace:
    """The shortest text that refutes the claim, with its two readings."""
    trace = explore.check(claim.question(dict(settings)), Budget(seconds=60.0)).trace
    assert trace is not None
    return trace


def boundaries(trace: Trace) -> list[int | None]:
    """Where the link begins, in characters, in each of the two readings; None where there is none."""
    flags = [step.args[1:] for step in trace.steps if step.rule == "read"]
    return [next((i for i, flag in enumerate(flags) if flag[r]), None) for r in range(2)]


def genesis_with(spelling: Format) -> str:
    """The link to a genesis of a payload for which it has no `-` or `_`: one signature in fifteen has none."""
    for number in itertools.count():
        payload = str(number).encode("ascii")
        link = spelling.link(KEY.sign(spelling.message(payload, "")).signature)
        if not set(link) & set("-_"):
            return link
    raise AssertionError


@pytest.mark.parametrize(
    "settings", [claims.PADDED, claims.HEXADECIMAL, claims.BARE], ids=["padded", "hexadecimal", "bare"]
)
def test_a_signed_child_is_a_signed_genesis_of_another_payload(settings: dict[str, int]) -> None:
    """One signature over the text that was found passes for a child of a real block, and for a genesis."""
    spelling = Format(bool(settings.get("encoded", 1)), settings.get("pads", 0), bool(settings.get("hexadecimal", 0)))
    places = boundaries(found(claims.link_is_no_payload, settings))
    (begins,) = [place for place in places if place is not None]
    link = genesis_with(spelling)
    assert len(link) == Joining.at(**settings).link
    child = (spelling.payload("A" * begins), link)
    signature = KEY.sign(spelling.message(*child)).signature
    genesis = (spelling.payload("A" * begins + link), "")
    assert child != genesis
    for block in (child, genesis):
        KEY.verify_key.verify(spelling.message(*block), signature)


def test_the_same_child_is_no_genesis_where_a_link_has_86_characters() -> None:
    """That text is no base64 at all: 86 is no multiple of four."""
    spelling = Format()
    with pytest.raises(ValueError, match="padding"):
        spelling.payload(genesis_with(spelling))


def test_a_text_of_one_version_is_a_text_of_the_other() -> None:
    """What is signed as base64 and link passes as that base64, bare, and the same link."""
    first, second = boundaries(found(claims.one_reading, {"same": False}))
    assert first == second
    payload, link = b"abc", genesis_with(Format())
    signature = KEY.sign(Format().message(payload, link)).signature
    other = base64.b64encode(payload)
    assert other != payload
    KEY.verify_key.verify(Format(encoded=False).message(other, link), signature)


def test_links_of_any_length_take_characters_from_the_payload() -> None:
    """Where a link need not be a whole signature, the text found is two blocks, and one signature fits both."""
    trace = found(claims.one_reading, {"exact": False})
    text = "".join(SAMPLE[str(step.args[0])] for step in trace.steps if step.rule == "read")
    blocks = [
        (Format().payload(text[:place]), text[len(text) if place is None else place :]) for place in boundaries(trace)
    ]
    assert blocks[0] != blocks[1]
    signature = KEY.sign(Format().message(*blocks[0])).signature
    for block in blocks:
        KEY.verify_key.verify(Format().message(*block), signature)


def test_two_spellings_of_a_last_character_are_one_signature() -> None:
    """The constants that refute the theorem are two characters that a lenient decoder reads alike."""
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    trace = induction.check(claims.last_character_read_leniently.question(), Budget(seconds=60.0)).trace
    assert trace is not None
    x, y = (int(value) for value in trace.start if isinstance(value, int))
    decoded = [base64.urlsafe_b64decode("A" * 85 + alphabet[last] + "==") for last in (x, y)]
    assert x != y
    assert decoded[0] == decoded[1]


@pytest.mark.parametrize("settings", [claims.FIXED, claims.DECIMAL], ids=["fixed", "separated"])
def test_lists_of_strings_run_together_without_what_ends_a_length(settings: dict[str, int]) -> None:
    """The digits that were found are two lists; one signature over them passes for both."""
    switch, claim = (
        ("fixed", claims.one_list) if "fixed" not in settings else ("separated", claims.one_list_of_decimals)
    )
    trace = found(claim, {**settings, switch: False})
    steps = [step for step in trace.steps if step.rule == "read"]
    text = "".join(str(step.args[0]) for step in steps)
    lists = [_fields(text, [bool(step.args[1 + r]) for step in steps]) for r in range(2)]
    assert lists[0][0] != lists[1][0]
    signature = KEY.sign(text.encode("ascii")).signature
    for strings, lengths in lists:
        joined = "".join(length + string for length, string in zip(lengths, strings, strict=True))
        KEY.verify_key.verify(joined.encode("ascii"), signature)


def _fields(text: str, ends: list[bool]) -> tuple[list[str], list[str]]:
    """The byte strings of one reading, and how it read their lengths; `ends` marks the last digit of each."""
    strings, lengths, at = list[str](), list[str](), 0
    while at < len(text):
        last = ends.index(True, at)
        lengths.append(text[at : last + 1])
        size = int(lengths[-1])
        strings.append(text[last + 1 : last + 1 + size])
        at = last + 1 + size
    return strings, lengths
