"""The systems on tuples, as both checkers written in Python take them, each in a process of its own.

    python in_python.py minicheck|musil KIND SIZE

prints one line of JSON: how many states, how many were generated (null where the peer does not say), the seconds that
the search took, and by how many bytes the process grew. Needs nothing but the peer.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any

State = tuple[Any, ...]
Action = tuple[str, Callable[[State], bool], Callable[[State], State]]
Invariant = Callable[[State], bool]


def main() -> None:
    """Searches one system with one peer."""
    peer, kind, size = sys.argv[1], sys.argv[2], int(sys.argv[3])
    start, actions, invariant = SYSTEMS[kind](size)
    run = {"minicheck": minicheck, "musil": musil}[peer]
    search = run(start, list(actions), invariant)
    before, began = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.perf_counter()
    states = search()
    seconds = time.perf_counter() - began
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) << 10
    print(json.dumps({"states": states, "generated": None, "seconds": seconds, "bytes": grown}))


def minicheck(start: State, actions: list[Action], invariant: Invariant) -> Callable[[], int]:
    """All steps of a state as one list."""
    import minicheck as peer

    model = peer.Protocol(
        name="system",
        candidate=False,
        fields=("state",),
        initial=(start,),
        transitions=lambda s: [(name, (effect(s[0]),)) for name, guard, effect in actions if guard(s[0])],
        invariants={"holds": lambda d: invariant(d["state"])},
    )

    def search() -> int:
        result = peer.check_safety(model, max_states=10**9)
        assert result["properties"]["holds"]["holds"] is True
        states: int = result["reachable_states"]
        return states

    return search


def musil(start: State, actions: list[Action], invariant: Invariant) -> Callable[[], int]:
    """Guarded actions, and every state a legal last one."""
    import musil as peer

    made = [peer.Action(name, guard, effect) for name, guard, effect in actions]
    model = peer.Model(init=[start], actions=made, invariants={"holds": invariant}, terminal=lambda _: True)

    def search() -> int:
        result = peer.check(model, max_states=10**9)
        assert result.ok
        states: int = result.states_explored
        return states

    return search


def put(cells: State, at: int, value: object) -> State:
    """The tuple with one cell set."""
    return (*cells[:at], value, *cells[at + 1 :])


def two_phase(n: int) -> tuple[State, Iterator[Action], Invariant]:
    """Managers work (0), are prepared (1), committed (2) or aborted (3); bits of `heard` and `sent` are managers."""

    def actions() -> Iterator[Action]:
        # A state is (managers, coordinator, heard, sent, commit, abort).
        for m in range(n):
            bit = 1 << m
            yield "prepare", lambda s, m=m: s[0][m] == 0, lambda s, m=m, b=bit: (
                put(s[0], m, 1), s[1], s[2], s[3] | b, s[4], s[5])  # fmt: skip
            yield "give up", lambda s, m=m: s[0][m] == 0, lambda s, m=m: (put(s[0], m, 3), *s[1:])
            yield "hear", lambda s, b=bit: s[1] == 0 and bool(s[3] & b), lambda s, b=bit: (
                s[0], s[1], s[2] | b, *s[3:])  # fmt: skip
            yield "learn commit", lambda s: s[4], lambda s, m=m: (put(s[0], m, 2), *s[1:])
            yield "learn abort", lambda s: s[5], lambda s, m=m: (put(s[0], m, 3), *s[1:])
        full = (1 << n) - 1
        yield "commit", lambda s: s[1] == 0 and s[2] == full, lambda s: (s[0], 1, s[2], s[3], True, s[5])
        yield "abort", lambda s: s[1] == 0, lambda s: (s[0], 2, s[2], s[3], s[4], True)

    return ((0,) * n, 0, 0, 0, False, False), actions(), lambda s: not (2 in s[0] and 3 in s[0])


def philosophers(n: int) -> tuple[State, Iterator[Action], Invariant]:
    """Forks are free or taken; philosophers are full (0), hungry (1) or eat (2)."""

    def actions() -> Iterator[Action]:
        # A state is (forks, moods).
        for p in range(n):
            q = (p + 1) % n
            yield "begin", lambda s, p=p: s[1][p] == 0 and not s[0][p], lambda s, p=p: (
                put(s[0], p, True), put(s[1], p, 1))  # fmt: skip
            yield "eat", lambda s, p=p, q=q: s[1][p] == 1 and not s[0][q], lambda s, p=p, q=q: (
                put(s[0], q, True), put(s[1], p, 2))  # fmt: skip
            yield "end", lambda s, p=p: s[1][p] == 2, lambda s, p=p, q=q: (
                put(put(s[0], p, False), q, False), put(s[1], p, 0))  # fmt: skip

    polite: Invariant = lambda s: not any(s[1][p] == 2 and s[1][(p + 1) % n] == 2 for p in range(n))  # noqa: E731  # one of three
    return ((False,) * n, (0,) * n), actions(), polite


def ring(n: int) -> tuple[State, Iterator[Action], Invariant]:
    """Nodes are active or not, and white or black; the token is somewhere, and white or black."""

    def passed(s: State, i: int) -> State:
        return s[0], put(s[1], i, False), i - 1, s[3] or s[1][i]

    def actions() -> Iterator[Action]:
        # A state is (active, black, holder, whether the token is black).
        yield "probe", lambda s: s[2] == 0 and (s[3] or s[1][0]), lambda s: (s[0], put(s[1], 0, False), n - 1, False)
        for i in range(n):
            if i:
                yield "pass", lambda s, i=i: s[2] == i and (not s[0][i] or s[1][i] or s[3]), lambda s, i=i: passed(s, i)
            for j in range(n):
                if i != j:
                    yield "wake", lambda s, i=i: s[0][i], lambda s, i=i, j=j: (
                        put(s[0], j, True), put(s[1], i, True) if j > i else s[1], *s[2:])  # fmt: skip
            yield "rest", lambda s, i=i: s[0][i], lambda s, i=i: (put(s[0], i, False), *s[1:])

    def right(s: State) -> bool:
        return not (s[2] == 0 and not s[0][0] and not s[3] and not s[1][0] and any(s[0]))

    return ((True,) * n, (True,) * n, n - 1, True), actions(), right


def memory(n: int) -> tuple[State, Iterator[Action], Invariant]:
    """Three rounds, two ticks to fetch, a deadline of three; phases are idle, asked, fetching and late, from 0."""
    rounds, distance, deadline, room = 3, 2, 3, (n + 1) // 2

    def actions() -> Iterator[Action]:
        # A state is (kept, phase, wanted, clock, away, passed).
        for i in range(n):
            for j in range(n):
                if i != j:
                    yield "swap", lambda s, i=i, j=j: s[1] == 0 and s[0][i] and not s[0][j], lambda s, i=i, j=j: (
                        put(put(s[0], i, False), j, True), *s[1:])  # fmt: skip
            yield "ask", lambda s: s[1] == 0 and s[5] < rounds, lambda s, i=i: (s[0], 1, i, 0, *s[4:])
            yield "fetch", lambda s, i=i: s[1] == 1 and not s[0][s[2]] and s[0][i], lambda s, i=i: (
                put(s[0], i, False), 2, s[2], s[3], distance, s[5])  # fmt: skip
        waits: Invariant = lambda s: s[1] in (1, 2)  # noqa: E731  # as short as what it is used in
        yield "tick", lambda s: waits(s) and s[3] <= deadline, lambda s: (
            s[0], s[1], s[2], s[3] + 1, max(s[4] - 1, 0), s[5])  # fmt: skip
        yield "arrive", lambda s: s[1] == 2 and s[4] == 0, lambda s: (put(s[0], s[2], True), 1, *s[2:])
        yield "answer", lambda s: s[1] == 1 and s[0][s[2]] and s[3] <= deadline, lambda s: (
            s[0], 0, 0, 0, s[4], s[5] + 1)  # fmt: skip
        yield "reject", lambda s: waits(s) and s[3] > deadline, lambda s: (s[0], 3, *s[2:])

    start = tuple(b < room for b in range(n)), 0, 0, 0, 0, 0
    return start, actions(), lambda s: sum(s[0]) <= room and (s[1] != 3 or s[3] > deadline)


def log(most: int) -> tuple[State, Iterator[Action], Invariant]:
    """Two writers append to 48 entries."""

    def actions() -> Iterator[Action]:
        # A state is (log, first, second).
        yield "append", lambda s: s[1] < most, lambda s: (put(s[0], s[1] + s[2], 64 + s[1]), s[1] + 1, s[2])
        yield "append too", lambda s: s[2] < most, lambda s: (put(s[0], s[1] + s[2], 32 + s[2]), s[1], s[2] + 1)

    return ((0,) * 48, 0, 0), actions(), lambda s: sum(e > 0 for e in s[0]) == s[1] + s[2]


SYSTEMS = {
    "two-phase commit": two_phase,
    "philosophers": philosophers,
    "ring": ring,
    "memory": memory,
    "six words": log,
}

if __name__ == "__main__":
    main()
