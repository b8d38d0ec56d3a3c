"""A lock that a server lends to its clients: the textbook's mutual exclusion by a central server."""

from sennit import Array, Bool, Enum, Expr, Index, Switch, System, rule


class Lock(System):
    """A client asks, the server grants, the client releases; the server knows whether the lock is with it."""

    client = Index(3)
    guarded = Switch(on=True)  # the server lends the lock only while it has it

    free = Bool(init=True)  # the server's knowledge
    place = Array(client, Enum("idle", "asked", "holds"), init="idle")

    @rule(by="client {c}", to="server", c=client)
    def ask(self, c: Expr) -> None:
        """An idle client asks for the lock."""
        self.require(self.place[c] == "idle")
        self.place[c] = "asked"

    @rule(by="server", to="client {c}", c=client)
    def grant(self, c: Expr) -> None:
        """The server lends the lock to a client that asked."""
        self.require(self.place[c] == "asked")
        if self.guarded:
            self.require(self.free)
        self.place[c] = "holds"
        self.free = False

    @rule(by="client {c}", to="server", c=client)
    def release(self, c: Expr) -> None:
        """The client gives the lock back."""
        self.require(self.place[c] == "holds")
        self.free = True
        self.place[c] = "idle"
