"""A machine as constrained Horn clauses for Z3's Spacer, which runs in a process of its own that can be killed.

One relation over all cells, and all rules in one clause: that is some fifteen times faster than a clause a rule. An
Enum is a Bool for each of its names, so that what is found speaks of names and not of their order. Komuravelli,
Gurfinkel and Chaki, "SMT-based model checking for recursive programs", CAV 2014. Spacer may hang, raise at its time
limit, and has been wrong: whoever asks checks what comes back.
"""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

import z3

from sennit.definedness import in_sort
from sennit.errors import Misuse
from sennit.expr import Expr, add, and_, constant, div, eq, evaluate, ite, le, lt, mod, mul, not_, or_, real, sub
from sennit.lower.atoms import cells
from sennit.lower.terms import Term, Terms
from sennit.machine import Machine
from sennit.sort import ArraySort, BoolSort, EnumSort, RealSort

_RELATION = "reached"
_LOOK = 0.05  # seconds between two looks at the processes
_START = "import json, sys; sys.path[:] = json.loads(sys.argv[1]); from sennit.lower.horn import main; main()"
# Each finds what others do not; the first runs alone for a while.
OPTIONS: tuple[Mapping[str, object], ...] = ({}, {"spacer.global": True}, {"spacer.ground_pobs": False})
_ALONE = 1.0  # seconds
# What simplifies the relation away leaves no invariant of it.
_PLAIN: Mapping[str, bool] = {"xform.slice": False, "xform.inline_linear": False, "xform.inline_eager": False}


@dataclass(frozen=True)
class Safe:
    """Spacer says that the target is not reached, and the invariant that it gives as its reason."""

    invariant: Expr


@dataclass(frozen=True)
class Unsafe:
    """Spacer says that the target is reached."""


@dataclass(frozen=True)
class NoAnswer:
    """Spacer says nothing, and why."""

    why: str


def ask_spacer(machine: Machine, target: Expr, left: Callable[[], float]) -> Safe | Unsafe | NoAnswer:
    """The first answer of several processes with different options, all ended once `left` seconds are over.

    Raises Misuse where formulas cannot be said. Ctrl-C ends the processes and is passed on.
    """
    try:
        problem = Problem(machine, target, left)
    except TimeoutError:
        return NoAnswer("the clauses could not be written in time")
    whys: list[str] = []
    with _running(problem.text) as start:
        waiting = list(OPTIONS)
        running: list[subprocess.Popen[bytes]] = []
        next_start = time.monotonic()
        while waiting or running:
            if left() <= 0:
                return NoAnswer("; ".join(dict.fromkeys([*whys, "no answer in time"])))
            if waiting and (time.monotonic() >= next_start or not running):
                running.append(start(waiting.pop(0)))
                next_start = time.monotonic() + _ALONE
            for process in [process for process in running if process.poll() is not None]:
                running.remove(process)
                answer = _heard(process, problem)
                if not isinstance(answer, NoAnswer):
                    return answer
                whys.append(answer.why)
            time.sleep(min(_LOOK, max(0.0, left())))
    return NoAnswer("; ".join(dict.fromkeys(whys)))


