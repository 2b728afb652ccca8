"""A client and its envelope become a Decision: at once, or by a deadline."""

from gotrdns.deciding.decider import CallLater, Decider, Timer
from gotrdns.deciding.settings import MAIL_SERVER_PATIENCE, VerificationSettings

__all__ = ["MAIL_SERVER_PATIENCE", "CallLater", "Decider", "Timer", "VerificationSettings"]
