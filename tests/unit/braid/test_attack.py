"""The attack kit: what it can forge from a braid, whom that deceives, and what stops it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from nacl.signing import SigningKey
from typer.testing import CliRunner

from sennit.cli.braid import app
from sennit.cli.main import main
from sennit.errors import Misuse
from sennit.reference.braid.attack import Attack, attack, base_of, families_beyond_stopping
from sennit.reference.braid.container import parse
from sennit.reference.braid.forge import Forgery, Impossible, respelled, resplit, unreduced
from sennit.reference.braid.message import Version, decode_signature, encode_key
from sennit.reference.braid.profiles import PROFILES, judge
from sennit.reference.braid.sign import Signer
from sennit.reference.braid.vectors_older import base_of_talk, talk
from unit.braid.test_artefacts import KNOWN, iolite, key_of

__all__ = ["iolite"]  # the fixture that skips where the real files are not

BEYOND = ("container", "move", "neighbours", "relabel", "reorder", "truncate")
"""Families that leave every signed byte as it was, and every honest property of it."""


@pytest.fixture(scope="module")
def made() -> Attack:
    """All forgeries of one conversation."""
    return attack(base_of_talk(4))


def names_of(made: Attack, profile: str, *, known: bool = True) -> set[str]:
    """What a verifier of the older format accepts."""
    outcomes = made.outcomes
    return {
        f"{o.forgery.family}.{o.forgery.name}"
        for o in outcomes
        if profile in (o.by_known_key if known else o.by_its_key)
    }


def test_a_stricter_verifier_accepts_less(made: Attack) -> None:
    """Every forgery that strict takes, the loose ones take, under either key; and they take many more."""
    for known in (True, False):
        printed, deployed, strict = (names_of(made, name, known=known) for name in PROFILES[:3])
        assert strict < printed
        assert strict < deployed
        assert len(deployed) > 2 * len(strict)


def test_strict_can_be_deceived_in_exactly_these_families(made: Attack) -> None:
    """They are the ones whose changes no signature covers; all others it refuses under the known key."""
    assert families_beyond_stopping([made]) == BEYOND


def test_a_known_key_stops_what_replaces_it(made: Attack) -> None:
    """Strict under the key in the file takes what was signed anew, since that is a good braid of somebody else's."""
    gained = names_of(made, "strict", known=False) - names_of(made, "strict")
    assert gained == {"key.signed_anew", "cost.long_chain"}


def test_what_strict_refuses_has_a_reason_of_its_own(made: Attack) -> None:
    """A second spelling, an unreduced scalar, a weak key and a strange escape are told apart."""
    reasons = {f"{o.forgery.family}.{o.forgery.name}": {r.rule for r in o.reasons} for o in made.outcomes}
    assert "scalar" in reasons["spelling.signature_scalar"]
    assert "canonical" in reasons["spelling.signature_bits"]
    assert "escapes" in reasons["readers.escape"]
    assert "copies_agree" in reasons["readers.shown"]
    weak = next(o for o in made.outcomes if o.forgery.name == "identity")
    alone = judge(weak.forgery.data, "strict")
    assert [reason.rule for reason in alone.reasons] == ["key_small_order"]
    assert all(o.reasons or o.beyond_stopping for o in made.outcomes)


def test_the_repaired_format_stops_all_but_what_is_listed(made: Attack) -> None:
    """Cut files are open-ended, another session of the same key is whole; nothing else passes."""
    left = {f"{r.forgery.family}.{r.forgery.name}": r.answer for r in made.repaired if r.answer != "fails"}
    assert left == {
        "truncate.close_dropped": "valid, open-ended",
        "truncate.leaf_dropped": "valid, open-ended",
        "truncate.genesis_alone": "valid, open-ended",
        "sessions.other": "complete",
    }
    unpinned = {r.forgery.name for r in made.repaired if r.unpinned == "complete"} - {"other"}
    assert unpinned == {"signed_anew"}


def test_every_family_is_tried_on_both_formats(made: Attack) -> None:
    """Or said to be impossible there."""
    older = {o.forgery.family for o in made.outcomes} | {i.family for i in made.impossible}
    repaired = {r.forgery.family for r in made.repaired} | {i.family for i in made.repaired_impossible}
    assert older == repaired