class Problem:
    """The clauses as text, and how to read what is said about the relation's arguments."""

    def __init__(self, machine: Machine, target: Expr, left: Callable[[], float]) -> None:
        """Raises TimeoutError once nothing is `left`."""
        terms, self._left = Terms(None), left
        self.machine, self._terms = machine, terms
        self.arguments: list[tuple[Expr, Term]] = []  # what each means, before the step
        env, conditions = self._state()
        then: list[Term] = []
        for formula, _ in self.arguments:
            then.append(terms.fresh(f"then {len(then)}", formula.sort))
        fixed = z3.Fixedpoint(ctx=terms.context)
        now = [term for _, term in self.arguments]
        relation = z3.Function(_RELATION, *(term.sort() for term in now), z3.BoolSort(terms.context))
        query = z3.Function("query", z3.BoolSort(terms.context))
        fixed.register_relation(relation, query)
        memo: dict[Expr, Term] = {}
        moves, opened = self._moves(env, memo, now, then)
        fixed.declare_var(*now, *then, *opened)
        fixed.add_rule(relation(*now), [*conditions, evaluate(machine.initial, env, terms, memo)])
        if moves:
            fixed.add_rule(relation(*then), [relation(*now), terms.any_of(moves)])
        fixed.add_rule(query(), [relation(*now), *conditions, evaluate(target, env, terms, memo)])
        self.text = fixed.to_string([query()])

    def _state(self) -> tuple[dict[str, Term], list[Term]]:
        """The variables, made of new arguments, and the conditions on those."""
        env, conditions = dict[str, Term](), list[Term]()
        of = iter(cells(self.machine))
        for v in self.machine.variables:
            many = v.sort.cells if isinstance(v.sort, ArraySort) else 1
            found = [self._cell(next(of), conditions) for _ in range(many)]
            env[v.name] = tuple(found) if isinstance(v.sort, ArraySort) else found[0]
        return env, conditions

    def _cell(self, cell: Expr, conditions: list[Term]) -> Term:
        terms, sort = self._terms, cell.sort
        if not isinstance(sort, EnumSort):
            term = terms.fresh(f"now {len(self.arguments)}", sort)
            self.arguments.append((cell, term))
            conditions += terms.within(term, sort)
            return term
        names, chosen = sort.literals, list[Term]()
        for name in _named(sort):
            chosen.append(terms.fresh(f"now {len(self.arguments)}", BoolSort()))
            self.arguments.append((eq(cell, constant(name, sort)), chosen[-1]))
        if len(names) > 2:
            conditions += [terms.any_of(chosen), terms.at_most_one(chosen)]
        result = terms.scalar(names[-1], sort)
        for name, term in reversed(list(zip(names[:-1], chosen, strict=False))):
            result = terms.choice(term, terms.scalar(name, sort), result)
        return result

    def _moves(
        self, env: dict[str, Term], memo: dict[Expr, Term], now: Sequence[Term], then: Sequence[Term]
    ) -> tuple[list[Term], list[Term]]:
        """One condition an instance, and the variables of open parameters."""
        terms, sorts = self._terms, {v.name: v.sort for v in self.machine.variables}
        moves, opened = [], list[Term]()
        kept = [terms.same(new, value) for new, value in zip(then, now, strict=True)]
        for number, instance in enumerate(self.machine.instances):
            if self._left() <= 0:
                raise TimeoutError
            own = {name: terms.fresh(f"{number} {name}", sort) for name, sort in instance.open}
            opened += own.values()
            here, seen = (env | own, {}) if own else (env, memo)
            ranges = [in_sort(formula, sorts[name]) for name, formula in instance.updates]
            demands = [evaluate(formula, here, terms, seen) for formula in (instance.guard, *ranges)]
            demands += [c for name, sort in instance.open for c in terms.within(own[name], sort)]
            after = env | {name: evaluate(formula, here, terms, seen) for name, formula in instance.updates}
            moves.append(terms.all_of([*demands, *self._becomes(env, after, then, kept)]))
        return moves, opened

    def _becomes(
        self, env: Mapping[str, Term], after: Mapping[str, Term], then: Sequence[Term], kept: Sequence[Term]
    ) -> Iterator[Term]:
        """That the relation's arguments are those of the state `after`; `kept` says so of arguments that stay."""
        terms, at = self._terms, 0
        for v in self.machine.variables:
            sort = v.sort.cell if isinstance(v.sort, ArraySort) else v.sort
            old, new = ((t if isinstance(v.sort, ArraySort) else (t,)) for t in (env[v.name], after[v.name]))
            names = _named(sort) if isinstance(sort, EnumSort) else ("",)
            for before, term in zip(old, new, strict=True):
                if term is before:
                    yield from kept[at : at + len(names)]
                elif isinstance(sort, EnumSort):
                    values = (terms.same(term, terms.scalar(name, sort)) for name in names)
                    yield from (terms.same(x, value) for x, value in zip(then[at:], values, strict=False))
                else:
                    yield terms.same(then[at], term)
                at += len(names)

    def read(self, text: str) -> Expr:
        """The formula over the machine's cells that a text over `x0`, `x1`, ... says. Raises Misuse for other texts."""
        context = z3.Context()
        known = {f"x{i}": cell for i, (cell, _) in enumerate(self.arguments)}
        sorts = {f"x{i}": _sort(term, context) for i, (_, term) in enumerate(self.arguments)}
        declared = {name: z3.Const(name, sort) for name, sort in sorts.items()}
        (term,) = z3.parse_smt2_string(f"(assert {text})", decls=declared, ctx=context)
        return _formula(term, known)


