"""DNSSEC for the sown zones: one key for all, and `dnssec-signzone` with it.

Owns the key, which protects nothing: it is fixed, so that DS records and trust anchors are known
before any zone is signed. Signatures are made when the private Internet starts, since they expire.
"""

import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import dns.dnssec
import dns.name
import dns.rdata
from dns.rdtypes.ANY.DNSKEY import DNSKEY

# Made by `dnssec-keygen -a ECDSAP256SHA256 -f KSK`.
KEY: Final = (
    "257 3 13 "
    "qbUToAei7EdHcAzvyE84f8CUk9e0zJc9FE7XHvjy3f8v7N5Ha/CSqZqX0N1OuCK2tjPFCIdvqM83rNsIefXowQ=="
)
PRIVATE_KEY: Final = """\
Private-key-format: v1.3
Algorithm: 13 (ECDSAP256SHA256)
PrivateKey: nK6ca8z5Zb7DECn5mJaz3g/QQGkGlh0o5tQfAn2On9A=
"""
EXPIRED: Final = ("-s", "20200101000000", "-e", "20200201000000")


@dataclass(frozen=True, slots=True)
class Signature:
    """How a zone is signed; ``altered`` is what was replaced afterwards, and by what."""

    expired: bool = False
    nsec3: bool = False
    altered: tuple[str, str] | None = None


def _key() -> DNSKEY:
    key = dns.rdata.from_text("IN", "DNSKEY", KEY)
    assert isinstance(key, DNSKEY)
    return key


def ds_of(origin: str) -> str:
    """The data of the DS record, and so of a trust anchor, of a signed zone."""
    return dns.dnssec.make_ds(dns.name.from_text(origin), _key(), "SHA256").to_text()


def sign_zone_file(path: Path, origin: str, signature: Signature) -> None:
    """Replaces an unsigned zone file by the signed one, which begins with its `$ORIGIN` too."""
    key = path.parent / f"K{path.stem}+013+{dns.dnssec.key_id(_key()):05}"
    key.with_name(f"{key.name}.key").write_text(f"{origin} IN DNSKEY {KEY}\n")
    key.with_name(f"{key.name}.private").write_text(PRIVATE_KEY)
    unsigned = path.with_suffix(".unsigned")
    unsigned.write_text(f"{path.read_text()}@ DNSKEY {KEY}\n")
    signed = path.with_suffix(".signed")
    options = [*(EXPIRED if signature.expired else ()), *(("-3", "-") if signature.nsec3 else ())]
    # -z: the one key signs everything. -P: an expired signature is meant.
    command = [shutil.which("dnssec-signzone") or "/usr/bin/dnssec-signzone", "-q", "-z", "-P"]
    command += [*options, "-o", origin, "-f", str(signed), str(unsigned), str(key)]
    # It leaves a dsset file where it runs.
    done = subprocess.run(command, cwd=path.parent, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(command)}: {done.stderr}")
    text = signed.read_text()
    if signature.altered is not None:
        before, after = signature.altered
        if before not in text:
            raise ValueError(f"{origin} has no {before} to alter")
        text = text.replace(before, after)
    path.write_text(f"$ORIGIN {origin}\n{text}")
