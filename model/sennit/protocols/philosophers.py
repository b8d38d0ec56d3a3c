"""Dining philosophers: everyone needs two forks, and shares each with a neighbour.

After Dijkstra, "Hierarchical ordering of sequential processes" (1971).
"""

from sennit import Array, Bool, Enum, Expr, Index, Switch, System, ite, rule


class Philosophers(System):
    """Each takes one fork, then the other, eats, and puts both back. Fork i lies between i - 1 and i.

    If all take the fork on the same side first, all may wait for ever; so the last one begins on the other side.
    """

    philosopher = Index(3)
    one_differs = Switch(on=True)  # the last philosopher takes the other fork first
    looks = Switch(on=True)  # a philosopher takes a second fork only if it lies there

    place = Array(philosopher, Enum("thinks", "holds", "eats"), init="thinks")
    taken = Array(philosopher, Bool(), init=False)  # by the number of the fork

    @rule(by="philosopher {p}", p=philosopher)
    def take_first(self, p: Expr) -> None:
        """A philosopher becomes hungry, and takes the first fork."""
        first, _ = self.forks(p)
        self.require(self.place[p] == "thinks", ~self.taken[first])
        self.taken[first] = True
        self.place[p] = "holds"

    @rule(by="philosopher {p}", p=philosopher)
    def take_second(self, p: Expr) -> None:
        """A philosopher takes the second fork, and eats."""
        _, second = self.forks(p)
        self.require(self.place[p] == "holds")
        if self.looks:
            self.require(~self.taken[second])
        self.taken[second] = True
        self.place[p] = "eats"

    @rule(by="philosopher {p}", p=philosopher)
    def put_back(self, p: Expr) -> None:
        """A philosopher has eaten, and puts both forks back."""
        self.require(self.place[p] == "eats")
        for fork in self.forks(p):
            self.taken[fork] = False
        self.place[p] = "thinks"

    def forks(self, p: int | Expr) -> tuple[Expr, Expr]:
        """The forks of a philosopher, in the order in which they are taken."""
        seats = len(self.philosopher)
        last = (p == seats - 1) & self.one_differs
        return ite(last, (p + 1) % seats, p), ite(last, p, (p + 1) % seats)

    def has(self, p: int, fork: int) -> Expr:
        """Whether the philosopher has the fork in hand."""
        first, second = self.forks(p)
        eats = self.place[p] == "eats"
        return ((first == fork) & (eats | (self.place[p] == "holds"))) | ((second == fork) & eats)
