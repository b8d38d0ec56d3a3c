"""The self-stabilising token ring with K states: from any state whatever, one token remains.

Dijkstra, "Self-stabilizing systems in spite of distributed control" (EWD426, 1974), the first solution.
"""

from sennit import ANY, Array, Expr, Index, Int, Size, Switch, System, count, forall, rule


class TokenRing(System):
    """Each node compares its counter with that of the node before it; node 0, the root, plays by another rule.

    The root has a token where it agrees with the last node, every other where it differs from the node before it.
    """

    node = Index(6)
    counters = Size(6)  # how many values a counter has
    most = Size(6)  # tokens at first, at most; with as many as nodes, the ring begins in any state whatever
    zeroed = Switch(on=False)  # all counters are 0 at first
    waits = Switch(on=True)  # the root moves only when it has a token

    counter = Array(node, Int(0, lambda s: s.counters - 1), init=ANY)

    def initially(self) -> Expr:
        """Any state with at most `most` tokens, or the one with all counters at 0."""
        if self.zeroed:
            return forall(counter == 0 for counter in self.counter)
        return count(self.tokens()) <= self.most

    @rule(by="node 0")
    def create(self) -> None:
        """The root gives its token up: it counts on, and so makes one for the node after it."""
        if self.waits:
            self.require(self.tokens()[0])
        self.counter[0] = (self.counter[0] + 1) % self.counters

    @rule(by="node {i}", i=node)
    def pass_on(self, i: Expr) -> None:
        """Another node gives its token up: it takes over the counter of the node before it."""
        self.require(i != 0, self.counter[i] != self.counter[i - 1])
        self.counter[i] = self.counter[i - 1]

    def tokens(self) -> list[Expr]:
        """Whether each node has a token."""
        root = self.counter[0] == self.counter[len(self.node) - 1]
        return [root, *(self.counter[i] != self.counter[i - 1] for i in list(self.node)[1:])]
