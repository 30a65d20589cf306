"""No write of ours comes back, and nothing that an application does is taken for one.

Every action is made on what Crossfade has written before: items that carry its token, documents that
came through its transactions. Two feeds that have nothing to do with the service count what each
store saw: the side that owns the keys only the application's own writes, the other side exactly one
write for each of them (a delete in DynamoDB makes two records, the mark and the removal).
"""

import datetime
import time

import pymongo

from harness.feeds import Feeds
from harness.items import document, item
from harness.mapping import RESERVED

KEYS = ["update", "keep", "drop", "older", "return", "undo", "copy", "delete", "again", "old again"]
MARKER = "synced"


def play(actions, drain):
    """Runs generators side by side, step by step, and drains after each step.

    Each yields how many writes of ours its step must cause. Returns (their writes, our writes).
    """
    running, theirs, ours = list(actions), 0, 0
    while running:
        for action in list(running):
            expected = next(action, None)
            if expected is None:
                running.remove(action)
                continue
            theirs, ours = theirs + 1, ours + expected
        drain()
    return theirs, ours


class OnItems:
    """The actions on items that carry our token. The numbers are our writes for one of theirs."""

    def __init__(self, pair, put, remove, put_new):
        self.pair, self.to_put, self.to_remove, self.to_put_new = pair, put, remove, put_new
        self.older, self.newer = {}, {}

    def remember(self, images):
        for sk in KEYS:
            images[sk] = self.pair.get(item(pk="k", sk=sk))
            assert "w" in images[sk][RESERVED]["M"], "the item was not written by Crossfade"

    def put(self, image, **changed):
        self.pair.put({**image, **item(**changed)})

    def delete(self, sk):
        self.pair.stores.dynamodb.delete_item(TableName=self.pair.table, Key=item(pk="k", sk=sk))

    def insert(self):
        self.put(item(pk="k", sk="insert"), n=3)
        yield self.to_put_new

    def update(self):
        self.pair.stores.dynamodb.update_item(
            TableName=self.pair.table,
            Key=item(pk="k", sk="update"),
            UpdateExpression="SET n = :n",
            ExpressionAttributeValues={":n": {"N": "3"}},
        )
        yield self.to_put

    def replace_keeping_the_token(self):
        self.put(self.newer["keep"], n=3)
        yield self.to_put

    def replace_dropping_the_token(self):
        self.put(item(pk="k", sk="drop"), n=3)
        yield self.to_put

    def replace_with_an_older_token(self):
        self.put({**self.newer["older"], RESERVED: self.older["older"][RESERVED]}, n=3)
        yield self.to_put

    def drop_the_token_and_bring_it_back(self):
        self.put(item(pk="k", sk="return"), n=3)
        yield self.to_put
        self.put(self.newer["return"])
        yield self.to_put

    def undo(self):
        self.put(self.older["undo"])
        yield self.to_put

    def copy(self):
        self.put(self.newer["copy"], sk="copied")
        yield self.to_put_new

    def delete_it(self):
        self.delete("delete")
        yield self.to_remove

    def delete_and_reinsert(self):
        self.delete("again")
        yield self.to_remove
        self.put(self.newer["again"])
        yield self.to_put
        self.delete("again")
        yield self.to_remove

    def delete_and_reinsert_the_older(self):
        self.delete("old again")
        yield self.to_remove
        self.put(self.older["old again"])
        yield self.to_put
        self.put(self.newer["old again"])
        yield self.to_put

    def all(self):
        return [
            self.insert(),
            self.update(),
            self.replace_keeping_the_token(),
            self.replace_dropping_the_token(),
            self.replace_with_an_older_token(),
            self.drop_the_token_and_bring_it_back(),
            self.undo(),
            self.copy(),
            self.delete_it(),
            self.delete_and_reinsert(),
            self.delete_and_reinsert_the_older(),
        ]

    def expire(self):
        """DynamoDB's own delete of an item that we wrote."""
        self.put(self.newer["delete"], sk="expire", expires=int(time.time()) + 1)
        yield self.to_put_new
        self.pair.wait_until_gone(item(pk="k", sk="expire"))
        yield self.to_remove


