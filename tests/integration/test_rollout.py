"""Authority moves by cohort while a fleet writes: nothing acknowledged is ever missing on either side."""

import contextlib
import json
import subprocess
import threading
import time

import pytest

from harness.rollout import (  # noqa: F401
    DONE,
    REFUSED,
    SURE,
    UNDONE,
    UNMET,
    Rollout,
    make_rollout,
)

COMMANDS = [
    "store_fence",
    "await_clients",
    "drain",
    "verify",
    "hold",
    "store_journal",
    "store_flip",
    "release",
    "store_end",
]
POINT_OF_NO_RETURN = COMMANDS.index("store_journal")


def test_up_and_down_and_up_again(make_rollout):
    rollout = make_rollout(links=2)
    everybody = set(rollout.subjects)
    with rollout.fleet() as fleet:
        fleet.pause(), fleet.resume()
        before = rollout.on_mongodb()
        for verb, expected in [
            (("--to", "20"), None),
            (("--allow", "user-0001", "--allow", "user-0002"), None),
            (("--deny", "user-0001"), None),
            (("--to", "100", "--unlist", "user-0001"), everybody),
        ]:
            if verb[0] == "--deny":  # nobody moves to MongoDB: nothing asks for proof
                rollout.say("rollout", "ramp", *verb)
            else:
                rollout.ramp(*verb)
            after = rollout.on_mongodb()
            assert expected is None or after == expected
            rollout.assert_whole(fleet)
            rollout.assert_only_moved_were_refused(fleet, before, after)
            before = after
        rollout.say("rollback")
        assert rollout.on_mongodb() == set()
        rollout.assert_whole(fleet)
        rollout.ramp("--to", "100")
        rollout.assert_whole(fleet)
        assert sum((ledger.sides for ledger in fleet.ledgers), start=type(fleet.ledgers[0].sides)())
    rollout.say("complete")
    assert rollout.state()["phase"] == "completed"
    versions = rollout.versions()
    assert len(versions) == len(set(versions))


def say_until_it_dies(rollout, *verb, within=60):
    """On a busy machine a lag or the budget may stand in the way for a moment."""
    deadline = time.monotonic() + within
    told = None
    while rollout.service.running():
        assert time.monotonic() < deadline, (told.stdout, told.stderr)
        told = rollout.service.cli(*verb, "--reason", "test", "--json")
        with contextlib.suppress(subprocess.TimeoutExpired):
            rollout.service.process.wait(1)


@pytest.mark.parametrize("way", ["ramp", "rollback"])
@pytest.mark.parametrize("command", COMMANDS)
def test_killed_at_a_step(make_rollout, command, way):
    """The next process undoes it before the journal and completes it after, without a person.

    Before and after the effect of every command: one of them on the way up, the other on the way down.
    """
    moment = "before" if (way == "ramp") == (COMMANDS.index(command) % 2 == 0) else "after"
    rollout = make_rollout()
    with rollout.fleet() as fleet:
        fleet.pause(), fleet.resume()
        if way == "rollback":
            rollout.ramp("--to", "50")
        before = rollout.on_mongodb()
        rollout.service.stop()
        rollout.service.environment["CROSSFADE_FAILPOINTS"] = f"handoff.{command}.{moment}"
        rollout.service.start()
        rollout.wait("synced")
        verb = ("rollback",) if way == "rollback" else ("rollout", "ramp", "--to", "50", *SURE)
        say_until_it_dies(rollout, *verb)
        del rollout.service.environment["CROSSFADE_FAILPOINTS"]
        rollout.service.start()
        rollout.wait("synced")
        state = rollout.wait_for(lambda told: not told.get("handoff"))
        done = (COMMANDS.index(command), moment == "after") >= (POINT_OF_NO_RETURN, True)
        after = rollout.on_mongodb()
        assert "next" not in state["rules"]
        assert (after != before) == done
        rollout.assert_whole(fleet)
        versions = rollout.versions()
        assert len(versions) == len(set(versions))


def hook(folder, script):
    program = folder / "hook"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    return str(program)


def test_a_budget_that_is_too_small_undoes_itself(make_rollout, tmp_path):
    rollout = make_rollout(hooks={"before_journal": hook(tmp_path, "sleep 2")})
    with rollout.fleet() as fleet:
        fleet.pause(), fleet.resume()
        told = rollout.ramp("--to", "50", "--budget", "1s", expect=UNDONE)
        assert "undone" in told["sentence"]
        assert rollout.on_mongodb() == set()
        rollout.assert_whole(fleet)
        rollout.ramp("--to", "50", "--budget", "10s")
        rollout.assert_whole(fleet)


def test_two_operators_at_once(make_rollout, tmp_path):
    """The second gets one clear sentence, whoever is second."""
    rollout = make_rollout(hooks={"before_journal": hook(tmp_path, "sleep 2")})
    service = rollout.service
    first = service.begin_cli("rollout", "ramp", "--to", "50", "--reason", "a", "--who", "anna",
                              "--override", "clean_hours", "--json")
    rollout.wait_for(lambda state: state.get("handoff"))
    told = rollout.ramp("--to", "10", expect=REFUSED)
    assert "anna" in told["sentence"]
    assert first.wait(30) == DONE


