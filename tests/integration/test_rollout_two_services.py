"""Two processes of the service with one configuration: at any moment one of them drives the group."""

import json
import shutil
import signal
import time
import urllib.error

import pytest

from harness.items import document, item
from harness.rollout import DONE, REFUSED, SURE, make_rollout  # noqa: F401
from harness.stores import batch_put

MANY = 4_000


def sentence_of(done):
    """The one line that a verb which was refused leaves behind."""
    (line,) = done.stderr.strip().splitlines()
    return line


@pytest.mark.parametrize("state", ["shared", "own"])
def test_a_second_service_elsewhere_is_refused(make_rollout, state):
    """It has not the event logs of the links (or finds a collection that is not its own): it ends with
    one sentence, and the first one goes on as the group's owner."""
    rollout = make_rollout()
    with rollout.fleet() as fleet:
        fleet.pause(), fleet.resume()
        owner = rollout.state()["owner"]
        second = rollout.second_service("elsewhere" if state == "own" else None)
        second.start(ready_within=None)
        assert second.process.wait(30) == 1
        (told,) = [line for line in second.log_text().splitlines() if line.startswith("crossfade: ")]
        wanted = "is not empty" if state == "own" else "run the link where its data_dir is"
        assert rollout.pairs[0].name in told and wanted in told
        assert rollout.state()["owner"] == owner
        refused = second.cli("rollout", "ramp", "--to", "50", *SURE, "--reason", "test")
        assert refused.returncode == 1 and "answers" in sentence_of(refused)
        rollout.ramp("--to", "50")
        rollout.assert_whole(fleet)
        rollout.assert_only_moved_were_refused(fleet, set(), rollout.on_mongodb())


class Hung:
    """A process that stands still, as on a machine that was suspended, and comes back."""

    def __init__(self, service):
        self._process = service.process
        self._process.send_signal(signal.SIGSTOP)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.back()

    def back(self):
        self._process.send_signal(signal.SIGCONT)


def copy_data(old, new):
    shutil.copytree(old.folder / "data", new.folder / "data")


def assert_grants_nothing(rollout, old):
    """Neither its rules nor a lease: a client is sent to the control table."""
    with pytest.raises(urllib.error.HTTPError) as refused:
        rollout.lease("late", service=old)
    assert refused.value.code == 409
    detail = json.loads(refused.value.read())["detail"]
    assert "Another process drives the group" in detail


def until_clients_follow(rollout, service, within=20):
    """The workers ask the other process; this one reads in the control table that they are up to date."""
    deadline = time.monotonic() + within
    while json.loads(service.http(f"/v1/groups/{rollout.group}")[1])["clients"]["behind"]:
        assert time.monotonic() < deadline
        time.sleep(0.1)


def until_nothing_stands_in_the_way(rollout, verb, within=60):
    """The process before this one must have ended, for all that anybody can know."""
    deadline = time.monotonic() + within
    while True:
        verbs = json.loads(rollout.service.cli("next", "--json").stdout)["verbs"]
        (guards,) = [one["guards"] for one in verbs if one["verb"] == verb]
        unmet = [one["sentence"] for one in guards if not one["met"] and not one["judgement"]]
        if not unmet:
            return
        assert time.monotonic() < deadline, unmet
        time.sleep(0.2)


def until_links_are_stopped(rollout, service, within=20):
    deadline = time.monotonic() + within
    while any(one["phase"] != "stopped" for one in service.status().values()):
        assert time.monotonic() < deadline, service.status()
        time.sleep(0.1)
    for one in service.status().values():
        assert rollout.group in one["reason"] or "another" in one["reason"].lower(), one["reason"]


def test_a_service_that_was_taken_over_comes_back(make_rollout):
    """An operator starts a second one with a copy of the data of the first, which hangs; then the
    first one goes on. A verb said to both succeeds once, and the fleet, which asks the first one for
    its leases, goes by the control table."""
    rollout = make_rollout()
    old, new = rollout.service, rollout.second_service()
    with rollout.fleet() as fleet:
        fleet.pause(), fleet.resume()
        rollout.ramp("--to", "30")
        owner = rollout.state()["owner"]
        with Hung(old) as hung:
            copy_data(old, new)
            new.start()
            rollout.service = new
            rollout.wait("synced")
            assert rollout.state()["owner"] != owner
            until_clients_follow(rollout, new)
            until_nothing_stands_in_the_way(rollout, "ramp")
            verb = ("rollout", "ramp", "--to", "60", *SURE, "--budget", "10s", "--reason", "both")
            to_new = new.begin_cli(*verb, "--json")
            hung.back()
            to_old = old.cli(*verb)
        out, err = to_new.communicate(timeout=60)
        assert to_new.returncode == DONE, (out, err)
        assert to_old.returncode == REFUSED, to_old.stdout + to_old.stderr
        assert "another" in sentence_of(to_old).lower()
        assert rollout.rules().rule.percent == 60
        assert_grants_nothing(rollout, old)
        until_links_are_stopped(rollout, old)
        again = old.cli("rollback", "--reason", "test")
        assert again.returncode == REFUSED
        assert "Another crossfade process drives group" in sentence_of(again)
        rollout.assert_whole(fleet)
        rollout.say("rollback", "--budget", "10s")
        rollout.assert_whole(fleet)
        versions = rollout.versions()
        assert len(versions) == len(set(versions))


def test_what_a_hung_process_comes_back_with_overwrites_nothing(make_rollout):
    """It hangs in the middle of many changes of MongoDB. Another one takes over and applies them,
    everybody goes back to DynamoDB, and the application writes all of these items again: nothing is
    left in them that would show the first process how old its changes are."""
    rollout = make_rollout()
    (pair,) = rollout.pairs
    old, new = rollout.service, rollout.second_service()
    rollout.ramp("--to", "100")
    keys = [f"many-{number:04}" for number in range(MANY)]
    pair.collection.insert_many(document("user-0001", sk, text="old") for sk in keys)
    with Hung(old):
        copy_data(old, new)
        new.start()
        rollout.service = new
        rollout.wait("synced")
        until_nothing_stands_in_the_way(rollout, "rollback")
        rollout.say("rollback", "--budget", "10s")
        newer = [item(pk="user-0001", sk=sk, text="new") for sk in keys]
        batch_put(pair.stores.dynamodb, pair.table, newer)
    until_links_are_stopped(rollout, old)
    found = pair.items()
    assert [found["user-0001", sk]["text"]["S"] for sk in keys] == ["new"] * MANY
    rollout.wait("drained")
    pair.assert_equal()
