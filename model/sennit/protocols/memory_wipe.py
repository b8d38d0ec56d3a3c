"""Memory is wiped in cycles: filled with labels, asked for them, loaded with the declared model, and used for a while.

Amounts of data are times, so that every condition on them is linear: how long it takes to fetch as much, or to make it
anew, over all that the devices reach at once. The shortest round of one that lacks some labels is that of `Deadline`,
where it is derived. What the adversary does with memory takes no time, to its favour. What it uploads passes a tap.
"""

from sennit import (
    ANY,
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
    exists,
    forall,
    greatest,
    implies,
    ite,
    limit,
    rule,
    total,
    true,
)


class MemoryWipe(System):
    """A verifier wipes devices again and again, and an adversary wants covert bytes of its own to stay in them."""

    device = Index(2)
    timed = Switch(on=True)  # the verifier waits for an answer until the deadline
    ample = Switch(on=True)  # the deadline is long enough for whoever holds all labels
    fresh = Switch(on=True)  # no answer can be worked out before it is asked for, such as while the labels are there
    costly = Switch(on=True)  # labels cannot be made anew while one waits for them
    named = Switch(on=True)  # labels differ from device to device, so that nobody's copy serves another
    together = Switch(on=True)  # all devices are asked at once
    metered = Switch(on=True)  # the tap lets through so much that was not declared, from one wipe to the next
    listed = Switch(on=True)  # the wide way past the tap is for the declared model alone

    near = Const(Real(0))  # the shortest time that a message travels
    far = Const(Real(0))  # the longest
    reads = Const(Real(0))  # the longest time in which who holds all labels works out an answer
    allowed = Const(Real(0))  # the deadline, as a time after the challenge
    fills = Const(Real(0))  # the longest time to fill
    loads = Const(Real(0))  # the longest to load the declared model
    serves = Const(Real(0))  # the time from then to the next wipe
    slack = Const(Real(0))  # the amount that a device can keep where no label must lie
    trickle = Const(Real(0))  # the amount that the tap lets through

    phase = Enum("filling", "filled", "asked", "loading", "serving", "refused", init="filling")
    covert = Array(device, Real(0), init=ANY)  # the amount of covert bytes in each device; at first, any
    tried = Array(device, Bool(), init=False)  # has been asked since the wipe began
    missing = Real(0, init=0)  # the amount of labels that were not there when asked for
    uploaded = Real(0, init=0)  # the amount that passed the tap since the last wipe
    wiped = Bool(init=False)  # an answer has been accepted, from each device
    model = Enum("none", "declared", "another", init="none")
    step = Clock()  # since the phase began
    down = Clock()  # since the wipe did

    def initially(self) -> Expr:
        """Messages and use take some time, and the deadline is chosen by what is known of the honest."""
        chosen = (self.near > 0) & (self.near <= self.far) & (self.serves > 0) & (2 * self.near <= self.allowed)
        return chosen & (self.slowest_with() < self.allowed) if self.ample else chosen

    def slowest_with(self) -> Expr:
        """The longest round with all labels."""
        return self.far + self.reads + self.far

    def window(self) -> Expr:
        """The amount that can be fetched in a round that is in time."""
        return self.allowed - 2 * self.near

    # -- the cycle ----------------------------------------------------------------------------------------------------

    @limit
    def on_schedule(self) -> Expr:
        """Each phase has its time, and a challenge follows at once on the fill."""
        ends = {"filling": self.fills, "loading": self.loads, "serving": self.serves, "filled": 0}
        if self.timed:
            ends["asked"] = self.allowed
        return forall(implies(self.phase == phase, self.step <= end) for phase, end in ends.items())

    @limit
    def honest_in_time(self) -> Expr:
        """Who holds all labels answers in its time."""
        return implies((self.phase == "asked") & (self.missing == 0), self.step <= self.slowest_with())

    @rule(by="prover")
    def fill(self) -> None:
        """The devices are filled with labels of a fresh seed, but for what is kept: the model is gone."""
        self.require(self.phase == "filling")
        self.phase = "filled"
        self.model = "none"
        self.step = 0

    @rule(by="verifier", to="prover", d=device)
    def ask(self, d: Expr) -> None:
        """All devices are asked, or the next one."""
        self.require(self.phase == "filled", ~self.tried[d])
        self.phase = "asked"
        self.missing = self._lacking(d) if self.fresh else 0
        for e in self.device:
            self.tried[e] = True if self.together else self.tried[e] | (d == e)
        self.step = 0

    @rule(by="prover", to="verifier")
    def answer(self) -> None:
        """The answer arrives: what was missing has been got in the meantime."""
        got = self.missing if self.costly else 0
        self.require(self.phase == "asked", self.step >= self.near + got + self.near)
        done = forall(self.tried)
        self.phase = ite(done, "loading", "filled")
        self.wiped = self.wiped | done
        self.uploaded = ite(done, 0, self.uploaded)
        self.step = 0

    @rule(by="verifier")
    def refuse(self) -> None:
        """No answer came in time."""
        self.require(self.phase == "asked", self.step >= self.allowed)
        self.phase = "refused"

    @rule(by="operator", declared=Bool())
    def load(self, declared: Expr) -> None:
        """A model is loaded over the wide way."""
        self.require(self.phase == "loading", declared if self.listed else true())
        self.phase = "serving"
        self.model = ite(declared, "declared", "another")
        self.step = 0

    @rule(by="verifier", to="prover")
    def begin(self) -> None:
        """The next wipe begins."""
        self.require(self.phase == "serving", self.step >= self.serves)
        self.phase = "filling"
        for d in self.device:
            self.tried[d] = False
        self.step = 0
        self.down = 0

    # -- the adversary ------------------------------------------------------------------------------------------------

    @rule(by="adversary", d=device, amount=Real(0))
    def upload(self, d: Expr, amount: Expr) -> None:
        """Covert bytes come in, a small expert or a change of one; the tap is closed during a challenge."""
        self.require(~self.phase.one_of("asked", "refused"))
        self.require(self.uploaded + amount <= self.trickle if self.metered else true())
        self.covert[d] += amount
        self.uploaded += amount

    @rule(by="adversary", d=device, e=device, here=Real(0), there=Real(0))
    def arrange(self, d: Expr, e: Expr, here: Expr, there: Expr) -> None:
        """Of what is in two devices, some goes to the other, and some is given up; labels take its place."""
        self.require(d != e, here + there <= self.covert[d] + self.covert[e])
        self.covert[d] = here
        self.covert[e] = there

    def _lacking(self, d: Expr) -> Expr:
        """The labels that lie in none of the devices asked: covert bytes are in their place."""
        amounts = [greatest(self.covert[e] - self.slack, 0) for e in self.device]
        lacking = total(amounts) if self.together else greatest(self.covert[d] - self.slack, 0)
        return lacking if self.named else ite(exists(amount == 0 for amount in amounts), 0, lacking)
