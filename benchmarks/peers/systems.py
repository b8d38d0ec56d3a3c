"""The systems of the benchmark as Sennit has them, each with a formula that holds; the peers' files say the same."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sennit import Array, Bool, Enum, Expr, Index, Int, Size, System, count, forall, implies, ite, rule
from sennit.protocols.ewd840 import Ewd840
from sennit.protocols.two_phase import TwoPhase
from sennit_properties import ewd840, two_phase

TWO_PHASE = {5: 8_832, 6: 50_816, 7: 296_448, 8: 1_745_408, 9: 10_340_352, 10: 61_515_776}
PYTHON_MOST = 300_000  # states up to which searches in Python run


@dataclass(frozen=True)
class Task:
    """A system at a size, the formula that must hold, and how many states it has, if that has been published.

    `kind` and `size` are what the peers know it by.
    """

    kind: str
    size: int
    system: System
    goal: Expr
    states: int | None = None

    @property
    def name(self) -> str:
        """Kind and size: `two-phase commit 7`."""
        return f"{self.kind} {self.size}"


def task(kind: str, size: int) -> Task:
    """The task of that kind and size. Raises KeyError for an unknown kind."""
    return _TASKS[kind](size)


def tasks(*, quick: bool) -> Iterator[Task]:
    """All tasks, or those that every engine is through with within seconds."""
    sizes = {
        "two-phase commit": range(5, 7) if quick else range(5, 11),
        "philosophers": (10,) if quick else (12, 16),
        "ring": (5,) if quick else (7, 9),
        "memory": (5,) if quick else (8, 11),
        "six words": (7,) if quick else (9, 11),
    }
    for kind, chosen in sizes.items():
        for size in chosen:
            yield task(kind, size)


class Table(System):
    """Philosophers who take the fork at their left, then that at their right, eat and lay both down."""

    seat = Index(3)
    fork = Array(seat, Bool(), init=False)
    mood = Array(seat, Enum("full", "hungry", "eating"), init="full")

    @rule(by="philosopher {p}", p=seat)
    def begin(self, p: Expr) -> None:
        """The left fork is taken."""
        self.require(self.mood[p] == "full", ~self.fork[p])
        self.fork[p], self.mood[p] = True, "hungry"

    @rule(by="philosopher {p}", p=seat)
    def eat(self, p: Expr) -> None:
        """The right fork is taken."""
        other = (p + 1) % len(self.seat)
        self.require(self.mood[p] == "hungry", ~self.fork[other])
        self.fork[other], self.mood[p] = True, "eating"

    @rule(by="philosopher {p}", p=seat)
    def end(self, p: Expr) -> None:
        """Both forks are laid down."""
        self.require(self.mood[p] == "eating")
        self.fork[p], self.fork[(p + 1) % len(self.seat)], self.mood[p] = False, False, "full"

    def polite(self) -> Expr:
        """No two neighbours eat at once."""
        last = len(self.seat) - 1
        return forall(
            ~((self.mood[p] == "eating") & (self.mood[0 if p == last else p + 1] == "eating")) for p in self.seat
        )


class Memory(System):
    """A verifier asks for blocks; a prover with room for half of them answers in time, or fetches what it evicted."""

    block = Index(6)
    rounds = Size(3)
    distance = Size(2)  # ticks that fetching takes
    deadline = Size(3)  # ticks that the verifier waits
    kept = Array(block, Bool(), init=lambda s: [b < (len(s.block) + 1) // 2 for b in s.block])
    phase = Enum("idle", "asked", "fetching", "late", init="idle")
    wanted = Int(0, lambda s: len(s.block) - 1, init=0)
    clock = Int(0, lambda s: s.deadline + 1, init=0)
    away = Int(0, distance, init=0)
    passed = Int(0, rounds, init=0)

    @rule(by="prover", i=block, j=block)
    def swap(self, i: Expr, j: Expr) -> None:
        """Between two questions the prover keeps other blocks."""
        self.require(self.phase == "idle", self.kept[i], ~self.kept[j])
        self.kept[i] = False
        self.kept[j] = True

    @rule(by="verifier", to="prover", b=block)
    def ask(self, b: Expr) -> None:
        """The verifier asks for a block, and looks at its clock."""
        self.require(self.phase == "idle", self.passed < self.rounds)
        self.phase, self.wanted, self.clock = "asked", b, 0

    @rule(by="prover", i=block)
    def fetch(self, i: Expr) -> None:
        """The prover gives up a block for the one that it lacks."""
        self.require(self.phase == "asked", ~self.kept[self.wanted], self.kept[i])
        self.kept[i], self.phase, self.away = False, "fetching", self.distance

    @rule(by="time")
    def tick(self) -> None:
        """Time passes."""
        self.require(self.phase.one_of("asked", "fetching"), self.clock <= self.deadline)
        self.clock += 1
        self.away = ite(self.away > 0, self.away - 1, self.away)

    @rule(by="prover")
    def arrive(self) -> None:
        """The block is there."""
        self.require(self.phase == "fetching", self.away == 0)
        self.kept[self.wanted], self.phase = True, "asked"

    @rule(by="prover", to="verifier")
    def answer(self) -> None:
        """The prover answers in time."""
        self.require(self.phase == "asked", self.kept[self.wanted], self.clock <= self.deadline)
        self.phase, self.wanted, self.clock = "idle", 0, 0
        self.passed += 1

    @rule(by="verifier")
    def reject(self) -> None:
        """The verifier has waited long enough."""
        self.require(self.phase.one_of("asked", "fetching"), self.clock > self.deadline)
        self.phase = "late"

    def within(self) -> Expr:
        """The prover never keeps more than it has room for, and is late only past the deadline."""
        late = implies(self.phase == "late", self.clock > self.deadline)
        return (count(self.kept) <= (len(self.block) + 1) // 2) & late


class Log(System):
    """Two writers append numbers to a log of 48 entries, so that a state takes six words."""

    entry = Index(48)
    most = Size(7)  # entries of one writer
    log = Array(entry, Int(0, 127), init=0)
    first = Int(0, most, init=0)
    second = Int(0, most, init=0)

    @rule(by="first")
    def append(self) -> None:
        """The first writer appends how many it has written."""
        self.require(self.first < self.most)
        self.log[self.first + self.second] = 64 + self.first
        self.first += 1

    @rule(by="second")
    def append_too(self) -> None:
        """The second one does."""
        self.require(self.second < self.most)
        self.log[self.first + self.second] = 32 + self.second
        self.second += 1

    def counted(self) -> Expr:
        """As many entries are written as the writers have counted."""
        return count(self.log[e] > 0 for e in self.entry) == self.first + self.second


def _two_phase(size: int) -> Task:
    goal = two_phase.consistent.question({"manager": size}).goal
    return Task("two-phase commit", size, TwoPhase.at(manager=size), goal, TWO_PHASE.get(size))


def _table(size: int) -> Task:
    table = Table.at(seat=size)
    return Task("philosophers", size, table, table.polite())


def _ring(size: int) -> Task:
    goal = ewd840.detection.question({"node": size, "busy": True}).goal
    return Task("ring", size, Ewd840.at(node=size, busy=True), goal)


def _memory(size: int) -> Task:
    memory = Memory.at(block=size)
    return Task("memory", size, memory, memory.within())


def _log(size: int) -> Task:
    log = Log.at(most=size)
    return Task("six words", size, log, log.counted())


_TASKS = {
    "two-phase commit": _two_phase,
    "philosophers": _table,
    "ring": _ring,
    "memory": _memory,
    "six words": _log,
}
