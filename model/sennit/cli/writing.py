"""Text that arrives whole: on a stream in what it can encode, in a file all of it or nothing."""

from __future__ import annotations

import contextlib
import os
import sys
import tempfile
from pathlib import Path
from typing import TextIO

from sennit.errors import Misuse


class Unread(Exception):  # noqa: N818  # the sentence reads so
    """Nobody reads the output any more."""


def write_line(text: str, stream: TextIO | None = None) -> None:
    """A line to stdout, or to the stream; characters that it cannot encode are written as escapes.

    Raises Unread once the other end of the pipe is closed: Typer would take the error of the system for its own.
    """
    out = sys.stdout if stream is None else stream
    encoding = out.encoding or "utf-8"
    try:
        print(text.encode(encoding, "backslashreplace").decode(encoding), file=out, flush=True)
    except BrokenPipeError:
        raise Unread from None


def write_whole(path: Path, text: str | bytes) -> None:
    """Writes the file, or leaves what was there: never a part. Raises Misuse where it cannot be written."""
    try:
        handle, name = tempfile.mkstemp(dir=path.absolute().parent, prefix=f".{path.name}.")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(text.encode("utf-8") if isinstance(text, str) else text)
            mask = os.umask(0)
            os.umask(mask)
            Path(name).chmod(0o666 & ~mask)
            Path(name).replace(path)
        except BaseException:
            with contextlib.suppress(OSError):
                Path(name).unlink()
            raise
    except OSError as error:
        raise Misuse(f"{path} cannot be written: {error.strerror}") from error