@pytest.mark.parametrize("version", ["v0", "v1", "v00"])
def test_a_payload_can_swallow_its_link_unless_it_stands_in_base64(version: Version) -> None:
    """Raw bytes followed by a link have no boundary; in v1 the lengths say that there is none to move."""
    base = base_of_talk(4, version)
    found = list(resplit(base))
    assert [type(each) for each in found] == [Impossible if version == "v1" else Forgery]
    for each in found:
        if isinstance(each, Forgery):
            assert judge(each.data, "strict", key=base.key, accept=(version,)).accepted


def test_sessions_under_one_key_mix_if_they_begin_alike() -> None:
    """Ed25519 signs the same first words alike: one genesis, and blocks of two sessions below it."""
    files = []
    for words in ("yes", "no"):
        signer = Signer(b"\5" * 32)
        signer.append("prompt", "user", "The same question.")
        signer.append("text", "model", words)
        files.append(base_of(json.dumps(signer.decision()).encode()))
    outcomes = {o.forgery.name: o for o in attack(files[0], [files[1]]).outcomes if o.forgery.family == "sessions"}
    assert set(outcomes) == {"other", "merged"}
    assert all(o.beyond_stopping for o in outcomes.values())
    other = base_of_talk(4)
    with pytest.raises(Misuse, match="another key"):
        attack(files[0], [other])


def test_a_forged_spelling_decodes_to_the_same_signature() -> None:
    """And the other one to a scalar that is larger by the group's order."""
    signature = talk(4).blocks[0].signature
    assert respelled(signature) != signature
    assert decode_signature(respelled(signature)) == decode_signature(signature)
    assert decode_signature(unreduced(signature)) != decode_signature(signature)


def test_a_small_order_key_signs_other_words_with_the_same_signatures(made: Attack) -> None:
    """Two files, the same key and signatures, no word in common: both loose profiles take both."""
    files = [o.forgery.data for o in made.outcomes if o.forgery.family == "weak_key"]
    first, second = (parse(data.decode()) for data in files)
    assert [b.signature for b in first.blocks] == [b.signature for b in second.blocks]
    assert not {b.payload for b in first.blocks} & {b.payload for b in second.blocks}
    assert all(judge(data, profile).accepted for data in files for profile in PROFILES[:2])
    assert not any(judge(data, "strict").accepted for data in files)


def test_the_deployed_reader_takes_the_first_value_and_the_last_member() -> None:
    """The rest it does not look at: what it checks is not what another reader shows."""
    base = base_of_talk(4)
    good = base.data
    for data in (
        good + b"]]]",
        b'{"AllTexts": {}, "ALLTEXTS": null, ' + good.lstrip()[1:],
        good.replace(b"How", b"\\How"),
    ):
        assert not judge(data, "strict", key=base.key).accepted
        assert judge(data, "deployed", key=base.key).accepted
    assert not judge(b"[" + good, "deployed", key=base.key).accepted


def test_a_cycle_is_seen_by_the_deployed_tool_and_not_by_the_printed_steps() -> None:
    """Under v00, which signs no links, one can be made: the printed steps count each node of a list once."""
    signer = Signer(b"\6" * 32, "v00")
    for words in "abc":
        signer.append("text", "model", words)
    decision = json.loads(json.dumps(signer.decision()))
    entries = decision["AllTexts"]["model"]
    entries[1]["prev_signature"] = entries[2]["signature"]
    data = json.dumps(decision).encode()
    assert judge(data, "printed", accept=("v00",)).accepted
    assert [r.rule for r in judge(data, "deployed").reasons] == ["cycle"]
    assert not judge(data, "strict", accept=("v00",)).accepted


