"""What applications use: where a read or write of a subject goes."""

from __future__ import annotations

import contextlib
import dataclasses
import logging
import os
import re
import socket
import ssl
import threading
import time
import uuid
from typing import Any, Callable, Iterator, Mapping, Optional, Tuple, Union

from .control_table import ControlTable, DynamoDBClient
from .errors import Closed, LateWrite, NoLease, Unavailable
from .leases import Lease, Mode, Terms, Write
from .renewal import Renewer, Sources
from .rules import Side
from .service import ServiceClient
from .shadow import Comparison, Differences, Reads, ShadowReads, differing_attributes

_log = logging.getLogger("crossfade_router")
_CLIENT = re.compile(r"[A-Za-z0-9._:-]{1,128}")


def steady() -> float:
    """Seconds of a clock that nobody sets and that, where the system has one, also runs while the
    machine sleeps: a lease ends in the meantime."""
    boottime = getattr(time, "CLOCK_BOOTTIME", None)
    return time.monotonic() if boottime is None else time.clock_gettime(boottime)


def unique_client() -> str:
    """An id that no other process has."""
    host = re.sub(r"[^A-Za-z0-9._:-]", "-", socket.gethostname())[:80]
    return f"{host}-{os.getpid()}-{uuid.uuid4().hex[:8]}"


@dataclasses.dataclass(frozen=True)
class Status:
    """For the application's own log and metrics."""

    client: str
    version: int  # of the rules; 0: none yet
    acknowledged: int
    lease_left: float  # seconds; negative: it has ended
    source: Optional[str]  # "service", "table", or None: neither answers
    trouble: Mapping[str, str]  # by source
    in_flight: int  # writes
    shadow_reads: Mapping[str, int]


