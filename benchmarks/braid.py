"""Verifying long braids beside a bare loop over libsodium: speed, that time is linear, and memory a block.

    python benchmarks/braid.py [--blocks N ...] [--jobs N] [--repeat N] [--quick] [--out FOLDER]

Chains and braids (four sources, forks; in braid/2 also merges) are signed in both formats, then verified from the file,
each time in a process of its own. The bare loop calls PyNaCl's crypto_sign_open on the same messages, made beforehand,
and does nothing else. `ratio` is the bare loop's seconds by the verifier's: 1 would be a verifier that costs nothing
but its signatures. `checking` is the same without the time in which a file of the older format, one JSON text, is
parsed as a whole; braid/2 is read line by line. Both are of processor time on one thread, so that a busy machine does
not show, and of the wall clock on several. Memory is the peak of the process less that of one which verifies ten
blocks, less the bytes of the file where the format has to be read whole, by block. Medians go to
benchmarks/results/braid.md and .json.
"""

from __future__ import annotations

import argparse
import base64
import json
import os
import platform
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from nacl.bindings import crypto_sign_open
from nacl.signing import SigningKey

from sennit.reference.braid.container import Limits, read
from sennit.reference.braid.message import decode_signature, encode_key, encode_signature, signed_message
from sennit.reference.braid.repaired import lines
from sennit.reference.braid.repaired.encoding import block_head, block_message, session_of
from sennit.reference.braid.repaired.sign import Session
from sennit.reference.braid.repaired.verify import verify as verify_repaired
from sennit.reference.braid.verify import verify as verify_older

HERE = Path(__file__).parent
SEED = bytes(range(32))
SOURCES = ("user", "pilot", "harbour", "auditor")
FORMATS = ("braid/2", "older")
SHAPES = ("chain", "braid")
TRUSTED = Limits(size=1 << 31, values=1 << 27)  # a million blocks of the older format are past what is read unasked


@dataclass(frozen=True)
class Run:
    """One file, verified. Seconds are as said above, `wall` on the clock; `bytes` is memory a block, file apart."""

    format: str
    shape: str
    blocks: int
    jobs: int
    file: int  # bytes
    bare: float
    seconds: float
    parsing: float  # part of `seconds`
    wall: float
    bytes: float

    @property
    def ratio(self) -> float:
        """1 when nothing but signatures takes time, on one thread."""
        return self.bare / self.seconds

    @property
    def checking(self) -> float:
        """The same without the parsing of a file as a whole."""
        return self.bare / (self.seconds - self.parsing)


def main() -> int:
    """Runs all files, prints the table and writes it; 1 where a good file fails."""
    given = _arguments()
    if given.one:
        what, path, jobs = given.one
        print(json.dumps(ONE[what](Path(path), int(jobs))))
        return 0
    runs: list[Run] = []
    with tempfile.TemporaryDirectory() as folder:
        for blocks in given.blocks:
            for form in FORMATS:
                for shape in SHAPES:
                    runs += list(_runs(Path(folder), form, shape, blocks, given))
    _write(runs, given)
    return 0


def _runs(folder: Path, form: str, shape: str, blocks: int, given: argparse.Namespace) -> Iterator[Run]:
    small, path = folder / "small", folder / "file"
    for file, count in ((small, 10), (path, blocks)):
        MAKE[form](file, shape, count)
    least = _ask(form, small, 1)["peak"]
    loops = [_ask(f"bare {form}", path, 1) for _ in range(given.repeat)]
    for jobs in sorted({1, given.jobs}):
        clock = "cpu" if jobs == 1 else "wall"
        bare = statistics.median(loop[clock] for loop in loops)
        found = [_ask(form, path, jobs) for _ in range(given.repeat)]
        held = path.stat().st_size if form == "older" else 0
        peak = min(one["peak"] for one in found) - least - held
        seconds, parsing, wall = (statistics.median(one[name] for one in found) for name in (clock, "parsing", "wall"))
        run = Run(form, shape, blocks, jobs, path.stat().st_size, bare, seconds, parsing, wall, peak / blocks)
        print(_row(run), flush=True)
        yield run


