"""Sorts in the language: one specification that reads the same at a size and for every size."""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

import pytest

from sennit import (
    ANY,
    Array,
    Bool,
    Claim,
    Const,
    Expr,
    Index,
    Machine,
    Member,
    Misuse,
    Relation,
    Sort,
    System,
    always,
    canonical,
    count,
    distinct,
    every,
    exists,
    forall,
    implies,
    rule,
    sometimes,
    total,
)
from sennit.binders import fresh
from sennit.expr import and_, constant, evaluate, free, not_, variable
from sennit.rewrite import grounded, substitute
from sennit.sort import BOOL, FunctionSort, MemberSort, Value
from sennit.values import Values
from unit.every.systems import Crowd, Gossip

NODE = MemberSort("node")
EDGE = variable("edge", FunctionSort(("node", "node"), BOOL))


def gossip() -> tuple[Machine, Machine]:
    return Gossip.at(node=every).machine, Gossip.at(node=2).machine


def test_what_is_read_for_every_size_says_at_a_size_what_is_read_there() -> None:
    """Guards, the axioms, what holds initially and dead ends are the same formulas once quantifiers are unrolled."""
    general, special = gossip()
    sizes = {"node": 2}
    assert [grounded(r.guard, sizes) for r in general.rules] == [r.guard for r in special.rules]
    assert grounded(general.axiom, sizes) is special.axiom
    assert grounded(general.constraint, sizes) is special.constraint
    for one, other in zip(general.rules, special.rules, strict=True):
        for (name, formula), (_, meant) in zip(one.updates, other.updates, strict=True):
            env: dict[str, Value] = {n: (True,) * 4 if "t" in n else (False, True) for n in free(meant)}
            env |= {"x": 1, "y": 0, "last": 1, "mood": ("calm", "busy")}
            assert evaluate(grounded(formula, sizes), env, Values()) == evaluate(meant, env, Values()), name
            assert evaluate(formula, env, Values(sizes)) == evaluate(meant, env, Values()), name


def test_a_sort_without_a_size_by_default_is_asked_for_every_size() -> None:
    """`Sort()` is `Sort(every)`; a size makes it an Index."""
    assert Crowd.at().machine.sorts == ("node",)
    assert Crowd.at(node=2).machine.sorts == ()
    assert list(Crowd.at(node=2).node) == [0, 1]
    assert repr(Crowd.at()) == "Crowd.at(node=every)"
    assert Crowd.at(node=-1).settings == {"node": every}, "what a file says"


def test_names_of_bound_variables_make_no_difference() -> None:
    """Two readings of one sentence are one node, and have one digest."""
    system = Crowd.at()
    one = forall(exists(system.came[y] & (x == y) for y in system.node) for x in system.node)
    other = forall(exists(system.came[b] & (a == b) for b in system.node) for a in system.node)
    assert one is other
    assert canonical.decode(canonical.encode([one])) == [one]


def test_nothing_is_captured() -> None:
    """What replaces a variable keeps its meaning below binders of any name, also where numbers are the same."""
    a, b, x = fresh("node"), fresh("node"), variable("x", NODE)
    inner = _all(b, EDGE[x, b])
    outer = _some(a, and_(substitute(inner, {"x": a}), not_(EDGE[a, x])))
    assert list(free(outer)) == ["edge", "x"]
    sizes = {"node": 2}
    for cells in ((True, True, False, False), (False, False, True, True), (True, False, False, True)):
        for at in range(2):
            env: dict[str, Value] = {"edge": cells, "x": at}
            found = evaluate(outer, env, Values(sizes))
            rows = [cells[:2], cells[2:]]
            assert found is any(all(rows[i]) and not rows[i][at] for i in range(2))


def test_a_function_given_pointwise_reads_as_its_formula() -> None:
    """An update through a lambda sees the values from before, and in a later reading gives the new ones."""

    class Turned(System):
        node = Sort(2)
        r = Relation(node, node, init=ANY)
        seen = Relation(node, node, init=False)

        @rule(by="all")
        def turn(self) -> None:
            self.r = lambda x, y: self.r[y, x]
            self.seen = lambda x, y: self.r[x, y]

    for system in (Turned.at(), Turned.at(node=every)):
        updates = dict(system.machine.rules[0].updates)
        env = {"r": (False, True, False, False), "seen": (False,) * 4}
        assert evaluate(updates["r"], env, Values({"node": 2})) == (False, False, True, False)
        assert evaluate(updates["seen"], env, Values({"node": 2})) == (False, False, True, False)


def _all(symbol: Expr, body: Expr) -> Expr:
    from sennit.binders import forall as close

    return close([symbol], body)


def _some(symbol: Expr, body: Expr) -> Expr:
    from sennit.binders import exists as close

    return close([symbol], body)


MISUSES: dict[str, tuple[Callable[[Crowd], object], str]] = {
    "counting": (lambda s: count(s.came) <= 1, "count has no meaning while node has no size"),
    "adding up": (lambda s: total(1 for _ in s.node) == 1, "total has no meaning"),
    "telling apart": (lambda s: distinct(x for x in s.node), "distinct has no meaning"),
    "a loop": (lambda s: and_(*[s.came[x] for x in s.node]), "one by one has no meaning"),
    "a loop of its own": (
        lambda s: forall(and_(*[s.came[y] for y in s.node]) | s.came[x] for x in s.node),
        "a loop of its own",
    ),
    "a length": (lambda s: len(s.node) == 3, "len\\(\\) has no meaning"),
    "a number": (lambda s: s.came[0], "read at members of node, and 0"),
    "an order": (lambda s: forall(x < y for x in s.node for y in s.node), "declare an order"),
    "a member's number": (lambda s: forall(x == 0 for x in s.node), "members of a Sort without a size have no numbers"),
    "membership": (lambda s: forall(s.came[x] for x in s.node if x in s.node), "`in` has no meaning"),
}


