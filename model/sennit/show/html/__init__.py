"""The ledger of proofs as one page that needs no network: tables, counterexamples that can be stepped through."""
