"""Changes that nobody can tell any more: the link stops and names the gap, the others go on.

Nothing is papered over by a restart: only a load under a new link name ends it.
"""

import json

from harness import own_mongod
from harness import stores as stores_module
from harness.scripted import eventually, scripted  # noqa: F401

LINK_STOPPED = 5


def put(pair, key, n=1):
    pair.put({"pk": {"S": key}, "n": {"N": str(n)}})


def told(service, pair):
    """What the service says of a link; None while nobody answers."""
    text = service.http("/v1/links")[1]
    links = json.loads(text)["links"] if text else []
    return next((link for link in links if link["name"] == pair.name), None)


def reason_of_stop(service, pair, within=30):
    def stopped():
        link = told(service, pair)
        return link and link["phase"] == "stopped" and link["reason"]

    return eventually(stopped, within)


def assert_goes_on(service, pair, key):
    put(pair, key)
    service.wait(pair.name, "drained")
    pair.assert_equal()
    assert pair.collection.find_one({"_id": key})


# ---- every gap, as what an operator or 24 hours do


def trim_unread_records(world, pair):
    put(pair, "lost")
    assert world.control.trim(pair.table)


def trim_begin_of_child(world, pair):
    """All that was known has been read; a new shard has lost its first records already."""
    world.control.roll(pair.table)
    trim_unread_records(world, pair)
    put(pair, "kept")


def forget_unread_shard(world, pair):
    put(pair, "lost")
    (shard,) = world.shards(pair)
    world.control.roll(pair.table)
    world.control.forget_shard(pair.table, shard["id"])


def disable_stream(world, pair):
    world.control.stream(pair.table, False)
    put(pair, "lost")


def enable_stream_anew(world, pair):
    disable_stream(world, pair)
    world.control.stream(pair.table, True)


def make_table_anew(world, pair):
    world.stores.dynamodb.delete_table(TableName=pair.table)
    stores_module.create_table(world.stores.dynamodb, pair.table, key=("pk:S",))


def drop_collection(_, pair):
    pair.collection.drop()


def rename_collection(_, pair):
    pair.collection.rename(pair.collection.name + "_away")


def replace_collection(_, pair):
    other = pair.collection.database[pair.collection.name + "_new"]
    other.insert_one({"_id": "other", "pk": "other"})
    other.rename(pair.collection.name, dropTarget=True)


def drop_database(_, pair):
    pair.stores.mongo.drop_database(pair.collection.database.name)


WHILE_DOWN = {
    trim_unread_records: ["{table}", "24 hours"],
    trim_begin_of_child: ["{table}", "24 hours"],
    forget_unread_shard: ["shard", "24 hours"],
    disable_stream: ["{table}", "no stream", "update-table"],
    enable_stream_anew: ["{table}", "off and on again", "--into-existing"],
    make_table_anew: ["{table}", "made anew", "--into-existing"],
    drop_collection: ["{collection}", "drop"],
    rename_collection: ["{collection}", "rename"],
    replace_collection: ["{collection}", "rename"],
    drop_database: ["{collection}", "drop"],
}
# Records are read before they can be trimmed while the service runs: see the test of its own.
WHILE_RUNNING = {
    **{gap: words for gap, words in WHILE_DOWN.items() if "24 hours" not in words},
    disable_stream: ["{table}", "disabled"],
    enable_stream_anew: ["{table}", "disabled"],
    make_table_anew: ["{table}"],
}


class Links:
    """One service with a link for each gap, and one that nothing happens to."""

    def __init__(self, world, gaps):
        self.world = world
        self.gaps = gaps
        self.healthy = world.pair()
        self.pairs = {gap: world.pair(database=f"crossfade_{gap.__name__}") for gap in gaps}
        everybody = [self.healthy, *self.pairs.values()]
        self.service = world.service(*(pair.link() for pair in everybody)).start()
        for pair in everybody:
            self.service.wait(pair.name, "synced")
            put(pair, "before")
            self.service.wait(pair.name, "drained")

    def make_gaps(self):
        for gap, pair in self.pairs.items():
            gap(self.world, pair)

    def reasons(self):
        return {gap: reason_of_stop(self.service, pair) for gap, pair in self.pairs.items()}

    def assert_named(self, reasons):
        for gap, words in self.gaps.items():
            pair = self.pairs[gap]
            names = {"table": pair.table, "collection": pair.namespace}
            missing = [word for word in words if word.format(**names) not in reasons[gap]]
            assert not missing, f"{gap.__name__}: {missing} not in: {reasons[gap]}"

    def restart(self):
        self.service.kill()
        self.service.start(ready_within=None)
        eventually(lambda: self.service.http("/healthz")[0] == 200)


