"""Routes an application's reads and writes between DynamoDB and MongoDB. See Router."""

from .errors import Closed, Fenced, LateWrite, NoLease, Retryable, RouterError, Unavailable
from .leases import Mode
from .router import Router, Status
from .rules import Decision, Rule, RuleSet, Side
from .subject import SubjectRule

__all__ = [
    "Closed",
    "Decision",
    "Fenced",
    "LateWrite",
    "Mode",
    "NoLease",
    "Retryable",
    "Router",
    "RouterError",
    "Rule",
    "RuleSet",
    "Side",
    "Status",
    "SubjectRule",
    "Unavailable",
]