def _named(sort: EnumSort) -> tuple[str, ...]:
    """The literals that have a Bool of their own: of two, the second is where the first is not."""
    return sort.literals if len(sort.literals) > 2 else sort.literals[:-1]


def _sort(term: Term, context: Term) -> Term:
    kind = term.sort().kind()
    if kind == z3.Z3_BOOL_SORT:
        return z3.BoolSort(context)
    return z3.RealSort(context) if kind == z3.Z3_REAL_SORT else z3.IntSort(context)


# -- what comes back --------------------------------------------------------------------------------------------------


def _formula(root: Term, known: Mapping[str, Expr]) -> Expr:
    done: dict[int, Expr] = {}
    stack = [(root, False)]
    while stack:
        term, ready = stack.pop()
        if ready:
            done[term.get_id()] = _node(term, [done[child.get_id()] for child in term.children()], known)
        elif term.get_id() not in done:
            stack.append((term, True))
            stack.extend((child, False) for child in term.children())
    return done[root.get_id()]


def _node(term: Term, args: list[Expr], known: Mapping[str, Expr]) -> Expr:
    if z3.is_int_value(term):
        return constant(int(term.as_long()))
    if z3.is_rational_value(term):
        return constant(Fraction(int(term.numerator_as_long()), int(term.denominator_as_long())))
    if not z3.is_app(term):
        raise Misuse(f"Spacer's answer has a quantifier: {term}")
    if z3.is_const(term) and term.decl().name() in known:
        return known[term.decl().name()]
    args = _leveled(args)
    make: Mapping[int, Callable[[], Expr]] = {
        z3.Z3_OP_TRUE: lambda: constant(value=True),
        z3.Z3_OP_FALSE: lambda: constant(value=False),
        z3.Z3_OP_AND: lambda: and_(*args),
        z3.Z3_OP_OR: lambda: or_(*args),
        z3.Z3_OP_NOT: lambda: not_(args[0]),
        z3.Z3_OP_IMPLIES: lambda: or_(not_(args[0]), args[1]),
        z3.Z3_OP_EQ: lambda: eq(args[0], args[1]),
        z3.Z3_OP_DISTINCT: lambda: and_(*(not_(eq(a, b)) for i, a in enumerate(args) for b in args[i + 1 :])),
        z3.Z3_OP_ITE: lambda: ite(args[0], args[1], args[2]),
        z3.Z3_OP_LE: lambda: le(args[0], args[1]),
        z3.Z3_OP_GE: lambda: le(args[1], args[0]),
        z3.Z3_OP_LT: lambda: lt(args[0], args[1]),
        z3.Z3_OP_GT: lambda: lt(args[1], args[0]),
        z3.Z3_OP_ADD: lambda: add(*args),
        z3.Z3_OP_SUB: lambda: sub(args[0], add(*args[1:])),
        z3.Z3_OP_UMINUS: lambda: sub(constant(0 if not isinstance(args[0].sort, RealSort) else Fraction(0)), args[0]),
        z3.Z3_OP_MUL: lambda: _product(args),
        z3.Z3_OP_IDIV: lambda: div(args[0], _divisor(args[1])),
        z3.Z3_OP_MOD: lambda: mod(args[0], _divisor(args[1])),
        z3.Z3_OP_TO_REAL: lambda: real(args[0]),
    }
    kind = term.decl().kind()
    if kind not in make:
        raise Misuse(f"Spacer's answer has {term.decl().name()}, which specifications do not have")
    return make[kind]()


