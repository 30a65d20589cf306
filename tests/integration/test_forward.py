"""DynamoDB to MongoDB: every way in which an application can change an item."""

import json
import time

from harness import stores as stores_module
from harness.items import attribute, document, item, text
from harness.writers import DynamoWriter
from test_load import EVERY_TYPE, WITHOUT_FORM, dead_letters


def update(pair, pk, sk, expression, names=None, **values):
    """UpdateItem with `:name` for each value and `#name` for each name."""
    optional = {
        "ExpressionAttributeNames": {f"#{name}": name for name in names or ()},
        "ExpressionAttributeValues": {f":{name}": attribute(v) for name, v in values.items()},
    }
    pair.stores.dynamodb.update_item(
        TableName=pair.table,
        Key=item(pk=pk, sk=sk),
        UpdateExpression=expression,
        **{name: value for name, value in optional.items() if value},
    )


def delete(pair, pk, sk):
    pair.stores.dynamodb.delete_item(TableName=pair.table, Key=item(pk=pk, sk=sk))


def find(pair, pk, sk):
    return pair.collection.find_one({"_id": {"pk": pk, "sk": sk}})


def test_every_operation(pair, linked):
    pair.put(*(item(pk="old", sk=str(number), n=number, keep=True) for number in range(6)))
    service = linked(pair)
    pair.put(item(pk="new", sk="0", n=1), item(pk="old", sk="0", other=True))
    update(pair, "old", "1", "SET n = n + :one, #list = :list", ["list"], one=1, list=["a"])
    update(pair, "old", "2", "REMOVE keep ADD words :words", words={"x"})
    update(pair, "new", "1", "SET n = :n", n=5)
    delete(pair, "old", "3")
    pair.put(item(pk="new", sk="2"))
    delete(pair, "new", "2")
    delete(pair, "never", "there")
    service.wait(pair.name, "drained")
    pair.assert_equal(exact=True)
    assert find(pair, "old", "0") == document("old", "0", other=True)
    assert find(pair, "old", "1") == document("old", "1", keep=True, list=["a"], n=2)
    assert find(pair, "old", "2")["words"] == ["x"]
    assert find(pair, "old", "3") is None
    assert find(pair, "old", "4") == document("old", "4", keep=True, n=4)
    assert find(pair, "new", "1") == document("new", "1", n=5)
    assert pair.collection.count_documents({}) == 7


def test_batches_and_transactions(pair, linked):
    pair.put(*(item(pk="a", sk=str(number)) for number in range(20)))
    service = linked(pair)
    requests = [{"DeleteRequest": {"Key": item(pk="a", sk=str(number))}} for number in range(10)]
    requests += [{"PutRequest": {"Item": item(pk="b", sk=str(number))}} for number in range(10)]
    pair.stores.dynamodb.batch_write_item(RequestItems={pair.table: requests})
    where = {"TableName": pair.table}
    pair.stores.dynamodb.transact_write_items(
        TransactItems=[
            {"Put": {**where, "Item": item(pk="c", sk="1")}},
            {"Delete": {**where, "Key": item(pk="a", sk="10")}},
            {
                "Update": {
                    **where,
                    "Key": item(pk="a", sk="11"),
                    "UpdateExpression": "SET x = :x",
                    "ExpressionAttributeValues": {":x": attribute("in transaction")},
                }
            },
        ]
    )
    service.wait(pair.name, "drained")
    assert pair.assert_equal(exact=True).items == 20
    assert find(pair, "a", "11")["x"] == "in transaction"


def test_every_type_through_the_stream(pair, linked):
    service = linked(pair)
    pair.put(EVERY_TYPE)
    pair.put(item(pk="empty", sk="all", map={}, list=[], text="", inner={"map": {}, "list": [{}]}))
    update(pair, "empty", "all", "SET more = :more", more={})
    service.wait(pair.name, "drained")
    assert pair.assert_equal(exact=True).items == 2
    assert find(pair, "empty", "all")["more"] == {}


def test_a_to_b_to_a_and_delete_and_reinsert(pair, linked):
    before, between = item(pk="k", sk="1", v="A"), item(pk="k", sk="1", v="B")
    pair.put(before, item(pk="gone", sk="1", v="A"))
    service = linked(pair)
    pair.put(between)
    pair.put(before)
    delete(pair, "gone", "1")
    pair.put(item(pk="gone", sk="1", v="A"))
    service.wait(pair.name, "drained")
    assert find(pair, "k", "1") == document("k", "1", v="A")
    assert find(pair, "gone", "1") == document("gone", "1", v="A")
    for image in (between, before):
        pair.put(image)
        delete(pair, "gone", "1")
        service.wait(pair.name, "drained")
        assert find(pair, "k", "1")["v"] == image["v"]["S"]
        assert find(pair, "gone", "1") is None
        pair.put(item(pk="gone", sk="1", v="A"))
        service.wait(pair.name, "drained")
        assert find(pair, "gone", "1") == document("gone", "1", v="A")


