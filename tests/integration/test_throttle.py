"""Throttling, server errors and damaged answers of DynamoDB, for each kind of call."""

import time

import pytest

from harness import stores as stores_module
from harness.scripted import eventually, scripted  # noqa: F401

OURS = [f"mongodb-{number}" for number in range(10)]
THEIRS = [f"dynamodb-{number}" for number in range(10)]
BOTH_SIDES = {
    "subject": {"attribute": "pk"},
    "authority": {"mongodb": {"allow": OURS}},
}
# A delete waits for `request_life` after a write whose answer was lost.
SHORT_LIVED = {"dynamodb": {"attempt_timeout": "1s", "request_life": "1s"}}

# Every call that the service makes, and what tells its calls from those of the tests.
CALLS = {
    "DescribeTable": "",
    "DescribeStream": "",
    "GetShardIterator": "",
    "GetRecords": "",
    "Scan": "Segment",
    "GetItem": "",
    "PutItem": "_crossfade",
    "UpdateItem": "_crossfade",
    "DeleteItem": "_crossfade",
}
TROUBLES = {
    "throttled": {"kind": "throttle"},
    "500": {"kind": "error", "status": 500},
    "503": {"kind": "error", "status": 503},
    "wrong crc32": {"kind": "wrong_crc"},
    "half an answer": {"kind": "truncate"},
    "no answer": {"kind": "drop"},
}


def put_all(pair, keys, n):
    items = [{"pk": {"S": key}, "n": {"N": str(n)}, "text": {"S": "x" * 400}} for key in keys]
    stores_module.batch_put(pair.stores.dynamodb, pair.table, items)


def replace_all(pair, keys, n):
    for key in keys:
        document = {"_id": key, "pk": key, "n": n}
        pair.collection.replace_one({"_id": key}, document, upsert=True)


def write_on_both_sides(pair, n):
    put_all(pair, THEIRS, n)
    replace_all(pair, OURS, n)


def delete_on_both_sides(pair):
    pair.collection.delete_many({"_id": {"$in": OURS[:3]}})
    pair.stores.dynamodb.delete_item(TableName=pair.table, Key={"pk": {"S": THEIRS[0]}})


def break_authority(pair):
    """The service looks at the item with GetItem and writes the authority's value again."""
    pair.collection.update_one({"_id": THEIRS[1]}, {"$set": {"n": -1}})


def assert_arrived(pair, n):
    result = pair.assert_equal()
    assert result.items == len(OURS) + len(THEIRS) - 4
    assert {one["n"] for one in pair.collection.find()} == {n}


@pytest.mark.parametrize("trouble", TROUBLES)
def test_each_call_is_tried_again(scripted, trouble):
    world = scripted(shards=2, scan_page_bytes=1_000)
    pair = world.pair()
    put_all(pair, OURS + THEIRS, 0)
    service = world.service(pair.link(**BOTH_SIDES), extra=SHORT_LIVED)
    for operation, text in CALLS.items():
        world.control.fault(operation, times=2, text=text, **TROUBLES[trouble])
    service.start()
    service.wait(pair.name, "synced")
    write_on_both_sides(pair, 1)
    service.wait(pair.name, "drained")
    delete_on_both_sides(pair)
    break_authority(pair)
    service.wait(pair.name, "drained")
    world.faults_met()
    assert_arrived(pair, 1)
    assert service.stop() == 0


def test_throttled_for_long_in_both_directions(scripted):
    world = scripted(shards=2)
    pair, other = world.pair(), world.pair()
    service = world.service(pair.link(**BOTH_SIDES), other.link(**BOTH_SIDES)).start()
    service.wait(pair.name, "synced")
    service.wait(other.name, "synced")
    only = {"times": None, "text": pair.table}
    world.control.fault("GetRecords", "throttle", **only)
    world.control.fault("writes", "throttle", times=None, text=f'"{pair.table}","')
    time.sleep(0.5)
    write_on_both_sides(pair, 1)
    write_on_both_sides(other, 1)
    service.wait(other.name, "drained")
    other.assert_equal()
    time.sleep(3)
    assert "throttle" in service.status(pair.name)["reason"].lower()
    assert not pair.compare().equal
    world.control.clear_faults()
    service.wait(pair.name, "drained")
    pair.assert_equal()
    eventually(lambda: "throttle" not in service.status(pair.name)["reason"].lower())


def test_throttled_for_long_during_the_load(scripted):
    world = scripted(scan_page_bytes=2_000)
    pair = world.pair()
    put_all(pair, OURS + THEIRS, 0)
    service = world.service(pair.link(**BOTH_SIDES))
    world.control.fault("Scan", "throttle", times=None, skip=3)
    service.start()
    time.sleep(4)
    put_all(pair, THEIRS, 1)
    assert "throttle" in service.status(pair.name)["reason"].lower()
    world.control.clear_faults()
    service.wait(pair.name, "synced")
    service.wait(pair.name, "drained")
    pair.assert_equal()


def test_stopped_and_killed_while_throttled(scripted):
    """What was captured and not written yet is written after the next start."""
    world = scripted()
    pair = world.pair()
    service = world.service(pair.link(**BOTH_SIDES)).start()
    service.wait(pair.name, "synced")
    write_on_both_sides(pair, 1)
    service.wait(pair.name, "drained")
    for end in (service.stop, service.kill):
        world.control.fault("*", "throttle", times=None)
        replace_all(pair, OURS, 2)
        time.sleep(1)
        started = time.monotonic()
        end()
        assert time.monotonic() - started < 5
        world.control.clear_faults()
        put_all(pair, THEIRS, 2)
        service.start()
        service.wait(pair.name, "drained")
        pair.assert_equal()


def test_a_long_outage(scripted):
    """Eight seconds without DynamoDB, at the moment when every shard has rolled."""
    world = scripted(shards=2)
    pair = world.pair()
    service = world.service(pair.link(**BOTH_SIDES)).start()
    service.wait(pair.name, "synced")
    world.control.fault("GetRecords", "delay_before", times=2, seconds=0.5)
    world.control.roll(pair.table)
    write_on_both_sides(pair, 1)
    for operation in ("DescribeStream", "GetShardIterator"):
        world.control.fault(operation, "error", times=None, status=500)
    world.control.fault("writes", "error", times=None, status=503, text="_crossfade")
    time.sleep(8)
    world.control.clear_faults()
    service.wait(pair.name, "drained")
    pair.assert_equal()
    assert service.status(pair.name)["phase"] == "synced"
