"""The administrators' passwords: a file of lines ``NAME:HASH``, with scrypt as the hash.

Owns the form of the hashes, and what verifying may cost. Every attempt costs the same, whether
there is such a name or not; what was right a moment ago costs next to nothing.
"""

import asyncio
import base64
import binascii
import hashlib
import hmac
import re
import secrets
import stat
import time
import unicodedata
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final

import msgspec

from gotrdns.web.limits import TooMany

# 16 MiB of memory and a tenth of a second: OWASP's recommendation for little memory.
_EXPONENT: Final = 14
_BLOCK: Final = 8
_PARALLEL: Final = 5
_SALT: Final = 16  # octets
_KEY: Final = 32  # octets
_MOST_MEMORY: Final = 160 << 20  # octets: room for an exponent of 17
_NAME: Final = re.compile(r"[A-Za-z0-9._@+-]{1,64}")
_HASH: Final = re.compile(
    r"scrypt\$(1[0-7])\$([1-9]|1[0-6])\$([1-9]|1[0-6])\$([\w-]{22})\$([\w-]{43})", re.ASCII
)
_LONGEST_PASSWORD: Final = 1024  # octets
_LARGEST_FILE: Final = 1 << 18  # octets
_REMEMBERED_FOR: Final = 300.0  # seconds
_MOST_REMEMBERED: Final = 256
_AT_ONCE: Final = 1  # each has a core for itself
_MOST_WAITING: Final = 8
_COME_BACK: Final = 2.0  # seconds


class InvalidPasswords(Exception):
    """The file cannot be used; said in words."""


class InvalidName(ValueError):
    """No name that an administrator may have here."""

    def __init__(self, name: str) -> None:
        super().__init__(
            f"{name!r} is no name: write up to 64 of A-Z, a-z, 0-9 and the characters . _ @ + -"
        )


class UnusablePassword(ValueError):
    """Empty, or too long."""


class Hash(msgspec.Struct, frozen=True):
    """What is kept of a password."""

    exponent: int
    block: int
    parallel: int
    salt: bytes
    key: bytes

    def fits(self, password: str) -> bool:
        """Takes long."""
        return hmac.compare_digest(self.key, self._derive(password))

    def _derive(self, password: str) -> bytes:
        return hashlib.scrypt(
            _octets(password),
            salt=self.salt,
            n=1 << self.exponent,
            r=self.block,
            p=self.parallel,
            maxmem=_MOST_MEMORY,
            dklen=_KEY,
        )

    @classmethod
    def make(cls, password: str) -> "Hash":
        blank = cls(_EXPONENT, _BLOCK, _PARALLEL, secrets.token_bytes(_SALT), b"")
        return msgspec.structs.replace(blank, key=blank._derive(password))

    @classmethod
    def parse(cls, text: str) -> "Hash | None":
        found = _HASH.fullmatch(text)
        if found is None:
            return None
        exponent, block, parallel, salt, key = found.groups()
        try:
            return cls(int(exponent), int(block), int(parallel), _decode(salt), _decode(key))
        except binascii.Error:
            return None

    def __str__(self) -> str:
        numbers = f"{self.exponent}${self.block}${self.parallel}"
        return f"scrypt${numbers}${_encode(self.salt)}${_encode(self.key)}"


def compose_line(name: str, password: str) -> str:
    """A line for the file. Raises InvalidName and UnusablePassword."""
    if not _NAME.fullmatch(name):
        raise InvalidName(name)
    if not password:
        raise UnusablePassword("the password is empty")
    if len(_octets(password)) > _LONGEST_PASSWORD:
        raise UnusablePassword(f"the password has more than {_LONGEST_PASSWORD} octets")
    return f"{name}:{Hash.make(password)}\n"


