"""What verifiers of a braid's structure have in common: they read any file, walk it block by block, and decide."""

from sennit import Const, Enum, Expr, Relation, Sort, Switch, System, exists, false, forall, implies, rule, true


class Verifier(System):
    """A verifier with any file before it: blocks, known by their signatures, and which names which as a parent.

    It reads the file once and takes block after block. Where that ends too early it goes from a block that is left to
    a parent that is left, and so on, until that is one where it has been: then it stands on a cycle. Every rule fires
    at most once for a block or a link, so time is linear. That no two blocks have the same signature is taken for
    granted. In which order blocks are taken is for `Kahn` and `Traversal` to say; here it is any.

    `above` is not the verifier's. It is any relation at all that holds between a block and its parents and is
    transitive, so what is true of every `above` is true of the least: of a block and what its parents lead to.
    """

    block = Sort(2)
    rooted = Switch(on=True)  # a file without a genesis is refused
    single = Switch(on=True)  # ... and one with several
    ordered = Switch(on=True)  # the walk takes a block only where it is the next
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
    taken = Relation(block, init=False)
    after = Relation(block, block, init=False)  # the first was taken when the second already was
    trail = Relation(block, init=False)  # where the search has been
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
        self._enter(b)

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
        """Nothing was found that a look at each block and link can find."""
        self.require(self._read())
        if self.rooted:
            self.require(exists(self.genesis))
        if self.single:
            b = self.block
            self.require(forall(implies(self.genesis[x] & self.genesis[y], x == y) for x in b for y in b))
        self.require(self._looks_good())
        self.phase = "walking"

    @rule(by="verifier", b=block)
    def take(self, b: Expr) -> None:
        """The next block is taken."""
        self.require(self.phase == "walking", self.known[b], ~self.taken[b])
        if self.ordered:
            self.require(self._next(b))
        self.after = lambda x, y: self.after[x, y] | ((x == b) & self.taken[y])
        self.taken[b] = True
        self._count_off(b)

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
        """To a parent in the file that the search can go to, and where it has not been."""
        self.require(self.phase == "searching", self.here[x], self._goes(x, y), self.known[y], ~self.trail[y])
        self.here[x] = False
        self.here[y] = True
        self.trail[y] = True

    @rule(by="verifier", x=block, y=block)
    def close(self, x: Expr, y: Expr) -> None:
        """Such a parent is one where the search has been, so that where it is lies on a cycle."""
        self.require(self.phase == "searching", self.here[x], self._goes(x, y), self.known[y])
        if self.around:
            self.require(self.trail[y])
        self.phase = "cycle"

    def decided(self) -> Expr:
        """The verifier has said its word."""
        return self.phase.one_of("accepted", "no genesis", "several", "orphan", "cycle")

    # -- in which verifiers differ ------------------------------------------------------------------------------------

    def _enter(self, b: Expr) -> None:
        """What else is written down when a block is read."""

    def _looks_good(self) -> Expr:
        """Before the walk: what else is looked for is not there."""
        return true()

    def _next(self, b: Expr | int) -> Expr:
        """The walk can go on to the block."""
        return true()

    def _count_off(self, b: Expr) -> None:
        """What else is written down when a block is taken."""

    def _goes(self, x: Expr, y: Expr) -> Expr:
        """The search can go from the first to the second."""
        return self.names[x, y]

    # -- what is said several times -----------------------------------------------------------------------------------

    def _read(self) -> Expr:
        every_one = forall(implies(self.held[x], self.known[x]) for x in self.block)
        return (self.phase == "reading") & every_one
