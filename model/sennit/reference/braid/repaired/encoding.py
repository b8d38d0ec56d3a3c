"""What a signature of braid/2 covers: byte strings, each behind its length, so that no two lists look alike."""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Sequence
from typing import Final

FORMAT: Final = "braid/2"
_U64: Final = struct.Struct(">Q").pack


def encode(*parts: bytes) -> bytes:
    """The number of parts, then each part behind its length, all numbers in 8 bytes, the highest first. Injective."""
    return b"".join([_U64(len(parts)), *(piece for part in parts for piece in (_U64(len(part)), part))])


def genesis_message(key: bytes, nonce: bytes) -> bytes:
    """What the genesis signs: the key itself, and what makes the session another than any before."""
    return encode(FORMAT.encode(), b"genesis", key, nonce)


def session_of(key: bytes, nonce: bytes) -> bytes:
    """Name of a session, 32 bytes: who has it has named the key and the nonce."""
    return hashlib.sha256(genesis_message(key, nonce)).digest()


def block_head(session: bytes) -> bytes:
    """The front of every block message of one session, up to and with the session."""
    return _U64(9) + encode(FORMAT.encode(), b"block", session)[8:] + _U64(8)


def block_message(
    head: bytes, number: int, kind: bytes, source: bytes, payload: bytes, parents: Sequence[bytes], request: bytes
) -> bytes:
    """What a block signs: all that its line says. `parents` are signatures, `request` is one or nothing."""
    u64 = _U64
    above = b"".join(parents)
    ends = (source, u64(len(payload)), payload, u64(len(above)), above, u64(len(request)), request)
    return b"".join((head, u64(number), u64(len(kind)), kind, u64(len(source)), *ends))


def close_message(session: bytes, count: int, digest: bytes) -> bytes:
    """What the close signs: how many signatures stand before it, and the SHA-256 of all of them one after another."""
    return encode(FORMAT.encode(), b"close", session, _U64(count), digest)
