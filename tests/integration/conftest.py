"""Fixtures of the integration tests: engines for the session, a table and collection per test."""

import contextlib
import dataclasses
import itertools
import os
import time

import pytest

from harness import engines as engines_module
from harness import service as service_module
from harness import stores as stores_module
from harness.compare import compare
from harness.mapping import RESERVED

_numbers = itertools.count(1)


@pytest.fixture(scope="session")
def engines():
    with engines_module.shared() as pair:
        yield pair


@pytest.fixture(scope="session")
def shared_stores(engines):
    return stores_module.Stores.of(engines)


@pytest.fixture
def stores(engines, shared_stores):
    """Clients of both engines; what the test finds in DynamoDB is its own alone."""
    return shared_stores.apart(engines)


@pytest.fixture
def private_engines():
    """(engines, folder) of a pair for this test alone, to be stopped and started at will."""
    with engines_module.private() as pair:
        yield pair


@dataclasses.dataclass
class Pair:
    """One table and one collection that a test links."""

    stores: stores_module.Stores
    name: str
    table: str
    namespace: str

    @property
    def collection(self):
        return self.stores.collection(self.namespace)

    def link(self, **settings):
        """The link as it stands in the configuration file."""
        given = {"name": self.name, "table": self.table, "collection": self.namespace}
        return {**given, "authority": "dynamodb", **settings}

    def put(self, *items):
        for item in items:
            self.stores.dynamodb.put_item(TableName=self.table, Item=item)

    def get(self, key):
        """The item of a key in low-level form, None if there is none."""
        reply = self.stores.dynamodb.get_item(TableName=self.table, Key=key, ConsistentRead=True)
        return reply.get("Item")

    def expire_by(self, attribute):
        """Turns on DynamoDB's time to live."""
        self.stores.dynamodb.update_time_to_live(
            TableName=self.table,
            TimeToLiveSpecification={"Enabled": True, "AttributeName": attribute},
        )

    def wait_until_gone(self, *keys, within=40):
        """Until DynamoDB has expired the items, which DynamoDB Local does every ten seconds."""
        deadline = time.monotonic() + within
        while any(self.get(key) for key in keys):
            assert time.monotonic() < deadline, "DynamoDB did not expire the items"
            time.sleep(0.1)

    def compare(self, **options):
        return compare(self.stores.dynamodb, self.table, self.collection, **options)

    def assert_equal(self, **options):
        result = self.compare(**options)
        assert result.equal, str(result)
        return result

    def items(self):
        """Every item by the values of its key, without the reserved attribute."""
        names = stores_module.key_names(self.stores.dynamodb, self.table)
        found = {}
        for one in stores_module.read_items(self.stores.dynamodb, self.table):
            one.pop(RESERVED, None)
            found[tuple(value for name in names for value in one[name].values())] = one
        return found

    def drop(self):
        with contextlib.suppress(self.stores.dynamodb.exceptions.ResourceNotFoundException):
            self.stores.dynamodb.delete_table(TableName=self.table)
        self.collection.drop()


@pytest.fixture
def make_pair(stores):
    """make_pair(**options of create_table) -> Pair, removed at the end of the test."""
    made = []

    def make(**options):
        name = f"t{os.getpid()}x{int(time.time())}x{next(_numbers)}"
        stores_module.create_table(stores.dynamodb, name, **options)
        made.append(Pair(stores, name, name, f"crossfade_test.{name}"))
        return made[-1]

    yield make
    for pair in made:
        pair.drop()


@pytest.fixture
def pair(make_pair):
    return make_pair()


@pytest.fixture
def make_service(engines, stores, tmp_path):
    """make_service(*links, **options of Service) -> Service, not started; stopped at the end.

    Each has a folder and a state database of its own; the database is `service.state`.
    """
    made = []

    def make(*links, on=None, extra=None, environment=None, **options):
        folder = tmp_path / f"service-{len(made)}"
        name = f"crossfade_{os.getpid()}x{next(_numbers)}"
        extra = {"mongodb": {"state_database": name}, **(extra or {})}
        environment = {**stores.credentials, **(environment or {})}
        made.append(
            service_module.Service(on or engines, folder, links, extra, environment, **options)
        )
        made[-1].state = stores.mongo[name]
        return made[-1]

    yield make
    for one in made:
        one.stop()
        stores.mongo.drop_database(one.state)


@pytest.fixture
def linked(make_service):
    """linked(pair, **settings of the link) -> a Service that has loaded it and keeps it in step.

    `options` go to its command line, `extra` to the top level of its configuration.
    """

    def begin(pair, options=(), extra=None, **settings):
        service = make_service(pair.link(**settings), extra=extra).start(*options)
        service.wait(pair.name, "synced")
        return service

    return begin
