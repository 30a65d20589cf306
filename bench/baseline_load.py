"""The full load as an engineer would write it in an afternoon, and as many have: the yardstick.

boto3's parallel Scan with its own type deserialisation, plain Python values, pymongo inserts of
1,000 documents, four threads, as many segments. No checkpoint, no change capture, no way back.

    baseline_load.py --endpoint URL --uri URI --table Orders --collection shop.orders [--segments 4]

Prints one line of JSON: items, seconds, items_per_second, cpu_us_per_item, rss_mb.
"""

import argparse
import concurrent.futures
import decimal
import json
import os
import resource
import time

import boto3
import pymongo
from boto3.dynamodb.types import Binary
from bson.decimal128 import Decimal128

THREADS = 4
BATCH = 1_000


def plain(value):
    """What boto3 gives, as what pymongo takes."""
    if isinstance(value, decimal.Decimal):
        return int(value) if value == value.to_integral_value() else Decimal128(value)
    if isinstance(value, Binary):
        return bytes(value)
    if isinstance(value, dict):
        return {name: plain(inner) for name, inner in value.items()}
    if isinstance(value, (list, set)):
        return [plain(inner) for inner in value]
    return value


def document(item, key_names):
    found = {name: plain(value) for name, value in item.items()}
    return {"_id": {name: found[name] for name in key_names}, **found}


def copy_segment(table, collection, key_names, part):
    copied, batch, start = 0, [], {}
    while start is not None:
        page = table.scan(**part, **start)
        for item in page["Items"]:
            batch.append(document(item, key_names))
            if len(batch) == BATCH:
                collection.insert_many(batch)
                copied += len(batch)
                batch = []
        last = page.get("LastEvaluatedKey")
        start = {"ExclusiveStartKey": last} if last else None
    if batch:
        collection.insert_many(batch)
    return copied + len(batch)


def load(endpoint, uri, table_name, namespace, segments):
    key = os.environ.get("AWS_ACCESS_KEY_ID", "crossfadelocal")
    dynamodb = boto3.resource(
        "dynamodb",
        endpoint_url=endpoint,
        region_name="us-east-1",
        aws_access_key_id=key,
        aws_secret_access_key=os.environ.get("AWS_SECRET_ACCESS_KEY", key),
    )
    database, name = namespace.split(".", 1)
    collection = pymongo.MongoClient(uri)[database][name]
    table = dynamodb.Table(table_name)
    key_names = [part["AttributeName"] for part in table.key_schema]
    with concurrent.futures.ThreadPoolExecutor(THREADS) as pool:
        parts = [
            pool.submit(copy_segment, table, collection, key_names, part)
            for part in ({"Segment": n, "TotalSegments": segments} for n in range(segments))
        ]
        return sum(part.result() for part in parts)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    for name in ("endpoint", "uri", "table", "collection"):
        parser.add_argument(f"--{name}", required=True)
    parser.add_argument("--segments", type=int, default=THREADS)
    given = parser.parse_args()
    started = time.monotonic()
    items = load(given.endpoint, given.uri, given.table, given.collection, given.segments)
    seconds = time.monotonic() - started
    used = resource.getrusage(resource.RUSAGE_SELF)
    print(
        json.dumps(
            {
                "items": items,
                "seconds": round(seconds, 3),
                "items_per_second": round(items / seconds, 1),
                "cpu_us_per_item": round((used.ru_utime + used.ru_stime) * 1e6 / items, 1),
                "rss_mb": round(used.ru_maxrss / 1024, 1),
            }
        )
    )


if __name__ == "__main__":
    main()