class OnDocuments:
    """The actions on documents that came through our transactions."""

    def __init__(self, pair, put, remove, put_new):
        self.pair, self.to_put, self.to_remove, self.to_put_new = pair, put, remove, put_new
        self.into = pair.collection
        self.older, self.newer = {}, {}

    def remember(self, images):
        for sk in KEYS:
            images[sk] = self.into.find_one(self.place(sk))
            assert images[sk][MARKER]["link"] == self.pair.name, "not written by Crossfade"

    def place(self, sk):
        return {"_id": {"pk": "k", "sk": sk}}

    def replace(self, sk, image, **changed):
        self.into.replace_one(self.place(sk), {**image, **changed}, upsert=True)

    def insert(self):
        self.into.insert_one(document("k", "insert", n=3))
        yield self.to_put_new

    def update(self):
        self.into.update_one(self.place("update"), {"$set": {"n": 3}})
        yield self.to_put

    def replace_keeping_the_marker(self):
        self.replace("keep", self.newer["keep"], n=3)
        yield self.to_put

    def replace_dropping_the_marker(self):
        self.replace("drop", document("k", "drop", n=3))
        yield self.to_put

    def replace_with_an_older_marker(self):
        self.replace("older", self.newer["older"], n=3, **{MARKER: self.older["older"][MARKER]})
        yield self.to_put

    def drop_the_marker_and_bring_it_back(self):
        self.replace("return", document("k", "return", n=3))
        yield self.to_put
        self.replace("return", self.newer["return"])
        yield self.to_put

    def undo(self):
        self.replace("undo", self.older["undo"])
        yield self.to_put

    def copy(self):
        self.into.insert_one({**self.newer["copy"], **document("k", "copied")})
        yield self.to_put_new

    def delete_it(self):
        self.into.delete_one(self.place("delete"))
        yield self.to_remove

    def delete_and_reinsert(self):
        self.into.delete_one(self.place("again"))
        yield self.to_remove
        self.replace("again", self.newer["again"])
        yield self.to_put
        self.into.delete_one(self.place("again"))
        yield self.to_remove

    def delete_and_reinsert_the_older(self):
        self.into.delete_one(self.place("old again"))
        yield self.to_remove
        self.replace("old again", self.older["old again"])
        yield self.to_put
        self.replace("old again", self.newer["old again"])
        yield self.to_put

    def all(self):
        return [
            self.insert(),
            self.update(),
            self.replace_keeping_the_marker(),
            self.replace_dropping_the_marker(),
            self.replace_with_an_older_marker(),
            self.drop_the_marker_and_bring_it_back(),
            self.undo(),
            self.copy(),
            self.delete_it(),
            self.delete_and_reinsert(),
            self.delete_and_reinsert_the_older(),
        ]


def write_items_by_crossfade(pair, service, on):
    """Each key twice, by way of MongoDB, which must own the keys."""
    pair.collection.insert_many([document("k", sk, n=1, older=True) for sk in KEYS])
    service.wait(pair.name, "drained")
    on.remember(on.older)
    pair.collection.update_many({"pk": "k"}, {"$set": {"n": 2}, "$unset": {"older": 1}})
    service.wait(pair.name, "drained")
    on.remember(on.newer)


def write_documents_by_crossfade(pair, service, on):
    """Each key twice, by way of DynamoDB, which must own the keys."""
    pair.put(*(item(pk="k", sk=sk, n=1, older=True) for sk in KEYS))
    service.wait(pair.name, "drained")
    on.remember(on.older)
    pair.put(*(item(pk="k", sk=sk, n=2) for sk in KEYS))
    service.wait(pair.name, "drained")
    on.remember(on.newer)


