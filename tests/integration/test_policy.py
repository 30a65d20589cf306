"""What a link's policy makes of changes on the side that does not own the key, on either side."""

import contextlib
import json
import random
import time

import pytest

from harness.items import attribute, document, item

# After a crash a delete waits for that long.
QUICK = {"dynamodb": {"attempt_timeout": "2s", "request_life": "2s"}}
OTHER = {"dynamodb": "mongodb", "mongodb": "dynamodb"}
OWNERS = pytest.mark.parametrize("owner", ["dynamodb", "mongodb"])


class Sides:
    """Both stores as applications write them: one key `k`, items by their sort key."""

    def __init__(self, pair):
        self.pair = pair

    def put(self, side, sk, **values):
        if side == "dynamodb":
            self.pair.put(item(pk="k", sk=sk, **values))
        else:
            whole = document("k", sk, **values)
            self.pair.collection.replace_one({"_id": whole["_id"]}, whole, upsert=True)

    def set(self, side, sk, **values):
        if side == "dynamodb":
            self.pair.stores.dynamodb.update_item(
                TableName=self.pair.table,
                Key=item(pk="k", sk=sk),
                UpdateExpression="SET " + ", ".join(f"#{name} = :{name}" for name in values),
                ExpressionAttributeNames={f"#{name}": name for name in values},
                ExpressionAttributeValues={
                    f":{name}": attribute(value) for name, value in values.items()
                },
            )
        else:
            self.pair.collection.update_one({"pk": "k", "sk": sk}, {"$set": values})

    def delete(self, side, sk):
        if side == "dynamodb":
            self.pair.stores.dynamodb.delete_item(
                TableName=self.pair.table, Key=item(pk="k", sk=sk)
            )
        else:
            self.pair.collection.delete_one({"pk": "k", "sk": sk})

    def assert_both(self, expected):
        """{sk: attributes, or None where there is no such item}, on both sides."""
        self.pair.assert_equal()
        wanted = {
            ("k", sk): item(pk="k", sk=sk, **values)
            for sk, values in expected.items()
            if values is not None
        }
        found = self.pair.items()
        found.pop(("k", "first"), None)
        assert found == wanted


@pytest.fixture
def begin(pair, linked):
    """begin(**settings) -> a Service that has seen something in either store before it is stopped."""

    def start(**settings):
        service = linked(pair, extra=QUICK, **settings)
        owner = settings["authority"]
        Sides(pair).put(owner if isinstance(owner, str) else "dynamodb", "first", n=1)
        service.wait(pair.name, "drained")
        return service

    return start


@contextlib.contextmanager
def stopped(service):
    """What is written in the block crosses: neither side has heard of the other's."""
    service.stop()
    yield
    service.start()


def told(service, pair):
    """The violations by sort key."""
    done = service.cli("violations", "list", "--json", "--link", pair.name, "--limit", "1000")
    assert done.returncode == 0, done.stderr
    found = {}
    for one in json.loads(done.stdout)["violations"]:
        found.setdefault(one["key"]["sk"], []).append(one)
    return found


def only(service, pair, sk):
    (one,) = told(service, pair)[sk]
    return one


def plain(image):
    """The numbers of an image as they are, without what is not an attribute."""
    if image is None:
        return None
    hidden = ("_id", "pk", "sk", "_crossfade")
    return {
        name: int(value["$numberInt"]) if isinstance(value, dict) else value
        for name, value in image.items()
        if name not in hidden
    }


def assert_kept_whole(violation, owner, outcome, change, present):
    assert violation["outcome"] == outcome
    assert violation["intended"] is None
    assert violation["side"] == OTHER[owner]
    assert plain(violation[OTHER[owner]]) == change
    assert plain(violation[owner]) == present


@OWNERS
def test_merge_of_different_attributes(pair, begin, owner):
    sides, stranger = Sides(pair), OTHER[owner]
    for sk in ("crossed", "alone", "set", "unowned"):
        sides.put("dynamodb", sk, a=1, b=1)
    service = begin(authority=owner, policy="merge")
    sides.set(stranger, "alone", a=2)
    service.wait(pair.name, "drained")
    sides.assert_both({**dict.fromkeys(("crossed", "set", "unowned"), {"a": 1, "b": 1}),
                       "alone": {"a": 2, "b": 1}})
    with stopped(service):
        sides.set(stranger, "crossed", a=2)
        sides.set(owner, "crossed", b=3, c=4)
        sides.put(stranger, "set", a=1)
        sides.set(owner, "set", a=5)
        sides.put(stranger, "inserted", a=7)
    service.wait(pair.name, "drained")
    sides.assert_both({
        "crossed": {"a": 2, "b": 3, "c": 4},
        "alone": {"a": 2, "b": 1},
        "set": {"a": 5},
        "unowned": {"a": 1, "b": 1},
        "inserted": {"a": 7},
    })
    crossed = only(service, pair, "crossed")
    assert_kept_whole(crossed, owner, "merged", {"a": 2, "b": 1}, {"a": 1, "b": 3, "c": 4})
    assert plain(crossed["merged"]) == {"a": 2, "b": 3, "c": 4}
    assert_kept_whole(only(service, pair, "inserted"), owner, "merged", {"a": 7}, None)
    assert service.status(pair.name)["violations"] == 4
    assert service.status(pair.name)["dead_letters"] == 0


