"""Two applications that write while the service runs, one on each side, each only its own customers.

Both insert, update, replace, delete and insert again. Each write is one that the store must notice:
it makes exactly one record in that store's change feed, and each has a revision of its own.
"""

import collections
import datetime
import random
import time

import bson

import orders
from harness import mapping, stores

KINDS = ["insert", "update", "replace", "delete", "reinsert"]
WEIGHTS = [22, 46, 14, 12, 6]


class DynamoApplication:
    """Writes items as an application on DynamoDB does."""

    def __init__(self, address, table):
        self._client = stores.dynamodb_client(address)
        self._table = table

    def put(self, customer, number, revision, _chance):
        self._client.put_item(TableName=self._table, Item=orders.order(customer, number, revision))

    def update(self, customer, number, revision, chance):
        self._client.update_item(
            TableName=self._table,
            Key=orders.key(customer, number),
            UpdateExpression="SET rev = :rev, #state = :state, shipTo.note = :note ADD tags :tag",
            ExpressionAttributeNames={"#state": "status"},
            ExpressionAttributeValues={
                ":rev": {"S": revision},
                ":state": {"S": chance.choice(orders.STATES)},
                ":note": {"S": f"changed in {revision}"},
                ":tag": {"SS": [chance.choice(orders.TAGS)]},
            },
        )

    def delete(self, customer, number):
        self._client.delete_item(TableName=self._table, Key=orders.key(customer, number))


class MongoApplication:
    """Writes documents as an application on MongoDB does, with types that only MongoDB has."""

    def __init__(self, address, namespace):
        database, name = namespace.split(".", 1)
        self._collection = stores.mongo_client(address)[database][name]

    @staticmethod
    def _document(customer, number, revision, chance):
        names = [attribute.split(":")[0] for attribute in orders.KEY]
        document = mapping.to_document(orders.order(customer, number, revision), names)
        document["shippedAt"] = datetime.datetime(2026, 5, chance.randint(1, 28), 12, 30)
        document["courier"] = bson.ObjectId()
        document["rating"] = chance.choice([4.5, 3.0, 0.1])
        return document

    @staticmethod
    def _id(customer, number):
        return {"customerId": customer, "orderId": bson.Int64(orders.order_id(number))}

    def put(self, customer, number, revision, chance):
        document = self._document(customer, number, revision, chance)
        self._collection.replace_one({"_id": document["_id"]}, document, upsert=True)

    def update(self, customer, number, revision, chance):
        self._collection.update_one(
            {"_id": self._id(customer, number)},
            {
                "$set": {
                    "rev": revision,
                    "status": chance.choice(orders.STATES),
                    "shipTo.note": None,
                },
                "$push": {"history": {"at": datetime.datetime(2026, 6, 1), "by": revision}},
            },
        )

    def delete(self, customer, number):
        self._collection.delete_one({"_id": self._id(customer, number)})


APPLICATIONS = {"dynamodb": DynamoApplication, "mongodb": MongoApplication}


class Writer:
    """Chooses what to write next; knows which of its orders exist, so that no write is idle."""

    def __init__(self, application, owned, next_number, seed):
        self._application = application
        self._live = list(owned)  # (customer, number)
        self._gone = []
        self._customers = sorted({customer for customer, _ in owned})
        self._next_number = next_number
        self._chance = random.Random(seed)
        self._seed = seed
        self.done = collections.Counter()

    def write(self):
        (kind,) = self._chance.choices(KINDS, WEIGHTS)
        if kind == "reinsert" and not self._gone or kind == "delete" and len(self._live) < 50:
            kind = "insert"
        revision = f"{self._seed}-{self.done.total()}"
        getattr(self, "_" + kind)(revision)
        self.done[kind] += 1

    def _insert(self, revision):
        self._next_number += 1
        order = (self._chance.choice(self._customers), self._next_number)
        self._application.put(*order, revision, self._chance)
        self._live.append(order)

    def _update(self, revision):
        self._application.update(*self._chance.choice(self._live), revision, self._chance)

    def _replace(self, revision):
        self._application.put(*self._chance.choice(self._live), revision, self._chance)

    def _delete(self, _revision):
        place = self._chance.randrange(len(self._live))
        self._live[place], self._live[-1] = self._live[-1], self._live[place]
        order = self._live.pop()
        self._application.delete(*order)
        self._gone.append(order)

    def _reinsert(self, revision):
        order = self._gone.pop(self._chance.randrange(len(self._gone)))
        self._application.put(*order, revision, self._chance)
        self._live.append(order)


def run(side, address, name, owned, next_number, writes, rate, answer):
    """The body of one writing process: `writes` writes at `rate` a second; puts its counts in `answer`."""
    writer = Writer(APPLICATIONS[side](address, name), owned, next_number, side)
    began = time.monotonic()
    for number in range(writes):
        time.sleep(max(0.0, began + number / rate - time.monotonic()))
        writer.write()
    answer.put((side, dict(writer.done), time.monotonic() - began))
