"""Agreement by one vote each: quorums that share a node cannot decide two things."""

from sennit import Const, Expr, Relation, Sort, Switch, System, exists, forall, implies, rule, true


class ToyConsensus(System):
    """Nodes vote once; a value that all nodes of a quorum voted for is decided. Any two quorums share a node."""

    node = Sort(3)
    quorum = Sort(2)
    value = Sort(2)
    once = Switch(on=True)  # a node that has voted does not vote for another value
    quorate = Switch(on=True)  # a value is decided only if all nodes of a quorum voted for it
    overlap = Switch(on=True)  # any two quorums share a node

    member = Const(Relation(node, quorum))
    voted = Relation(node, value, init=False)
    decided = Relation(value, init=False)

    def axioms(self) -> Expr:
        """Any two quorums share a node; so none is empty."""
        if not self.overlap:
            return true()
        return forall(
            exists(self.member[n, p] & self.member[n, q] for n in self.node) for p in self.quorum for q in self.quorum
        )

    @rule(by="node {n}", n=node, v=value)
    def vote(self, n: Expr, v: Expr) -> None:
        """A node votes for a value."""
        if self.once:
            self.require(~exists(self.voted[n, w] for w in self.value))
        self.voted[n, v] = True

    @rule(by="anybody", q=quorum, v=value)
    def decide(self, q: Expr, v: Expr) -> None:
        """A value is decided by a quorum."""
        if self.quorate:
            self.require(self.behind(q, v))
        self.decided[v] = True

    def behind(self, q: Expr | int, v: Expr | int) -> Expr:
        """All nodes of the quorum voted for the value."""
        return forall(implies(self.member[n, q], self.voted[n, v]) for n in self.node)
