"""Where a write of a subject goes: the same function as router/rules.h in C++."""

from __future__ import annotations

import dataclasses
import enum
import json
import math
from typing import Any, FrozenSet, Mapping, NamedTuple, Optional, Union

from .xxh64 import xxh64

BUCKETS = 10_000
FORMAT = 1


class Side(str, enum.Enum):
    """The store that owns writes of a subject."""

    DYNAMODB = "dynamodb"
    MONGODB = "mongodb"

    def __str__(self) -> str:
        return self.value


class Decision(NamedTuple):
    """Where writes of a subject go, and whether they may go there now."""

    side: Side
    fenced: bool = False  # the subject is moving: reads from `side`, no writes at all


def bucket_of(salt: str, subject: str) -> int:
    """0 to 9999. Subjects are taken as they are, in UTF-8: nothing is normalized."""
    return xxh64(salt.encode() + b"\0" + subject.encode()) % BUCKETS


def _buckets_moved(percent: float) -> int:
    """percent x 100, a half rounded up; round() would round it to the even side."""
    hundredths = percent * 100
    whole = math.floor(hundredths)
    return whole + (hundredths - whole >= 0.5)


@dataclasses.dataclass(frozen=True)
class Rule:
    """deny > allow > bucket < percent x 100. Raising the percentage only adds subjects."""

    percent: float = 0.0  # of the subjects, served by MongoDB; two decimals count
    allow: FrozenSet[str] = frozenset()
    deny: FrozenSet[str] = frozenset()
    salt: str = ""  # frozen when the group begins

    def side_of(self, subject: Optional[str]) -> Side:
        """None is a key without a subject: it belongs to DynamoDB until the percentage is 100."""
        limit = _buckets_moved(self.percent)
        if subject is None:
            return Side.MONGODB if limit >= BUCKETS else Side.DYNAMODB
        if subject in self.deny:
            return Side.DYNAMODB
        if subject in self.allow or bucket_of(self.salt, subject) < limit:
            return Side.MONGODB
        return Side.DYNAMODB


@dataclasses.dataclass(frozen=True)
class RuleSet:
    """One version of a group's rules. While a hand-off is under way `next` says where it leads, and
    the subjects that the two rules place differently are fenced."""

    group: str
    version: int  # never re-used
    epoch: int
    rule: Rule
    next: Optional[Rule] = None

    def decide(self, subject: Optional[str]) -> Decision:
        """Pure: the same for ever for the same version."""
        side = self.rule.side_of(subject)
        return Decision(side, self.next is not None and self.next.side_of(subject) is not side)

    @classmethod
    def from_json(cls, text: Union[str, bytes, Mapping[str, Any]]) -> RuleSet:
        """Of the form that the service serves and the control table holds, see the README. Members
        that are not known are passed over; ValueError when it is no such form."""
        document = text if isinstance(text, Mapping) else json.loads(text)
        try:
            return _rule_set(document)
        except (KeyError, TypeError, AttributeError) as error:
            raise ValueError(f"These are no rules of a group: {error!r}.") from error

    @classmethod
    def from_state(cls, text: Union[str, bytes]) -> RuleSet:
        """Out of a group's state, as the control table holds it in the attribute `doc`."""
        state = json.loads(text)
        if not isinstance(state, Mapping) or not isinstance(state.get("rules"), Mapping):
            raise ValueError("This is no state of a group: it has no rules.")
        return cls.from_json(state["rules"])


def _rule_set(document: Mapping[str, Any]) -> RuleSet:
    if document["v"] != FORMAT:
        raise ValueError(
            f"The rules have format {document['v']}, this package knows {FORMAT}: update it."
        )
    rule = _rule(document["rule"], Rule(salt=_text(document["salt"])))
    after = document.get("next")
    return RuleSet(
        group=_text(document["group"]),
        version=int(document["version"]),
        epoch=int(document["epoch"]),
        rule=rule,
        next=None if after is None else _rule(after, rule),
    )


def _rule(document: Mapping[str, Any], base: Rule) -> Rule:
    percent = float(document["percent"])
    if not 0 <= percent <= 100:
        raise ValueError(f"A percentage of {percent} is not between 0 and 100.")
    allow = _subjects(document["allow"], base.allow)
    return Rule(percent, allow, _subjects(document["deny"], base.deny), base.salt)


def _subjects(listed: Any, base: FrozenSet[str]) -> FrozenSet[str]:
    """A list, or the difference from the list of the rule before: {"add": [...], "remove": [...]}."""
    if isinstance(listed, Mapping):
        return (base - _subjects(listed["remove"], base)) | _subjects(listed["add"], base)
    if not isinstance(listed, list):
        raise TypeError(f"{type(listed).__name__} instead of a list of subjects")
    return frozenset(map(_text, listed))


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{type(value).__name__} instead of a text")
    return value
