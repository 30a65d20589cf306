"""The full load: what stood in the table before the service began, in the collection afterwards."""

import json

import bson
import pymongo.errors
import pytest
from bson.decimal128 import Decimal128
from bson.int64 import Int64

from harness import stores as stores_module
from harness.items import document, item, text

NUMBERS = [
    "0",
    "-0",
    "1.0",
    "007.10",
    "2147483647",
    "2147483648",
    "-2147483648",
    "-2147483649",
    "9007199254740993",
    "9223372036854775807",
    "9223372036854775808",
    "-9223372036854775809",
    "0.1",
    "1E-130",
    "9.9999999999999999999999999999999999999E+125",
    "1234567890123456789012345678901234",
    "1.2345678901234567890123456789012345678",
    "12345678901234567890123456789012345678",
]


def nested(levels):
    value = {"S": "bottom"}
    for level in range(levels):
        value = {"L": [value]} if level % 2 else {"M": {f"level{level}": value}}
    return value


EVERY_TYPE = {
    "pk": {"S": "every"},
    "sk": {"S": "type"},
    "text": {"S": "Grüße 🎈"},
    "nul": {"S": "a\0b"},
    "empty": {"S": ""},
    "bytes": {"B": bytes(range(256))},
    "no bytes": {"B": b""},
    "yes": {"BOOL": True},
    "no": {"BOOL": False},
    "null": {"NULL": True},
    "list": {"L": [{"S": "a"}, {"N": "1"}, {"BOOL": True}, {"NULL": True}, {"L": []}, {"M": {}}]},
    "empty list": {"L": []},
    "empty map": {"M": {}},
    "map": {"M": {"z": {"N": "1"}, "a": {"SS": ["y", "x"]}, "m": {"M": {"inner": {"B": b"\0"}}}}},
    "deep": nested(30),
    "words": {"SS": ["z", "ä", "a", ""]},
    "numbers": {"NS": ["10", "9.5", "-1", "12345678901234567890123456789012345678"]},
    "blobs": {"BS": [b"\xff", b"\x00", b""]},
    "sets": {"L": [{"NS": ["2", "1"]}, {"M": {"in map": {"BS": [b"b", b"a"]}}}]},
    **{f"number {place}": {"N": number} for place, number in enumerate(NUMBERS)},
}


def test_every_type_arrives_as_the_mapping_says(pair, linked):
    pair.put(EVERY_TYPE, item(pk="plain", sk="one", n=1))
    linked(pair)
    assert pair.assert_equal(exact=True).items == 2
    found = pair.collection.find_one({"pk": "every"})
    assert found["_id"] == {"pk": "every", "sk": "type"}
    assert (found["number 4"], type(found["number 5"])) == (2147483647, Int64)
    assert found["number 12"] == Decimal128("0.1")
    assert found["number 17"] == "12345678901234567890123456789012345678"
    assert found["words"] == ["", "a", "z", "ä"]
    assert list(found["map"]) == ["a", "m", "z"]
    assert found["_crossfade"]["t"]["words"] == "SS"
    assert pair.collection.find_one({"pk": "plain"}) == document("plain", "one", n=1)


KEY_SHAPES = {
    ("id:S",): [{"S": "a"}, {"S": "1"}, {"S": "ü🎈"}, {"S": "a\0b"}, {"S": "x" * 1024}],
    ("id:N",): [{"N": "1.0"}, {"N": "-7"}, {"N": "0.10"}, {"N": "1E+30"}, {"N": "9" * 38}],
    ("id:B",): [{"B": b"1"}, {"B": b"\0"}, {"B": bytes(range(256))}],
    ("id:S", "at:S"): [({"S": "a"}, {"S": "b"}), ({"S": "a"}, {"S": "c"})],
    ("id:S", "at:N"): [({"S": "a"}, {"N": "1"}), ({"S": "a"}, {"N": "-1.50"})],
    ("id:N", "at:B"): [({"N": "1"}, {"B": b"\xff"}), ({"N": "2"}, {"B": b"\xff"})],
}


