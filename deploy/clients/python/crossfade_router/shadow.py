"""Shadow reads: a sample of the application's reads is done on both sides and compared."""

from __future__ import annotations

import base64
import dataclasses
import json
import logging
import queue
import random
import threading
from typing import Any, Callable, Dict, Iterable, Mapping, Optional, Sequence

from .errors import Unavailable
from .rules import Side

_log = logging.getLogger("crossfade_router")
_MOST_WAITING = 100
_MOST_TEXT = 1000
_OURS = frozenset({"_id", "_crossfade"})

Reads = Mapping[Side, Callable[[], Any]]
Differences = Callable[[Any, Any], Iterable[str]]


def differing_attributes(dynamodb: Any, mongodb: Any) -> Sequence[str]:
    """Names of the top-level attributes that differ, never their values; `_id` and Crossfade's own
    attribute are passed over. None is an item that does not exist."""
    if dynamodb is None or mongodb is None:
        missing = [
            name for name, item in (("dynamodb", dynamodb), ("mongodb", mongodb)) if item is None
        ]
        return [] if len(missing) == 2 else [f"missing on {missing[0]}"]
    names = (set(dynamodb) | set(mongodb)) - _OURS
    absent = object()
    return sorted(name for name in names if dynamodb.get(name, absent) != mongodb.get(name, absent))


@dataclasses.dataclass(frozen=True)
class Comparison:
    """One read to be done on both sides."""

    link: str
    subject: Optional[str]
    key: Mapping[str, Any]  # DynamoDB JSON
    reads: Reads
    differences: Differences = differing_attributes

    def compare(self) -> Dict[str, Any]:
        """The report of the comparison as it comes out now."""
        read = {side: self.reads[side]() for side in Side}
        found = list(self.differences(read[Side.DYNAMODB], read[Side.MONGODB]))
        return {
            "link": self.link,
            "subject": self.subject or "",
            "key": json.dumps(self.key, ensure_ascii=False, default=_base64)[:_MOST_TEXT],
            "equal": not found,
            "difference": ", ".join(found)[:_MOST_TEXT],
        }


def _base64(value: Any) -> str:
    return base64.b64encode(bytes(value)).decode()


class ShadowReads:
    """Compares in a thread of its own, so that the application's read takes no longer. What comes
    while many wait is dropped. A change may be under way between the sides: a difference is looked
    at again after each of `pauses` (seconds), and only one that stays is reported as one."""

    def __init__(
        self,
        report: Callable[[Mapping[str, Any]], None],
        sample: float,
        chance: Callable[[], float] = random.random,
        pauses: Sequence[float] = (0.2, 1.0),
    ) -> None:
        if not 0 <= sample <= 1:
            raise ValueError(f"A sample of {sample} is no share from 0 to 1.")
        self.counts = {"equal": 0, "different": 0, "failed": 0, "dropped": 0}
        self._report = report
        self._sample = sample
        self._chance = chance
        self._pauses = pauses
        self._waiting: queue.Queue[Optional[Comparison]] = queue.Queue(_MOST_WAITING)
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._run, name="crossfade-shadow", daemon=True)

    def start(self) -> None:
        if self._sample > 0:
            self._thread.start()

    def offer(self, comparison: Comparison) -> None:
        """Takes a sample of what is offered."""
        if self._chance() >= self._sample or self._closing.is_set():
            return
        try:
            self._waiting.put_nowait(comparison)
        except queue.Full:
            self.counts["dropped"] += 1

    def close(self, timeout: float) -> None:
        """Ends after the comparison under way; those that wait are dropped."""
        self._closing.set()
        if self._thread.is_alive():
            try:
                self._waiting.put_nowait(None)
            except queue.Full:
                pass
            self._thread.join(timeout)

    def _run(self) -> None:
        while not self._closing.is_set():
            comparison = self._waiting.get()
            if comparison is None:
                return
            try:
                report = self._settled(comparison)
                self._report(report)
                self.counts["equal" if report["equal"] else "different"] += 1
            except Unavailable as error:
                self._fail(str(error))
            except Exception as error:  # of the application's reads
                self._fail(f"{type(error).__name__}: {error}")

    def _settled(self, comparison: Comparison) -> Mapping[str, Any]:
        report = comparison.compare()
        for pause in self._pauses:
            if report["equal"] or self._closing.wait(pause):
                break
            report = comparison.compare()
        return report

    def _fail(self, why: str) -> None:
        if self.counts["failed"] == 0:
            _log.warning("A shadow read could not be compared or reported: %s", why)
        self.counts["failed"] += 1