def _leveled(args: list[Expr]) -> list[Expr]:
    """All reals where one is."""
    if any(isinstance(arg.sort, RealSort) for arg in args):
        return [arg if isinstance(arg.sort, BoolSort) else real(arg) for arg in args]
    return args


def _product(args: Sequence[Expr]) -> Expr:
    result = args[0]
    for arg in args[1:]:
        result = mul(result, arg)
    return result


def _divisor(expr: Expr) -> int:
    if expr.op == "constant" and isinstance(expr.data, int) and expr.data > 0:
        return expr.data
    raise Misuse(f"Spacer's answer divides by {expr}")


# -- processes --------------------------------------------------------------------------------------------------------


@contextlib.contextmanager
def _running(text: str) -> Iterator[Callable[[Mapping[str, object]], subprocess.Popen[bytes]]]:
    """Starts processes that do not outlive the block, nor this process."""
    started: list[subprocess.Popen[bytes]] = []

    def start(options: Mapping[str, object]) -> subprocess.Popen[bytes]:
        process = subprocess.Popen(
            [sys.executable, "-c", _START, json.dumps(sys.path)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, start_new_session=True,
        )  # fmt: skip
        started.append(process)
        assert process.stdin is not None
        with contextlib.suppress(BrokenPipeError):
            process.stdin.write(json.dumps({"text": text, "options": dict(options)}).encode() + b"\n")
            process.stdin.flush()
        return process

    try:
        yield start
    finally:
        for process in started:
            process.kill()
            process.communicate()


def _heard(process: subprocess.Popen[bytes], problem: Problem) -> Safe | Unsafe | NoAnswer:
    assert process.stdout is not None
    said = process.stdout.read()
    try:
        match json.loads(said):
            case {"safe": str(text)}:
                return Safe(problem.read(text))
            case {"unsafe": _}:
                return Unsafe()
            case {"why": str(why)}:
                return NoAnswer(why)
    except (Misuse, z3.Z3Exception) as error:
        return NoAnswer(f"Spacer's invariant could not be read: {error}")
    except ValueError:
        pass
    return NoAnswer(f"Spacer's process ended with code {process.returncode}")


def main() -> None:
    """Answers the one problem that stands on stdin, and ends with whoever asked."""
    problem = json.loads(sys.stdin.buffer.readline())
    threading.Thread(target=_end_with_parent, daemon=True).start()
    fixed = z3.Fixedpoint()
    fixed.set(engine="spacer", **_PLAIN, **problem["options"])
    try:
        (query,) = fixed.parse_string(problem["text"])
        answer = fixed.query(query)
        if answer == z3.unsat:
            said = {"safe": _invariant(fixed.get_answer())}
        else:
            said = {"unsafe": ""} if answer == z3.sat else {"why": f"Spacer gave up: {fixed.reason_unknown()}"}
    except z3.Z3Exception as error:
        said = {"why": f"Spacer stopped: {error}"}
    os.write(1, json.dumps(said).encode())
    os._exit(0)


def _end_with_parent() -> None:
    sys.stdin.buffer.read()
    os._exit(0)


def _invariant(answer: Term) -> str:
    """The formula of the relation in an answer, over `x0`, `x1`, ... Raises Z3Exception where the answer has none."""
    todo = [answer]
    while todo:
        term = todo.pop()
        if z3.is_and(term):
            todo += term.children()
        elif z3.is_quantifier(term) and z3.is_eq(body := term.body()):
            head, meaning = body.children()
            if head.decl().name() == _RELATION:
                names = [z3.Const(f"x{i}", argument.sort()) for i, argument in enumerate(head.children())]
                places = {
                    z3.get_var_index(argument): name for argument, name in zip(head.children(), names, strict=True)
                }
                return str(z3.substitute_vars(meaning, *(places[i] for i in range(len(places)))).sexpr())
    raise z3.Z3Exception("the answer says nothing of the relation")
