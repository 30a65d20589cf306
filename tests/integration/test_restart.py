"""Stopped and killed in every phase, started again: it goes on where it was and both sides end equal.

Two applications write while that happens, each to keys that its side owns: one to DynamoDB all the
time, one to MongoDB as soon as the link follows MongoDB's changes.
"""

import contextlib
import datetime
import pathlib
import random
import signal
import time

import pytest

from harness import stores as stores_module
from harness.feeds import Feeds
from harness.items import document, item, text
from harness.writers import DynamoWriter, MongoWriter

RULE = {"authority": {"mongodb": {"allow": ["m"]}}, "subject": {"attribute": "pk"}}
# Deletes wait until a write of the killed process can no longer land: not a minute in these tests.
QUICK = {"dynamodb": {"attempt_timeout": "2s", "request_life": "2s"}}
SIGNALS = [signal.SIGTERM, signal.SIGKILL]
SEGMENTS = 24
NOW = datetime.datetime.utcnow()


@pytest.fixture
def service_of(make_service):
    """service_of(pair) -> Service, not started."""
    load = {"segments": SEGMENTS, "workers": 2}
    return lambda pair: make_service(pair.link(**RULE, load=load), extra=QUICK)


def set_pace(service, pair, units):
    """How much the load may read each second, from the next start on; 0 is no limit."""
    load = {"segments": SEGMENTS, "workers": 2, "read_units_per_second": units}
    service.configure_links(pair.link(**RULE, load=load))


def end(service, how):
    """Ends the service; a graceful end takes at most five seconds and says that all is well."""
    began = time.monotonic()
    service.process.send_signal(how)
    code = service.process.wait(30)
    if how == signal.SIGTERM:
        assert code == 0, service.log_tail()
        assert time.monotonic() - began < 5, service.log_tail()


def end_after(service, how, seconds):
    """Starts it and ends it that soon, ready or not."""
    service.start(ready_within=None)
    time.sleep(seconds)
    service.process.send_signal(how)
    service.process.wait(30)


def fill(pair, count):
    """Items that are there before the service is; a read unit is worth about four of them."""
    items = [item(pk=f"still {number}", sk="1", text=text(900)) for number in range(count)]
    stores_module.batch_put(pair.stores.dynamodb, pair.table, items)


def assert_all_arrived(pair, service, *writers):
    service.wait(pair.name, "synced")
    service.wait(pair.name, "drained")
    for writer in writers:
        assert writer.writes > 0
        writer.assert_kept()
    pair.assert_equal()
    told = service.cli("violations", "list", "--json")
    status = service.status(pair.name)
    assert (status["violations"], status["dead_letters"]) == (0, 0), told.stdout


def phase_of(service, pair):
    stored = service.state.links.find_one({"_id": pair.name})
    return stored and stored["phase"]


def wait_for_phase(service, pair, phase, within=30):
    """By the state database, which is quicker than the command line."""
    deadline = time.monotonic() + within
    while phase_of(service, pair) != phase:
        assert time.monotonic() < deadline, f"{phase_of(service, pair)}\n{service.log_tail()}"
        time.sleep(0.005)


def wait_for_segments(service, done):
    """Until so many segments of the load are stored as done."""
    deadline = time.monotonic() + 30
    while service.state.load_segments.count_documents({"done": True}) < done:
        assert time.monotonic() < deadline, service.log_tail()
        time.sleep(0.01)


@pytest.mark.parametrize("how", SIGNALS)
def test_while_it_is_being_set_up(pair, service_of, how):
    fill(pair, 100)
    service = service_of(pair)
    set_pace(service, pair, units=5)
    with DynamoWriter(pair, "d", seed=1) as writer:
        for delay in (0.01, 0.03, 0.06, 0.1, 0.15):
            end_after(service, how, delay)
        set_pace(service, pair, units=0)
        service.start()
    assert_all_arrived(pair, service, writer)


