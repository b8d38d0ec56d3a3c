"""A lock that goes from hand to hand in messages: the same for three clients and for any number of them."""

from sennit import Bool, Expr, Relation, Sort, Switch, System, rule


class LockService(System):
    """A client asks; the server, while it has the lock, sends it; the client takes it, and later sends it back."""

    client = Sort(3)
    guarded = Switch(on=True)  # the server sends the lock only while it has it
    consumed = Switch(on=True)  # a message that brings the lock is gone once it is taken

    here = Bool(init=True)  # the server has the lock
    asked = Relation(client, init=False)
    granted = Relation(client, init=False)  # the lock is on its way to the client
    holds = Relation(client, init=False)
    returned = Relation(client, init=False)  # the lock is on its way back

    @rule(by="client {c}", to="server", c=client)
    def ask(self, c: Expr) -> None:
        """A client asks for the lock."""
        self.require(~self.asked[c])
        self.asked[c] = True

    @rule(by="server", to="client {c}", c=client)
    def grant(self, c: Expr) -> None:
        """The server sends the lock to a client that asked."""
        self.require(self.asked[c])
        if self.guarded:
            self.require(self.here)
        self.asked[c] = False
        self.here = False
        self.granted[c] = True

    @rule(by="client {c}", c=client)
    def take(self, c: Expr) -> None:
        """The lock arrives."""
        self.require(self.granted[c])
        if self.consumed:
            self.granted[c] = False
        self.holds[c] = True

    @rule(by="client {c}", to="server", c=client)
    def give_back(self, c: Expr) -> None:
        """The client sends the lock back."""
        self.require(self.holds[c])
        self.holds[c] = False
        self.returned[c] = True

    @rule(by="server", c=client)
    def take_back(self, c: Expr) -> None:
        """The lock arrives at the server."""
        self.require(self.returned[c])
        self.returned[c] = False
        self.here = True

    def away(self, c: Expr | int) -> Expr:
        """The lock is with a client, or on its way to or from it."""
        return self.granted[c] | self.holds[c] | self.returned[c]
