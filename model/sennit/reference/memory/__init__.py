"""Memory challenges that really run: labels that cost time to make, sweeps and pings that show they are still there.

`slow.py` says in plain Python what every other file computes faster. `verifier.py` and `prover.py` are the two sides.
"""
