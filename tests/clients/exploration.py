"""Every order of events between one client, a hand-off's coordinator and the time, in a small world.

The client is the real Lease. The coordinator does what rollout/client_registry.h promises: it stores
a fence, takes the client for settled when that is acknowledged or (mode `refuse`) a lease and a
margin old, and then moves authority over subject "A" or undoes the fence. Between them are requests
that are answered, delivered or lost at any time and in any order. Time goes in whole ticks, and as
far as one likes.
"""

import copy
import dataclasses
from typing import Optional

from crossfade_router import Fenced, Mode, NoLease, Side
from crossfade_router.leases import Lease, Terms
from examples import ON_DYNAMODB, ON_MONGODB, rules

LEASE = 3
WRITE_TIME = 1
MARGIN = 1


class Violation(AssertionError):
    """The text is the way that leads there."""


@dataclasses.dataclass(frozen=True)
class Limits:
    versions: int = 5
    requests: int = 2  # under way at once
    writes: int = 1  # in flight at once
    bounded: bool = True  # the application ends its writes within WRITE_TIME


@dataclasses.dataclass(frozen=True)
class Request:
    sent: int
    acknowledged: int
    answer: Optional[object] = None  # the rules, once it is answered


@dataclasses.dataclass
class Flight:
    write: object
    begun: int
    overtaken: bool = False  # it was under way when a hand-off took all writes for ended


def known(given):
    return given.version, *given.decide("A")


def rule_of(side):
    return ON_DYNAMODB if side is Side.DYNAMODB else ON_MONGODB


