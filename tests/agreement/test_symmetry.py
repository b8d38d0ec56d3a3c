"""What passes as symmetric is: random formulas that do have one value on all images of a state."""

from __future__ import annotations

import itertools
import random

from sennit import ANY, Array, Bool, Expr, Index, Int, Member, System, count, exists, forall, ite, rule
from sennit.expr import evaluate, not_
from sennit.machine import Machine, State
from sennit.sort import values
from sennit.symmetry import image, invariant
from sennit.values import Values


class Club(System):
    """Members in all roles: as indices of one and of two places, as values of cells and of a variable."""

    person = Index(3, symmetric=True)
    up = Array(person, Bool(), init=ANY)
    knows = Array(person, person, Bool(), init=ANY)
    likes = Array(person, Member(person), init=ANY)
    age = Array(person, Int(0, 3), init=ANY)
    head = Member(person, init=ANY)
    n = Int(0, 3, init=ANY)

    @rule(by="person {p}", p=person)
    def rise(self, p: Expr) -> None:
        """One rises."""
        self.up[p] = True


def member(club: Club, rng: random.Random, bound: list[int], deep: int) -> Expr | int:
    """Whom a formula may speak of; now and then one by name, which tells members apart."""
    choice = rng.randrange(12)
    if choice == 0 or (choice < 7 and not bound):
        return rng.randrange(3) if choice == 0 else club.head
    if choice < 7:
        return rng.choice(bound)
    if deep and choice < 9:
        return club.likes[member(club, rng, bound, deep - 1)]
    if deep and choice < 11:
        return ite(formula(club, rng, bound, deep - 1), club.head, member(club, rng, bound, deep - 1))
    return club.head


def formula(club: Club, rng: random.Random, bound: list[int], deep: int) -> Expr:
    """A formula about the club, with loops over its members as specifications write them."""
    choice = rng.randrange(14) if deep else rng.randrange(5)
    someone = member(club, rng, bound, deep - 1 if deep else 0)
    match choice:
        case 0:
            return club.up[someone]
        case 1:
            return club.knows[someone, member(club, rng, bound, 0)]
        case 2:
            return club.head == someone
        case 3:
            return club.likes[someone] == member(club, rng, bound, 0)
        case 4:
            return club.age[someone] <= club.n
        case 5:
            return not_(formula(club, rng, bound, deep - 1))
        case 6 | 7:
            one, other = formula(club, rng, bound, deep - 1), formula(club, rng, bound, deep - 1)
            return one & other if choice == 6 else one | other
        case 8 | 9 | 10:
            quantifier = (forall, exists)[rng.randrange(2)]
            seed = rng.random()  # the body is the same for all members
            return quantifier(formula(club, random.Random(seed), [*bound, p], deep - 1) for p in club.person)
        case 11:
            seed = rng.random()
            return count(formula(club, random.Random(seed), [*bound, p], deep - 1) for p in club.person) <= club.n
        case 12:
            order = rng.sample(range(3), 3)  # loops leave any order of what commutes
            return exists(club.up[p] & (club.age[p] + club.age[order[p]] < 3) for p in order)
        case _:
            return club.age[someone] + club.n == club.age[member(club, rng, bound, 0)]


def states_of(machine: Machine, rng: random.Random, number: int) -> list[State]:
    choices = [list(itertools.islice(values(v.sort), 600)) for v in machine.variables]
    return [tuple(rng.choice(choice) for choice in choices) for _ in range(number)]


def test_a_formula_that_passes_has_one_value_on_all_images() -> None:
    """And some pass, and some that do not pass have two."""
    rng, club = random.Random(7), Club.at()
    machine = club.machine
    (symmetry,) = machine.symmetric
    states = states_of(machine, rng, 25)
    passed = apart = 0
    for _ in range(900):
        goal = formula(club, rng, [], 3)
        if goal.op == "constant":
            continue
        same = all(
            evaluate(goal, machine.env(state), Values())
            is evaluate(goal, machine.env(image(machine, symmetry, by, state)), Values())
            for state in states
            for by in symmetry.generators
        )
        if invariant(machine, symmetry, goal):
            passed += 1
            assert same, goal
        else:
            apart += not same
    assert passed > 100
    assert apart > 100
