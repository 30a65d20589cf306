"""MongoDB to DynamoDB: every way in which an application can change a document."""

import datetime
import re

import bson
import pytest
from bson.decimal128 import Decimal128
from bson.int64 import Int64
from pymongo import DeleteMany, DeleteOne, InsertOne, ReplaceOne, UpdateMany, UpdateOne

from harness.items import document, item, text
from test_load import dead_letters

NOW = datetime.datetime(2026, 11, 21, 10, 30, 15, 123000)


@pytest.fixture
def owner(pair, linked):
    """(pair, service) of a link whose keys all belong to MongoDB."""
    pair.put(*(item(pk="old", sk=str(number), n=number, keep=True) for number in range(9)))
    return pair, linked(pair, authority="mongodb")


def by_id(pk, sk):
    return {"_id": {"pk": pk, "sk": sk}}


def drained_equal(pair, service, **options):
    service.wait(pair.name, "drained")
    result = pair.assert_equal(**options)
    status = service.status(pair.name)
    assert (status["violations"], status["dead_letters"]) == (0, 0)
    return result


def test_every_operation(owner):
    pair, service = owner
    into = pair.collection
    into.insert_one(document("new", "0", n=1))
    into.insert_many([document("new", str(number)) for number in range(1, 4)])
    into.update_one(by_id("old", "0"), {"$set": {"n": "text", "in.depth": 1}, "$unset": {"keep": 1}})
    into.update_one(by_id("old", "1"), [{"$set": {"doubled": {"$multiply": ["$n", 2]}}}])
    into.update_one(by_id("new", "upserted"), {"$set": {"pk": "new", "sk": "upserted"}}, upsert=True)
    into.replace_one(by_id("old", "2"), document("old", "2", other=True))
    into.find_one_and_update(by_id("old", "3"), {"$push": {"list": {"$each": [1, 2, 3]}}})
    into.update_one(by_id("old", "3"), {"$pop": {"list": -1}})
    into.update_many({"pk": "old", "n": {"$gte": 7}}, {"$inc": {"n": 100}})
    into.delete_one(by_id("old", "4"))
    into.find_one_and_delete(by_id("old", "5"))
    into.find_one_and_replace(by_id("old", "6"), document("old", "6", n=-6))
    into.delete_many({"pk": "new", "sk": {"$in": ["2", "3"]}})
    assert drained_equal(pair, service).items == 10
    items = pair.items()
    assert items["old", "0"] == item(pk="old", sk="0", n="text", **{"in": {"depth": 1}})
    assert items["old", "1"] == item(pk="old", sk="1", n=1, keep=True, doubled=2)
    assert items["old", "3"]["list"] == {"L": [{"N": "2"}, {"N": "3"}]}
    assert items["old", "6"] == item(pk="old", sk="6", n=-6)
    assert items["old", "8"]["n"] == {"N": "108"}
    assert ("old", "4") not in items and ("new", "2") not in items


def test_the_applications_own_transactions_are_no_echoes(owner):
    """Several in the same session, which the driver also hands to the next one that asks."""
    pair, service = owner
    into = pair.collection
    for round_number in range(3):
        with pair.stores.mongo.start_session() as session:
            for number in range(3):
                with session.start_transaction():
                    name = f"{round_number}.{number}"
                    into.insert_one(document("tx", name, n=1), session=session)
                    into.update_one(by_id("tx", name), {"$inc": {"n": 1}}, session=session)
                    into.replace_one(
                        by_id("old", str(number)), document("old", str(number)), session=session
                    )
                    into.delete_one(by_id("old", str(number + 3)), session=session)
            session.start_transaction()
            into.insert_one(document("tx", "aborted"), session=session)
            into.delete_many({"pk": "old"}, session=session)
            session.abort_transaction()
    assert drained_equal(pair, service).items == 15
    items = pair.items()
    assert items["tx", "2.2"] == item(pk="tx", sk="2.2", n=2)
    assert items["old", "0"] == item(pk="old", sk="0")
    assert ("old", "3") not in items and ("tx", "aborted") not in items


