"""A report in files for other programs, beside what is printed."""

from __future__ import annotations

import datetime
import json
from pathlib import Path
from typing import TYPE_CHECKING

from sennit.cli.writing import write_whole
from sennit.errors import Misuse

if TYPE_CHECKING:  # a report there is only after a run
    from sennit.run.report import Report


def refuse_unwritable(*files: Path | None) -> None:
    """Raises Misuse, before anything is run, for files that are folders or lie in none, and for one that is two."""
    named = [file.absolute() for file in files if file is not None]
    for file in named:
        if file.is_dir() or not file.parent.is_dir():
            raise Misuse(f"{file}: " + ("that is a folder" if file.is_dir() else "there is no such folder"))
        if named.count(file) > 1:
            raise Misuse(f"{file} is to be two files: give each format one of its own")


def write_formats(report: Report, junit: Path | None, sarif: Path | None) -> None:
    """Writes those files that are asked for, each whole. Raises Misuse where one cannot be written."""
    if junit is not None:
        from sennit.show.junit import junit as xml

        write_whole(junit, xml(report, datetime.datetime.now()))
    if sarif is not None:
        from sennit.show.sarif import sarif as findings

        write_whole(sarif, json.dumps(findings(report, Path.cwd()), indent=1, ensure_ascii=False) + "\n")
