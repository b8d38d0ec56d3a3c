"""The signature check agrees with Wycheproof's Ed25519 vectors."""

import json
from pathlib import Path

from sennit.reference.braid.container import Block
from sennit.reference.braid.message import encode_signature, is_signature
from sennit.reference.braid.verify import verify


def test_every_vector_gets_the_answer_that_it_asks_for(shared: Path) -> None:
    """Each is a block of version v00, whose message is its payload; a signature of another length is no block."""
    vectors = json.loads((shared / "vectors" / "wycheproof_ed25519_test.json").read_text(encoding="utf-8"))
    wrong, refused, passed = [], 0, 0
    for group in vectors["testGroups"]:
        key = bytes.fromhex(group["publicKey"]["pk"])
        for test in group["tests"]:
            signature = encode_signature(bytes.fromhex(test["sig"]))
            if not is_signature(signature):
                refused += 1
                answer = "invalid"
            else:
                block = Block("$", "", "text", "", bytes.fromhex(test["msg"]), signature, "")
                answer = "valid" if verify([block], key, accept=("v00",)).passed else "invalid"
            passed += answer == "valid"
            if answer != test["result"]:
                wrong.append(test["tcId"])
    assert wrong == []
    assert passed > 0
    assert refused > 0
    assert sum(len(group["tests"]) for group in vectors["testGroups"]) == vectors["numberOfTests"] > 100
