"""Cases for verifiers in any language, with the answer that each must get and the rule that a refusal must name.

A set is one JSON object, the same for the same seed:

    {"set": "braid/2" | "braid, older format", "version": 1, "seed": number, "notes": [line],
     "tests": [{"id": number, "name": text, "comment": text, "file": base64, "result": "accept" | "reject", ...}]}

braid/2 adds "pin" and "session" (hex or null: what the verifier is given), "answer" and "rule"; the older format "key"
(base64), "message" (its version), "rules" (those that a strict verifier names) and "others" (whether the two loose ones
accept). What must come out is written here by hand, case by case; no verifier was asked.
"""

from __future__ import annotations

import hashlib
import random
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final, TypeAlias

from sennit.reference.braid.forge import Forgery
from sennit.reference.braid.point import L, P, add, compress, decompress, multiply
from sennit.reference.braid.repaired.encoding import block_head, block_message, genesis_message, session_of
from sennit.reference.braid.repaired.forge import forged
from sennit.reference.braid.repaired.sign import Session, b64, line_of
from sennit.reference.braid.vectors_older import older

Case: TypeAlias = dict[str, Any]  # a JSON object
VERSION: Final = 1
_OPEN: Final = "valid, open-ended"

FORGED: Final[Mapping[str, str]] = {
    "content.edited": "signature",
    "relabel.kind": "signature",
    "relabel.request": "signature",
    "move.source": "signature",
    "resplit.payload_into_source": "signature",
    "content.regrafted": "parents",
    "degenerate.own_parent": "parents",
    "truncate.close_dropped": _OPEN,
    "truncate.leaf_dropped": _OPEN,
    "truncate.genesis_alone": _OPEN,
    "truncate.under_its_close": "count",
    "truncate.middle_dropped": "number",
    "truncate.cut_in_a_line": "line_feed",
    "degenerate.empty": "empty",
    "reorder.list": "number",
    "spelling.copied": "number",
    "readers.trailing": "after_close",
    "readers.twice": "grammar",
    "readers.case": "grammar",
    "readers.blanks": "grammar",
    "readers.escape": "grammar",
    "readers.not_utf8": "grammar",
    "versions.as_the_older_format": "grammar",
    "readers.two_containers": "grammar",
    "key.signed_anew": "pin",
    "key.key_alone": "pin",
    "weak_key.identity": "key_small_order",
    "spelling.signature_bits": "base64",
    "spelling.signature_padded": "base64",
    "spelling.signature_break": "grammar",
    "spelling.signature_scalar": "scalar",
    "spelling.key_bits": "base64",
    "sessions.mixed_in": "signature",
    "sessions.other": "complete",
}
"""What becomes of each forgery of `repaired.forge`: an answer, or the rule that refuses it."""


def repaired(seed: int) -> Case:
    """The set for braid/2."""
    cases = list(_cases(seed))
    tests = [{"id": i, **case} for i, case in enumerate(cases, 1)]
    notes = ["file: the bytes of the file. pin: SHA-256 of the key that the reader knows. rule: a name of FORMAT.md."]
    return {"set": "braid/2", "version": VERSION, "seed": seed, "notes": notes, "tests": tests}


SETS: Final[Mapping[str, Callable[[int], Case]]] = {"braid_2": repaired, "braid_older": older}


def talk(seed: int, *, close: bool = True) -> Session:
    """A conversation with forks, merges and answers to requests; other words for another seed."""
    pick = random.Random(seed)
    session = Session(pick.randbytes(32), pick.randbytes(32))
    session.append("prompt", "user", f"What is {pick.randrange(100)} and {pick.randrange(100)}?")
    thought = session.append("cot", "pilot", "The calculator knows. \N{ANCHOR}", [1])
    first = session.append("tool_request", "pilot", b'{"add": 1}', [2])
    second = session.append("tool_request", "pilot", pick.randbytes(pick.randrange(1, 60)), [2])
    late = session.append("tool_response", "tool", b"", [second], first)
    session.append("tool_response", "tool", "4", [thought, second, late], second)
    session.append("text", 'har"bour\\', "Both are in.", [5, 6])
    session.append("text", "auditor \N{GREEK SMALL LETTER ALPHA}", pick.randbytes(40), [0, 7])
    if close:
        session.close()
    return session


