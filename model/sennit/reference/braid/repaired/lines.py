"""The lines of a braid/2 file: a regular language, in which each line can be spelled in one way only."""

from __future__ import annotations

import binascii
import re
from dataclasses import dataclass
from typing import Final, NamedTuple, NoReturn

LINE_LIMIT: Final = 1 << 24
"""Bytes of a line, its line feed included."""
SOURCE_LIMIT: Final = 256
"""Bytes of a source in UTF-8."""
TOP: Final = 10**15
"""Numbers are below this, so that every JSON library reads them exactly."""

_B64: Final = rb"([A-Za-z0-9+/]*+={0,2}+)"
_NUMBER: Final = rb"(0|[1-9][0-9]{0,14})"
_PARENTS: Final = rb"((?:0|[1-9][0-9]{0,14})(?:,[1-9][0-9]{0,14})*+)"
_STRING: Final = rb'([^"\\\x00-\x1f\x7f]*+(?:\\["\\][^"\\\x00-\x1f\x7f]*+)*+)'
_KIND = re.compile(rb"[a-z][a-z0-9_]{0,31}")
_GENESIS = re.compile(rb'\{"braid":"braid/2","key":"%b","nonce":"%b","signature":"%b"\}\n' % (_B64, _B64, _B64))
_CLOSE = re.compile(rb'\{"close":"%b","count":%b,"signature":"%b"\}\n' % (_B64, _NUMBER, _B64))
_BLOCK = re.compile(
    rb'\{"kind":"([a-z][a-z0-9_]{0,31})","parents":\[%b\],"payload":"%b","request":(null|[1-9][0-9]{0,14}),'
    rb'"seq":%b,"signature":"%b","source":"%b"\}\n' % (_PARENTS, _B64, _NUMBER, _B64, _STRING)
)


_RIGHT: Final = re.compile(
    rb'\{"kind":"([a-z][a-z0-9_]{0,31})","parents":\[%b\],'
    rb'"payload":"([A-Za-z0-9+/]*+(?:(?<=[AQgw])==|(?<=[AEIMQUYcgkosw048])=)?+)","request":(null|[1-9][0-9]{0,14}),'
    rb'"seq":%b,"signature":"([A-Za-z0-9+/]{85}[AQgw]==)","source":"([^"\\\x00-\x1f\x7f]{1,256}+)"\}\n'
    % (_PARENTS, _NUMBER)
).fullmatch
"""Nearly every good block: base64 as an encoder ends it, a signature of 64 bytes, a source without escapes."""


class Rejected(ValueError):  # noqa: N818  it says of the line what it is
    """A line that the format does not have; `rule` is one of FORMAT.md."""

    def __init__(self, rule: str, detail: str) -> None:
        super().__init__(detail)
        self.rule = rule


@dataclass(frozen=True, slots=True)
class Genesis:
    """The first line."""

    key: bytes
    nonce: bytes
    signature: bytes


class Line(NamedTuple):
    """A block as its line says it; parents and request by number, the genesis being 0.

    A tuple, because a frozen dataclass takes longer to make than its line takes to read.
    """

    number: int
    kind: bytes
    source: bytes
    payload: bytes
    parents: tuple[int, ...]
    request: int | None
    signature: bytes


@dataclass(frozen=True, slots=True)
class Close:
    """The last line of a braid that is complete."""

    count: int
    digest: bytes
    signature: bytes


_new, _decoded = tuple.__new__, binascii.a2b_base64


def genesis(line: bytes) -> Genesis:
    """Raises Rejected."""
    match = _GENESIS.fullmatch(line)
    if match is None:
        _refuse(line, "the first line is no genesis of braid/2")
    key, nonce, signature = match.groups()
    return Genesis(_exactly(key, 32, "key"), _exactly(nonce, 32, "nonce"), _exactly(signature, 64, "signature"))


def is_kind(text: bytes) -> bool:
    """True for what the format can write as a kind."""
    return _KIND.fullmatch(text) is not None


def is_close(line: bytes) -> bool:
    """True for a line that can only be a close."""
    return line.startswith(b'{"close":')


def close(line: bytes) -> Close:
    """Raises Rejected."""
    match = _CLOSE.fullmatch(line)
    if match is None:
        _refuse(line, "this is no close of braid/2")
    digest, count, signature = match.groups()
    return Close(int(count), _exactly(digest, 32, "close"), _exactly(signature, 64, "signature"))


def block(line: bytes) -> Line:
    """Raises Rejected."""
    match = _RIGHT(line)
    if match is not None:
        kind, parents, payload, request, number, signature, source = match.groups()
        if len(payload) % 4 == 0 and source.isascii():
            above = tuple(map(int, parents.split(b","))) if b"," in parents else (int(parents),)
            asked = None if request == b"null" else int(request)
            # Line(...) goes through a function of its own, which takes as long as all of this.
            return _new(Line, (int(number), kind, source, _decoded(payload), above, asked, _decoded(signature)))
    return _any_block(line)


def _any_block(line: bytes) -> Line:
    """The same for all blocks, and the rule that a line breaks."""
    match = _BLOCK.fullmatch(line)
    if match is None:
        _refuse(line, "this is no block of braid/2")
    kind, parents, payload, request, number, signature, source = match.groups()
    if b"\\" in source:
        source = re.sub(rb'\\(["\\])', rb"\1", source)
    try:
        source.decode()
    except UnicodeDecodeError:
        raise Rejected("grammar", "the source is not UTF-8") from None
    if not 0 < len(source) <= SOURCE_LIMIT:
        raise Rejected("source", f"a source has 1 to {SOURCE_LIMIT} bytes, this has {len(source)}")
    return Line(
        int(number),
        kind,
        source,
        _bytes(payload, "payload"),
        tuple(map(int, parents.split(b","))),
        None if request == b"null" else int(request),
        _exactly(signature, 64, "signature"),
    )


def _refuse(line: bytes, what: str) -> NoReturn:
    if len(line) > LINE_LIMIT:
        raise Rejected("line_length", f"the line has more than {LINE_LIMIT} bytes")
    if not line.endswith(b"\n"):
        raise Rejected("line_feed", "the last line does not end in a line feed: the file was cut")
    raise Rejected("grammar", what)


def _bytes(text: bytes, name: str) -> bytes:
    """Bytes of standard base64 as an encoder writes it."""
    try:
        decoded = binascii.a2b_base64(text, strict_mode=True)
    except binascii.Error:
        raise Rejected("base64", f"the {name} is not standard base64") from None
    if binascii.b2a_base64(decoded, newline=False) != text:
        raise Rejected("base64", f"the {name} has another spelling: its last character carries bits that say nothing")
    return decoded


def _exactly(text: bytes, length: int, name: str) -> bytes:
    decoded = _bytes(text, name)
    if len(decoded) != length:
        raise Rejected("length", f"the {name} has {len(decoded)} bytes, not {length}")
    return decoded
