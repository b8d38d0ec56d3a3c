"""Mutual exclusion of two processes by shared variables alone.

Peterson, "Myths about the mutual exclusion problem" (1981).
"""

from sennit import Array, Bool, Enum, Expr, Index, Member, Switch, System, implies, rule


class Peterson(System):
    """Each process says that it wants to enter, lets the other go first, and waits until that one is not in its way.

    Reading or writing one shared variable is a step. The algorithm is for two; with more it is wrong.
    """

    process = Index(2)
    wish_first = Switch(on=True)  # a process says that it wants to enter before it gives the other precedence
    yields = Switch(on=True)  # a process gives precedence to the other, not to itself
    waits = Switch(on=True)  # a process enters only once the other does not want to, or has given it precedence

    place = Array(process, Enum("outside", "began", "waiting", "inside"), init="outside")
    wants = Array(process, Bool(), init=False)
    turn = Member(process, init=0)  # who has precedence

    @rule(by="process {i}", to="process {j}", i=process, j=process)
    def begin(self, i: Expr, j: Expr) -> None:
        """The first of two writes."""
        self.require(i != j, self.place[i] == "outside")
        self._write(i, j, wish=self.wish_first)
        self.place[i] = "began"

    @rule(by="process {i}", to="process {j}", i=process, j=process)
    def offer(self, i: Expr, j: Expr) -> None:
        """The second."""
        self.require(i != j, self.place[i] == "began")
        self._write(i, j, wish=not self.wish_first)
        self.place[i] = "waiting"

    @rule(by="process {i}", i=process, j=process)
    def enter(self, i: Expr, j: Expr) -> None:
        """A process goes in."""
        self.require(i != j, self.place[i] == "waiting")
        if self.waits:
            self.require(implies(self.wants[j], self.turn == i))
        self.place[i] = "inside"

    @rule(by="process {i}", i=process)
    def leave(self, i: Expr) -> None:
        """A process goes out, and wants nothing."""
        self.require(self.place[i] == "inside")
        self.wants[i] = False
        self.place[i] = "outside"

    def _write(self, i: Expr, j: Expr, *, wish: bool) -> None:
        if wish:
            self.wants[i] = True
        else:
            self.turn = j if self.yields else i
