"""The verifier of a braid's structure where blocks have one parent: it goes down from the genesis."""

from sennit import Expr, Switch, exists, forall, implies, rule
from sennit.protocols.verifier import Verifier


class Traversal(Verifier):
    """A verifier that takes the genesis and then a block under one that is taken, of a file that names no two parents.

    It looks for no orphan and no cycle, for these are what it cannot take. Only then it says which it is.
    """

    one = Switch(on=True)  # no block of the file names two parents

    def axioms(self) -> Expr:
        """And no block of the file names two."""
        if not self.one:
            return super().axioms()
        b, names = self.block, self.names
        return super().axioms() & forall(implies(names[x, y] & names[x, z], y == z) for x in b for y in b for z in b)

    @rule(by="verifier", x=Verifier.block, y=Verifier.block)
    def miss(self, x: Expr, y: Expr) -> None:
        """The search comes to a parent that is not in the dictionary."""
        self.require(self.phase == "searching", self.here[x], self.names[x, y], ~self.known[y])
        self.phase = "orphan"

    def _next(self, b: Expr | int) -> Expr:
        return self.genesis[b] | exists(self.names[b, y] & self.taken[y] for y in self.block)