def test_a_changed_key_is_a_delete_and_an_insert(owner):
    pair, service = owner
    into = pair.collection
    into.update_one(by_id("old", "0"), {"$set": {"sk": "moved"}})
    into.update_one(by_id("old", "1"), {"$set": {"pk": "elsewhere"}})
    into.replace_one(by_id("old", "2"), {"pk": "old", "sk": "replaced", "n": 2})
    into.update_one(by_id("old", "3"), {"$set": {"sk": "there"}})
    into.update_one(by_id("old", "3"), {"$set": {"sk": "3"}})
    into.insert_one({"_id": "own", "pk": "own", "sk": "1"})
    into.update_one({"_id": "own"}, {"$set": {"sk": "2", "n": 1}})
    drained_equal(pair, service, foreign_ids=True)
    items = pair.items()
    assert items["old", "moved"] == item(pk="old", sk="moved", n=0, keep=True)
    assert items["elsewhere", "1"] == item(pk="elsewhere", sk="1", n=1, keep=True)
    assert items["old", "3"] == item(pk="old", sk="3", n=3, keep=True)
    assert items["own", "2"] == item(pk="own", sk="2", n=1)
    assert not items.keys() & {("old", "0"), ("old", "1"), ("old", "2"), ("old", "there")}

    into.delete_many({"$or": [{"sk": "moved"}, {"pk": "elsewhere"}, {"_id": "own"}]})
    service.wait(pair.name, "drained")
    assert pair.assert_equal(foreign_ids=True).items == 7


def test_two_documents_swap_their_keys(owner):
    pair, service = owner
    for sk in ("aside", "4", "5"):
        there = {"aside": "4", "4": "5", "5": "aside"}[sk]
        pair.collection.update_one({"pk": "old", "sk": there}, {"$set": {"sk": sk}})
    drained_equal(pair, service, foreign_ids=True)
    assert pair.items()["old", "4"]["n"] == {"N": "5"}
    assert pair.items()["old", "5"]["n"] == {"N": "4"}


def test_documents_with_an_id_of_their_own(owner):
    pair, service = owner
    into = pair.collection
    ids = into.insert_many([{"pk": "free", "sk": str(n), "n": n} for n in range(6)]).inserted_ids
    into.insert_one({"_id": 7, "pk": "free", "sk": "number"})
    into.insert_one({"_id": {"sk": "odd", "pk": "free"}, "pk": "free", "sk": "order"})
    service.wait(pair.name, "drained")
    assert pair.items()["free", "0"] == item(pk="free", sk="0", n=0)
    into.update_one({"_id": ids[1]}, {"$set": {"n": "changed"}})
    into.replace_one({"_id": ids[2]}, {"pk": "free", "sk": "2", "replaced": True})
    into.delete_one({"_id": ids[3]})
    into.delete_many({"_id": {"$in": [ids[4], 7]}})
    assert drained_equal(pair, service, foreign_ids=True).items == 14
    assert pair.items()["free", "1"]["n"] == {"S": "changed"}
    into.insert_one({"pk": "free", "sk": "3", "again": True})
    into.delete_one({"_id": ids[5]})
    into.insert_one(document("free", "5", again=True))
    assert drained_equal(pair, service, foreign_ids=True).items == 15
    assert pair.items()["free", "5"] == item(pk="free", sk="5", again=True)


def test_a_to_b_to_a_and_delete_and_reinsert(owner):
    pair, service = owner
    into = pair.collection
    before, between = document("k", "1", v="A"), document("k", "1", v="B")
    for image in (before, between, before):
        into.replace_one(by_id("k", "1"), image, upsert=True)
    for _ in range(3):
        into.delete_one(by_id("old", "0"))
        into.insert_one(document("old", "0", n=0, keep=True))
    drained_equal(pair, service)
    assert pair.items()["k", "1"] == item(pk="k", sk="1", v="A")
    for image in (between, before):
        into.replace_one(by_id("k", "1"), image)
        into.delete_one(by_id("old", "0"))
        drained_equal(pair, service)
        assert pair.items()["k", "1"]["v"] == {"S": image["v"]}
        assert ("old", "0") not in pair.items()
        into.insert_one(document("old", "0", n=0, keep=True))
        drained_equal(pair, service)
        assert pair.items()["old", "0"] == item(pk="old", sk="0", n=0, keep=True)


