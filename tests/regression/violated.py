"""Published algorithms whose progress is known to be violated, and beside each what mends it; models written anew."""

from __future__ import annotations

from sennit import (
    FAILS,
    Array,
    Bool,
    Enum,
    Expr,
    Index,
    Member,
    Switch,
    System,
    always,
    any_of,
    count,
    each,
    exists,
    forall,
    implies,
    leads_to,
    rule,
    true,
)


class Courtesy(System):
    """Two processes that give way to each other, the fourth attempt at mutual exclusion.

    E. W. Dijkstra, "Cooperating sequential processes" (EWD123, 1965), section 2.1: whoever finds the other's flag up
    takes its own down for a while and tries again; "after you" can go on for ever, though both move all the time.
    With a turn that says who may insist it is Dekker's solution, of the same text.
    """

    process = Index(2)
    dekker = Switch(on=False)
    place = Array(process, Enum("away", "tries", "looks", "waits", "inside"), init="away")
    flag = Array(process, Bool(), init=False)
    turn = Member(process, init=0)

    @rule(by="process {p}", p=process)
    def want(self, p: Expr) -> None:
        """Wants to go in; nobody has to."""
        self.require(self.place[p] == "away")
        self.place[p] = "tries"

    @rule(by="process {p}", p=process)
    def raise_flag(self, p: Expr) -> None:
        self.require(self.place[p] == "tries")
        self.flag[p] = True
        self.place[p] = "looks"

    @rule(by="process {p}", p=process)
    def enter(self, p: Expr) -> None:
        self.require(self.place[p] == "looks", ~self.flag[1 - p])
        self.place[p] = "inside"

    @rule(by="process {p}", p=process)
    def give_way(self, p: Expr) -> None:
        """Finds the other's flag up, and takes its own down."""
        self.require(self.place[p] == "looks", self.flag[1 - p])
        if self.dekker:
            self.require(self.turn != p)
        self.flag[p] = False
        self.place[p] = "waits"

    @rule(by="process {p}", p=process)
    def try_again(self, p: Expr) -> None:
        self.require(self.place[p] == "waits")
        if self.dekker:
            self.require(self.turn == p)
        self.place[p] = "tries"

    @rule(by="process {p}", p=process)
    def leave(self, p: Expr) -> None:
        self.require(self.place[p] == "inside")
        self.turn = 1 - p
        self.flag[p] = False
        self.place[p] = "away"


FAIR = each("raise_flag", "enter", "give_way", "try_again", "leave", of="p")


@always(Courtesy)
def exclusive(s: Courtesy) -> Expr:
    """The two are never inside together: that much the fourth attempt does."""
    return count(place == "inside" for place in s.place) <= 1


def gets_in(s: Courtesy) -> tuple[Expr, Expr]:
    """Whoever tries gets in."""
    return s.place[0] == "tries", s.place[0] == "inside"


def somebody_gets_in(s: Courtesy) -> tuple[Expr, Expr]:
    """If both try, one of them gets in."""
    both = forall(place.one_of("tries", "looks", "waits") for place in s.place)
    return both, exists(place == "inside" for place in s.place)


starves = leads_to(Courtesy, fair=FAIR, expect=FAILS)(gets_in)
after_you = leads_to(Courtesy, fair=FAIR, expect=FAILS)(somebody_gets_in)


class Dekker(Courtesy):
    """The same with a turn."""

    dekker = Switch(on=True)


dekker_gets_in = leads_to(Dekker, fair=FAIR)(gets_in)