@pytest.mark.parametrize("name", MISUSES)
def test_what_needs_a_size_is_refused_without_one(name: str) -> None:
    """With a clear line, when the claim is made; `count` first of all."""
    formula, message = MISUSES[name]

    def claimed(crowd: Crowd) -> Expr:
        """It is said."""
        return cast("Expr", formula(crowd))

    with pytest.raises(Misuse, match=message):
        always(Crowd)(claimed)


def test_a_sort_has_at_least_one_member() -> None:
    """No size of 0, and for every size, what holds of all holds of some."""
    with pytest.raises(Misuse, match="a whole number of at least 1, or every"):
        Crowd.at(node=0)
    crowd = Crowd.at()
    nothing = exists(x == x for x in crowd.node)
    assert nothing is constant(value=True)


def test_a_sometimes_is_asked_at_sizes() -> None:
    """Whether a state is reached is a question about one instance."""
    with pytest.raises(Misuse, match="ask it at a size of node"):

        @sometimes(Crowd)
        def somebody(crowd: Crowd) -> Expr:
            """Somebody came."""
            return exists(crowd.came)


def test_every_alone_asks_for_every_size_of_every_sort() -> None:
    """Beside sizes in `at=`; and a System without Sorts has nothing to leave open."""

    @always(Gossip, at=({"node": 2}, every))
    def heard(gossip: Gossip) -> Expr:
        """Somebody has heard."""
        return exists(gossip.heard)

    assert [question.id for question in heard.questions()] == ["Gossip.heard[node=2]", "Gossip.heard[node=every]"]
    assert [question.every_size for question in heard.questions()] == [False, True]
    assert heard.questions()[1].instance({"node": 2}).digest == heard.questions()[0].digest


def test_axioms_speak_of_constants_alone() -> None:
    """What a rule may change cannot be taken for granted."""
    with pytest.raises(Misuse, match="which rules may change: axioms are about Consts"):

        class Wrong(System):
            node = Sort(2)
            up = Relation(node, init=False)

            def axioms(self) -> Expr:
                return exists(self.up)


def test_domains_with_and_without_a_size_are_not_mixed() -> None:
    """An Array over both has neither cells nor a function."""

    class Mixed(System):
        node = Sort(2)
        slot = Index(2)
        full = Array(node, slot, Bool(), init=False)

    with pytest.raises(Misuse, match="give all its Sorts a size, or none"):
        _ = Mixed.at(node=every).machine


def test_a_member_starts_anywhere_or_where_initially_says() -> None:
    """A first value would be a number, which members have not."""

    class Numbered(System):
        node = Sort(2)
        one = Member(node, init=0)

    with pytest.raises(Misuse, match="members of a Sort have no numbers"):
        _ = Numbered.at(node=every).machine


def test_a_const_may_be_fixed_where_there_is_a_size() -> None:
    """For every size it is any that satisfies the axioms; at a size, the one that is given."""

    class Ordered(System):
        node = Sort(2)
        le = Const(Relation(node, node), finite=lambda s: [x <= y for x in s.node for y in s.node])

        def axioms(self) -> Expr:
            return forall(self.le[x, x] for x in self.node)

    assert Ordered.at().machine.variables[0].start == (True, True, False, True)
    assert Ordered.at(node=every).machine.variables[0].start is None


def test_data_that_binds_wrongly_is_no_formula() -> None:
    """A node from a file is looked at: its numbering, its domains and what it makes."""
    assert canonical.decode(canonical.encode([_nested()])) == [_nested()]
    one, two = ["bound", [], ["member", "node"], 1], ["bound", [], ["member", "node"], 2]
    named, body = ["variable", [], ["member", "node"], "x"], ["constant", [], ["bool"], True]
    for rows in ([two, body], [two, one, body], [one, two, body], [one], [named, body], [body]):
        binder = ["forall", list(range(len(rows))), ["bool"], None]
        with pytest.raises(Misuse):
            canonical.decode({"nodes": [*rows, binder], "roots": [len(rows)]})
    for sort in (["member", "node"], ["function", ["other"], ["bool"]]):
        with pytest.raises(Misuse):
            canonical.decode({"nodes": [one, body, ["lambda_", [0, 1], sort, None]], "roots": [2]})


def _nested() -> Expr:
    a, b = fresh("node"), fresh("node")
    return _all(a, _some(b, EDGE[a, b]))


def test_a_claim_is_shown_in_the_words_of_the_language() -> None:
    """Bound variables are called by their Sort and number."""
    crowd = Crowd.at()
    said = forall(implies(crowd.first[x], crowd.came[x]) for x in crowd.node)
    assert repr(said) == "forall(implies(first[node1], came[node1]) for node1 in node)"


def test_claims_are_made_of_the_words_alone() -> None:
    """The type of what `always` gives is a Claim, also for every size."""
    assert isinstance(always(Crowd)(_nobody_first), Claim)


def _nobody_first(crowd: Crowd) -> Expr:
    """Who is first has come."""
    return forall(implies(crowd.first[x], crowd.came[x]) for x in crowd.node)
