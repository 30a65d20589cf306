"""The service between the scripted DynamoDB and the real MongoDB, as one thing.

    from harness.scripted import scripted                   # a fixture: scripted(**settings of the fake)

    world = scripted(shards=2)
    pair = world.pair()                                     # a table of the fake and a collection
    service = world.service(pair.link(forward={...})).start()
    world.control.split(pair.table)
"""

import dataclasses
import itertools
import os
import threading
import time

import pytest

from conftest import Pair
from harness import fake_dynamo
from harness import service as service_module
from harness import stores as stores_module

_numbers = itertools.count(1)


class Scripted:
    def __init__(self, engines, folder, settings):
        self._folder = folder
        self._context = fake_dynamo.running(**settings)
        self.fake = self._context.__enter__()
        self.control = self.fake.control
        self.engines = self.fake.beside(engines)
        self.stores = stores_module.Stores(
            self.fake.dynamodb, self.fake.streams, stores_module.mongo_client(engines.mongodb_uri)
        )
        self._pairs, self._services = [], []

    def pair(self, key=("pk:S",), database="crossfade_test", mongo=None, **options):
        """`options` as for create_table; `mongo` is the client of another MongoDB than the engines'."""
        name = f"f{os.getpid()}x{next(_numbers)}"
        stores_module.create_table(self.stores.dynamodb, name, key=key, **options)
        stores = dataclasses.replace(self.stores, mongo=mongo) if mongo else self.stores
        pair = Pair(stores, name, name, f"{database}.{name}")
        if not mongo:
            self._pairs.append(pair)
        return pair

    def service(self, *links, extra=None, engines=None, **options):
        """Not started; with a folder and a state database of its own, as `service.state`."""
        number = next(_numbers)
        state = f"crossfade_{os.getpid()}f{number}"
        folder = self._folder / f"service-{number}"
        given = self._whole(engines or self.engines, state, extra or {})
        made = service_module.Service(engines or self.engines, folder, links, given, **options)
        made.state = self.stores.mongo[state]
        self._services.append(made)
        return made

    @staticmethod
    def _whole(engines, state, extra):
        """`extra` with what the sections `dynamodb` and `mongodb` must hold besides."""
        base = {
            "dynamodb": {"region": stores_module.REGION, "endpoint": engines.dynamodb_endpoint},
            "mongodb": {"uri": engines.mongodb_uri, "state_database": state},
        }
        return {**extra, **{name: {**base[name], **extra.get(name, {})} for name in base}}

    def shards(self, pair, **wanted):
        """Of the table's present stream; shards(pair, open=True) only those."""
        return [
            one
            for one in self.control.shards(pair.table)
            if all(one[name] == value for name, value in wanted.items())
        ]

    def faults_met(self, within=30):
        """Waits until every ordered fault has befallen its call."""
        eventually(lambda: not self.control.pending()["faults"], within)

    def late_writes_applied(self, within=30):
        eventually(lambda: not self.control.pending()["late"], within)

    def close(self):
        for service in self._services:
            if service.running():
                service.kill()
            self.stores.mongo.drop_database(service.state)
        for pair in self._pairs:
            pair.collection.drop()
        self._context.__exit__(None, None, None)
        self.stores.mongo.close()


@pytest.fixture
def scripted(engines, tmp_path):
    """scripted(**settings of the fake) -> Scripted; its services, then the fake, end with the test."""
    made = []

    def make(**settings):
        made.append(Scripted(engines, tmp_path / f"scripted-{len(made)}", settings))
        return made[-1]

    yield make
    for one in made:
        one.close()


def eventually(condition, within=30, every=0.02):
    """Waits until condition() is true and returns what it returned."""
    deadline = time.monotonic() + within
    while not (answer := condition()):
        assert time.monotonic() < deadline, f"did not come to pass within {within} s"
        time.sleep(every)
    return answer


class Watcher(threading.Thread):
    """The values that `field` takes in each document of a collection, in the order of their writing.

    with Watcher(pair.collection, "n") as watcher: ...
    watcher.seen                                            # {_id: [1, 2, 4]}
    """

    def __init__(self, collection, field):
        super().__init__(name=f"watcher of {collection.full_name}")
        self.seen = {}
        self._field = field
        self._over = threading.Event()
        self._stream = collection.watch(max_await_time_ms=100)

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self._over.set()
        self.join()
        self._stream.close()

    def run(self):
        """Ends when everything up to the end of the block was read."""
        while True:
            over = self._over.is_set()
            event = self._stream.try_next()
            if event is None and over:
                return
            document = event and event.get("fullDocument")
            if document:
                self.seen.setdefault(event["documentKey"]["_id"], []).append(document[self._field])

    def assert_never_back(self):
        """No key ever went back to an older value: values must be written in growing order."""
        back = {key: values for key, values in self.seen.items() if values != sorted(values)}
        assert not back, f"went back to an older value: {back}"
