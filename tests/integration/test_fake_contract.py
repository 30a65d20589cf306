"""One suite against the scripted DynamoDB and against DynamoDB Local: the fake stays honest."""

import contextlib
import dataclasses
import decimal
import itertools
import json
import urllib.error
import urllib.request
import uuid

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from botocore.exceptions import ClientError

from harness import fake_dynamo, stores

ALL_TYPES = {
    "s": {"S": "Grüße\u0000"},
    "empty": {"S": ""},
    "n": {"N": "-12.5"},
    "long": {"N": "12345678901234567890123456789012345678"},
    "b": {"B": b"\x00\xff"},
    "yes": {"BOOL": True},
    "nothing": {"NULL": True},
    "list": {"L": [{"N": "1"}, {"L": []}, {"M": {}}]},
    "map": {"M": {"a.b": {"S": "dot"}, "$c": {"M": {"d": {"BOOL": False}}}}},
    "ss": {"SS": ["a", "b"]},
    "ns": {"NS": ["1", "2.5"]},
    "bs": {"BS": [b"x", b"y"]},
}


@dataclasses.dataclass
class World:
    """A table of one of the two servers."""

    dynamodb: object
    streams: object
    table: str

    def raw(self, target, body):
        """(status, answer) of a signed call with what this boto3 is too old to know."""
        request = AWSRequest(
            "POST",
            self.dynamodb.meta.endpoint_url,
            headers={"X-Amz-Target": target, "Content-Type": "application/x-amz-json-1.0"},
            data=json.dumps(body).encode(),
        )
        credentials = Credentials(*stores.CREDENTIALS.values())
        SigV4Auth(credentials, "dynamodb", stores.REGION).add_auth(request)
        sent = urllib.request.Request(request.url, request.data, dict(request.headers))
        try:
            with urllib.request.urlopen(sent, timeout=10) as reply:
                return reply.status, json.loads(reply.read())
        except urllib.error.HTTPError as error:
            return error.code, json.loads(error.read())

    def put(self, item, **options):
        return self.dynamodb.put_item(TableName=self.table, Item=item, **options)

    def update(self, key, expression, **options):
        return self.dynamodb.update_item(
            TableName=self.table, Key=key, UpdateExpression=expression, **options
        )

    def delete(self, key, **options):
        return self.dynamodb.delete_item(TableName=self.table, Key=key, **options)

    def get(self, key):
        reply = self.dynamodb.get_item(TableName=self.table, Key=key, ConsistentRead=True)
        return reply.get("Item")

    def stream_arn(self):
        return self.dynamodb.describe_table(TableName=self.table)["Table"]["LatestStreamArn"]

    def shard(self):
        shards = self.streams.describe_stream(StreamArn=self.stream_arn())
        (shard,) = shards["StreamDescription"]["Shards"]
        return shard

    def iterator(self, kind, **options):
        return self.streams.get_shard_iterator(
            StreamArn=self.stream_arn(),
            ShardId=self.shard()["ShardId"],
            ShardIteratorType=kind,
            **options,
        )["ShardIterator"]

    def records(self):
        return stores.read_stream(self.dynamodb, self.streams, self.table)


@contextlib.contextmanager
def _clients(which, request):
    if which == "local":
        shared = request.getfixturevalue("shared_stores")
        yield shared.dynamodb, shared.streams
        return
    with fake_dynamo.running() as fake:
        yield fake.dynamodb, fake.streams


@pytest.fixture(params=["fake", "local"])
def world(request):
    with _clients(request.param, request) as (dynamodb, streams):
        table = f"contract{uuid.uuid4().hex}"
        stores.create_table(dynamodb, table, key=("pk:S", "sk:N"))
        yield World(dynamodb, streams, table)
        dynamodb.delete_table(TableName=table)


def key(sort="1", partition="a"):
    return {"pk": {"S": partition}, "sk": {"N": sort}}


def sorted_sets(value):
    """The value with the members of its sets in order: sets have none."""
    ((tag, content),) = value.items()
    if tag == "M":
        return {tag: {name: sorted_sets(inner) for name, inner in content.items()}}
    if tag == "L":
        return {tag: [sorted_sets(inner) for inner in content]}
    return {tag: sorted(content)} if tag in ("SS", "NS", "BS") else value


