"""A System's rules run once, on symbols, and mean what they would mean in Python."""

from __future__ import annotations

import textwrap
from fractions import Fraction

import pytest

import sennit
from sennit import (
    ANY,
    Array,
    Bool,
    Const,
    Enum,
    Expr,
    Index,
    Int,
    Machine,
    Member,
    Real,
    Size,
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
    theorem,
)
from sennit.expr import is_true
from sennit.machine import actors
from sennit.sort import Value


class Lock(System):
    """One lock, lent to at most one client at a time."""

    client = Index(3)
    guarded = Switch(on=True)
    free: Bool = Bool(init=True)
    place = Array(client, Enum("idle", "asked", "holds"), init="idle")

    @rule(by="client {c}", to="server", c=client)
    def ask(self, c: Expr) -> None:
        self.require(self.place[c] == "idle")
        self.place[c] = "asked"

    @rule(by="server", to="client {c}", c=client)
    def grant(self, c: Expr) -> None:
        self.require(self.place[c] == "asked")
        if self.guarded:
            self.require(self.free)
        self.free = False
        self.place[c] = "holds"


class Swap(System):
    """Two variables that change places, and one that counts."""

    left = Int(0, 9, init=1)
    right = Int(0, 9, init=2)
    moves = Int(0, None, init=0)

    @rule(by="hand")
    def swap(self) -> None:
        old = self.left
        self.left = self.right
        self.right = old
        self.moves += 1

    @rule(by="hand")
    def copy(self) -> None:
        self.left = self.right
        self.require(self.left != 5)
        self.right = self.left + 1


def state(machine: Machine, **values: Value) -> tuple[Value, ...]:
    return tuple(values[v.name] for v in machine.variables)


def test_a_read_after_an_assignment_sees_the_assigned_value() -> None:
    """`copy` reads `left` after setting it, so `right` becomes one more than the old `right`."""
    machine = Swap().machine
    assert machine.step((1, 2, 0), "copy", ()) == (2, 3, 0)
    assert machine.step((1, 5, 0), "copy", ()) is None


def test_a_value_read_before_an_assignment_stays_what_it_was() -> None:
    """A Python local keeps the formula that it was given."""
    assert Swap().machine.step((1, 2, 0), "swap", ()) == (2, 1, 1)


def test_what_a_rule_does_not_assign_keeps_its_value() -> None:
    """Frame conditions are automatic."""
    machine = Lock().machine
    start = state(machine, free=True, place=("idle", "asked", "idle"))
    assert machine.step(start, "grant", (1,)) == (False, ("idle", "holds", "idle"))
    assert machine.step(start, "grant", (0,)) is None


def test_a_step_out_of_range_is_no_step_and_violates_in_range() -> None:
    """The state before the step is the one that in_range names."""
    machine = Swap().machine
    assert machine.step((1, 9, 0), "copy", ()) is None
    assert not machine.holds(machine.in_range, (1, 9, 0))
    assert machine.holds(machine.in_range, (1, 8, 0))


def test_ranges_that_the_types_decide_leave_no_obligation() -> None:
    """The Lock cannot leave its ranges, and that is known without an engine."""
    assert is_true(Lock().machine.in_range)


def test_sizes_and_switches_are_python_values() -> None:
    """Another size is another machine, and a switch decides which clauses are there."""
    assert len(Lock.at(client=5).machine.instances) == 10
    assert Lock.at(guarded=False).machine.step((False, ("asked", "idle", "idle")), "grant", (0,)) is not None
    assert Lock.at(guarded=True).machine.step((False, ("asked", "idle", "idle")), "grant", (0,)) is None


def test_actors_name_the_parameters_of_their_step() -> None:
    """`client {c}` becomes a lane of its own."""
    assert actors(Lock().machine.rule("ask"), (2,)) == ("client 2", "server")


def test_an_empty_index_leaves_rules_without_instances() -> None:
    """Quantifiers over nothing: forall holds, exists does not, count is 0."""
    empty = Lock.at(client=0)
    assert empty.machine.instances == ()
    assert is_true(forall(p == "holds" for p in empty.place))
    assert is_true(~exists(p == "holds" for p in empty.place))
    assert is_true(count(p == "holds" for p in empty.place) == 0)
    assert list(empty.machine.moves((True, ()))) == []


def test_every_kind_of_variable_has_its_values() -> None:
    """Ranges may hang on sizes, reals are exact, a Const keeps its first value, ANY starts anywhere."""

    class Kinds(System):
        """One variable of each kind."""

        node = Index(2)
        most = Size(4)
        level = Int(0, most, init=lambda s: s.most)
        twice = Int(0, lambda s: 2 * s.most, init=ANY)
        clock = Real(init=0)
        who = Member(node, init=1)
        pair = Array(node, node, Int(0, 9), init=[1, 2, 3, 4])
        delay = Const(Real(0, 1))

        def initially(self) -> Expr:
            return self.twice == 2 * self.level

        @rule(by="time", d=Real(0))
        def elapse(self, d: Expr) -> None:
            self.clock = self.clock + d / 2
            self.pair[self.who, 0] = self.level - 3

    machine = Kinds.at(most=3).machine
    half = Fraction(1, 2)
    start = state(machine, level=3, twice=6, clock=Fraction(0), who=1, pair=(1, 2, 3, 4), delay=half)
    assert machine.starts(start)
    assert not machine.starts(state(machine, level=3, twice=5, clock=Fraction(0), who=1, pair=(1, 2, 3, 4), delay=half))
    after = machine.step(start, "elapse", (half,))
    assert after is not None
    assert machine.env(after)["clock"] == Fraction(1, 4)
    assert machine.env(after)["pair"] == (1, 2, 0, 4)
    assert machine.step(start, "elapse", (-half,)) is None
    assert not machine.finite


