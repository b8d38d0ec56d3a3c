"""A prover that puts challenged memory to a use of its own between challenges, and brings it back when one comes.

All amounts are times: `returns` is what was let go over the rate of all the sources together from which it can come
back, making it anew among them; `allowed` is the deadline less all that is fixed, and `reads` what answering takes.
"""

from sennit import Bool, Clock, Const, Enum, Expr, Real, Switch, System, false, implies, limit, rule


class TimeShare(System):
    """The memory is lent and brought back, the verifier asks now and then, and accepts what is answered in time."""

    unforeseen = Switch(on=True)  # nothing tells that a challenge comes before it is there: each moment may be the one
    short = Switch(on=True)  # the window is shorter than bringing back takes
    reckoned = Switch(on=False)  # the window and the notice together are

    notice = Const(Real(0))  # for so long it is known that a challenge comes, if it is
    allowed = Const(Real(0))  # the window
    reads = Const(Real(0))  # the shortest time in which a prover answers from what it holds
    returns = Const(Real(0))  # the shortest time in which what was lent is back

    memory = Enum("held", "lent", "returning", init="held")
    verifier = Enum("quiet", "settled", "asking", "accepted", "refused", init="quiet")
    lent_then = Bool(init=False)  # the memory was lent when the moment of the challenge was settled
    since = Clock()  # since it was settled
    asked = Clock()  # since the challenge
    back = Clock()  # since the prover began to bring back

    def initially(self) -> Expr:
        """The window is chosen by what is known of the constants."""
        chosen = (self.reads > 0) & (self.reads <= self.allowed)
        if self.short:
            chosen &= self.allowed < self.returns
        if self.reckoned:
            chosen &= self.notice + self.allowed < self.returns
        return chosen

    @limit
    def comes_when_settled(self) -> Expr:
        """The challenge comes when it was settled that it would."""
        return implies(self.verifier == "settled", self.since <= self.notice)

    # -- the prover ---------------------------------------------------------------------------------------------------

    @rule(by="prover")
    def lend(self) -> None:
        """The memory is put to another use, and what it held is let go."""
        self.require(self.memory == "held", self.verifier != "asking")
        self.memory = "lent"

    @rule(by="prover")
    def bring_back(self) -> None:
        """That use ends, and what was let go begins to come back."""
        self.require(self.memory == "lent")
        self.memory = "returning"
        self.back = 0

    @rule(by="prover")
    def restore(self) -> None:
        """All of it is back."""
        self.require(self.memory == "returning", self.back >= self.returns)
        self.memory = "held"

    @rule(by="prover", to="verifier")
    def answer(self) -> None:
        """The prover answers from its memory, in time, and is accepted."""
        self.require(self.memory == "held", self.verifier == "asking")
        self.require(self.asked >= self.reads, self.asked <= self.allowed)
        self.verifier = "accepted"

    # -- the verifier -------------------------------------------------------------------------------------------------

    @rule(by="verifier", to="prover")
    def settle(self) -> None:
        """It becomes known that a challenge comes, and when."""
        self.require(false() if self.unforeseen else self._open())
        self.verifier = "settled"
        self.lent_then = self.memory == "lent"
        self.since = 0

    @rule(by="verifier", to="prover")
    def ask(self) -> None:
        """The challenge comes."""
        if self.unforeseen:
            self.require(self._open())
            self.lent_then = self.memory == "lent"
            self.since = 0
        else:
            self.require(self.verifier == "settled", self.since >= self.notice)
        self.verifier = "asking"
        self.asked = 0

    @rule(by="verifier")
    def give_up(self) -> None:
        """No answer came in time."""
        self.require(self.verifier == "asking", self.asked > self.allowed)
        self.verifier = "refused"

    def _open(self) -> Expr:
        """Another challenge may come."""
        return (self.verifier == "quiet") | (self.verifier == "accepted")
