"""What the scripted DynamoDB does beyond DynamoDB Local: shards, faults, credentials, statistics."""

import http.client
import json
import subprocess
import sys
import time
import urllib.parse

import boto3
import botocore.config
import pytest
from botocore.exceptions import ClientError, HTTPClientError

from harness import fake_dynamo, stores
from harness.engines import ROOT

TABLE = "scripted"


@pytest.fixture
def fake():
    with fake_dynamo.running(shards=2) as running:
        stores.create_table(running.dynamodb, TABLE, key=("pk:S",))
        yield running


def item(name, value=0):
    return {"pk": {"S": name}, "n": {"N": str(value)}}


def put(fake, name, value=0):
    return fake.dynamodb.put_item(TableName=TABLE, Item=item(name, value))


def stream_arn(fake):
    return fake.dynamodb.describe_table(TableName=TABLE)["Table"]["LatestStreamArn"]


def described(fake, **options):
    """All shards, page by page, and how many pages that took."""
    shards, pages, after = [], 0, {}
    while after is not None:
        page = fake.streams.describe_stream(StreamArn=stream_arn(fake), **after, **options)
        page = page["StreamDescription"]
        shards += page["Shards"]
        pages += 1
        last = page.get("LastEvaluatedShardId")
        after = last and {"ExclusiveStartShardId": last}
    return shards, pages


def iterator(fake, shard, kind="TRIM_HORIZON", **options):
    return fake.streams.get_shard_iterator(
        StreamArn=stream_arn(fake), ShardId=shard, ShardIteratorType=kind, **options
    )["ShardIterator"]


def read_shard(fake, shard):
    """(records, whether the shard has ended)"""
    records, where = [], iterator(fake, shard)
    while where:
        page = fake.streams.get_records(ShardIterator=where)
        records += page["Records"]
        where = page.get("NextShardIterator")
        if where and not page["Records"]:
            return records, False
    return records, True


def code(caught):
    return caught.value.response["Error"]["Code"]


# ---- shards


def test_lineage_keeps_the_order_of_each_key(fake):
    names = [f"key{n}" for n in range(20)]
    for value in range(4):
        for name in names:
            put(fake, name, value)
        (fake.control.split if value == 1 else fake.control.roll)(TABLE)
    shards, _ = described(fake)
    assert len(shards) == 2 + 2 + 4 + 4 + 4
    seen, done = {name: [] for name in names}, set()
    waiting = list(shards)
    while waiting:
        shard = waiting.pop(0)
        parent = shard.get("ParentShardId")
        if parent and parent not in done:
            waiting.append(shard)
            continue
        records, ended = read_shard(fake, shard["ShardId"])
        assert ended == ("EndingSequenceNumber" in shard["SequenceNumberRange"])
        for record in records:
            change = record["dynamodb"]
            seen[change["Keys"]["pk"]["S"]].append(int(change["NewImage"]["n"]["N"]))
        done.add(shard["ShardId"])
    assert all(values == [0, 1, 2, 3] for values in seen.values())


def test_children_of_a_split_share_its_keys(fake):
    parent = fake.control.shards(TABLE)[0]["id"]
    left, right = fake.control.split(TABLE, parent)
    for n in range(40):
        put(fake, f"key{n}")
    counts = {shard["id"]: len(shard["sequences"]) for shard in fake.control.shards(TABLE)}
    assert counts[parent] == 0 and counts[left] > 0 and counts[right] > 0
    assert sum(counts.values()) == 40


def test_shards_are_listed_in_pages_without_order(fake):
    fake.control.settings(describe_page=3)
    for _ in range(3):
        fake.control.roll(TABLE)
    shards, pages = described(fake)
    ids = [shard["ShardId"] for shard in shards]
    assert pages == 3 and len(set(ids)) == 8 and ids != sorted(ids)


def test_children_may_show_late(fake):
    fake.control.settings(children_delay=0.3)
    parent = fake.control.shards(TABLE)[0]["id"]
    (child,) = fake.control.roll(TABLE, parent)
    assert child not in [shard["ShardId"] for shard in described(fake)[0]]
    time.sleep(0.35)
    assert child in [shard["ShardId"] for shard in described(fake)[0]]


