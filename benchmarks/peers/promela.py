"""The systems in Promela: every rule instance is one `d_step`, and asserts where it could break what must hold."""

from __future__ import annotations

from collections.abc import Iterator

Step = tuple[str, str]  # when, and what then


def promela(kind: str, n: int) -> str:
    """The system's text at that size. Raises KeyError for an unknown kind."""
    variables, steps = _SYSTEMS[kind](n)
    options = "\n".join(f"  :: d_step {{ {when} -> {then} }}" for when, then in steps)
    return f"{variables}\nactive proctype all() {{\n  do\n{options}\n  od\n}}\n"


def _two_phase(n: int) -> tuple[str, Iterator[Step]]:
    """Managers work (0), are prepared (1), committed (2) or aborted (3)."""
    committed, aborted = (" || ".join(f"s[{m}] == {value}" for m in range(n)) for value in (2, 3))

    def steps() -> Iterator[Step]:
        safe = f"assert(!(({committed}) && ({aborted})))"
        for m in range(n):
            yield f"s[{m}] == 0", f"s[{m}] = 1; sent[{m}] = 1"
            yield f"s[{m}] == 0", f"s[{m}] = 3; {safe}"
            yield f"c == 0 && sent[{m}]", f"heard[{m}] = 1"
            yield "commit", f"s[{m}] = 2; {safe}"
            yield "abort", f"s[{m}] = 3; {safe}"
        yield f"c == 0 && {' && '.join(f'heard[{m}]' for m in range(n))}", "c = 1; commit = 1"
        yield "c == 0", "c = 2; abort = 1"

    return f"byte s[{n}]; byte c; bit sent[{n}]; bit heard[{n}]; bit commit; bit abort;", steps()


def _philosophers(n: int) -> tuple[str, Iterator[Step]]:
    """Philosophers are full (0), hungry (1) or eat (2)."""

    def steps() -> Iterator[Step]:
        for p in range(n):
            q, before = (p + 1) % n, (p - 1) % n
            polite = f"assert(mood[{q}] != 2 && mood[{before}] != 2)"
            yield f"mood[{p}] == 0 && !fork[{p}]", f"fork[{p}] = 1; mood[{p}] = 1"
            yield f"mood[{p}] == 1 && !fork[{q}]", f"fork[{q}] = 1; mood[{p}] = 2; {polite}"
            yield f"mood[{p}] == 2", f"fork[{p}] = 0; fork[{q}] = 0; mood[{p}] = 0"

    return f"bit fork[{n}]; byte mood[{n}];", steps()


def _ring(n: int) -> tuple[str, Iterator[Step]]:
    """Termination detection; all are active and black at first."""
    busy = " || ".join(f"active_[{i}]" for i in range(n))
    right = f"assert(!(holder == 0 && !active_[0] && !token && !black[0] && ({busy})))"

    def steps() -> Iterator[Step]:
        yield "holder == 0 && (token || black[0])", f"holder = {n - 1}; token = 0; black[0] = 0; {right}"
        for i in range(n):
            if i:
                yield (
                    f"holder == {i} && (!active_[{i}] || black[{i}] || token)",
                    f"holder = {i - 1}; token = token || black[{i}]; black[{i}] = 0; {right}",
                )
            for j in range(n):
                if i != j:
                    yield f"active_[{i}]", f"active_[{j}] = 1; {f'black[{i}] = 1; ' if j > i else ''}{right}"
            yield f"active_[{i}]", f"active_[{i}] = 0; {right}"

    return f"bit active_[{n}] = 1; bit black[{n}] = 1; byte holder = {n - 1}; bit token = 1;", steps()


def _memory(n: int) -> tuple[str, Iterator[Step]]:
    """Three rounds, two ticks to fetch, a deadline of three; phases are idle, asked, fetching, late."""
    rounds, distance, deadline, room = 3, 2, 3, (n + 1) // 2
    full = f"assert({' + '.join(f'kept[{i}]' for i in range(n))} <= {room})"

    def steps() -> Iterator[Step]:
        for i in range(n):
            for j in range(n):
                if i != j:
                    yield f"phase == 0 && kept[{i}] && !kept[{j}]", f"kept[{i}] = 0; kept[{j}] = 1; {full}"
            yield f"phase == 0 && passed < {rounds}", f"phase = 1; wanted = {i}; clock = 0"
            yield f"phase == 1 && !kept[wanted] && kept[{i}]", f"kept[{i}] = 0; phase = 2; away = {distance}; {full}"
        yield (
            f"(phase == 1 || phase == 2) && clock <= {deadline}",
            "clock = clock + 1; away = (away > 0 -> away - 1 : 0)",
        )
        yield "phase == 2 && away == 0", f"kept[wanted] = 1; phase = 1; {full}"
        yield (
            f"phase == 1 && kept[wanted] && clock <= {deadline}",
            "phase = 0; wanted = 0; clock = 0; passed = passed + 1",
        )
        yield f"(phase == 1 || phase == 2) && clock > {deadline}", f"phase = 3; assert(clock > {deadline})"

    kept = ", ".join("1" if i < room else "0" for i in range(n))
    return f"bit kept[{n}] = {{{kept}}}; byte phase; byte wanted; byte clock; byte away; byte passed;", steps()


def _log(most: int) -> tuple[str, Iterator[Step]]:
    """Two writers append to 48 entries."""
    counted = f"assert({' + '.join(f'(log[{e}] > 0)' for e in range(48))} == first + second)"

    def steps() -> Iterator[Step]:
        yield f"first < {most}", f"log[first + second] = 64 + first; first = first + 1; {counted}"
        yield f"second < {most}", f"log[first + second] = 32 + second; second = second + 1; {counted}"

    return "byte log[48]; byte first; byte second;", steps()


_SYSTEMS = {
    "two-phase commit": _two_phase,
    "philosophers": _philosophers,
    "ring": _ring,
    "memory": _memory,
    "six words": _log,
}
