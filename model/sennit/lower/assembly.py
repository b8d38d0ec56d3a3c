"""A machine as two compiled functions on packed states: all their successors, and the first that satisfies a formula.

    int64 expand(int64 *states, int64 n, int64 *out, int64 *counts)   successors of n states, one after the other;
                                                                      how many each has; returns how many in all
    int64 find(int64 *states, int64 n)                                the place of the first that satisfies it, or n

Both agree with `Machine.step` and `Machine.holds`. A big machine becomes several functions of bounded size, since
compilers take more than twice as long for twice as much.
"""

from __future__ import annotations

import ctypes
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import llvmlite.binding as llvm
import numpy as np
import numpy.typing as npt

from sennit.expr import Expr, not_, order
from sennit.lower.native import Cells, Native, One, Text
from sennit.lower.packing import Field, NotCompiled, Packing
from sennit.lower.program import conjuncts
from sennit.machine import Instance
from sennit.sort import BOOL

_NODES = 1_500  # subformulas that one function is built from
_EXPAND = ctypes.CFUNCTYPE(ctypes.c_int64, ctypes.c_void_p, ctypes.c_int64, ctypes.c_void_p, ctypes.c_void_p)
_FIND = ctypes.CFUNCTYPE(ctypes.c_int64, ctypes.c_void_p, ctypes.c_int64)
_TICK = 0.05  # seconds between two looks at the clock while LLVM is at work
_CHEAP = 24  # instructions up to which computing what may not be needed beats a branch


@dataclass(frozen=True)
class Compiled:
    """The addresses of the functions, good for as long as this object lives."""

    packing: Packing
    expand: int
    find: int
    most: int  # successors of one state; the room that `expand` needs is one state more than it finds
    seconds: float
    code: Any  # llvmlite ships no types: what keeps the functions in memory

    def first(self, states: npt.NDArray[np.int64], many: int) -> int:
        """The place of the first state that satisfies the formula; `many` if none does."""
        return int(_FIND(self.find)(states.ctypes.data, many))

    def successors(
        self, states: npt.NDArray[np.int64], many: int, out: npt.NDArray[np.int64], counts: npt.NDArray[np.int64]
    ) -> int:
        """How many successors the states have; `out` then holds them, and `counts` how many each has."""
        return int(_EXPAND(self.expand)(states.ctypes.data, many, out.ctypes.data, counts.ctypes.data))


def _never() -> None:
    """Nothing ends it."""


def compiled(
    packing: Packing, instances: Sequence[Instance], target: Expr, look: Callable[[], None] = _never
) -> Compiled:
    """The functions of these instances and this formula. Raises NotCompiled where they are outside the fragment.

    `look` is called meanwhile, and may raise.
    """
    started = time.perf_counter()
    lines = [*_expand(packing, instances, look), *_find(packing, target), "declare i64 @llvm.ctpop.i64(i64)"]
    engine = _meanwhile("\n".join(lines), look)
    addresses = [engine.get_function_address(name) for name in ("expand", "find")]
    seconds = time.perf_counter() - started
    return Compiled(packing, addresses[0], addresses[1], len(instances), seconds, engine)


def _meanwhile(text: str, look: Callable[[], None]) -> Any:
    """What `_machine_code` returns, made by a thread of its own: LLVM hears nothing until it is through.

    If `look` raises, the thread is left behind. It has the text and nothing else, so it is in nobody's way.
    """
    made: list[Any] = []

    def work() -> None:
        try:
            made.append(_machine_code(text))
        except BaseException as error:  # it is raised by the one that waits
            made.append(error)

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    while thread.is_alive():
        thread.join(_TICK)
        look()
    if isinstance(made[0], BaseException):
        raise made[0]
    return made[0]


def _machine_code(text: str) -> Any:
    """The engine with the functions of an LLVM module, optimised for this processor."""
    processor = _processor()
    module = llvm.parse_assembly(text)
    module.triple = processor.triple
    module.data_layout = str(processor.target_data)
    options = llvm.create_pipeline_tuning_options(speed_level=2)
    passes = llvm.create_pass_builder(processor, options)
    passes.getModulePassManager().run(module, passes)
    engine = llvm.create_mcjit_compiler(module, _processor())  # which owns it from now on
    engine.finalize_object()
    return engine


def _processor() -> Any:
    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    target = llvm.Target.from_default_triple()
    features = llvm.get_host_cpu_features().flatten()
    return target.create_target_machine(cpu=llvm.get_host_cpu_name(), features=features, opt=2, jit=True)


# -- successors -------------------------------------------------------------------------------------------------------