def test_gaps_that_came_while_the_service_was_down(scripted):
    links = Links(scripted(), WHILE_DOWN)
    links.service.stop()
    links.make_gaps()
    for number in range(2):
        links.restart()
        links.assert_named(links.reasons())
        assert_goes_on(links.service, links.healthy, f"after restart {number}")
        assert links.service.http("/readyz")[0] == 503
    assert not any(pair.collection.find_one({"_id": "lost"}) for pair in links.pairs.values())


def test_gaps_that_come_while_the_service_runs(scripted):
    links = Links(scripted(), WHILE_RUNNING)
    links.make_gaps()
    links.assert_named(links.reasons())
    assert_goes_on(links.service, links.healthy, "after the gaps")
    links.restart()
    links.reasons()
    assert_goes_on(links.service, links.healthy, "after the restart")
    for pair in links.pairs.values():
        done = links.service.cli("wait", "--link", pair.name, "--until", "drained")
        assert done.returncode == LINK_STOPPED
        assert told(links.service, pair)["reason"] in done.stderr


def test_records_are_trimmed_before_they_are_read(scripted):
    """A day of throttling or of a full log: the service ran, and was too late all the same."""
    world = scripted()
    pair, healthy = world.pair(), world.pair()
    service = world.service(pair.link(), healthy.link()).start()
    service.wait(pair.name, "synced")
    service.wait(healthy.name, "synced")
    put(pair, "before")
    service.wait(pair.name, "drained")
    world.control.settings(stream_delay=600)
    put(pair, "lost")
    world.control.trim(pair.table)
    world.control.settings(stream_delay=0)
    assert "24 hours" in reason_of_stop(service, pair)
    assert_goes_on(service, healthy, "after")
    service.kill()
    service.start(ready_within=None)
    assert "24 hours" in reason_of_stop(service, pair)
    assert pair.collection.count_documents({}) == 1


def test_the_advice_works(scripted):
    """What the sentence says: the same pair under a new link name, into the existing collection."""
    world = scripted()
    pair = world.pair()
    service = world.service(pair.link()).start()
    service.wait(pair.name, "synced")
    put(pair, "before")
    service.wait(pair.name, "drained")
    service.stop()
    put(pair, "lost")
    world.control.trim(pair.table)
    service.start(ready_within=None)
    reason = reason_of_stop(service, pair)
    assert "new link name" in reason and "--into-existing" in reason
    service.kill()
    service.configure_links(pair.link(name="again"))
    service.start("--into-existing")
    service.wait("again", "synced")
    put(pair, "after")
    service.wait("again", "drained")
    assert pair.assert_equal().documents == 3


def forget_history(mongod):
    """Writes until the oplog has let go of everything up to now."""
    now = mongod.client.admin.command("ping")["operationTime"]
    oldest = mongod.client.local["oplog.rs"]

    def forgotten():
        mongod.client.elsewhere.filler.insert_one({"text": "x" * 1_000_000})
        return oldest.find_one(sort=[("$natural", 1)])["ts"] > now

    eventually(forgotten, within=60)


def test_the_oplog_no_longer_reaches_back(scripted, tmp_path):
    world = scripted()
    with own_mongod.running(tmp_path / "mongod", "--oplogSize", "8", "--syncdelay", "1") as mongod:
        engines = world.fake.beside(own_mongod.as_engines(mongod))
        pair = world.pair(mongo=mongod.client)
        service = world.service(pair.link(authority="mongodb"), engines=engines).start()
        service.wait(pair.name, "synced")
        service.stop()
        pair.collection.insert_one({"_id": "lost", "pk": "lost"})
        forget_history(mongod)
        for _ in range(2):
            service.start(ready_within=None)
            reason = reason_of_stop(service, pair)
            assert pair.namespace in reason and "the oplog no longer reaches back" in reason
            assert "--into-existing" in reason
            service.kill()
        assert pair.get({"pk": {"S": "lost"}}) is None


def test_a_service_of_stopped_links_says_so_at_its_end(scripted):
    world = scripted()
    pair = world.pair()
    service = world.service(pair.link()).start()
    service.wait(pair.name, "synced")
    pair.collection.drop()
    reason = reason_of_stop(service, pair)
    assert service.stop() == 1
    assert reason in service.log_text()
