"""Fixtures on ranges and arrays."""

from __future__ import annotations

from sennit import (
    FAILS,
    NEVER,
    Array,
    Bool,
    Enum,
    Expr,
    Index,
    Int,
    Member,
    Switch,
    System,
    always,
    count,
    exists,
    forall,
    implies,
    in_range,
    ite,
    rule,
    sometimes,
)

# -- ranges -----------------------------------------------------------------------------------------------------------


class Overflow(System):
    """Counts past the end of its range."""

    x = Int(0, 3, init=0)
    still = Bool(init=True)

    @rule(by="somebody")
    def up(self) -> None:
        self.x = self.x + 1


overflow_in_range = in_range(Overflow, expect=FAILS)


@always(Overflow)
def untouched(s: Overflow) -> Expr:
    """True, and not established as long as the System leaves its ranges."""
    return s.still


class Beyond(System):
    """Reads past the end of an array."""

    slot = Index(2)
    up = Array(slot, Bool(), init=True)
    i = Int(0, 3, init=0)

    @rule(by="somebody")
    def advance(self) -> None:
        self.require(self.up[self.i])
        self.i = self.i + 1


beyond_in_range = in_range(Beyond, expect=FAILS)


@always(Beyond)
def stops_outside(s: Beyond) -> Expr:
    """A read outside yields false, so it goes no further."""
    return s.i <= 2


class Careful(System):
    """Looks before it reads."""

    slot = Index(2)
    up = Array(slot, Bool(), init=True)
    i = Int(0, 3, init=0)

    @rule(by="somebody")
    def advance(self) -> None:
        self.require((self.i < 2) & self.up[self.i])
        self.i = self.i + 1


careful_in_range = in_range(Careful)


# -- arrays -----------------------------------------------------------------------------------------------------------


class Nobody(System):
    """An Index without members."""

    client = Index(0)
    up = Array(client, Bool(), init=False)
    x = Int(0, 3, init=1)

    @rule(by="client {c}", c=client)
    def rise(self, c: Expr) -> None:
        self.up[c] = True
        self.x = 2


@always(Nobody)
def all_up(s: Nobody) -> Expr:
    """All of no clients are up."""
    return forall(s.up[c] for c in s.client)


@sometimes(Nobody, expect=NEVER)
def one_up(s: Nobody) -> Expr:
    """One of no clients is up."""
    return exists(s.up[c] for c in s.client)


@always(Nobody)
def no_move(s: Nobody) -> Expr:
    """A rule for each of no clients never fires."""
    return s.x == 1


class Board(System):
    """Two rows of three places, at most one of a row taken."""

    row = Index(2)
    column = Index(3)
    taken = Array(row, column, Bool(), init=False)

    @rule(by="player", r=row, c=column)
    def take(self, r: Expr, c: Expr) -> None:
        self.require(forall(~self.taken[r, k] for k in self.column))
        self.taken[r, c] = True

    @rule(by="player", r=row, c=column)
    def leave(self, r: Expr, c: Expr) -> None:
        self.require(self.taken[r, c])
        self.taken[r, c] = False


@always(Board)
def one_a_row(s: Board) -> Expr:
    """No row has two places taken."""
    return forall(count(s.taken[r, c] for c in s.column) <= 1 for r in s.row)


@sometimes(Board)
def diagonal(s: Board) -> Expr:
    """Rows and columns are not confused."""
    return s.taken[0, 2] & s.taken[1, 0]


@sometimes(Board, expect=NEVER)
def crowded(s: Board) -> Expr:
    """Three places are taken."""
    return count(s.taken[r, c] for r in s.row for c in s.column) >= 3


class Clients(System):
    """Clients that ask for a lock; unguarded, it is lent twice."""

    client = Index(2)
    guarded = Switch(on=True)
    free = Bool(init=True)
    place = Array(client, Enum("idle", "waits", "holds"), init="idle")

    @rule(by="client {c}", to="server", c=client)
    def ask(self, c: Expr) -> None:
        self.require(self.place[c] == "idle")
        self.place[c] = "waits"

    @rule(by="server", to="client {c}", c=client)
    def grant(self, c: Expr) -> None:
        self.require(self.place[c] == "waits")
        if self.guarded:
            self.require(self.free)
        self.place[c] = "holds"
        self.free = False

    @rule(by="client {c}", to="server", c=client)
    def release(self, c: Expr) -> None:
        self.require(self.place[c] == "holds")
        self.free = True
        self.place[c] = "idle"


class Unguarded(Clients):
    """The same without the guard."""

    guarded = Switch(on=False)


def exclusive(s: Clients) -> Expr:
    """No two clients hold the lock."""
    return count(place == "holds" for place in s.place) <= 1


@always(Clients)
def accounted(s: Clients) -> Expr:
    """The lock is free or with one client."""
    return ite(s.free, 1, 0) + count(place == "holds" for place in s.place) == 1


lock_mutex = always(Clients, using=(accounted,))(exclusive)
broken_mutex = always(Unguarded, expect=FAILS)(exclusive)


class Pointer(System):
    """An array read and written where a variable points."""

    node = Index(3)
    seen = Array(node, Bool(), init=False)
    here = Member(node, init=0)
    order = Array(node, Member(node), init=[1, 2, 0])

    @rule(by="pointer")
    def follow(self) -> None:
        self.seen[self.here] = True
        self.here = self.order[self.here]


@always(Pointer)
def visited_first(s: Pointer) -> Expr:
    """Where the second was seen, the first was."""
    return implies(s.seen[1], s.seen[0])


@sometimes(Pointer)
def all_seen(s: Pointer) -> Expr:
    """All are seen in three steps."""
    return forall(s.seen)
