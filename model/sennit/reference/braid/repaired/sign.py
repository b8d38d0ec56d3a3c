"""Signs a conversation into a braid/2 file: block by block, as it happens, and a close at its end."""

from __future__ import annotations

import base64
import hashlib
import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path

from nacl.signing import SigningKey

from sennit.errors import Misuse
from sennit.reference.braid.repaired.encoding import (
    FORMAT,
    block_head,
    block_message,
    close_message,
    genesis_message,
    session_of,
)
from sennit.reference.braid.repaired.lines import LINE_LIMIT, SOURCE_LIMIT, Rejected, block
from sennit.reference.braid.sign import write_whole


class Session:
    """A key, a nonce, and the lines signed so far.

    The key is new for each session and is never written. With a seed of 32 bytes the key, and with a nonce of 32 bytes
    the whole file, are always the same: that is for a key kept elsewhere, and for tests.
    """

    def __init__(self, seed: bytes | None = None, nonce: bytes | None = None) -> None:
        self._key = SigningKey.generate() if seed is None else SigningKey(seed)
        self._nonce = os.urandom(32) if nonce is None else nonce
        self._head = block_head(session_of(self.key, self._nonce))
        self._signatures: list[bytes] = []
        self._requests: set[int] = set()
        self._lines: list[bytes] = []
        self._closed = False
        signature = self._sign(genesis_message(self.key, self._nonce))
        members = {"braid": FORMAT, "key": b64(self.key), "nonce": b64(self._nonce), "signature": b64(signature)}
        self._lines.append(line_of(members))

    @property
    def key(self) -> bytes:
        """Public key, 32 bytes."""
        return bytes(self._key.verify_key)

    @property
    def name(self) -> bytes:
        """Name of the session, 32 bytes."""
        return session_of(self.key, self._nonce)

    @property
    def last(self) -> int:
        """Number of the latest block; 0 is the genesis."""
        return len(self._signatures) - 1

    @property
    def signatures(self) -> tuple[bytes, ...]:
        """Signatures so far, the genesis first."""
        return tuple(self._signatures)

    def append(
        self,
        kind: str,
        source: str,
        payload: str | bytes,
        parents: Sequence[int] | None = None,
        request: int | None = None,
    ) -> int:
        """Sign a block below `parents`, by default the latest, and return its number. Raises Misuse.

        A tool_response needs the number of its tool_request, and nothing else may have one.
        """
        if self._closed:
            raise Misuse("the session is closed: nothing can be added to it")
        number = len(self._signatures)
        above = sorted({number - 1} if parents is None else set(parents))
        if not above or above[0] < 0 or above[-1] >= number:
            raise Misuse(f"parents {list(above)}: give numbers from 0 to {number - 1}, at least one")
        if (request is None) == (kind == "tool_response") or (request is not None and request not in self._requests):
            raise Misuse(f"request {request}: a tool_response names an earlier tool_request, and nothing else does")
        try:
            data = payload.encode() if isinstance(payload, str) else payload
            said, named = source.encode(), kind.encode()
        except UnicodeEncodeError as error:
            raise Misuse(f"this text has no UTF-8: {error}") from error
        if not 0 < len(said) <= SOURCE_LIMIT or any(byte < 32 or byte == 127 for byte in said):
            raise Misuse(f"a source has 1 to {SOURCE_LIMIT} bytes and no control characters: {source!r}")
        names = [self._signatures[parent] for parent in above]
        answered = b"" if request is None else self._signatures[request]
        signature = self._sign(block_message(self._head, number, named, said, data, names, answered))
        members: dict[str, object] = {
            "kind": kind,
            "parents": above,
            "payload": b64(data),
            "request": request,
            "seq": number,
        }
        line = line_of({**members, "signature": b64(signature), "source": source})
        try:
            if len(line) > LINE_LIMIT:
                raise Rejected("line_length", f"its line would have {len(line)} bytes, and the most is {LINE_LIMIT}")
            block(line)
        except ValueError as error:
            self._signatures.pop()
            raise Misuse(f"this block cannot be written: {error}") from error
        self._lines.append(line)
        if kind == "tool_request":
            self._requests.add(number)
        return number

    def close(self) -> None:
        """Sign that nothing follows. Closing twice is closing once."""
        if self._closed:
            return
        digest = hashlib.sha256(b"".join(self._signatures)).digest()
        self._lines.append(self.close_line(len(self._signatures), digest))
        self._closed = True

    def close_line(self, count: int, digest: bytes) -> bytes:
        """A close that says this, true or not."""
        signature = self.sign_bytes(close_message(self.name, count, digest))
        return line_of({"close": b64(digest), "count": count, "signature": b64(signature)})

    def sign_bytes(self, message: bytes) -> bytes:
        """The signature of any message under the key of the session, which is none of its blocks'."""
        return bytes(self._key.sign(message).signature)

    def data(self) -> bytes:
        """Bytes of the file."""
        return b"".join(self._lines)

    def write(self, path: Path) -> None:
        """Write the file, whole or not at all."""
        write_whole(path, self.data().decode())

    def _sign(self, message: bytes) -> bytes:
        signature = self.sign_bytes(message)
        self._signatures.append(signature)
        return signature


def line_of(members: Mapping[str, object]) -> bytes:
    """A line, its members in the order given."""
    return json.dumps(members, separators=(",", ":"), ensure_ascii=False).encode() + b"\n"


def b64(data: bytes) -> str:
    """Standard base64, as every line has it."""
    return base64.b64encode(data).decode("ascii")