def _expand(packing: Packing, instances: Sequence[Instance], look: Callable[[], None]) -> list[str]:
    """The function `expand`, and before it the parts that it calls for each state."""
    lines: list[str] = []
    calls: list[str] = []
    for number, batch in enumerate(_batches(instances)):
        part = _Part(packing)
        for instance in batch:
            part.step(instance)
        look()
        lines += [f"define internal ptr @part{number}(ptr noalias %s, ptr noalias %p0) noinline {{", "entry:"]
        lines += [*_loads(packing), *part.native.lines, f"ret ptr {part.out}", "}"]
        calls.append(f"%q{number + 1} = call ptr @part{number}(ptr %s, ptr %q{number})")
    if len(calls) == 1:
        lines = [line.replace(" noinline {", " alwaysinline {") for line in lines]
    size = 8 * packing.words
    return [
        *lines,
        "define i64 @expand(ptr noalias %states, i64 %n, ptr noalias %out, ptr noalias %counts) {",
        "entry:",
        "%start = ptrtoint ptr %out to i64",
        "br label %loop",
        "loop:",
        "%i = phi i64 [0, %entry], [%j, %loop]",
        f"%q0 = phi ptr [%out, %entry], [%q{len(calls)}, %loop]",
        f"%at = mul i64 %i, {size}",
        "%s = getelementptr i8, ptr %states, i64 %at",
        "%before = ptrtoint ptr %q0 to i64",
        *calls,
        f"%after = ptrtoint ptr %q{len(calls)} to i64",
        "%bytes = sub i64 %after, %before",
        f"%many = udiv exact i64 %bytes, {size}",
        "%c = getelementptr i64, ptr %counts, i64 %i",
        "store i64 %many, ptr %c",
        "%j = add i64 %i, 1",
        "%more = icmp ult i64 %j, %n",
        "br i1 %more, label %loop, label %end",
        "end:",
        "%whole = sub i64 %after, %start",
        f"%all = udiv exact i64 %whole, {size}",
        "ret i64 %all",
        "}",
    ]


def _loads(packing: Packing) -> Iterator[str]:
    for word in range(packing.words):
        yield f"%p.{word} = getelementptr i64, ptr %s, i64 {word}"
        yield f"%w{word} = load i64, ptr %p.{word}"
    yield f"%whole = load <{packing.words} x i64>, ptr %s, align 8"


def _batches(instances: Sequence[Instance]) -> Iterator[list[Instance]]:
    """The instances in order, in runs of bounded size."""
    batch: list[Instance] = []
    seen: dict[Expr, bool] = {}
    for instance in instances:
        own: dict[Expr, bool] = {}
        for formula in (instance.guard, *(formula for _, formula in instance.updates)):
            own |= dict.fromkeys(order(formula, own), True)
        if batch and len(seen.keys() | own.keys()) > _NODES:
            yield batch
            batch, seen = [], {}
        batch.append(instance)
        seen |= own
    if batch:
        yield batch


