"""`sennit memory`: run memory challenges, measure a machine for them, and plan them."""

from __future__ import annotations

from collections import Counter
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final, Literal, TypeAlias

import typer

from sennit.cli import memory_bound, memory_log, memory_plot
from sennit.cli.sizes import parsed, shown
from sennit.cli.writing import write_line, write_whole
from sennit.errors import Misuse

if TYPE_CHECKING:  # Numba takes longer to import than `--help` should take to print
    from sennit.reference.memory.plan import Plan, Wanted
    from sennit.reference.memory.profile import Profile
    from sennit.reference.memory.shape import Shape
    from sennit.reference.memory.verifier import Round

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None, pretty_exceptions_enable=False)
app.command("bound", help=memory_bound.HELP, short_help="Say how many rounds of labels are enough.")(memory_bound.bound)
app.command("replay", help=memory_log.REPLAY_HELP, short_help="Replay a log on the timed protocol.")(memory_log.replay)
app.command("plot", help=memory_plot.HELP, short_help="Draw logs and the proved curve.")(memory_plot.plot)

Device: TypeAlias = Literal["cpu", "cuda"]
Tags: TypeAlias = Literal["segment", "scattered"]
_MOST_LINES: Final = 512

_DEVICE = Annotated[Device, typer.Option(help="Where the memory is: cpu, or cuda.")]
_SIZE = Annotated[str, typer.Option(metavar="SIZE", help="Memory to challenge, as 2GiB or bytes.")]
_LINES = Annotated[int, typer.Option(metavar="N", help="Labels of 64 bytes in a segment, and in a chain.")]


@app.callback()
def memory() -> None:
    """Run memory challenges that are against the clock, measure a machine for them, and plan them.

    Try it:  sennit memory run --size 64MiB
    """


_RUN_HELP: Final = """Challenge a prover in a process of its own, and say whether it is accepted.

\b
sennit memory run --size 1GiB                          one sweep; without a deadline, only what is wrong is rejected
sennit memory run --size 1GiB --deadline 0.2 -n 100    a hundred sweeps, each within 0.2 s
sennit memory run --mode ping --lines-asked 16 -n 1000 labels asked for one round trip at a time
sennit memory run --profile here.json --size 1GiB      the deadline that this machine's profile gives
sennit memory run --prover recompute --hide 0.3        a cheater; `--prover list` names them
sennit memory run --deadline 0.2 --log run.jsonl       what was sent and answered when, for `sennit memory replay`

\b
Exit codes: 0 accepted each time · 1 rejected at least once · 2 misuse, or a prover that hangs or talks nonsense
"""


