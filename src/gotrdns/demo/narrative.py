"""What the demonstration says between the program's own words, and whom it shows."""

from typing import Final

TITLE: Final = "A small Internet in memory. Nothing is asked of the real one."

FOUNDING_CLIENT: Final = "85.105.64.87"
CHECK: Final = "1. A business whose mail is refused:  gotrdns check {address}"

# Each client with what it shows.
OTHER_CLIENTS: Final = {
    "192.168.1.1": "a right pair",
    "2001:470:1f0b:10::25": "a right pair, IPv6",
    "81.20.30.13": "only the second name fits",
    "81.20.30.14": "delegated zone, RFC 2317",
    "81.20.30.10": "most zombies look so",
    "81.20.30.11": "somebody else's name",
    "81.20.30.12": "perhaps later",
}
OTHERS: Final = "2. Others, in brief"
OTHERS_REMARK: Final = (
    "192.168.1.1 and mail.eddorre.com are the pattern to follow; in public DNS the address must "
    "of course be a public one."
)

POLICY: Final = '3. What Postfix is told, with mode = "strict"'
POLICY_QUESTION: Final = "Postfix asks over a unix socket, and gets an answer:"
POLICY_OTHERS: Final = "The same question about others:"
# Clients with the HELO name they give.
POLICY_CLIENTS: Final = {
    FOUNDING_CLIENT: "mail.eddorre.com",
    "81.20.30.13": "mail.shop.example",
    "81.20.30.10": "localhost.localdomain",
    "81.20.30.12": "mail.broken.example",
    "192.168.1.1": "mail.eddorre.com",
}
SENDER: Final = "sales@business.example"
RECIPIENT: Final = "you@recipient.example"
POLICY_REMARKS: Final = (
    "DUNNO lets the mail go on to Postfix's other restrictions. 550 refuses, 450 asks the sender "
    "to come back. A client with a private address is never refused, but marked: behind a proxy "
    "or NAT the real one cannot be seen."
)

NEXT: Final = "4. For real"
NEXT_STEPS: Final = """\
  Check an address, or your own mail hosts:
    gotrdns check 192.0.2.1
    gotrdns check --mx example.com

  Let Postfix ask. /etc/gotrdns/gotrdns.toml, which refuses nothing yet:
    [policy]
    mode = "observe"

  Then run "gotrdns serve" (see gotrdns serve --help), and in Postfix's main.cf:
    smtpd_delay_reject = yes
    smtpd_client_restrictions =
        permit_mynetworks
        permit_sasl_authenticated
        check_policy_service { unix:private/gotrdns,
            timeout=15s, try_limit=1, default_action=DUNNO }

  For Exim, Sendmail, and Postfix with mail filters (milters) see docs/exim.md,
  docs/sendmail.md and docs/postfix.md.

  When the log shows whom it would have refused, and you agree: mode = "strict".
"""
