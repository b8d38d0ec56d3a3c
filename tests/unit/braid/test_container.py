"""Blocks out of both containers, with their places, and damage to escapes with its places."""

import base64
import contextlib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sennit.reference.braid.container import Block, Braid, Unreadable, parse
from sennit.reference.braid.message import encode_key
from unit.braid.conftest import Reparse

A, B = "A" * 86, "B" * 86


def test_a_decision_is_read_in_the_order_of_its_file(reparse: Reparse) -> None:
    """Slots, sources and lists keep their order; chains of thought are one list deeper."""
    braid = reparse(
        {
            "AllTexts": {"b": [{"signature": A, "data": "1"}], "a": [{"signature": B, "data": "2"}]},
            "ChainOfThoughts": {"a": [[], [{"signature": A, "data": "3"}, {"signature": B, "data": "4"}]]},
            "AllPrompts": {"odd name": [{"signature": A, "data": "5"}]},
        }
    )
    assert [(block.place, block.source, block.payload) for block in braid.blocks] == [
        ("AllTexts.b[0]", "b", b"1"),
        ("AllTexts.a[0]", "a", b"2"),
        ("ChainOfThoughts.a[1][0]", "a", b"3"),
        ("ChainOfThoughts.a[1][1]", "a", b"4"),
        ('AllPrompts["odd name"][0]', "odd name", b"5"),
    ]


def test_a_block_keeps_what_its_file_says(reparse: Reparse) -> None:
    """All members of the format are read, and nothing else."""
    members = {"namespace": "tool_request", "data": "x", "signature": A, "prev_signature": B, "is_shadow": True}
    braid = reparse({"AllToolRequests": {"s": [members]}, "PublicKey": encode_key(b"k" * 32)})
    block = Block("AllToolRequests.s[0]", "AllToolRequests", "tool_request", "s", b"x", A, B, True, "none")
    assert braid == Braid("BaseDecision", b"k" * 32, (block,))


def test_null_and_nothing_read_alike(reparse: Reparse) -> None:
    """The program that writes these files writes null for an empty list, and leaves out what is empty."""
    assert reparse({"AllTexts": None, "AllToolRequests": {"a": None}, "ChainOfThoughts": {"a": [None]}}).blocks == ()
    nothing: dict[str, Any] = dict.fromkeys(["data", "data_b64", "prev_signature", "is_shadow", "namespace"])
    braid = reparse({"AllTexts": {"a": [{"signature": A, **nothing}, {"signature": A}]}, "PublicKey": None})
    assert {(block.payload, block.prev, block.kind, block.shadow) for block in braid.blocks} == {(b"", "", "", False)}
    assert braid.key is None


@pytest.mark.parametrize(
    ("data", "covered", "payload", "copy"),
    [
        ("hi", None, b"hi", "none"),
        ("hi", "", b"hi", "none"),
        ("hi", "aGk=", b"hi", "same"),
        ("ho", "aGk=", b"hi", "differs"),
        ("", "aGk=", b"hi", "hidden"),
        ("", "/w==", b"\xff", "hidden"),
    ],
)
def test_data_b64_overrides_data(reparse: Reparse, data: str, covered: str | None, payload: bytes, copy: str) -> None:
    """Whether the two agree is kept, because people read the one and signatures cover the other."""
    block = reparse({"signature": A, "data": data, "data_b64": covered}).blocks[0]
    assert (block.payload, block.copy) == (payload, copy)


@pytest.mark.parametrize(
    ("beside", "copy"),
    [
        ({}, "none"),
        ({"subject": "s", "n": {"a": "b"}}, "same"),
        ({"n": {"a": "b"}, "subject": "s"}, "same"),
        ({"subject": "t", "n": {"a": "b"}}, "differs"),
        ({"subject": "s"}, "differs"),
        ({"subject": "s", "n": {"a": "b"}, "more": None}, "differs"),
    ],
)
def test_the_second_copy_of_a_hydration_is_compared_with_the_signed_one(
    reparse: Reparse, beside: dict[str, object], copy: str
) -> None:
    """It says the same, or it differs; nobody signs it."""
    data = '{"subject":"s","n":{"a":"b"}}'
    braid = reparse({"signature": A, "data": data, **beside})
    assert (braid.container, braid.blocks[0].place, braid.blocks[0].copy) == ("SignedHydration", "$", copy)


def test_a_number_in_another_spelling_is_another_copy() -> None:
    """Numbers are compared as they are spelled: rounding would hide an edit."""
    text = '{"signature": "SIGNATURE", "data": "{\\"n\\": 1.0000000000000000001}", "n": 1}'.replace("SIGNATURE", A)
    assert parse(text).blocks[0].copy == "differs"


def test_members_outside_the_format_are_named_and_not_read(reparse: Reparse) -> None:
    """A block in a list that the format does not have is not verified, so the list must be named."""
    block = {"signature": A, "verified": True}
    braid = reparse({"AllTexts": {"a": [block]}, "AllThings": {"a": [block]}, "Audits": [{"total": 3}], "Source": "a"})
    assert len(braid.blocks) == 1
    assert braid.unread == ("AllThings", "AllTexts.a[0].verified")