def refused(code, call, *arguments, **options):
    """Asserts that the call fails with that code; returns the answer."""
    with pytest.raises(ClientError) as caught:
        call(*arguments, **options)
    assert caught.value.response["Error"]["Code"] == code
    return caught.value.response


# ---- items


def test_every_type_comes_back(world):
    item = {**key(), **ALL_TYPES}
    world.put(item)
    assert sorted_sets({"M": world.get(key())}) == {"M": item}


def test_numbers_lose_their_superfluous_zeros(world):
    world.put({**key("01.0"), "n": {"N": "007.10"}, "big": {"N": "1.5e30"}})
    found = world.get(key("1"))
    assert found["n"] == {"N": "7.1"} and found["sk"] == {"N": "1"}
    assert decimal.Decimal(found["big"]["N"]) == decimal.Decimal("1.5e30")


@pytest.mark.parametrize(
    "value",
    [
        {"N": "1" * 39},
        {"N": "1e126"},
        {"N": "NaN"},
        {"SS": []},
        {"NS": ["1", "1.0"]},
        {"NULL": False},
    ],
    ids=["39 digits", "too large", "NaN", "empty set", "equal members", "NULL false"],
)
def test_bad_values_are_refused(world, value):
    refused("ValidationException", world.put, {**key(), "x": value})


def test_bad_keys_are_refused(world):
    refused("ValidationException", world.put, {"pk": {"S": "a"}})
    refused("ValidationException", world.put, {**key(), "sk": {"S": "1"}})
    refused("ValidationException", world.put, key(partition=""))
    refused("ValidationException", world.get, {"pk": {"S": "a"}})


def test_size_limit_is_inclusive(world):
    room = 409_600 - len("pk") - len("a") - len("sk") - 2 - len("x")
    world.put({**key(), "x": {"S": "x" * room}})
    refused("ValidationException", world.put, {**key(), "x": {"S": "x" * (room + 1)}})


def test_nesting_limit(world):
    def nested(depth):
        value = {"S": "x"}
        for _ in range(depth):
            value = {"M": {"m": value}}
        return {**key(), "x": value}

    world.put(nested(31))
    refused("ValidationException", world.put, nested(32))


def test_missing_table(world):
    refused("ResourceNotFoundException", world.dynamodb.scan, TableName="nosuchtable")


# ---- conditions


NEWER = {
    "ConditionExpression": "attribute_not_exists(#x.#t.#l) OR #x.#t.#l.#p < :p",
    "ExpressionAttributeNames": {"#x": "_x", "#t": "t.k", "#l": "link", "#p": "position"},
    "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
}


def with_token(position):
    inner = {"link": {"M": {"position": {"N": str(position)}}}}
    return {**key(), "_x": {"M": {"t.k": {"M": inner}}}}


def code_of(answer):
    return answer["__type"].rsplit("#", 1)[-1]


def test_guarded_put_keeps_the_newest(world):
    for position, status in ((5, 200), (7, 200), (6, 400)):
        write = {"TableName": world.table, "Item": with_token(position), **NEWER}
        write["ExpressionAttributeValues"] = {":p": {"N": str(position)}}
        assert world.raw("DynamoDB_20120810.PutItem", write)[0] == status
    assert world.get(key()) == with_token(7)


def test_failed_condition_shows_what_is_there(world):
    """DeleteItem of another token, of a missing item, and without the wish to see it."""
    world.put(with_token(7))
    delete = {
        "TableName": world.table,
        "Key": key(),
        "ConditionExpression": "attribute_exists(nope)",
    }
    see = {"ReturnValuesOnConditionCheckFailure": "ALL_OLD"}
    for body, item in (
        ({**delete, **see}, with_token(7)),
        ({**delete, **see, "Key": key("2")}, None),
        (delete, None),
    ):
        status, answer = world.raw("DynamoDB_20120810.DeleteItem", body)
        assert (status, code_of(answer)) == (400, "ConditionalCheckFailedException")
        assert answer.get("Item") == item


