"""The resolver benchmark's whole job, written for each library that gotrdns is compared with."""