def test_records_may_show_late(fake):
    shard, *_ = fake.control.roll(TABLE)
    fake.control.settings(stream_delay=0.3)
    for n in range(10):
        put(fake, f"key{n}")
    latest = iterator(fake, shard, "LATEST")
    fake.control.roll(TABLE)
    page = fake.streams.get_records(ShardIterator=latest)
    assert page["Records"] == [] and page["NextShardIterator"]
    time.sleep(0.35)
    page = fake.streams.get_records(ShardIterator=page["NextShardIterator"])
    assert page["Records"] and "NextShardIterator" not in page


def test_sequence_numbers_grow_by_a_digit(fake):
    put(fake, "a", 1)
    fake.control.jump_sequences("9" * 26)
    put(fake, "a", 2)
    numbers = [record["dynamodb"]["SequenceNumber"] for record in fake.control.records(TABLE)]
    assert [len(number) for number in numbers] == [26, 27] and numbers[1] < numbers[0]


def test_pages_end_at_a_thousand_records_or_a_megabyte(fake):
    fake.control.stream(TABLE, False)
    fake.control.settings(shards=1)
    fake.control.stream(TABLE, True)
    puts = [item(f"key{n}") for n in range(1001)] + [
        {**item(f"big{n}"), "x": {"S": "x" * 400_000}} for n in range(4)
    ]
    stores.batch_put(fake.dynamodb, TABLE, puts[:1001])
    stores.batch_put(fake.dynamodb, TABLE, puts[1001:], threads=1)
    where, sizes = iterator(fake, fake.control.shards(TABLE)[0]["id"]), []
    for _ in range(3):
        page = fake.streams.get_records(ShardIterator=where)
        sizes.append(len(page["Records"]))
        where = page["NextShardIterator"]
    assert sizes == [1000, 3, 2]


def test_expired_iterators(fake):
    shard = fake.control.shards(TABLE)[0]["id"]
    old = iterator(fake, shard)
    fake.control.expire_iterators()
    with pytest.raises(ClientError) as caught:
        fake.streams.get_records(ShardIterator=old)
    assert code(caught) == "ExpiredIteratorException"
    fake.control.settings(iterator_life=0.05)
    young = iterator(fake, shard)
    fake.streams.get_records(ShardIterator=young)
    time.sleep(0.1)
    with pytest.raises(ClientError):
        fake.streams.get_records(ShardIterator=young)


def test_trimmed_records_and_lost_shards(fake):
    shard, *_ = fake.control.shards(TABLE)
    begin = iterator(fake, shard["id"])
    begin = fake.streams.get_records(ShardIterator=begin)["NextShardIterator"]
    for n in range(20):
        put(fake, f"key{n}")
    first, *_ = fake.control.shards(TABLE)[0]["sequences"]
    gone = fake.control.trim(TABLE)
    put(fake, "after", 1)
    assert gone == 20 and len(fake.control.records(TABLE)) == 1
    with pytest.raises(ClientError) as caught:
        fake.streams.get_records(ShardIterator=begin)
    assert code(caught) == "TrimmedDataAccessException"
    with pytest.raises(ClientError) as caught:
        iterator(fake, shard["id"], "AFTER_SEQUENCE_NUMBER", SequenceNumber=first)
    assert code(caught) == "TrimmedDataAccessException"
    assert sum(len(read_shard(fake, s["id"])[0]) for s in fake.control.shards(TABLE)) == 1
    fake.control.forget_shard(TABLE, shard["id"])
    with pytest.raises(ClientError) as caught:
        iterator(fake, shard["id"])
    assert code(caught) == "ResourceNotFoundException"


def test_expiry_of_an_item(fake):
    for name in ("a", "b"):
        put(fake, name)
    fake.control.ttl_delete(TABLE, {"pk": {"S": "a"}})
    fake.control.ttl_delete(TABLE, {"pk": {"S": "b"}}, identity=False)
    first, second = fake.control.records(TABLE)[2:]
    assert first["eventName"] == second["eventName"] == "REMOVE"
    assert first["userIdentity"]["PrincipalId"] == "dynamodb.amazonaws.com"
    assert "userIdentity" not in second and fake.control.items(TABLE) == []