def read_passwords(path: Path) -> dict[str, Hash]:
    """By name. Raises InvalidPasswords."""
    try:
        with path.open("rb") as file:
            content = file.read(_LARGEST_FILE + 1)
    except OSError as error:
        raise InvalidPasswords(f"{path} cannot be read: {error.strerror}") from None
    if len(content) > _LARGEST_FILE:
        raise InvalidPasswords(f"{path} is larger than {_LARGEST_FILE} octets")
    found = {}
    for number, line in enumerate(content.decode("utf-8", "replace").splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        name, _, text = line.strip().partition(":")
        hashed = Hash.parse(text)
        if hashed is None or not _NAME.fullmatch(name):
            raise InvalidPasswords(
                f"{path}:{number}: is no line NAME:HASH as gotrdns web --hash-password prints it"
            )
        if name in found:
            raise InvalidPasswords(f'{path}:{number}: "{name}" is there twice')
        found[name] = hashed
    return found


def _pay_no_heed(_problem: str) -> None:
    pass


class Passwords:
    """Verifies against the file as it is now.

    While it cannot be used, or holds nobody, no password is right: ``on_trouble`` is told why.
    """

    def __init__(
        self,
        path: Path,
        *,
        on_trouble: Callable[[str], None] = _pay_no_heed,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._path = path
        self._on_trouble = on_trouble
        self._clock = clock
        self._signature: tuple[int, int, int] | None = None
        self._hashes: dict[str, Hash] = {}
        self._trouble = ""
        self._nobody = Hash.make(secrets.token_urlsafe())
        self._secret = secrets.token_bytes(32)
        self._right: dict[bytes, tuple[float, Hash]] = {}
        self._waiting = 0
        self._workers = ThreadPoolExecutor(_AT_ONCE, "passwords")

    async def verify(self, name: str, password: str) -> bool:
        """Raises TooMany while so many wait that this one would have to wait for long."""
        hashed = self._find(name)
        if self._remembers(name, password, hashed):
            return True
        right = await self._verify_anew(hashed, password)
        if hashed is not None and right:
            if len(self._right) >= _MOST_REMEMBERED:
                self._right.clear()
            until = self._clock() + _REMEMBERED_FOR
            self._right[self._digest(name, password)] = (until, hashed)
        return right

    def remembers(self, name: str, password: str) -> bool:
        """Whether it was right a moment ago, and still is."""
        return self._remembers(name, password, self._find(name))

    def _remembers(self, name: str, password: str, hashed: Hash | None) -> bool:
        until, remembered = self._right.get(self._digest(name, password), (0.0, None))
        return hashed is not None and remembered == hashed and self._clock() < until

    async def _verify_anew(self, hashed: Hash | None, password: str) -> bool:
        if self._waiting >= _MOST_WAITING:
            raise TooMany(_COME_BACK, of_all=True)
        self._waiting += 1
        # Whoever asks may leave; the work goes on all the same, and counts until it is done.
        work = self._workers.submit((hashed or self._nobody).fits, password[:_LONGEST_PASSWORD])
        waiting = asyncio.wrap_future(work)
        waiting.add_done_callback(self._done)
        return await asyncio.shield(waiting) and len(_octets(password)) <= _LONGEST_PASSWORD

    def _done(self, _work: object) -> None:
        self._waiting -= 1

    def _find(self, name: str) -> Hash | None:
        try:
            self._refresh()
        except InvalidPasswords as error:
            self._signature, self._hashes = None, {}
            self._tell(str(error))
        else:
            self._tell("" if self._hashes else f"{self._path} holds no passwords")
        return self._hashes.get(name)

    def _refresh(self) -> None:
        """Raises InvalidPasswords."""
        try:
            status = self._path.stat()
        except OSError as error:
            raise InvalidPasswords(f"{self._path} cannot be read: {error.strerror}") from None
        if not stat.S_ISREG(status.st_mode):  # a pipe would never end
            raise InvalidPasswords(f"{self._path} is not a file")
        signature = (status.st_ino, status.st_mtime_ns, status.st_size)
        if signature != self._signature:
            self._hashes = read_passwords(self._path)
            self._signature = signature

    def _tell(self, trouble: str) -> None:
        """Once, until it is another."""
        if trouble and trouble != self._trouble:
            self._on_trouble(trouble)
        self._trouble = trouble

    def _digest(self, name: str, password: str) -> bytes:
        message = f"{len(name)}:{name}{password}".encode("utf-8", "surrogatepass")
        return hashlib.blake2b(message, key=self._secret, digest_size=32).digest()


def _octets(password: str) -> bytes:
    """One spelling, whatever the keyboard sent."""
    return unicodedata.normalize("NFC", password).encode("utf-8", "surrogatepass")


def _encode(octets: bytes) -> str:
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode("ascii")


def _decode(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
