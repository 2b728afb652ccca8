"""The daemon: a process that serves, reloads and stops without losing a request."""