def test_reads_are_counted_and_limited(fake):
    shard = fake.control.shards(TABLE)[0]["id"]
    fake.control.settings(reads_per_second=5)
    where = iterator(fake, shard)
    for _ in range(5):
        fake.streams.get_records(ShardIterator=where)
    with pytest.raises(ClientError) as caught:
        fake.streams.get_records(ShardIterator=where)
    assert code(caught) == "LimitExceededException"
    assert fake.control.reads() == {shard: {"total": 6, "most": 6}}


# ---- faults


def test_throttling_and_server_errors(fake):
    fake.control.fault("PutItem", "throttle", times=2)
    fake.control.fault("GetRecords", "throttle")
    fake.control.fault("PutItem", "error", status=503)
    for expected in ["ProvisionedThroughputExceededException"] * 2 + ["ServiceUnavailable"]:
        with pytest.raises(ClientError) as caught:
            put(fake, "a")
        assert code(caught) == expected
    put(fake, "a")
    with pytest.raises(ClientError) as caught:
        fake.streams.get_records(ShardIterator=iterator(fake, fake.control.shards(TABLE)[0]["id"]))
    assert code(caught) == "LimitExceededException"
    told = fake.control.statistics()["PutItem"]
    assert (told["calls"], told["ok"], told["faults"]) == (4, 1, {"throttle": 2, "error": 1})


def test_faults_choose_their_calls(fake):
    fake.control.fault("writes", "error", skip=1, text='"second"')
    for name in ("second", "first"):
        put(fake, name)
    with pytest.raises(ClientError) as caught:
        put(fake, "second", 2)
    assert code(caught) == "InternalServerError"
    fake.control.fault("*", "drop", times=None)
    for _ in range(3):
        with pytest.raises(HTTPClientError):
            put(fake, "third")
    fake.control.clear_faults()
    put(fake, "third")
    assert fake.control.pending() == {"faults": [], "late": 0}


def test_unprocessed_parts_of_batches(fake):
    fake.control.fault("BatchWriteItem", "unprocessed", items=2)
    writes = [{"PutRequest": {"Item": item(f"key{n}")}} for n in range(5)]
    reply = fake.dynamodb.batch_write_item(RequestItems={TABLE: writes})
    assert reply["UnprocessedItems"] == {TABLE: writes[3:]} and len(fake.control.items(TABLE)) == 3
    keys = {TABLE: {"Keys": [{"pk": {"S": f"key{n}"}} for n in range(3)], "ConsistentRead": True}}
    fake.control.fault("BatchGetItem", "unprocessed", items=1)
    reply = fake.dynamodb.batch_get_item(RequestItems=keys)
    left = {TABLE: {"Keys": [{"pk": {"S": "key2"}}], "ConsistentRead": True}}
    assert reply["UnprocessedKeys"] == left and len(reply["Responses"][TABLE]) == 2
    fake.control.fault("BatchWriteItem", "unprocessed", items=5)
    with pytest.raises(ClientError) as caught:
        fake.dynamodb.batch_write_item(RequestItems={TABLE: writes})
    assert code(caught) == "ProvisionedThroughputExceededException"


def test_lost_replies_and_late_writes(fake):
    fake.control.fault("PutItem", "lose_reply")
    with pytest.raises(HTTPClientError):
        put(fake, "a", 1)
    assert fake.control.items(TABLE) == [item("a", 1)]
    fake.control.fault("PutItem", "apply_late", seconds=0.3)
    with pytest.raises(HTTPClientError):
        put(fake, "a", 2)
    fake.dynamodb.delete_item(TableName=TABLE, Key={"pk": {"S": "a"}})
    assert fake.control.items(TABLE) == [] and fake.control.pending()["late"] == 1
    time.sleep(0.4)
    assert fake.control.items(TABLE) == [item("a", 2)] and fake.control.pending()["late"] == 0


@pytest.mark.parametrize("kind, slow_write", [("delay", False), ("delay_before", True)])
def test_delayed_replies(fake, kind, slow_write):
    fake.control.fault("PutItem", kind, seconds=0.2)
    begun = time.monotonic()
    put(fake, "a")
    assert time.monotonic() - begun >= 0.2
    (record,), now = fake.control.records(TABLE), time.time()
    assert (
        record["eventName"] == "INSERT" and now >= record["dynamodb"]["ApproximateCreationDateTime"]
    )


