"""Passwords of the administrator's pages: a file that holds them as hashes, and whether one fits.

Owns the form of the file's lines, ``NAME:HASH``, and when it is read again.
"""

import base64
import binascii
import hashlib
import hmac
import logging
import re
import secrets
import stat
import threading
from pathlib import Path
from typing import Final

import msgspec

_LOG: Final = logging.getLogger(__name__)

# scrypt with what OWASP's cheat sheet gives for 16 MiB.
_SCHEME: Final = "scrypt"
_LOG_N, _R, _P = 14, 8, 5
_MOST_LOG_N, _MOST_R, _MOST_P = 20, 32, 16  # what a line may ask for: 4 GiB at most
_OCTETS: Final = 32
_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@+-]{0,63}")
_LONGEST_FILE: Final = 1 << 20
_Identity = tuple[int, int, int, int]


class InvalidPasswordFile(ValueError):
    """Said in words, without what the file holds."""


class _Hash(msgspec.Struct, frozen=True):
    log_n: int
    r: int
    p: int
    salt: bytes
    key: bytes

    def fits(self, password: str) -> bool:
        return hmac.compare_digest(_derive(password, self), self.key)


def hash_password(password: str) -> str:
    """What stands behind ``NAME:`` in the file."""
    made = _Hash(_LOG_N, _R, _P, secrets.token_bytes(16), b"")
    key = _derive(password, made)
    fields = (str(_LOG_N), str(_R), str(_P), _encode(made.salt), _encode(key))
    return "$".join((_SCHEME, *fields))


class Passwords:
    """Those in the file, as it is now. May be used from any thread; everything here blocks.

    A file that cannot be read, or holds nobody, lets nobody in, and the log says why.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._identity: _Identity | None = None
        self._hashes: dict[str, _Hash] = {}
        self._trouble = ""
        self._nobody = _Hash(_LOG_N, _R, _P, secrets.token_bytes(16), secrets.token_bytes(_OCTETS))

    def verify(self, name: str, password: str) -> bool:
        """Takes as long for a name that nobody has."""
        self.refresh()
        found = self._hashes.get(name)
        fits = (found or self._nobody).fits(password)
        return fits and found is not None

    def refresh(self) -> int:
        """Read the file if it is another by now; gives a number that changes with it."""
        with self._lock:
            try:
                identity = _identity_of(self._path)
                if identity != self._identity:
                    self._hashes = read_passwords(self._path)
                    self._identity = identity
                trouble = "" if self._hashes else f"{self._path} holds no passwords"
            except (OSError, InvalidPasswordFile) as error:
                self._hashes, self._identity = {}, None
                trouble = f"{self._path} cannot be used: {error}"
            if trouble and trouble != self._trouble:
                _LOG.error("nobody can log in: %s", trouble)
            self._trouble = trouble
            return hash(self._identity)


def read_passwords(path: Path) -> dict[str, _Hash]:
    """Raises OSError and InvalidPasswordFile."""
    with path.open("rb") as file:
        octets = file.read(_LONGEST_FILE + 1)
    if len(octets) > _LONGEST_FILE:
        raise InvalidPasswordFile("it is too long")
    try:
        lines = octets.decode().splitlines()
    except UnicodeDecodeError:
        raise InvalidPasswordFile("it is not UTF-8") from None
    hashes: dict[str, _Hash] = {}
    for number, line in enumerate(map(str.strip, lines), 1):
        if not line or line.startswith("#"):
            continue
        name, _, text = line.partition(":")
        if not _NAME.fullmatch(name):
            raise InvalidPasswordFile(f"line {number}: the name is empty, too long or unusual")
        if name in hashes:
            raise InvalidPasswordFile(f"line {number}: that name stands there already")
        hashes[name] = _read_hash(text, number)
    return hashes


def _read_hash(text: str, number: int) -> _Hash:
    try:
        scheme, log_n, r, p, salt, key = text.split("$")
        read = _Hash(int(log_n), int(r), int(p), _decode(salt), _decode(key))
        usable = (
            scheme == _SCHEME
            and 1 <= read.log_n <= _MOST_LOG_N
            and 1 <= read.r <= _MOST_R
            and 1 <= read.p <= _MOST_P
            and len(read.key) == _OCTETS
        )
    except (ValueError, binascii.Error):
        usable = False
    if not usable:
        raise InvalidPasswordFile(
            f"line {number}: what follows the name is no hash: gotrdns web --hash-password makes it"
        )
    return read


def _derive(password: str, parameters: _Hash) -> bytes:
    n = 1 << parameters.log_n
    return hashlib.scrypt(
        password.encode(),
        salt=parameters.salt,
        n=n,
        r=parameters.r,
        p=parameters.p,
        maxmem=256 * n * parameters.r + (1 << 20),
        dklen=_OCTETS,
    )


def _identity_of(path: Path) -> _Identity:
    """Raises OSError and InvalidPasswordFile."""
    found = path.stat()
    if not stat.S_ISREG(found.st_mode):
        raise InvalidPasswordFile("it is not a file")
    return found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns


def _encode(octets: bytes) -> str:
    return base64.b64encode(octets).decode("ascii")


def _decode(text: str) -> bytes:
    return base64.b64decode(text, validate=True)
