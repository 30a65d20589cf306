"""What a client may do at a moment, and what it has acknowledged. No I/O, no clock: times are
handed in, in seconds of one steady clock.

A lease says: "no version newer than mine was stored when I asked", so it is counted from the moment
of asking. A hand-off takes the client for settled when it has acknowledged the version of the fence
or, in the mode `refuse`, when the fence is older than a lease. What follows from that:

- A write is judged by the newest rules, and stays in flight until it has ended.
- A version is acknowledged when no write is in flight that it would not allow, on the side that the
  write went to. That holds for versions that were missed as well: only the newest counts.
- In the mode `refuse` a write begins only if the lease outlives the time that the application grants
  itself for it. If it takes longer all the same, and a version came that would not allow it (or came
  after the lease had ended, when authority may have gone to and fro), then it was late.
"""

from __future__ import annotations

import dataclasses
import enum
import math
from typing import Optional, Set

from .errors import Fenced, NoLease
from .rules import Decision, RuleSet, Side

MOST_OF_A_LEASE = 0.4  # that a write may take: a healthy lease has more than that left


class Mode(str, enum.Enum):
    """What a client does when its lease has run out and neither source answers."""

    REFUSE = "refuse"  # it refuses writes; a hand-off may count on that
    CONTINUE = "continue"  # it goes on by the last rules; a hand-off needs its acknowledgement

    def __str__(self) -> str:
        return self.value


@dataclasses.dataclass(frozen=True)
class Terms:
    """What a client asks for and promises, in seconds. A client that refuses writes without a
    lease ends every write within `write_time`: longer ones may be late."""

    mode: Mode = Mode.REFUSE
    lease: float = 10.0
    write_time: float = 2.0

    def __post_init__(self) -> None:
        if not 1 <= self.lease <= 60:
            raise ValueError(f"A lease may have 1 to 60 seconds, not {self.lease}.")
        most = MOST_OF_A_LEASE * self.lease
        if not 0 <= self.write_time <= most:
            raise ValueError(
                f"A write may take up to {most} s with a lease of {self.lease} s, not {self.write_time} s."
            )


@dataclasses.dataclass(eq=False)
class Write:
    """A write in flight: its decision, and when it must have ended once that stopped to hold."""

    subject: Optional[str]
    side: Side
    deadline: Optional[float] = None

    def allowed_by(self, rules: RuleSet) -> bool:
        return rules.decide(self.subject) == Decision(self.side, fenced=False)


class Lease:
    """The rules that a client holds, until when, and its writes in flight."""

    def __init__(self, terms: Terms) -> None:
        self.terms = terms
        self.rules: Optional[RuleSet] = None
        self.until = -math.inf
        self.seconds = terms.lease  # as granted
        self.acknowledged = 0
        self.writes: Set[Write] = set()
        self.awaited: Set[Write] = set()  # those that the acknowledgement waits for

    @property
    def version(self) -> int:
        return 0 if self.rules is None else self.rules.version

    def begin(self, subject: Optional[str], now: float) -> Write:
        """A write begins: Fenced or NoLease when it must not."""
        if self.rules is None or now + self.terms.write_time > self.deadline:
            raise NoLease(
                "No lease: neither the service nor the control table says that the rules still hold.",
                retry_after=self.seconds / 20,
            )
        side, fenced = self.rules.decide(subject)
        if fenced:
            raise Fenced(
                f"Subject {subject!r} is moving away from {side} at the moment.",
                retry_after=self.seconds / 100,
            )
        write = Write(subject, side)
        self.writes.add(write)
        return write

    def end(self, write: Write, now: float) -> bool:
        """A write has ended. False when it was late: authority may have moved under it."""
        self.writes.discard(write)
        self.awaited.discard(write)
        self._acknowledge()
        limit = self.deadline if write.deadline is None else write.deadline
        return self.terms.mode is Mode.CONTINUE or now <= limit

    @property
    def deadline(self) -> float:
        """When a write that begins now must have ended."""
        return math.inf if self.terms.mode is Mode.CONTINUE else self.until

    def renew(
        self, rules: RuleSet, sent: float, now: float, granted: Optional[float] = None
    ) -> bool:
        """Rules have come that were asked for at `sent`; `granted`: a shorter lease than asked for.
        False, and nothing is renewed, when they are older than those held: such a source cannot
        tell what is newest."""
        if rules.version < self.version:
            return False
        if rules.version > self.version:
            self._adopt(rules, now)
        self.seconds = self.terms.lease if granted is None else min(self.terms.lease, granted)
        self.until = max(self.until, sent + self.seconds)
        return True

    def _adopt(self, rules: RuleSet, now: float) -> None:
        self.rules = rules
        self.awaited = {write for write in self.writes if not write.allowed_by(rules)}
        doubtful = self.writes if now > self.until else self.awaited
        for write in doubtful:
            if write.deadline is None:
                write.deadline = self.until
        self._acknowledge()

    def _acknowledge(self) -> None:
        if not self.awaited:
            self.acknowledged = self.version
