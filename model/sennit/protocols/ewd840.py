"""Detecting that a distributed computation has ended, with a token on a ring.

EWD840: Dijkstra, Feijen and van Gasteren, "Derivation of a termination detection algorithm for distributed
computations" (1983).
"""

from sennit import ANY, Array, Bool, Enum, Expr, Index, Member, Switch, System, forall, ite, rule


class Ewd840(System):
    """Active nodes wake others by messages; the token goes down from the last node to node 0, which then knows.

    Activity, colours and the token's place are arbitrary at first; only the token's colour is not.
    """

    node = Index(3)
    blackens = Switch(on=True)  # a node that wakes one the token has yet to leave behind becomes black
    keeps = Switch(on=True)  # an active node keeps the token, unless it is sure to fail anyway
    stains = Switch(on=True)  # a black node makes the token black
    busy = Switch(on=False)  # all nodes are active and black at first, and the token is at the last

    active = Array(node, Bool(), init=ANY)
    color = Array(node, Enum("white", "black"), init=ANY)
    holder = Member(node, init=ANY)  # where the token is
    token = Enum("white", "black", init="black")

    def initially(self) -> Expr:
        """Any state with a black token, or the one from which there is most to do."""
        if not self.busy:
            return super().initially()
        all_busy = forall(self.active[i] & (self.color[i] == "black") for i in self.node)
        return all_busy & (self.holder == len(self.node) - 1)

    @rule(by="node 0", to="node {last}", last=node)
    def probe(self, last: Expr) -> None:
        """Node 0 has the token back and learned nothing: it sends it around again."""
        self.require(self.holder == 0, last == len(self.node) - 1)
        self.require((self.token == "black") | (self.color[0] == "black"))
        self.holder = last
        self.token = "white"
        self.color[0] = "white"

    @rule(by="node {i}", to="node {j}", i=node, j=node)
    def pass_on(self, i: Expr, j: Expr) -> None:
        """A node hands the token to the node before it, tells its own colour by it and turns white."""
        self.require(self.holder == i, j == i - 1)
        black = self.color[i] == "black"
        if self.keeps:
            self.require(~self.active[i] | black | (self.token == "black"))
        self.holder = j
        if self.stains:
            self.token = ite(black, "black", self.token)
        self.color[i] = "white"

    @rule(by="node {i}", to="node {j}", i=node, j=node)
    def wake(self, i: Expr, j: Expr) -> None:
        """An active node sends a message, and the one who receives it is active."""
        self.require(self.active[i], i != j)
        self.active[j] = True
        if self.blackens:
            self.color[i] = ite(j > i, "black", self.color[i])

    @rule(by="node {i}", i=node)
    def rest(self, i: Expr) -> None:
        """A node becomes idle."""
        self.require(self.active[i])
        self.active[i] = False

    def detected(self) -> Expr:
        """Node 0 concludes that all is quiet: it has the token, is idle, and both are white."""
        white = (self.token == "white") & (self.color[0] == "white")
        return (self.holder == 0) & ~self.active[0] & white
