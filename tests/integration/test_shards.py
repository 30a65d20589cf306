"""The stream's shards: many of them, splitting and rolling, late, gone by while the service was down."""

import random
import threading
import time

import pytest

from harness import stores as stores_module
from harness.scripted import Watcher, eventually, scripted  # noqa: F401
from tests.fakes.dynamo import Control

KEYS = [f"user-{number:02}" for number in range(20)]
EVERY_OTHER_IS_MONGODBS = {
    "subject": {"attribute": "pk"},
    "authority": {"mongodb": {"allow": KEYS[::2]}},
}


def item(key, n):
    return {"pk": {"S": key}, "n": {"N": str(n)}, "text": {"S": f"{key} in its state {n}"}}


def put_all(pair, n, keys=KEYS):
    stores_module.batch_put(pair.stores.dynamodb, pair.table, [item(key, n) for key in keys])


def synced(world, pair, **settings):
    service = world.service(pair.link(**settings)).start()
    service.wait(pair.name, "synced")
    return service


class Counting(threading.Thread):
    """Writes 1, 2, 3 ... to every key, one round after the other, until the block ends."""

    def __init__(self, pair, keys=KEYS):
        super().__init__(name="counting")
        self.n = 0
        self._pair, self._keys = pair, keys
        self._over = threading.Event()

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self._over.set()
        self.join()

    def run(self):
        while not self._over.is_set():
            self.n += 1
            for key in self._keys:
                self._pair.put(item(key, self.n))
                time.sleep(0.001)

    def assert_arrived(self):
        found = {one["pk"]: one["n"] for one in self._pair.collection.find()}
        assert found == dict.fromkeys(self._keys, self.n)


# ---- many


def test_many_shards_at_once(scripted):
    world = scripted(shards=64)
    pair = world.pair()
    keys = [f"key{number}" for number in range(400)]
    put_all(pair, 0, keys)
    service = synced(world, pair)
    put_all(pair, 1, keys)
    service.wait(pair.name, "drained")
    pair.assert_equal(exact=True)
    assert {one["n"] for one in pair.collection.find()} == {1}
    assert len(world.control.reads()) == 64


def test_more_shards_than_one_answer_lists(scripted):
    world = scripted(shards=130, describe_page=3)
    pair = world.pair()
    service = synced(world, pair)
    keys = [f"key{number}" for number in range(1_200)]
    put_all(pair, 1, keys)
    assert all(one["sequences"] for one in world.shards(pair))
    service.wait(pair.name, "drained")
    assert pair.assert_equal().documents == 1_200
    service.restart()
    put_all(pair, 2, keys)
    service.wait(pair.name, "drained")
    pair.assert_equal()


def test_a_backlog_of_many_pages(scripted):
    world = scripted()
    pair = world.pair()
    service = synced(world, pair)
    service.stop()
    for n in range(3):
        put_all(pair, n, [f"key{number}" for number in range(1_000)])
    service.start()
    service.wait(pair.name, "drained")
    assert pair.assert_equal().documents == 1_000


# ---- splits and rolls


def test_splits_and_rolls_in_the_middle_of_writes(scripted):
    world = scripted(shards=2)
    pair = world.pair()
    service = synced(world, pair)
    with Watcher(pair.collection, "n") as watcher:
        with Counting(pair) as counting:
            for number in range(8):
                time.sleep(0.25)
                (world.control.roll if number % 2 else world.control.split)(pair.table)
        service.wait(pair.name, "drained")
    counting.assert_arrived()
    pair.assert_equal()
    watcher.assert_never_back()
    assert len(world.shards(pair, open=True)) == 32


