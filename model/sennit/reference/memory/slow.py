"""The reference challenge in plain Python, slow and obvious: every other back end must give these very bytes.

The permutation is that of ChaCha20 (RFC 8439). `block` of a state that begins with the four constants is its block
function, so that a library can check one application. A label is `cost` of them, one after the other.
"""

from __future__ import annotations

from collections.abc import Sequence
from struct import pack, unpack

from sennit.reference.memory.keys import route, universal_key
from sennit.reference.memory.shape import GROUP, LINE, TAG, Origin, Shape, Sweep
from sennit.reference.memory.tree import TREE, Tree, grow

MASK = (1 << 32) - 1
CONSTANTS = unpack("<4L", b"expand 32-byte k")
CHAIN = unpack("<2L", b"scatter.")  # in the place of the nonce, where a label has its device and epoch


def label(origin: Origin, index: int) -> bytes:
    """Label `index`, 64 bytes.

    The first input is laid out as RFC 8439 lays out key, counter and nonce: constants, seed, then the low and the high
    half of the index, device, epoch. Each later input is the whole output before it, with the constants and the number
    of the step XORed into the words where the constants and the counter stood: nothing is overwritten, so that all 512
    bits of an intermediate state are needed to go on.
    """
    seed = unpack("<8L", origin.seed)
    state = (*CONSTANTS, *seed, index & MASK, index >> 32, origin.device, origin.epoch)
    for step in range(1, origin.cost):
        out = block(state)
        state = (*(a ^ b for a, b in zip(out[:4], CONSTANTS, strict=True)), *out[4:12], out[12] ^ step, *out[13:])
    return pack("<16L", *block(state))


def block(state: Sequence[int]) -> tuple[int, ...]:
    """Twenty rounds, and the state added to what they give, word by word."""
    return tuple(a + b & MASK for a, b in zip(permute(state, 10), state, strict=True))


def permute(state: Sequence[int], double_rounds: int) -> tuple[int, ...]:
    """Rounds on columns and rounds on diagonals, by turns. The state is 16 words of 32 bits."""
    s = list(state)
    for _ in range(double_rounds):
        for a in range(4):
            _quarter(s, a, a + 4, a + 8, a + 12)
        for a in range(4):
            _quarter(s, a, 4 + (a + 1) % 4, 8 + (a + 2) % 4, 12 + (a + 3) % 4)
    return tuple(s)


def _quarter(s: list[int], a: int, b: int, c: int, d: int) -> None:
    for x, y, z, turn in ((a, b, d, 16), (c, d, b, 12), (a, b, d, 8), (c, d, b, 7)):
        s[x] = s[x] + s[y] & MASK
        s[z] ^= s[x]
        s[z] = (s[z] << turn | s[z] >> 32 - turn) & MASK


def universal(data: bytes, key: Sequence[int]) -> bytes:
    """The tag of a segment: NH over 64-bit words, twice, the second time with the key moved on by one word.

    Two different segments have the same tag with probability at most 2^-64 over the key (Black and others, CRYPTO 1999:
    NH on words of 32 bits, two shifts of the key). It is a sum of products, so that parts of it can be made elsewhere.
    """
    words = unpack(f"<{len(data) // 8}Q", data)
    tags = []
    for shift in range(2):
        total = 0
        for word, k in zip(words, key[shift:], strict=False):
            total += ((word & MASK) + (k & MASK) & MASK) * ((word >> 32) + (k >> 32) & MASK)
        tags.append(total & (1 << 64) - 1)
    return pack("<2Q", *tags)


def chain(lines: Sequence[bytes], key: bytes, number: int) -> bytes:
    """The tag of chain `number` over its lines, in its order.

    The state is as wide as a line and each line is mixed into all of it by a bijection, so that where a line is held
    elsewhere either the line or a state of the same width has to travel. Two rounds a line; a whole block at the end.
    """
    state: tuple[int, ...] = (*CONSTANTS, *unpack("<8L", key), number & MASK, number >> 32, *CHAIN)
    for line in lines:
        state = permute([a ^ b for a, b in zip(state, unpack("<16L", line), strict=True)], 1)
    return pack("<16L", *block(state))[:TAG]


def parent(left: bytes, right: bytes, level: int) -> bytes:
    """The node above two nodes of 32 bytes: the hash H of SPHINCS-256 with 20 rounds, and the level in its constant."""
    constant = [*unpack("<8L", TREE)]
    constant[7] ^= level
    state = permute((*unpack("<8L", left), *constant), 10)
    state = permute((*(a ^ b for a, b in zip(state[:8], unpack("<8L", right), strict=True)), *state[8:]), 10)
    return pack("<8L", *state[:8])


class Slow:
    """A memory in a list of lines."""

    name = "slow"

    def __init__(self, shape: Shape) -> None:
        self.shape = shape
        self.lines = [bytes(LINE)] * shape.count

    def fill(self, origin: Origin) -> None:
        """Writes every label."""
        self.lines = [label(origin, index) for index in range(self.shape.count)]

    def sweep(self, mode: Sweep, key: bytes) -> Tree:
        """The tags of the whole memory under a challenge's key, and the tree over them."""
        tags = self._segments(key) if mode == "segment" else self._chains(key)
        return grow(b"".join(tags), parent)

    def read(self, indices: Sequence[int]) -> bytes:
        """The lines at these indices, in this order."""
        return b"".join(self.lines[index] for index in indices)

    def close(self) -> None:
        """Gives the memory back."""
        self.lines = []

    def _segments(self, key: bytes) -> list[bytes]:
        words, size = [int(word) for word in universal_key(key, self.shape)], self.shape.lines
        return [
            universal(b"".join(self.lines[first : first + size]), words) for first in range(0, self.shape.count, size)
        ]

    def _chains(self, key: bytes) -> list[bytes]:
        way, strips, width = route(key, self.shape), self.shape.lines, self.shape.segments
        tags = []
        for number in range(width):
            visited = [int(way.order[(step + number // GROUP) % strips]) for step in range(strips)]
            lines = [self.lines[strip * width + (number + int(way.offset[strip])) % width] for strip in visited]
            tags.append(chain(lines, key, number))
        return tags
