"""`sennit check`: asks every claim, and says what each answer is worth.

`--json` prints one document; null is what is not known:

    {"sennit": version, "exit_code": 0 | 1 | 3 | 130 | 143, "interrupted": bool, "seconds": number,
     "counts": {answer: count},
     "suites": [{"suite": name, "target": what loads it, "left_out": [claim ids],
                 "claims": [{"claim": id, "title": id with sizes, "kind": "always" | "sometimes" | "theorem" |
                                                                             "eventually" | "leads_to",
                             "statement": sentence, "where": "file:line", "settings": {name: number | bool},
                             "expect": answer | null, "as_expected": bool | null,
                             "without": switch | null, "of": id of the claim that rests on it | null,
                             "verdict": {"question", "digest", "answer", "engine", "why", "scope", "instance", "trace",
                                         "certificate", "leans", "seconds", "versions", "seconded", and
                                         of a claim on whole runs "fairness": what it assumes},
                             "said": [{"engine", "answer", "why", "depth", "seconds"}]}],
                 "warnings": [{"name": such as "never-enabled", "subject": System.rule, .claim or .switch,
                               "where": "file:line", "text": sentence, "sure": bool, "intended": reason | null}],
                 "not_looked_at": [what],
                 "drift": {question: [{"solver", "seed", "answers": {answer: count}, "seconds"}]},
                 and with --coverage
                 "coverage": [{"system": name, "settings": {name: number | bool}, "states", "steps",
                               "symmetry": [name of an Index],
                               "rules": [{"rule", "steps", "states"}], "why": reason it was not counted | null}]}]}

`expect` is null where a question is asked only because a proof leans on it. `as_expected` is null for UNKNOWN and
BOUNDED where more was expected. `verdict` is what Verdict.from_data reads beside the same question. A warning that is
not `sure` says what was not seen, and no more. `seconded` is whether cvc5 agrees on a proof by z3, false where it gave
no answer in its time, null where no solver was needed.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from sennit.cli.writing import write_line
from sennit.errors import Misuse

if TYPE_CHECKING:  # what checks is loaded when something is to be checked
    from sennit.cli.progress import Shown
    from sennit.run.asking import Ask, Hands
    from sennit.run.report import Report
    from sennit.run.suite import Suite

HELP: Final = """Check claims, and say for each what was proved, refuted, seen, or not shown.

\b
sennit check                       all claims of the project you are in, or else all shipped suites
sennit check two_phase die_hard    two shipped suites
sennit check TwoPhase.consistent   one claim
sennit check mine.py               a file of your own; mine.py::Gate.alone is one claim of it
sennit check calls.graphml         a graph
sennit check lock --at client=6    at another size; repeat --at for several
sennit check --json                one JSON document, with every verdict in full; `sennit schema` is its form
sennit check --junit out.xml       a file for a build server besides; --sarif for findings at their lines
sennit check lock --coverage       with how often each rule fires in all states that are reached
sennit check --show-invariant      with the invariants that were found, and as claims to paste for using=
sennit check --cluster HOST:8786   on the workers of a Dask scheduler; needs the extra sennit[cluster]
sennit check memory --profile here.json --plan hide=1GiB   what a machine's measured figures make of timed claims

\b
A claim that rests on a switch is asked once more without it: then it must fail.
HOLDS is a proof for the sizes shown. BOUNDED and UNKNOWN are none, and say how far they reach.
Warnings say what makes answers worth less than they look: rules that never fire, premises never met, and so on.

\b
A cluster shares out claims, sizes and dropped switches: each single one is still decided on one machine. Its workers
need the same Sennit; a file of yours is sent along with the modules that it imports from its project, and with no
data file. Name only a cluster that you trust: it can run code here, as you can there.

\b
Exit codes: 0 every answer is the expected one · 1 some answer is another · 2 misuse
            3 some answer is undetermined (UNKNOWN or BOUNDED) · 130 interrupted · 143 terminated