def test_a_hook_may_stop_it_before_the_journal(make_rollout, tmp_path):
    script = hook(tmp_path, 'echo "$CROSSFADE_TO_PERCENT is too many"; exit 1')
    rollout = make_rollout(hooks={"before_journal": script})
    told = rollout.ramp("--to", "50", expect=UNDONE)
    assert "before_journal" in told["sentence"]
    assert rollout.on_mongodb() == set()
    audit = rollout.service.cli("audit", "--json").stdout
    assert "50 is too many" in audit


def test_guards_are_told_with_their_numbers(make_rollout):
    rollout = make_rollout(guards={"clean": "24h"})
    told = rollout.say("rollout", "ramp", "--to", "1", expect=UNMET)
    (guard,) = [one for one in told["guards"] if not one["met"]]
    assert guard["name"] == "clean_hours" and guard["judgement"] and guard["limit"] == 24
    assert 0 <= guard["measured"] < 1
    done = rollout.service.cli("next", "--json")
    assert done.returncode == DONE
    assert "clean_hours" in done.stdout
    dry = rollout.ramp("--to", "1", "--dry-run")
    assert dry["outcome"] == "planned" and len(dry["steps"]) > 5
    assert rollout.on_mongodb() == set()


def test_ten_thousand_subjects_by_list(make_rollout, tmp_path):
    """Ten thousand names on the list, of which the fleet uses some."""
    rollout = make_rollout()
    names = tmp_path / "names"
    names.write_text("\n".join([*rollout.subjects, *(f"other-{n:06}" for n in range(9_940))]))
    with rollout.fleet() as fleet:
        fleet.pause(), fleet.resume()
        rollout.ramp("--allow-file", str(names))
        assert rollout.on_mongodb() == set(rollout.subjects)
        rollout.assert_whole(fleet)
        rollout.say("rollback")
        rollout.assert_whole(fleet)


def test_why_tells_what_happened(make_rollout):
    rollout = make_rollout()
    rollout.ramp("--to", "25", reason="the first quarter")
    done = rollout.service.cli("why")
    assert done.returncode == DONE
    assert "the first quarter" in done.stdout and "25 %" in done.stdout
    audit = json.loads(rollout.service.cli("audit", "--json").stdout)
    assert any("the first quarter" in json.dumps(entry) for entry in audit["entries"])


def test_cancel_and_complete_mind_who_is_where(make_rollout):
    rollout = make_rollout()
    rollout.say("complete", expect=REFUSED)
    rollout.ramp("--to", "25")
    rollout.say("cancel", expect=REFUSED)
    rollout.say("rollback")
    rollout.say("cancel")
    assert rollout.state()["phase"] == "cancelled"
    rollout.ramp("--to", "25", expect=REFUSED)


def test_a_hook_hears_that_the_move_is_complete(make_rollout, tmp_path):
    script = hook(tmp_path, 'echo "$CROSSFADE_TRANSITION of $CROSSFADE_GROUP"; exit 1')
    rollout = make_rollout(hooks={"after_complete": script})
    rollout.ramp("--to", "100")
    rollout.say("complete")
    assert rollout.state()["phase"] == "completed"
    audit = rollout.service.cli("audit", "--json").stdout
    assert f"after_complete of {rollout.group}" in audit


def test_a_restart_between_steps_changes_nothing(make_rollout):
    rollout = make_rollout()
    with rollout.fleet() as fleet:
        fleet.pause(), fleet.resume()
        rollout.ramp("--to", "50")
        before = rollout.on_mongodb()
        rollout.service.kill()
        time.sleep(1)
        rollout.service.start()
        rollout.wait("synced")
        assert rollout.on_mongodb() == before
        rollout.assert_whole(fleet)


def test_a_client_that_never_acknowledges(make_rollout):
    """It lives and renews, so its lease never ends: the hand-off undoes itself and says who."""
    rollout = make_rollout()
    ended = threading.Event()

    def renew():
        while not ended.wait(0.3):
            rollout.lease("sleepy", acknowledged=1)

    rollout.lease("sleepy", acknowledged=1)
    renewing = threading.Thread(target=renew)
    renewing.start()
    try:
        told = rollout.ramp("--to", "50", "--budget", "4s", expect=UNDONE)
    finally:
        ended.set()
        renewing.join()
    assert "sleepy" in told["sentence"]
    assert rollout.on_mongodb() == set()


def test_a_silent_client_counts_when_its_lease_has_ended(make_rollout):
    """One that refuses without a lease does; one that goes on needs its acknowledgement."""
    rollout = make_rollout()
    rollout.lease("gone", acknowledged=1)
    rollout.ramp("--to", "50", "--budget", "8s")
    rollout.lease("goes-on", mode="continue", acknowledged=3)
    time.sleep(3)
    told = rollout.say("rollback", "--budget", "4s", expect=UNMET)
    assert [one["name"] for one in told["guards"] if not one["met"]] == ["clients"]
    rollout.service.cli("rollout", "clients", "--forget", "goes-on", "--reason", "it was ended")
    rollout.say("rollback")
    assert rollout.on_mongodb() == set()
