"""Writes to DynamoDB whose answers are lost, or that land long after they were given up.

A write that is cut off may still be carried out `LATE` seconds later; the service is told to reckon
with it for `request_life`.
"""

import time

import pytest

from harness.scripted import Watcher, eventually, scripted  # noqa: F401

LATE = 2.0
RECKONED_WITH = {"dynamodb": {"attempt_timeout": "1s", "request_life": "3s"}}
EVERY_ATTEMPT = 1_000


@pytest.fixture
def world(scripted):
    return scripted()


@pytest.fixture
def pair(world):
    return world.pair()


@pytest.fixture
def service(world, pair):
    service = world.service(pair.link(authority="mongodb"), extra=RECKONED_WITH).start()
    service.wait(pair.name, "synced")
    return service


def write(pair, key, n):
    pair.collection.replace_one({"_id": key}, {"_id": key, "pk": key, "n": n}, upsert=True)


def delete(pair, *keys):
    pair.collection.delete_many({"_id": {"$in": keys}})


def in_table(pair):
    """The values of n by key, with another client than the service's."""
    return {key: int(item["n"]["N"]) for (key,), item in items(pair).items()}


def items(pair):
    found = pair.stores.dynamodb.scan(TableName=pair.table, ConsistentRead=True)["Items"]
    return {(item["pk"]["S"],): item for item in found}


def cut_off(world, operation, key, attempts=1):
    """The next attempts of a write to the key get no answer and are carried out late."""
    world.control.fault(operation, "apply_late", times=attempts, seconds=LATE, text=f'"{key}"')


def late_write_is_sent(world):
    eventually(lambda: world.control.pending()["late"], every=0.002)


# ---- answers that are lost: the write is there


@pytest.mark.parametrize("operation", ["PutItem", "UpdateItem", "DeleteItem"])
def test_an_answer_is_lost(world, pair, service, operation):
    keys = [f"key{number}" for number in range(6)]
    for key in keys:
        write(pair, key, 0)
    service.wait(pair.name, "drained")
    world.control.fault(operation, "lose_reply", times=6, text="_crossfade")
    with Watcher(pair.collection, "n") as watcher:
        for key in keys:
            write(pair, key, 1)
        service.wait(pair.name, "drained")
        delete(pair, *keys[:2])
        for key in keys[2:]:
            write(pair, key, 2)
        service.wait(pair.name, "drained")
    world.control.clear_faults()
    assert in_table(pair) == dict.fromkeys(keys[2:], 2)
    pair.assert_equal()
    assert {key: watcher.seen[key] for key in keys} == {
        key: [1] if key in keys[:2] else [1, 2] for key in keys
    }
    assert service.state["violations"].count_documents({}) == 0


# ---- writes that land late


def test_a_late_put_does_not_undo_a_newer_put(world, pair, service):
    cut_off(world, "PutItem", "user-1")
    write(pair, "user-1", 1)
    late_write_is_sent(world)
    write(pair, "user-1", 2)
    service.wait(pair.name, "drained")
    assert in_table(pair) == {"user-1": 2}
    world.late_writes_applied()
    assert in_table(pair) == {"user-1": 2}
    service.wait(pair.name, "drained")
    pair.assert_equal()


@pytest.mark.parametrize("attempts", [1, EVERY_ATTEMPT])
def test_a_late_put_does_not_undo_a_delete(world, pair, service, attempts):
    """One attempt is late and the next one is in time, or none of them is."""
    cut_off(world, "PutItem", "user-1", attempts)
    write(pair, "user-1", 1)
    late_write_is_sent(world)
    delete(pair, "user-1")
    write(pair, "user-2", 1)
    time.sleep(0.5)
    world.control.clear_faults()
    service.wait(pair.name, "drained")
    assert in_table(pair) == {"user-2": 1}
    world.late_writes_applied()
    assert in_table(pair) == {"user-2": 1}
    service.wait(pair.name, "drained")
    pair.assert_equal()


