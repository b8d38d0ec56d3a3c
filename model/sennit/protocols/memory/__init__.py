"""Memory challenges: who may know what, and when, so that a prover which hides memory is found out."""
