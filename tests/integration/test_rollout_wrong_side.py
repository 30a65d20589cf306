"""A worker that went on by frozen rules writes on the side that a moved subject has left."""

import json
import random

from harness.items import document, item
from harness.rollout import make_rollout  # noqa: F401

WAYS = ("put", "update", "delete")


class Stale:
    """Writes by the rules of the moment at which it was made, whatever has become of them since."""

    def __init__(self, rollout, pair):
        self._rules = rollout.rules()
        self._table, self._dynamodb = pair.table, pair.stores.dynamodb
        self._collection = pair.collection

    def write(self, way, subject, sk, text):
        side = self._rules.decide(subject).side
        getattr(self, f"_{way}_on_{side}")(subject, sk, text)
        return str(side)

    def _put_on_dynamodb(self, subject, sk, text):
        self._dynamodb.put_item(TableName=self._table, Item=item(pk=subject, sk=sk, text=text))

    def _update_on_dynamodb(self, subject, sk, text):
        self._dynamodb.update_item(
            TableName=self._table,
            Key=item(pk=subject, sk=sk),
            UpdateExpression="SET #t = :t",
            ExpressionAttributeNames={"#t": "text"},
            ExpressionAttributeValues={":t": {"S": text}},
        )

    def _delete_on_dynamodb(self, subject, sk, _):
        self._dynamodb.delete_item(TableName=self._table, Key=item(pk=subject, sk=sk))

    def _put_on_mongodb(self, subject, sk, text):
        whole = document(subject, sk, text=text)
        self._collection.replace_one({"_id": whole["_id"]}, whole, upsert=True)

    def _update_on_mongodb(self, subject, sk, text):
        self._collection.update_one({"pk": subject, "sk": sk}, {"$set": {"text": text}})

    def _delete_on_mongodb(self, subject, sk, _):
        self._collection.delete_one({"pk": subject, "sk": sk})


def violations(rollout):
    """By subject and way; the fleet, which keeps to the rules, has none."""
    done = rollout.service.cli("violations", "list", "--json", "--limit", "1000")
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)["violations"]
    told = {(one["key"]["pk"], one["key"]["sk"]): one for one in found}
    assert len(told) == len(found), found
    return told


def text_of(image):
    return image and image.get("text")


def write_all(writer, subjects, text):
    return {writer.write(way, subject, f"stale-{way}", text) for subject in subjects for way in WAYS}


def assert_undone(rollout, pair, fleet, subjects, side):
    """Each stale write is a violation with both images, and the owner's value stands on both sides."""
    rollout.assert_whole(fleet)
    told = violations(rollout)
    for subject in subjects:
        for way in WAYS:
            one = told.pop((subject, f"stale-{way}"))
            other = "mongodb" if side == "dynamodb" else "dynamodb"
            assert (one["side"], one["link"]) == (side, pair.name)
            assert one["operation"] == ("remove" if way == "delete" else "put")
            assert text_of(one[side]) == (None if way == "delete" else "stale")
            assert text_of(one[other]) == "owner's"
            found = pair.get(item(pk=subject, sk=f"stale-{way}"))
            assert found and found["text"] == {"S": "owner's"}, (subject, way, found)
    assert not told


def begin(rollout, fleet):
    """Four subjects, with a document for each way to write it, known to both sides."""
    fleet.pause(), fleet.resume()
    subjects = random.Random(7).sample(rollout.subjects, 4)
    (pair,) = rollout.pairs
    for subject in subjects:
        pair.put(*(item(pk=subject, sk=f"stale-{way}", text="first") for way in WAYS))
    rollout.wait("drained")
    return pair, subjects


def test_a_stale_worker_writes_on_dynamodb(make_rollout):
    """The owner has changed the documents: DynamoDB Local cuts the times of its stream to the minute,
    so that otherwise the stale write could be from before the fence, and would be applied."""
    rollout = make_rollout()
    with rollout.fleet() as fleet:
        pair, subjects = begin(rollout, fleet)
        stale = Stale(rollout, pair)
        rollout.ramp("--to", "100")
        fresh = Stale(rollout, pair)
        assert write_all(fresh, subjects, "first") == {"mongodb"}
        for subject in subjects:  # the delete's document stands again
            for way in WAYS:
                fresh.write("put", subject, f"stale-{way}", "owner's")
        rollout.wait("drained")
        assert write_all(stale, subjects, "stale") == {"dynamodb"}
        assert_undone(rollout, pair, fleet, subjects, "dynamodb")


def test_a_stale_worker_writes_on_mongodb(make_rollout):
    rollout = make_rollout()
    with rollout.fleet() as fleet:
        pair, subjects = begin(rollout, fleet)
        rollout.ramp("--to", "100")
        stale = Stale(rollout, pair)
        rollout.say("rollback")
        fresh = Stale(rollout, pair)
        for subject in subjects:
            for way in WAYS:
                assert fresh.write("put", subject, f"stale-{way}", "owner's") == "dynamodb"
        rollout.wait("drained")
        assert write_all(stale, subjects, "stale") == {"mongodb"}
        assert_undone(rollout, pair, fleet, subjects, "mongodb")