@pytest.mark.parametrize(
    "condition, holds",
    [
        ("#n = :five", True),
        ("#n <> :five", False),
        ("nope = :five", False),
        ("nope <> :five", True),
        ("#n < :ten", True),
        ("#n >= :ten", False),
        ("#n < :text", False),
        ("#n <> :text", True),
        ("#n BETWEEN :five AND :ten", True),
        ("NOT #n = :five OR attribute_exists(s)", True),
        ("NOT (#n = :five OR attribute_exists(s))", False),
        ("attribute_not_exists(nope.deeper) AND s > :a", True),
        ("begins_with(s, :a)", False),
        ("begins_with(s, :t)", True),
        ("lst[1].#n = :five", True),
        ("lst[2] <> :five", True),
        ("#set = :set", True),
    ],
)
def test_conditions(world, condition, holds):
    item = {"#n": {"N": "5"}, "s": {"S": "text"}, "#set": {"NS": ["1", "2"]}}
    item = {name.strip("#"): value for name, value in item.items()}
    item["lst"] = {"L": [{"S": "x"}, {"M": {"n": {"N": "5.0"}}}]}
    world.put({**key(), **item})
    names = {name: name[1:] for name in ("#n", "#set") if name in condition}
    values = {":five": {"N": "5.00"}, ":ten": {"N": "10"}, ":text": {"S": "5"}, ":a": {"S": "a"}}
    values.update({":t": {"S": "te"}, ":set": {"NS": ["2", "1.0"]}})
    words = set(condition.replace("(", " ").replace(")", " ").replace(",", " ").split())
    used = {name: value for name, value in values.items() if name in words}
    options = {"ConditionExpression": condition}
    if names:
        options["ExpressionAttributeNames"] = names
    if used:
        options["ExpressionAttributeValues"] = used
    if holds:
        world.delete(key(), **options)
        assert world.get(key()) is None
    else:
        refused("ConditionalCheckFailedException", world.delete, key(), **options)


def test_placeholders_must_be_defined_and_used(world):
    refused("ValidationException", world.delete, key(), ConditionExpression="#n = :n")
    refused(
        "ValidationException",
        world.delete,
        key(),
        ConditionExpression="attribute_exists(pk)",
        ExpressionAttributeNames={"#unused": "x"},
    )


# ---- updates


def test_update_of_nested_paths(world):
    world.put({**key(), "m": {"M": {"a": {"N": "1"}, "b": {"M": {}}}}, "gone": {"S": "x"}})
    reply = world.update(
        key(),
        "SET #m.#b.#c = :v, #n = #m.#a REMOVE #m.#a, gone",
        ExpressionAttributeNames={"#m": "m", "#a": "a", "#b": "b", "#c": "c.d", "#n": "n"},
        ExpressionAttributeValues={":v": {"S": "new"}},
        ReturnValues="ALL_NEW",
    )
    after = {**key(), "m": {"M": {"b": {"M": {"c.d": {"S": "new"}}}}}, "n": {"N": "1"}}
    assert reply["Attributes"] == after and world.get(key()) == after


def test_update_counts(world):
    for total in ("1", "2"):
        world.update(
            key(),
            "SET n = if_not_exists(n, :zero) + :one",
            ExpressionAttributeValues={":zero": {"N": "0"}, ":one": {"N": "1"}},
        )
        assert world.get(key()) == {**key(), "n": {"N": total}}


def test_update_refuses_keys_and_missing_parents(world):
    world.put(key())
    value = {":v": {"S": "x"}}
    for path in ("pk", "m.a", "m[0]"):
        expression = f"SET {path} = :v"
        refused(
            "ValidationException", world.update, key(), expression, ExpressionAttributeValues=value
        )
    refused("ValidationException", world.update, key(), "REMOVE a, a.b")
    assert world.get(key()) == key()


# ---- batches and pages


def test_batch_write_and_get(world):
    puts = [{"PutRequest": {"Item": {**key(str(n)), "n": {"N": str(n)}}}} for n in range(25)]
    reply = world.dynamodb.batch_write_item(RequestItems={world.table: puts})
    assert reply["UnprocessedItems"] == {}
    world.dynamodb.batch_write_item(
        RequestItems={world.table: [{"DeleteRequest": {"Key": key("3")}}]}
    )
    wanted = {world.table: {"Keys": [key(str(n)) for n in range(30)]}}
    reply = world.dynamodb.batch_get_item(RequestItems=wanted)
    found = sorted(int(item["n"]["N"]) for item in reply["Responses"][world.table])
    assert found == [n for n in range(25) if n != 3] and reply["UnprocessedKeys"] == {}


