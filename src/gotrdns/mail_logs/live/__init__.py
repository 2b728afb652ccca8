"""What is told while a log is written."""
