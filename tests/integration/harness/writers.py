"""Applications that write on one side, at random but from a seed, and know what must be there at the end.

with DynamoWriter(pair, "d", seed) as left, MongoWriter(pair, "m", seed) as right:
    ...                          # both write until the block ends
left.expected                    # {sk: item} of all that starts with pk "d"
right.expected                   # {sk: document} of pk "m"
"""

import random
import threading
import time

from harness.items import attribute, document, item


class Writer(threading.Thread):
    """Writes to its keys `per_second` times a second, each key under the one pk that it owns."""

    def __init__(self, pair, pk, seed, keys=40, per_second=150):
        super().__init__(name=f"writer of {pk}")
        self.pair, self.pk, self.keys = pair, pk, keys
        self.expected = {}
        self.writes = 0
        self._random = random.Random(f"{seed}/{pk}")
        self._pause = 1 / per_second
        self._ended = threading.Event()
        self._fault = None

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self._ended.set()
        self.join()
        if self._fault:
            raise self._fault

    def run(self):
        due = time.monotonic()
        try:
            while not self._ended.is_set():
                self.write_one(f"{self._random.randrange(self.keys):03}")
                self.writes += 1
                due = max(due + self._pause, time.monotonic() - 1)
                time.sleep(max(0.0, due - time.monotonic()))
        except Exception as fault:  # shown by the test that owns the writer
            self._fault = fault

    def value(self):
        """Something small that is seldom the same twice."""
        return self._random.choice([self._random.randrange(1000), f"v{self._random.random()}"])

    def write_one(self, sk):
        there = self.expected.get(sk)
        chosen = self._random.choice(["put", "change", "change", "put", "delete"])
        if chosen == "delete" and there:
            self.delete(sk)
            del self.expected[sk]
        elif chosen == "change" and there:
            name, value = f"f{self._random.randrange(3)}", self.value()
            self.change(sk, name, value)
            self.expected[sk] = {**there, name: self.stored(value)}
        else:
            whole = self.whole(sk, {f"f{number}": self.value() for number in range(3)})
            self.put(sk, whole)
            self.expected[sk] = whole

    def stored(self, value):
        return value


class DynamoWriter(Writer):
    """Puts, updates and deletes items."""

    def _place(self, sk):
        return {"TableName": self.pair.table, "Key": item(pk=self.pk, sk=sk)}

    def whole(self, sk, values):
        return item(pk=self.pk, sk=sk, **values)

    def stored(self, value):
        return attribute(value)

    def put(self, sk, whole):
        self.pair.put(whole)

    def change(self, sk, name, value):
        self.pair.stores.dynamodb.update_item(
            **self._place(sk),
            UpdateExpression="SET #n = :v",
            ExpressionAttributeNames={"#n": name},
            ExpressionAttributeValues={":v": attribute(value)},
        )

    def delete(self, sk):
        self.pair.stores.dynamodb.delete_item(**self._place(sk))

    def assert_kept(self):
        """The table holds what was written here, whoever else wrote."""
        found = {sk: one for (pk, sk), one in self.pair.items().items() if pk == self.pk}
        assert found == self.expected


class MongoWriter(Writer):
    """Replaces (as upserts), updates and deletes documents, every fifth in a transaction of its own."""

    def whole(self, sk, values):
        return document(self.pk, sk, **values)

    def _write(self, operation):
        """operation(session); a transaction is tried again when the server says that it may be."""
        if self._random.random() < 0.8:
            operation(None)
            return
        with self.pair.stores.mongo.start_session() as session:
            session.with_transaction(operation)

    def _place(self, sk):
        return {"_id": {"pk": self.pk, "sk": sk}}

    def put(self, sk, whole):
        collection = self.pair.collection
        self._write(
            lambda session: collection.replace_one(
                self._place(sk), whole, upsert=True, session=session
            )
        )

    def change(self, sk, name, value):
        collection, change = self.pair.collection, {"$set": {name: value}}
        self._write(
            lambda session: collection.update_one(self._place(sk), change, session=session)
        )

    def delete(self, sk):
        collection = self.pair.collection
        self._write(lambda session: collection.delete_one(self._place(sk), session=session))

    def assert_kept(self):
        """The collection holds what was written here, whoever else wrote."""
        found = {one["sk"]: one for one in self.pair.collection.find({"pk": self.pk})}
        assert found == self.expected
