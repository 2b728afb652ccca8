"""SMTP-side listeners: they join reports' words to the protocols' codes."""