@pytest.mark.parametrize("how", SIGNALS)
def test_while_it_copies(pair, service_of, how):
    fill(pair, 400)
    service = service_of(pair)
    set_pace(service, pair, units=30)
    with DynamoWriter(pair, "d", seed=2) as writer:
        for done in (5, 12):
            service.start()
            wait_for_segments(service, done)
            assert phase_of(service, pair) == "copying"
            end(service, how)
        set_pace(service, pair, units=0)
        service.start()
    assert_all_arrived(pair, service, writer)


def copied(service):
    """Items that the checkpoints of the load say are copied."""
    return sum(one["items"] for one in service.state.load_segments.find())


@contextlib.contextmanager
def held(pair, operation):
    """An open transaction of somebody else, which whoever needs the same locks has to wait for."""
    with pair.stores.mongo.start_session() as session, session.start_transaction():
        operation(session)
        yield
        session.abort_transaction()


def test_a_killed_load_goes_on_where_it_was(pair, service_of):
    """What was taken away of the copied part stays away: nobody read it a second time."""
    fill(pair, 500)
    service = service_of(pair)
    target = pair.collection.database.create_collection(pair.collection.name)
    place = {"_id": {"pk": "still 123", "sk": "1"}}
    with held(pair, lambda at: target.insert_one(place, session=at)):
        service.start()
        wait_for_segments(service, SEGMENTS - 1)
        pair.put(item(pk="d", sk="1"))  # now the stream's position is known as well
        service.wait_for(lambda told: told[pair.name]["forward"]["captured"] == 1)
        service.kill()
    before = copied(service)
    assert 400 < before < 500
    assert pair.collection.delete_many({}).deleted_count >= before
    service.start()
    service.wait(pair.name, "synced")
    assert pair.collection.count_documents({"pk": "d"}) == 1
    assert pair.collection.count_documents({}) == 501 - before
    assert copied(service) == service.status(pair.name)["load"]["items"] == 500


@pytest.mark.parametrize("how", SIGNALS)
def test_while_it_builds_an_index(make_pair, service_of, how):
    pair = make_pair(gsi=[stores_module.index("by-text", "text:S", "sk:S")])
    fill(pair, 100)
    service = service_of(pair)
    set_pace(service, pair, units=30)
    with DynamoWriter(pair, "d", seed=3) as writer:
        service.start()
        wait_for_segments(service, 1)
        with held(pair, lambda at: pair.collection.insert_one({"_id": "held"}, session=at)):
            service.wait_for(lambda told: "uilding index" in told[pair.name]["reason"])
            end(service, how)
            assert phase_of(service, pair) == "copying"
        service.start()
    assert_all_arrived(pair, service, writer)
    names = pair.collection.index_information().keys()
    assert names == {"_id_", "crossfade_key", "by-text"}


@pytest.mark.parametrize("how", SIGNALS)
def test_while_it_catches_up(pair, service_of, how):
    """Somebody else's hold on the checkpoint of the first lane keeps it from applying anything."""
    fill(pair, 100)
    service = service_of(pair)
    set_pace(service, pair, units=30)
    lanes = service.state.create_collection("lanes")
    checkpoint = {"_id": f"{pair.name}/forward/0"}
    with contextlib.ExitStack() as stack:
        left = stack.enter_context(DynamoWriter(pair, "d", seed=4))
        with held(pair, lambda at: lanes.insert_one(checkpoint, session=at)):
            service.start()
            wait_for_phase(service, pair, "catching-up")
            right = stack.enter_context(MongoWriter(pair, "m", seed=4))
            for _ in range(2):
                time.sleep(0.3)
                end(service, how)
                assert phase_of(service, pair) == "catching-up"
                service.start()
            service.kill()
        for delay in (0.05, 0.15, 0.3):
            end_after(service, how, delay)
        service.start()
    assert_all_arrived(pair, service, left, right)


@pytest.mark.parametrize("how", SIGNALS)
def test_while_it_keeps_both_sides_in_step(pair, service_of, how):
    service = service_of(pair).start()
    service.wait(pair.name, "synced")
    with DynamoWriter(pair, "d", seed=5) as left, MongoWriter(pair, "m", seed=5) as right:
        for _ in range(3):
            time.sleep(0.7)
            end(service, how)
            time.sleep(0.2)
            service.start()
    assert_all_arrived(pair, service, left, right)


