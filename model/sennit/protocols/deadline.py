"""A challenge that counts only if it is answered in time: who holds the data can, who has to get them first cannot.

All amounts are times, so that every condition on them is linear. Where V bytes are challenged, `reads` is V over the
least rate at which memory is read, plus what is fixed; `fetches` is the part of V that is missing over the greatest
rate of all other sources together, recomputation among them.
"""

from sennit import Bool, Clock, Const, Enum, Expr, Real, Switch, System, false, implies, ite, limit, rule, true


class Deadline(System):
    """A verifier challenges, a prover answers, and the verifier accepts what arrives by the deadline; round by round.

    The prover holds the data or does not; the verifier cannot see which. Messages travel for a time within bounds.
    """

    measured = Switch(on=True)  # the time that counts begins when the verifier sends, not when the prover is ready
    strict = Switch(on=True)  # an answer past the deadline is refused
    fresh = Switch(on=True)  # what will be asked cannot be known before the challenge arrives
    short = Switch(on=True)  # the deadline is chosen shorter than any way around holding the data
    ample = Switch(on=True)  # the deadline is chosen long enough for whoever holds them
    hurried = Switch(on=False)  # nobody takes longer than they must

    near = Const(Real(0))  # the shortest time that a message travels
    far = Const(Real(0))  # the longest
    reads = Const(Real(0))  # the longest time in which a prover that holds the data works out an answer
    fetches = Const(Real(0))  # the shortest in which one that does not hold them gets what it lacks
    allowed = Const(Real(0))  # the deadline
    holds = Const(Bool())  # what the prover has

    verdict = Enum("none", "accepted", "refused", init="none")
    asking = Bool(init=False)  # the verifier has sent a challenge and has not decided
    link = Enum("quiet", "challenge", "answer", init="quiet")  # the message that travels
    prover = Enum("idle", "ahead", "works", init="idle")  # `ahead` works before it is asked
    asked = Clock()  # the time that counts
    sent = Clock()  # since the message that travels was sent
    working = Clock()  # since the prover began to work

    def initially(self) -> Expr:
        """Messages take some time, and the deadline is chosen by what is known of the constants."""
        chosen = (self.near > 0) & (self.near <= self.far)
        if self.short:
            chosen &= self.allowed < self.quickest_without()
        if self.ample:
            chosen &= self.slowest_with() <= self.allowed
        return chosen

    def slowest_with(self) -> Expr:
        """The longest round with a prover that holds the data."""
        return self.far + self.reads + self.far

    def quickest_without(self) -> Expr:
        """The shortest round with one that does not."""
        return self.near + self.fetches + self.near

    @limit
    def arrives_in_time(self) -> Expr:
        """No message travels longer than the longest time."""
        return implies(self.link != "quiet", self.sent <= (self.near if self.hurried else self.far))

    @limit
    def read_in_time(self) -> Expr:
        """A prover that holds the data answers within its time, and one that does not, if it hurries, at once."""
        latest = ite(self.holds, self.reads, self.fetches)
        return implies((self.prover == "works") & (self.holds | (true() if self.hurried else false())),
                       self.working <= latest)  # fmt: skip

    @rule(by="verifier", to="prover")
    def ask(self) -> None:
        """The verifier sends a challenge, the first or, after an answer in time, another."""
        self.require(~self.asking, self.verdict != "refused")
        self.asking = True
        self.verdict = "none"
        self.link = "challenge"
        self.asked = 0
        self.sent = 0

    @rule(by="prover")
    def foresee(self) -> None:
        """The prover knows what will be asked, and begins before it is."""
        self.require(false() if self.fresh else ~self.asking, self.prover == "idle")
        self.prover = "ahead"
        self.working = 0

    @rule(by="prover")
    def receive(self) -> None:
        """The challenge arrives, and the prover works, if it does not already."""
        self.require(self.link == "challenge", self.sent >= self.near)
        self.link = "quiet"
        self.working = ite(self.prover == "ahead", self.working, 0)
        self.prover = "works"

    @rule(by="prover", to="verifier")
    def be_ready(self) -> None:
        """The prover says when the time that counts begins."""
        self.require(false() if self.measured else self.prover == "works")
        self.asked = 0

    @rule(by="prover", to="verifier")
    def answer(self) -> None:
        """The prover answers: from the data that it holds, or once it has got what it lacked."""
        self.require(self.prover == "works", self.holds | (self.working >= self.fetches))
        self.prover = "idle"
        self.link = "answer"
        self.sent = 0

    @rule(by="verifier")
    def take(self) -> None:
        """The answer arrives, and counts if it is in time and the verifier still waits."""
        self.require(self.link == "answer", self.sent >= self.near)
        decided = ite(self.asked <= self.allowed, "accepted", "refused") if self.strict else "accepted"
        self.verdict = ite(self.asking, decided, self.verdict)
        self.link = "quiet"
        self.asking = False

    @rule(by="verifier")
    def give_up(self) -> None:
        """No answer came in time."""
        self.require(self.asking, self.asked > self.allowed if self.strict else false())
        self.asking = False
        self.verdict = "refused"