def test_batch_write_refuses_all_for_one(world):
    good = {"PutRequest": {"Item": key("1")}}
    for bad in ([good, good], [good, {"PutRequest": {"Item": {"pk": {"S": "a"}}}}]):
        requests = {world.table: bad}
        refused("ValidationException", world.dynamodb.batch_write_item, RequestItems=requests)
    assert world.get(key("1")) is None


def test_parallel_scan_finds_each_item_once(world):
    items = [key(str(n), f"p{n % 17}") for n in range(100)]
    stores.batch_put(world.dynamodb, world.table, items)
    found = []
    for segment in range(3):
        start = {}
        while start is not None:
            page = world.dynamodb.scan(
                TableName=world.table, Segment=segment, TotalSegments=3, Limit=7, **start
            )
            assert page["Count"] <= 7
            found += page["Items"]
            last = page.get("LastEvaluatedKey")
            start = last and {"ExclusiveStartKey": last}
    assert sorted(map(str, map(sorted_map, found))) == sorted(map(str, map(sorted_map, items)))


def sorted_map(item):
    return sorted((name, str(value)) for name, value in item.items())


def test_scan_refuses_a_start_of_another_segment(world):
    items = [key("1", f"p{n}") for n in range(20)]
    stores.batch_put(world.dynamodb, world.table, items)
    for item in items:
        own = [_accepts(world, segment, item) for segment in range(2)]
        assert sorted(own) == [False, True]


def _accepts(world, segment, start):
    try:
        world.dynamodb.scan(
            TableName=world.table, Segment=segment, TotalSegments=2, ExclusiveStartKey=start
        )
    except ClientError as error:
        assert error.response["Error"]["Code"] == "ValidationException"
        return False
    return True


def test_query_orders_numbers_by_value(world):
    for sort in ("10", "9", "-1", "100"):
        world.put(key(sort))
    world.put(key("50", "b"))

    def sorts(**options):
        reply = world.dynamodb.query(
            TableName=world.table,
            KeyConditionExpression="pk = :p AND sk > :s",
            ExpressionAttributeValues={":p": {"S": "a"}, ":s": {"N": "0"}},
            **options,
        )
        return [item["sk"]["N"] for item in reply["Items"]]

    assert sorts() == ["9", "10", "100"]
    assert sorts(ScanIndexForward=False, Limit=2) == ["100", "10"]
    assert sorts(ExclusiveStartKey=key("10")) == ["100"]


# ---- streams


def test_records_carry_both_images(world):
    world.put({**key(), "v": {"S": "one"}})
    world.update(key(), "SET v = :v", ExpressionAttributeValues={":v": {"S": "two"}})
    world.delete(key())
    inserted, modified, removed = (record for record in world.records())
    one, two = {**key(), "v": {"S": "one"}}, {**key(), "v": {"S": "two"}}
    assert [r["eventName"] for r in (inserted, modified, removed)] == ["INSERT", "MODIFY", "REMOVE"]
    assert "OldImage" not in inserted["dynamodb"] and inserted["dynamodb"]["NewImage"] == one
    assert (modified["dynamodb"]["OldImage"], modified["dynamodb"]["NewImage"]) == (one, two)
    assert removed["dynamodb"]["OldImage"] == two and "NewImage" not in removed["dynamodb"]
    for record in (inserted, modified, removed):
        assert record["dynamodb"]["Keys"] == key()
        assert record["dynamodb"]["StreamViewType"] == "NEW_AND_OLD_IMAGES"
        assert record["eventSource"] == "aws:dynamodb" and record["eventID"]


def test_writes_that_change_nothing_leave_no_record(world):
    item = {**key(), "set": {"NS": ["1", "2"]}, "n": {"N": "1.50"}}
    world.put(item)
    world.put(item)
    world.put({**key(), "set": {"NS": ["2", "1.0"]}, "n": {"N": "1.5"}})
    world.update(key(), "SET n = :n", ExpressionAttributeValues={":n": {"N": "1.5"}})
    world.delete(key("2"))
    assert [record["eventName"] for record in world.records()] == ["INSERT"]


def test_sequence_numbers_grow(world):
    for n in range(5):
        world.put({**key(), "n": {"N": str(n)}})
    numbers = [int(record["dynamodb"]["SequenceNumber"]) for record in world.records()]
    assert len(numbers) == 5 and numbers == sorted(set(numbers))
    assert int(world.shard()["SequenceNumberRange"]["StartingSequenceNumber"]) <= numbers[0]


