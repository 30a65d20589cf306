"""The ruler is measured first: the mapping rules in Python, the comparison and the engines script."""

import copy
import datetime
import subprocess

import bson
import pymongo
import pytest
from bson.decimal128 import Decimal128
from bson.int64 import Int64

from harness import engines, mapping, service

KEY = ["pk", "sk"]
ITEM = {
    "pk": {"S": "a"},
    "sk": {"N": "9007199254740993"},
    "small": {"N": "7"},
    "fraction": {"N": "1.50"},
    "digits38": {"N": "12345678901234567890123456789012345678"},
    "huge": {"N": "1E+100"},
    "yes": {"BOOL": True},
    "none": {"NULL": True},
    "bytes": {"B": b"\x00\xff"},
    "empty": {"M": {"text": {"S": ""}, "list": {"L": []}, "map": {"M": {}}}},
    "list": {"L": [{"N": "1"}, {"S": "zwei"}, {"L": [{"NULL": True}]}]},
    "words": {"SS": ["b", "a", "ä"]},
    "numbers": {"NS": ["10", "9", "-0.5"]},
    "blobs": {"BS": [b"b", b"a"]},
    "a.b": {"S": "dot"},
    "$price": {"M": {"$nested": {"N": "1"}, "100%": {"S": "x"}, "%2E": {"S": "y"}}},
    "_id": {"S": "mine"},
}


def test_every_type_maps_as_the_rules_say():
    assert mapping.to_document(ITEM, KEY) == {
        "_id": {"pk": "a", "sk": Int64(9007199254740993)},
        "pk": "a",
        "sk": Int64(9007199254740993),
        "small": 7,
        "fraction": Decimal128("1.5"),
        "digits38": "12345678901234567890123456789012345678",
        "huge": Decimal128("1E+100"),
        "yes": True,
        "none": None,
        "bytes": b"\x00\xff",
        "empty": {"text": "", "list": [], "map": {}},
        "list": [1, "zwei", [None]],
        "words": ["a", "b", "ä"],
        "numbers": [Decimal128("-0.5"), 9, 10],
        "blobs": [b"a", b"b"],
        "a%2Eb": "dot",
        "%24price": {"%24nested": 1, "100%": "x", "%252E": "y"},
        "%5Fid": "mine",
    }


@pytest.mark.parametrize(
    "name",
    [
        "plain",
        "a.b",
        "$a",
        "a$b",
        "100%",
        "%2E",
        "%252E",
        "%24",
        "a%00",
        "\0",
        "ü.",
        "%",
        "%5Fid",
        "_id",
    ],
)
@pytest.mark.parametrize("top_level", [True, False])
def test_names_come_back(name, top_level):
    field = mapping.encode_name(name, top_level)
    assert mapping.decode_name(field, top_level) == name
    assert "." not in field and "\0" not in field and not field.startswith("$")


def test_numbers_count_by_value():
    item = {"pk": {"N": "1.0"}, "n": {"N": "007.10"}, "set": {"NS": ["1.0", "2"]}}
    document = {"_id": 1, "pk": 1, "n": Decimal128("7.100"), "set": [2.0, Decimal128("1")]}
    assert mapping.differences(item, document, ["pk"]) == []
    exact = mapping.differences(item, document, ["pk"], exact=True)
    assert [line.split(":")[0] for line in exact] == ["n", "set{}", "set{}"]


def test_a_document_made_by_an_application_equals_its_item():
    when = datetime.datetime(2026, 1, 2, 3, 4, 5, 678000)
    identity = bson.ObjectId()
    document = {"_id": 1, "pk": 1, "when": when, "ref": identity, "a.b": 0.1}
    item = {
        "pk": {"N": "1"},
        "when": {"S": "2026-01-02T03:04:05.678Z"},
        "ref": {"S": str(identity)},
        "a.b": {"N": "0.1"},
    }
    assert mapping.differences(item, document, ["pk"]) == []


def _changed(document, **changes):
    return {**copy.deepcopy(document), **changes}


