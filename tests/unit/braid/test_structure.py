"""The shape of a braid, by names alone."""

import random
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sennit.reference.braid.structure import Structure, structure

Shape = list[tuple[str, str]]

# Name and parents of each block, each a letter; then what is true of the shape.
SHAPES: dict[str, tuple[Shape, Structure]] = {
    "no blocks": ([], Structure((), (), (), (), ())),
    "one block": ([("a", "")], Structure((0,), (), (), (), ())),
    "a chain": ([("a", ""), ("b", "a"), ("c", "b")], Structure((0,), (), (), (), ())),
    "a chain written backwards": ([("c", "b"), ("b", "a"), ("a", "")], Structure((2,), (), (), (), ())),
    "a fork": ([("a", ""), ("b", "a"), ("c", "a")], Structure((0,), (), (), (), ())),
    "a merge": ([("a", ""), ("b", "a"), ("c", "a"), ("d", "bc")], Structure((0,), (), (), (), ())),
    "a parent named twice": ([("a", ""), ("b", "aa")], Structure((0,), (), (), (), ())),
    "two geneses": ([("a", ""), ("b", ""), ("c", "ab")], Structure((0, 1), (), (), (), ())),
    "an orphan": ([("a", ""), ("b", "x")], Structure((0,), ((1, "x"),), (), (), (1,))),
    "an orphan and its child": ([("a", ""), ("b", "x"), ("c", "b")], Structure((0,), ((1, "x"),), (), (), (1, 2))),
    "half an orphan": ([("a", ""), ("b", "ax")], Structure((0,), ((1, "x"),), (), (), ())),
    "a parent of itself": ([("a", ""), ("b", "b")], Structure((0,), (), (), (1,), (1,))),
    "nothing but a cycle": ([("a", "b"), ("b", "a")], Structure((), (), (), (0, 1), (0, 1))),
    "a tail below a cycle": (
        [("a", ""), ("b", "c"), ("c", "b"), ("d", "c")],
        Structure((0,), (), (), (1, 2), (1, 2, 3)),
    ),
    "a bridge between two cycles": (
        [("a", ""), ("b", "b"), ("c", "b"), ("d", "dc")],
        Structure((0,), (), (), (1, 3), (1, 2, 3)),
    ),
    "a cycle that also reaches the genesis": (
        [("a", ""), ("b", "ac"), ("c", "b")],
        Structure((0,), (), (), (1, 2), ()),
    ),
    "a name borne twice": ([("a", ""), ("b", "a"), ("b", "a")], Structure((0,), (), ((1, 2),), (), ())),
    "a genesis borne twice": ([("a", ""), ("a", "")], Structure((0, 1), (), ((0, 1),), (), ())),
    "a name borne three times": ([("a", ""), ("a", "a"), ("a", "a")], Structure((0,), (), ((0, 1), (0, 2)), (), ())),
}


@pytest.mark.parametrize(("shape", "truth"), SHAPES.values(), ids=SHAPES.keys())
def test_what_is_true_of_a_shape_is_found(shape: Shape, truth: Structure) -> None:
    """The table has the truth of each shape beside it."""
    assert structure([name for name, _ in shape], [tuple(parents) for _, parents in shape]) == truth


def test_only_the_shapes_without_a_finding_and_with_one_genesis_are_ok() -> None:
    """`ok` is the conjunction of the rules."""
    good = {"one block", "a chain", "a chain written backwards", "a fork", "a merge", "a parent named twice"}
    assert {name for name, (_, truth) in SHAPES.items() if truth.ok} == good


@given(st.lists(st.lists(st.integers(0, 7), max_size=3), max_size=7))
def test_cycles_and_reach_agree_with_the_closure_of_the_parent_relation(parents: list[list[int]]) -> None:
    """Warshall's closure, cubic and plain, is the definition that the linear algorithm must agree with."""
    size = len(parents)
    above = [[j in named for j in range(size)] for named in parents]
    for k, i, j in product(range(size), repeat=3):
        above[i][j] |= above[i][k] and above[k][j]
    roots = [i for i in range(size) if not parents[i]]
    found = structure([str(i) for i in range(size)], [[str(j) for j in named] for named in parents])
    assert found.genesis == tuple(roots)
    assert found.orphans == tuple((i, str(j)) for i, named in enumerate(parents) for j in named if j >= size)
    assert found.cyclic == tuple(i for i in range(size) if above[i][i])
    assert found.unreachable == tuple(i for i in range(size) if i not in roots and not any(above[i][r] for r in roots))


@pytest.mark.parametrize("order", ["forwards", "backwards", "shuffled"])
def test_a_chain_of_100000_blocks_is_one_good_braid(order: str) -> None:
    """Nothing recurses and nothing is quadratic, in whichever order the blocks stand."""
    blocks = [(str(i), [str(i - 1)] if i else []) for i in range(100_000)]
    if order == "backwards":
        blocks.reverse()
    if order == "shuffled":
        random.Random(5).shuffle(blocks)
    assert structure(*zip(*blocks, strict=True)).ok


def test_a_ring_of_100000_blocks_is_all_on_one_cycle() -> None:
    """The search for cycles does not recurse either."""
    size = 100_000
    found = structure([str(i) for i in range(size)], [[str((i - 1) % size)] for i in range(size)])
    assert found.cyclic == found.unreachable == tuple(range(size))
    assert found.genesis == ()


def test_names_and_parents_of_different_lengths_are_an_error() -> None:
    """A silent cut would hide blocks."""
    with pytest.raises(ValueError, match="zip"):
        structure(["a"], [])