def test_stuck_is_true_in_dead_ends_only() -> None:
    """A lock that nobody gives back ends with one holder and everyone else waiting."""
    lock = Lock()
    machine = lock.machine
    assert machine.holds(lock.stuck(), (False, ("holds", "asked", "asked")))
    assert not machine.holds(lock.stuck(), (False, ("holds", "asked", "idle")))


SPECIFICATION = """
class Turn(System):
    '''A turn.'''
    n = Int(0, 3, init=0)
    @rule(by='a')
    def up(self):
        self.require(self.n < 3)
        self.n += 1
"""
REFORMATTED = '''
class Turn(System):
    """Another docstring."""

    n    = Int(0,
               3, init=0)   # a comment

    @rule(by="a")
    def up(self):
        """Goes up."""
        one = 1
        self.require(3 > self.n)
        self.n = self.n + one
'''


def digest(text: str) -> str:
    names = {word: getattr(sennit, word) for word in sennit.__all__}
    exec(compile(textwrap.dedent(text), "spec.py", "exec"), names)
    return str(names["Turn"].at().machine.digest)


def test_a_digest_ignores_formatting_comments_and_docstrings() -> None:
    """What is digested are the formulas."""
    assert digest(SPECIFICATION) == digest(REFORMATTED)


@pytest.mark.parametrize(
    ("old", "new"),
    [("< 3", "< 2"), ("+= 1", "+= 2"), ("init=0", "init=1"), ("0, 3", "0, 4"), ("by='a'", "by='b'"), ("up(", "on(")],
)
def test_a_digest_changes_with_the_specification(old: str, new: str) -> None:
    """Guard, update, initial value, range, actor and name all count."""
    assert old in SPECIFICATION
    assert digest(SPECIFICATION) != digest(SPECIFICATION.replace(old, new))


@always(Lock)
def one_holder(lock: Lock) -> Expr:
    """At most one client holds."""
    return count(p == "holds" for p in lock.place) <= 1


@always(Lock, rests_on=("guarded",), using=(one_holder,), at=[{"client": 2}, {"client": 4}])
def taken(lock: Lock) -> Expr:
    """A held lock is not free."""
    return forall(implies(p == "holds", ~lock.free) for p in lock.place)


@sometimes(Lock)
def lent(lock: Lock) -> Expr:
    """Somebody holds it."""
    return lock.place[0] == "holds"


@theorem(a=Int(-9, 9), b=Int())
def division(a: Expr, b: Expr) -> Expr:
    """Floor division and remainder belong together."""
    return (a + b) == ((a + b) // 3) * 3 + (a + b) % 3


def test_a_claim_at_its_sizes_is_a_list_of_questions() -> None:
    """Questions name the settings that are not the defaults, and carry their lemmas at the same sizes."""
    small, large = taken.questions()
    assert small.id == "Lock.taken[client=2]"
    assert large.lemmas[0].id == "Lock.one_holder[client=4]"
    assert taken.question({"guarded": False}).id == "Lock.taken[guarded=off]"
    assert small.digest != large.digest


def test_the_target_of_an_always_is_its_violation() -> None:
    """One reachability question serves always, sometimes and theorems."""
    machine = Lock().machine
    bad = (False, ("holds", "holds", "idle"))
    assert machine.holds(one_holder.question().target, bad)
    assert machine.holds(lent.question().target, bad)
    assert division.question().machine.rules == ()


def test_a_claim_that_reads_outside_an_array_is_not_true_there() -> None:
    """The total meaning of a read outside never makes a claim hold."""

    class Short(System):
        """Two cells and a pointer beyond them."""

        cell = Index(2)
        at_ = Int(0, 3, init=0)
        up = Array(cell, Bool(), init=False)

        @rule(by="a")
        def move(self) -> None:
            self.require(self.at_ < 3)
            self.at_ += 1

    @always(Short)
    def down(short: Short) -> Expr:
        """The cell pointed at is down."""
        return ~short.up[short.at_]

    question = down.question()
    assert question.machine.holds(question.goal, (1, (False, False)))
    assert question.machine.holds(question.target, (2, (False, False)))


def test_in_range_can_be_claimed_with_lemmas_of_its_own() -> None:
    """The implicit claim is an ordinary one."""
    claim = in_range(Swap)
    assert claim.id == "Swap.in_range"
    assert claim.question().machine.holds(claim.question().target, (1, 9, 0))


def test_a_literal_alone_takes_the_enum_that_it_meets() -> None:
    """`ite` of two literals can be assigned and compared."""
    lock = Lock()
    chosen = ite(lock.free, "idle", "holds")
    formula = lock.place[0] == chosen
    assert lock.machine.holds(formula, (True, ("idle",) * 3))
    assert not lock.machine.holds(formula, (False, ("idle",) * 3))
