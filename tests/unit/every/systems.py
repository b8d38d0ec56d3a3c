"""Systems about Sorts that tests share."""

from __future__ import annotations

from sennit import ANY, Array, Const, Enum, Expr, Member, Relation, Sort, System, exists, forall, implies, rule


class Gossip(System):
    """Who has heard, one from the other, along links that stay."""

    node = Sort(3)
    link = Const(Relation(node, node))
    heard = Relation(node, init=ANY)
    told = Relation(node, node, init=False)
    mood = Array(node, Enum("calm", "busy"), init="calm")
    last = Member(node, init=ANY)

    def axioms(self) -> Expr:
        return forall(implies(self.link[x, y], self.link[y, x]) for x in self.node for y in self.node)

    def initially(self) -> Expr:
        return exists(self.heard)

    @rule(by="node {x}", to="node {y}", x=node, y=node)
    def tell(self, x: Expr, y: Expr) -> None:
        self.require(self.heard[x], self.link[x, y], ~exists(self.told[x, z] for z in self.node))
        self.told[x, y] = True
        self.heard[y] = True
        self.mood[y] = "busy"
        self.last = y

    @rule(by="node {x}", x=node)
    def forget(self, x: Expr) -> None:
        self.require(forall(implies(self.told[x, y], self.mood[y] == "busy") for y in self.node))
        self.told = lambda a, b: self.told[a, b] & (a != x)


class Crowd(System):
    """Anybody may come, and be first if nobody was."""

    node = Sort()
    came = Relation(node, init=False)
    first = Relation(node, init=False)

    @rule(by="node {x}", x=node)
    def come(self, x: Expr) -> None:
        self.require(~self.came[x])
        self.first[x] = ~exists(self.came)
        self.came[x] = True