def test_an_illegal_escape_is_read_as_its_character_and_its_place_is_told() -> None:
    """Lines and columns count from 1, and the path names the member."""
    text = '{"AllTexts": {"a": [\n  {"signature": "SIGNATURE",\n   "data": "x \\& \\\\& y\\>"}]}}'.replace(
        "SIGNATURE", A
    )
    braid = parse(text)
    assert braid.blocks[0].payload == b"x & \\& y>"
    assert [(d.line, d.column, d.path, d.found) for d in braid.damage] == [
        (3, 15, "AllTexts.a[0].data", "\\&"),
        (3, 23, "AllTexts.a[0].data", "\\>"),
    ]
    assert [text[d.offset : d.offset + 2] for d in braid.damage] == ["\\&", "\\>"]


@pytest.mark.parametrize(
    ("spelled", "found", "undone"),
    [
        ("\\&", b"&", b"\\u0026"),
        ("\\<", b"<", b"\\u003c"),
        ("\\>\\>", b">>", b"\\u003e\\u003e"),
        ("\\\\\\&", b"\\&", b"\\\\u0026"),
        ("\\'", b"'", b"'"),
        ("\\\u00e9", "\u00e9".encode(), "\u00e9".encode()),
    ],
)
def test_undoing_damage_gives_back_what_the_encoder_wrote(spelled: str, found: bytes, undone: bytes) -> None:
    """Only the three escapes that the encoder writes are known; another illegal escape stays the bare character."""
    text = '{"signature": "SIGNATURE", "data": "DATA"}'.replace("DATA", spelled).replace("SIGNATURE", A)
    assert parse(text).blocks[0].payload == found
    assert parse(text, repair_escapes=True).blocks[0].payload == undone


@given(st.text(st.sampled_from("\\u0026<&>3ce\"'x"), max_size=40))
def test_damage_to_any_payload_can_be_undone(payload: str) -> None:
    """Each of the encoder's escapes replaced by its character: undone, the payload is what was signed.

    Without damage it is so as found: an escape that stood for the character itself was replaced by that character.
    """
    quoted = payload.replace("\\", "\\\\").replace('"', '\\"')
    for character, escape in (("&", "\\u0026"), ("<", "\\u003c"), (">", "\\u003e")):
        quoted = quoted.replace(character, escape)
    for character, escape in (("&", "\\u0026"), ("<", "\\u003c"), (">", "\\u003e")):
        quoted = quoted.replace(escape, character)
    text = '{"signature": "SIGNATURE", "data": "DATA"}'.replace("DATA", quoted).replace("SIGNATURE", A)
    undone, found = parse(text, repair_escapes=True), parse(text)
    assert undone.blocks[0].payload == payload.encode("ascii")
    assert undone.damage == found.damage
    assert (found.blocks[0].payload == payload.encode("ascii")) == (not found.damage)


def test_damage_in_the_shown_copy_alone_is_told_from_an_edit() -> None:
    """The signed bytes are whole; the text beside them agrees once the damage is undone."""
    covered = base64.b64encode(b"a \\u0026 b").decode("ascii")
    text = '{"signature": "SIGNATURE", "data_b64": "DATA", "data": "a \\& b"}'.replace("DATA", covered).replace(
        "SIGNATURE", A
    )
    assert parse(text).blocks[0].copy == "damaged"
    assert parse(text, repair_escapes=True).blocks[0].copy == "same"
    assert parse(text.replace(" b", " c")).blocks[0].copy == "differs"


def test_damage_in_a_member_name_or_outside_a_block_has_a_place_too() -> None:
    """It is read as the bare character there as well."""
    braid = parse('{"AllTexts": {"a\\&": [{"signature": "SIGNATURE"}]}, "Source": "\\<"}'.replace("SIGNATURE", A))
    assert braid.blocks[0].source == "a&"
    assert [damage.path for damage in braid.damage] == ['AllTexts["a&"]', "Source"]


def test_legal_escapes_are_no_damage() -> None:
    """All nine kinds, a surrogate pair and a backslash before a letter that looks like one."""
    escapes = '\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\\ud83d\\ude00\\\\u0026\\\\ud800'
    text = f'{{"signature": "{A}", "data": "{escapes}"}}'
    assert parse(text).damage == ()
    assert parse(text).blocks[0].payload.decode("utf-8") == '"\\/\b\f\n\r\t\u00e9\U0001f600\\u0026\\ud800'


@given(st.text(max_size=200))
def test_any_text_is_read_or_refused(text: str) -> None:
    """No text makes the reader fail in another way."""
    for whole in (text, f'{{"signature": "{A}", "data": "{text}"}}'):
        with contextlib.suppress(Unreadable):
            assert parse(whole).blocks[0].signature == A
