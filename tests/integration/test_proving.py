"""Before anybody is moved: every changed key is compared on both sides, and a canary goes round."""

import json
import time

from harness.rollout import UNMET, make_rollout  # noqa: F401

BROKEN = "half a balloon \ud83c"  # no text that MongoDB could hold


def status(rollout):
    return rollout.service.status(rollout.pairs[0].name)


def wait_for(rollout, condition, within=30):
    deadline = time.monotonic() + within
    while not condition(told := status(rollout)):
        assert time.monotonic() < deadline, told
        time.sleep(0.1)
    return told


def wait_until(condition, within=10):
    deadline = time.monotonic() + within
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.1)


def stored(rollout):
    """The mismatches that the service keeps for its next process."""
    return rollout.service.state.mismatches.count_documents({})


def guards(rollout, verb="ramp"):
    told = json.loads(rollout.service.cli("next", "--json").stdout)
    return {
        guard["name"]: guard
        for one in told["verbs"]
        if one["verb"] == verb
        for guard in one["guards"]
    }


def test_every_changed_key_is_compared_and_clean_time_lets_subjects_move(make_rollout):
    rollout = make_rollout(guards={"clean": "3s"})
    with rollout.fleet() as fleet:
        time.sleep(4)
        fleet.pause()
        rollout.wait("drained")
        written = {(one.table, str(key)) for one in rollout.pairs for key in one.items()}
        told = wait_for(rollout, lambda link: link["proving"]["waiting"] == 0)
        assert told["proving"]["compared"] >= len(written)
        assert (told["proving"]["mismatches"], told["violations"]) == (0, 0)
        fleet.resume()
        assert guards(rollout)["clean_hours"]["met"]
        rollout.say("rollout", "ramp", "--to", "50")  # nothing is overridden
        rollout.assert_whole(fleet)
        assert status(rollout)["proving"]["mismatches"] == 0


def test_a_mismatch_is_told_outlives_a_restart_and_begins_the_clean_time_anew(make_rollout):
    rollout = make_rollout(guards={"clean": "1s"})
    pair = rollout.pairs[0]
    key = {"pk": {"S": "user-0001"}, "sk": {"S": "balloon"}}
    pair.put({**key, "is": {"S": "whole"}})
    rollout.wait("drained")
    wait_for(rollout, lambda link: link["proving"]["waiting"] == 0)
    clean_since = rollout.state()["clean_since_ms"]

    pair.put({**key, "is": {"S": BROKEN}})
    told = wait_for(rollout, lambda link: link["proving"]["mismatches"] == 1)
    assert "balloon" in told["proving"]["oldest"] and "cannot be compared" in told["proving"]["oldest"]
    wait_until(lambda: stored(rollout) == 1)
    found = guards(rollout)
    assert not found["mismatches"]["met"] and "balloon" in found["mismatches"]["sentence"]
    assert found["clean_hours"]["measured"] == 0
    told = rollout.ramp("--to", "50", expect=UNMET)
    assert "mismatches" in told["sentence"]
    rollout.wait_for(lambda state: state["clean_since_ms"] > clean_since)

    rollout.service.stop()
    rollout.service.start()
    rollout.wait("synced")
    wait_for(rollout, lambda link: link["proving"]["mismatches"] == 1, within=4)

    pair.put({**key, "is": {"S": "mended"}})
    wait_for(rollout, lambda link: link["proving"]["mismatches"] == 0)
    rollout.wait("drained")
    pair.assert_equal()
    wait_until(lambda: stored(rollout) == 0)
    why = json.loads(rollout.service.cli("why", "--json").stdout)
    assert any("the clean time began anew" in one["what"] for one in why["history"])


def test_a_canary_goes_round_whoever_owns_the_keys(make_rollout):
    canary = {"pk": "crossfade-canary", "sk": "first"}
    rollout = make_rollout(of_links={"canary": canary}, guards={"clean": "0s"})
    pair = rollout.pairs[0]

    def rounds_from_now():
        began = time.time() * 1000
        told = wait_for(rollout, lambda link: link["canary"]["at_ms"] > began)["canary"]
        assert 0 <= told["forward_ms"] < 5000 and 0 <= told["backward_ms"] < 5000

    rounds_from_now()
    assert guards(rollout)["canary"]["met"]
    rollout.say("rollout", "ramp", "--to", "100")
    rounds_from_now()
    rollout.say("rollback")
    rounds_from_now()
    text = rollout.service.cli("status").stdout
    assert "canary    forward" in text and "keys compared" in text
    assert status(rollout)["violations"] == 0
    rollout.service.stop()
    assert ("crossfade-canary", "first") in pair.items()