@pytest.mark.parametrize(
    "changes, place",
    [
        ({"small": 8}, "small"),
        ({"small": "7"}, "small"),
        ({"small": True}, "small"),
        ({"yes": 1}, "yes"),
        ({"sk": Int64(9007199254740992)}, "sk"),
        ({"digits38": "12345678901234567890123456789012345679"}, "digits38"),
        ({"bytes": b"\x00\xfe"}, "bytes"),
        ({"bytes": "\x00"}, "bytes"),
        ({"none": ""}, "none"),
        ({"list": [1, "zwei"]}, "list"),
        ({"list": [1, [None], "zwei"]}, "list["),
        ({"words": ["a", "b"]}, "words"),
        ({"words": ["a", "b", "c"]}, "words{}"),
        ({"words": ["a", 1, None]}, "words{}"),
        ({"numbers": [9, 10, Decimal128("0.5")]}, "numbers{}"),
        ({"empty": {"text": "", "list": []}}, "empty.map"),
        ({"extra": 1}, "extra"),
        ({"_id": {"sk": Int64(9007199254740993), "pk": "a"}}, "_id"),
        ({"_id": "a"}, "_id"),
    ],
)
def test_a_planted_difference_is_found(changes, place):
    document = _changed(mapping.to_document(ITEM, KEY), **changes)
    found = mapping.differences(ITEM, document, KEY)
    assert found and all(line.startswith(place) for line in found)


def test_reserved_and_synced_fields_do_not_count():
    item = {**ITEM, "_crossfade": {"M": {"t": {"M": {}}}}}
    document = _changed(mapping.to_document(ITEM, KEY), _crossfade={"t": {}}, synced={"at": 1})
    assert mapping.differences(item, document, KEY, synced_field="synced") == []
    assert mapping.differences(item, document, KEY) != []


def test_stores_that_hold_the_same_compare_equal(make_pair):
    pair = make_pair(key=("pk:S", "sk:N"))
    items = [{**ITEM, "sk": {"N": str(number)}} for number in range(60)]
    pair.put(*items)
    pair.collection.insert_many([mapping.to_document(item, KEY) for item in items])
    result = pair.assert_equal(exact=True)
    assert (result.items, result.documents) == (60, 60)


def test_comparison_of_stores_names_what_is_missing_doubled_or_different(make_pair):
    pair = make_pair(key=("pk:S", "sk:N"))
    items = [{**ITEM, "sk": {"N": str(number)}} for number in range(4)]
    pair.put(*items[:3])
    documents = [mapping.to_document(item, KEY) for item in items]
    documents[1]["small"] = 8
    pair.collection.insert_many(documents[1:] + [{**documents[2], "_id": "twice"}])
    found = pair.compare().differences
    assert len(found) == 4, found
    for words in ("only in DynamoDB", "only in MongoDB", "a second document", "small: {'N': '7'}"):
        assert sum(words in line for line in found) == 1, (words, found)


def test_engines_start_once_and_stop_by_folder(private_engines):
    pair, folder = private_engines
    assert engines.start(folder) == pair
    client = pymongo.MongoClient(pair.mongodb_uri, serverSelectionTimeoutMS=1000)
    client.test.once.insert_one({})
    engines.stop(folder, only="mongodb")
    status = subprocess.run(
        ["bash", str(engines.SCRIPT), "status", "--own", "--dir", folder],
        stdout=subprocess.PIPE,
        text=True,
        check=False,
    )
    assert status.returncode == 1
    assert status.stdout.splitlines()[0] == f"dynamodb running at {pair.dynamodb_endpoint}"
    assert status.stdout.splitlines()[1] == "mongodb not running"
    assert engines.start_only("mongodb", folder).startswith("mongodb://127.0.0.1:")


def test_configuration_is_plain_yaml(engines, tmp_path):
    links = [{"name": "orders", "table": "Orders", "authority": {"mongodb": {"allow": ["ä", "b"]}}}]
    text = service.configuration(engines, tmp_path, 8642, links)
    assert text.splitlines()[3:] == [
        'admin: {listen: "127.0.0.1:8642"}',
        "links:",
        '  - {name: "orders", table: "Orders", authority: {mongodb: {allow: ["ä", "b"]}}}',
    ]
