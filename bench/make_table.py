"""Makes a table of believable orders: about 600 bytes each by DynamoDB's rules, 16 attributes.

    make_table.py --endpoint URL --table Orders --items 100000

The same seed gives the same items. The stream is enabled when all are in, because DynamoDB Local
writes several times faster without one (--stream before: at once).
"""

import argparse
import base64
import concurrent.futures
import json
import random
import time

import surroundings
from harness import stores
from raw_dynamo import RawDynamo

ITEM_BYTES = 600
KEY = ("pk:S", "sk:S")
_PER_CUSTOMER = 10
_WORDS = (
    "deliver parcel before noon please leave with neighbour ring twice gift wrapped fragile glass "
    "express customs cleared hold until Friday signature required invoice by mail second attempt "
).split()
_CITIES = ["Lisboa", "Zürich", "Gdańsk", "København", "Toulouse", "Porto", "Malmö", "Graz"]
_STATES = ["placed", "paid", "packed", "shipped", "delivered", "returned"]
_TAGS = ["gift", "priority", "export", "fragile", "bulk", "subscription", "loyalty"]


def key_of(number):
    customer = f"customer#{number // _PER_CUSTOMER:08d}"
    return {"pk": {"S": customer}, "sk": {"S": f"order#{number:010d}"}}


def _line(chance):
    return {
        "M": {
            "sku": {"S": f"SKU-{chance.randrange(10**6):06d}"},
            "price": {"N": f"{chance.randrange(100, 99_999) / 100}"},
            "count": {"N": str(chance.randrange(1, 12))},
        }
    }


def _address(chance):
    return {
        "M": {
            "street": {"S": f"{chance.choice(_WORDS).title()} street {chance.randrange(1, 200)}"},
            "city": {"S": chance.choice(_CITIES)},
            "zip": {"S": f"{chance.randrange(10**5):05d}"},
            "country": {"S": chance.choice(["PT", "CH", "PL", "DK", "FR", "SE", "AT"])},
        }
    }


def item_of(number, seed=1):
    """The item of that number, in DynamoDB's JSON."""
    chance = random.Random(seed * 1_000_003 + number)
    created = 1_700_000_000_000 + number * 1_000 + chance.randrange(1_000)
    moment = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(created // 1000))
    note = " ".join(chance.choices(_WORDS, k=40))[: chance.randrange(198, 248)]
    return {
        **key_of(number),
        "status": {"S": chance.choice(_STATES)},
        "total": {"N": f"{chance.randrange(100, 9_999_999) / 100}"},
        "quantity": {"N": str(chance.randrange(1, 50))},
        "created_at": {"N": str(created)},
        "updated_at": {"S": moment},
        "email": {"S": f"user{chance.randrange(10**7)}@example.org"},
        "address": _address(chance),
        "lines": {"L": [_line(chance), _line(chance)]},
        "tags": {"SS": sorted(chance.sample(_TAGS, 3))},
        "ratings": {"NS": [str(value) for value in sorted(chance.sample(range(100), 3))]},
        "paid": {"BOOL": chance.random() < 0.8},
        "coupon": {"NULL": True},
        "note": {"S": note},
        "fingerprint": {"B": base64.b64encode(chance.randbytes(24)).decode()},
    }


def _write_range(endpoint, table, seed, begin, end):
    dynamodb = RawDynamo(endpoint)
    for start in range(begin, end, 25):
        numbers = range(start, min(start + 25, end))
        waiting = {table: [{"PutRequest": {"Item": item_of(n, seed)}} for n in numbers]}
        while waiting:
            answer = json.loads(dynamodb.call("BatchWriteItem", {"RequestItems": waiting}))
            waiting = answer.get("UnprocessedItems")
    dynamodb.close()


def fill(endpoint, table, items, seed=1, processes=3):
    """Puts the items 0 .. items-1, from several processes."""
    step = 2_000
    with concurrent.futures.ProcessPoolExecutor(processes) as pool:
        tasks = [
            pool.submit(_write_range, endpoint, table, seed, begin, min(begin + step, items))
            for begin in range(0, items, step)
        ]
        for task in tasks:
            task.result()


def average_size(items, seed=1, sample=200):
    """By DynamoDB's size rules, of a sample."""
    from tests.fakes.dynamo import values

    numbers = range(0, items, max(1, items // sample))
    sizes = [values.item_size(values.canonical_item(item_of(number, seed))) for number in numbers]
    return sum(sizes) / len(sizes)


def make(endpoint, table, items, seed=1, stream="after"):
    """Creates and fills the table; returns the seconds that took."""
    started = time.monotonic()
    dynamodb = stores.dynamodb_client(endpoint)
    stores.create_table(dynamodb, table, key=KEY, stream=stream == "before")
    fill(endpoint, table, items, seed)
    if stream == "after":
        on = {"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"}
        dynamodb.update_table(TableName=table, StreamSpecification=on)
    return time.monotonic() - started


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--endpoint", required=True)
    parser.add_argument("--table", default="Orders")
    parser.add_argument("--items", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--stream", choices=("before", "after", "none"), default="after")
    given = parser.parse_args()
    seconds = make(given.endpoint, given.table, given.items, given.seed, given.stream)
    size = average_size(given.items, given.seed)
    surroundings.note(
        f"{given.items} items of {size:.0f} B on average in {seconds:.1f} s "
        f"({given.items / seconds:.0f}/s)"
    )


if __name__ == "__main__":
    main()
