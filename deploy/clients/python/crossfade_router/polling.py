"""Whom a client asks for the rules, and when. No I/O, no clock.

The service answers a long poll. When it does not, the control table is read: at once, then every
tenth of a lease; the service is tried again every third tenth. One request at a time, so that an answer
is never overtaken by another. Before the table may renew a lease the client's own record is in it.
"""

from __future__ import annotations

import dataclasses
from typing import Optional, Union

from .leases import Lease

# Shares of a lease.
WAIT = 0.2  # how long the service may hold a poll
PATIENCE = 0.15  # how much later than that its answer may come
RECORD = 0.3  # how old our record in the table may get
TABLE = 0.1  # between two reads of the table
RETRY = 0.05  # when nothing answers, or an acknowledgement is not due yet
PROBE = 0.3  # between two tries of a service that does not answer


@dataclasses.dataclass(frozen=True)
class AskService:
    wait: float
    timeout: float


@dataclasses.dataclass(frozen=True)
class AskTable:
    store: bool  # our own record first


@dataclasses.dataclass(frozen=True)
class Pause:
    until: float  # or until something is to be acknowledged


Step = Union[AskService, AskTable, Pause]


class Polling:
    """next() says what to do; the outcome is told before the next step is asked for."""

    def __init__(self, has_table: bool) -> None:
        self._has_table = has_table
        self._service_answers = True
        self._table_is_next = False
        self._not_before = 0.0  # after a failure
        self._resume_at = 0.0  # unless there is something to acknowledge
        self._probe_at = 0.0
        self._asked_at = 0.0
        self._wait = 0.0
        self._told = 0  # version that was last acknowledged to a source that answered
        self._record_at: Optional[float] = None  # when our record in the table was written

    def next(self, lease: Lease, now: float) -> Step:
        if self._table_is_next:
            return self._ask_table(lease, now)
        if now < self._not_before:
            return Pause(self._not_before)
        if now < self._resume_at and lease.acknowledged <= self._told:
            return Pause(self._resume_at)
        if self._service_answers or not self._has_table or now >= self._probe_at:
            return self._ask_service(lease, now)
        return self._ask_table(lease, now)

    def _ask_service(self, lease: Lease, now: float) -> AskService:
        settled = lease.version > 0 and not lease.awaited
        self._wait = WAIT * lease.seconds if self._service_answers and settled else 0.0
        self._asked_at = now
        return AskService(self._wait, self._wait + PATIENCE * lease.seconds)

    def _ask_table(self, lease: Lease, now: float) -> AskTable:
        at = self._record_at
        due = at is None or now >= at + RECORD * lease.seconds
        return AskTable(store=due or lease.acknowledged > self._told)

    def service_answered(self, lease: Lease, now: float, told: int, newer: bool) -> None:
        """`told`: the version acknowledged with the request; `newer`: it brought a new version."""
        self._service_answers = True
        self._told = told
        self._record_at = None
        early = not newer and now < self._asked_at + self._wait / 2
        self._resume_at = now + RETRY * lease.seconds if early or lease.awaited else now

    def service_failed(self, lease: Lease, now: float) -> None:
        self._service_answers = False
        self._table_is_next = self._has_table
        self._probe_at = now + PROBE * lease.seconds
        self._not_before = now + RETRY * lease.seconds

    def table_answered(self, lease: Lease, now: float, told: Optional[int]) -> None:
        """`told`: the version acknowledged with our record, None when that was not written."""
        self._table_is_next = False
        if told is not None:
            self._told = told
            self._record_at = now
        self._resume_at = now + (RETRY if lease.awaited else TABLE) * lease.seconds

    def table_failed(self, lease: Lease, now: float) -> None:
        self._table_is_next = False
        self._record_at = None
        self._probe_at = now
        self._not_before = now + RETRY * lease.seconds