def test_iterators_start_where_they_say(world):
    for n in range(4):
        world.put({**key(), "n": {"N": str(n)}})
    second = world.records()[1]["dynamodb"]["SequenceNumber"]
    latest = world.iterator("LATEST")
    world.put({**key(), "n": {"N": "4"}})

    def values(iterator):
        page = world.streams.get_records(ShardIterator=iterator)
        assert page["NextShardIterator"]
        return [record["dynamodb"]["NewImage"]["n"]["N"] for record in page["Records"]]

    assert values(world.iterator("TRIM_HORIZON")) == list("01234")
    assert values(world.iterator("AT_SEQUENCE_NUMBER", SequenceNumber=second)) == list("1234")
    assert values(world.iterator("AFTER_SEQUENCE_NUMBER", SequenceNumber=second)) == list("234")
    assert values(latest) == ["4"]
    assert values(latest) == ["4"]


def test_pages_of_records_follow_each_other(world):
    for n in range(7):
        world.put({**key(), "n": {"N": str(n)}})
    iterator, found = world.iterator("TRIM_HORIZON"), []
    for _ in range(4):
        page = world.streams.get_records(ShardIterator=iterator, Limit=3)
        assert len(page["Records"]) <= 3
        found += [record["dynamodb"]["NewImage"]["n"]["N"] for record in page["Records"]]
        iterator = page["NextShardIterator"]
    assert found == list("0123456")


def test_a_disabled_stream_is_closed_and_readable_and_the_next_one_is_new(world):
    world.put(key())
    arn, start = world.stream_arn(), world.iterator("TRIM_HORIZON")
    shard = world.shard()["ShardId"]
    assert "EndingSequenceNumber" not in world.shard()["SequenceNumberRange"]
    off = {"StreamEnabled": False}
    world.dynamodb.update_table(TableName=world.table, StreamSpecification=off)
    closed = world.streams.describe_stream(StreamArn=arn)["StreamDescription"]
    assert closed["StreamStatus"] in ("DISABLING", "DISABLED")
    assert "EndingSequenceNumber" in closed["Shards"][0]["SequenceNumberRange"]
    page = world.streams.get_records(ShardIterator=start)
    assert len(page["Records"]) == 1
    pages = itertools.count()
    while page.get("NextShardIterator") and next(pages) < 5:
        page = world.streams.get_records(ShardIterator=page["NextShardIterator"])
    assert "NextShardIterator" not in page

    on = {"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"}
    world.dynamodb.update_table(TableName=world.table, StreamSpecification=on)
    assert world.stream_arn() != arn and world.shard()["ShardId"] != shard
    world.put(key("2"))
    assert [record["dynamodb"]["Keys"] for record in world.records()] == [key("2")]


def test_children_of_an_open_shard_are_none(world):
    wanted = {"Type": "CHILD_SHARDS", "ShardId": world.shard()["ShardId"]}
    body = {"StreamArn": world.stream_arn(), "ShardFilter": wanted}
    status, answer = world.raw("DynamoDBStreams_20120810.DescribeStream", body)
    assert status == 200 and answer["StreamDescription"]["Shards"] == []


def test_stream_errors(world):
    arn, shard = world.stream_arn(), world.shard()["ShardId"]
    get = world.streams.get_shard_iterator
    where = {"StreamArn": arn, "ShardIteratorType": "TRIM_HORIZON"}
    refused("ResourceNotFoundException", get, ShardId=shard[:-1] + "z", **where)
    refused("ResourceNotFoundException", world.streams.describe_stream, StreamArn=arn[:-3] + "999")
    read = world.streams.get_records
    iterator = world.iterator("LATEST")
    refused("ValidationException", read, ShardIterator=iterator, Limit=1001)


def test_table_is_described(world):
    table = world.dynamodb.describe_table(TableName=world.table)["Table"]
    assert table["TableStatus"] == "ACTIVE"
    assert {part["AttributeName"]: part["KeyType"] for part in table["KeySchema"]} == {
        "pk": "HASH",
        "sk": "RANGE",
    }
    view = {"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"}
    assert table["StreamSpecification"] == view
    assert world.table in world.dynamodb.list_tables()["TableNames"]