"""

_MOST_SEEDS: Final = 1_000


def check(
    names: Annotated[
        list[str] | None,
        typer.Argument(metavar="[NAME|FILE.py|FILE.graphml]...", show_default=False, help="What to check."),
    ] = None,
    engine: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME", help="Ask this engine alone; repeat it for several. Default: what suits."),
    ] = None,
    at: Annotated[
        list[str] | None, typer.Option(metavar="SIZE=N", help="Sizes and switches, as in client=5,guarded=off.")
    ] = None,
    budget: Annotated[float, typer.Option(metavar="SECONDS", help="Time for each question.")] = 30.0,
    depth: Annotated[
        int | None, typer.Option(metavar="N", help="Most steps for bmc, induction and stateful; others search on.")
    ] = None,
    jobs: Annotated[int | None, typer.Option(metavar="N", help="Processes. Default: one a core.")] = None,
    cluster: Annotated[
        str | None, typer.Option(metavar="ADDRESS", help="A Dask scheduler whose workers answer, instead of --jobs.")
    ] = None,
    seed: Annotated[int, typer.Option(metavar="N", help="For random choices.")] = 0,
    checkpoint: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Keep big searches there, and go on from what is kept.")
    ] = None,
    strict: Annotated[bool, typer.Option("--strict", help="Look for all warnings, and take each as an error.")] = False,
    seeds: Annotated[int, typer.Option(metavar="N", help="Ask both solvers for each proof from N seeds.")] = 0,
    coverage: Annotated[
        bool, typer.Option("--coverage", help="Search each System once more to count how often each rule fires.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document instead of lines.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Only what is not as expected, and the sum.")] = False,
    show_invariant: Annotated[
        bool, typer.Option("--show-invariant", help="Show invariants that were found, and as claims to paste.")
    ] = False,
    junit: Annotated[Path | None, typer.Option(metavar="FILE", help="Write JUnit XML there as well.")] = None,
    sarif: Annotated[Path | None, typer.Option(metavar="FILE", help="Write SARIF 2.1.0 there as well.")] = None,
    profile: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Take constants from this profile of `sennit memory measure`.")
    ] = None,
    plan: Annotated[
        str | None,
        typer.Option(
            metavar="hide=SIZE,...", help="With --profile: also size=, tags=, deadline=, confidence=, exclude=."
        ),
    ] = None,
    elsewhere: Annotated[
        bool, typer.Option("--elsewhere", help="With --profile: it is of another machine, and meant so.")
    ] = False,
) -> None:
    """Check claims, and say for each what was proved, refuted, seen, or not shown."""
    from sennit.cli.formats import refuse_unwritable, write_formats
    from sennit.cli.progress import Shown
    from sennit.run.asking import run

    refuse_unwritable(junit, sarif)
    if checkpoint is not None and cluster is not None:
        raise Misuse("--checkpoint keeps searches of this machine, and with --cluster others search: give one of them")
    keep = None if checkpoint is None else str(checkpoint.absolute())
    ask = replace(
        asked(engine, at, budget, depth, seed), evidence=as_json, keep=keep, strict=strict, seeds=_seeds(seeds),
        coverage=coverage,
    )  # fmt: skip
    if profile is not None:
        from sennit.cli.check_measured import check_measured

        for option, value in (("--at", at), ("--jobs", jobs), ("--cluster", cluster), ("--checkpoint", checkpoint),
                              ("--junit", junit), ("--sarif", sarif), ("--coverage", coverage)):  # fmt: skip
            if value:
                raise Misuse(f"{option} does not go with --profile, which asks one instance here and now")
        once = replace(ask, survey=False)
        check_measured(names or (), profile, plan or "", once, elsewhere=elsewhere, as_json=as_json, quiet=quiet)
    if plan is not None or elsewhere:
        raise Misuse("--plan and --elsewhere say how a profile is taken: give --profile FILE, too")
    with Shown(lines=not as_json, quiet=quiet, invariants=show_invariant) as shown:
        suites = _suites(names, ask, shown)
        shown.know(suites)
        if checkpoint is not None:
            _say_what_is_kept(checkpoint, suites, shown)
        with _hands(jobs, cluster) as hands:
            report = run(suites, ask, hands, shown)
    write_formats(report, junit, sarif)
    if as_json:
        write_line(json.dumps(report.to_data(), indent=1))
    else:
        _sum_up(report, shown)
    raise typer.Exit(report.exit_code)


def asked(engine: Sequence[str] | None, at: Sequence[str] | None, budget: float, depth: int | None, seed: int) -> Ask:
    """The options as they are understood. Raises Misuse where one makes no sense."""
    from sennit.run.asking import Ask
    from sennit.run.portfolio import chosen
    from sennit.run.suite import parse_settings

    if not 0 < budget < float("inf"):
        raise Misuse(f"--budget {budget:g}: a budget is a number of seconds above 0")
    if depth is not None and depth < 0:
        raise Misuse(f"--depth {depth}: a depth is a number of steps, at least 0")
    engines = chosen([name for given in engine for name in given.split(",")]) if engine else None
    settings = tuple(tuple(parse_settings(text).items()) for text in at or ())
    return Ask(engines, budget, depth, seed, settings)


def _seeds(seeds: int) -> int:
    if not 0 <= seeds <= _MOST_SEEDS:
        raise Misuse(f"--seeds {seeds}: a number of seeds is from 0 to {_MOST_SEEDS:,}")
    return seeds


def _hands(jobs: int | None, cluster: str | None) -> AbstractContextManager[Hands]:
    """Processes here, or workers elsewhere. Raises Misuse where there are none."""
    if cluster is None:
        from sennit.run.workers import Pool

        return Pool(_jobs(jobs))
    if jobs is not None:
        raise Misuse("--jobs is about this machine, and --cluster has workers of its own: give one of the two")
    try:
        import logging

        from sennit.run.cluster import Cluster
    except ModuleNotFoundError as error:
        raise Misuse(f"--cluster needs {error.name}, which is not installed: install sennit[cluster]") from error
    logging.getLogger("distributed").setLevel(logging.CRITICAL)  # what goes wrong is said in one line, by us
    return Cluster(cluster)


def _jobs(jobs: int | None) -> int:
    if jobs is not None and jobs < 1:
        raise Misuse(f"--jobs {jobs}: a number of processes is at least 1")
    return jobs or os.cpu_count() or 1


def _suites(names: Sequence[str] | None, ask: Ask, shown: Shown) -> list[Suite]:
    """The suites of these names; of none, those of the project around, or else those that are shipped."""
    from sennit.cli.project import files, suites_of
    from sennit.run.suite import NoClaims, NoSuchSize, shipped

    own = files(Path.cwd())
    targets = list(names or ()) or (shipped() if own is None else [str(file) for file in own])
    at = [dict(settings) for settings in ask.at]
    suites: dict[str, Suite] = {}
    misfits: list[Misuse] = []
    for number, target in enumerate(dict.fromkeys(targets), 1):
        shown.reading(target, number, len(targets))
        try:
            found = suites_of(target, at, own)
        except NoClaims:
            if names:
                raise
            continue
        except NoSuchSize as error:
            misfits.append(error)
            continue
        for suite in found:
            suites.setdefault(suite.target, suite)
    if not suites:
        raise misfits[0] if misfits else Misuse("no file of this project has claims: write one in its properties/")
    return list(suites.values())


def _say_what_is_kept(folder: Path, suites: Sequence[Suite], shown: Shown) -> None:
    """Which searches go on, and which begin anew although something of their name is there."""
    from sennit.lower.kept import kept, others, usable
    from sennit.lower.packing import NotCompiled, packing

    usable(folder)
    for question in (asked.question for suite in suites for asked in suite.asked):
        try:
            place = kept(folder, question.id, question.digest, packing(question.machine.variables))
        except NotCompiled:
            continue
        if place.folder.exists():
            note = f"note: {question.id} goes on from what is kept in {place.folder}"
        elif apart := others(place):
            was = "is of another specification, or laid out in another way, and stays as it is"
            note = f"note: {question.id} begins anew: {apart[0]} {was}"
        else:
            continue
        if shown.lines:
            shown.paragraph(note, "dim")
        else:
            write_line(note, sys.stderr)


def _sum_up(report: Report, shown: Shown) -> None:
    from sennit.run.words import counted

    left_out = [claim for group in report.groups for claim in group.left_out]
    if left_out and not shown.quiet:
        shown.paragraph(f"note: {counted(len(left_out), 'claim')} left out, whose System has no such size", "dim")
    if report.interrupted:
        shown.paragraph("interrupted: what was not done is UNKNOWN", "yellow")
    for line in report.coverage():
        shown.paragraph(line, "yellow" if line.endswith("never fires") else "")
    first, *more = report.summary()
    shown.paragraph(first, {0: "green", 1: "red"}.get(report.exit_code, "yellow"))
    for line in more:
        shown.paragraph(line)
    sys.stdout.flush()
