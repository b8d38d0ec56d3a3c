"""The verifier of a braid's structure where blocks have several parents: it looks all of them up, and counts them off.

The order of the walk is that of Kahn, "Topological sorting of large networks", Communications of the ACM 5 (1962).
"""

from sennit import Expr, Relation, Switch, exists, false, forall, implies, rule, true
from sennit.protocols.verifier import Verifier


class Kahn(Verifier):
    """A verifier that takes a block when all its parents are taken."""

    resolved = Switch(on=True)  # a file that names a block which is not in it is refused

    waits = Relation(Verifier.block, Verifier.block, init=False)  # the links that are not yet counted off

    @rule(by="verifier", x=Verifier.block, y=Verifier.block)
    def refuse_orphan(self, x: Expr, y: Expr) -> None:
        """A parent is not in the dictionary."""
        self.require(true() if self.resolved else false(), self._read(), self.waits[x, y], ~self.known[y])
        self.phase = "orphan"

    def _enter(self, b: Expr) -> None:
        self.waits = lambda x, y: self.waits[x, y] | ((x == b) & self.names[b, y])

    def _looks_good(self) -> Expr:
        if not self.resolved:
            return true()
        return forall(implies(self.waits[x, y], self.known[y]) for x in self.block for y in self.block)

    def _next(self, b: Expr | int) -> Expr:
        """No parent is left that is in the file. One that is not is the business of `refuse_orphan`."""
        return ~exists(self.waits[b, y] & self.known[y] for y in self.block)

    def _count_off(self, b: Expr) -> None:
        self.waits = lambda x, y: self.waits[x, y] & (y != b)

    def _goes(self, x: Expr, y: Expr) -> Expr:
        return self.waits[x, y]
