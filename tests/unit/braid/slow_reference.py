"""A second verifier of braid/2, written from FORMAT.md alone, and not for speed.

It shares nothing with the one that ships: JSON is parsed and spelled again, base64 is decoded by a table, and Ed25519
is affine arithmetic with fractions cleared by inversion. `signed` may be replaced where a million files are compared.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from functools import cache
from typing import Any

FIELD = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
CURVE = -121665 * pow(121666, FIELD - 2, FIELD) % FIELD
DIGITS = {c: i for i, c in enumerate("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")}
Pair = tuple[int, int]


class Broken(Exception):  # noqa: N818  it says of the file what it is
    """The rule that a file breaks."""


def check(
    data: bytes,
    pin: bytes | None = None,
    session: bytes | None = None,
    signed: Callable[[bytes, bytes, bytes], bool] | None = None,
) -> tuple[str, str | None]:
    """The answer, and the first rule that is broken in the order of the lines."""
    state = _State(pin, session, signed or passes)
    try:
        state.read(data)
    except Broken as broken:
        return "fails", state.failed or str(broken)
    if state.failed:
        return "fails", state.failed
    return ("complete" if state.closed else "valid, open-ended"), None


class _State:
    def __init__(self, pin: bytes | None, session: bytes | None, signed: Callable[[bytes, bytes, bytes], bool]) -> None:
        self.pin, self.wanted, self.signed = pin, session, signed
        self.failed: str | None = None  # the first signature that failed: reading goes on
        self.closed = False
        self.key = self.session = b""
        self.blocks: list[tuple[str, bytes]] = []  # kind and signature, the genesis first

    def read(self, data: bytes) -> None:
        if data == b"":
            raise Broken("empty")
        pieces = data.split(b"\n")
        whole, rest = pieces[:-1], pieces[-1]
        for i, piece in enumerate(whole):
            self.line(i, piece, len(piece) + 1)
        if rest:
            if len(rest) > 1 << 24:
                raise Broken("line_length")
            raise Broken("after_close" if self.closed else "line_feed")

    def line(self, i: int, piece: bytes, length: int) -> None:
        if length > 1 << 24:
            raise Broken("line_length")
        if self.closed:
            raise Broken("after_close")
        said = parsed(piece)
        if i == 0:
            self.genesis(said)
        elif list(said) == ["close", "count", "signature"]:
            self.close(said)
        else:
            self.block(i, said)

    def genesis(self, said: dict[str, Any]) -> None:
        if list(said) != ["braid", "key", "nonce", "signature"] or said["braid"] != "braid/2":
            raise Broken("grammar")
        texts = [said[name] for name in ("key", "nonce", "signature")]
        for text in texts:
            looks_like_base64(text)
        key, nonce, signature = (sized(text, n) for text, n in zip(texts, (32, 32, 64), strict=True))
        message = listed(b"braid/2", b"genesis", key, nonce)
        self.key, self.session = key, hashlib.sha256(message).digest()
        sound(key)
        if self.pin is not None and self.pin != hashlib.sha256(key).digest():
            raise Broken("pin")
        if self.wanted is not None and self.wanted != self.session:
            raise Broken("session")
        self.verify(message, signature)
        self.blocks.append(("", signature))

    def block(self, i: int, said: dict[str, Any]) -> None:
        if list(said) != ["kind", "parents", "payload", "request", "seq", "signature", "source"]:
            raise Broken("grammar")
        kind, parents, request, seq = said["kind"], said["parents"], said["request"], said["seq"]
        letters, more = "abcdefghijklmnopqrstuvwxyz", "0123456789_"
        if not isinstance(kind, str) or not 1 <= len(kind) <= 32 or kind[0] not in letters:
            raise Broken("grammar")
        if any(c not in letters + more for c in kind) or not isinstance(parents, list) or not parents:
            raise Broken("grammar")
        if not all(number(n) for n in [*parents, seq]) or 0 in parents[1:]:
            raise Broken("grammar")
        if request is not None and not (number(request) and request > 0):
            raise Broken("grammar")
        for name in ("payload", "signature"):
            looks_like_base64(said[name])
        if not isinstance(said["source"], str) or "\x7f" in said["source"]:
            raise Broken("grammar")
        source = said["source"].encode()
        if not 1 <= len(source) <= 256:
            raise Broken("source")
        payload, signature = decoded(said["payload"]), sized(said["signature"], 64)
        if seq != i:
            raise Broken("number")
        if any(n >= i for n in parents) or sorted(set(parents)) != parents:
            raise Broken("parents")
        answered = b""
        if kind == "tool_response":
            if request is None or request >= i or self.blocks[request][0] != "tool_request":
                raise Broken("request")
            answered = self.blocks[request][1]
        elif request is not None:
            raise Broken("request")
        above = b"".join(self.blocks[n][1] for n in parents)
        place = i.to_bytes(8, "big")
        what = (self.session, place, kind.encode(), source, payload, above, answered)
        self.verify(listed(b"braid/2", b"block", *what), signature)
        self.blocks.append((kind, signature))

    def close(self, said: dict[str, Any]) -> None:
        for name in ("close", "signature"):
            looks_like_base64(said[name])
        if not number(said["count"]):
            raise Broken("grammar")
        digest, signature = sized(said["close"], 32), sized(said["signature"], 64)
        if said["count"] != len(self.blocks):
            raise Broken("count")
        if digest != hashlib.sha256(b"".join(name for _, name in self.blocks)).digest():
            raise Broken("digest")
        count = said["count"].to_bytes(8, "big")
        self.verify(listed(b"braid/2", b"close", self.session, count, digest), signature)
        self.closed = True

    def verify(self, message: bytes, signature: bytes) -> None:
        if self.failed is None and int.from_bytes(signature[32:], "little") >= ORDER:
            self.failed = "scalar"
        if self.failed is None and not self.signed(self.key, message, signature):
            self.failed = "signature"


def listed(*parts: bytes) -> bytes:
    out = len(parts).to_bytes(8, "big")
    for part in parts:
        out += len(part).to_bytes(8, "big") + part
    return out


def parsed(piece: bytes) -> dict[str, Any]:
    """An object that is spelled in the only way it can be."""
    try:
        said = json.loads(piece.decode("utf-8"), object_pairs_hook=once, parse_float=refused, parse_constant=refused)
    except (ValueError, RecursionError):
        raise Broken("grammar") from None
    if not isinstance(said, dict):
        raise Broken("grammar")
    try:
        again = spelled(said).encode("utf-8")
    except UnicodeEncodeError:
        raise Broken("grammar") from None
    if again != piece:
        raise Broken("grammar")
    return said


def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len({name for name, _ in pairs}) != len(pairs):
        raise ValueError("twice")
    return dict(pairs)


def refused(text: str) -> Any:
    raise ValueError(text)


def spelled(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ",".join(spelled(name) + ":" + spelled(part) for name, part in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(spelled, value)) + "]"
    if isinstance(value, str):
        if any(ord(c) < 32 for c in value):
            raise Broken("grammar")
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def number(value: Any) -> bool:
    return type(value) is int and 0 <= value < 10**15


def looks_like_base64(text: Any) -> None:
    if not isinstance(text, str):
        raise Broken("grammar")
    body = text[:-2] if text.endswith("==") else text[:-1] if text.endswith("=") else text
    if any(c not in DIGITS for c in body):
        raise Broken("grammar")


def decoded(text: str) -> bytes:
    body = text.rstrip("=")
    if len(text) % 4 or len(text) - len(body) > 2:
        raise Broken("base64")
    bits = 0
    for c in body:
        bits = bits * 64 + DIGITS[c]
    spare = len(body) * 6 % 8
    if len(body) % 4 == 1 or bits % (1 << spare):
        raise Broken("base64")
    return (bits >> spare).to_bytes(len(body) * 6 // 8, "big")


def sized(text: str, length: int) -> bytes:
    data = decoded(text)
    if len(data) != length:
        raise Broken("length")
    return data


# -- Ed25519 in affine coordinates -------------------------------------------------------------------------------------


def plus(p: Pair, q: Pair) -> Pair:
    (a, b), (c, d) = p, q
    t = CURVE * a * b * c * d % FIELD
    both = pow(1 - t * t, -1, FIELD)
    return (a * d + b * c) * both * (1 - t) % FIELD, (b * d + a * c) * both * (1 + t) % FIELD


def times(n: int, p: Pair) -> Pair:
    out = (0, 1)
    for bit in bin(n)[2:]:
        out = plus(out, out)
        if bit == "1":
            out = plus(out, p)
    return out


def point(data: bytes) -> Pair | None:
    y = int.from_bytes(data, "little") % (1 << 255)
    square = (y * y - 1) * pow(CURVE * y * y + 1, FIELD - 2, FIELD) % FIELD
    root = pow(square, (FIELD + 3) // 8, FIELD)
    for x in (root, root * pow(2, (FIELD - 1) // 4, FIELD) % FIELD):
        if x * x % FIELD == square:
            return (x if x % 2 == data[31] >> 7 else -x % FIELD), y % FIELD
    return None


def packed(p: Pair) -> bytes:
    return (p[1] + (p[0] % 2 << 255)).to_bytes(32, "little")


@cache
def soundness(key: bytes) -> str | None:
    p = point(key)
    if p is None:
        return "key_encoding"
    if times(8, p) == (0, 1):
        return "key_small_order"
    if packed(p) != key:
        return "key_encoding"
    return None if times(ORDER, p) == (0, 1) else "key_mixed_order"


def sound(key: bytes) -> None:
    rule = soundness(key)
    if rule:
        raise Broken(rule)


@cache
def passes(key: bytes, message: bytes, signature: bytes) -> bool:
    a, base = point(key), point((4 * pow(5, FIELD - 2, FIELD) % FIELD).to_bytes(32, "little"))
    assert a is not None
    assert base is not None
    h = int.from_bytes(hashlib.sha512(signature[:32] + key + message).digest(), "little") % ORDER
    left = times(int.from_bytes(signature[32:], "little"), base)
    x, y = times(h, a)
    return packed(plus(left, (-x % FIELD, y))) == signature[:32]
