"""What a database may answer instead of doing as asked. Imports no driver."""


class StoreUnavailable(Exception):
    """The database cannot be used now."""


class WriteRefused(StoreUnavailable):
    """The database works, but will never take this."""
