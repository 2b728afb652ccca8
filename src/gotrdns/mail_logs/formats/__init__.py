"""The forms of lines, and of what stands around them: what one line says, whoever wrote it."""
