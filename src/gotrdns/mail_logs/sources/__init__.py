"""Where logs come from: files and streams; compressed or not, in the order of time."""