def test_many_changes_of_one_key(pair, linked):
    service = linked(pair, forward={"batch_records": 50})
    for number in range(150):
        update(pair, "hot", "1", "SET n = :n", n=number)
    service.wait(pair.name, "drained")
    assert list(pair.collection.find()) == [document("hot", "1", n=149)]


def test_items_of_400_kb(pair, linked):
    name_bytes = len("pk" + "big" + "sk" + "0" + "text")
    full = 400 * 1024 - name_bytes
    pair.put(item(pk="big", sk="0", text=text(full)))
    service = linked(pair)
    pair.put(*(item(pk="big", sk=str(number), text=text(full)) for number in range(1, 7)))
    update(pair, "big", "0", "SET #text = :text", ["text"], text=text(full))
    delete(pair, "big", "6")
    service.wait(pair.name, "drained")
    assert pair.assert_equal(exact=True).items == 6


def test_changes_while_it_loads(pair, make_service):
    """The scan is slow enough that items are changed before, while and after it passes them."""
    items = [item(pk=f"still {number}", sk="1", text=text(900)) for number in range(400)]
    items += [item(pk="d", sk=f"{number:03}", f0="from before") for number in range(200)]
    stores_module.batch_put(pair.stores.dynamodb, pair.table, items)
    load = {"segments": 40, "workers": 2, "read_units_per_second": 30}
    service = make_service(pair.link(load=load))
    with DynamoWriter(pair, "d", seed=1, keys=260, per_second=200) as writer:
        writer.expected = {one["sk"]["S"]: one for one in items if one["pk"]["S"] == "d"}
        service.start()
        service.wait_for(lambda told: told[pair.name]["phase"] == "copying")
        at_start = writer.writes
        service.wait(pair.name, "copied")
        assert writer.writes > at_start + 200, "the load was over before it could be disturbed"
    service.wait(pair.name, "synced")
    service.wait(pair.name, "drained")
    writer.assert_kept()
    pair.assert_equal(exact=True)


def test_an_item_without_a_form_is_set_aside_and_heals(pair, linked):
    service = linked(pair)
    for name, value in WITHOUT_FORM.items():
        pair.put(item(pk="bad", sk=name, good="so far"))
        pair.put({**item(pk="bad", sk=name), name: value})
    pair.put(*(item(pk="good", sk=str(number)) for number in range(10)))
    service.wait(pair.name, "drained")
    assert pair.collection.count_documents({"pk": "good"}) == 10
    letters = {json.loads(one["item"])["sk"]["S"]: one for one in dead_letters(service, pair.name)}
    assert letters.keys() == WITHOUT_FORM.keys()
    for name, value in WITHOUT_FORM.items():
        assert json.loads(letters[name]["item"])[name] == value
        assert letters[name]["direction"] == "forward"
    names = sorted(WITHOUT_FORM)
    pair.put(*(item(pk="bad", sk=name, mended=True) for name in names[:2]))
    for name in names[2:]:
        delete(pair, "bad", name)
    service.wait(pair.name, "drained")
    assert pair.assert_equal(exact=True).items == 12


def test_deletes_by_time_to_live(make_pair, make_service):
    """DynamoDB's own deletes are applied or ignored, as the link says."""
    pairs = {"apply": make_pair(), "ignore": make_pair()}
    for pair in pairs.values():  # DynamoDB Local forgets the stream's records when it is turned on
        pair.expire_by("expires")
    links = [pair.link(forward={"ttl_deletes": policy}) for policy, pair in pairs.items()]
    service = make_service(*links).start()
    for pair in pairs.values():
        service.wait(pair.name, "synced")
        now = int(time.time())
        pair.put(item(pk="stays", sk="1", expires=now + 3600))
        pair.put(*(item(pk="goes", sk=str(number), expires=now + 2) for number in range(3)))
        service.wait(pair.name, "drained")
        assert pair.collection.count_documents({}) == 4
    for policy, pair in pairs.items():
        pair.wait_until_gone(*(item(pk="goes", sk=str(number)) for number in range(3)))
        service.wait(pair.name, "drained")
        left = {one["_id"]["pk"] for one in pair.collection.find()}
        assert left == ({"stays"} if policy == "apply" else {"stays", "goes"})
