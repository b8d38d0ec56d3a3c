"""Verifier and prover as two processes over a loopback connection, so that time is what a verifier would see."""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING

import sennit
from sennit.errors import Misuse
from sennit.reference.memory.prover import HOST, NO_CUDA
from sennit.reference.memory.shape import Shape
from sennit.reference.memory.wire import Channel

if TYPE_CHECKING:  # it loads CUDA
    from sennit.reference.memory.device import Held

_START = 60.0  # seconds until a prover has connected: it loads its back end before


@contextmanager
def prover(name: str = "honest", device: str = "cpu", options: Mapping[str, object] | None = None) -> Iterator[Channel]:
    """A prover's process and the channel to it; it is gone, and its memory with it, when the block ends.

    Raises Misuse with its last line where it ends before it has connected.
    """
    command = [sys.executable, "-m", "sennit.reference.memory.prover"]
    with contextlib.ExitStack() as stack:
        listening = stack.enter_context(socket.create_server((HOST, 0)))
        errors = stack.enter_context(tempfile.TemporaryFile())
        token = secrets.token_bytes(16)
        arguments = [str(listening.getsockname()[1]), token.hex(), name, device, json.dumps(dict(options or {}))]
        quiet = subprocess.DEVNULL
        process = subprocess.Popen([*command, *arguments], stdin=quiet, stdout=quiet, stderr=errors, env=_environment())
        stack.callback(_end, process)
        stream = stack.enter_context(_accept(listening, token, process, errors.fileno()))
        yield Channel(stream)


def largest(lines: int) -> tuple[Shape, Held]:
    """The largest memory of a CUDA device, found by a process that is gone before the prover comes. Raises Misuse."""
    try:
        from sennit.reference.memory.device import most
    except ImportError as error:
        raise Misuse(NO_CUDA) from error
    with get_context("spawn").Pool(1) as pool:
        return pool.apply(most, (lines,))


def _accept(listening: socket.socket, token: bytes, process: subprocess.Popen[bytes], errors: int) -> socket.socket:
    """The connection that begins with the token; others are turned away."""
    until = time.monotonic() + _START
    listening.settimeout(0.2)
    while time.monotonic() < until:
        with contextlib.suppress(TimeoutError):
            stream, _ = listening.accept()
            stream.settimeout(1.0)
            with contextlib.suppress(OSError):
                if secrets.compare_digest(stream.recv(len(token), socket.MSG_WAITALL), token):
                    return stream
            stream.close()
            continue
        if process.poll() is not None:
            said = os.pread(errors, 1 << 16, 0).decode(errors="replace").strip().splitlines()
            raise Misuse(f"the prover ended before it had connected: {said[-1] if said else 'it said nothing'}")
    raise Misuse(f"the prover has not connected within {_START:g} s")


def _environment() -> dict[str, str]:
    """This environment, in which the prover finds the same `sennit` as this process."""
    root = str(Path(sennit.__file__).parents[1])
    return {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, (root, os.environ.get("PYTHONPATH"))))}


def _end(process: subprocess.Popen[bytes]) -> None:
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(0.5)
        return
    process.kill()
    process.wait()
