"""Bytes to requests and back: the protocols of mail servers, without input or output."""
