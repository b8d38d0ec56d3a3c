"""Verifies a braid/2 file line by line: one pass, no recursion, some 110 bytes kept for each block.

The rules, with what each refuses, are listed in protocols/braid/FORMAT.md. A line that the grammar does not have ends
the reading, since what follows cannot be numbered; signatures that fail are reported one by one.
"""

from __future__ import annotations

import hashlib
import io
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from itertools import islice, pairwise
from pathlib import Path
from typing import BinaryIO, Final, Literal, TypeAlias

from nacl.bindings import crypto_sign_open
from nacl.exceptions import BadSignatureError

from sennit.reference.braid.point import has_reduced_scalar, key_fault
from sennit.reference.braid.repaired import lines
from sennit.reference.braid.repaired.encoding import block_head, block_message, close_message, genesis_message
from sennit.reference.braid.repaired.lines import LINE_LIMIT, Genesis, Rejected

Answer = Literal["fails", "valid, open-ended", "complete"]

_SPAN: Final = 512
"""Lines whose signatures are checked together: much work for a thread, little memory."""
_REQUEST: Final = b"tool_request"
_RESPONSE: Final = b"tool_response"
_SHOWN: Final = 1000
"""Failures kept; past that a file is no better understood."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One rule that a line breaks; lines count from 1, and 0 is the file as a whole."""

    rule: str
    line: int
    detail: str


@dataclass(frozen=True, slots=True)
class Report:
    """What verification found."""

    key: bytes | None
    """The key that the genesis names; None when there is no genesis."""
    session: bytes | None
    blocks: int
    """Blocks read, without genesis and close."""
    closed: bool
    pinned: bool
    """Whether the key was compared with a fingerprint from elsewhere. Without that anyone may have signed."""
    faults: tuple[Fault, ...]

    @property
    def answer(self) -> Answer:
        """`complete` only for what its signer closed."""
        return "fails" if self.faults else "complete" if self.closed else "valid, open-ended"

    @property
    def ok(self) -> bool | None:
        """True when nothing fails under a pinned key, False when something fails, None when no key was pinned."""
        return False if self.faults else True if self.pinned else None


def verify(path: Path, *, pin: bytes | None = None, session: bytes | None = None, jobs: int = 1) -> Report:
    """Report on a file. `pin` is the SHA-256 of the key it must have, `session` the session it must be. OSError."""
    with path.open("rb") as file:
        return verify_file(file, pin=pin, session=session, jobs=jobs)


def verify_bytes(data: bytes, *, pin: bytes | None = None, session: bytes | None = None, jobs: int = 1) -> Report:
    """Report on the bytes of a file."""
    return verify_file(io.BytesIO(data), pin=pin, session=session, jobs=jobs)


def verify_file(file: BinaryIO, *, pin: bytes | None = None, session: bytes | None = None, jobs: int = 1) -> Report:
    """Report on an open file, on `jobs` threads; the report does not depend on `jobs`."""
    reading = _Reading(pin, session)
    if jobs > 1:
        with ThreadPoolExecutor(jobs) as threads:
            _check(reading, file, threads, jobs)
    else:
        _check(reading, file, None, 1)
    faults = tuple(sorted(reading.faults, key=lambda fault: fault.line)[:_SHOWN])
    genesis = reading.genesis
    key = genesis.key if genesis else None
    return Report(key, reading.session, reading.blocks, reading.closed, pin is not None, faults)


_Signed: TypeAlias = tuple[int, bytes]
"""A line's number, and its signature followed by the message."""


