"""A braid that only grows: blocks that name blocks before them, from one genesis on, for any number of blocks."""

from sennit import Expr, Relation, Sort, Switch, System, exists, rule


class AppendOnly(System):
    """A writer adds one block at a time, under one or two parents, and takes nothing away.

    Two relations are carried along that no block has in it: which blocks were there before which, and which a block
    reaches by its parents, their parents, and so on. They say in one step what takes a walk of any length. Where blocks
    name one parent, as in a chain or a tree, it is one of its runs: what is always true of it is true of those.
    """

    block = Sort(3)
    once = Switch(on=True)  # a genesis is only made where there is nothing yet
    known = Switch(on=True)  # parents are blocks that are there
    fresh = Switch(on=True)  # what is added is a new block
    single = Switch(on=False)  # no block names two parents

    present = Relation(block, init=False)
    root = Relation(block, init=False)  # made without parents
    parent = Relation(block, block, init=False)  # the first names the second
    earlier = Relation(block, block, init=False)  # the first was there when the second came
    reaches = Relation(block, block, init=False)

    @rule(by="writer", b=block)
    def begin(self, b: Expr) -> None:
        """The genesis, which has no parents."""
        self.require(~self.present[b])
        if self.once:
            self.require(~exists(self.present))
        self.present[b] = True
        self.root[b] = True
        self.reaches[b, b] = True

    @rule(by="writer", b=block, p=block, q=block)
    def append(self, b: Expr, p: Expr, q: Expr) -> None:
        """A block under two parents, or under one that is named twice."""
        if self.fresh:
            self.require(~self.present[b])
        if self.known:
            self.require(self.present[p], self.present[q])
        if self.single:
            self.require(p == q)
        self.earlier = lambda x, y: self.earlier[x, y] | ((y == b) & self.present[x])
        self.reaches = lambda x, y: (
            self.reaches[x, y] | ((x == b) & ((y == b) | self.reaches[p, y] | self.reaches[q, y]))
        )
        self.present[b] = True
        self.parent[b, p] = True
        self.parent[b, q] = True
