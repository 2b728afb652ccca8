"""What a log says of each client in all, and who among the refused looks legitimate."""
