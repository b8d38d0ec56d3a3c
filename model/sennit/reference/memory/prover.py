"""The prover: a process that connects to the verifier, fills memory and answers. The honest one holds every label.

    python -m sennit.reference.memory.prover PORT TOKEN NAME [DEVICE] [OPTIONS as JSON]

NAME is `honest` or a cheater's (`cheaters/`).
"""

from __future__ import annotations

import json
import socket
import sys
import time
from collections.abc import Mapping, Sequence
from typing import Final, Protocol

from sennit.errors import Misuse
from sennit.reference.memory.shape import Origin, Shape, Sweep
from sennit.reference.memory.tree import Tree
from sennit.reference.memory.wire import (
    Answered,
    Asked,
    Broken,
    Challenge,
    Channel,
    Fill,
    Lines,
    Notice,
    Open,
    Opened,
    Ping,
    Ready,
    Refusal,
    Root,
    asked,
)

HOST: Final = "127.0.0.1"
NO_CUDA: Final = "numba-cuda is not installed: pip install 'sennit[gpu]', or take --device cpu"


class Prover(Protocol):
    """What answers for a memory."""

    def fill(self, origin: Origin, shape: Shape) -> None:
        """Gets ready for challenges about this memory."""

    def notice(self, seconds: float) -> None:
        """Hears that a challenge comes."""

    def sweep(self, mode: Sweep, key: bytes) -> bytes:
        """The root of the tags' tree."""

    def show(self, leaf: int) -> tuple[bytes, bytes]:
        """A leaf of the last tree, and its path."""

    def read(self, indices: Sequence[int]) -> bytes:
        """Lines of the memory."""

    def claimed(self, seconds: float) -> float:
        """The time that it says a sweep took, given the time that it did take."""

    def close(self) -> None:
        """Gives everything back."""


class Memory(Protocol):
    """A back end that is filled: `threads.Threads`, `device.Device` or `slow.Slow`."""

    def fill(self, origin: Origin) -> None:
        """Writes every label."""

    def sweep(self, mode: Sweep, key: bytes) -> Tree:
        """The tree over all tags."""

    def read(self, indices: Sequence[int]) -> bytes:
        """Lines of the memory."""

    def close(self) -> None:
        """Gives the memory back."""


class Honest:
    """Holds every label on its device."""

    def __init__(self, device: str = "cpu") -> None:
        self.device = device
        self._memory: Memory | None = None
        self._tree: Tree | None = None

    def fill(self, origin: Origin, shape: Shape) -> None:
        """Takes the memory and writes every label. Raises Misuse where it cannot be had."""
        warm = memory_on(self.device, Shape(2, shape.lines))
        warm.fill(origin)  # so that no kernel is compiled or loaded while the verifier's clock runs
        for mode in ("segment", "scattered"):
            warm.sweep(mode, bytes(32)).path(0)
        warm.close()
        self._memory = memory_on(self.device, shape)
        self._memory.fill(origin)

    def notice(self, seconds: float) -> None:
        """Has nothing to prepare."""

    def sweep(self, mode: Sweep, key: bytes) -> bytes:
        """The root of the tags' tree."""
        self._tree = self._filled.sweep(mode, key)
        return self._tree.root

    def show(self, leaf: int) -> tuple[bytes, bytes]:
        """A leaf of the last tree, and its path."""
        if self._tree is None:
            raise Broken("a leaf was asked for before a sweep")
        return self._tree.leaf(leaf), self._tree.path(leaf)

    def read(self, indices: Sequence[int]) -> bytes:
        """Lines of the memory."""
        return self._filled.read(indices)

    def claimed(self, seconds: float) -> float:
        """The time that it took."""
        return seconds

    def close(self) -> None:
        """Gives the memory back."""
        if self._memory is not None:
            self._memory.close()

    @property
    def _filled(self) -> Memory:
        if self._memory is None:
            raise Broken("a challenge came before the fill")
        return self._memory


def memory_on(device: str, shape: Shape) -> Memory:
    """A memory of this shape. Raises Misuse where the device is not there, or has not so much."""
    if device == "cpu":
        from sennit.reference.memory.threads import Threads

        return Threads(shape)
    if device != "cuda":
        raise Misuse(f"no device is called {device!r}: there are cpu and cuda")
    try:
        from sennit.reference.memory.device import Device
    except ImportError as error:
        raise Misuse(NO_CUDA) from error
    return Device(shape)


def serve(channel: Channel, prover: Prover) -> None:
    """Answers until the verifier is done."""
    try:
        while True:
            try:
                message = asked(channel.receive(None))
            except Broken:
                return  # the verifier is done, or is no verifier
            try:
                answer = _answer(prover, message)
            except (Misuse, Broken) as error:
                channel.send(Refusal(" ".join(str(error).split())))
                return
            except MemoryError:
                channel.send(Refusal("there is not so much memory: ask for less"))
                return
            channel.send(answer)
    finally:
        prover.close()


def _answer(prover: Prover, message: Asked) -> Answered:
    began = time.perf_counter()
    match message:
        case Fill():
            origin = Origin(message.seed, message.device, message.epoch, message.cost)
            prover.fill(origin, Shape(message.segments, message.lines))
        case Notice():
            prover.notice(message.seconds)
        case Challenge():
            root = prover.sweep(message.mode, message.key)
            return Root(root, prover.claimed(time.perf_counter() - began))
        case Open():
            return Opened(tuple(prover.show(leaf) for leaf in message.leaves))
        case Ping():
            return Lines(prover.read(message.indices))
    return Ready(time.perf_counter() - began)


def main() -> None:
    """Connects, says who it is by the token, and serves."""
    port, token, name, device, options = sys.argv[1:6]
    try:
        prover = _prover(name, device, json.loads(options))
    except Misuse as error:
        sys.exit(str(error))
    stream = socket.create_connection((HOST, int(port)), timeout=60)
    stream.sendall(bytes.fromhex(token))
    serve(Channel(stream), prover)


def _prover(name: str, device: str, options: Mapping[str, float]) -> Prover:
    if name == "honest":
        return Honest(device)
    from sennit.reference.memory.cheaters import cheater

    return cheater(name, device, options)


if __name__ == "__main__":
    main()