def test_a_slow_parent_comes_before_its_fast_children(scripted):
    """Reads of the parents are held up while the children could be read at once."""
    world = scripted(shards=2)
    pair = world.pair()
    service = synced(world, pair)
    with Watcher(pair.collection, "n") as watcher:
        for n in range(4):
            world.control.fault("GetRecords", "delay_before", times=4, seconds=0.4)
            put_all(pair, 2 * n)
            world.control.split(pair.table)
            put_all(pair, 2 * n + 1)
        service.wait(pair.name, "drained")
    pair.assert_equal()
    watcher.assert_never_back()


def test_echoes_are_known_across_splits(scripted):
    world = scripted(shards=2)
    pair = world.pair()
    service = synced(world, pair, **EVERY_OTHER_IS_MONGODBS)
    ours, theirs = KEYS[::2], KEYS[1::2]
    with Watcher(pair.collection, "n") as watcher:
        for n in range(1, 7):
            for key in ours:
                pair.collection.replace_one(
                    {"_id": key}, {"_id": key, "pk": key, "n": n}, upsert=True
                )
            put_all(pair, n, theirs)
            world.control.split(pair.table) if n in (2, 4) else world.control.roll(pair.table)
        service.wait(pair.name, "drained")
        for key in ours[:5]:
            pair.collection.delete_one({"_id": key})
        service.wait(pair.name, "drained")
    assert pair.assert_equal().items == 15
    assert {key: watcher.seen[key] for key in ours} == {key: list(range(1, 7)) for key in ours}
    watcher.assert_never_back()
    assert service.state["violations"].count_documents({}) == 0


def test_numbers_of_more_digits(scripted):
    """Sequence numbers grow from 26 to 27 digits: as text the later ones would be smaller."""
    world = scripted()
    pair = world.pair()
    service = synced(world, pair)
    put_all(pair, 1)
    service.wait(pair.name, "drained")
    world.control.jump_sequences(10**26 - 10 * 1_000_003)
    with Watcher(pair.collection, "n") as watcher:
        put_all(pair, 2)
        assert {len(number) for one in world.shards(pair) for number in one["sequences"]} == {26, 27}
        service.wait(pair.name, "drained")
        service.kill()
        put_all(pair, 3)
        service.start()
        service.wait(pair.name, "drained")
    pair.assert_equal()
    watcher.assert_never_back()


# ---- children that are late


def test_children_that_appear_late(scripted):
    """Drained is not said before their records are applied, though nobody lists them yet."""
    world = scripted(shards=2, children_delay=2)
    pair = world.pair()
    service = synced(world, pair, forward={"poll_interval": "1s", "idle_poll_interval": "1s"})
    world.control.split(pair.table)
    put_all(pair, 1)
    service.wait(pair.name, "drained")
    assert pair.assert_equal().documents == len(KEYS)


def test_children_that_appear_very_late(scripted):
    world = scripted(shards=1, children_delay=8)
    pair = world.pair()
    service = synced(world, pair)
    world.control.roll(pair.table)
    put_all(pair, 1)
    service.wait(pair.name, "drained", timeout=20)
    assert pair.assert_equal().documents == len(KEYS)


# ---- restarts


def test_killed_in_the_middle_of_a_lineage(scripted):
    world = scripted(shards=2)
    pair = world.pair()
    service = synced(world, pair)
    dice = random.Random(7)
    with Watcher(pair.collection, "n") as watcher:
        with Counting(pair) as counting:
            for _ in range(5):
                world.control.split(pair.table, dice.choice(world.shards(pair, open=True))["id"])
                time.sleep(dice.random() * 0.4)
                service.kill()
                world.control.roll(pair.table, dice.choice(world.shards(pair, open=True))["id"])
                time.sleep(0.1)
                service.start()
        service.wait(pair.name, "drained")
    counting.assert_arrived()
    pair.assert_equal()
    watcher.assert_never_back()