def test_bulk_writes(owner):
    pair, service = owner
    into = pair.collection
    writes = []
    for number in range(500):
        sk = f"{number:03}"
        writes += [InsertOne(document("bulk", sk, n=number))]
        writes += [UpdateOne(by_id("bulk", sk), {"$inc": {"n": 1}})] * (number % 3)
        if number % 5 == 0:
            writes.append(DeleteOne(by_id("bulk", sk)))
        if number % 7 == 0:
            writes.append(ReplaceOne(by_id("bulk", sk), document("bulk", sk), upsert=True))
    writes += [UpdateMany({"pk": "old"}, {"$set": {"many": 1}}), DeleteMany({"n": {"$gt": 480}})]
    into.bulk_write(writes)
    into.bulk_write([UpdateOne(by_id("bulk", "009"), {"$set": {"last": 1}})], ordered=False)
    assert drained_equal(pair, service).items == into.count_documents({}) > 350


def test_many_changes_of_one_document(owner):
    pair, service = owner
    for _ in range(10):
        pair.collection.bulk_write([UpdateOne(by_id("old", "0"), {"$inc": {"n": 1}})] * 50)
    drained_equal(pair, service)
    assert pair.items()["old", "0"]["n"] == {"N": "500"}


def test_an_update_of_a_document_that_is_deleted_at_once(owner):
    pair, service = owner
    into = pair.collection
    for number in range(40):
        into.insert_one(document("short", str(number)))
        into.update_one(by_id("short", str(number)), {"$set": {"n": 1}})
        into.delete_one(by_id("short", str(number)))
    into.update_one(by_id("old", "0"), {"$set": {"n": -1}})
    into.delete_one(by_id("old", "0"))
    assert drained_equal(pair, service).items == 8


def depth(levels):
    value = "bottom"
    for level in range(levels):
        value = [value] if level % 2 else {"level": value}
    return value


WITHOUT_FORM = [
    {"pk": "big", "sk": "1", "text": text(401 * 1024)},
    {"pk": "deep", "sk": "1", "value": depth(33)},
    {"pk": "deep", "sk": "2", "value": depth(90)},
    {"pk": "no sort key"},
    {"sk": "no hash key"},
    {"pk": "", "sk": "empty"},
    {"pk": "wrong", "sk": 7},
    {"pk": ["wrong"], "sk": "2"},
    {"pk": "wrong", "sk": None},
    {"pk": "long", "sk": "x" * 1025},
    {"pk": "nameless", "sk": "1", "value": {"": 1}},
    {"pk": "reserved", "sk": "1", "_crossfade": "the user's own"},
]


def test_a_document_without_a_form_is_set_aside_whole_and_the_rest_goes_on(owner):
    pair, service = owner
    into = pair.collection
    ids = []
    for one in WITHOUT_FORM:
        ids.append(into.insert_one({"n": 7, **one}).inserted_id)
        into.insert_one(document("good", str(ids[-1])))
    service.wait(pair.name, "drained")
    items = pair.items()
    assert len(items) == 9 + len(WITHOUT_FORM)
    assert all(("good", str(one)) in items for one in ids)
    letters = {letter["document"]["_id"]["$oid"]: letter for letter in dead_letters(service, pair.name)}
    assert letters.keys() == {str(one) for one in ids}
    for one, given in zip(ids, WITHOUT_FORM):
        letter = letters[str(one)]
        assert letter["direction"] == "backward" and len(letter["reason"]) > 15
        stored = service.state.dead_letters.find_one({"document._id": one})
        assert {**given, "n": 7, "_id": one} == stored["document"]

    mended = [one for one, given in zip(ids, WITHOUT_FORM) if given.get("pk") == "deep"]
    into.update_many({"_id": {"$in": mended}}, {"$set": {"value": "mended"}})
    into.delete_many({"_id": {"$in": [one for one in ids if one not in mended]}})
    service.wait(pair.name, "drained")
    assert pair.assert_equal(foreign_ids=True).items == 9 + len(WITHOUT_FORM) + 2


