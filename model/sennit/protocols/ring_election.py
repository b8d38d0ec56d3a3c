"""Who leads a ring: each node sends its name around, and only the greatest comes back.

Chang and Roberts, "An improved algorithm for decentralized extrema-finding in circular configurations of processes",
Communications of the ACM 22 (1979). The ring as a relation between three nodes follows Padon, McMillan, Panda, Sagiv
and Shoham, "Ivy: safety verification by interactive generalization", PLDI 2016.
"""

from __future__ import annotations

from sennit import ANY, Const, Expr, Relation, Sort, Switch, System, forall, implies, rule


def _around(ring: RingElection) -> list[bool]:
    """The ring 0, 1, 2, ...: y lies between x and z on the way from x to z. Every other is this one, renamed."""
    size = len(ring.node)
    return [0 < (y - x) % size < (z - x) % size for x in ring.node for y in ring.node for z in ring.node]


def _falling(ring: RingElection) -> object:
    """The names fall along the ring, so that every name gets as far as one can behind a greater one."""
    return [x >= y for x in ring.node for y in ring.node] if ring.ranked else ANY


class RingElection(System):
    """A node passes on names greater than its own, swallows lesser ones, and leads once its own has come around.

    Nodes are named by themselves, and `le` orders the names. At a size the ring is 0, 1, 2, ... and all orders of the
    names are tried, which are all instances but for what the nodes are called.
    """

    node = Sort(3)
    filters = Switch(on=True)  # a node passes on a name only if it is greater than its own
    own = Switch(on=True)  # a node leads only once its own name has come back

    ranked = Switch(on=False)  # at a size, one order of the names is tried: they fall along the ring

    le = Const(Relation(node, node), finite=_falling)  # the first name is no greater than the second
    between = Const(Relation(node, node, node), finite=_around)  # from the first to the third, the second is passed
    pending = Relation(node, node, init=False)  # the name of the first is on its way to the second
    leads = Relation(node, init=False)

    def axioms(self) -> Expr:
        """Names are totally ordered, and the nodes lie on one ring."""
        n, le, via = self.node, self.le, self.between
        order = forall(le[x, x] for x in n) & forall(le[x, y] | le[y, x] for x in n for y in n)
        order &= forall(implies(le[x, y] & le[y, x], x == y) for x in n for y in n)
        order &= forall(implies(le[x, y] & le[y, z], le[x, z]) for x in n for y in n for z in n)
        ring = forall(implies(via[w, x, y] & via[w, y, z], via[w, x, z]) for w in n for x in n for y in n for z in n)
        ring &= forall(implies(via[x, y, z], via[y, z, x] & ~via[x, z, y]) for x in n for y in n for z in n)
        apart = (((x == y) | (y == z) | (z == x), via[x, y, z] | via[x, z, y]) for x in n for y in n for z in n)
        return order & ring & forall(same | one for same, one in apart)

    def follows(self, x: Expr, y: Expr) -> Expr:
        """The next node after x is y; of a single node, itself."""
        return forall((z == x) | (z == y) | self.between[x, y, z] for z in self.node)

    @rule(by="node {x}", to="node {y}", x=node, y=node)
    def send(self, x: Expr, y: Expr) -> None:
        """A node sends its own name to the next one."""
        self.require(self.follows(x, y))
        self.pending[x, y] = True

    @rule(by="node {x}", to="node {y}", s=node, x=node, y=node)
    def pass_on(self, s: Expr, x: Expr, y: Expr) -> None:
        """A node passes a greater name on."""
        self.require(self.pending[s, x], self.follows(x, y), s != x)
        if self.filters:
            self.require(self.le[x, s])
        self.pending[s, x] = False
        self.pending[s, y] = True

    @rule(by="node {x}", s=node, x=node)
    def swallow(self, s: Expr, x: Expr) -> None:
        """A node keeps a lesser name to itself."""
        self.require(self.pending[s, x], ~self.le[x, s])
        self.pending[s, x] = False

    @rule(by="node {x}", s=node, x=node)
    def win(self, s: Expr, x: Expr) -> None:
        """A node whose name has come around leads."""
        self.require(self.pending[s, x])
        if self.own:
            self.require(s == x)
        self.pending[s, x] = False
        self.leads[x] = True