class _Writer:
    """Signs whatever it is told to, so that a case breaks one rule and no signature."""

    def __init__(self, seed: int) -> None:
        self.session = Session(random.Random(seed + 1).randbytes(32), bytes(32))
        self.session.append("prompt", "user", "One.")
        self.session.append("tool_request", "model", "{}")
        self.lines = self.session.data().splitlines(True)
        self.names = list(self.session.signatures)

    @property
    def pin(self) -> str:
        return hashlib.sha256(self.session.key).hexdigest()

    def with_block(self, **edit: Any) -> bytes:
        """The two blocks of this session and a third, rightly signed, that differs as told."""
        said = {
            "kind": "text",
            "parents": [2],
            "payload": b"Three.",
            "request": None,
            "seq": 3,
            "source": "model",
        } | edit
        names = [self.names[n] if n < len(self.names) else bytes(64) for n in said["parents"]]
        asked = said["request"]
        request = b"" if asked is None else self.names[asked] if asked < len(self.names) else bytes(64)
        source, payload = said["source"].encode(), said["payload"]
        head = block_head(self.session.name)
        message = block_message(head, said["seq"], said["kind"].encode(), source, payload, names, request)
        members = {**said, "payload": b64(payload), "signature": b64(self.session.sign_bytes(message))}
        order = ("kind", "parents", "payload", "request", "seq", "signature", "source")
        return b"".join([*self.lines, line_of({name: members[name] for name in order})])


def _cases(seed: int) -> Iterator[Case]:
    yield from _good(seed)
    yield from _by_rule(seed)
    yield from _grammar(seed)
    yield from _keys(seed)
    session, other = talk(seed), Session(random.Random(seed).randbytes(32), bytes(32))
    for number in range(session.last):
        other.append("text", "another session", f"block {number}")
    other.close()
    pin = hashlib.sha256(session.key).hexdigest()
    for found in forged(session, other):
        if isinstance(found, Forgery):
            name = f"{found.family}.{found.name}"
            expected = FORGED[name]
            accept = expected in (_OPEN, "complete")
            yield _case(name, found.changes, found.data, pin, expected if accept else "", "" if accept else expected)
    yield _case("session.other", "another session than asked for", other.data(), pin, "", "session", session.name.hex())
    yield _case("session.asked", "the session asked for", session.data(), pin, "complete", "", session.name.hex())


def _good(seed: int) -> Iterator[Case]:
    for close in (True, False):
        session = talk(seed, close=close)
        answer = "complete" if close else _OPEN
        pin = hashlib.sha256(session.key).hexdigest()
        yield _case(f"good.{'closed' if close else 'open'}", "several parents and sources", session.data(), pin, answer)
        yield _case(f"good.unpinned_{close}".lower(), "no fingerprint was given", session.data(), None, answer)
    pick = random.Random(seed + 2)
    edges: Mapping[str, tuple[str, str, bytes]] = {
        "empty_payload": ("text", "m", b""),
        "binary_payload": ("text", "m", bytes(range(256))),
        "long_payload": ("text", "m", pick.randbytes(5000)),
        "longest_source": ("text", "s" * 256, b"x"),
        "quoted_source": ("text", '\\"' * 40, b"x"),
        "wide_source": ("text", "\N{MUSICAL SYMBOL G CLEF}" * 64, b"x"),
        "longest_kind": ("k" * 32, "m", b"x"),
    }
    for name, (kind, source, payload) in edges.items():
        session = Session(pick.randbytes(32), pick.randbytes(32))
        session.append(kind, source, payload)
        session.close()
        yield _case(f"good.{name}", "", session.data(), hashlib.sha256(session.key).hexdigest(), "complete")
    lone = Session(pick.randbytes(32), pick.randbytes(32))
    yield _case("good.genesis", "nothing was said yet", lone.data(), hashlib.sha256(lone.key).hexdigest(), _OPEN)
    lone.close()
    yield _case("good.nothing", "nothing was said", lone.data(), hashlib.sha256(lone.key).hexdigest(), "complete")