def test_a_shard_that_opened_and_closed_while_the_service_was_down(scripted):
    world = scripted(shards=2)
    pair = world.pair()
    service = synced(world, pair)
    put_all(pair, 0)
    service.wait(pair.name, "drained")
    service.kill()
    with Watcher(pair.collection, "n") as watcher:
        put_all(pair, 1)
        world.control.roll(pair.table)
        put_all(pair, 2)
        world.control.split(pair.table)
        put_all(pair, 3, KEYS[:10])
        for key in KEYS[:3]:
            pair.stores.dynamodb.delete_item(TableName=pair.table, Key={"pk": {"S": key}})
        service.start()
        service.wait(pair.name, "drained")
    assert pair.assert_equal().documents == len(KEYS) - 3
    watcher.assert_never_back()


def test_a_shard_that_was_read_to_its_end_may_go(scripted):
    """What the stream drops after 24 hours is no gap when all of it was read."""
    world = scripted(shards=2)
    pair = world.pair()
    service = synced(world, pair)
    parents = [one["id"] for one in world.shards(pair)]
    put_all(pair, 1)
    world.control.roll(pair.table)
    put_all(pair, 2)
    service.wait(pair.name, "drained")
    service.stop()
    for parent in parents:
        world.control.forget_shard(pair.table, parent)
    put_all(pair, 3)
    service.start()
    service.wait(pair.name, "drained")
    pair.assert_equal()


# ---- iterators


def test_iterators_expire_in_the_middle_of_writes(scripted):
    world = scripted(shards=3)
    pair = world.pair()
    service = synced(world, pair)
    with Watcher(pair.collection, "n") as watcher:
        with Counting(pair) as counting:
            for _ in range(6):
                time.sleep(0.25)
                world.control.expire_iterators()
        service.wait(pair.name, "drained")
    counting.assert_arrived()
    pair.assert_equal()
    watcher.assert_never_back()
    assert world.control.statistics()["GetRecords"]["errors"]["ExpiredIteratorException"] >= 3


@pytest.mark.parametrize("before", ["nothing was read", "records were read"])
def test_idle_for_longer_than_an_iterator_lives(scripted, before):
    world = scripted(shards=2)
    pair = world.pair()
    put_all(pair, 0)
    service = synced(world, pair)
    if before == "records were read":
        put_all(pair, 1)
        service.wait(pair.name, "drained")
    world.control.expire_iterators()
    time.sleep(0.5)
    put_all(pair, 2)
    started = time.monotonic()
    eventually(lambda: pair.collection.count_documents({"n": 2}) == len(KEYS), within=10)
    assert time.monotonic() - started < 3
    pair.assert_equal()


@pytest.mark.parametrize("event", ["iterators expire", "killed"])
def test_what_the_load_has_read_does_not_come_again(scripted, event):
    """Written to DynamoDB before the link began, owned by MongoDB since: no change of anybody."""
    world = scripted(shards=16)
    pair = world.pair()
    put_all(pair, 1)
    service = synced(world, pair, authority="mongodb")
    pair.collection.update_many({"pk": {"$in": KEYS[:4]}}, {"$set": {"n": 2}})
    service.wait(pair.name, "drained")
    if event == "iterators expire":
        world.control.expire_iterators()
        eventually(lambda: world.control.statistics()["GetRecords"]["errors"])
        time.sleep(1)
    else:
        service.kill()
        service.start()
    service.wait(pair.name, "drained")
    pair.assert_equal()
    assert pair.collection.count_documents({"n": 2}) == 4
    assert service.state["violations"].count_documents({}) == 0


# ---- the rate


def test_no_shard_is_read_more_often_than_aws_allows(scripted):
    """Five GetRecords a second and shard, though somebody waits for each change all the time."""
    world = scripted(shards=4)
    pair = world.pair()
    service = synced(world, pair)
    own = Control(world.fake.url)
    with Counting(pair):
        for number in range(4):
            service.wait(pair.name, "drained")
            time.sleep(0.1)
            if number == 1:
                own.split(pair.table)
    reads = own.reads(window=1.0)
    own.close()
    assert len(reads) == 12
    assert max(shard["most"] for shard in reads.values()) <= 5
