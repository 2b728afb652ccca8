"""A log replayed under other settings: what would have become of the same mail."""
