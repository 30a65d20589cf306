"""Writers that keep a rate, and what they note of every change.

A change is [key, number, kind, acknowledged at]: the number grows with every change of a key, kind
is "put" or "delete", times are time.monotonic(), which all processes of a machine share.
"""

import concurrent.futures
import json
import random
import time

import pymongo

import surroundings  # noqa: F401  (finds the harness)
from harness import stores
from make_table import item_of
from raw_dynamo import RawDynamo

SORT = "order#1"


class DynamoSide:
    """Writes items of about 600 bytes; `seq` carries the number."""

    def __init__(self, endpoint, table):
        self._dynamodb = RawDynamo(endpoint)
        self._table = table

    @staticmethod
    def _key(name):
        return {"pk": {"S": name}, "sk": {"S": SORT}}

    def insert(self, name, number):
        item = {**item_of(number), **self._key(name), "seq": {"N": str(number)}}
        self._dynamodb.call("PutItem", {"TableName": self._table, "Item": item})

    def update(self, name, number):
        self._dynamodb.call(
            "UpdateItem",
            {
                "TableName": self._table,
                "Key": self._key(name),
                "UpdateExpression": "SET #s = :s",
                "ExpressionAttributeNames": {"#s": "seq"},
                "ExpressionAttributeValues": {":s": {"N": str(number)}},
            },
        )

    def delete(self, name):
        self._dynamodb.call("DeleteItem", {"TableName": self._table, "Key": self._key(name)})

    def number(self, name):
        """The number that stands there now, None for no item."""
        request = {"TableName": self._table, "Key": self._key(name), "ConsistentRead": True}
        item = json.loads(self._dynamodb.call("GetItem", request)).get("Item")
        return int(item["seq"]["N"]) if item else None


class MongoSide:
    """The same changes in a collection, with acknowledgement by the majority."""

    def __init__(self, uri, namespace):
        database, name = namespace.split(".", 1)
        concern = pymongo.WriteConcern("majority")
        self._collection = stores.mongo_client(uri)[database].get_collection(
            name, write_concern=concern
        )

    @staticmethod
    def _id(name):
        return {"pk": name, "sk": SORT}

    def insert(self, name, number):
        document = {
            "_id": self._id(name),
            **self._id(name),
            "seq": number,
            "status": "placed",
            "total": 129.5,
            "paid": True,
            "tags": ["gift", "export"],
            "address": {"street": "Ring street 12", "city": "Graz", "zip": "08010"},
            "note": "deliver parcel before noon please " * 11,
        }
        self._collection.insert_one(document)

    def update(self, name, number):
        self._collection.update_one({"_id": self._id(name)}, {"$set": {"seq": number}})

    def delete(self, name):
        self._collection.delete_one({"_id": self._id(name)})


class Writer:
    """Makes changes of keys of its own at fixed moments, late ones at once: 40 % inserts, 50 %
    updates, 10 % deletes of keys that never come back."""

    def __init__(self, side, prefix, rate, seconds):
        self._side = side
        self._prefix = prefix
        self._interval = 1 / rate
        self._count = round(rate * seconds)
        self._chance = random.Random(prefix)
        self._living = []
        self._next_key = 0
        self.changes = []

    def run(self):
        begin = time.monotonic()
        for number in range(1, self._count + 1):
            wait = begin + number * self._interval - time.monotonic()
            if wait > 0:
                time.sleep(wait)
            self._change(number)

    def _change(self, number):
        dice = self._chance.random()
        kind = "put"
        if dice < 0.4 or not self._living:
            name = f"{self._prefix}-{self._next_key}"
            self._next_key += 1
            self._living.append(name)
            self._side.insert(name, number)
        elif dice < 0.9:
            name = self._chance.choice(self._living)
            self._side.update(name, number)
        else:
            name = self._living.pop(self._chance.randrange(len(self._living)))
            self._side.delete(name)
            kind = "delete"
        self.changes.append([name, number, kind, time.monotonic()])


def write_at(make_side, rate, seconds, prefix, threads=8):
    """Writes keys of that prefix with several threads; returns all changes and the rate reached."""
    writers = [
        Writer(make_side(), f"{prefix}{number}", rate / threads, seconds)
        for number in range(threads)
    ]
    begin = time.monotonic()
    with concurrent.futures.ThreadPoolExecutor(threads) as pool:
        for done in [pool.submit(writer.run) for writer in writers]:
            done.result()
    changes = [change for writer in writers for change in writer.changes]
    return changes, len(changes) / (max(change[3] for change in changes) - begin)
