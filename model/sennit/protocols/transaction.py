"""Transaction commit, said without a protocol: what two-phase commit has to achieve.

The specification of Gray and Lamport, "Consensus on Transaction Commit" (2006), section 2.
"""

from sennit import Array, Enum, Expr, Index, System, exists, forall, rule


class Transaction(System):
    """Managers prepare, then all commit or all abort.

    There are no switches: the guards look at all managers at once, which no single actor can, so dropping one is no
    attack on a protocol.
    """

    manager = Index(3)
    state = Array(manager, Enum("working", "prepared", "committed", "aborted"), init="working")

    @rule(by="manager {m}", m=manager)
    def prepare(self, m: Expr) -> None:
        """A manager is ready to commit."""
        self.require(self.state[m] == "working")
        self.state[m] = "prepared"

    @rule(by="manager {m}", m=manager)
    def commit(self, m: Expr) -> None:
        """A prepared manager commits once every manager is ready to."""
        self.require(self.state[m] == "prepared")
        self.require(forall(other.one_of("prepared", "committed") for other in self.state))
        self.state[m] = "committed"

    @rule(by="manager {m}", m=manager)
    def abort(self, m: Expr) -> None:
        """A manager that has not decided aborts as long as none has committed."""
        self.require(self.state[m].one_of("working", "prepared"))
        self.require(~exists(other == "committed" for other in self.state))
        self.state[m] = "aborted"
