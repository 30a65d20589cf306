"""Every order of events in a small world, and that faults planted in the client are found there."""

import math

import pytest

from crossfade_router import Mode
from crossfade_router.leases import Lease
from exploration import Limits, Violation, explore

ONE_HAND_OFF = Limits(versions=3, requests=2)
THERE_AND_BACK = Limits(versions=5, requests=1)
TWO_WRITES = Limits(versions=3, requests=1, writes=2)
UNBOUNDED = Limits(versions=5, requests=1, bounded=False)


@pytest.mark.parametrize("limits", [ONE_HAND_OFF, THERE_AND_BACK, TWO_WRITES, UNBOUNDED])
@pytest.mark.parametrize("mode", list(Mode))
def test_no_hand_off_goes_on_while_a_write_is_under_way(mode, limits):
    assert explore(mode, limits) > 1_000


class CountsFromTheAnswer(Lease):
    def renew(self, rules, sent, now, granted=None):
        return super().renew(rules, now, now, granted)


class GoesBackToOlderRules(Lease):
    def renew(self, rules, sent, now, granted=None):
        if rules.version < self.version:
            self.rules = rules
        return super().renew(rules, sent, now, granted)


class AcknowledgesAtOnce(Lease):
    def _acknowledge(self):
        self.acknowledged = self.version


class IgnoresTheLease(Lease):
    deadline = math.inf


class IgnoresTheTimeOfAWrite(Lease):
    def begin(self, subject, now):
        return super().begin(subject, now - self.terms.write_time)


class NeverLate(Lease):
    def end(self, write, now):
        super().end(write, now)
        return True


class ForgetsWhatItMissed(Lease):
    """Takes a write for allowed although its lease had ended before the newest rules came."""

    def _adopt(self, rules, now):
        super()._adopt(rules, min(now, self.until))


class KnowsOnlyFences(Lease):
    """Takes a write for allowed on a side that has lost authority, when it missed the fence."""

    def _adopt(self, rules, now):
        super()._adopt(rules, now)
        for write in self.writes:
            if not rules.decide(write.subject).fenced:
                write.deadline = None


@pytest.mark.parametrize(
    "fault, mode, limits",
    [
        (CountsFromTheAnswer, Mode.REFUSE, ONE_HAND_OFF),
        (GoesBackToOlderRules, Mode.REFUSE, ONE_HAND_OFF),
        (AcknowledgesAtOnce, Mode.REFUSE, ONE_HAND_OFF),
        (AcknowledgesAtOnce, Mode.CONTINUE, ONE_HAND_OFF),
        (IgnoresTheLease, Mode.REFUSE, ONE_HAND_OFF),
        (IgnoresTheTimeOfAWrite, Mode.REFUSE, ONE_HAND_OFF),
        (NeverLate, Mode.REFUSE, UNBOUNDED),
        (ForgetsWhatItMissed, Mode.REFUSE, UNBOUNDED),
        (KnowsOnlyFences, Mode.REFUSE, UNBOUNDED),
    ],
)
def test_planted_faults_are_found(fault, mode, limits):
    with pytest.raises(Violation):
        explore(mode, limits, fault)
