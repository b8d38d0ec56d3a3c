"""Mutual exclusion by time alone, over one shared variable.

Michael Fischer's algorithm, as Lamport gives it in "A fast mutual exclusion algorithm" (1987).
"""

from sennit import Array, Clock, Const, Enum, Expr, Index, Int, Real, Switch, System, forall, implies, limit, rule


class Fischer(System):
    """Processes that see a free turn write their own number into it, wait, and go in if it still stands there.

    Reading and writing are single steps, at any distance: only the two constants keep the processes apart.
    """

    process = Index(2)
    patient = Switch(on=True)  # the wait is chosen longer than any write takes
    checks = Switch(on=True)  # after the wait, a process looks whether its number still stands there

    writes = Const(Real(0))  # the longest time from seeing the turn free to having written it
    waits = Const(Real(0))  # the shortest time from having written to looking again
    place = Array(process, Enum("outside", "writing", "waiting", "inside"), init="outside")
    turn = Int(0, lambda s: len(s.process), init=0)  # 0 is nobody, 1 is process 0
    since = Array(process, Clock())  # the last step of the process

    def initially(self) -> Expr:
        """The wait is longer than a write, or at least some time."""
        return self.waits > (self.writes if self.patient else 0)

    @limit
    def writes_in_time(self) -> Expr:
        """Who has seen the turn free writes soon."""
        return forall(implies(self.place[i] == "writing", self.since[i] <= self.writes) for i in self.process)

    @rule(by="process {i}", i=process)
    def see_free(self, i: Expr) -> None:
        """A process sees that it is nobody's turn."""
        self.require(self.place[i] == "outside", self.turn == 0)
        self.place[i] = "writing"
        self.since[i] = 0

    @rule(by="process {i}", i=process)
    def write(self, i: Expr) -> None:
        """It writes its number, whatever stands there by now."""
        self.require(self.place[i] == "writing")
        self.place[i] = "waiting"
        self.turn = i + 1
        self.since[i] = 0

    @rule(by="process {i}", i=process)
    def enter(self, i: Expr) -> None:
        """It has waited, and goes in."""
        self.require(self.place[i] == "waiting", self.since[i] >= self.waits)
        if self.checks:
            self.require(self.turn == i + 1)
        self.place[i] = "inside"

    @rule(by="process {i}", i=process)
    def give_way(self, i: Expr) -> None:
        """It has waited, and another's number stands there: it starts over."""
        self.require(self.place[i] == "waiting", self.since[i] >= self.waits, self.turn != i + 1)
        self.place[i] = "outside"

    @rule(by="process {i}", i=process)
    def leave(self, i: Expr) -> None:
        """It goes out, and it is nobody's turn."""
        self.require(self.place[i] == "inside")
        self.place[i] = "outside"
        self.turn = 0
