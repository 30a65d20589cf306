"""The thread that keeps a lease renewed. It decides nothing: see leases.py and polling.py."""

from __future__ import annotations

import dataclasses
import logging
import threading
import time
from typing import Callable, Dict, Optional

from .control_table import ControlTable
from .errors import Unavailable
from .leases import Lease
from .polling import AskService, AskTable, Pause, Polling
from .rules import RuleSet
from .service import Renewal, ServiceClient

_log = logging.getLogger("crossfade_router")
_SHORTEST_PAUSE = 0.001


@dataclasses.dataclass(frozen=True)
class Sources:
    """Where the rules of a group come from, and as whom they are asked for."""

    group: str
    client: str
    service: ServiceClient
    table: Optional[ControlTable] = None

    def forget(self, timeout: float) -> None:
        """Removes the client's record; Unavailable when nobody could be told."""
        try:
            self.service.forget(self.group, self.client, timeout)
        except Unavailable:
            if self.table is None:
                raise
            self.table.forget(self.group, self.client)


class Renewer:
    """Lease and polling are used under the lock of `changed`, and nothing is awaited under it.
    Notifies `changed` with every answer; to be notified when there is something to acknowledge."""

    def __init__(
        self,
        sources: Sources,
        lease: Lease,
        changed: threading.Condition,
        clock: Callable[[], float],
    ) -> None:
        self.source: Optional[str] = None  # that answered last, if the last answer is not a failure
        self.trouble: Dict[str, str] = {}
        self._sources = sources
        self._lease = lease
        self._changed = changed
        self._clock = clock
        self._polling = Polling(has_table=sources.table is not None)
        self._stopped = False
        name = f"crossfade-lease-{sources.group}"
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self, timeout: float) -> bool:
        """Waits for a request under way to end: otherwise it could make the client known again
        after it was removed. False if it did not end in time."""
        with self._changed:
            self._stopped = True
            self._changed.notify_all()
        self._thread.join(timeout)
        return not self._thread.is_alive()

    def _run(self) -> None:
        while True:
            with self._changed:
                if self._stopped:
                    break
                now = self._clock()
                step = self._polling.next(self._lease, now)
                if isinstance(step, Pause):
                    self._changed.wait(max(step.until - now, _SHORTEST_PAUSE))
                    continue
            if isinstance(step, AskService):
                self._ask_service(step)
            else:
                self._ask_table(step)
        self._sources.service.close()

    def _ask_service(self, step: AskService) -> None:
        with self._changed:
            lease = self._lease
            renewal = Renewal(lease.terms, lease.acknowledged, lease.version, step.wait)
        sent = self._clock()
        try:
            granted = self._sources.service.lease(
                self._sources.group, self._sources.client, renewal, step.timeout
            )
            with self._changed:
                newer = self._take(granted.rules, sent, granted.lease)
                told = renewal.acknowledged
                self._polling.service_answered(lease, self._clock(), told, newer)
                self._answered("service")
        except Exception as error:  # whatever it is: the lease is not renewed
            with self._changed:
                self._polling.service_failed(self._lease, self._clock())
                self._failed("service", error)

    def _ask_table(self, step: AskTable) -> None:
        try:
            told = self._store() if step.store else None
            sent = self._clock()
            rules = self._table.read_rules(self._sources.group)
            with self._changed:
                self._take(rules, sent, None)
                self._polling.table_answered(self._lease, self._clock(), told)
                self._answered("table")
        except Exception as error:
            with self._changed:
                self._polling.table_failed(self._lease, self._clock())
                self._failed("table", error)

    @property
    def _table(self) -> ControlTable:
        assert self._sources.table is not None
        return self._sources.table

    def _store(self) -> int:
        with self._changed:
            acknowledged = self._lease.acknowledged
        self._table.store_client(
            self._sources.group, self._sources.client, self._lease.terms, acknowledged, time.time()
        )
        return acknowledged

    def _take(self, rules: RuleSet, sent: float, granted: Optional[float]) -> bool:
        """True when the rules are new."""
        known = self._lease.version
        if rules.group != self._sources.group:
            raise Unavailable(f"These are the rules of group {rules.group!r}.")
        if not self._lease.renew(rules, sent, self._clock(), granted):
            raise Unavailable(
                f"Version {rules.version} of the rules is older than {known}, seen here."
            )
        return rules.version > known

    def _answered(self, source: str) -> None:
        self.trouble.pop(source, None)
        if source != self.source:
            _log.info("The rules of group %s come from the %s.", self._sources.group, source)
        self.source = source
        self._changed.notify_all()

    def _failed(self, source: str, error: Exception) -> None:
        if source not in self.trouble:
            expected = isinstance(error, Unavailable)
            _log.warning("No rules from the %s: %s", source, error, exc_info=not expected)
        self.trouble[source] = str(error)
        if source == self.source:
            self.source = None