class World:
    def __init__(self, limits, lease):
        self.limits = limits
        self.lease = lease
        self.now = 0
        self.authority = Side.DYNAMODB
        self.stored = rules(1)
        self.fenced_at = None
        self.settled = False
        self.acknowledged = 0  # as the coordinator knows it
        self.requests = ()
        self.flights = ()
        self.lease.renew(self.stored, 0, 0)

    def clone(self):
        """Another world that goes its own way; rules and requests are never changed."""
        other = copy.copy(self)
        other.lease = copy.copy(self.lease)
        copies = {flight.write: copy.copy(flight.write) for flight in self.flights}
        other.lease.writes = set(copies.values())
        other.lease.awaited = {copies[write] for write in self.lease.awaited}
        other.flights = tuple(
            dataclasses.replace(flight, write=copies[flight.write]) for flight in self.flights
        )
        return other

    def key(self):
        """Equal for worlds that have the same future: times count from now, and all that lie
        behind are one; of a version that was acknowledged only whether it is the stored one."""
        lease = self.lease
        flights = sorted(
            (
                self._ago(flight.begun, WRITE_TIME),
                flight.overtaken,
                str(flight.write.side),
                flight.write.deadline is None,
                self._ahead(flight.write.deadline),
                flight.write in lease.awaited,
            )
            for flight in self.flights
        )
        requests = sorted(
            (
                self._ago(request.sent, LEASE + 1),
                request.answer is None and self._up_to_date(request.acknowledged),
                () if request.answer is None else known(request.answer),
            )
            for request in self.requests
        )
        return (
            (self.authority, known(self.stored), self.settled),
            (self._ago(self.fenced_at, LEASE + MARGIN), self._up_to_date(self.acknowledged)),
            (self._ahead(lease.until), known(lease.rules), self._up_to_date(lease.acknowledged)),
            tuple(flights),
            tuple(requests),
        )

    def _ago(self, time, most):
        return None if time is None else min(self.now - time, most)

    def _ahead(self, time):
        return None if time is None else max(time - self.now, -1)

    def _up_to_date(self, acknowledged):
        return acknowledged >= self.stored.version

    def actions(self):
        """All that may happen next: names of methods, with their arguments."""
        for name in ("tick", "ask", "begin", "fence", "settle", "flip", "undo"):
            yield (name,)
        for place in range(len(self.flights)):
            yield "end", place
        for place in range(len(self.requests)):
            for name in ("answer", "deliver", "lose"):
                yield name, place

    # Each action returns False when it cannot happen now.

    def tick(self):
        late = any(self.now >= flight.begun + WRITE_TIME for flight in self.flights)
        if self.limits.bounded and late:
            return False
        self.now += 1

    def ask(self):
        if len(self.requests) >= self.limits.requests:
            return False
        self.requests += (Request(self.now, self.lease.acknowledged),)

    def answer(self, place):
        request = self.requests[place]
        if request.answer is not None:
            return False
        self.acknowledged = max(self.acknowledged, request.acknowledged)
        self._replace(place, dataclasses.replace(request, answer=self.stored))

    def deliver(self, place):
        request = self.requests[place]
        if request.answer is None:
            return False
        self.lose(place)
        self.lease.renew(request.answer, request.sent, self.now)

    def lose(self, place):
        self._replace(place)

    def begin(self):
        if len(self.flights) >= self.limits.writes:
            return False
        try:
            write = self.lease.begin("A", self.now)
        except (Fenced, NoLease):
            return False
        self.flights += (Flight(write, self.now, overtaken=self._closed_to(write)),)
        if self.flights[-1].overtaken:
            raise Violation(f"a write begins on {write.side} after all had ended there")

    def end(self, place):
        flight = self.flights[place]
        self.flights = self.flights[:place] + self.flights[place + 1 :]
        in_time = self.lease.end(flight.write, self.now)
        if in_time and flight.overtaken:
            raise Violation("a write that was overtaken ends as if it were in time")
        if not in_time and self.limits.bounded:
            raise Violation("a write that kept to its time ends as if it were late")

    def fence(self):
        version = self.stored.version
        if self.stored.next is not None or version + 2 > self.limits.versions:
            return False
        here, there = rule_of(self.authority), rule_of(self._other())
        self.stored = rules(version + 1, here, there)
        self.fenced_at = self.now

    def settle(self):
        if self.stored.next is None or self.settled:
            return False
        promised = self.lease.terms.mode is Mode.REFUSE
        if self.acknowledged < self.stored.version and not (
            promised and self.now >= self.fenced_at + LEASE + MARGIN
        ):
            return False
        self.settled = True
        overtaken = [flight for flight in self.flights if flight.write.side is self.authority]
        if overtaken and (self.limits.bounded or not promised):
            raise Violation("a hand-off goes on while a write is under way")
        for flight in overtaken:
            flight.overtaken = True

    def flip(self):
        if not self.settled:
            return False
        self.authority = self._other()
        self._store(rules(self.stored.version + 1, rule_of(self.authority)))

    def undo(self):
        if self.stored.next is None:
            return False
        self._store(rules(self.stored.version + 1, rule_of(self.authority)))

    def _store(self, version):
        self.stored, self.fenced_at, self.settled = version, None, False

    def _other(self):
        return Side.MONGODB if self.authority is Side.DYNAMODB else Side.DYNAMODB

    def _closed_to(self, write):
        return self.settled or write.side is not self.authority

    def _replace(self, place, *requests):
        self.requests = self.requests[:place] + requests + self.requests[place + 1 :]


def explore(mode, limits, lease_class=Lease):
    """Visits every world that can be reached; Violation with the way to the first bad one. Returns
    how many worlds there are."""
    begin = World(limits, lease_class(Terms(mode, LEASE, WRITE_TIME)))
    came_from = {begin.key(): (None, "begin")}
    waiting = [begin]
    while waiting:
        world = waiting.pop()
        for name, *arguments in world.actions():
            other = world.clone()
            try:
                if getattr(other, name)(*arguments) is False:
                    continue
            except Violation as found:
                raise Violation(f"{found}: {way_to(world.key(), came_from)}, {name}") from None
            key = other.key()
            if key not in came_from:
                came_from[key] = (world.key(), name)
                waiting.append(other)
    return len(came_from)


def way_to(key, came_from):
    names = []
    while key is not None:
        key, name = came_from[key]
        names.append(name)
    return ", ".join(reversed(names))
