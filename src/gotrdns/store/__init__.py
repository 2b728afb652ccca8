"""What is remembered of clients and decisions, on disk or in a database, behind the mail path."""
