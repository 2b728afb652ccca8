"""The ``[verification]`` section: how long one client may be examined, and how far."""

from typing import Annotated, Final

from msgspec import Meta, Struct

from gotrdns.policy import InvalidSetting
from gotrdns.verification import NAMES_EVALUATED

# What the documentation tells Postfix to wait (`timeout=15s`); after that it stops listening.
MAIL_SERVER_PATIENCE: Final = 15.0


class VerificationSettings(Struct, frozen=True, forbid_unknown_fields=True, rename="kebab"):
    """How long one client may be examined, and how far."""

    deadline: Annotated[
        float,
        Meta(
            gt=0,
            description="Seconds after which a client is decided about with what is known by then; "
            "the look-ups go on and serve its next attempt. Must be below the 15 that mail servers "
            "are told to wait.",
        ),
    ] = 8.0
    ptr_limit: Annotated[
        int,
        Meta(
            ge=1,
            le=100,
            description="How many PTR names of one address are evaluated (RFC 8601 section 3 "
            "demands a limit).",
        ),
    ] = NAMES_EVALUATED

    def __post_init__(self) -> None:
        """Raises InvalidSetting."""
        if self.deadline >= MAIL_SERVER_PATIENCE:
            raise InvalidSetting(
                "deadline",
                f"{self.deadline:g} s is too late: it must be below {MAIL_SERVER_PATIENCE:g}, "
                "after which the mail server no longer waits for the answer",
            )