@OWNERS
def test_merge_of_the_same_attribute_is_the_owners(pair, begin, owner):
    sides, stranger = Sides(pair), OTHER[owner]
    for sk in ("same", "both", "deleted", "gone"):
        sides.put("dynamodb", sk, a=1, b=1)
    service = begin(authority=owner, policy="merge")
    with stopped(service):
        sides.set(stranger, "same", a=2)
        sides.set(owner, "same", a=3)
        sides.set(stranger, "both", a=2, b=2)
        sides.set(owner, "both", b=3)
        sides.delete(stranger, "deleted")
        sides.delete(owner, "gone")
        sides.set(stranger, "gone", a=2)
    service.wait(pair.name, "drained")
    sides.assert_both({
        "same": {"a": 3, "b": 1},
        "both": {"a": 1, "b": 3},
        "deleted": {"a": 1, "b": 1},
        "gone": None,
    })
    assert_kept_whole(only(service, pair, "same"), owner, "restored", {"a": 2, "b": 1},
                      {"a": 3, "b": 1})
    assert_kept_whole(only(service, pair, "deleted"), owner, "restored", None, {"a": 1, "b": 1})
    assert_kept_whole(only(service, pair, "gone"), owner, "restored", {"a": 2, "b": 1}, None)


@OWNERS
def test_types_and_ids_of_their_own_survive_a_merge(pair, begin, owner):
    service = begin(authority=owner, policy="merge")
    into = pair.collection
    if owner == "mongodb":
        into.insert_one({"_id": 5, "pk": "k", "sk": "1", "f": 1.0})
    else:
        pair.put({**item(pk="k", sk="1", f=1), "tags": {"SS": ["a", "b"]}})
    service.wait(pair.name, "drained")
    with stopped(service):
        if owner == "mongodb":
            Sides(pair).set("dynamodb", "1", new={"deep": [1, "text", None]}, tags={"a", "b"})
            into.update_one({"_id": 5}, {"$set": {"g": 2.0}})
        else:
            into.update_one({"sk": "1"}, {"$set": {"g": 2.0, "new": {"deep": [1, "text", None]}}})
            Sides(pair).set("dynamodb", "1", f=2)
    service.wait(pair.name, "drained")
    pair.assert_equal(foreign_ids=True)
    found = into.find_one({"pk": "k"})
    assert found["new"] == {"deep": [1, "text", None]} and found["tags"] == ["a", "b"]
    assert isinstance(found["g"], float)
    assert pair.items()["k", "1"]["tags"] == {"SS": ["a", "b"]}
    if owner == "mongodb":
        assert found["_id"] == 5 and isinstance(found["f"], float)
    assert only(service, pair, "1")["outcome"] == "merged"


@OWNERS
def test_the_later_change_is_kept_when_it_was_made_on_the_owners_value(pair, begin, owner):
    sides, stranger = Sides(pair), OTHER[owner]
    for sk in ("updated", "replaced", "deleted", "crossed"):
        sides.put("dynamodb", sk, a=1, b=1)
    service = begin(authority=owner, policy="last-writer-wins")
    sides.set(stranger, "updated", a=2)
    sides.put(stranger, "replaced", c=3)
    sides.delete(stranger, "deleted")
    sides.put(stranger, "inserted", d=4)
    service.wait(pair.name, "drained")
    expected = {
        "updated": {"a": 2, "b": 1},
        "replaced": {"c": 3},
        "deleted": None,
        "inserted": {"d": 4},
        "crossed": {"a": 1, "b": 1},
    }
    sides.assert_both(expected)
    assert_kept_whole(only(service, pair, "replaced"), owner, "kept", {"c": 3}, {"a": 1, "b": 1})
    assert_kept_whole(only(service, pair, "deleted"), owner, "kept", None, {"a": 1, "b": 1})
    assert_kept_whole(only(service, pair, "inserted"), owner, "kept", {"d": 4}, None)
    for number in range(3, 10):
        sides.set(stranger, "updated", a=number)
    sides.put(owner, "updated", a=99)
    service.wait(pair.name, "drained")
    pair.assert_equal()
    assert service.status(pair.name)["violations"] == 11


def into_the_next_minute():
    """DynamoDB Local cuts its times to the minute: within one nobody is surely the later."""
    time.sleep(61 - time.time() % 60)


