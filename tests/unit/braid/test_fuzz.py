"""Nearly right files by the thousand: no crash, no hang, and no acceptance that the specification refuses.

The fast verifier is compared with the slow reference, answer and rule. What was ever found to tell two rules, or two
verifiers, apart is kept in corpus/ and tried first. `make deep` tries a million files.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
import random
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from nacl.bindings import crypto_sign_open
from nacl.exceptions import BadSignatureError

from sennit.reference.braid.profiles import PROFILES, judge
from sennit.reference.braid.repaired.verify import verify_bytes
from unit.braid import slow_reference
from unit.braid.mutants_of_files import BASES, PIN_KEY, older, repaired

CORPUS = Path(__file__).parent / "corpus" / "braid_2.json"
PIN = hashlib.sha256(PIN_KEY).digest()
FEW, MANY = 1_500, 1_000_000


def by_libsodium(key: bytes, message: bytes, signature: bytes) -> bool:
    """The signature check of the slow reference, for many files."""
    try:
        crypto_sign_open(signature + message, key)
    except BadSignatureError:
        return False
    return True


def told(data: bytes, pin: bytes | None = PIN) -> tuple[str, str | None]:
    """Answer and first rule of the fast verifier, which must be those of the slow one."""
    report = verify_bytes(data, pin=pin)
    fast = (report.answer, report.faults[0].rule if report.faults else None)
    assert fast == slow_reference.check(data, pin, signed=by_libsodium), data
    return fast


def test_the_corpus_gets_the_same_answer_from_both_verifiers() -> None:
    """Each file of it is there for an answer or rule of its own, and the pure arithmetic is asked, too."""
    corpus = json.loads(CORPUS.read_text(encoding="ascii"))
    assert len(corpus) > 20
    for entry in corpus:
        data = base64.b64decode(entry["file"])
        assert list(told(data)) == entry["told"]
        assert list(slow_reference.check(data, PIN)) == entry["told"]


def test_a_fixed_sample_of_nearly_right_files() -> None:
    """The same files each time, many of every kind of answer."""
    pick = random.Random(20)
    answers = [told(repaired(pick)) for _ in range(FEW)]
    assert {answer for answer, _ in answers} == {"fails", "valid, open-ended", "complete"}
    assert len(set(answers)) > 12


@given(st.integers(0, 2**32), st.booleans())
@settings(max_examples=100)
def test_any_nearly_right_file(seed: int, pinned: bool) -> None:
    """With a fingerprint and without."""
    told(repaired(random.Random(seed)), PIN if pinned else None)


@given(st.binary(max_size=300) | st.text(max_size=100).map(str.encode), st.integers(0, 1))
@settings(max_examples=150)
def test_any_bytes_at_all(data: bytes, base: int) -> None:
    """Alone, and behind a good file."""
    told(data)
    told(BASES[base].data() + data, None)


def test_the_profiles_of_the_older_format_neither_crash_nor_contradict_each_other() -> None:
    """What strict takes, the looser two take as well, on a fixed sample."""
    pick, taken = random.Random(21), 0
    for _ in range(FEW // 2):
        taken += agree(older(pick))
    assert taken > 20


def agree(data: bytes) -> bool:
    """Whether strict accepts; then the printed steps and the deployed tool must, too."""
    verdicts = {profile: judge(data, profile).accepted for profile in PROFILES}
    assert not verdicts["repaired"]
    if verdicts["strict"]:
        assert verdicts["printed"], data
        assert verdicts["deployed"], data
    return verdicts["strict"]


@pytest.mark.deep
def test_a_million_nearly_right_files() -> None:
    """Nine of ten in the repaired format. A seed of one's own: SENNIT_FUZZ_SEED."""
    pick = random.Random(int(os.environ.get("SENNIT_FUZZ_SEED", "22")))
    seen = set()
    for n in range(MANY):
        if n % 10:
            seen.add(told(repaired(pick)))
        else:
            agree(older(pick))
    assert len(seen) > 15
