"""The three back ends give the same bytes, and every line of the memory counts in each sweep."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

from sennit.errors import Misuse
from sennit.reference.memory import shape as shapes
from sennit.reference.memory.keys import lines_of_chain, route
from sennit.reference.memory.shape import LINE, Shape, Sweep
from sennit.reference.memory.slow import Slow, parent
from sennit.reference.memory.threads import Threads, leaf
from sennit.reference.memory.threads import parent as fast_parent
from sennit.reference.memory.tree import depth, root_over
from unit.memory.machines import KEY, apart, numba_cuda_is_there, origin

SHAPES = [Shape(1, 8), Shape(5, 8), Shape(67, 16), Shape(3, 64), Shape(2, 512)]
SWEEPS: list[Sweep] = ["segment", "scattered"]

SIMULATED = """
from sennit.reference.memory.device import Device
from sennit.reference.memory.shape import Shape
from unit.memory.machines import KEY, origin
shape = Shape({segments}, {lines})
memory = Device(shape)
memory.fill(origin(2))
print(memory.read(range(shape.count)).hex())
for mode in ("segment", "scattered"):
    tree = memory.sweep(mode, KEY)
    print(tree.root.hex(), *(tree.leaf(n).hex() + tree.path(n).hex() for n in range(shape.leaves)))