class Allocator(System):
    """A central allocator hands out what is free to whoever asked for it, with no thought of what is to come.

    S. Merz, "The specification language TLA+" (2008), and `SimpleAllocator` of the TLA+ Examples: its clients get all
    that they ask for if they give back what they have in any case, and need not if they do so once satisfied alone.
    """

    client = Index(3)
    resource = Index(2)
    wanted = Array(client, resource, Bool(), init=False)
    held = Array(client, resource, Bool(), init=False)

    @rule(by="client {c}", to="allocator", c=client, first=Bool(), second=Bool())
    def request(self, c: Expr, first: Expr, second: Expr) -> None:
        """Asks for a set of resources, having none and waiting for none."""
        self.require(first | second)
        for r in self.resource:
            self.require(~self.wanted[c, r], ~self.held[c, r])
        self.wanted[c, 0] = first
        self.wanted[c, 1] = second

    @rule(by="allocator", to="client {c}", c=client, first=Bool(), second=Bool())
    def allocate(self, c: Expr, first: Expr, second: Expr) -> None:
        """Hands out some of what a client waits for and nobody has."""
        self.require(first | second)
        for r, given in zip(self.resource, (first, second), strict=True):
            self.require(implies(given, self.wanted[c, r] & ~exists(self.held[d, r] for d in self.client)))
        for r, given in zip(self.resource, (first, second), strict=True):
            self.held[c, r] = self.held[c, r] | given
            self.wanted[c, r] = self.wanted[c, r] & ~given

    @rule(by="client {c}", to="allocator", c=client)
    def give_back(self, c: Expr) -> None:
        """Gives back all that it has."""
        self.require(exists(self.held[c, r] for r in self.resource))
        for r in self.resource:
            self.held[c, r] = False

    @rule(by="client {c}", to="allocator", c=client, r=resource)
    def give_back_one(self, c: Expr, r: Expr) -> None:
        self.require(self.held[c, r])
        self.held[c, r] = False

    @rule(by="client {c}", to="allocator", c=client)
    def finish(self, c: Expr) -> None:
        """Gives back all that it has, having got all that it asked for."""
        self.require(exists(self.held[c, r] for r in self.resource), ~exists(self.wanted[c, r] for r in self.resource))
        for r in self.resource:
            self.held[c, r] = False


@always(Allocator)
def one_holder(s: Allocator) -> Expr:
    """No two clients hold one resource."""
    return forall(count(s.held[c, r] for c in s.client) <= 1 for r in s.resource)


def obtains(s: Allocator) -> tuple[Expr, Expr]:
    """A client gets what it asked for."""
    return s.wanted[0, 0], s.held[0, 0]


def is_satisfied(s: Allocator) -> tuple[Expr, Expr]:
    """A client has nothing left to wait for, again and again."""
    return true(), ~exists(s.wanted[0, r] for r in s.resource)


PATIENT = {"fair": each("give_back"), "strongly_fair": each("allocate", of="c")}
all_obtain = leads_to(Allocator, fair=each("give_back"), strongly_fair=each("allocate", of="c"))(obtains)
all_satisfied = leads_to(Allocator, fair=each("give_back"), strongly_fair=each("allocate", of="c"))(is_satisfied)
some_block = leads_to(Allocator, fair=each("finish"), strongly_fair=each("allocate", of="c"), expect=FAILS)(obtains)
weakly_served = leads_to(Allocator, fair=(each("give_back"), each("allocate", of="c")), expect=FAILS)(obtains)


class Table(System):
    """Dining philosophers who all take the left fork first.

    E. W. Dijkstra, "Hierarchical ordering of sequential processes" (EWD310, 1971): all can hold one fork and wait for
    ever. With one who begins on the right nobody is stuck, and everybody eats if forks are taken strongly fairly.
    """

    seat = Index(3)
    orders = Switch(on=False)  # the last begins on the right
    left = Array(seat, Bool(), init=False)
    right = Array(seat, Bool(), init=False)

    @rule(by="philosopher {p}", p=seat)
    def take_left(self, p: Expr) -> None:
        """Takes the fork on the left, which is the right one of the neighbour there."""
        self.require(~self.left[p], ~self.right[(p + 1) % len(self.seat)])
        if self.orders:
            self.require(implies(p == len(self.seat) - 1, self.right[p]))
        self.left[p] = True

    @rule(by="philosopher {p}", p=seat)
    def take_right(self, p: Expr) -> None:
        self.require(~self.right[p], ~self.left[(p + len(self.seat) - 1) % len(self.seat)])
        first = p == len(self.seat) - 1 if self.orders else p > len(self.seat)
        self.require(first | self.left[p])
        self.right[p] = True

    @rule(by="philosopher {p}", p=seat)
    def put_down(self, p: Expr) -> None:
        """Has eaten."""
        self.require(self.left[p], self.right[p])
        self.left[p] = False
        self.right[p] = False


def eats(s: Table) -> tuple[Expr, Expr]:
    """Everybody eats again and again."""
    return true(), s.left[0] & s.right[0]


STRONG = each("take_left", "take_right", "put_down")
all_hungry = leads_to(Table, strongly_fair=STRONG, expect=FAILS)(eats)


class Ordered(Table):
    """The same where one begins on the right."""

    orders = Switch(on=True)


ordered_eats = leads_to(Ordered, strongly_fair=STRONG)(eats)
ordered_starves = leads_to(Ordered, fair=any_of(), expect=FAILS)(eats)
