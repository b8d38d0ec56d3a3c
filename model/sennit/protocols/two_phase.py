"""Two-phase commit, with messages that are never lost, never removed and received in any order.

The algorithm as Gray and Lamport state it in "Consensus on Transaction Commit" (2006), section 3.
"""

from sennit import Array, Bool, Enum, Expr, Index, Switch, System, forall, rule


class TwoPhase(System):
    """Managers prepare or abort, a coordinator collects what they say, decides once and tells all.

    What was sent stays sent: a message is a flag, and receiving leaves it set, so that it may be received again.
    """

    manager = Index(3)
    unanimous = Switch(on=True)  # the coordinator commits only after it has heard that all are prepared
    binding = Switch(on=True)  # a manager that is prepared no longer aborts of its own accord
    final = Switch(on=True)  # the coordinator decides only while it has not decided

    state = Array(manager, Enum("working", "prepared", "committed", "aborted"), init="working")
    coordinator = Enum("undecided", "committed", "aborted", init="undecided")
    heard = Array(manager, Bool(), init=False)  # the coordinator has received that the manager is prepared
    prepared_sent = Array(manager, Bool(), init=False)
    commit_sent = Bool(init=False)
    abort_sent = Bool(init=False)

    @rule(by="manager {m}", to="coordinator", m=manager)
    def prepare(self, m: Expr) -> None:
        """A manager is ready to commit, and says so."""
        self.require(self.state[m] == "working")
        self.state[m] = "prepared"
        self.prepared_sent[m] = True

    @rule(by="manager {m}", m=manager)
    def give_up(self, m: Expr) -> None:
        """A manager aborts of its own accord, and tells nobody."""
        if self.binding:
            self.require(self.state[m] == "working")
        else:
            self.require(self.state[m].one_of("working", "prepared"))
        self.state[m] = "aborted"

    @rule(by="coordinator", m=manager)
    def hear(self, m: Expr) -> None:
        """The coordinator receives that a manager is prepared."""
        self.require(self.coordinator == "undecided", self.prepared_sent[m])
        self.heard[m] = True

    @rule(by="coordinator")
    def decide_commit(self) -> None:
        """The coordinator decides to commit, and tells all."""
        if self.final:
            self.require(self.coordinator == "undecided")
        if self.unanimous:
            self.require(forall(self.heard))
        self.coordinator = "committed"
        self.commit_sent = True

    @rule(by="coordinator")
    def decide_abort(self) -> None:
        """The coordinator decides to abort, which it always may, and tells all."""
        if self.final:
            self.require(self.coordinator == "undecided")
        self.coordinator = "aborted"
        self.abort_sent = True

    @rule(by="manager {m}", m=manager)
    def learn_commit(self, m: Expr) -> None:
        """A manager receives the decision to commit."""
        self.require(self.commit_sent)
        self.state[m] = "committed"

    @rule(by="manager {m}", m=manager)
    def learn_abort(self, m: Expr) -> None:
        """A manager receives the decision to abort."""
        self.require(self.abort_sent)
        self.state[m] = "aborted"