@pytest.mark.parametrize("how", SIGNALS)
def test_in_the_middle_of_many_writes_to_dynamodb(pair, service_of, how):
    """Inserts, then changes and deletes of the same documents, and an end while they are applied."""
    service = service_of(pair).start()
    service.wait(pair.name, "synced")
    for round_number in range(3):
        fresh = [document("m", f"{round_number}/{n:03}", n=n) for n in range(200)]
        pair.collection.insert_many(fresh)
        pair.collection.update_many({"pk": "m"}, {"$inc": {"n": 1}})
        pair.collection.delete_many({"pk": "m", "n": {"$mod": [4, round_number]}})
        deadline = time.monotonic() + 20
        while not any(sk.startswith(f"{round_number}/") for _, sk in pair.items()):
            assert time.monotonic() < deadline, service.log_tail()
        end(service, how)
        service.start()
    assert_all_arrived(pair, service)
    assert len(pair.items()) > 200


def test_killed_ten_times_at_random(pair, service_of):
    seed = random.randrange(10**6)
    print(f"seed {seed}")
    chance = random.Random(seed)
    fill(pair, 200)
    service = service_of(pair)
    set_pace(service, pair, units=20)
    with contextlib.ExitStack() as stack:
        left = stack.enter_context(DynamoWriter(pair, "d", seed))
        for _ in range(3):
            end_after(service, signal.SIGKILL, chance.uniform(0.1, 1))
        set_pace(service, pair, units=0)
        service.start()
        wait_for_phase(service, pair, "synced")
        right = stack.enter_context(MongoWriter(pair, "m", seed))
        for _ in range(7):
            time.sleep(chance.uniform(0, 0.5))
            service.kill()
            end_after(service, signal.SIGKILL, chance.uniform(0.05, 1))
            service.start(ready_within=None)
        time.sleep(0.5)
    assert_all_arrived(pair, service, left, right)


def test_a_transaction_that_a_killed_process_left_open(pair, service_of):
    """The server would hold its locks for a minute: the next process does not wait for that."""
    service = service_of(pair).start()
    service.wait(pair.name, "synced")
    service.kill()
    with pair.stores.mongo.start_session() as dead, dead.start_transaction():
        checkpoint = {"_id": f"{pair.name}/forward/0"}
        service.state.lanes.update_one(checkpoint, {"$set": {"held": True}}, session=dead)
        ours = {"_id": dead.session_id["id"], "v": 1, "link": pair.name, "created": NOW}
        service.state.writers.insert_one(ours)
        pair.put(*(item(pk="d", sk=str(number)) for number in range(10)))
        service.start()
        service.wait(pair.name, "drained", timeout=10)
        assert pair.assert_equal().items == 10
        dead.end_session()


def test_a_kill_leaves_nothing_in_shared_memory(pair, service_of):
    """The MongoDB driver would leave a file for each, in the way of a later process of that pid."""
    service = service_of(pair).start()
    service.kill()
    assert not pathlib.Path(f"/dev/shm/mongoc-{service.process.pid}").exists()


def test_after_a_kill_our_writes_are_still_known_as_ours(pair, service_of):
    """Written before the kill, read in the feeds after it: no second write on their own side."""
    service = service_of(pair).start()
    service.wait(pair.name, "synced")
    with Feeds(pair) as feeds:
        for round_number in range(3):
            pair.put(*(item(pk="d", sk=str(n), round=round_number) for n in range(40)))
            pair.collection.delete_many({"pk": "m"})
            fresh = [document("m", str(n), round=round_number) for n in range(40)]
            pair.collection.insert_many(fresh)
            time.sleep(0.2 * round_number)
            service.kill()
            service.start()
        service.wait(pair.name, "drained")
        pair.assert_equal()
        feeds.assert_quiet()
        on_items = [one for one in feeds.records() if one["dynamodb"]["Keys"]["pk"] == {"S": "d"}]
        on_documents = [one for one in feeds.events() if one["documentKey"]["_id"]["pk"] == "m"]
    assert (len(on_items), len(on_documents)) == (3 * 40, 3 * 40 + 2 * 40)
