"""Proof of space without a clock: a verifier sends a fill, and later the prover, from what it kept, sends it back.

What may be kept is one of so many contents: 2 to the number of bits. A strategy is any choice of what to keep of each
fill and what to answer from it, for the prover may compute for as long as it likes. Chance gains it nothing: a random
strategy does no better than the best of those that it is drawn from.
"""

from sennit import ANY, Array, Const, Enum, Expr, Member, Relation, Sort, Switch, System, forall, implies, rule, true


class ProofOfSpace(System):
    """One message each way, and again with the same strategy: so it shows which fills the prover passes."""

    fill = Sort(3)  # the contents that the space may be asked to hold
    kept = Sort(2)  # the contents that the prover's memory may have
    streamed = Switch(on=True)  # all of the fill is sent, and each is as likely; else a seed that it is worked out from
    whole = Switch(on=True)  # the verifier has room for the fill itself; else for a public fingerprint of it

    possible = Const(Relation(fill), finite=lambda s: True if s.streamed else ANY)  # some message leads to it
    mark = Const(Relation(fill), finite=lambda s: False if s.whole else ANY)  # its fingerprint, of one bit
    keeps = Const(Array(fill, Member(kept)))  # what the prover keeps of a fill
    answers = Const(Relation(kept, fill))  # what it answers from what it kept

    phase = Enum("quiet", "sent", "kept", init="quiet")
    sent = Member(fill, init=ANY)
    memory = Member(kept, init=ANY)
    passed = Relation(fill, init=False)  # with this fill, the prover was accepted
    refused = Relation(fill, init=False)  # ... refused

    def initially(self) -> Expr:
        """Where the fill itself is sent, it may be any."""
        return forall(self.possible[x] for x in self.fill) if self.streamed else true()

    def axioms(self) -> Expr:
        """From the same memory the prover answers the same."""
        return forall(
            implies(self.answers[k, x] & self.answers[k, y], x == y)
            for k in self.kept
            for x in self.fill
            for y in self.fill
        )

    @rule(by="verifier", to="prover", x=fill)
    def send(self, x: Expr) -> None:
        """The verifier sends a fill, or the seed that leads to it."""
        self.require(self.phase == "quiet", self.possible[x])
        self.phase = "sent"
        self.sent = x

    @rule(by="prover")
    def keep(self) -> None:
        """The prover keeps what it wants to keep, and has nothing else from here on."""
        self.require(self.phase == "sent")
        self.phase = "kept"
        self.memory = self.keeps[self.sent]

    @rule(by="prover", to="verifier", y=fill)
    def reply(self, y: Expr) -> None:
        """It answers from its memory, and the verifier compares that with what it has room for."""
        self.require(self.phase == "kept", self.answers[self.memory, y])
        self.phase = "quiet"
        right = (y == self.sent) if self.whole else (self.mark[y] == self.mark[self.sent])
        self.passed[self.sent] = self.passed[self.sent] | right
        self.refused[self.sent] = self.refused[self.sent] | ~right
