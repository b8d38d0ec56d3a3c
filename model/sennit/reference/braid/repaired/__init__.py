"""The repaired format `braid/2`: signed lines that leave nothing about a conversation uncovered.

The specification is protocols/braid/FORMAT.md; nothing here goes beyond it. `encoding` is what is signed, `lines` the
grammar, `verify` the verifier, `sign` the signer.
"""
