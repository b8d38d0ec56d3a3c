"""What a signature covers, and how keys and signatures are spelled."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sennit.reference.braid.message import (
    VERSIONS,
    Version,
    decode_base64,
    decode_key,
    decode_signature,
    encode_signature,
    is_canonical,
    signed_message,
)

LINKS = st.binary(min_size=64, max_size=64).map(encode_signature) | st.just("")


@pytest.mark.parametrize(
    ("version", "message"), [("v1", b"aGk=parent"), ("v0", b"hiparent"), ("v00", b"hi")], ids=["v1", "v0", "v00"]
)
def test_each_version_joins_payload_and_link_in_its_own_way(version: Version, message: bytes) -> None:
    """v1 is base64 then link, v0 the bare bytes then link, v00 the bare bytes."""
    assert signed_message(version, b"hi", "parent") == message


@given(st.binary())
def test_without_a_parent_v0_and_v00_are_the_same_bytes(payload: bytes) -> None:
    """So a verifier cannot tell them apart in a block without a parent."""
    assert signed_message("v0", payload, "") == signed_message("v00", payload, "")


@given(st.tuples(st.binary(), LINKS), st.tuples(st.binary(), LINKS))
def test_v1_never_joins_two_different_blocks_into_one_message(a: tuple[bytes, str], b: tuple[bytes, str]) -> None:
    """A link is 86 characters and base64 comes in fours, so the length of a message says whether it has a link."""
    assert (signed_message("v1", *a) == signed_message("v1", *b)) == (a == b)


@given(st.binary(), LINKS)
def test_v0_reads_a_message_in_two_ways(payload: bytes, link: str) -> None:
    """The link can be moved into the payload; the message stays the same."""
    assert signed_message("v0", payload, link) == signed_message("v0", payload + link.encode("ascii"), "")


@given(st.binary(), LINKS)
def test_a_v1_message_is_a_v0_message_of_the_base64_text(payload: bytes, link: str) -> None:
    """That is why a verifier must not mix versions within a file."""
    assert signed_message("v1", payload, link) == signed_message("v0", base64.b64encode(payload), link)


@given(st.binary(min_size=64, max_size=64))
def test_sixteen_strings_spell_one_signature_and_one_is_canonical(signature: bytes) -> None:
    """The last of the 86 characters carries four bits that decode to nothing."""
    text = encode_signature(signature)
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    spellings = [text[:-1] + last for last in alphabet if decode_signature(text[:-1] + last) == signature]
    assert len(spellings) == 16
    assert [is_canonical(spelling) for spelling in spellings].count(True) == 1


@pytest.mark.parametrize(
    "text", ["", "A" * 85, "A" * 87, "A" * 85 + "=", "A" * 85 + "+", "A" * 86 + "\n", "\u0661" * 86]
)
def test_a_string_that_is_no_signature_is_refused(text: str) -> None:
    """Padding, the other alphabet, a line end and digits of other scripts are none of base64-URL."""
    with pytest.raises(ValueError, match="86 characters"):
        decode_signature(text)


@pytest.mark.parametrize("text", ["aGk", "aGl=", "aGk=\n", "aG k=", "aGk==", "a===", "aGk_", "\u00e9aGk"])
def test_base64_that_no_encoder_writes_is_refused(text: str) -> None:
    """Missing padding, bits that decode to nothing, spaces and foreign characters all make a second spelling."""
    with pytest.raises(ValueError, match="base64"):
        decode_base64(text)


@given(st.binary())
def test_base64_that_an_encoder_writes_is_read(payload: bytes) -> None:
    """The strict decoder loses nothing."""
    assert decode_base64(base64.b64encode(payload).decode("ascii")) == payload


def test_a_key_of_another_length_is_refused_with_its_length() -> None:
    """One character too many is the commonest way to copy a key wrongly."""
    with pytest.raises(ValueError, match="has 45 characters; a public key is 44"):
        decode_key("A" * 44 + "=")


def test_there_are_three_versions() -> None:
    """The table above tries them all."""
    assert VERSIONS == ("v1", "v0", "v00")
