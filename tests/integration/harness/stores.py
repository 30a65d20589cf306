"""Clients of both stores, tables, and plain reads and writes of them.

Items are in boto3's low-level form: {"pk": {"S": "a"}, "n": {"N": "1"}}; binaries are bytes.
"""

import concurrent.futures
import dataclasses
import uuid

import boto3
import botocore.config
import pymongo

REGION = "us-east-1"
# DynamoDB Local keeps a world apart for each access key, and refuses "-" and "_" in it.
CREDENTIALS = {"AWS_ACCESS_KEY_ID": "crossfadelocal", "AWS_SECRET_ACCESS_KEY": "crossfadelocal"}


def _client(service, endpoint, access_key):
    return boto3.client(
        service,
        endpoint_url=endpoint,
        region_name=REGION,
        aws_access_key_id=access_key,
        aws_secret_access_key=CREDENTIALS["AWS_SECRET_ACCESS_KEY"],
        config=botocore.config.Config(max_pool_connections=32, retries={"total_max_attempts": 1}),
    )


def dynamodb_client(endpoint, access_key=CREDENTIALS["AWS_ACCESS_KEY_ID"]):
    """Thread-safe. Never repeats a request: a test counts what it wrote."""
    return _client("dynamodb", endpoint, access_key)


def streams_client(endpoint, access_key=CREDENTIALS["AWS_ACCESS_KEY_ID"]):
    return _client("dynamodbstreams", endpoint, access_key)


def mongo_client(uri):
    return pymongo.MongoClient(uri, retryWrites=False, serverSelectionTimeoutMS=10_000)


@dataclasses.dataclass
class Stores:
    dynamodb: object
    streams: object
    mongo: pymongo.MongoClient
    credentials: dict = dataclasses.field(default_factory=lambda: dict(CREDENTIALS))

    @classmethod
    def of(cls, engines):
        endpoint = engines.dynamodb_endpoint
        return cls(
            dynamodb_client(endpoint), streams_client(endpoint), mongo_client(engines.mongodb_uri)
        )

    def apart(self, engines):
        """The same MongoDB beside an empty DynamoDB: DynamoDB Local slows down as stream records
        pile up, also those of deleted tables, but each access key has its own."""
        key = f"crossfade{uuid.uuid4().hex[:20]}"
        endpoint = engines.dynamodb_endpoint
        return Stores(
            dynamodb_client(endpoint, key),
            streams_client(endpoint, key),
            self.mongo,
            {**CREDENTIALS, "AWS_ACCESS_KEY_ID": key},
        )

    def collection(self, namespace):
        """The collection of "database.collection"."""
        database, name = namespace.split(".", 1)
        return self.mongo[database][name]


# ---- tables


def index(name, hash_name, sort_name):
    """An LSI or GSI for create_table; attribute names with their types, as in "total:N"."""
    return {"IndexName": name, "hash": hash_name, "sort": sort_name}


def create_table(dynamodb, table, key=("pk:S", "sk:S"), lsi=(), gsi=(), stream=True):
    """Makes a table and waits for it. `key` is one or two attributes with their types."""
    types = {}

    def schema(*attributes):
        split = [attribute.split(":") for attribute in attributes]
        types.update(split)
        return [
            {"AttributeName": name, "KeyType": role}
            for (name, _), role in zip(split, ("HASH", "RANGE"))
        ]

    def indexes(given):
        return [
            {
                "IndexName": one["IndexName"],
                "KeySchema": schema(one["hash"], one["sort"]),
                "Projection": {"ProjectionType": "ALL"},
            }
            for one in given
        ]

    request = {
        "TableName": table,
        "KeySchema": schema(*key),
        "BillingMode": "PAY_PER_REQUEST",
        "LocalSecondaryIndexes": indexes(lsi),
        "GlobalSecondaryIndexes": indexes(gsi),
        "StreamSpecification": {"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"},
    }
    if not stream:
        del request["StreamSpecification"]
    request = {name: value for name, value in request.items() if value != []}
    request["AttributeDefinitions"] = [
        {"AttributeName": name, "AttributeType": kind} for name, kind in types.items()
    ]
    dynamodb.create_table(**request)
    dynamodb.get_waiter("table_exists").wait(TableName=table, WaiterConfig={"Delay": 1})


def key_schema(dynamodb, table):
    """The key attributes with their types, the hash first: {"pk": "S", "sk": "N"}."""
    described = dynamodb.describe_table(TableName=table)["Table"]
    kinds = {one["AttributeName"]: one["AttributeType"] for one in described["AttributeDefinitions"]}
    parts = sorted(described["KeySchema"], key=lambda part: part["KeyType"])
    return {part["AttributeName"]: kinds[part["AttributeName"]] for part in parts}


def key_names(dynamodb, table):
    """The names of the hash and (if there is one) the sort attribute, in this order."""
    return list(key_schema(dynamodb, table))


# ---- reading and writing everything


def batch_put(dynamodb, table, items, threads=8):
    """Puts all items with BatchWriteItem, 25 a request, until none is left unprocessed."""

    def put(batch):
        waiting = {table: [{"PutRequest": {"Item": item}} for item in batch]}
        while waiting:
            waiting = dynamodb.batch_write_item(RequestItems=waiting)["UnprocessedItems"]

    batches = (items[start : start + 25] for start in range(0, len(items), 25))
    with concurrent.futures.ThreadPoolExecutor(threads) as pool:
        list(pool.map(put, batches))


def read_items(dynamodb, table, segments=4):
    """Every item of the table, by a consistent parallel scan."""

    def read(segment):
        pages = dynamodb.get_paginator("scan").paginate(
            TableName=table, Segment=segment, TotalSegments=segments, ConsistentRead=True
        )
        return [item for page in pages for item in page["Items"]]

    with concurrent.futures.ThreadPoolExecutor(segments) as pool:
        return [item for part in pool.map(read, range(segments)) for item in part]


def read_stream(dynamodb, streams, table):
    """Every record of the table's stream that is still there, oldest first within each shard."""
    arn = dynamodb.describe_table(TableName=table)["Table"]["LatestStreamArn"]
    records = []
    for shard in streams.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"]:
        iterator = streams.get_shard_iterator(
            StreamArn=arn, ShardId=shard["ShardId"], ShardIteratorType="TRIM_HORIZON"
        )["ShardIterator"]
        while iterator:
            page = streams.get_records(ShardIterator=iterator, Limit=1000)
            records += page["Records"]
            iterator = page.get("NextShardIterator") if page["Records"] else None
    return records
