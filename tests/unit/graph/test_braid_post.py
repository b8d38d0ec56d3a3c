"""What the post says of its rules: each answer stands, implications one size further, and no witness shrinks."""

from __future__ import annotations

import pytest

from sennit.budget import Budget
from sennit.claim import Answer, Claim
from sennit.engines import bmc, induction
from sennit.run.suite import claims_of, suite_of
from sennit_properties import graph
from sennit_properties.findings import braid_post as post

CLAIMS = claims_of(post)
PROVED = [claim for claim in CLAIMS if claim.expect is Answer.HOLDS]
SHOWN = [claim for claim in CLAIMS if claim.expect in (Answer.FAILS, Answer.SEEN)]


def answer(claim: Claim, settings: dict[str, int]) -> Answer:
    question = claim.question(settings)
    verdict = induction.check(question, Budget(seconds=60))
    return verdict.answer if verdict.answer is not Answer.UNKNOWN else bmc.check(question, Budget(seconds=60)).answer


@pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: claim.name)
def test_each_claim_on_the_post_is_answered_as_expected(claim: Claim) -> None:
    """At every size that it lists."""
    for asked in suite_of([claim], "post").asked:
        assert answer(claim, dict(asked.question.machine.settings)) is claim.expect, asked.title


@pytest.mark.parametrize("claim", PROVED, ids=lambda claim: claim.name)
def test_what_follows_for_three_blocks_follows_for_four(claim: Claim) -> None:
    """The implications are asked at small sizes in the suite, and here once more at the next."""
    for settings in [post.files(4, 1), post.files(4, 5)]:
        if settings["parents"] == 1 or any(dict(at)["parents"] > 1 for at in claim.at):
            assert answer(claim, settings) is Answer.HOLDS


@pytest.mark.parametrize("claim", SHOWN, ids=lambda claim: claim.name)
def test_no_witness_has_fewer_blocks(claim: Claim) -> None:
    """With one block less than the smallest size listed there is none."""
    smallest = min((dict(at) for at in claim.at), key=lambda at: at["slot"])
    parents = smallest["parents"]
    for blocks in range(1, smallest["slot"]):
        fewer = answer(claim, post.files(blocks, parents))
        assert fewer in (Answer.HOLDS, Answer.NEVER), blocks


@pytest.mark.parametrize("claim", claims_of(graph), ids=lambda claim: claim.name)
def test_each_graph_claim_holds_of_graphs_that_grow_and_fails_without_what_it_rests_on(claim: Claim) -> None:
    """Graphs of up to four blocks, and once without each clause."""
    for asked in suite_of([claim], "graph").asked:
        settings = dict(asked.question.machine.settings)
        assert answer(claim, settings) is asked.expect, asked.title
