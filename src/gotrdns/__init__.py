"""gotrdns: reverse DNS for mail."""

# A constant: reading the version from package metadata would cost every start 13 ms.
__version__ = "0.1.0"
