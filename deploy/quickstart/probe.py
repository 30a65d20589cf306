"""Measures lag as a client sees it: from a write acknowledged on one side to its sight on the other."""

import time

import bson

import orders
from harness import stores

KEYS = 10
PATIENCE_SECONDS = 30


class Ends:
    """The two stores as the probe uses them: update one order's revision, read one order's revision."""

    def __init__(self, engines, table, namespace):
        self._stores = stores.Stores.of(engines)
        self._table = table
        self._collection = self._stores.collection(namespace)

    def write_dynamodb(self, customer, number, revision):
        self._stores.dynamodb.update_item(
            TableName=self._table,
            Key=orders.key(customer, number),
            UpdateExpression="SET rev = :rev",
            ExpressionAttributeValues={":rev": {"S": revision}},
        )

    def write_mongodb(self, customer, number, revision):
        self._collection.update_one(self._filter(customer, number), {"$set": {"rev": revision}})

    def read_dynamodb(self, customer, number):
        reply = self._stores.dynamodb.get_item(
            TableName=self._table, Key=orders.key(customer, number), ConsistentRead=True
        )
        return reply["Item"]["rev"]["S"]

    def read_mongodb(self, customer, number):
        return self._collection.find_one(self._filter(customer, number))["rev"]

    @staticmethod
    def _filter(customer, number):
        return {"_id": {"customerId": customer, "orderId": bson.Int64(orders.order_id(number))}}


def _one(write, read, order, revision):
    """Seconds until a write is seen; None if it is not."""
    write(*order, revision)
    acknowledged = time.monotonic()
    while read(*order) != revision:
        if time.monotonic() > acknowledged + PATIENCE_SECONDS:
            return None
        time.sleep(0.002)
    return time.monotonic() - acknowledged


def run(direction, engines, table, namespace, owned, stop, answer):
    """The body of one probing process: probes until `stop` is set; puts (direction, lags) in `answer`."""
    ends = Ends(engines, table, namespace)
    forward = direction == "forward"
    write = ends.write_dynamodb if forward else ends.write_mongodb
    read = ends.read_mongodb if forward else ends.read_dynamodb
    lags = []
    while not stop.is_set():
        lags.append(_one(write, read, owned[len(lags) % KEYS], f"probe-{direction}-{len(lags)}"))
        time.sleep(0.02)
    answer.put((direction, lags))