memory.close()
"""


@pytest.mark.parametrize("shape", SHAPES, ids=str)
@pytest.mark.parametrize("threads", [1, 2])
def test_threads_fill_and_sweep_as_the_slow_reference_does(shape: Shape, threads: int) -> None:
    """Labels, every level of both trees, and lines that are read."""
    slow, fast = Slow(shape), Threads(shape, threads)
    slow.fill(origin(2))
    fast.fill(origin(2))
    indices = [shape.count - 1, 0, shape.count // 2]
    assert fast.read(range(shape.count)) == slow.read(range(shape.count))
    assert fast.read(indices) == slow.read(indices)
    for mode in SWEEPS:
        assert fast.sweep(mode, KEY).levels == slow.sweep(mode, KEY).levels
    fast.close()


@pytest.mark.parametrize(("segments", "lines"), [(1, 8), (33, 8)])
def test_the_simulated_device_fills_and_sweeps_as_the_slow_reference_does(segments: int, lines: int) -> None:
    """The kernels themselves, run thread by thread: labels, roots, leaves and paths."""
    shape = Shape(segments, lines)
    slow = Slow(shape)
    slow.fill(origin(2))
    said = apart(SIMULATED.format(segments=segments, lines=lines), NUMBA_ENABLE_CUDASIM="1").splitlines()
    assert bytes.fromhex(said[0]) == slow.read(range(shape.count))
    for mode, line in zip(SWEEPS, said[1:], strict=True):
        tree = slow.sweep(mode, KEY)
        assert line.split() == [
            tree.root.hex(), *(tree.leaf(n).hex() + tree.path(n).hex() for n in range(shape.leaves))
        ]  # fmt: skip


def test_every_kernel_compiles_for_compute_capability_9_0() -> None:
    """With no device: PTX whose states stay in registers and whose rotations are one instruction each."""
    if not numba_cuda_is_there():
        pytest.skip("numba-cuda is not installed, so no kernel was compiled: pip install 'sennit[gpu]'")
    said = apart(
        "from sennit.reference.memory.kernels import SIGNATURES, ptx\n"
        "for kernel in SIGNATURES: print('//', kernel.__name__); print(ptx(kernel))"
    )
    found = dict(re.findall(r"^// (\w+)$(.*?)(?=^// \w+$|\Z)", said, re.M | re.S))
    assert list(found) == ["labels", "segments", "chains", "parents", "gather", "total"]
    for name, text in found.items():
        assert ".target sm_90" in text, name
        assert ".local" not in text, f"{name} keeps an array in local memory"
        assert not re.search(r"\.f(32|64)\b", text), f"{name} computes with floating point"
    for name in ("labels", "chains", "parents"):
        assert "shf.l.wrap.b32" in found[name]


@pytest.mark.parametrize("mode", SWEEPS)
@pytest.mark.parametrize("shape", [Shape(5, 8), Shape(67, 16)], ids=str)
def test_a_verifier_that_holds_nothing_makes_every_leaf(shape: Shape, mode: Sweep) -> None:
    """From labels made anew; its path leads to the root, with the slow parent and the fast one."""
    memory = Threads(shape, 2)
    memory.fill(origin(3))
    tree = memory.sweep(mode, KEY)
    for number in range(shape.leaves):
        assert leaf(origin(3), shape, mode, KEY, number) == tree.leaf(number)
        path = tree.path(number)
        assert len(path) == 32 * depth(shape)
        for above in (parent, fast_parent):
            assert root_over(tree.leaf(number), number, path, above) == tree.root
    memory.close()


@pytest.mark.parametrize("mode", SWEEPS)
def test_no_bit_of_the_memory_is_left_out(mode: Sweep) -> None:
    """Whichever line has one bit changed, exactly one tag changes, and with it the root."""
    shape = Shape(5, 8)
    memory = Threads(shape, 1)
    memory.fill(origin())
    before = memory.sweep(mode, KEY)
    for line in range(shape.count):
        memory.words[line * 8 + line % 8] ^= np.uint64(1 << line % 64)
        after = memory.sweep(mode, KEY)
        changed = [n for n in range(6) if _tag(after.levels[0], n) != _tag(before.levels[0], n)]
        assert len(changed) == 1
        assert mode == "scattered" or changed == [line // shape.lines]
        assert after.root != before.root
        memory.words[line * 8 + line % 8] ^= np.uint64(1 << line % 64)
    memory.close()


def _tag(level: object, number: int) -> bytes:
    assert isinstance(level, bytes)
    return level[16 * number : 16 * (number + 1)]


@pytest.mark.parametrize("shape", [Shape(1, 8), Shape(31, 16), Shape(100, 32)], ids=str)
def test_chains_visit_every_line_once_and_every_strip(shape: Shape) -> None:
    """Each chain takes one line of each strip; the last strip differs from group to group."""
    way = route(KEY, shape)
    chains = [lines_of_chain(way, shape, number) for number in range(shape.segments)]
    assert sorted(np.concatenate(chains).tolist()) == list(range(shape.count))
    assert all(sorted((chain // shape.segments).tolist()) == list(range(shape.lines)) for chain in chains)
    ends = {int(chain[-1]) // shape.segments for chain in chains}
    assert len(ends) == min(-(-shape.segments // shapes.GROUP), shape.lines)


def test_another_key_gives_other_tags_and_another_way() -> None:
    """So nothing that was computed before the key is known is of use."""
    shape, memory = Shape(40, 16), Threads(Shape(40, 16), 1)
    memory.fill(origin())
    for mode in SWEEPS:
        assert memory.sweep(mode, KEY).root != memory.sweep(mode, KEY[::-1]).root
    assert route(KEY, shape).order.tolist() != route(KEY[::-1], shape).order.tolist()
    memory.close()


def test_memory_that_is_given_back_is_gone() -> None:
    """It cannot be used by mistake."""
    memory = Threads(Shape(1, 8), 1)
    memory.close()
    with pytest.raises(ValueError, match="given back"):
        memory.read([0])


def test_more_memory_than_there_is_is_refused_before_it_is_touched() -> None:
    """One line, with both figures."""
    with pytest.raises(Misuse, match=r"bytes of memory are asked for and [\d,]+ are free"):
        Threads(Shape.of(1 << 50))


@pytest.mark.parametrize(("size", "lines"), [(100, 8), (1 << 20, 7), (1 << 20, 1024), (0, 512), (-5, 512)])
def test_a_size_that_makes_no_memory_is_refused(size: int, lines: int) -> None:
    """A segment has a power of two of lines, and one of them must fit."""
    with pytest.raises(Misuse, match=r"segment of"):
        Shape.of(size, lines)


def test_no_back_end_asks_for_managed_memory() -> None:
    """Managed pages may lie on the host; the words `managed` in code, not in sentences, would ask for them."""
    folder = Path(shapes.__file__).parent
    files = sorted(folder.rglob("*.py"))
    assert len(files) > 5
    for file in files:
        assert not re.search(r"managed_array|mapped_array|MallocManaged", file.read_text()), file.name


def test_a_line_is_a_label_and_a_leaf_answers_for_whole_segments() -> None:
    """The figures that plans are made from."""
    shape = Shape.of(1 << 20, 32)
    assert (shape.count, shape.bytes, shape.segments) == (16384, 1 << 20, 512)
    assert (shape.leaves, shape.leaf_bytes, depth(shape)) == (256, 4096, 8)
    assert LINE * shape.lines == shape.words * 8
