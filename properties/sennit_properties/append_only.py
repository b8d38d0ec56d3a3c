"""What must be true of a braid that only grows, however many blocks it has.

That every block reaches the genesis says what it should because `reaches` is what a walk by parents reaches: no less
(`through_parents`), and no more, as it goes by parents (`by_parents`) towards blocks that were there before
(`reaches_earlier`), and in a braid that is finite such a walk ends.
"""

from sennit import Expr, always, every, exists, forall, implies, sometimes
from sennit.protocols.append_only import AppendOnly

SMALL = ({"block": 1}, {"block": 2}, {"block": 3})
SIZES = (*SMALL, every)
SINGLE = tuple({"block": n, "single": True} for n in (1, 2, 3, every))


@always(AppendOnly, rests_on=("known",), at=SIZES)
def no_orphan(braid: AppendOnly) -> Expr:
    """Every parent of a block is there, and so is the block."""
    return forall(
        implies(braid.parent[x, y], braid.present[x] & braid.present[y]) for x in braid.block for y in braid.block
    )


@always(AppendOnly, at=SIZES)
def roots_are_there(braid: AppendOnly) -> Expr:
    """A genesis is one of the blocks."""
    return forall(implies(braid.root[x], braid.present[x]) for x in braid.block)


@always(AppendOnly, rests_on=("once",), using=(roots_are_there,), at=SIZES)
def one_genesis(braid: AppendOnly) -> Expr:
    """There are never two blocks that were made without parents."""
    return forall(implies(braid.root[x] & braid.root[y], x == y) for x in braid.block for y in braid.block)


@always(AppendOnly, rests_on=("fresh",), at=SIZES)
def earlier_is_an_order(braid: AppendOnly) -> Expr:
    """Of blocks that are there one came first: no block came before itself, nor before one that came before it."""
    there = forall(
        implies(braid.earlier[x, y], braid.present[x] & braid.present[y]) for x in braid.block for y in braid.block
    )
    chained = forall(
        implies(braid.earlier[x, y] & braid.earlier[y, z], braid.earlier[x, z])
        for x in braid.block
        for y in braid.block
        for z in braid.block
    )
    return there & forall(~braid.earlier[x, x] for x in braid.block) & chained


@always(AppendOnly, rests_on=("known",), using=(no_orphan, earlier_is_an_order), at=SIZES)
def parents_earlier(braid: AppendOnly) -> Expr:
    """A parent was there before the block that names it."""
    return forall(implies(braid.parent[x, y], braid.earlier[y, x]) for x in braid.block for y in braid.block)


@always(AppendOnly, at=SIZES)
def reaches_itself(braid: AppendOnly) -> Expr:
    """A block that is there reaches itself."""
    return forall(implies(braid.present[x], braid.reaches[x, x]) for x in braid.block)


@always(AppendOnly, at=SIZES)
def reaches_from_there(braid: AppendOnly) -> Expr:
    """Only a block that is there reaches anything."""
    return forall(implies(braid.reaches[x, y], braid.present[x]) for x in braid.block for y in braid.block)


@always(
    AppendOnly,
    using=(no_orphan, earlier_is_an_order, reaches_from_there),
    at=SIZES,
)
def reaches_earlier(braid: AppendOnly) -> Expr:
    """What a block reaches is itself or was there before it."""
    return forall(
        implies(braid.reaches[x, y], (x == y) | braid.earlier[y, x]) for x in braid.block for y in braid.block
    )


@always(AppendOnly, rests_on=("fresh",), using=(reaches_earlier, earlier_is_an_order), at=SIZES)
def acyclic(braid: AppendOnly) -> Expr:
    """No two blocks reach each other."""
    return forall(implies(braid.reaches[x, y] & braid.reaches[y, x], x == y) for x in braid.block for y in braid.block)


@always(AppendOnly, rests_on=("known", "once"), using=(roots_are_there, reaches_itself), at=SIZES)
def reaches_genesis(braid: AppendOnly) -> Expr:
    """Every block reaches the genesis."""
    return forall(
        implies(braid.present[x] & braid.root[y], braid.reaches[x, y]) for x in braid.block for y in braid.block
    )


@always(AppendOnly, using=(reaches_itself, reaches_from_there), at=SIZES)
def by_parents(braid: AppendOnly) -> Expr:
    """What a block reaches beyond itself, one of its parents reaches."""
    return forall(
        implies(braid.reaches[x, y] & (x != y), exists(braid.parent[x, z] & braid.reaches[z, y] for z in braid.block))
        for x in braid.block
        for y in braid.block
    )


@always(AppendOnly, rests_on=("fresh", "known"), using=(no_orphan, reaches_itself, reaches_from_there), at=SIZES)
def through_parents(braid: AppendOnly) -> Expr:
    """A block reaches its parents, and all that they reach."""
    return forall(
        implies(braid.parent[x, y], braid.reaches[x, y] & implies(braid.reaches[y, z], braid.reaches[x, z]))
        for x in braid.block
        for y in braid.block
        for z in braid.block
    )


@always(AppendOnly, at=SIZES)
def has_a_genesis(braid: AppendOnly) -> Expr:
    """Where there is any block, there is a genesis."""
    return implies(exists(braid.present), exists(braid.root))


@always(AppendOnly, rests_on=("single",), using=(no_orphan,), at=SINGLE)
def one_parent(braid: AppendOnly) -> Expr:
    """Where blocks are put under one block, no block has two parents."""
    b = braid.block
    return forall(implies(braid.parent[x, y] & braid.parent[x, z], y == z) for x in b for y in b for z in b)


@always(
    AppendOnly,
    rests_on=("single",),
    using=(no_orphan, reaches_itself, reaches_from_there),
    at=(*SINGLE[:3], {"block": 4, "single": True}, SINGLE[3]),
)
def one_line(braid: AppendOnly) -> Expr:
    """Where blocks are put under one block, of two blocks that a block reaches one reaches the other: a line."""
    b, reaches = braid.block, braid.reaches
    line = (implies(reaches[x, y] & reaches[x, z], reaches[y, z] | reaches[z, y]) for x in b for y in b for z in b)
    return forall(line)


@sometimes(AppendOnly, at=SMALL[2])
def merged(braid: AppendOnly) -> Expr:
    """A block has two different parents."""
    return exists(
        braid.parent[x, y] & braid.parent[x, z] & (y != z)
        for x in braid.block
        for y in braid.block
        for z in braid.block
    )


@sometimes(AppendOnly, at=SMALL)
def full(braid: AppendOnly) -> Expr:
    """All blocks are there."""
    return forall(braid.present)


@sometimes(AppendOnly, at=SMALL[2])
def forked(braid: AppendOnly) -> Expr:
    """Two blocks name the same parent, and neither reaches the other."""
    return exists(
        braid.parent[x, z] & braid.parent[y, z] & ~braid.reaches[x, y] & ~braid.reaches[y, x]
        for x in braid.block
        for y in braid.block
        for z in braid.block
    )
