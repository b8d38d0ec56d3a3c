"""Labels: the permutation against published vectors and a library, the iteration against the slow reference."""

from struct import pack, unpack

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from nacl.bindings import crypto_aead_chacha20poly1305_ietf_encrypt as encrypt

from sennit.errors import Misuse
from sennit.reference.memory.shape import LINE, Origin
from sennit.reference.memory.slow import CONSTANTS, block, label
from sennit.reference.memory.threads import make_labels
from unit.memory.machines import SEED, origin


def test_the_block_of_rfc_8439_comes_out_as_printed() -> None:
    """RFC 8439, 2.3.2: key 00..1f, counter 1, nonce 00 00 00 09 00 00 00 4a 00 00 00 00."""
    nonce = unpack("<3L", bytes.fromhex("000000090000004a00000000"))
    state = (*CONSTANTS, *unpack("<8L", bytes(range(32))), 1, *nonce)
    assert pack("<16L", *block(state)) == bytes.fromhex(
        "10f1e7e4d13b5915500fdd1fa32071c4c7d1f4c733c068030422aa9ac3d46c4e"
        "d2826446079faa0914c2d705d98b02a2b5129cd1de164eb9cbd083e8a2503c4e"
    )


@pytest.mark.parametrize("text", ["00" * 32, "00" * 31 + "01", "00ff" + "00" * 30])
def test_a_label_of_cost_one_is_a_block_that_a_library_makes(text: str) -> None:
    """One application: the keystream of libsodium, with device and epoch in the nonce and the index as the counter."""
    seed = bytes.fromhex(text)
    for device, epoch in ((0, 0), (7, 9), (0xFFFFFFFF, 1)):
        stream = encrypt(bytes(LINE * 20), None, pack("<3L", 0, device, epoch), seed)
        # libsodium uses counter 0 for the authenticator, and encrypts from counter 1 on.
        assert make_labels(Origin(seed, device, epoch), range(1, 21)) == stream[: LINE * 20]
        assert label(Origin(seed, device, epoch), 20) == stream[LINE * 19 : LINE * 20]


def test_the_high_half_of_an_index_stands_in_the_first_word_of_the_nonce() -> None:
    """So labels beyond 2^32, which is 256 GiB, differ from those before."""
    stream = encrypt(bytes(LINE), None, pack("<3L", 5, 3, 5), SEED)
    assert make_labels(origin(), [(5 << 32) + 1]) == stream[:LINE]
    assert label(origin(), (5 << 32) + 1) == stream[:LINE]


@given(st.binary(min_size=32, max_size=32), st.integers(1, 5), st.lists(st.integers(0, 1 << 40), max_size=40))
@settings(max_examples=25)
def test_the_iteration_is_that_of_the_slow_reference(seed: bytes, cost: int, indices: list[int]) -> None:
    """A library checks one application only; what happens between two of them, the slow reference says."""
    at = Origin(seed, 1, 2, cost)
    assert make_labels(at, indices) == b"".join(label(at, index) for index in indices)


def test_every_part_of_the_origin_changes_the_label() -> None:
    """Another device, epoch, cost, index or seed: another label."""
    variants = [
        (origin(2), 8), (origin(3), 8), (origin(2, device=4), 8), (origin(2, epoch=6), 8), (origin(2), 9),
        (Origin(bytes(32), 3, 5, 2), 8),
    ]  # fmt: skip
    assert len({label(at, index) for at, index in variants}) == len(variants)


def test_a_step_overwrites_nothing_of_the_state_before() -> None:
    """Two states that differ in one word, wherever it is, go on to different states: no word is dropped in between."""
    outs = set()
    for word in range(16):
        state = [0] * 16
        state[word] = 1
        outs.add(block(state))
    assert len(outs) == 16


@pytest.mark.parametrize(
    ("given_", "says"),
    [
        ({"seed": b"short"}, "a seed of 5 bytes"),
        ({"seed": SEED, "cost": 0}, "cost 0"),
        ({"seed": SEED, "device": -1}, "device -1"),
        ({"seed": SEED, "epoch": 1 << 32}, "epoch 4294967296"),
    ],
)
def test_an_origin_that_makes_no_labels_is_refused(given_: dict[str, object], says: str) -> None:
    """In one line that says which part."""
    with pytest.raises(Misuse, match=says):
        Origin(**given_)  # type: ignore[arg-type]  # the wrong values are the point
