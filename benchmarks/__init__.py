"""Measurements of gotrdns beside programs that do the same work; nothing here is installed."""
