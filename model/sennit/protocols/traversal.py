"""The verifier of a braid's structure where blocks have one parent: it reads any file, goes down from the genesis."""

from sennit import Const, Enum, Expr, Relation, Sort, Switch, System, exists, false, forall, implies, rule, true


class Traversal(System):
    """A verifier with any file before it, in which a block names one parent at most.

    It reads the file once and takes the genesis, then a block whose parent is taken, until none is left: it looks for
    no orphan and no cycle, for these are what it cannot take. To say which it is, it goes from a block that is left to
    its parent, and so on, until that is not in the file or one where it has been. Every rule fires at most once for a
    block or a link. That no two blocks have the same signature is taken for granted.

    `above` is not the verifier's. It is any relation at all that holds between a block and its parents and is
    transitive, so what is true of every `above` is true of the least: of a block and what its parents lead to.
    """

    block = Sort(2)
    one = Switch(on=True)  # no block of the file names two parents
    rooted = Switch(on=True)  # a file without a genesis is refused
    single = Switch(on=True)  # ... and one with several
    linked = Switch(on=True)  # the walk takes a block under one that is taken
    whole = Switch(on=True)  # accepted is what the walk has taken to the last block
    around = Switch(on=True)  # the search ends where it has been before, and not at the next best block

    held = Const(Relation(block))  # the file has it
    names = Const(Relation(block, block))  # the first is in the file and names the second as its parent
    above = Const(Relation(block, block))

    phase = Enum(
        "reading", "walking", "searching", "accepted", "no genesis", "several", "orphan", "cycle", init="reading"
    )
    known = Relation(block, init=False)  # its dictionary
    genesis = Relation(block, init=False)  # its list of blocks without parents
    taken = Relation(block, init=False)
    after = Relation(block, block, init=False)  # the first was taken when the second already was
    trail = Relation(block, init=False)  # where the search has been
    here = Relation(block, init=False)  # where it is

    def axioms(self) -> Expr:
        """Only blocks of the file name parents, no block two, and `above` is what it is said to be."""
        held, names, above, b = self.held, self.names, self.above, self.block
        links = forall(implies(names[x, y], held[x] & above[x, y]) for x in b for y in b)
        links &= forall(implies(above[x, y] & above[y, z], above[x, z]) for x in b for y in b for z in b)
        if self.one:
            links &= forall(implies(names[x, y] & names[x, z], y == z) for x in b for y in b for z in b)
        return links

    @rule(by="verifier", b=block)
    def read(self, b: Expr) -> None:
        """One block is entered; without a parent it is a genesis."""
        self.require(self.phase == "reading", self.held[b], ~self.known[b])
        self.known[b] = True
        self.genesis[b] = ~exists(self.names[b, y] for y in self.block)

    @rule(by="verifier")
    def refuse_empty(self) -> None:
        """No block is without a parent."""
        self.require(true() if self.rooted else false(), self._read(), ~exists(self.genesis))
        self.phase = "no genesis"

    @rule(by="verifier", g=block, h=block)
    def refuse_second(self, g: Expr, h: Expr) -> None:
        """Two blocks are without a parent."""
        self.require(true() if self.single else false(), self._read(), self.genesis[g], self.genesis[h], g != h)
        self.phase = "several"

    @rule(by="verifier")
    def walk(self) -> None:
        """There is one genesis to begin with."""
        self.require(self._read())
        if self.rooted:
            self.require(exists(self.genesis))
        if self.single:
            b = self.block
            self.require(forall(implies(self.genesis[x] & self.genesis[y], x == y) for x in b for y in b))
        self.phase = "walking"

    @rule(by="verifier", b=block)
    def take(self, b: Expr) -> None:
        """The genesis, or a block under one that is taken."""
        self.require(self.phase == "walking", self.known[b], ~self.taken[b])
        if self.linked:
            self.require(self._next(b))
        self.after = lambda x, y: self.after[x, y] | ((x == b) & self.taken[y])
        self.taken[b] = True

    @rule(by="verifier")
    def accept(self) -> None:
        """All blocks are taken."""
        self.require(self.phase == "walking")
        if self.whole:
            self.require(forall(implies(self.known[x], self.taken[x]) for x in self.block))
        self.phase = "accepted"

    @rule(by="verifier", b=block)
    def search(self, b: Expr) -> None:
        """No block can be taken any more and one is left: the search begins there."""
        left = forall(implies(self.known[x] & ~self.taken[x], ~self._next(x)) for x in self.block)
        self.require(self.phase == "walking", self.known[b], ~self.taken[b], left)
        self.phase = "searching"
        self.trail[b] = True
        self.here[b] = True

    @rule(by="verifier", x=block, y=block)
    def follow(self, x: Expr, y: Expr) -> None:
        """To the parent, where the search has not been."""
        self._to(x, y)
        self.require(self.known[y], ~self.trail[y])
        self.here[x] = False
        self.here[y] = True
        self.trail[y] = True

    @rule(by="verifier", x=block, y=block)
    def miss(self, x: Expr, y: Expr) -> None:
        """The parent is not in the dictionary."""
        self._to(x, y)
        self.require(~self.known[y])
        self.phase = "orphan"

    @rule(by="verifier", x=block, y=block)
    def close(self, x: Expr, y: Expr) -> None:
        """The parent is a block where the search has been, so that where it is lies on a cycle."""
        self._to(x, y)
        self.require(self.known[y])
        if self.around:
            self.require(self.trail[y])
        self.phase = "cycle"

    def decided(self) -> Expr:
        """The verifier has said its word."""
        return self.phase.one_of("accepted", "no genesis", "several", "orphan", "cycle")

    def _read(self) -> Expr:
        every_one = forall(implies(self.held[x], self.known[x]) for x in self.block)
        return (self.phase == "reading") & every_one

    def _next(self, b: Expr | int) -> Expr:
        """The walk can go on to the block."""
        return self.genesis[b] | exists(self.names[b, y] & self.taken[y] for y in self.block)

    def _to(self, x: Expr, y: Expr) -> None:
        self.require(self.phase == "searching", self.here[x], self.names[x, y])