def test_of_changes_that_cross_the_later_one_wins(pair, begin):
    sides = Sides(pair)
    rule = {"mongodb": {"allow": ["mongos"]}}
    keys = [(pk, sk) for pk in ("dynamos", "mongos") for sk in ("owner", "stranger", "tie")]
    for pk, sk in keys:
        pair.put(item(pk=pk, sk=sk, n=0))
    service = begin(authority=rule, subject={"attribute": "pk"}, policy="last-writer-wins")
    owners = {"dynamos": "dynamodb", "mongos": "mongodb"}

    def write(side, pk, sk, n):
        if side == "dynamodb":
            pair.put(item(pk=pk, sk=sk, n=n))
        else:
            pair.collection.update_one({"pk": pk, "sk": sk}, {"$set": {"n": n}})

    into_the_next_minute()
    with stopped(service):
        for pk, owner in owners.items():
            write(OTHER[owner], pk, "owner", 1)
            write(owner, pk, "stranger", 1)
            write(OTHER[owner], pk, "tie", 1)
            write(owner, pk, "tie", 2)
        into_the_next_minute()
        for pk, owner in owners.items():
            write(owner, pk, "owner", 2)
            write(OTHER[owner], pk, "stranger", 2)
    service.wait(pair.name, "drained")
    pair.assert_equal()
    outcomes = {}
    for found in told(service, pair).values():
        outcomes.update({(one["key"]["pk"], one["key"]["sk"]): one["outcome"] for one in found})
    assert {key: pair.items()[key]["n"]["N"] for key in keys} == dict.fromkeys(keys, "2")
    for pk in owners:
        assert outcomes[pk, "owner"] == "restored"
        assert outcomes[pk, "stranger"] == "kept"
        assert outcomes[pk, "tie"] == "restored"


@OWNERS
@pytest.mark.parametrize("policy", ["authority", "merge", "last-writer-wins"])
def test_both_sides_are_equal_whatever_crosses_and_dies(pair, begin, owner, policy):
    sides = Sides(pair)
    chance = random.Random(f"{owner} {policy}")
    keys = [str(number) for number in range(8)]
    for sk in keys:
        sides.put("dynamodb", sk, a=0, b=0)
    service = begin(authority=owner, policy=policy)
    written = 0
    for _ in range(3):
        for number in range(60):
            side, sk = chance.choice(list(OTHER)), chance.choice(keys)
            act = chance.random()
            if act < 0.15:
                sides.delete(side, sk)
            elif act < 0.3:
                sides.put(side, sk, a=number)
            elif act < 0.6:
                sides.put(side, sk, a=number, b=number)
            elif pair.collection.find_one({"sk": sk}) and pair.get(item(pk="k", sk=sk)):
                sides.set(side, sk, **{chance.choice("abc"): number})
            written += 1
        service.kill()
        service.start()
    service.wait(pair.name, "drained")
    pair.assert_equal()
    found = [one for several in told(service, pair).values() for one in several]
    assert found and all(one["outcome"] in ("restored", "merged", "kept") for one in found)
    assert service.status(pair.name)["dead_letters"] == 0
    if policy == "authority":
        assert {one["outcome"] for one in found} == {"restored"}


@OWNERS
def test_a_merge_never_loses_what_the_owner_writes_meanwhile(pair, begin, owner):
    """Each merge is made from what was read: the owner counts up all the time, and every one stays."""
    sides, stranger = Sides(pair), OTHER[owner]
    sides.put("dynamodb", "1", n=0, b=0)
    service = begin(authority=owner, policy="merge")

    def count():
        if owner == "mongodb":
            pair.collection.update_one({"sk": "1"}, {"$inc": {"n": 1}})
        else:
            pair.stores.dynamodb.update_item(
                TableName=pair.table,
                Key=item(pk="k", sk="1"),
                UpdateExpression="ADD n :one",
                ExpressionAttributeValues={":one": {"N": "1"}},
            )

    for number in range(1, 200):
        count()
        if number % 10 == 0:
            sides.set(stranger, "1", b=number)
    service.wait(pair.name, "drained")
    pair.assert_equal()
    assert pair.items()["k", "1"]["n"] == {"N": "199"}
    outcomes = [one["outcome"] for one in told(service, pair)["1"]]
    assert len(outcomes) == 19 and "merged" in outcomes


@OWNERS
def test_the_outcome_is_shown(pair, begin, owner):
    sides = Sides(pair)
    sides.put("dynamodb", "1", a=1, b=1)
    service = begin(authority=owner, policy="merge")
    sides.set(OTHER[owner], "1", a=2)
    service.wait(pair.name, "drained")
    one = only(service, pair, "1")
    listed = service.cli("violations", "list", "--link", pair.name)
    assert '"outcome":"merged"' in listed.stdout
    shown = service.cli("violations", "show", one["_id"])
    assert '"outcome": "merged"' in shown.stdout
    assert service.http("/v1/violations?link=" + pair.name)[1].count('"merged"') >= 1
    take = "dynamodb" if owner == "dynamodb" else "mongodb"
    done = service.cli("violations", "resolve", one["_id"], "--take", take, "--reason", "undo")
    assert done.returncode == 0, done.stderr + done.stdout
    service.wait(pair.name, "drained")
    sides.assert_both({"1": {"a": 1, "b": 1}})
