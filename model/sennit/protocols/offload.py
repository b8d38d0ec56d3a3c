"""A prover that keeps part of the claim elsewhere, and when challenged brings it in over all its channels at once.

Two channels are recomputation and a network; with a GPU there are more: CPU memory, the disk, the SMs that recompute.
All amounts are times, so that every condition is linear: `hidden` is how long all channels together take for what is
not in memory, at the rates that the verifier reckons with, and `part` how long one takes for its part of that. As
`hidden` is then a mean of the parts, one of them is no shorter. That a channel waits for another, as the disk does for
the link, only makes the prover slower.
"""

from sennit import (
    Array,
    Clock,
    Const,
    Enum,
    Expr,
    Index,
    Real,
    Switch,
    System,
    exists,
    false,
    forall,
    implies,
    ite,
    limit,
    rule,
    total,
    true,
)


class Offload(System):
    """A challenge over the whole claim, answered from memory or once all channels have brought what is missing."""

    channel = Index(2)
    measured = Switch(on=True)  # the verifier's clock counts; else from when the prover says that it is ready
    strict = Switch(on=True)  # an answer past the deadline is refused
    fresh = Switch(on=True)  # nothing can be brought for a challenge before it arrives
    short = Switch(on=True)  # the deadline leaves no time to bring more than what may be hidden
    ample = Switch(on=True)  # it leaves time to read the claim from memory
    rated = Switch(on=True)  # no channel is faster than the verifier reckons
    together = Switch(on=True)  # the verifier reckons with all channels at once; else with the quickest alone
    alone = Switch(on=True)  # no third party that has the claim is near
    hurried = Switch(on=False)  # nobody takes longer than they must

    near = Const(Real(0))  # the shortest time that a message travels
    far = Const(Real(0))  # the longest
    reads = Const(Real(0))  # the longest time in which a claim that is in memory is read
    nearby = Const(Real(0))  # the shortest to the third party and back
    unseen = Const(Real(0))  # as much of the claim as may be hidden, measured as `hidden` is
    allowed = Const(Real(0))  # the deadline
    hidden = Const(Real(0))
    part = Const(Array(channel, Real(0)))  # ... at the rates that the verifier reckons with
    takes = Const(Array(channel, Real(0)))  # ... at those that there are

    phase = Enum("quiet", "asked", "works", "answered", "accepted", "refused", init="quiet")
    state = Array(channel, Enum("idle", "moves", "done"), init="idle")
    counted = Clock()  # the time that counts
    sent = Clock()  # since the message that travels was sent
    working = Clock()  # since the challenge arrived
    moving = Array(channel, Clock())  # since the channel began

    def initially(self) -> Expr:
        """What is known of the network, of the channels, and of how the deadline was chosen."""
        chosen = (self.near > 0) & (self.near <= self.far)
        if self.together:
            chosen &= exists(self.part[c] >= self.hidden for c in self.channel)
        else:
            chosen &= total(self.part[c] for c in self.channel) >= self.hidden
        if self.rated:
            chosen &= forall(self.takes[c] >= self.part[c] for c in self.channel)
        if self.short:
            chosen &= self.allowed < self.near + self.unseen + self.near
        if self.ample:
            chosen &= self.far + self.reads + self.far <= self.allowed
        return chosen

    @limit
    def arrives_in_time(self) -> Expr:
        """No message travels longer than the longest time."""
        return implies(self.phase.one_of("asked", "answered"), self.sent <= (self.near if self.hurried else self.far))

    @limit
    def read_in_time(self) -> Expr:
        """What is all in memory is read within its time."""
        return implies((self.phase == "works") & (self.hidden == 0), self.working <= self.reads)

    @limit
    def moves_in_time(self) -> Expr:
        """Who hurries answers as soon as all channels are done, and each is as soon as it can be."""
        busy = exists(self.state[c] != "done" for c in self.channel)
        in_time = forall(implies(self.state[c] == "moves", self.moving[c] <= self.takes[c]) for c in self.channel)
        return implies((self.phase == "works") & (self.hidden > 0), busy & in_time) if self.hurried else true()

    @rule(by="verifier", to="prover")
    def ask(self) -> None:
        """The verifier sends a challenge."""
        self.require(self.phase == "quiet")
        self.phase = "asked"
        self.counted = 0
        self.sent = 0

    @rule(by="channel {c}", c=channel)
    def foresee(self, c: Expr) -> None:
        """A channel begins to bring its part before the challenge is there."""
        self.require(false() if self.fresh else self.state[c] == "idle", self.phase.one_of("quiet", "asked"))
        self.state[c] = "moves"
        self.moving[c] = 0

    @rule(by="prover")
    def receive(self) -> None:
        """The challenge arrives, and all channels begin that have not."""
        self.require(self.phase == "asked", self.sent >= self.near)
        self.phase = "works"
        self.working = 0
        self.moving = [ite(self.state[c] == "idle", 0, self.moving[c]) for c in self.channel]
        self.state = [ite(self.state[c] == "idle", "moves", self.state[c]) for c in self.channel]

    @rule(by="prover", to="verifier")
    def be_ready(self) -> None:
        """The prover says when the time that counts begins."""
        self.require(false() if self.measured else self.phase == "works")
        self.counted = 0

    @rule(by="channel {c}", to="prover", c=channel)
    def bring(self, c: Expr) -> None:
        """It has brought it."""
        self.require(self.state[c] == "moves", self.moving[c] >= self.takes[c])
        self.state[c] = "done"

    @rule(by="third party", to="prover")
    def help(self) -> None:
        """Somebody who has the claim works out the answer."""
        self.require(false() if self.alone else self.phase == "works", self.working >= self.nearby)
        self.state = ["done"] * len(self.channel)

    @rule(by="prover", to="verifier")
    def answer(self) -> None:
        """The prover answers: from memory, or with what has been brought."""
        brought = forall(self.state[c] == "done" for c in self.channel)
        self.require(self.phase == "works", (self.hidden == 0) | brought)
        self.phase = "answered"
        self.sent = 0

    @rule(by="verifier")
    def take(self) -> None:
        """The answer arrives, and is accepted if it is in time."""
        self.require(self.phase == "answered", self.sent >= self.near)
        self.phase = ite(self.counted <= self.allowed, "accepted", "refused") if self.strict else "accepted"