@app.command("run", help=_RUN_HELP, short_help="Challenge a prover in a process of its own.")
def run(
    device: _DEVICE = "cpu",
    size: _SIZE = "256MiB",
    mode: Annotated[Literal["sweep", "ping"], typer.Option(help="sweep all of it, or ask for labels.")] = "sweep",
    tags: Annotated[Tags, typer.Option(help="Tags of a sweep: of segments, or of chains through scattered lines.")] = (
        "scattered"
    ),
    cost: Annotated[int, typer.Option(metavar="C", help="Blocks that a label takes.")] = 4,
    lines: _LINES = _MOST_LINES,
    deadline: Annotated[float | None, typer.Option(metavar="S", help="Seconds by the verifier's clock.")] = None,
    profile: Annotated[Path | None, typer.Option(metavar="FILE", help="Takes the deadline from this profile.")] = None,
    openings: Annotated[int, typer.Option(metavar="N", help="Leaves of each sweep that are looked at.")] = 32,
    lines_asked: Annotated[int, typer.Option(metavar="K", help="Labels asked for in one ping.")] = 16,
    rounds: Annotated[int, typer.Option("--rounds", "-n", metavar="N", help="Challenges.")] = 1,
    prover: Annotated[str, typer.Option(metavar="NAME", help="The prover: honest, or a cheater; list names them.")] = (
        "honest"
    ),
    hide: Annotated[float, typer.Option(metavar="F", help="The share that a cheater hides.")] = 0.25,
    patience: Annotated[float, typer.Option(metavar="S", help="Seconds until a silent prover is given up.")] = 600.0,
    log: Annotated[Path | None, typer.Option(metavar="FILE", help="Write what happened when, as JSON lines.")] = None,
) -> None:
    """Challenge a prover in a process of its own, and say whether it is accepted."""
    if prover == "list":
        _list_provers()
        return
    for name, value, least in (
        ("rounds", rounds, 1), ("openings", openings, 1), ("lines-asked", lines_asked, 1), ("cost", cost, 1),
    ):  # fmt: skip
        if value < least:
            raise Misuse(f"--{name} {value}: at least {least}")
    for option, seconds in (("deadline", deadline), ("patience", patience)):
        if seconds is not None and not 0 < seconds < float("inf"):
            raise Misuse(f"--{option} {seconds}: a positive number of seconds")
    if not 0 <= hide < 1:
        raise Misuse(f"--hide {hide}: a share from 0 up to, not including, 1")
    if log is not None and (mode == "ping" or (deadline is None and profile is None)):
        raise Misuse("--log is of sweeps that have a deadline: take --mode sweep, and --deadline or --profile")
    from sennit.reference.memory.shape import Shape

    shape = _all_of(device, lines) if size == "all" else Shape.of(parsed(size, "size"), lines)
    if profile is not None:
        deadline = _deadline_of(profile, device, shape, mode, tags, deadline)
    results = _challenge(
        device, shape, cost, prover, hide, patience, rounds, deadline, openings, None if mode == "ping" else tags,
        lines_asked,
    )  # fmt: skip
    if log is not None and deadline is not None:
        memory_log.write_log(log, results, device, shape, tags, cost, openings, deadline, prover, hide)
    raise typer.Exit(_report(results))


def _all_of(device: str, lines: int) -> Shape:
    """The largest memory of a device; what of it stays outside the challenge is said."""
    if device != "cuda":
        raise Misuse("--size all is for --device cuda: on the processor, say how much")
    from sennit.reference.memory.game import largest

    shape, held = largest(lines)
    write_line(f"held      {shown(held.held)} of {shown(held.total)}")
    write_line(f"not held  {shown(held.driver)} driver and page tables; {shown(held.refused)} refused or for tags")
    write_line(f"          {shown(held.l2)} L2, {shown(held.shared)} shared memory, {shown(held.registers)} registers")
    write_line(f"unseen    {shown(held.unseen)}: give it to `sennit memory plan --unseen`")
    return shape


def _challenge(
    device: str, shape: Shape, cost: int, name: str, hide: float, patience: float, rounds: int,
    deadline: float | None, openings: int, tags: Tags | None, lines_asked: int,
) -> list[Round]:  # fmt: skip
    """The rounds, each said as it ends."""
    import secrets

    from sennit.reference.memory import cheaters, game
    from sennit.reference.memory.shape import Origin
    from sennit.reference.memory.verifier import Rules, Verifier
    from sennit.reference.memory.wire import Broken

    options = cheaters.options(name, hide)
    rules = Rules(deadline=deadline, openings=openings, patience=patience)
    try:
        with game.prover(name, device, options) as channel:
            verifier = Verifier(channel, Origin(secrets.token_bytes(32), cost=cost), shape, rules)
            seconds = verifier.fill(patience)
            write_line(f"filled    {shown(shape.bytes)} at cost {cost} in {seconds:.3g} s, prover {name}")
            results = []
            for _ in range(rounds):
                results.append(verifier.sweep(tags) if tags else verifier.ping(lines_asked))
                if rounds <= 20:
                    write_line(_line(results[-1]))
            return results
    except Broken as error:
        raise Misuse(f"the prover {name} is given up: {error}") from error


