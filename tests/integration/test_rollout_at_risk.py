"""An unplanned rollback says what is at risk before anything happens."""

import json
import time

from harness.lost_mongodb import UNPLANNED, make_private_rollout  # noqa: F401
from harness.rollout import DONE

SECOND = 1000  # the events of a change stream tell their time in seconds


def test_what_is_at_risk_is_said_first(make_private_rollout):  # noqa: F811
    rollout, mongod = make_private_rollout()
    with rollout.fleet() as fleet:
        fleet.pause(), fleet.resume()
        rollout.ramp("--to", "100")
        began_ms = 1000 * time.time()
        time.sleep(3)
        mongod.kill()
        gone_ms = 1000 * time.time()
        time.sleep(2)
        assert_answers_hold_it(rollout, began_ms, gone_ms)
        assert_a_person_reads_it_first(rollout)


def assert_answers_hold_it(rollout, began_ms, gone_ms):
    dry = rollout.say(*UNPLANNED, "--dry-run")
    assert dry["outcome"] == "planned" and rollout.on_mongodb()
    (risk,) = dry["at_risk"]["links"]
    assert risk["link"] == rollout.pairs[0].name
    assert began_ms - SECOND <= risk["last_applied_ms"] <= gone_ms
    assert risk["last_applied_ms"] - SECOND <= risk["read_until_ms"] <= gone_ms + SECOND
    assert risk["waiting"] >= 0
    planned = rollout.service.cli("rollback", "--dry-run", "--json")
    assert json.loads(planned.stdout)["verb"] == "rollback" and "at_risk" not in planned.stdout


def assert_a_person_reads_it_first(rollout):
    done = rollout.service.cli(*UNPLANNED, "--reason", "the cluster is lost")
    assert done.returncode == DONE, done.stderr
    assert done.stderr.startswith("Nothing was done.\n  at risk on MongoDB, link ")
    assert "nothing could be read since" in done.stderr
    assert done.stdout.startswith("Authority has moved.\n")
    assert not rollout.on_mongodb() and rollout.state()["stranded"]
