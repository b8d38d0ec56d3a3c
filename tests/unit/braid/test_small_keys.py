"""Keys of small order, by the equation of RFC 8032 in plain Python: one signature, two messages, two keys."""

from __future__ import annotations

import hashlib

import pytest
from nacl.exceptions import BadSignatureError
from nacl.signing import SigningKey, VerifyKey

P = 2**255 - 19
D = -121665 * pow(121666, -1, P) % P
Point = tuple[int, int]
ZERO: Point = (0, 1)
BASE: Point = (
    15112221349535400772501151409588531511454012693041857206046113283949847762202,
    4 * pow(5, -1, P) % P,
)
ORDER_1 = (1).to_bytes(32, "little")  # the point (0, 1), which multiplies to itself
ORDER_2 = (P - 1).to_bytes(32, "little")  # the point (0, -1)
SIGNATURE = ORDER_1 + bytes(32)  # R = (0, 1), s = 0


def added(a: Point, b: Point) -> Point:
    """The sum of two points of the curve."""
    cross = D * a[0] * b[0] * a[1] * b[1]
    x = (a[0] * b[1] + b[0] * a[1]) * pow(1 + cross, -1, P)
    y = (a[1] * b[1] + a[0] * b[0]) * pow(1 - cross, -1, P)
    return x % P, y % P


def times(n: int, point: Point) -> Point:
    """The point added to itself so often."""
    result = ZERO
    for bit in bin(n)[2:]:
        result = added(result, result)
        result = added(result, point) if bit == "1" else result
    return result


def point(data: bytes) -> Point:
    """The point that 32 bytes spell."""
    y, odd = int.from_bytes(data, "little") & (2**255 - 1), data[31] >> 7
    square = (y * y - 1) * pow(D * y * y + 1, -1, P) % P
    x = pow(square, (P + 3) // 8, P)
    if x * x % P != square:
        x = x * pow(2, (P - 1) // 4, P) % P
    return (P - x if x % 2 != odd else x), y


def equation_holds(key: bytes, message: bytes, signature: bytes) -> bool:
    """Whether s B = R + k A; nothing is said of the key."""
    r, s = signature[:32], int.from_bytes(signature[32:], "little")
    k = int.from_bytes(hashlib.sha512(r + key + message).digest(), "little")
    return times(s, BASE) == added(point(r), times(k, point(key)))


def test_the_equation_is_that_of_ed25519() -> None:
    """It holds of a real signature, and not of one for another message."""
    key = SigningKey(bytes(32))
    signature = key.sign(b"this").signature
    assert equation_holds(bytes(key.verify_key), b"this", signature)
    assert not equation_holds(bytes(key.verify_key), b"that", signature)


def test_one_signature_fits_two_messages_under_two_keys_of_small_order() -> None:
    """As in the run that shows what letting small keys in comes to; every second message fits the key of order two."""
    assert equation_holds(ORDER_1, b"this", SIGNATURE)
    assert equation_holds(ORDER_1, b"that", SIGNATURE)
    fits = [equation_holds(ORDER_2, b"that %d" % n, SIGNATURE) for n in range(8)]
    assert any(fits)
    assert not all(fits)


@pytest.mark.parametrize("key", [ORDER_1, ORDER_2], ids=["order 1", "order 2"])
def test_a_key_of_small_order_is_refused_where_the_equation_holds(key: bytes) -> None:
    """PyNaCl refuses the key, whatever it is shown."""
    for n in range(8):
        with pytest.raises(BadSignatureError):
            VerifyKey(key).verify(b"that %d" % n, SIGNATURE)
