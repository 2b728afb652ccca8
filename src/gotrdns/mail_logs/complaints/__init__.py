"""One sender's story: who is meant, what happened, and whether it is repaired."""
