"""What is wrong with an Ed25519 key or signature, said apart: spelling, order, scalar.

libsodium refuses all of this by itself, without saying which. A verifier that says which helps its reader, and two
verifiers that differ here are told apart by their reasons. `passes_loosely` is the equation of RFC 8032 without a
cofactor and without the checks on the key: what verifiers compute that take any point for a key, Go's among them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Final, Literal, TypeAlias

from nacl.bindings import (
    crypto_core_ed25519_is_valid_point,
    crypto_scalarmult_ed25519_base_noclamp,
    crypto_scalarmult_ed25519_noclamp,
)

P: Final = 2**255 - 19
L: Final = 2**252 + 27742317777372353535851937790883648493
"""Order of the prime-order group."""
_D: Final = -121665 * pow(121666, -1, P) % P
_ROOT: Final = pow(2, (P - 1) // 4, P)

KeyFault = Literal["key_encoding", "key_small_order", "key_mixed_order"]
Point: TypeAlias = tuple[int, int, int, int]
"""Extended coordinates X, Y, Z, T with x = X/Z, y = Y/Z, x·y = T/Z."""
IDENTITY: Final[Point] = (0, 1, 1, 0)


def key_fault(key: bytes) -> KeyFault | None:
    """None for a canonical point of the prime-order group, which every honestly made key is.

    `key_encoding`: no point, or a point under a second spelling. `key_small_order`: its order divides 8, so that one
    signature fits many messages. `key_mixed_order`: it has a part of small order, and verifiers disagree about it.
    """
    if crypto_core_ed25519_is_valid_point(key):
        return None
    point = decompress(key)
    if point is None or compress(point) != key:
        return "key_small_order" if point is not None and _is_identity(multiply(8, point)) else "key_encoding"
    if _is_identity(multiply(8, point)):
        return "key_small_order"
    return "key_mixed_order"


def has_reduced_scalar(signature: bytes) -> bool:
    """True when the second half of a signature of 64 bytes is below the group's order, as every signer leaves it."""
    return int.from_bytes(signature[32:], "little") < L


def passes_loosely(key: bytes, message: bytes, signature: bytes) -> bool:
    """Whether S·B = R + h·A holds for a reduced S and any point A, R being compared by its bytes."""
    return loose_equation(key)(message, signature)


def loose_equation(key: bytes) -> Callable[[bytes, bytes], bool]:
    """`passes_loosely` for one key and many messages: what has small order is added by hand, libsodium does the rest.

    A = A' + T, where A' is in the group of prime order and T is one of eight points; so h·A = h·A' + (h mod 8)·T.
    """
    a = decompress(key)
    if a is None:
        return lambda message, signature: False
    prime = multiply(8 * pow(8, -1, L), a)  # this number is 1 modulo L and 0 modulo 8
    small = [multiply(n, add(a, negative(prime))) for n in range(8)]

    def passes(message: bytes, signature: bytes) -> bool:
        if len(signature) != 64 or not has_reduced_scalar(signature):
            return False
        h = int.from_bytes(hashlib.sha512(signature[:32] + key + message).digest(), "little") % L
        s = int.from_bytes(signature[32:], "little")
        answer = IDENTITY if s == 0 else _point(crypto_scalarmult_ed25519_base_noclamp(signature[32:]))
        if h and not _is_identity(prime):
            answer = add(answer, negative(_point(crypto_scalarmult_ed25519_noclamp(h.to_bytes(32, "little"), near))))
        return compress(add(answer, negative(small[h % 8]))) == signature[:32]

    near = compress(prime)
    return passes


def negative(point: Point) -> Point:
    """The point that adds up with this one to nothing."""
    x, y, z, t = point
    return P - x, y, z, P - t


def _point(data: bytes) -> Point:
    point = decompress(data)
    assert point is not None, "libsodium returns points of the curve"
    return point


def decompress(data: bytes) -> Point | None:
    """The point that 32 bytes encode, or None. A y that is not below the field's prime is taken modulo it."""
    number = int.from_bytes(data, "little")
    y, sign = (number & (2**255 - 1)) % P, number >> 255
    u, v = (y * y - 1) % P, (_D * y * y + 1) % P
    x = u * pow(v, 3, P) * pow(u * pow(v, 7, P), (P - 5) // 8, P) % P
    if (v * x * x + u) % P == 0:
        x = x * _ROOT % P
    if (v * x * x - u) % P:
        return None
    if x % 2 != sign:
        x = (P - x) % P
    return x, y, 1, x * y % P


def compress(point: Point) -> bytes:
    """The 32 bytes by which an encoder writes a point."""
    x, y, z, _ = point
    inverse = pow(z, -1, P)
    return (y * inverse % P | (x * inverse % P & 1) << 255).to_bytes(32, "little")


def add(p: Point, q: Point) -> Point:
    """Sum of two points; the law is complete, so it serves doubling too."""
    a, b = (p[1] - p[0]) * (q[1] - q[0]) % P, (p[1] + p[0]) * (q[1] + q[0]) % P
    c, d = 2 * p[3] * q[3] * _D % P, 2 * p[2] * q[2] % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % P, g * h % P, f * g % P, e * h % P


def multiply(scalar: int, point: Point) -> Point:
    """A point taken `scalar` times."""
    total = IDENTITY
    while scalar:
        if scalar & 1:
            total = add(total, point)
        point = add(point, point)
        scalar >>= 1
    return total


def _is_identity(point: Point) -> bool:
    return point[0] % P == 0 and (point[1] - point[2]) % P == 0


def _base() -> Point:
    found = decompress((4 * pow(5, -1, P) % P).to_bytes(32, "little"))
    assert found is not None
    return found


BASE: Final = _base()
