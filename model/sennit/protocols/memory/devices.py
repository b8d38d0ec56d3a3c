"""Several devices that are challenged: whether each has to give up its own memory, or one answers for others.

A memory holds the labels of one device, or something else. That a challenge cannot be answered without them is what
`deadline` shows, and is taken for granted.
"""

from sennit import Array, Bool, Expr, Index, Relation, Switch, System, exists, forall, ite, rule, true


class Devices(System):
    """A prover fills memories and answers for devices from whichever it likes; the verifier asks them all."""

    device = Index(2)
    named = Switch(on=True)  # labels are made from the device's name too; else all devices get the same ones
    together = Switch(on=True)  # all devices are challenged at once; else one after the other
    short = Switch(on=True)  # no memory can be filled anew between a challenge and its deadline

    holds = Relation(device, device, init=False)  # the first one's memory holds the labels of the second
    asked = Array(device, Bool(), init=False)  # a challenge waits for its answer
    passed = Array(device, Bool(), init=False)
    used = Array(device, Bool(), init=False)  # an answer came from its memory
    accepted = Bool(init=False)

    @rule(by="prover", m=device, d=device)
    def fill(self, m: Expr, d: Expr) -> None:
        """A memory is filled with the labels of a device, and holds no others any more."""
        self.require(~self.accepted)
        if self.short:
            self.require(~exists(self.asked))
        self.holds = lambda x, y: ite(x == m, y == d if self.named else true(), self.holds[x, y])

    @rule(by="verifier", to="device {d}", d=device)
    def ask(self, d: Expr) -> None:
        """A challenge for one device, or with it for all the others."""
        self.require(~exists(self.asked), ~self.passed[d])
        if self.together:
            self.asked = [True for _ in self.device]
        else:
            self.asked[d] = True

    @rule(by="device {m}", to="verifier", m=device, d=device)
    def answer(self, m: Expr, d: Expr) -> None:
        """A challenge is answered, from a memory that holds the labels which it asks for."""
        self.require(self.asked[d], self.holds[m, d])
        self.asked[d] = False
        self.passed[d] = True
        self.used[m] = True

    @rule(by="verifier")
    def accept(self) -> None:
        """All devices have passed."""
        self.require(forall(self.passed))
        self.accepted = True