@pytest.mark.parametrize("kind", ["wrong_crc", "truncate"])
def test_damaged_replies_are_noticed(fake, kind):
    put(fake, "a")
    fake.control.fault("GetItem", kind, times=None)
    with pytest.raises(Exception) as caught:
        fake.dynamodb.get_item(TableName=TABLE, Key={"pk": {"S": "a"}})
    assert not isinstance(caught.value, AssertionError)
    fake.control.clear_faults()
    assert fake.dynamodb.get_item(TableName=TABLE, Key={"pk": {"S": "a"}})["Item"] == item("a")


# ---- credentials


def client(url, key, secret, token=None):
    return boto3.client(
        "dynamodb",
        endpoint_url=url,
        region_name="us-east-1",
        aws_access_key_id=key,
        aws_secret_access_key=secret,
        aws_session_token=token,
        config=botocore.config.Config(retries={"total_max_attempts": 1}),
    )


@pytest.mark.parametrize(
    "settings, expected",
    [
        ({"access_key": "me", "secret_key": "right", "session_token": "t"}, None),
        ({"secret_key": "other"}, "InvalidSignatureException"),
        ({"access_key": "you"}, "UnrecognizedClientException"),
        ({"session_token": "u"}, "UnrecognizedClientException"),
        ({"clock_offset": 1000}, "InvalidSignatureException"),
        ({"region": "eu-west-1"}, "InvalidSignatureException"),
    ],
)
def test_credentials_are_checked(settings, expected):
    with fake_dynamo.running(**settings) as fake:
        call = client(fake.url, "me", "right", "t").list_tables
        if expected is None:
            assert call()["TableNames"] == []
            return
        with pytest.raises(ClientError) as caught:
            call()
        assert code(caught) == expected


@pytest.mark.parametrize(
    "kind, expected",
    [
        ("expired_token", "ExpiredTokenException"),
        ("refuse_credentials", "UnrecognizedClientException"),
    ],
)
def test_credentials_are_refused_on_order(fake, kind, expected):
    fake.control.fault("*", kind)
    with pytest.raises(ClientError) as caught:
        put(fake, "a")
    assert code(caught) == expected
    put(fake, "a")


# ---- the server


def test_a_request_without_signature_is_refused(fake):
    parts = urllib.parse.urlsplit(fake.url)
    connection = http.client.HTTPConnection(parts.hostname, parts.port)
    for _ in range(2):
        connection.request("POST", "/", "{}", {"X-Amz-Target": "DynamoDB_20120810.ListTables"})
        reply = connection.getresponse()
        answer = json.loads(reply.read())
        assert reply.status == 400 and reply.getheader("Date")
        assert answer["__type"].endswith("#MissingAuthenticationTokenException")
    connection.close()


def test_what_the_fake_does_not_know_is_refused(fake):
    with pytest.raises(ClientError, match="FilterExpression"):
        fake.dynamodb.scan(TableName=TABLE, FilterExpression="attribute_exists(pk)")
    with pytest.raises(fake_dynamo.ControlError, match="no such command"):
        fake.control._do("dance")
    with pytest.raises(fake_dynamo.ControlError, match="no such fault"):
        fake.control.fault("*", "dance")
    with pytest.raises(fake_dynamo.ControlError, match="no such setting"):
        fake.control.settings(dance=1)


def test_it_runs_as_a_process():
    command = [sys.executable, "-m", "tests.fakes.dynamo", "--port", "0", "--set", "shards=3"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        try:
            url = process.stdout.readline().strip()
            dynamodb = stores.dynamodb_client(url)
            stores.create_table(dynamodb, TABLE)
            arn = dynamodb.describe_table(TableName=TABLE)["Table"]["LatestStreamArn"]
            shards = stores.streams_client(url).describe_stream(StreamArn=arn)
            assert len(shards["StreamDescription"]["Shards"]) == 3
        finally:
            process.terminate()
    assert process.returncode == 0
