"""MongoDB is gone while everybody is served by it, and comes back: decided and served to the fleet while it
is dead. Nothing acknowledged on DynamoDB is lost, and what MongoDB alone had taken is kept with its image."""

import contextlib
import json
import os
import signal
import time

from harness.lost_mongodb import UNPLANNED, make_private_rollout, until_writable  # noqa: F401
from harness.service import ServiceError


def test_mongodb_is_gone_and_comes_back(make_private_rollout):  # noqa: F811
    rollout, mongod = make_private_rollout()
    with rollout.fleet() as fleet:
        move_everybody(rollout, fleet)
        mongod.kill()
        roll_back(rollout, fleet)
        recover(rollout, mongod, fleet)
        assert_only_stranded_differ(rollout, fleet)


def test_the_service_begins_while_mongodb_is_gone(make_private_rollout):  # noqa: F811
    """Whoever restarts the service in the middle of it can still decide. What the fleet wrote behind
    the back of the hung service reaches DynamoDB by nobody."""
    rollout, mongod = make_private_rollout()
    with rollout.fleet() as fleet:
        move_everybody(rollout, fleet)
        os.kill(rollout.service.process.pid, signal.SIGSTOP)
        time.sleep(0.5)
        mongod.kill()
        rollout.service.kill()
        rollout.service.start(ready_within=None)
        until_it_misses_mongodb(rollout)
        roll_back(rollout, fleet)
        recover(rollout, mongod, fleet)
        assert assert_only_stranded_differ(rollout, fleet) > 0


def move_everybody(rollout, fleet):
    fleet.pause(), fleet.resume()
    rollout.ramp("--to", "100")
    rollout.assert_whole(fleet)


def until_it_misses_mongodb(rollout, within=60):
    deadline = time.monotonic() + within
    while True:
        with contextlib.suppress(ServiceError):  # before it listens
            if "MongoDB" in rollout.service.status("orders")["reason"]:
                return
        assert time.monotonic() < deadline, rollout.service.log_tail()
        time.sleep(0.2)


def roll_back(rollout, fleet):
    """The fleet goes on writing, on DynamoDB."""
    rollout.say(*UNPLANNED)
    assert rollout.on_mongodb() == set()
    assert rollout.state()["stranded"]
    time.sleep(2)
    before = sum(ledger.sides["dynamodb"] for ledger in fleet.pause())
    fleet.resume()
    time.sleep(2)
    assert sum(ledger.sides["dynamodb"] for ledger in fleet.pause()) > before
    fleet.resume()


def recover(rollout, mongod, fleet):
    mongod.start()
    until_writable(rollout.stores.mongo)
    rollout.until_well()
    rollout.wait("synced")
    assert "stranded" in rollout.say("recover")["sentence"]
    fleet.pause()
    rollout.wait("drained")
    for pair in rollout.pairs:
        pair.assert_equal()


def assert_only_stranded_differ(rollout, fleet):
    """Each acknowledged write that DynamoDB does not show stands as a violation with its image."""
    images = stranded_images(rollout)
    differences = fleet.differences("dynamodb")
    for one in differences:
        stranded = images.get(one.place[1:], [])
        if one.allowed is None:
            assert 0 < one.missing <= len(stranded), (one, stranded)
        else:
            assert any(text in one.allowed for text in stranded), (one, stranded)
    return len(differences)


def stranded_images(rollout):
    """(subject, sort key) -> the texts that the changes on MongoDB had left there."""
    done = rollout.service.cli("violations", "list", "--json", "--limit", "1000")
    told = json.loads(done.stdout)
    assert not told["truncated"]
    images = {}
    for one in told["violations"]:
        assert one["side"] == "mongodb"
        text = (one["mongodb"] or {}).get("text")
        images.setdefault((one["key"]["pk"], one["key"]["sk"]), []).append(text)
    return images
