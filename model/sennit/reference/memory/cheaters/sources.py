"""Where a cheater gets its hidden lines: by computing, from another process, from a file, or nowhere."""

from __future__ import annotations

import contextlib
import os
import tempfile
import threading
import time
import zlib
from multiprocessing import get_context
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnProcess

import numpy as np
from numpy.typing import NDArray

from sennit.reference.memory import loops
from sennit.reference.memory.keys import Words, universal_key
from sennit.reference.memory.shape import LINE, Origin, Shape
from sennit.reference.memory.threads import write_labels

_WORDS = LINE // 8
_CHUNK = 1 << 14  # lines made at once


class Recompute:
    """Makes lines anew."""

    def hold(self, origin: Origin, shape: Shape, first: int) -> None:
        """Needs to know no more than where labels come from."""
        self.origin = origin

    def bring(self, first: int, into: Words) -> None:
        """Makes the labels, where they are wanted."""
        write_labels(into.ctypes.data, self.origin, _indices(first, into))

    def digest(self, key: bytes, first: int, tags: NDArray[np.uint64]) -> bool:
        """Has nothing to digest."""
        return False

    def close(self) -> None:
        """Holds nothing."""


class EveryKth(Recompute):
    """Keeps every k-th line and makes the others anew."""

    def __init__(self, k: int) -> None:
        self.k = k

    def hold(self, origin: Origin, shape: Shape, first: int) -> None:
        """Makes the lines that are kept."""
        self.origin = origin
        self.kept = np.empty((-(-shape.count // self.k), _WORDS), np.uint64)
        write_labels(self.kept.ctypes.data, origin, np.arange(0, shape.count, self.k, dtype=np.int64))

    def bring(self, first: int, into: Words) -> None:
        """Makes what is not kept, and puts what is kept in between."""
        rows, indices = into.reshape(-1, _WORDS), _indices(first, into)
        missing = indices[indices % self.k != 0]
        made = np.empty((len(missing), _WORDS), np.uint64)
        if len(missing):
            write_labels(made.ctypes.data, self.origin, missing)
        rows[indices % self.k != 0] = made
        rows[indices % self.k == 0] = self.kept[indices[indices % self.k == 0] // self.k]


class ShortState(Recompute):
    """Keeps the first half of each line. Nothing follows from it, so that the other half costs the whole label."""

    def hold(self, origin: Origin, shape: Shape, first: int) -> None:
        """Makes all lines once, in parts, and keeps their first halves."""
        self.origin = origin
        self.kept = np.empty((shape.count, _WORDS // 2), np.uint64)
        for begin in range(0, shape.count, _CHUNK):
            part = np.empty((min(_CHUNK, shape.count - begin), _WORDS), np.uint64)
            super().bring(begin, part.reshape(-1))
            self.kept[begin : begin + len(part)] = part[:, : _WORDS // 2]

    def bring(self, first: int, into: Words) -> None:
        """Makes the labels, and takes the kept halves for what they are worth."""
        super().bring(first, into)
        rows = into.reshape(-1, _WORDS)
        rows[:, : _WORDS // 2] = self.kept[first : first + len(rows)]


class Compressed(Recompute):
    """Keeps all lines compressed, in blocks."""

    def hold(self, origin: Origin, shape: Shape, first: int) -> None:
        """Makes and compresses the lines, block by block."""
        self.origin, self.size = origin, shape.lines
        part = np.empty(shape.lines * _WORDS, np.uint64)
        self.kept: list[bytes] = []
        for begin in range(0, shape.count, shape.lines):
            super().bring(begin, part)
            self.kept.append(zlib.compress(part.tobytes(), 1))

    @property
    def bytes(self) -> int:
        """What is kept."""
        return sum(map(len, self.kept))

    def bring(self, first: int, into: Words) -> None:
        """Expands the blocks in which the lines are."""
        last = first + len(into) // _WORDS
        blocks = range(first // self.size, -(-last // self.size))
        data = b"".join(zlib.decompress(self.kept[block]) for block in blocks)
        start = (first - blocks[0] * self.size) * LINE
        into[:] = np.frombuffer(data[start : start + len(into) * 8], np.uint64)


class Nothing(Recompute):
    """Has not got the lines: zeros."""

    def bring(self, first: int, into: Words) -> None:
        """Writes zeros."""
        into[:] = 0


class Disk(Recompute):
    """Keeps the lines in a file, and asks the system not to keep them in memory."""

    def hold(self, origin: Origin, shape: Shape, first: int) -> None:
        """Makes the lines and writes them, in parts."""
        self.origin, self.first = origin, first
        self.file = tempfile.TemporaryFile()  # noqa: SIM115  # it lives as long as this source
        part = np.empty(_CHUNK * _WORDS, np.uint64)
        for begin in range(first, shape.count, _CHUNK):
            lines = min(_CHUNK, shape.count - begin)
            super().bring(begin, part[: lines * _WORDS])
            self.file.write(part[: lines * _WORDS].data)
        self.file.flush()
        os.fsync(self.file.fileno())
        os.posix_fadvise(self.file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)

    def bring(self, first: int, into: Words) -> None:
        """Reads the lines, or makes those that the file does not begin with yet."""
        if first < self.first:
            super().bring(first, into)
            return
        at = (first - self.first) * LINE
        if os.preadv(self.file.fileno(), [into.data], at) < into.nbytes:
            raise OSError("the file is shorter than it was")
        os.posix_fadvise(self.file.fileno(), at, into.nbytes, os.POSIX_FADV_DONTNEED)

    def close(self) -> None:
        """Gives the file back."""
        self.file.close()


class Elsewhere(Recompute):
    """Another process holds the lines. It sends them over a pipe, or digests its share in place and sends tags.

    With a `rate`, in bytes a second, lines come no faster than that: a slower link than there is here. Tags are few.
    """

    def __init__(self, rate: float, in_place: bool) -> None:
        self.rate, self.in_place = rate, in_place
        self._lock = threading.Lock()
        self._process: SpawnProcess | None = None

    def hold(self, origin: Origin, shape: Shape, first: int) -> None:
        """Starts the other process, and waits until it holds the lines."""
        context = get_context("spawn")
        self._connection, there = context.Pipe()
        self._process = context.Process(target=_holder, args=(there, origin, shape, first, self.rate), daemon=True)
        self._process.start()
        there.close()
        self._connection.recv_bytes()

    def bring(self, first: int, into: Words) -> None:
        """Has the lines sent."""
        with self._lock:
            self._connection.send(("lines", first, len(into) // _WORDS))
            self._connection.recv_bytes_into(into.data)

    def digest(self, key: bytes, first: int, tags: NDArray[np.uint64]) -> bool:
        """Has the tags sent, where the process digests in place."""
        if not self.in_place:
            return False
        with self._lock:
            self._connection.send(("tags", key, first, len(tags)))
            tags[:] = np.frombuffer(self._connection.recv_bytes(), np.uint64).reshape(-1, 2)
        return True

    def close(self) -> None:
        """Ends the process."""
        if self._process is not None:
            self._connection.close()
            self._process.join(5)


def _holder(connection: Connection, origin: Origin, shape: Shape, first: int, rate: float) -> None:
    """The other process: holds the lines from whole segment to the end, and answers until the pipe is closed."""
    first -= first % shape.lines
    lines = np.empty((shape.count - first, _WORDS), np.uint64)
    write_labels(lines.ctypes.data, origin, np.arange(first, shape.count, dtype=np.int64))
    with contextlib.suppress(EOFError, OSError):
        connection.send_bytes(b"ready")
        while True:
            kind, *what = connection.recv()
            began = time.perf_counter()
            if kind == "lines":
                begin, count = what
                part = lines[begin - first : begin - first + count]
                if rate:
                    time.sleep(max(0.0, part.nbytes / rate - (time.perf_counter() - began)))
                connection.send_bytes(part.data.cast("B"))
            else:
                key, begin, count = what
                tags = np.empty((count, 2), np.uint64)
                address = lines.ctypes.data + (begin * shape.lines - first) * LINE
                loops.segments(address, shape.words, universal_key(key, shape), tags)
                connection.send_bytes(tags.tobytes())


def _indices(first: int, into: Words) -> NDArray[np.int64]:
    return np.arange(first, first + len(into) // _WORDS, dtype=np.int64)