def _report(results: list[Round]) -> int:
    times = sorted(result.seconds for result in results)
    accepted = sum(result.accepted for result in results)
    middle, worst = times[(len(times) - 1) // 2], times[-1]
    counts = ", ".join(f"{count} {word}" for word in ("accepted", "late", "wrong") if (count := _count(results, word)))
    write_line(f"{len(results)} challenges: {counts}; median {middle:.6f} s, slowest {worst:.6f} s")
    return 0 if accepted == len(results) else 1


def _count(results: list[Round], word: str) -> int:
    return sum(result.verdict == word for result in results)


def _line(result: Round) -> str:
    limit = "no deadline" if result.deadline is None else f"deadline {result.deadline:.6f} s"
    return f"{result.verdict:<9} {result.seconds:.6f} s, {limit}, {result.wrong} of {result.checked} checked are wrong"


def _deadline_of(path: Path, device: str, shape: Shape, mode: str, tags: Tags, given: float | None) -> float:
    from sennit.reference.memory import plan
    from sennit.reference.memory.measure import device_name
    from sennit.reference.memory.profile import check_machine, jitter, read_profile

    if given is not None:
        raise Misuse("--deadline and --profile both set the deadline: give one of them")
    profile = read_profile(path)
    check_machine(profile, device_name(device))
    if mode == "ping":
        trip = profile.figure("round_trip")
        return trip.median + jitter(trip)
    if profile.lines != shape.lines:
        raise Misuse(f"the profile is for segments of {profile.lines} lines and --lines says {shape.lines}")
    return float(plan.deadline(profile, shape.bytes, tags))


def _list_provers() -> None:
    from sennit.reference.memory import cheaters

    write_line("honest          holds every label")
    for name, about in cheaters.about().items():
        write_line(f"{name:<15} {about}")


_MEASURE_HELP: Final = """Measure this machine, as plans and proofs need it, into a profile.

\b
sennit memory measure -o here.json                     2 GiB on the processor's cores
sennit memory measure --device cuda --size 16GiB -o h200.json

\b
Each figure has its median, best, 90, 99 and 99.9 %, how often and how it was got. Measure on a quiet machine: what
other programs take away makes deadlines long, and long deadlines hide more.
"""


@app.command("measure", help=_MEASURE_HELP, short_help="Measure this machine into a profile.")
def measure(
    out: Annotated[Path, typer.Option("--out", "-o", metavar="FILE", help="Where the profile goes.")],
    device: _DEVICE = "cpu",
    size: _SIZE = "2GiB",
    lines: _LINES = _MOST_LINES,
    repeat: Annotated[int, typer.Option(metavar="N", help="Sweeps of each kind.")] = 50,
    folder: Annotated[Path, typer.Option(metavar="FOLDER", help="Where the disk is measured.")] = Path(),
) -> None:
    """Measure this machine, as plans and proofs need it, into a profile."""
    import sys

    from sennit.reference.memory.measure import measure as take
    from sennit.reference.memory.profile import text_of
    from sennit.reference.memory.wire import Broken

    try:
        profile = take(device, parsed(size, "size"), lines, repeat, folder, lambda text: write_line(text, sys.stderr))
    except Broken as error:
        raise Misuse(f"the prover is given up: {error}") from error
    write_whole(out, text_of(profile))
    for name, figure in profile.figures.items():
        if figure.unit == "B/s":
            value = f"{figure.median / 1e9:8.2f} GB/s, {figure.p999 / 1e9:.2f} at worst"
        else:
            value = f"{figure.median * 1e3:8.3f} ms,   {figure.p999 * 1e3:.3f} at worst"
        write_line(f"{name:<16} {value} of {figure.count} ({figure.source})")


_PLAN_HELP: Final = """Say how to challenge a memory so that no more is hidden than allowed, or why it cannot be done.

\b
sennit memory plan --profile here.json --size 2GiB --hide 256MiB
sennit memory plan --profile h200.json --size 139GiB --hide 4GiB --confidence 0.999

\b
Each number stands beside the inequality that sets it.
Exit codes: 0 there is a plan · 1 there is none · 2 misuse
"""


@app.command("plan", help=_PLAN_HELP, short_help="Say how to challenge a memory, or why it cannot be done.")
def plan(
    profile: Annotated[Path, typer.Option(metavar="FILE", help="What `sennit memory measure` wrote.")],
    size: _SIZE = "2GiB",
    hide: Annotated[str, typer.Option(metavar="SIZE", help="What may stay hidden at most.")] = "4GiB",
    confidence: Annotated[str, typer.Option(metavar="P", help="With which chance more is found out.")] = "0.999",
    tags: Annotated[Tags | None, typer.Option(help="The kind of sweep. Default: the one that hides less.")] = None,
    longest_fill: Annotated[float, typer.Option(metavar="S", help="Seconds that a fill may take.")] = 600.0,
    unseen: Annotated[
        str, typer.Option(metavar="SIZE", help="Memory of the device that no sweep reads: `sennit memory run` says it.")
    ] = "0",
    exclude: Annotated[
        list[str] | None, typer.Option(metavar="SOURCE", help="A source that something else rules out. Repeatable.")
    ] = None,
) -> None:
    """Say how to challenge a memory so that a cheater can hide no more than is allowed, or why it cannot be done."""
    from sennit.reference.memory import plan as planning
    from sennit.reference.memory.profile import read_profile

    if not 0 < longest_fill < float("inf"):
        raise Misuse(f"--longest-fill {longest_fill}: a positive number of seconds")
    try:
        sure = Fraction(confidence)
    except (ValueError, ZeroDivisionError):
        raise Misuse(f"--confidence {confidence}: a number above 0 and below 1, as 0.999") from None
    wanted = planning.Wanted(
        parsed(size, "size"),
        parsed(hide, "hide"),
        sure,
        Fraction(longest_fill),
        parsed(unseen, "unseen", 0),
        tuple(exclude or ()),
    )
    figures = read_profile(profile)
    found = planning.plan(figures, wanted, tags)
    for line in (*_plan_lines(found, wanted), *_caveats(figures, wanted)):
        write_line(line)
    raise typer.Exit(0 if found.blocked is None else 1)


def _caveats(profile: Profile, wanted: Wanted) -> list[str]:
    """What the figures are, and what the plan leaves out by somebody's word."""
    counted = Counter(figure.source for figure in profile.figures.values())
    lines = [
        f"figures     {', '.join(f'{count} {source}' for source, count in counted.items())}, taken {profile.taken}"
    ]
    if wanted.excluded:
        lines.append(f"excluded    by your word, and not by any challenge: {', '.join(wanted.excluded)}")
    if profile.machine.device == "cpu":
        lines.append(
            "not seen    memory of this machine outside the challenged processes: keep them in a limited group"
        )
    return lines


def _plan_lines(found: Plan, wanted: Wanted) -> list[str]:
    from sennit.reference.memory import plan as planning

    rates = [f"{source.name} {float(source.rate) / 1e9:.2f} GB/s" for source in found.sources]
    many = ", ".join(rates) or "nowhere"
    rows = [
        ("sweep", f"{found.mode} tags over {shown(found.shape.bytes)}", "a source may digest in place"
         if found.mode == "segment" else "missing lines have to travel"),
        ("block size", f"{shown(found.shape.leaf_bytes // 2)}, {found.shape.segments:,} of them", "as measured"),
        ("deadline D", f"{float(found.deadline):.6f} s", planning.COMPLETENESS),
        ("window", f"{float(found.window):.6f} s", "D - t0, for the least t0 seen"),
        ("cost c", f"{found.cost}", planning.RECOMPUTING),
        ("fill", f"{float(found.fill):.3g} s", planning.FILL),
        ("openings s", f"{found.openings:,} of {found.shape.leaves:,} leaves", planning.OPENINGS),
        ("can hide", f"{shown(found.fetched)} that comes in time from {many}", planning.SOUNDNESS),
        ("", f"{shown(found.recomputed)} that is made anew in time", planning.RECOMPUTING),
        ("", f"{shown(found.guessed)} that openings may miss", planning.OPENINGS),
        ("", f"{shown(found.unseen)} beside the challenged memory", planning.UNSEEN),
        ("in all", f"{shown(found.hidden)}, allowed {shown(wanted.hide)}", f"confidence {float(wanted.confidence):g}"),
    ]  # fmt: skip
    lines = [f"{name:<11} {value:<52} {why}" for name, value, why in rows]
    if found.blocked is None:
        lines.append("counted on  challenges that nobody foresees, to all that could help at once")
    else:
        lines.append(f"no plan     at least {shown(found.hidden)} can be hidden, by {found.blocked}")
    return lines
