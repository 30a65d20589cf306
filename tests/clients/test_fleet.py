"""Many threads write through several routers while hand-offs go to and fro and the service comes and
goes. A store stands by that knows at every moment who has authority."""

import random
import threading
import time

import pytest

from crossfade_router import Fenced, Retryable, Router, Rule, RuleSet, Side

SUBJECTS = [f"user-{number}" for number in range(200)]
ROUTERS = ("worker-1", "worker-2")
THREADS = 4  # of each router
HAND_OFFS = 6
WRITES = 3_000
PERCENTAGES = (10, 50, 100, 0, 30)


def with_percent(percent):
    return Rule(float(percent), salt="fleet")


class Store:
    """Both sides of it. A write is under way from `open` to `close`."""

    def __init__(self):
        self.lock = threading.Lock()
        self.rule = with_percent(0)
        self.moving = None  # the rule that a hand-off leads to, when all writes have ended
        self.under_way = []
        self.written = 0
        self.faults = []

    def open(self, subject, side):
        with self.lock:
            if self.moving is not None and self.moving.side_of(subject) is not side:
                self.faults.append(f"{subject} is written on {side} in the middle of a hand-off")
            if self.rule.side_of(subject) is not side and self.moving is None:
                self.faults.append(f"{subject} is written on {side}, which has no authority")
            self.under_way.append((subject, side))

    def close(self, subject, side):
        with self.lock:
            self.under_way.remove((subject, side))
            self.written += 1

    def settle(self, rule):
        with self.lock:
            self.moving = rule
            for subject, side in self.under_way:
                if rule.side_of(subject) is not side:
                    self.faults.append(f"a write of {subject} on {side} is still under way")

    def flip(self):
        with self.lock:
            self.rule, self.moving = self.moving, None


class Fleet:
    def __init__(self, service, store, routers):
        self.world, self.store = service.world, store
        self.refused = set()  # subjects that were fenced
        self.moved = set()  # by the last hand-off, whose end not all may know yet
        self.errors = []
        self.stopped = threading.Event()
        self.threads = [
            threading.Thread(target=self._run, args=(router, seed))
            for seed in range(THREADS)
            for router in routers
        ]

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self.stopped.set()
        for thread in self.threads:
            thread.join(30)

    def _run(self, router, seed):
        chance = random.Random(seed)
        while not self.stopped.is_set():
            subject = chance.choice(SUBJECTS)
            try:
                with router.write(subject) as side:
                    self.store.open(subject, side)
                    self.stopped.wait(chance.uniform(0, 0.01))
                    self.store.close(subject, side)
            except Fenced:
                self.refused.add(subject)
            except Retryable as error:
                self.errors.append(str(error))
                self.stopped.wait(error.retry_after)
            except Exception as error:
                self.errors.append(f"{type(error).__name__}: {error}")
                return

    def hand_off(self, rule):
        """As the service does it: fence, acknowledgements, flip. Returns the subjects that were
        refused although they did not move."""
        now = self.world.rules
        fence = RuleSet("shop", now.version + 1, now.epoch, now.rule, rule)
        moving = {one for one in SUBJECTS if fence.decide(one).fenced}
        self.refused.clear()
        self.world.store(fence)
        self.settled(fence.version)
        self.store.settle(rule)
        wrong = set(self.refused) - moving - self.moved
        self.moved = moving
        self.store.flip()
        self.world.store(RuleSet("shop", fence.version + 1, now.epoch + 1, rule))
        return wrong

    def settled(self, version):
        self.world.until_acknowledged(version, *ROUTERS)


@pytest.fixture
def store(service):
    service.world.store(RuleSet("shop", 1, 1, with_percent(0)))
    return Store()


@pytest.fixture
def routers(service, table):
    made = [
        Router("shop", service.url, (table, "control"), client_id=client, lease=10, write_time=2)
        for client in ROUTERS
    ]
    for router in made:
        router.start()
    yield made
    for router in made:
        router.close()


def test_no_write_is_on_the_wrong_side_and_only_moving_subjects_are_refused(
    service, store, routers
):
    begin = time.monotonic()
    with Fleet(service, store, routers) as fleet:
        for number in range(HAND_OFFS):
            assert fleet.hand_off(with_percent(PERCENTAGES[number % len(PERCENTAGES)])) == set()
        while store.written < WRITES:
            time.sleep(0.01)
        seconds = time.monotonic() - begin
    assert store.faults == [] and fleet.errors == []
    print(f"{store.written / seconds:.0f} writes a second, {HAND_OFFS} hand-offs")


def test_a_service_that_comes_and_goes_costs_no_write(service, table, store, routers):
    class ByEither(Fleet):
        def settled(self, version):
            self.world.until(
                lambda: all(
                    max(table.acknowledged(client), self.world.acknowledged(client)) >= version
                    for client in ROUTERS
                ),
                f"version {version} acknowledged",
            )

    with ByEither(service, store, routers) as fleet:
        for number in range(4):
            service.stop()
            assert fleet.hand_off(with_percent(PERCENTAGES[number])) == set()
            service.start()
            assert fleet.hand_off(with_percent(PERCENTAGES[number + 1])) == set()
    assert store.faults == [] and fleet.errors == []
    assert store.rule.side_of("user-1") in set(Side)
