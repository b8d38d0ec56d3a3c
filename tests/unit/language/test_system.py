"""A System's rules run once, on symbols, and mean what they would mean in Python."""

from __future__ import annotations

import itertools
import textwrap
from fractions import Fraction

import pytest

import sennit
from sennit import (
    ANY,
    Array,
    Bool,
    Claim,
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


class Shelf(System):
    """A shelf with one book, lent to one reader at a time."""

    reader = Index(3)
    careful = Switch(on=True)
    there: Bool = Bool(init=True)
    card = Array(reader, Enum("blank", "queued", "reads"), init="blank")

    @rule(by="reader {c}", to="desk", c=reader)
    def queue(self, c: Expr) -> None:
        self.require(self.card[c] == "blank")
        self.card[c] = "queued"

    @rule(by="desk", to="reader {c}", c=reader)
    def lend(self, c: Expr) -> None:
        self.require(self.card[c] == "queued")
        if self.careful:
            self.require(self.there)
        self.there = False
        self.card[c] = "reads"


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
    machine = Shelf().machine
    start = state(machine, there=True, card=("blank", "queued", "blank"))
    assert machine.step(start, "lend", (1,)) == (False, ("blank", "reads", "blank"))
    assert machine.step(start, "lend", (0,)) is None


def test_a_step_out_of_range_is_no_step_and_violates_in_range() -> None:
    """The state before the step is the one that in_range names."""
    machine = Swap().machine
    assert machine.step((1, 9, 0), "copy", ()) is None
    assert not machine.holds(machine.in_range, (1, 9, 0))
    assert machine.holds(machine.in_range, (1, 8, 0))


def test_ranges_that_the_types_decide_leave_no_obligation() -> None:
    """The Shelf cannot leave its ranges, and that is known without an engine."""
    assert is_true(Shelf().machine.in_range)


def test_sizes_and_switches_are_python_values() -> None:
    """Another size is another machine, and a switch decides which clauses are there."""
    assert len(Shelf.at(reader=5).machine.instances) == 10
    assert Shelf.at(careful=False).machine.step((False, ("queued", "blank", "blank")), "lend", (0,)) is not None
    assert Shelf.at(careful=True).machine.step((False, ("queued", "blank", "blank")), "lend", (0,)) is None


def test_actors_name_the_parameters_of_their_step() -> None:
    """`reader {c}` becomes a lane of its own."""
    assert actors(Shelf().machine.rule("queue"), (2,)) == ("reader 2", "desk")


def test_an_empty_index_leaves_rules_without_instances() -> None:
    """Quantifiers over nothing: forall holds, exists does not, count is 0."""
    empty = Shelf.at(reader=0)
    assert empty.machine.instances == ()
    assert is_true(forall(p == "reads" for p in empty.card))
    assert is_true(~exists(p == "reads" for p in empty.card))
    assert is_true(count(p == "reads" for p in empty.card) == 0)
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
    """A shelf that nobody gives back ends with one holder and everyone else waiting."""
    shelf = Shelf()
    machine = shelf.machine
    assert machine.holds(shelf.stuck(), (False, ("reads", "queued", "queued")))
    assert not machine.holds(shelf.stuck(), (False, ("reads", "queued", "blank")))


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


@always(Shelf)
def one_reader(shelf: Shelf) -> Expr:
    """At most one reader holds."""
    return count(p == "reads" for p in shelf.card) <= 1


@always(Shelf, rests_on=("careful",), using=(one_reader,), at=[{"reader": 2}, {"reader": 4}])
def taken(shelf: Shelf) -> Expr:
    """A held shelf is not there."""
    return forall(implies(p == "reads", ~shelf.there) for p in shelf.card)


@sometimes(Shelf)
def lent(shelf: Shelf) -> Expr:
    """Somebody holds it."""
    return shelf.card[0] == "reads"


@theorem(a=Int(-9, 9), b=Int())
def division(a: Expr, b: Expr) -> Expr:
    """Floor division and remainder belong together."""
    return (a + b) == ((a + b) // 3) * 3 + (a + b) % 3


def test_a_claim_at_its_sizes_is_a_list_of_questions() -> None:
    """Questions name the settings that are not the defaults, and carry their lemmas at the same sizes."""
    small, large = taken.questions()
    assert small.id == "Shelf.taken[reader=2]"
    assert large.lemmas[0].id == "Shelf.one_reader[reader=4]"
    assert taken.question({"careful": False}).id == "Shelf.taken[careful=off]"
    assert small.digest != large.digest


def test_the_target_of_an_always_is_its_violation() -> None:
    """One reachability question serves always, sometimes and theorems."""
    machine = Shelf().machine
    bad = (False, ("reads", "reads", "blank"))
    assert machine.holds(one_reader.question().target, bad)
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
    shelf = Shelf()
    chosen = ite(shelf.there, "blank", "reads")
    formula = shelf.card[0] == chosen
    assert shelf.machine.holds(formula, (True, ("blank",) * 3))
    assert not shelf.machine.holds(formula, (False, ("blank",) * 3))


def test_an_array_may_be_set_to_one_with_wider_cells_where_they_fit() -> None:
    """Every cell is looked at, and only a cell that does not fit is out of range."""

    class Copy(System):
        """A wide array copied into a narrow one."""

        slot = Index(2)
        wide = Array(slot, Int(0, 9), init=[1, 2])
        narrow = Array(slot, Int(0, 5), init=0)

        @rule(by="a")
        def copy(self) -> None:
            self.narrow = self.wide

    machine = Copy().machine
    assert machine.step(((1, 2), (0, 0)), "copy", ()) == ((1, 2), (1, 2))
    assert machine.holds(machine.in_range, ((5, 5), (0, 0)))
    assert not machine.holds(machine.in_range, ((5, 6), (0, 0)))
    assert machine.step(((5, 6), (0, 0)), "copy", ()) is None


def test_what_is_overwritten_or_written_outside_is_not_out_of_range() -> None:
    """in_range agrees with the steps that happen: of a cell, the last value that it is set to counts."""

    class Twice(System):
        """One cell is set twice, at places that may be the same or outside."""

        slot = Index(3)
        i = Int(0, 3, init=0)
        j = Int(0, 3, init=0)
        v = Int(0, 9, init=0)
        cells = Array(slot, Int(0, 5), init=0)

        @rule(by="a")
        def set_twice(self) -> None:
            self.cells[self.i] = self.v
            self.cells[self.j] = 1

    machine = Twice().machine
    for i, j, v in itertools.product(range(4), range(4), (0, 5, 6, 9)):
        before = (i, j, v, (0, 0, 0))
        happens = machine.step(before, "set_twice", ()) is not None
        reads_inside = i < 3 and j < 3
        assert machine.holds(machine.in_range, before) == (happens and reads_inside), before
        assert machine.holds(machine.stuck, before) == (not happens), before


def test_parameters_are_bound_by_name() -> None:
    """The order in which @rule names the domains is the order of a step's arguments, and nothing else."""

    class Post(System):
        """A letter goes from one to another."""

        node = Index(2)
        sent = Array(node, node, Bool(), init=False)

        @rule(by="{sender}", to="{receiver}", sender=node, receiver=node)
        def send(self, receiver: Expr, sender: Expr) -> None:
            self.sent[sender, receiver] = True

    assert Post().machine.step(((False,) * 4,), "send", (0, 1)) == ((False, True, False, False),)


def test_an_initial_condition_is_about_initial_states_only() -> None:
    """What it reads outside an array later is no fault."""

    class Pointer(System):
        """A pointer that leaves the cell that it began at."""

        cell = Index(2)
        up = Array(cell, Bool(), init=ANY)
        to = Int(0, 5, init=0)

        def initially(self) -> Expr:
            return self.up[self.to]

        @rule(by="a")
        def move(self) -> None:
            self.require(self.to < 5)
            self.to += 1

    machine = Pointer().machine
    assert machine.holds(machine.in_range, ((True, True), 5))


def test_a_lemma_that_several_lean_on_is_read_once_for_a_question() -> None:
    """Lemmas of lemmas are a graph: read as a tree, a chain of eight in which each leans on all before takes 256."""
    read: list[int] = []

    def said(number: int) -> Claim:
        def formula(shelf: Shelf) -> Expr:
            read.append(number)
            return count(shelf.card[c] == "reads" for c in shelf.reader) <= 1

        formula.__name__, formula.__doc__ = f"at_most_one_{number}", "At most one reads."
        return always(Shelf, using=tuple(claims))(formula)

    claims: list[Claim] = []
    for number in range(8):
        claims += [said(number)]
    read.clear()
    question = claims[-1].question()
    assert sorted(read) == list(range(8))
    assert [lemma.claim for lemma in question.lemmas] == claims[:-1]
