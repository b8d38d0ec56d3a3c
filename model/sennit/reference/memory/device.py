"""The challenged memory on a CUDA device: one plain allocation, as large as it can be had, and never managed memory.

A managed page may lie on the host and be counted as the device's; and asking for more of it than there is can hang a
device. With NUMBA_ENABLE_CUDASIM=1 the simulator stands in for the device, which tests use at small sizes.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from sennit.errors import Misuse
from sennit.reference.memory import kernels
from sennit.reference.memory.kernels import THREADS, WARP, cuda
from sennit.reference.memory.keys import route, universal_key
from sennit.reference.memory.shape import LINE, Origin, Shape, Sweep
from sennit.reference.memory.tree import NODE, TREE, Tree

_STEPS: Final = (1 << 30, 1 << 26, 1 << 21)  # bytes by which a refused allocation is made smaller, or a granted larger
_SPARE: Final = 3  # parts of a hundred that tags and tree need at segments of 512 bytes; far less at longer ones
_LABELS_AT_ONCE: Final = 1 << 26  # rows in a launch, so that a fill can be interrupted
_BLOCKS_EACH: Final = 6  # blocks of `segments` that fit into a multiprocessor's shared memory at once


class Device:
    """A memory of a CUDA device. Raises Misuse where there is none, or not so much memory of it."""

    name = "cuda"

    def __init__(self, shape: Shape, number: int = 0) -> None:
        self.shape, self._context = shape, _select(number)
        self._kernel = {kernel.__name__: _compiled(kernel) for kernel in kernels.SIGNATURES}
        found = _try(shape.bytes)
        if found is None:
            free, total = self._context.get_memory_info()
            raise Misuse(
                f"{shape.bytes:,} bytes are asked for and the device has {free:,} of {total:,} free: ask for less"
            )
        self._memory: Any = found
        self._constant = cuda.to_device(np.frombuffer(TREE, "<u4").astype(np.uint32))
        self._tags = cuda.device_array((shape.segments + shape.segments % 2, 2), np.uint64)
        self._tags[:] = np.zeros(self._tags.shape, np.uint64)
        self._levels = [cuda.device_array((width, NODE // 4), np.uint32) for width in _widths(shape.leaves)]

    def fill(self, origin: Origin) -> None:
        """Writes every label."""
        seed = cuda.to_device(np.frombuffer(origin.seed, "<u4").astype(np.uint32))
        rows = self._memory.reshape(self.shape.count, LINE // 8)
        for first in range(0, self.shape.count, _LABELS_AT_ONCE):
            part = rows[first : first + _LABELS_AT_ONCE]
            self._run("labels", len(part), part, seed, origin.device, origin.epoch, origin.cost, first)
            cuda.synchronize()

    def sweep(self, mode: Sweep, key: bytes) -> Tree:
        """The tags of the whole memory under a challenge's key, and the tree over them, which stays on the device."""
        tags = self._tags[: self.shape.segments]
        if mode == "segment":
            secret = cuda.to_device(universal_key(key, self.shape))
            blocks = min(-(-self.shape.segments * WARP // THREADS), _BLOCKS_EACH * _multiprocessors())
            self._kernel["segments"][blocks, THREADS](self._memory, self.shape.words, secret, tags)
        else:
            way = route(key, self.shape)
            order, offset = cuda.to_device(way.order), cuda.to_device(way.offset)
            words = cuda.to_device(np.frombuffer(key, "<u4").astype(np.uint32))
            halves = self._memory.view(np.uint32)
            self._run("chains", self.shape.segments, halves, self.shape.segments, order, offset, words, tags)
        below = self._tags.view(np.uint32).reshape(self.shape.leaves, NODE // 4)
        levels = [below]
        for number, above in enumerate(self._levels, 1):
            self._run("parents", len(above), below, len(below), self._constant, number, above)
            levels.append(above)
            below = above
        return Tree(tuple(_Level(level) for level in levels))

    def read(self, indices: Sequence[int]) -> bytes:
        """The lines at these indices, in this order."""
        found = cuda.device_array((len(indices), LINE // 8), np.uint64)
        rows = self._memory.reshape(self.shape.count, LINE // 8)
        self._run("gather", found.size, rows, cuda.to_device(np.asarray(indices, np.int64)), found)
        return bytes(found.copy_to_host().tobytes())

    def close(self) -> None:
        """Gives the memory back."""
        self._memory = self._tags = self._constant = None
        self._levels = []
        deallocations = getattr(cuda.current_context(), "deallocations", None)
        if deallocations is not None:  # the simulator keeps none
            deallocations.clear()

    def _run(self, kernel: str, threads: int, *arguments: object) -> None:
        self._kernel[kernel][-(-threads // THREADS), THREADS](*arguments)


@dataclass(frozen=True)
class Held:
    """What of a device's memory is held by the challenge, and what is not. All in bytes."""

    total: int
    held: int
    driver: int  # taken before anything was asked for: context, page tables, driver, other programs
    refused: int  # free by the driver's word, and refused all the same
    l2: int
    shared: int  # in all multiprocessors
    registers: int  # likewise

    @property
    def unseen(self) -> int:
        """What no sweep covers: a bound on what can lie beside the challenged memory."""
        return self.total - self.held + self.l2 + self.shared + self.registers


def most(lines: int, number: int = 0) -> tuple[Shape, Held]:
    """The largest memory that can be had of a device, found in steps, and what is not part of it. Raises Misuse."""
    context = _select(number)
    free, total = (int(size) for size in context.get_memory_info())
    segment = lines * LINE
    room = free - free * _SPARE * 8 // (100 * lines) - (1 << 20)  # tags and tree are allocated beside it
    granted = largest(lambda size: _try(size) is not None, room, _STEPS)
    if granted < segment:
        raise Misuse(f"the device has {free:,} bytes free, and no segment of {segment:,} bytes fits beside its tags")
    shape = Shape.of(granted, lines)
    return shape, Held(
        total,
        shape.bytes,
        total - free,
        free - shape.bytes,
        _attribute("L2_CACHE_SIZE"),
        _attribute("MAX_SHARED_MEMORY_PER_MULTIPROCESSOR") * _multiprocessors(),
        4 * _attribute("MAX_REGISTERS_PER_MULTIPROCESSOR") * _multiprocessors(),
    )


def largest(granted: Callable[[int], bool], room: int, steps: Sequence[int]) -> int:
    """The largest size that is granted, to the last step: smaller by whole steps until it is, then finer."""
    size, refused = room, room + 1
    for step in steps:
        while size > 0 and not granted(size):
            refused, size = size, size - step
        size = max(size, 0)
        finer = [s for s in steps if s < step]
        if finer:
            while size + finer[0] < refused and granted(size + finer[0]):
                size += finer[0]
    return size


class _Level:
    """A level of the tree that is read from the device as it is asked for; sliced as bytes are."""

    def __init__(self, nodes: Any) -> None:
        self._nodes = nodes

    def __getitem__(self, part: slice) -> bytes:
        first, last = (part.start or 0) // NODE, min(-(-part.stop // NODE), len(self._nodes))
        return bytes(self._nodes[first:last].copy_to_host().tobytes()) if first < last else b""

    def __len__(self) -> int:
        return len(self._nodes) * NODE


def _select(number: int) -> Any:
    try:
        if not cuda.is_available():
            raise Misuse("no CUDA device is here: take --device cpu")
        if not 0 <= number < len(cuda.gpus):
            raise Misuse(f"no CUDA device {number} is here: there are {len(cuda.gpus)}")
        cuda.select_device(number)
        return cuda.current_context()
    except Misuse:
        raise
    except Exception as error:
        raise Misuse(f"the CUDA device cannot be used: {error}") from error


def _try(size: int) -> Any:
    """An allocation of `size` bytes as 64-bit words, or None where it is refused."""
    try:
        return cuda.device_array(size // 8, np.uint64)
    except MemoryError:
        return None
    except Exception as error:
        if "OUT_OF_MEMORY" in str(error):
            return None
        raise


def _compiled(kernel: Any) -> Any:
    if os.environ.get("NUMBA_ENABLE_CUDASIM") == "1":
        return cuda.jit(kernel)
    try:
        return cuda.jit(cache=True)(kernel)
    except RuntimeError:  # no folder can be written
        return cuda.jit(kernel)


def _attribute(name: str) -> int:
    """A figure of the device; 0 where the simulator has none."""
    current = getattr(cuda, "get_current_device", None)
    return int(getattr(current(), name, 0)) if current is not None else 0


def _multiprocessors() -> int:
    return max(1, _attribute("MULTIPROCESSOR_COUNT"))


def _widths(leaves: int) -> list[int]:
    widths = []
    while leaves > 1:
        leaves = -(-leaves // 2)
        widths.append(leaves)
    return widths


def name_of(number: int = 0) -> str:
    """The device's name."""
    _select(number)
    current = getattr(cuda, "get_current_device", None)
    found: object = getattr(current(), "name", "simulated") if current is not None else "simulated"
    return found.decode() if isinstance(found, bytes) else str(found)


def most_labels(number: int = 0) -> tuple[float, str]:
    """Bytes a second of labels of cost 1 at the very most, and the reckoning.

    Additions can go another way through a multiprocessor than XORs and rotations, so that what bounds all of them is
    how many instructions it begins in a clock: four, for 32 lanes each.
    """
    _select(number)
    units, clock = _multiprocessors(), _attribute("CLOCK_RATE") * 1e3
    return units * clock * 128 / 976 * LINE, f"{units} multiprocessors, {clock / 1e9:.2f} GHz, 128 at once, 976 each"


def copies(size: int, repeats: int) -> Iterator[tuple[str, int, list[float]]]:
    """Bytes and times of reading on the device, of copies on it, to it and from it. Host memory is pinned."""
    words = size // 8
    host, here, there = cuda.pinned_array(words, np.uint64), _allocated(words), _allocated(words)
    host[:] = np.arange(words, dtype=np.uint64)
    blocks = 8 * _multiprocessors()
    sums = cuda.device_array(blocks * THREADS, np.uint64)
    total = _compiled(kernels.total)
    copied: tuple[tuple[str, int, Callable[[], object]], ...] = (
        ("host_to_device", size, lambda: here.copy_to_device(host)),
        ("device_to_host", size, lambda: here.copy_to_host(host)),
        ("device_copy", 2 * size, lambda: there.copy_to_device(here)),
        ("device_read", size, lambda: total[blocks, THREADS](here, sums)),
    )
    for what, volume, work in copied:
        times = []
        for _ in range(repeats + 1):
            cuda.synchronize()
            began = time.perf_counter()
            work()
            cuda.synchronize()
            times.append(time.perf_counter() - began)
        yield what, volume, times[1:]


def _allocated(words: int) -> Any:
    found = _try(words * 8)
    if found is None:
        raise Misuse(f"the device has no {words * 8:,} bytes free to measure with")
    return found