def _by_rule(seed: int) -> Iterator[Case]:
    """Blocks that are rightly signed and still break a rule."""
    writer = _Writer(seed)
    edits: tuple[tuple[str, str, dict[str, Any]], ...] = (
        ("number.skipped", "number", {"seq": 4}),
        ("number.repeated", "number", {"seq": 2, "parents": [1]}),
        ("number.of_the_genesis", "number", {"seq": 0}),
        ("parents.itself", "parents", {"parents": [3]}),
        ("parents.later", "parents", {"parents": [1, 9]}),
        ("parents.descending", "parents", {"parents": [2, 1]}),
        ("parents.twice", "parents", {"parents": [1, 1]}),
        ("request.missing", "request", {"kind": "tool_response"}),
        ("request.on_a_text", "request", {"request": 2}),
        ("request.of_a_prompt", "request", {"kind": "tool_response", "request": 1}),
        ("request.itself", "request", {"kind": "tool_response", "request": 3}),
        ("request.later", "request", {"kind": "tool_response", "request": 8}),
        ("source.empty", "source", {"source": ""}),
        ("source.long", "source", {"source": "s" * 257}),
        ("grammar.no_parents", "grammar", {"parents": []}),
        ("grammar.kind_in_capitals", "grammar", {"kind": "Text"}),
        ("grammar.kind_too_long", "grammar", {"kind": "k" * 33}),
        ("grammar.request_of_the_genesis", "grammar", {"kind": "tool_response", "request": 0}),
        ("grammar.delete_in_a_source", "grammar", {"source": "a\x7f"}),
        ("grammar.line_break_in_a_source", "grammar", {"source": "a\nb"}),
    )
    yield _case("rules.none", "the block that the next ones differ from", writer.with_block(), writer.pin, _OPEN)
    answer = writer.with_block(kind="tool_response", request=2)
    yield _case("rules.answer", "a response to the request", answer, writer.pin, _OPEN)
    for name, rule, edit in edits:
        yield _case(name, "", writer.with_block(**edit), writer.pin, "", rule)
    yield from _closes(writer)


def _closes(writer: _Writer) -> Iterator[Case]:
    lines, names = writer.lines, writer.names
    right = hashlib.sha256(b"".join(names)).digest()
    wrong = hashlib.sha256(b"".join(reversed(names))).digest()
    for name, rule, count, digest in (
        ("close.right", "", 3, right),
        ("close.count", "count", 2, right),
        ("close.digest", "digest", 3, wrong),
    ):
        close = writer.session.close_line(count, digest)
        answer = "" if rule else "complete"
        yield _case(name, "", b"".join([*lines, close]), writer.pin, answer, rule)
    close = writer.session.close_line(3, right)
    yield _case("close.twice", "", b"".join([*lines, close, close]), writer.pin, "", "after_close")
    yield _case("close.blank_line", "", b"".join([*lines, close, b"\n"]), writer.pin, "", "after_close")
    early = b"".join([lines[0], close, *lines[1:]])
    yield _case("close.early", "", early, writer.pin, "", "count")
    first = names[0]
    other = line_of({"close": b64(right), "count": 3, "signature": b64(first)})
    yield _case("close.signature", "it bears another signature", b"".join([*lines, other]), writer.pin, "", "signature")


def _grammar(seed: int) -> Iterator[Case]:
    """The same file in other spellings."""
    writer = _Writer(seed)
    data, lines = b"".join(writer.lines), writer.lines
    spellings: Mapping[str, tuple[bytes, str]] = {
        "byte_order_mark": (b"\xef\xbb\xbf" + data, "grammar"),
        "carriage_returns": (data.replace(b"\n", b"\r\n"), "grammar"),
        "blank_line": (lines[0] + b"\n" + lines[1], "grammar"),
        "leading_zero": (data.replace(b'"seq":1', b'"seq":01'), "grammar"),
        "fraction": (data.replace(b'"seq":1', b'"seq":1.0'), "grammar"),
        "huge_number": (data.replace(b'"seq":1', b'"seq":1000000000000000'), "grammar"),
        "no_genesis": (lines[1], "grammar"),
        "two_geneses": (lines[0] + data, "grammar"),
        "other_order": (data.replace(b'"request":null,"seq":1', b'"seq":1,"request":null'), "grammar"),
        "escaped_slash": (data.replace(b'"source":"user"', b'"source":"us\\/er"'), "grammar"),
        "surrogate": (data.replace(b'"source":"user"', b'"source":"\xed\xa0\x80"'), "grammar"),
        "overlong": (data.replace(b'"source":"user"', b'"source":"\xc0\xaf"'), "grammar"),
        "long_and_ill_formed": (data.replace(b'"source":"user"', b'"source":"' + b"u" * 256 + b'\xc3"'), "grammar"),
        "null_source": (data.replace(b'"source":"user"', b'"source":null'), "grammar"),
        "other_format": (data.replace(b"braid/2", b"braid/3", 1), "grammar"),
        "no_line_feed": (data[:-1], "line_feed"),
        "url_alphabet": (lines[0].replace(b64(writer.names[0]).encode(), b"_" * 86 + b"==") + lines[1], "grammar"),
        "short_key": (lines[0].replace(b64(writer.session.key).encode(), b64(bytes(31)).encode()), "length"),
        "short_signature": (lines[0].replace(b64(writer.names[0]).encode(), b64(bytes(63)).encode()), "length"),
        "misplaced_padding": (data.replace(b'"payload":"', b'"payload":"=', 1), "grammar"),
        "missing_padding": (data.replace(b'"payload":"T25lLg=="', b'"payload":"T25lLg="'), "base64"),
        "trailing_bits": (data.replace(b'"payload":"T25lLg=="', b'"payload":"T25lLh=="'), "base64"),
    }
    for name, (text, rule) in spellings.items():
        yield _case(f"spelled.{name}", "", text, writer.pin, "", rule)