@pytest.mark.parametrize("name", [name for name, known in KNOWN.items() if known.passed and not known.rules])
def test_real_files_can_be_forged(iolite: Path, name: str) -> None:
    """Each in every family that its shape allows; strict stops what it stops in ours, and no private key is used."""
    data = (iolite / name).read_bytes()
    key = key_of(iolite, name, parse(data.decode(), repair_escapes=True))
    made = attack(base_of(data, key))
    assert set(families_beyond_stopping([made])) <= set(BEYOND)
    assert {"relabel", "neighbours", "container"} & set(families_beyond_stopping([made]))
    stopped = [o for o in made.outcomes if not o.beyond_stopping]
    assert all(o.reasons for o in stopped)
    assert {r.answer for r in made.repaired if r.forgery.family not in ("truncate", "sessions")} == {"fails"}


def test_real_sessions_under_one_key_stand_for_each_other(iolite: Path) -> None:
    """Three of the files share a key: any of them passes as any other."""
    names = [name for name in KNOWN if name.startswith("learnedEthics0.2") and name.endswith(".dream")]
    bases = [base_of((iolite / name).read_bytes()) for name in names]
    outcome = next(o for o in attack(bases[0], [bases[1]]).outcomes if o.forgery.family == "sessions")
    assert outcome.beyond_stopping


def test_the_command_writes_each_forgery_and_a_line_for_it(tmp_path: Path) -> None:
    """The files are those that the listing names, and verify says of each what the listing says."""
    file, out = tmp_path / "talk.json", tmp_path / "forged"
    file.write_bytes(base_of_talk(4).data)
    result = CliRunner().invoke(app, ["attack", str(file), "-o", str(out)])
    assert result.exit_code == 0
    listing = json.loads((out / "attacks.json").read_text(encoding="utf-8"))
    told = [entry["file"] for part in ("older", "repaired") for entry in listing[part]]
    found = [str(path.relative_to(out)) for folder in ("older", "repaired") for path in (out / folder).iterdir()]
    assert sorted(told) == sorted(found)
    lines = (out / "attacks.txt").read_text(encoding="utf-8")
    assert lines == result.stdout
    assert all(name in lines for name in told)
    key = encode_key(base_of_talk(4).key)
    for entry in listing["older"]:
        arguments = ["verify", str(out / entry["file"]), "--profile", "strict", "--key", key]
        code = CliRunner().invoke(app, arguments).exit_code
        assert (code == 0) == ("strict" in entry["accepted"]["known_key"])
    assert CliRunner().invoke(app, ["attack", str(file), "-o", str(out)]).exit_code == 0


@pytest.mark.parametrize(
    ("edit", "arguments", "line"),
    [
        (b"", (), "signatures pass"),
        (b'"PublicKey"', (), "names no key"),
        (b"", ("--key", "x"), "--key has 1 characters"),
    ],
)
def test_an_attack_begins_with_a_good_braid_and_a_free_folder(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], edit: bytes, arguments: tuple[str, ...], line: str
) -> None:
    """Otherwise it says in one line what is missing, and writes nothing."""
    good = base_of_talk(4).data
    file, out = tmp_path / "bad.json", tmp_path / "forged"
    file.write_bytes(
        good.replace(edit, b'"Key"') if edit else good.replace(b"Take", b"Lose").replace(b"data_b64", b"x")
    )
    with pytest.raises(SystemExit) as ended:
        main(["braid", "attack", str(file), "-o", str(out), *arguments])
    assert (ended.value.code, out.exists()) == (2, False)
    assert line in capsys.readouterr().err


def test_a_folder_with_other_files_is_left_alone(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A forgery must not land among real files."""
    file = tmp_path / "talk.json"
    file.write_bytes(base_of_talk(4).data)
    with pytest.raises(SystemExit) as ended:
        main(["braid", "attack", str(file), "-o", str(tmp_path)])
    assert ended.value.code == 2
    assert "holds other files" in capsys.readouterr().err


def test_the_forger_knows_no_key_but_its_own(made: Attack) -> None:
    """No file of the older format is signed under the attacked key with a signature that was not in it before."""
    base = base_of_talk(4)
    honest = {decode_signature(block.signature) for block in base.braid.blocks}
    for outcome in made.outcomes:
        if "strict" in outcome.by_known_key:
            braid = parse(outcome.forgery.data.decode())
            assert {decode_signature(block.signature) for block in braid.blocks} <= honest
    assert bytes(SigningKey(b"\5" * 32).verify_key) != base.key
