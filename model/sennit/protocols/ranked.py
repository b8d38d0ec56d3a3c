"""Any file of blocks with a rank for each, and an induction that climbs the ranks: what follows from which rule."""

from __future__ import annotations

from sennit import Array, Const, Expr, Int, Relation, Sort, Switch, System, exists, forall, implies, rule


def _in_order(file: Ranked) -> list[int]:
    """Blocks are ranked as they are numbered. Every finite file that has ranks at all is such a one, renamed."""
    return list(file.block)


class Ranked(System):
    """A file in which some rule makes links go down a natural rank, and the level up to which one has shown a thing.

    A file in which the rank falls along every link has no cycle; and where it falls along one link of every block but a
    genesis, every block reaches a genesis. Of finite files the converse is true as well, though not claimed here: the
    order of Kahn's walk is a rank of the first kind, the length of a shortest path one of the second. A step of the
    climb is a step of the induction: what is true at every level is true of every block.

    `good` is any set of blocks at all in which every genesis is, and every block of which a parent is in it. So a block
    that is in every `good` is in the least, and a path of parents leads from it to a genesis.
    """

    block = Sort(2)
    falling = Switch(on=True)  # the rank falls along every link: there is no cycle
    resolved = Switch(on=True)  # every parent is in the file: there is no orphan
    nearing = Switch(on=False)  # from every block but a genesis the rank falls along one link at least, to a block
    one = Switch(on=False)  # no block names two parents

    held = Const(Relation(block))  # the file has it
    names = Const(Relation(block, block))  # the first is in the file and names the second as a parent
    good = Const(Relation(block))
    rank = Const(Array(block, Int(0)), finite=_in_order)
    level = Int(0, init=0)

    def axioms(self) -> Expr:
        """Only blocks of the file name parents, `good` is what it is said to be, and the rules in force hold."""
        held, names, good, b = self.held, self.names, self.good, self.block
        links = forall(implies(names[x, y], held[x]) for x in b for y in b)
        links &= forall(implies(self.is_genesis(x), good[x]) for x in b)
        links &= forall(implies(names[x, y] & held[y] & good[y], good[x]) for x in b for y in b)
        if self.falling:
            links &= forall(implies(names[x, y], self.rank[y] < self.rank[x]) for x in b for y in b)
        if self.resolved:
            links &= forall(implies(names[x, y], held[y]) for x in b for y in b)
        if self.nearing:
            links &= forall(implies(held[x], self.is_genesis(x) | self.has_nearer(x)) for x in b)
        if self.one:
            links &= forall(implies(names[x, y] & names[x, z], y == z) for x in b for y in b for z in b)
        return links

    @rule(by="induction")
    def climb(self) -> None:
        """From one level to the next, while there are blocks above."""
        self.require(exists(self.rank[x] >= self.level for x in self.block))
        self.level += 1

    def is_genesis(self, x: Expr | int) -> Expr:
        """The file holds the block, and the block names no parent."""
        return self.held[x] & ~exists(self.names[x, y] for y in self.block)

    def has_nearer(self, x: Expr | int) -> Expr:
        """The block names one in the file whose rank is less."""
        return exists(self.names[x, y] & self.held[y] & (self.rank[y] < self.rank[x]) for y in self.block)
