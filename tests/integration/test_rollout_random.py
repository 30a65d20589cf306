"""Hand-offs back and forth under a writing fleet, the service killed at random moments.

CROSSFADE_HANDOFFS says how many (6), CROSSFADE_SEED which way they go; the seed is printed.
"""

import os
import random
import time

from harness.rollout import REFUSED, SURE, make_rollout  # noqa: F401

HANDOFFS = int(os.environ.get("CROSSFADE_HANDOFFS") or 6)
SEED = int(os.environ.get("CROSSFADE_SEED") or random.randrange(10**6))
CHECK_EVERY = 5


def some_verb(chance, rollout):
    percent = chance.choice([10, 25, 50, 75, 100])
    if rollout.rules().rule.percent > 0 and chance.random() < 0.45:
        return ("rollback",)
    if percent > rollout.rules().rule.percent:
        return ("rollout", "ramp", "--to", str(percent), *SURE)
    return ("rollback",) if rollout.rules().rule.percent else ("rollout", "ramp", "--to", "100", *SURE)


def end_of(rollout):
    """Whatever was under way has ended; nobody helps it."""
    rollout.wait("synced", 120)
    state = rollout.wait_for(lambda told: not told.get("handoff"), 60)
    assert "next" not in state["rules"], state


def announce(capsys, line):
    """At once where it can be seen, and in the report of a failure."""
    print(line)
    with capsys.disabled():
        print(f"\n{line}")


def test_hand_offs_with_random_kills(make_rollout, capsys):
    announce(capsys, f"{HANDOFFS} hand-offs, CROSSFADE_SEED={SEED}")
    chance = random.Random(SEED)
    rollout = make_rollout(subjects=200)
    kills = 0
    with rollout.fleet(seed=SEED) as fleet:
        fleet.pause(), fleet.resume()
        for number in range(HANDOFFS):
            verb = some_verb(chance, rollout)
            operator = rollout.service.begin_cli(*verb, "--reason", f"number {number}", "--json")
            if chance.random() < 0.6:
                time.sleep(chance.random() * 1.2)
                rollout.service.kill()
                kills += 1
                rollout.service.start()
            operator.communicate(timeout=120)
            assert operator.returncode != REFUSED, verb
            end_of(rollout)
            if number % CHECK_EVERY == CHECK_EVERY - 1:
                rollout.assert_whole(fleet)
        rollout.assert_whole(fleet)
        versions = rollout.versions()
        assert len(versions) == len(set(versions))
        announce(capsys, f"{kills} kills, {fleet.written} acknowledged writes, 0 lost")