class _Part:
    """Writes steps of some instances: each new state goes to where `out` points, which moves on if the step fires."""

    def __init__(self, packing: Packing) -> None:
        self.packing, self.native = packing, Native(packing)
        self.out = "%p0"
        self.block = "entry"
        self._left: list[str] = []  # the blocks that leave the step early, all with the same `out`
        self._mark: tuple[int, int] | None = None  # of what was written before the first of them

    def step(self, instance: Instance) -> None:
        """The step of one instance, behind branches where what it computes is much."""
        if instance.open:
            names = ", ".join(name for name, _ in instance.open)
            raise NotCompiled(f"the parameter {names} of {instance.rule.name} has no bounds")
        native = self.native
        asked: list[One] = []
        fresh = len(native.lines)
        for part in conjuncts(instance.guard):
            if asked and len(native.lines) - fresh > _CHEAP:
                self._only_if(native.all_of(asked), len(native.lines))
                asked, fresh = [], len(native.lines)
            piece = native.piece(part)
            assert not isinstance(piece, Cells)
            asked.append(piece)
        guard = native.all_of(asked)
        at, mark = len(native.lines), native.mark()
        tests, words = self._after(instance)
        if len(native.lines) - at > _CHEAP and guard != "true":
            self._only_if(guard, at, mark)
            guard = "true"
        self._put(native.all_of([Text(guard, BOOL), *tests]), words)

    def _after(self, instance: Instance) -> tuple[list[One], list[str]]:
        """The tests that the new values are in range, and the words of the new state."""
        native, layout = self.native, self.packing.layout
        updates = dict(instance.updates)
        changes: list[dict[Field, One]] = [{} for _ in range(self.packing.words)]
        tests: list[One] = []
        for v, (a, b) in zip(layout.variables, layout.places, strict=True):
            if v.name not in updates:
                continue
            new, old = native.piece(updates[v.name]), native.env[v.name]
            cells = new.parts if isinstance(new, Cells) else (new,)
            olds = old.parts if isinstance(old, Cells) else (old,)
            for field, x, y in zip(self.packing.fields[a:b], cells, olds, strict=True):
                if x != y:
                    tests += native.within(x, field.sort)
                    changes[field.word][field] = x
        return tests, [native.word(i, own) if own else f"%w{i}" for i, own in enumerate(changes)]

    def _only_if(self, test: str, at: int, mark: tuple[int, int] | None = None) -> None:
        """What is written from line `at` on runs only where the test is true."""
        if self._mark is None:
            self._mark = mark or self.native.mark()
        label = self.native.name()[1:]
        self.native.lines[at:at] = [f"br i1 {test}, label %{label}, label %next.{self.out[1:]}", f"{label}:"]
        self._left.append(self.block)
        self.block = label

    def _put(self, test: str, words: Sequence[str]) -> None:
        """Writes the new state, counts it where the test is true, and joins the branches."""
        native, before = self.native, self.out
        whole, kind = "%whole", f"<{len(words)} x i64>"
        for number, word in enumerate(words):
            if word != f"%w{number}":
                changed = native.name()
                native.lines.append(f"{changed} = insertelement {kind} {whole}, i64 {word}, i32 {number}")
                whole = changed
        native.lines.append(f"store {kind} {whole}, ptr {before}, align 8")
        moved = native.name()
        native.lines.append(f"{moved}.by = select i1 {test}, i64 {8 * len(words)}, i64 0")
        native.lines.append(f"{moved} = getelementptr i8, ptr {before}, i64 {moved}.by")
        self.out = moved
        if not self._left:
            return
        label = f"next.{before[1:]}"
        self.out = native.name()
        ways = "".join(f", [{before}, %{block}]" for block in self._left)
        native.lines += [f"br label %{label}", f"{label}:", f"{self.out} = phi ptr [{moved}, %{self.block}]{ways}"]
        self.block, self._left = label, []
        assert self._mark is not None
        native.forget(self._mark)
        self._mark = None


# -- the formula ------------------------------------------------------------------------------------------------------


def _find(packing: Packing, formula: Expr) -> list[str]:
    """The function `find`, and before it the parts of the formula, asked in turn until one decides."""
    parts, every = _parts(formula)
    lines: list[str] = []
    asking: list[str] = []
    decided, else_ = ("no", "yes") if every else ("yes", "no")
    for number, batch in enumerate(_heaps(parts)):
        native = Native(packing)
        pieces = [native.piece(part if every else not_(part)) for part in batch]
        test = native.all_of([piece for piece in pieces if not isinstance(piece, Cells)])
        lines += [f"define internal i1 @test{number}(ptr noalias readonly %s) alwaysinline {{", "entry:"]
        lines += [*_loads(packing), *native.lines, f"ret i1 {test}", "}"]
        asking += [f"%a{number} = call i1 @test{number}(ptr %s)"]
        asking += [f"br i1 %a{number}, label %then{number}, label %{decided}", f"then{number}:"]
    if len(asking) > 3:
        lines = [line.replace(" alwaysinline {", " noinline {") for line in lines]
    return [
        *lines,
        "define i64 @find(ptr noalias readonly %states, i64 %n) {",
        "entry:",
        "br label %loop",
        "loop:",
        "%i = phi i64 [0, %entry], [%j, %no]",
        "%more = icmp ult i64 %i, %n",
        "br i1 %more, label %look, label %yes",
        "look:",
        f"%at = mul i64 %i, {8 * packing.words}",
        "%s = getelementptr i8, ptr %states, i64 %at",
        *asking,
        f"br label %{else_}",
        "no:",
        "%j = add i64 %i, 1",
        "br label %loop",
        "yes:",
        "ret i64 %i",
        "}",
    ]


def _parts(formula: Expr) -> tuple[list[Expr], bool]:
    """Formulas of which every one must be true, or of which one must: the second value says which."""
    if formula.op == "or_":
        return list(formula.args), False
    if formula.op == "not_" and formula.args[0].op == "and_":
        return [not_(part) for part in formula.args[0].args], False
    return conjuncts(formula), True


def _heaps(parts: Sequence[Expr]) -> Iterator[list[Expr]]:
    heap: list[Expr] = []
    seen: dict[Expr, bool] = {}
    for part in parts:
        own = dict.fromkeys(order(part, seen), True)
        if heap and len(seen) + len(own) > _NODES:
            yield heap
            heap, seen = [], {}
            own = dict.fromkeys(order(part), True)
        heap.append(part)
        seen |= own
    if heap:
        yield heap
