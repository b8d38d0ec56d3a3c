"""Signed transcripts: the format, its signer, an adversary with the file in hand, and the verifier."""