def test_a_late_put_does_not_undo_delete_and_insert(world, pair, service):
    cut_off(world, "PutItem", "user-1")
    write(pair, "user-1", 1)
    late_write_is_sent(world)
    delete(pair, "user-1")
    time.sleep(0.3)
    write(pair, "user-1", 2)
    service.wait(pair.name, "drained")
    world.late_writes_applied()
    assert in_table(pair) == {"user-1": 2}
    pair.assert_equal()


def test_a_late_delete_does_not_take_what_was_inserted_since(world, pair, service):
    write(pair, "user-1", 1)
    service.wait(pair.name, "drained")
    cut_off(world, "DeleteItem", "user-1")
    cut_off(world, "UpdateItem", "user-1")
    delete(pair, "user-1")
    late_write_is_sent(world)
    write(pair, "user-1", 2)
    service.wait(pair.name, "drained")
    world.late_writes_applied()
    assert in_table(pair) == {"user-1": 2}
    pair.assert_equal()


def test_other_keys_do_not_wait(world, pair, service):
    """A delete that must wait for a late write holds up its own key and no other."""
    write(pair, "user-2", 1)
    service.wait(pair.name, "drained")
    cut_off(world, "PutItem", "user-1")
    write(pair, "user-1", 1)
    late_write_is_sent(world)
    delete(pair, "user-1", "user-2")
    write(pair, "user-3", 1)
    eventually(lambda: set(in_table(pair)) == {"user-1", "user-3"}, within=2)
    service.wait(pair.name, "drained")
    world.late_writes_applied()
    assert in_table(pair) == {"user-3": 1}


# ---- the same, and the process ends between


def end_and_start(service, how):
    (service.stop if how == "stopped" else service.kill)()
    service.start()


@pytest.mark.parametrize("how", ["killed", "stopped"])
def test_a_late_put_of_an_earlier_process_does_not_undo_a_delete(world, pair, service, how):
    """The put was never answered; the next process sends it again, then the delete."""
    write(pair, "before", 1)
    service.wait(pair.name, "drained")
    for number in range(3):
        key = f"user-{number}"
        cut_off(world, "PutItem", key, EVERY_ATTEMPT)
        write(pair, key, 1)
        late_write_is_sent(world)
        end_and_start(service, how)
        world.control.clear_faults()
        delete(pair, key)
    service.wait(pair.name, "drained")
    assert in_table(pair) == {"before": 1}
    world.late_writes_applied()
    assert in_table(pair) == {"before": 1}
    service.wait(pair.name, "drained")
    pair.assert_equal()


@pytest.mark.parametrize("how", ["killed", "stopped"])
def test_a_late_put_that_was_answered_at_last_is_remembered(world, pair, service, how):
    """The second attempt was in time and the change is done: the first may land all the same."""
    for number in range(3):
        key = f"user-{number}"
        cut_off(world, "PutItem", key)
        write(pair, key, 1)
        eventually(lambda key=key: key in in_table(pair))
        time.sleep(0.1 * number)
        end_and_start(service, how)
        delete(pair, key)
    service.wait(pair.name, "drained")
    assert in_table(pair) == {}
    world.late_writes_applied()
    assert in_table(pair) == {}


def test_killed_between_mark_and_delete(world, pair, service):
    keys = [f"user-{number}" for number in range(3)]
    for key in keys:
        write(pair, key, 1)
    service.wait(pair.name, "drained")
    with Watcher(pair.collection, "n") as watcher:
        for key in keys:
            world.control.fault("DeleteItem", "apply_late", times=4, seconds=1, text=f'"{key}"')
            delete(pair, key)
            late_write_is_sent(world)
            service.kill()
            if key == keys[1]:
                write(pair, key, 2)
            service.start()
        service.wait(pair.name, "drained")
        world.late_writes_applied()
        service.wait(pair.name, "drained")
    assert in_table(pair) == {keys[1]: 2}
    pair.assert_equal()
    assert watcher.seen == {keys[1]: [2]}
    assert service.state["violations"].count_documents({}) == 0
