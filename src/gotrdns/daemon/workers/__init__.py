"""Several processes that serve as one: a supervisor accepts, workers answer.

Owns what is said between them, and who does what; how clients are decided about is the same as in
one process.
"""
