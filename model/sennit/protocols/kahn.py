"""The verifier of a braid's structure where blocks have several parents: it reads any file, walks it, and decides.

The order of the walk is that of Kahn, "Topological sorting of large networks", Communications of the ACM 5 (1962).
"""

from sennit import Const, Enum, Expr, Relation, Sort, Switch, System, exists, false, forall, implies, rule, true


class Kahn(System):
    """A verifier with any file before it: blocks, known by their signatures, and which names which as a parent.

    It reads the file once, looks every parent up, and takes a block when all parents are taken. Where that ends too
    early it goes from a block that is left to a parent that is left, and so on, until that is one where it has been:
    then it stands on a cycle. Every rule fires at most once for a block or a link, so time is linear. That no two
    blocks have the same signature is taken for granted.

    `above` is not the verifier's. It is any relation at all that holds between a block and its parents and is
    transitive, so what is true of every `above` is true of the least: of a block and what its parents lead to.
    """

    block = Sort(2)
    rooted = Switch(on=True)  # a file without a genesis is refused
    single = Switch(on=True)  # ... and one with several
    resolved = Switch(on=True)  # ... and one that names a block which is not in it
    ordered = Switch(on=True)  # the walk takes a block after all its parents
    whole = Switch(on=True)  # accepted is what the walk has taken to the last block
    around = Switch(on=True)  # the search ends where it has been before, and not at the next best block

    held = Const(Relation(block))  # the file has it
    names = Const(Relation(block, block))  # the first is in the file and names the second as a parent
    above = Const(Relation(block, block))

    phase = Enum(
        "reading", "walking", "searching", "accepted", "no genesis", "several", "orphan", "cycle", init="reading"
    )
    known = Relation(block, init=False)  # its dictionary
    genesis = Relation(block, init=False)  # its list of blocks without parents
    waits = Relation(block, block, init=False)  # the links that are not yet counted off
    taken = Relation(block, init=False)
    after = Relation(block, block, init=False)  # the first was taken when the second already was
    trail = Relation(block, init=False)  # where the search for a cycle has been
    here = Relation(block, init=False)  # where it is

    def axioms(self) -> Expr:
        """Only blocks of the file name parents, and `above` is what it is said to be."""
        held, names, above, b = self.held, self.names, self.above, self.block
        links = forall(implies(names[x, y], held[x] & above[x, y]) for x in b for y in b)
        return links & forall(implies(above[x, y] & above[y, z], above[x, z]) for x in b for y in b for z in b)

    @rule(by="verifier", b=block)
    def read(self, b: Expr) -> None:
        """One block and its links are entered; without a link it is a genesis."""
        self.require(self.phase == "reading", self.held[b], ~self.known[b])
        self.known[b] = True
        self.genesis[b] = ~exists(self.names[b, y] for y in self.block)
        self.waits = lambda x, y: self.waits[x, y] | ((x == b) & self.names[b, y])

    @rule(by="verifier")
    def refuse_empty(self) -> None:
        """No block is without parents."""
        self.require(true() if self.rooted else false(), self._read(), ~exists(self.genesis))
        self.phase = "no genesis"

    @rule(by="verifier", g=block, h=block)
    def refuse_second(self, g: Expr, h: Expr) -> None:
        """Two blocks are without parents."""
        self.require(true() if self.single else false(), self._read(), self.genesis[g], self.genesis[h], g != h)
        self.phase = "several"

    @rule(by="verifier", x=block, y=block)
    def refuse_orphan(self, x: Expr, y: Expr) -> None:
        """A parent is not in the dictionary."""
        self.require(true() if self.resolved else false(), self._read(), self.waits[x, y], ~self.known[y])
        self.phase = "orphan"

    @rule(by="verifier")
    def walk(self) -> None:
        """Nothing was found that a look at each block and link can find."""
        self.require(self._read())
        if self.rooted:
            self.require(exists(self.genesis))
        if self.single:
            b = self.block
            self.require(forall(implies(self.genesis[x] & self.genesis[y], x == y) for x in b for y in b))
        if self.resolved:
            self.require(forall(implies(self.waits[x, y], self.known[y]) for x in self.block for y in self.block))
        self.phase = "walking"

    @rule(by="verifier", b=block)
    def take(self, b: Expr) -> None:
        """One block is taken, and the links to it are counted off."""
        self.require(self.phase == "walking", self.known[b], ~self.taken[b])
        if self.ordered:
            self.require(self._ready(b))
        self.after = lambda x, y: self.after[x, y] | ((x == b) & self.taken[y])
        self.taken[b] = True
        self.waits = lambda x, y: self.waits[x, y] & (y != b)

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
        left = forall(implies(self.known[x] & ~self.taken[x], ~self._ready(x)) for x in self.block)
        self.require(self.phase == "walking", self.known[b], ~self.taken[b], left)
        self.phase = "searching"
        self.trail[b] = True
        self.here[b] = True

    @rule(by="verifier", x=block, y=block)
    def follow(self, x: Expr, y: Expr) -> None:
        """To a parent that is left and where the search has not been."""
        self._to(x, y)
        self.require(~self.trail[y])
        self.here[x] = False
        self.here[y] = True
        self.trail[y] = True

    @rule(by="verifier", x=block, y=block)
    def close(self, x: Expr, y: Expr) -> None:
        """The next block is one where the search has been, so that where it is lies on a cycle."""
        self._to(x, y)
        if self.around:
            self.require(self.trail[y])
        self.phase = "cycle"

    def decided(self) -> Expr:
        """The verifier has said its word."""
        return self.phase.one_of("accepted", "no genesis", "several", "orphan", "cycle")

    def _read(self) -> Expr:
        every_one = forall(implies(self.held[x], self.known[x]) for x in self.block)
        return (self.phase == "reading") & every_one

    def _ready(self, b: Expr | int) -> Expr:
        """No parent is left that is in the file. One that is not is the business of `refuse_orphan`."""
        return ~exists(self.waits[b, y] & self.known[y] for y in self.block)

    def _to(self, x: Expr, y: Expr) -> None:
        self.require(self.phase == "searching", self.here[x], self.waits[x, y], self.known[y])