def _ask(what: str, path: Path, jobs: int) -> dict[str, float]:
    command = [sys.executable, __file__, "--one", what, str(path), str(jobs)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    answer: dict[str, float] = json.loads(done.stdout)
    return answer


# -- in a process of its own -------------------------------------------------------------------------------------------


def _measured(work: Callable[[], float]) -> dict[str, float]:
    """Seconds of the work, which returns those of parsing."""
    began, at = time.perf_counter(), time.process_time()
    parsing = work()
    return {
        "wall": time.perf_counter() - began,
        "cpu": time.process_time() - at,
        "parsing": parsing,
        "peak": _peak(),
    }


def _peak() -> float:
    """Bytes of the largest this process has been; getrusage would count the program that started it, too."""
    status = Path("/proc/self/status")
    if not status.exists():
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024.0
    (line,) = (line for line in status.read_text().splitlines() if line.startswith("VmHWM:"))
    return int(line.split()[1]) * 1024.0


def _verify_repaired(path: Path, jobs: int) -> dict[str, float]:
    def work() -> float:
        report = verify_repaired(path, jobs=jobs)
        assert report.answer == "complete", report.faults[:3]
        return 0.0

    return _measured(work)


def _verify_older(path: Path, jobs: int) -> dict[str, float]:
    def work() -> float:
        at = time.process_time()
        braid = read(path, limits=TRUSTED)
        parsing = time.process_time() - at
        report = verify_older(braid.blocks, braid.key, accept=("v1",), jobs=jobs)
        assert report.ok, report.failures[:3]
        return parsing

    return _measured(work)


def _bare_repaired(path: Path, jobs: int) -> dict[str, float]:
    del jobs
    with path.open("rb") as file:
        genesis = lines.genesis(file.readline())
        session = session_of(genesis.key, genesis.nonce)
        head, names, signed = block_head(session), [genesis.signature], []
        for line in file:
            if not lines.is_close(line):
                said = lines.block(line)
                above = [names[n] for n in said.parents]
                message = block_message(head, said.number, said.kind, said.source, said.payload, above, b"")
                signed.append(said.signature + message)
                names.append(said.signature)
    return _measured(lambda: _loop(signed, genesis.key))


def _bare_older(path: Path, jobs: int) -> dict[str, float]:
    del jobs
    braid = read(path, limits=TRUSTED)
    assert braid.key is not None
    key = braid.key
    signed = [decode_signature(b.signature) + signed_message("v1", b.payload, b.prev) for b in braid.blocks]
    return _measured(lambda: _loop(signed, key))


def _loop(signed: list[bytes], key: bytes) -> float:
    for each in signed:
        crypto_sign_open(each, key)
    return 0.0


ONE: dict[str, Callable[[Path, int], dict[str, float]]] = {
    "braid/2": _verify_repaired,
    "older": _verify_older,
    "bare braid/2": _bare_repaired,
    "bare older": _bare_older,
}


# -- files -------------------------------------------------------------------------------------------------------------


def _make_repaired(path: Path, shape: str, blocks: int) -> None:
    session = Session(SEED, bytes(32))
    for n in range(1, blocks + 1):
        parents = [n - 1] if shape == "chain" else sorted({n // 2, max(0, n - 3), n - 1})
        session.append("text", SOURCES[n % 4], _words(n), parents)
    session.close()
    path.write_bytes(session.data())


def _make_older(path: Path, shape: str, blocks: int) -> None:
    key, names = SigningKey(SEED), [""]
    texts: dict[str, list[dict[str, str]]] = {source: [] for source in SOURCES}
    for n in range(1, blocks + 1):
        prev = names[n - 1 if shape == "chain" or n < 3 else max(1, n // 2)]
        payload = _words(n)
        name = encode_signature(key.sign(signed_message("v1", payload, prev)).signature)
        names.append(name)
        coded = base64.b64encode(payload).decode("ascii")
        said = {"namespace": "text", "data": payload.decode(), "data_b64": coded}
        texts[SOURCES[n % 4]].append({**said, "signature": name, "prev_signature": prev})
    value = {"AllTexts": texts, "PublicKey": encode_key(bytes(key.verify_key))}
    path.write_text(json.dumps(value), encoding="utf-8")


def _words(n: int) -> bytes:
    """Some 200 bytes, another for each block."""
    return (f"Sounding {n}: by the mark, " + "four fathoms and a quarter less, " * 6)[:200].encode()


MAKE: dict[str, Callable[[Path, str, int], None]] = {"braid/2": _make_repaired, "older": _make_older}


# -- the table ---------------------------------------------------------------------------------------------------------


def _row(run: Run) -> str:
    each, bare, wall = (part / run.blocks * 1e6 for part in (run.seconds, run.bare, run.wall))
    numbers = f"{wall:.1f} | {each:.1f} | {bare:.1f} | {run.ratio:.2f} | {run.checking:.2f} | {run.bytes:.0f}"
    return f"| {run.format} | {run.shape} | {run.blocks:,} | {run.jobs} | {numbers} |"


def _write(runs: list[Run], given: argparse.Namespace) -> None:
    head = "| format | shape | blocks | threads | µs wall | µs | µs bare | ratio | checking | bytes a block |"
    rule = "|" + " --- |" * 10
    where = f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}"
    how = f"Median of {given.repeat}, payloads of 200 bytes; {where}."
    name = "braid-quick" if given.quick else "braid"
    table = "\n".join([head, rule, *map(_row, runs), "", how, ""])
    given.out.mkdir(parents=True, exist_ok=True)
    (given.out / f"{name}.md").write_text(f"# Verifying long braids\n\n{table}", encoding="utf-8")
    data = {"how": how, "runs": [{**asdict(run), "ratio": run.ratio, "checking": run.checking} for run in runs]}
    (given.out / f"{name}.json").write_text(json.dumps(data, indent=1) + "\n", encoding="utf-8")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--blocks", type=int, nargs="+", help="sizes; 100,000 and 1,000,000, quick 1,000")
    parser.add_argument("--jobs", type=int, default=min(2, os.cpu_count() or 1), help="threads of the second run")
    parser.add_argument("--repeat", type=int, default=None, help="runs of each, of which the median counts: 3, quick 1")
    parser.add_argument("--quick", action="store_true", help="small sizes: seconds, to see that it runs")
    parser.add_argument("--out", type=Path, default=HERE / "results", help="the folder for the results")
    parser.add_argument("--one", nargs=3, metavar=("WHAT", "FILE", "JOBS"), help=argparse.SUPPRESS)
    given = parser.parse_args()
    given.blocks = given.blocks or ([1_000] if given.quick else [100_000, 1_000_000])
    given.repeat = given.repeat or (1 if given.quick else 3)
    return given


if __name__ == "__main__":
    sys.exit(main())