def test_keys_of_every_shape(make_pair, make_service):
    pairs = []
    for shape, keys in KEY_SHAPES.items():
        pairs.append(make_pair(key=shape))
        for number, key in enumerate(keys):
            parts = key if isinstance(key, tuple) else (key,)
            pairs[-1].put({**dict(zip(("id", "at"), parts)), "n": {"N": str(number)}})
    service = make_service(*(pair.link() for pair in pairs)).start()
    for pair, keys in zip(pairs, KEY_SHAPES.values()):
        service.wait(pair.name, "synced")
        assert pair.assert_equal(exact=True).items == len(keys)
    ids = [found["_id"] for found in pairs[1].collection.find().sort("n")]
    assert ids == [1, -7, Decimal128("0.1"), Decimal128("1E+30"), "9" * 38]


ODD_NAMES = [
    "a.b",
    ".",
    "..",
    "$set",
    "$",
    "a$b",
    "100%",
    "%2E",
    "%24x",
    "%252E",
    "_id",
    "%5Fid",
    "nul\0nul",
    " ",
    "ünïcödé 🎈",
    "0",
    "__proto__",
    "n" * 255,
]


def test_odd_names_also_in_keys(make_pair, linked):
    pair = make_pair(key=("a.b:S", "$sort:N"), lsi=[stores_module.index("by.x", "a.b:S", "x.y:S")])
    inner = {"M": {name: {"S": name} for name in ODD_NAMES}}
    names = {name: {"M": {"in": inner}} for name in ODD_NAMES if name != "a.b"}
    pair.put({"a.b": {"S": "key"}, "$sort": {"N": "1"}, "x.y": {"S": "z"}, **names})
    service = linked(pair)
    pair.assert_equal(exact=True)
    found = pair.collection.find_one({"a%2Eb": "key", "%24sort": 1})
    assert found["_id"] == {"a%2Eb": "key", "%24sort": 1}
    pair.put({"a.b": {"S": "key"}, "$sort": {"N": "2"}, **names})
    service.wait(pair.name, "drained")
    assert pair.assert_equal(exact=True).items == 2


def test_an_empty_table_is_in_step_at_once(pair, linked):
    service = linked(pair)
    assert pair.assert_equal().items == 0
    pair.put(item(pk="first", sk="one"))
    service.wait(pair.name, "drained")
    assert list(pair.collection.find()) == [document("first", "one")]


def test_several_thousand_items(pair, linked):
    items = [
        item(pk=f"user-{number % 97}", sk=f"{number:06}", n=number, text=text(200), tags={"a", "b"})
        for number in range(4000)
    ]
    stores_module.batch_put(pair.stores.dynamodb, pair.table, items)
    service = linked(pair, load={"segments": 5, "workers": 3})
    assert pair.assert_equal(exact=True).items == 4000
    load = service.status(pair.name)["load"]
    assert (load["items"], load["fraction"]) == (4000, 1)


def dead_letters(service, link):
    done = service.cli("deadletters", "list", "--json", "--link", link)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)["deadletters"]


WITHOUT_FORM = {
    "surrogate": {"S": "half a balloon \ud83c"},
    "nested": {"M": {"list": {"L": [{"S": "\udf88 the other half"}]}}},
    "name": {"M": {"half \ud83c name": {"N": "1"}}},
    "_crossfade": {"S": "the user's own"},
}


def test_an_item_without_a_form_is_set_aside_whole_and_the_rest_goes_on(pair, linked):
    for name, value in WITHOUT_FORM.items():
        pair.put({"pk": {"S": "bad"}, "sk": {"S": name}, "n": {"N": "7"}, name: value})
    pair.put({"pk": {"S": "bad"}, "sk": {"S": "key \ud83c"}, "n": {"N": "7"}})
    pair.put(*(item(pk="good", sk=str(number)) for number in range(30)))
    service = linked(pair)
    assert pair.collection.count_documents({}) == 30
    assert len(pair.compare().differences) == 5
    letters = {json.loads(one["item"])["sk"]["S"]: one for one in dead_letters(service, pair.name)}
    assert letters.keys() == WITHOUT_FORM.keys() | {"key \ud83c"}
    for name, value in WITHOUT_FORM.items():
        assert json.loads(letters[name]["item"])[name] == value
        assert json.loads(letters[name]["item"])["n"] == {"N": "7"}
        assert letters[name]["reason"] and letters[name]["direction"] == "load"
    assert service.status(pair.name)["dead_letters"] == 5

    pair.put(*(item(pk="bad", sk=name, mended=True) for name in WITHOUT_FORM))
    pair.stores.dynamodb.delete_item(
        TableName=pair.table, Key={"pk": {"S": "bad"}, "sk": {"S": "key \ud83c"}}
    )
    service.wait(pair.name, "drained")
    assert pair.assert_equal(exact=True).items == 34


