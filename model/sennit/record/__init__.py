"""What has been shown, on file: written by `sennit prove`, re-checked by `sennit audit`, quoted by `sennit cite`.

A ledger is a folder that anyone can read without Sennit. Every file in it that is hashed is canonical JSON, so that
`sha256sum` gives the digest by which other files name it:

    genesis.json                        what the ledger is about: suites, their claims, digests of specifications
    SUITE/OWNER.CLAIM.json              one entry a claim, a block that names its lemmas' blocks as parents
    SUITE/OWNER.CLAIM.N.certificate.json, .trace.json
    SUITE/OWNER.DIGEST.machine.json     a machine's formulas, shared by all certificates about it
    SUITE/OWNER.DIGEST.states.json      a closed set of states, shared likewise
    closing.json                        number and digest of all blocks, perhaps signed; it completes the ledger
    assumptions.toml                    the only unproved things that an entry may lean on
    ids.toml                            short ids of claims; an id is never used again for another claim
    REPORT.md                           the same for people
"""
