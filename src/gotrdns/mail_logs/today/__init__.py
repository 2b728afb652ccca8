"""What DNS says today of the clients of a log."""