@pytest.mark.parametrize("megabytes", [1, 9, 15])
def test_documents_far_too_large_for_an_item(owner, megabytes):
    """From 8 MB on even the change event with both images is more than the server can send."""
    pair, service = owner
    into = pair.collection
    into.insert_one(document("huge", "1", text="x" * (megabytes << 20)))
    into.update_one(by_id("huge", "1"), {"$set": {"n": 1}})
    into.insert_one(document("after", "1"))
    into.update_one(by_id("huge", "1"), {"$unset": {"text": 1}})
    into.update_one(by_id("old", "0"), {"$set": {"n": "after"}})
    service.wait(pair.name, "drained")
    assert pair.assert_equal().items == 11
    assert service.status(pair.name)["dead_letters"] >= 1


FOREIGN_TYPES = {
    "date": NOW,
    "old date": datetime.datetime(1901, 2, 3, 4, 5, 6, 7000),
    "id": bson.ObjectId("64b7f3a2c1d2e3f4a5b6c7d8"),
    "one": 1.0,
    "minus zero": -0.0,
    "tenth": 0.1,
    "tiny": 5e-324,
    "infinite": float("-inf"),
    "long one": Int64(1),
    "decimal one": Decimal128("1"),
    "decimal 1.50": Decimal128("1.50"),
    "decimal nan": Decimal128("NaN"),
    "regex": bson.Regex("^a.*b$", re.IGNORECASE),
    "time": bson.Timestamp(1234567890, 5),
    "code": bson.Code("function() {}"),
    "min": bson.MinKey(),
    "uuid": bson.Binary(bytes(range(16)), 4),
    "bytes": b"\x00\x01",
    "null": None,
    "nested": {"list": [NOW, {"id": bson.ObjectId("64b7f3a2c1d2e3f4a5b6c7d9")}, 2.0, [Int64(3)]]},
    "a.b": {"$dollar": 1, "per%2Ecent": 2},
}


def test_every_bson_type_there_and_back(owner):
    """There by MongoDB's authority, and back by DynamoDB's after one attribute was changed."""
    pair, service = owner
    into = pair.collection
    into.database.command("insert", into.name, documents=[document("types", "1", **FOREIGN_TYPES)])
    into.insert_one({"_id": bson.ObjectId("64b7f3a2c1d2e3f4a5b6c7da"), "pk": "types", "sk": "2"})
    service.wait(pair.name, "drained")
    assert pair.items()["types", "1"]["date"] == {"S": "2026-11-21T10:30:15.123Z"}
    assert pair.items()["types", "1"]["one"] == {"N": "1"}
    before = into.find_one(by_id("types", "1"))

    service.stop()
    service.configure_links(pair.link(authority="dynamodb"))
    service.start()
    for sk in ("1", "2"):
        pair.stores.dynamodb.update_item(
            TableName=pair.table,
            Key=item(pk="types", sk=sk),
            UpdateExpression="SET added = :added",
            ExpressionAttributeValues={":added": {"N": "1"}},
        )
    service.wait(pair.name, "drained")
    after = into.find_one(by_id("types", "1"))
    assert after.pop("added") == 1
    after.pop("_crossfade", None)
    assert bson.encode(dict(sorted(after.items()))) == bson.encode(dict(sorted(before.items())))
    kept = bson.ObjectId("64b7f3a2c1d2e3f4a5b6c7da")
    assert into.find_one({"pk": "types", "sk": "2"}) == {
        "_id": kept,
        "added": 1,
        "pk": "types",
        "sk": "2",
    }


def test_sets_stay_sets(owner):
    pair, service = owner
    into = pair.collection
    service.stop()
    service.configure_links(pair.link(authority="dynamodb"))
    service.start()
    pair.put({**item(pk="s", sk="1", words={"b", "a"}), "numbers": {"NS": ["2", "1"]}})
    service.wait(pair.name, "drained")
    service.stop()
    service.configure_links(pair.link(authority="mongodb"))
    service.start()
    into.update_one(by_id("s", "1"), {"$addToSet": {"words": "c"}, "$set": {"n": 1}})
    service.wait(pair.name, "drained")
    found = pair.items()["s", "1"]
    assert sorted(found["words"]["SS"]) == ["a", "b", "c"]
    assert sorted(found["numbers"]["NS"]) == ["1", "2"]
    into.update_one(by_id("s", "1"), {"$push": {"words": "a"}})
    service.wait(pair.name, "drained")
    assert pair.items()["s", "1"]["words"] == {"L": [{"S": one} for one in "abca"]}