def left_behind(pair):
    """A collection with a document that has an item, another that has none, and the items."""
    pair.put(*(item(pk="a", sk=str(number), n=number) for number in range(3)))
    pair.collection.insert_many([document("a", "0", n="old"), {"_id": "the user's own", "x": 1}])


def test_a_collection_that_is_not_empty_is_refused(pair, make_service):
    left_behind(pair)
    service = make_service(pair.link()).start(ready_within=None)
    assert service.process.wait(30) == 1
    (sentence,) = [line for line in service.log_text().splitlines() if "crossfade: " in line]
    for word in (pair.namespace, "not empty", "--resume", "--into-existing"):
        assert word in sentence
    assert pair.collection.count_documents({}) == 2


def test_into_existing_replaces_what_has_an_item_and_keeps_the_rest(pair, linked):
    left_behind(pair)
    service = linked(pair, options=["--into-existing"], indexes=False)
    found = {str(one["_id"]): one for one in pair.collection.find()}
    assert len(found) == 4
    assert found["the user's own"] == {"_id": "the user's own", "x": 1}
    assert pair.collection.find_one({"pk": "a", "sk": "0"}) == document("a", "0", n=0)
    service.restart()
    pair.put(item(pk="a", sk="3", n=3))
    service.wait(pair.name, "drained")
    assert pair.collection.count_documents({}) == 5


def test_resume_goes_on_with_what_an_earlier_load_left(pair, make_service):
    pair.put(*(item(pk="a", sk=str(number), n=number) for number in range(40)))
    pair.collection.insert_many([document("a", str(number), n=number) for number in range(25)])
    service = make_service(pair.link()).start("--resume")
    service.wait(pair.name, "synced")
    assert pair.assert_equal(exact=True).items == 40


def test_the_indexes_of_the_table_stand_afterwards(make_pair, linked):
    pair = make_pair(
        lsi=[stores_module.index("by-total", "pk:S", "total:N")],
        gsi=[stores_module.index("by.day", "$day:S", "pk:S")],
    )
    pair.put(item(pk="a", sk="1", total=5, **{"$day": "monday"}))
    linked(pair)
    found = pair.collection.index_information()
    keys = {name: index["key"] for name, index in found.items() if name != "_id_"}
    assert sorted(keys.values()) == [
        [("%24day", 1), ("pk", 1)],
        [("pk", 1), ("sk", 1)],
        [("pk", 1), ("total", 1)],
    ]
    assert [index["key"] for index in found.values() if index.get("unique")] == [
        [("pk", 1), ("sk", 1)]
    ]
    with pytest.raises(pymongo.errors.DuplicateKeyError):
        pair.collection.insert_one({"pk": "a", "sk": "1"})


def test_no_indexes_where_none_are_wanted(pair, linked):
    pair.put(item(pk="a", sk="1"))
    linked(pair, indexes=False)
    assert list(pair.collection.index_information()) == ["_id_"]


def test_the_marker_field_stands_in_every_document_and_in_no_item(pair, linked):
    pair.put(item(pk="a", sk="1"), EVERY_TYPE)
    service = linked(pair, forward_synced_field="synced")
    pair.put(item(pk="a", sk="2"))
    service.wait(pair.name, "drained")
    for found in pair.collection.find():
        assert found["synced"]["link"] == pair.name
        assert found["synced"]["epoch"] == 1
        assert found["synced"]["at"].year > 2000
    assert pair.assert_equal(exact=True, synced_field="synced").items == 3
    assert not any("synced" in one for one in pair.items().values())


def test_the_options_of_the_mapping(pair, linked):
    pair.put(
        {
            **item(pk="a", sk="1", tags={"x", "y"}),
            "exact": {"N": "0.1"},
            "inexact": {"N": "0.12345678901234567890"},
            "a.b": {"M": {"c.d": {"N": "1"}}},
        }
    )
    linked(pair, fractions="double", names="raw", types={"tags": "SS"})
    (found,) = pair.collection.find()
    assert (type(found["exact"]), found["exact"]) == (float, 0.1)
    assert found["inexact"] == Decimal128("0.1234567890123456789")
    assert bson.encode(found["a.b"]) == bson.encode({"c.d": 1})
    assert "_crossfade" not in found
