"""The lease by hand; all orders of events are in test_lease_orders.py."""

import math

import pytest

from crossfade_router import Fenced, Mode, NoLease, Retryable, Side
from crossfade_router.leases import Lease, Terms
from examples import ON_MONGODB, fence, rules


def held(mode=Mode.REFUSE, version=1, **terms):
    lease = Lease(Terms(mode, 10, 2, **terms))
    lease.renew(rules(version), sent=0, now=0)
    return lease


@pytest.mark.parametrize("mode", list(Mode))
def test_nothing_is_written_before_there_are_rules(mode):
    lease = Lease(Terms(mode))
    with pytest.raises(NoLease) as refused:
        lease.begin("A", 0)
    assert isinstance(refused.value, Retryable) and refused.value.retry_after > 0


def test_a_lease_counts_from_the_question():
    lease = held()
    lease.renew(rules(1), sent=5, now=14)
    lease.begin("A", 13)
    with pytest.raises(NoLease):
        lease.begin("A", 13.1)  # it would have less than its two seconds


def test_an_answer_that_comes_too_late_renews_nothing_but_the_rules_count():
    lease = held()
    lease.renew(rules(3, ON_MONGODB), sent=5, now=16)
    assert lease.version == 3
    with pytest.raises(NoLease):
        lease.begin("A", 16)
    lease.renew(rules(3, ON_MONGODB), sent=16, now=17)
    assert lease.begin("A", 17).side is Side.MONGODB


def test_an_answer_that_was_overtaken_shortens_nothing():
    lease = held()
    lease.renew(rules(1), sent=8, now=9)
    lease.renew(rules(1), sent=2, now=9)
    assert lease.until == 18


def test_a_source_that_is_behind_renews_nothing():
    lease = held(version=3)
    assert not lease.renew(rules(2), sent=9, now=9)
    assert (lease.version, lease.until) == (3, 10)


def test_a_shorter_lease_than_asked_for_is_taken_and_a_longer_one_is_not():
    lease = held()
    lease.renew(rules(1), sent=10, now=10, granted=4)
    assert lease.until == 14
    lease.renew(rules(1), sent=20, now=20, granted=60)
    assert lease.until == 30


def test_who_continues_writes_by_the_last_rules():
    lease = held(Mode.CONTINUE)
    write = lease.begin("A", 1_000)
    assert write.side is Side.DYNAMODB
    assert lease.deadline == math.inf
    assert lease.end(write, 2_000)


def test_a_fence_is_acknowledged_when_the_writes_of_its_subjects_have_ended():
    lease = held()
    moving, other = lease.begin("A", 1), lease.begin("B", 1)
    lease.renew(fence(2), sent=2, now=2)
    assert lease.acknowledged == 1
    with pytest.raises(Fenced) as refused:
        lease.begin("A", 2)
    assert refused.value.retry_after > 0
    lease.end(lease.begin("B", 2), 2)
    assert lease.acknowledged == 1
    assert lease.end(moving, 3)
    assert lease.acknowledged == 2
    assert lease.end(other, 3)


def test_a_fence_without_writes_is_acknowledged_at_once():
    lease = held()
    lease.renew(fence(2), sent=2, now=2)
    assert lease.acknowledged == 2


def test_the_new_side_is_acknowledged_when_writes_on_the_old_one_have_ended():
    """The fence in between was missed."""
    lease = held()
    write = lease.begin("A", 1)
    lease.renew(rules(3, ON_MONGODB), sent=2, now=2)
    assert lease.acknowledged == 1
    later = lease.begin("A", 2)
    assert later.side is Side.MONGODB
    assert lease.acknowledged == 1
    assert lease.end(write, 3)
    assert lease.acknowledged == 3
    assert lease.end(later, 3)


def test_a_fence_that_was_undone_holds_nothing_up():
    lease = held()
    write = lease.begin("A", 1)
    lease.renew(fence(2), sent=2, now=2)
    lease.renew(rules(3), sent=3, now=3)
    assert lease.acknowledged == 3
    lease.renew(fence(4), sent=4, now=4)
    assert lease.acknowledged == 3
    lease.end(write, 5)
    assert lease.acknowledged == 4


def test_a_write_under_a_fence_is_late_when_the_lease_it_began_with_has_ended():
    lease = held()
    write = lease.begin("A", 1)
    lease.renew(fence(2), sent=5, now=5)
    assert not lease.end(write, 10.1)  # the lease is good until 15, but not for this write


def test_a_write_goes_with_a_lease_that_is_renewed():
    lease = held()
    write = lease.begin("A", 1)
    lease.renew(rules(1), sent=9, now=9)
    assert lease.end(write, 18)


def test_a_lease_that_comes_back_with_the_same_rules_has_missed_nothing():
    lease = held()
    write = lease.begin("A", 1)
    lease.renew(rules(1), sent=30, now=30)
    assert lease.end(write, 31)


def test_a_lease_that_comes_back_with_newer_rules_may_have_missed_a_move_and_its_return():
    lease = held()
    write = lease.begin("A", 1)
    lease.renew(rules(5), sent=30, now=30)
    assert not lease.end(write, 31)


@pytest.mark.parametrize("lease, write_time", [(0.9, 0), (61, 0), (10, 4.1), (10, -1)])
def test_terms_that_cannot_be_kept_are_refused(lease, write_time):
    with pytest.raises(ValueError):
        Terms(Mode.REFUSE, lease, write_time)
