"""Whom to write to: the mailbox in a zone's SOA, and the holder of an address block by RDAP."""