def hand_over(pair, service, authority):
    service.stop()
    service.configure_links(pair.link(authority=authority, forward_synced_field=MARKER))
    service.start()
    service.wait(pair.name, "drained")


def test_items_that_crossfade_wrote_are_changed_by_their_application(pair, linked):
    pair.expire_by("expires")
    service = linked(pair, authority="mongodb", forward_synced_field=MARKER)
    on = OnItems(pair, put=1, remove=1, put_new=1)
    write_items_by_crossfade(pair, service, on)
    hand_over(pair, service, "dynamodb")
    with Feeds(pair) as feeds:
        actions = [*on.all(), on.expire()]
        theirs, ours = play(actions, lambda: service.wait(pair.name, "drained"))
        pair.assert_equal(synced_field=MARKER)
        assert feeds.assert_quiet() == (theirs, ours)
    assert pair.items()["k", "older"]["n"] == {"N": "3"}
    assert pair.items()["k", "undo"]["n"] == {"N": "1"}
    assert service.status(pair.name)["violations"] == 0


def test_documents_that_crossfade_wrote_are_changed_by_their_application(pair, linked):
    service = linked(pair, authority="dynamodb", forward_synced_field=MARKER)
    on = OnDocuments(pair, put=1, remove=2, put_new=1)
    write_documents_by_crossfade(pair, service, on)
    hand_over(pair, service, "mongodb")
    with Feeds(pair) as feeds:
        theirs, ours = play(on.all(), lambda: service.wait(pair.name, "drained"))
        pair.assert_equal(synced_field=MARKER)
        assert feeds.assert_quiet() == (ours, theirs)
    assert not any(MARKER in one for one in pair.items().values())
    assert pair.items()["k", "undo"]["older"] == {"BOOL": True}
    assert service.status(pair.name)["violations"] == 0


def test_items_that_crossfade_wrote_are_changed_by_somebody_else(pair, linked):
    """In the process that wrote them: each change is seen, counted and undone by one write."""
    service = linked(pair, authority="mongodb")
    on = OnItems(pair, put=1, remove=1, put_new=2)
    write_items_by_crossfade(pair, service, on)
    before = pair.items()
    with Feeds(pair) as feeds:
        theirs, ours = play(on.all(), lambda: service.wait(pair.name, "drained"))
        pair.assert_equal()
        assert feeds.assert_quiet() == (theirs + ours, 0)
    assert pair.items() == before
    assert service.status(pair.name)["violations"] == theirs


def test_documents_that_crossfade_wrote_are_changed_by_somebody_else(pair, linked):
    service = linked(pair, authority="dynamodb", forward_synced_field=MARKER)
    on = OnDocuments(pair, put=1, remove=1, put_new=1)
    write_documents_by_crossfade(pair, service, on)
    before = pair.items()
    with Feeds(pair) as feeds:
        theirs, ours = play(on.all(), lambda: service.wait(pair.name, "drained"))
        pair.assert_equal(synced_field=MARKER)
        assert feeds.assert_quiet() == (0, theirs + ours)
    assert pair.items() == before
    assert service.status(pair.name)["violations"] == theirs


def test_documents_that_mongodb_expires(pair, linked):
    """Engines of our own look for expired documents each second, others each minute."""
    service = linked(pair, authority="mongodb")
    pair.collection.create_index([("expires", pymongo.ASCENDING)], expireAfterSeconds=0)
    soon = datetime.datetime.utcnow() + datetime.timedelta(seconds=2)
    with Feeds(pair) as feeds:
        pair.collection.insert_many([document("k", sk, expires=soon) for sk in KEYS])
        service.wait(pair.name, "drained")
        assert len(pair.items()) == len(KEYS)
        deadline = time.monotonic() + 90
        while pair.collection.count_documents({}):
            assert time.monotonic() < deadline, "MongoDB did not expire the documents"
            time.sleep(0.1)
        service.wait(pair.name, "drained")
        assert not pair.items()
        assert feeds.assert_quiet() == (3 * len(KEYS), 2 * len(KEYS))
