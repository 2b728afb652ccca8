"""Owns what the policy benchmark asks: requests with the attributes, in the order, that Postfix
3.7 sends at RCPT, for the synthetic clients of a world."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

from benchmarks import world

if TYPE_CHECKING:
    from pathlib import Path

# Postfix's instance is process, time, microseconds and a counter; the load generator writes ten
# digits of its own at the start of this.
INSTANCE = "0000000000.65f0c3aa.b1f3c.0"

REQUEST = """request=smtpd_access_policy
protocol_state=RCPT
protocol_name=ESMTP
client_address={address}
client_name={client_name}
client_port={port}
reverse_client_name={reverse_name}
server_address=192.0.2.25
server_port=25
helo_name={helo}
sender={sender}
recipient={recipient}
recipient_count=0
queue_id=
instance={instance}
size={size}
etrn_domain=
stress=
sasl_method=
sasl_username=
sasl_sender=
ccert_subject=
ccert_issuer=
ccert_fingerprint=
ccert_pubkey_fingerprint=
encryption_protocol=TLSv1.3
encryption_cipher=TLS_AES_256_GCM_SHA384
encryption_keysize=256
policy_context=

"""


def write_requests(made: world.World, path: Path, count: int) -> None:
    """Requests of the world's first `count` clients, as if Postfix had looked each one up."""
    with made.expected_file.open() as clients, path.open("w") as requests:
        for number, line in enumerate(itertools.islice(clients, count)):
            address, cause, name = line.rstrip("\n").split("\t")
            word = world.WORDS[number % len(world.WORDS)]
            requests.write(
                REQUEST.format(
                    address=address,
                    client_name=name if cause == world.CONFIRMED else "unknown",
                    reverse_name="unknown" if cause == world.NO_PTR else name,
                    port=1024 + number % 60000,
                    helo=f"mail.{word}.example.com" if name == "-" else name,
                    sender=f"newsletter-{number % 997}@{word}.example.com",
                    recipient=f"user{number % 89}@example.org",
                    instance=INSTANCE,
                    size=4000 + number % 50000,
                )
            )