def _keys(seed: int) -> Iterator[Case]:
    """Keys that no honest signer has, each pinned by its own fingerprint."""
    twist = next(p for p in map(_twisted, range(2, 200)) if p is not None)
    small = [compress(multiply(n, twist)) for n in range(8)]
    keys = [(f"small_order_{n}", key, "key_small_order") for n, key in enumerate(small)]
    honest = decompress(Session(random.Random(seed + 3).randbytes(32), bytes(32)).key)
    assert honest is not None
    keys += [("mixed_order", compress(add(honest, twist)), "key_mixed_order")]
    keys += [
        ("no_point", next(k for n in range(2, 99) if decompress(k := n.to_bytes(32, "little")) is None), "key_encoding")
    ]
    high = next(n for n in range(3, 19) if decompress(n.to_bytes(32, "little")) is not None)
    keys += [("not_reduced", (P + high).to_bytes(32, "little"), "key_encoding")]
    keys += [("not_reduced_identity", (P + 1).to_bytes(32, "little"), "key_small_order")]
    signature = compress(multiply(5, _base())) + (5).to_bytes(32, "little")
    for name, key, rule in keys:
        members = {"braid": "braid/2", "key": b64(key), "nonce": b64(bytes(32)), "signature": b64(signature)}
        yield _case(f"key.{name}", "", line_of(members), hashlib.sha256(key).hexdigest(), "", rule)
    yield from _torsion(seed)


def _torsion(seed: int) -> Iterator[Case]:
    """A genesis whose signature passes with a cofactor and not without: its R has a part of small order."""
    key = random.Random(seed + 4).randbytes(32)
    session = Session(key, bytes(32))
    twist = next(p for p in map(_twisted, range(2, 200)) if p is not None)
    half = hashlib.sha512(key).digest()
    secret = int.from_bytes(half[:32], "little") & (1 << 254) - 8 | 1 << 254
    nonce, message = 12345, genesis_message(session.key, bytes(32))
    r = compress(add(multiply(nonce, _base()), twist))
    h = int.from_bytes(hashlib.sha512(r + session.key + message).digest(), "little")
    scalar = (nonce + h * secret) % L
    members = {"braid": "braid/2", "key": b64(session.key), "nonce": b64(bytes(32))}
    line = line_of({**members, "signature": b64(r + scalar.to_bytes(32, "little"))})
    what = "R has a part of small order: a verifier that multiplies by 8 would accept"
    yield _case("signature.torsion", what, line, hashlib.sha256(session.key).hexdigest(), "", "signature")
    assert session_of(session.key, bytes(32)) == session.name


def _base() -> Any:
    base = decompress((4 * pow(5, -1, P) % P).to_bytes(32, "little"))
    assert base is not None
    return base


def _twisted(y: int) -> Any:
    """A point of order 8 made from the point at that height, or None."""
    point = decompress(y.to_bytes(32, "little"))
    if point is None:
        return None
    point = multiply(L, point)
    return None if compress(multiply(4, point)) == compress((0, 1, 1, 0)) else point


def _case(
    name: str, comment: str, data: bytes, pin: str | None, answer: str, rule: str = "", session: str | None = None
) -> Case:
    result = "reject" if rule else "accept"
    told: Case = {"name": name, "comment": comment, "file": b64(data), "pin": pin, "session": session}
    return {**told, "result": result, "answer": answer or "fails", "rule": rule or None}