class _Reading:
    """What has been read so far: the signatures, and which of them are requests."""

    def __init__(self, pin: bytes | None, wanted: bytes | None) -> None:
        self.genesis: Genesis | None = None
        self.session: bytes | None = None
        self.closed = False
        self.faults: list[Fault] = []
        self._pin = pin
        self._wanted = wanted
        self._signatures: list[bytes] = []
        self._is_request = bytearray()
        self._head = b""

    @property
    def blocks(self) -> int:
        return max(0, len(self._signatures) - 1)

    def signed(self, file: BinaryIO) -> Iterator[_Signed]:
        """What is to be checked, line by line. Ends at the end of the file, or at the first line that is no line."""
        number = 0
        try:
            for number, line in enumerate(iter(partial(file.readline, LINE_LIMIT + 1), b""), 1):
                if len(line) > LINE_LIMIT:
                    raise Rejected("line_length", f"the line has more than {LINE_LIMIT} bytes")
                if number == 1:
                    yield number, self._begin(line)
                elif self.closed:
                    raise Rejected("after_close", "there is a line after the close")
                elif lines.is_close(line):
                    yield number, self._end(line)
                else:
                    yield number, self._block(line)
            if number == 0:
                raise Rejected("empty", "the file is empty: a braid has a genesis")
        except Rejected as rejected:
            self.faults.append(Fault(rejected.rule, number, str(rejected)))

    def _begin(self, line: bytes) -> bytes:
        genesis = self.genesis = lines.genesis(line)
        message = genesis_message(genesis.key, genesis.nonce)
        self.session = hashlib.sha256(message).digest()
        fault = key_fault(genesis.key)
        if fault:
            raise Rejected(fault, "no honestly made key is like this; whoever holds it can say anything")
        if self._pin not in (None, hashlib.sha256(genesis.key).digest()):
            raise Rejected("pin", "the key is not the one whose fingerprint was given")
        if self._wanted not in (None, self.session):
            raise Rejected("session", "this is another session than the one that was asked for")
        self._head = block_head(self.session)
        self._signatures.append(genesis.signature)
        self._is_request.append(0)
        return genesis.signature + message

    def _block(self, line: bytes) -> bytes:
        number, kind, source, payload, above, asked, signature = lines.block(line)
        signatures = self._signatures
        if number != len(signatures):
            raise Rejected("number", f"the block calls itself {number} and is number {len(signatures)}")
        if above[-1] >= number or (len(above) > 1 and any(a >= b for a, b in pairwise(above))):
            raise Rejected("parents", "parents are numbers of earlier blocks, each once, the lowest first")
        request = b"" if asked is None and kind != _RESPONSE else self._request(number, kind, asked)
        parents = [signatures[parent] for parent in above]
        signatures.append(signature)
        self._is_request.append(kind == _REQUEST)
        return signature + block_message(self._head, number, kind, source, payload, parents, request)

    def _request(self, number: int, kind: bytes, asked: int | None) -> bytes:
        """Signature of the request that a response answers."""
        if asked is None or kind != _RESPONSE:
            raise Rejected("request", "a tool_response names its request, and nothing else does")
        if asked >= number or not self._is_request[asked]:
            raise Rejected("request", f"block {asked} is no earlier tool_request")
        return self._signatures[asked]

    def _end(self, line: bytes) -> bytes:
        close = lines.close(line)
        count = len(self._signatures)
        if close.count != count:
            raise Rejected("count", f"the close counts {close.count} signatures, and {count} stand before it")
        digest = hashlib.sha256()
        for start in range(0, count, _SPAN):
            digest.update(b"".join(self._signatures[start : start + _SPAN]))
        if close.digest != digest.digest():
            raise Rejected("digest", "the close is that of other signatures")
        assert self.session is not None
        self.closed = True
        return close.signature + close_message(self.session, count, close.digest)


def _check(reading: _Reading, file: BinaryIO, threads: ThreadPoolExecutor | None, jobs: int) -> None:
    """Check the signatures span by span, on threads while the next lines are read."""
    waiting: deque[Future[list[Fault]]] = deque()
    signed = reading.signed(file)
    while span := list(islice(signed, _SPAN)):
        genesis = reading.genesis
        assert genesis is not None
        if threads is None:
            reading.faults += _failing(span, genesis.key)
        else:
            waiting.append(threads.submit(_failing, span, genesis.key))
            if len(waiting) > 2 * jobs:
                reading.faults += waiting.popleft().result()
        if len(reading.faults) > _SHOWN:
            break
    for future in waiting:
        reading.faults += future.result()


def _failing(span: Iterable[_Signed], key: bytes) -> list[Fault]:
    faults = []
    for number, signed in span:
        try:
            crypto_sign_open(signed, key)  # runs without the interpreter's lock
        except BadSignatureError:
            faults.append(_why(number, signed))
    return faults


def _why(number: int, signed: bytes) -> Fault:
    if not has_reduced_scalar(signed[:64]):
        return Fault("scalar", number, "the signature's scalar is not reduced: a second spelling of a signature")
    return Fault("signature", number, "the signature is not one of this line under this key")
