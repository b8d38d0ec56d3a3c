"""Messages between verifier and prover over a stream, and a channel that waits and reads no more than it says.

A frame is four bytes of length, the lowest first, and a message in MessagePack. Whatever is not a message of these
kinds raises Broken, in one line.
"""

from __future__ import annotations

import socket
import struct
import time
from typing import Final, TypeAlias, TypeVar

import msgspec

from sennit.reference.memory.shape import Sweep

MOST: Final = 1 << 26  # bytes of a frame
_LENGTH: Final = struct.Struct("<I")


class Fill(msgspec.Struct, frozen=True, tag=True, forbid_unknown_fields=True):
    """To the prover: hold these labels."""

    seed: bytes
    device: int
    epoch: int
    cost: int
    segments: int
    lines: int


class Notice(msgspec.Struct, frozen=True, tag=True, forbid_unknown_fields=True):
    """To the prover: a challenge comes so many seconds from now. A verifier that surprises sends none."""

    seconds: float


class Challenge(msgspec.Struct, frozen=True, tag=True, forbid_unknown_fields=True):
    """To the prover: sweep the memory under this key."""

    mode: Sweep
    key: bytes


class Open(msgspec.Struct, frozen=True, tag=True, forbid_unknown_fields=True):
    """To the prover: show these leaves of the last tree."""

    leaves: tuple[int, ...]


class Ping(msgspec.Struct, frozen=True, tag=True, forbid_unknown_fields=True):
    """To the prover: send these lines."""

    indices: tuple[int, ...]


class Ready(msgspec.Struct, frozen=True, tag=True, forbid_unknown_fields=True):
    """From the prover: it is done, by its own account in so many seconds."""

    seconds: float


class Root(msgspec.Struct, frozen=True, tag=True, forbid_unknown_fields=True):
    """From the prover: the root of the tree, and the seconds that it says it took."""

    root: bytes
    seconds: float


class Opened(msgspec.Struct, frozen=True, tag=True, forbid_unknown_fields=True):
    """From the prover: leaves and their paths, in the order asked for."""

    shown: tuple[tuple[bytes, bytes], ...]


class Lines(msgspec.Struct, frozen=True, tag=True, forbid_unknown_fields=True):
    """From the prover: the lines asked for."""

    data: bytes


class Refusal(msgspec.Struct, frozen=True, tag=True, forbid_unknown_fields=True):
    """From the prover: it cannot, and why in a line."""

    reason: str


Asked: TypeAlias = Fill | Notice | Challenge | Open | Ping
Answered: TypeAlias = Ready | Root | Opened | Lines | Refusal
M = TypeVar("M", bound=msgspec.Struct)


class Broken(Exception):  # noqa: N818  # the sentence reads so
    """The other side hangs, is gone, or sends what is no message."""


class Channel:
    """One end of a stream."""

    def __init__(self, stream: socket.socket) -> None:
        self._stream = stream
        if stream.family == socket.AF_INET:
            stream.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def send(self, message: Asked | Answered, patience: float = 60.0) -> None:
        """Sends a message. Raises Broken where the other side does not take it."""
        data = msgspec.msgpack.encode(message)
        try:
            self._stream.settimeout(patience)
            self._stream.sendall(_LENGTH.pack(len(data)) + data)
        except TimeoutError:
            raise Broken(f"it took nothing for {patience:g} s") from None
        except OSError as error:
            raise Broken(f"the connection ended: {error.strerror or error}") from error

    def receive(self, patience: float | None) -> bytes:
        """The next frame, not read yet. Raises Broken after `patience` seconds, whatever has come by then."""
        until = None if patience is None else time.monotonic() + patience
        length = _LENGTH.unpack(self._read(_LENGTH.size, until, patience))[0]
        if length > MOST:
            raise Broken(f"it announces a message of {length:,} bytes, and {MOST:,} are the most")
        return self._read(length, until, patience)

    def close(self) -> None:
        """Ends the connection."""
        self._stream.close()

    def _read(self, count: int, until: float | None, patience: float | None) -> bytes:
        data = bytearray()
        while len(data) < count:
            left = None if until is None else until - time.monotonic()
            try:
                if left is not None and left <= 0:
                    raise TimeoutError
                self._stream.settimeout(left)
                part = self._stream.recv(min(count - len(data), 1 << 20))
            except TimeoutError:
                raise Broken(f"it sent no whole message within {patience:g} s") from None
            except OSError as error:
                raise Broken(f"the connection ended: {error.strerror or error}") from error
            if not part:
                raise Broken("it ended the connection")
            data += part
        return bytes(data)


_ASKED: Final[msgspec.msgpack.Decoder[Asked]] = msgspec.msgpack.Decoder(Asked)
_ANSWERED: Final[msgspec.msgpack.Decoder[Answered]] = msgspec.msgpack.Decoder(Answered)


def asked(frame: bytes) -> Asked:
    """What the verifier asks for. Raises Broken."""
    try:
        return _ASKED.decode(frame)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Broken(f"it sent what is no message: {error}") from error


def answered(frame: bytes, kind: type[M]) -> M:
    """The prover's answer, which must be of this kind. Raises Broken."""
    try:
        message = _ANSWERED.decode(frame)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Broken(f"it sent what is no message: {error}") from error
    if isinstance(message, Refusal):
        raise Broken(message.reason)
    if not isinstance(message, kind):
        raise Broken(f"it sent {type(message).__name__} where {kind.__name__} was due")
    return message