class Router:
    """Routes reads and writes of one group's subjects. Thread-safe; one for each process and group
    (not across a fork).

        control = (boto3.client("dynamodb"), "crossfade-control")
        with Router("shop", "http://127.0.0.1:8642", control) as router:
            with router.write("user-7") as side:
                ...  # write on that side, within `write_time`
            side = router.read("user-7")

    What is promised, when every write ends in its block and within `write_time`: no write of a
    subject is under way on a side that has lost authority over it. The promise is the hand-off's,
    too: before authority moves it waits until the writes of the moving subjects have ended, in the
    mode `refuse` at the longest until their leases have.
    """

    def __init__(
        self,
        group: str,
        service_url: str,
        control: Optional[Tuple[DynamoDBClient, str]] = None,
        *,
        client_id: Optional[str] = None,
        mode: Union[Mode, str] = Mode.REFUSE,
        lease: float = 10.0,
        write_time: float = 2.0,
        token: Optional[str] = None,
        ssl_context: Optional[ssl.SSLContext] = None,
        shadow_sample: float = 0.0,
        clock: Callable[[], float] = steady,
    ) -> None:
        """`control`: a boto3 client of DynamoDB and the name of the control table, which is asked
        when the service does not answer. `client_id`: of no other living process, best one that a
        restarted process keeps; by default a new one. `mode`, `lease`, `write_time` (seconds): see
        Terms. `token`, `ssl_context`: for the service. `shadow_sample`: share of shadow() that is
        compared, 0 to 1. ValueError for what cannot be."""
        if client_id is not None and not _CLIENT.fullmatch(client_id):
            raise ValueError(f"{client_id!r} is no id of a client: 1 to 128 of A-Z a-z 0-9 . _ : -")
        service = ServiceClient(service_url, token, ssl_context)
        table = None if control is None else ControlTable(*control)
        self._sources = Sources(group, client_id or unique_client(), service, table)
        self._clock = clock
        self._changed = threading.Condition()
        self._lease = Lease(Terms(Mode(mode), lease, write_time))
        self._renewer = Renewer(self._sources, self._lease, self._changed, clock)
        self._shadow = ShadowReads(self._report_shadow_read, shadow_sample)
        self._started = False
        self._open = False

    def start(self, timeout: float = 10.0) -> Router:
        """Fetches the rules. Unavailable, with the reason of each source, when there are none
        within `timeout`; such a router stays closed."""
        with self._changed:
            if self._started:
                raise Closed("A router is started once.")
            self._started = self._open = True
            self._renewer.start()
            self._shadow.start()
            known = self._changed.wait_for(lambda: self._lease.rules is not None, timeout)
            trouble = "; ".join(self._renewer.trouble.values()) or "no answer yet"
        if not known:
            self.close(0)
            raise Unavailable(f"No rules of group {self._sources.group!r}: {trouble}")
        return self

    def close(self, timeout: float = 5.0) -> bool:
        """Refuses further writes, waits for those in flight and removes the client's record. False
        when that could not be done: then a hand-off waits for the lease to end, or in the mode
        `continue` until an operator removes the record."""
        with self._changed:
            if not self._started or not self._open:
                return False
            self._open = False
            ended = self._changed.wait_for(lambda: not self._lease.writes, timeout)
        self._shadow.close(timeout)
        if not self._renewer.stop(self._lease.terms.lease) or not ended:
            _log.warning("Router of group %s closed with writes under way.", self._sources.group)
            return False
        try:
            self._sources.forget(self._lease.terms.lease / 5)
        except Unavailable as error:
            _log.warning("The record of client %s stays: %s", self._sources.client, error)
            return False
        return True

    def __enter__(self) -> Router:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.close()

    @contextlib.contextmanager
    def write(self, subject: Optional[str]) -> Iterator[Side]:
        """The side that a write of the subject goes to (None: a key without a subject). It must be
        made in the block, and have ended when the block ends: answered, or failed for good. A write
        whose reply was lost may still land; wait as long as it may, within `write_deadline()`.

        Raises Fenced or NoLease before the block is entered: nothing may be written now, try again
        after `retry_after`. Raises LateWrite at the end of a block that outlived its lease, in the
        mode `refuse`: a hand-off does not wait for such a write, and it may have been made on a
        side that had lost authority. Do not tell anybody that it was made."""
        write = self._begin(subject)
        try:
            yield write.side
        except BaseException:
            self._end(write)
            raise
        if not self._end(write):
            raise LateWrite(
                f"The write of subject {subject!r} on {write.side} ended after its lease: "
                "its outcome is unknown."
            )

    def write_deadline(self) -> float:
        """The time.monotonic() at which a write that begins now must have ended at the latest; at
        least `write_time` away when it may begin. Infinite in the mode `continue`, where a
        hand-off waits for every write."""
        with self._changed:
            return time.monotonic() + self._lease.deadline - self._clock()

    def read(self, subject: Optional[str]) -> Side:
        """The side to read a subject from, by the newest rules known here, fenced or not, with a
        lease or without one. NoLease only when there have never been any."""
        rules = self._lease.rules
        if rules is None:
            raise NoLease("There are no rules yet.", self._lease.terms.lease / 20)
        return rules.decide(subject).side

    def shadow(
        self,
        link: str,
        subject: Optional[str],
        key: Mapping[str, Any],
        reads: Reads,
        differences: Differences = differing_attributes,
    ) -> Any:
        """Reads from the side that has authority, and returns what it read. For a sample, both
        reads are done once more in the background and the outcome is reported to the service.
        `reads`: a function for each side, callable from any thread; `key`: DynamoDB JSON;
        `differences`: names of what differs, for the two results."""
        value = reads[self.read(subject)]()
        self._shadow.offer(Comparison(link, subject, key, reads, differences))
        return value

    def status(self) -> Status:
        with self._changed:
            lease = self._lease
            return Status(
                client=self._sources.client,
                version=lease.version,
                acknowledged=lease.acknowledged,
                lease_left=lease.until - self._clock(),
                source=self._renewer.source,
                trouble=dict(self._renewer.trouble),
                in_flight=len(lease.writes),
                shadow_reads=dict(self._shadow.counts),
            )

    def _begin(self, subject: Optional[str]) -> Write:
        with self._changed:
            if not self._open:
                raise Closed("The router was closed, or not started.")
            return self._lease.begin(subject, self._clock())

    def _end(self, write: Write) -> bool:
        with self._changed:
            before = self._lease.acknowledged
            in_time = self._lease.end(write, self._clock())
            if self._lease.acknowledged != before or not self._open:
                self._changed.notify_all()
            return in_time

    def _report_shadow_read(self, report: Mapping[str, Any]) -> None:
        patience = self._lease.terms.lease / 5
        self._sources.service.shadow_read(self._sources.group, report, patience)
