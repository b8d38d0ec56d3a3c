"""The command `sennit`: its verbs, and one line for whatever goes wrong.

Exit codes: 0 all is as expected, 1 something went against expectation, 2 the command makes no sense, 3 something is
undetermined, 70 a bug in Sennit, 130 interrupted, 143 terminated, 141 nobody reads the output any more.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from typing import Annotated, Final

import typer

from sennit.cli import audit, braid, check, cite, key, memory, new, prove, report, schema, trace
from sennit.cli.writing import Unread, write_line
from sennit.errors import Misuse

_BUG, _INTERRUPTED, _UNREAD = 70, 130, 141

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command("check", help=check.HELP, short_help="Check claims: shipped suites, or files of your own.")(check.check)
app.add_typer(trace.app, name="trace")
app.command("new", help=new.HELP, short_help="Lay out a project of your own.")(new.new)
app.add_typer(braid.app, name="braid")
app.add_typer(memory.app, name="memory")
app.command("prove", help=prove.HELP, short_help="Prove what is claimed, into a ledger.")(prove.prove)
app.command("audit", help=audit.HELP, short_help="Re-check a ledger from its files.")(audit.audit)
app.command("cite", help=cite.HELP, short_help="Quote what the ledger says about a claim.")(cite.cite)
app.command("report", help=report.HELP, short_help="Write the ledger as one page to look at.")(report.report)
app.add_typer(key.app, name="key")
app.command("schema", help=schema.HELP, short_help="Print the schema of `check --json`.")(schema.schema)


_HELP: Final = """Specify a protocol once, check it with several engines, keep the evidence.

\b
sennit check                          the project you are in, or else all shipped suites
sennit check two_phase                one suite; or one System, or one claim of it
sennit check mine.py                  the claims of a file of your own
sennit trace show DieHard.never_four  a counterexample, step by step
sennit cite TwoPhase.consistent       what the ledger says of a claim, to quote in a review
sennit report -o report.html          the whole ledger as one page
sennit new relay                      a project of your own, to begin with

\b
Exit codes: 0 all as expected · 1 against expectation · 2 misuse · 3 undetermined
"""


def _version(asked: bool) -> None:
    if asked:
        import importlib.metadata

        typer.echo(f"sennit {importlib.metadata.version('sennit')}")
        raise typer.Exit


@app.callback(help=_HELP)
def sennit(
    version: Annotated[
        bool, typer.Option("--version", help="Print the version and exit.", is_eager=True, callback=_version)
    ] = False,
) -> None:
    """Specify a protocol once, check it with several engines, keep the evidence."""
    del version  # its callback has printed it


def main(arguments: Sequence[str] | None = None) -> None:
    """Runs the command and exits. Whatever goes wrong is one line on stderr."""
    sys.exit(_run(sys.argv[1:] if arguments is None else list(arguments)))


def _run(arguments: list[str]) -> int:
    try:
        code = app(arguments, prog_name="sennit", standalone_mode=False)
        sys.stdout.flush()
        return code if isinstance(code, int) else 0
    except (Unread, BrokenPipeError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return _UNREAD
    except KeyboardInterrupt:
        return _said("interrupted", _INTERRUPTED)
    except Misuse as error:
        return _said(str(error), 2)
    except Exception as error:
        return _failed(error)


def _failed(error: Exception) -> int:
    """The exit code for an exception, said in one line."""
    from sennit.ledger import Disagreement

    # Typer keeps the classes of its usage errors to itself; what makes one is that it can format its message.
    message = getattr(error, "format_message", None)
    if callable(message) and hasattr(error, "exit_code"):
        if type(error).__name__ == "NoArgsIsHelpError":  # its message is the help, which is more than one line
            write_line(str(message()), sys.stderr)
            return 2
        return _said(f"{message() or 'what is asked is not clear'}; --help says what there is", 2)
    if isinstance(error, typer.Abort):
        return _said("interrupted", _INTERRUPTED)
    if isinstance(error, Disagreement):
        return _said(f"{error}; nothing of this run may be believed until that is found", 1)
    if os.environ.get("SENNIT_TRACEBACK"):
        raise error
    kind = type(error).__name__
    return _said(f"a bug in Sennit, not in what you wrote: {kind}: {error} (SENNIT_TRACEBACK=1 shows where)", _BUG)


def _said(text: str, code: int) -> int:
    write_line(f"sennit: {' '.join(text.split())}", sys.stderr)
    return code


if __name__ == "__main__":
    main()
