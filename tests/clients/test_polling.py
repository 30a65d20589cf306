"""Whom a client asks and when, on a clock of its own."""

import pytest

from crossfade_router import Mode
from crossfade_router.leases import Lease, Terms
from crossfade_router.polling import AskService, AskTable, Pause, Polling
from examples import fence, rules

TERMS = Terms(Mode.REFUSE, lease=10, write_time=2)
LATENCY = 0.01


class Run:
    """Obeys Polling with sources that `service` and `table` name: "answers", "refuses" (at once),
    "hangs" (until the client gives up) or None (there is no table)."""

    def __init__(self, service="answers", table="answers"):
        self.now = 1_000.0
        self.service, self.table = service, table
        self.rules = rules(1)
        self.lease = Lease(TERMS)
        self.polling = Polling(has_table=table is not None)
        self.asked = []  # (time, "service" | "table" | "record", acknowledged)
        self.least_left = None

    def until(self, end):
        """Goes on to a time that counts from the begin of the run."""
        while self.now < 1_000.0 + end:
            self.step()
        return self

    def step(self):
        step = self.polling.next(self.lease, self.now)
        if isinstance(step, Pause):
            assert step.until > self.now
            self.pass_time(step.until)
        elif isinstance(step, AskService):
            self.ask_service(step)
        else:
            self.ask_table(step)

    def pass_time(self, to):
        self.now = to
        if self.lease.version:
            left = self.lease.until - self.now
            self.least_left = left if self.least_left is None else min(self.least_left, left)

    def ask_service(self, step):
        sent, told = self.now, self.lease.acknowledged
        self.asked.append((self.now - 1_000.0, "service", told))
        if self.service == "answers":
            newer = self.rules.version > self.lease.version
            self.pass_time(sent + LATENCY + (0 if newer else step.wait))
            self.lease.renew(self.rules, sent, self.now)
            self.polling.service_answered(self.lease, self.now, told, newer)
        else:
            self.pass_time(sent + (step.timeout if self.service == "hangs" else LATENCY))
            self.polling.service_failed(self.lease, self.now)

    def ask_table(self, step):
        told = self.lease.acknowledged if step.store else None
        if step.store:
            self.asked.append((self.now - 1_000.0, "record", told))
        self.asked.append((self.now - 1_000.0, "table", self.lease.acknowledged))
        sent = self.now
        self.pass_time(sent + LATENCY)
        if self.table == "answers":
            self.lease.renew(self.rules, sent, self.now)
            self.polling.table_answered(self.lease, self.now, told)
        else:
            self.polling.table_failed(self.lease, self.now)

    def sources(self, begin=0.0, end=float("inf")):
        return [source for time, source, _ in self.asked if begin <= time < end]

    def first(self, source, told):
        return min(time for time, asked, at in self.asked if asked == source and at >= told)


def test_a_service_that_answers_is_asked_alone_and_waits():
    run = Run().until(60)
    assert set(run.sources()) == {"service"}
    assert len(run.sources()) <= 60 / 2 + 2
    assert run.least_left > 0.5 * TERMS.lease


def test_what_is_new_is_acknowledged_at_once():
    run = Run().until(5)
    run.rules = fence(2)
    run.until(10)
    asked = [time for time, _, _ in run.asked if time > 5]
    assert run.first("service", told=2) - asked[0] <= 2 * LATENCY


@pytest.mark.parametrize("service", ["refuses", "hangs"])
def test_the_table_stands_in_for_the_service_in_time(service):
    run = Run().until(5)
    run.service = service
    run.until(60)
    assert run.least_left > TERMS.write_time
    assert {"table", "record", "service"} == set(run.sources(begin=20))


def test_the_service_is_tried_again_and_then_asked_alone():
    run = Run(service="refuses").until(20)
    run.service = "answers"
    run.until(30)
    assert set(run.sources(begin=24)) == {"service"}
    assert len(run.sources(begin=24)) <= 6


def test_our_record_stands_in_the_table_before_it_is_read_for_the_first_time():
    run = Run(service="refuses").until(3)
    assert run.sources()[:3] == ["service", "record", "table"]
    assert run.sources().count("record") < run.sources().count("table")


def test_our_record_is_written_again_after_the_table_was_away():
    run = Run(service="refuses").until(10)
    run.table = "refuses"
    run.until(12)
    run.table = "answers"
    run.until(14)
    after = run.sources(begin=12)
    assert after.index("record") < after.index("table")


def test_the_table_is_told_of_an_acknowledgement_at_once():
    run = Run(service="refuses").until(10)
    run.rules = fence(2)
    run.until(15)
    assert run.first("record", told=2) - 10 <= 0.1 * TERMS.lease + 3 * LATENCY


@pytest.mark.parametrize("table", ["refuses", "answers", None])
def test_an_acknowledgement_that_nobody_takes_is_no_busy_loop(table):
    run = Run(table=table).until(5)
    write = run.lease.begin("A", run.now)
    run.rules = fence(2)
    run.until(8)
    run.service = "refuses"
    run.lease.end(write, run.now)
    before = len(run.asked)
    run.until(28)
    assert len(run.asked) - before <= 7 * 20


def test_while_a_write_is_awaited_the_service_is_not_made_to_wait():
    run = Run().until(5)
    write = run.lease.begin("A", run.now)
    run.rules = fence(2)
    run.until(8)
    assert run.lease.awaited
    step = run.polling.next(run.lease, run.now)
    assert isinstance(step, Pause) or step.wait == 0
    run.lease.end(write, run.now)
    step = run.polling.next(run.lease, run.now)
    assert isinstance(step, AskService) and step.wait > 0


def test_a_service_that_does_not_wait_is_not_asked_all_the_time():
    run = Run()
    asked = 0
    while run.now < 1_020.0:
        step = run.polling.next(run.lease, run.now)
        if isinstance(step, Pause):
            run.pass_time(step.until)
            continue
        asked += 1
        sent = run.now
        run.pass_time(sent + LATENCY)
        newer = run.lease.renew(run.rules, sent, run.now) and asked == 1
        run.polling.service_answered(run.lease, run.now, run.lease.acknowledged, newer)
    assert asked <= 20 / 0.5 + 3


@pytest.mark.parametrize("service", ["refuses", "hangs"])
@pytest.mark.parametrize("table", ["refuses", None])
def test_with_nobody_there_both_are_tried_in_turn(service, table):
    run = Run(service, table).until(30)
    assert run.lease.version == 0
    assert len(run.asked) <= 7 * 30
    run.service = "answers"
    run.until(33)
    assert run.lease.version == 1


def test_the_table_alone_is_enough_to_begin():
    run = Run(service="hangs").until(3)
    assert run.lease.version == 1
    assert isinstance(run.polling.next(run.lease, run.now), (Pause, AskTable))
