"""Registered weights that must be present leave no room for training: they are asked for, block by block, in time.

Amounts of memory are times, so that every condition on them is linear: how long it takes to fetch as much. A round is
that of `Deadline`, for whoever has all that is asked for between `quickest` and `slowest`, and longer for others by
what they must fetch. What the adversary does between two rounds takes no time, to its favour.
"""

from sennit import (
    Array,
    Bool,
    Clock,
    Const,
    Enum,
    Expr,
    Index,
    Real,
    Switch,
    System,
    implies,
    ite,
    limit,
    rule,
    total,
    true,
)


class MemoryTax(System):
    """A verifier asks for the registered weights; who runs the device would like to train in their place."""

    block = Index(2)
    timed = Switch(on=True)  # the verifier waits for an answer until the deadline
    ample = Switch(on=True)  # the deadline is long enough for whoever has all that is asked for
    fresh = Switch(on=True)  # no answer can be worked out before it is asked for
    whole = Switch(on=True)  # every block is asked for, and not only one of them
    exact = Switch(on=True)  # a block counts only as it was registered; else also one that was changed slightly
    heavy = Switch(on=True)  # beside the weights, and what can be fetched in a round, there is no room for training

    quickest = Const(Real(0))  # the shortest round with all that is asked for
    slowest = Const(Real(0))  # the longest
    allowed = Const(Real(0))  # the deadline, as a time after the challenge
    memory = Const(Real(0))  # the amount in which something can be kept
    each = Const(Real(0))  # the amount that a registered block takes
    thin = Const(Real(0))  # ... and one that was changed, such as to fewer bits
    needs = Const(Real(0))  # the amount that training takes

    held = Array(block, Enum("registered", "changed", "away"), init="registered")
    trains = Bool(init=False)
    trained = Bool(init=False)  # at some time
    check = Enum("none", "asked", "accepted", "refused", init="none")
    missing = Real(0, init=0)  # the amount asked for that was not there
    caught = Bool(init=False)  # there was training when it was asked for
    earlier = Bool(init=False)  # there was training before, and no more when it was asked for
    asked = Clock()

    def initially(self) -> Expr:
        """Rounds take some time, all weights fit, and what was changed is no larger."""
        chosen = (self.quickest > 0) & (self.quickest <= self.slowest) & (self.quickest <= self.allowed)
        chosen &= (self.weights() <= self.memory) & (self.thin <= self.each)
        if self.ample:
            chosen &= self.slowest < self.allowed
        if self.heavy:
            chosen &= self.memory - self.weights() + self.window() < self.needs
        return chosen

    def weights(self) -> Expr:
        """What all registered blocks take."""
        return total(self.each for _ in self.block)

    def window(self) -> Expr:
        """The amount that can be fetched in a round that is in time."""
        return self.allowed - self.quickest

    def used(self) -> Expr:
        """What is taken by weights, and by training."""
        sizes = [ite(held == "registered", self.each, ite(held == "changed", self.thin, 0)) for held in self.held]
        return total(sizes) + ite(self.trains, self.needs, 0)

    # -- the verifier -------------------------------------------------------------------------------------------------

    @limit
    def waits(self) -> Expr:
        """The verifier waits until the deadline, and who has all that is asked for answers in its time."""
        deadline = self.asked <= self.allowed if self.timed else true()
        return implies(self.check == "asked", deadline & implies(self.missing == 0, self.asked <= self.slowest))

    @rule(by="verifier", to="prover", b=block)
    def ask(self, b: Expr) -> None:
        """All blocks are asked for, or one."""
        self.require(self.check.one_of("none", "accepted"))
        wanted = [true() if self.whole else b == c for c in self.block]
        wanting = [want & self._lacks(held) for want, held in zip(wanted, self.held, strict=True)]
        lacking = total(ite(lacks, self.each, 0) for lacks in wanting)
        self.missing = lacking if self.fresh else 0
        self.check = "asked"
        self.caught = self.trains
        self.earlier = self.trained & ~self.trains
        self.asked = 0

    @rule(by="prover", to="verifier")
    def answer(self) -> None:
        """The answer arrives: what was missing has been fetched in the meantime."""
        self.require(self.check == "asked", self.asked >= self.quickest + self.missing)
        self.check = "accepted"

    @rule(by="verifier")
    def refuse(self) -> None:
        """No answer came in time."""
        self.require(self.check == "asked", self.asked >= self.allowed)
        self.check = "refused"

    def _lacks(self, held: Expr) -> Expr:
        """A block is not there, as far as the verifier looks."""
        return held != "registered" if self.exact else held == "away"

    # -- the adversary ------------------------------------------------------------------------------------------------

    @rule(by="adversary", b=block)
    def change(self, b: Expr) -> None:
        """A block is changed slightly, and takes no more room, but less."""
        self.require(self.held[b] == "registered")
        self.held[b] = "changed"

    @rule(by="adversary", b=block)
    def evict(self, b: Expr) -> None:
        """A block is put away."""
        self.require(self.held[b] != "away")
        self.held[b] = "away"

    @rule(by="adversary", b=block)
    def restore(self, b: Expr) -> None:
        """A block is put back, if there is room."""
        self.require(self.held[b] != "registered")
        self.held[b] = "registered"
        self.require(self.used() <= self.memory)

    @rule(by="adversary")
    def train(self) -> None:
        """Training begins, if there is room."""
        self.require(~self.trains)
        self.trains = True
        self.trained = True
        self.require(self.used() <= self.memory)

    @rule(by="adversary")
    def stop(self) -> None:
        """It stops, and leaves the room."""
        self.require(self.trains)
        self.trains = False
