"""Fixtures of the integration tests: engines for the session, a table and collection per test."""

import dataclasses
import itertools
import os
import time

import pytest

from harness import engines as engines_module
from harness import service as service_module
from harness import stores as stores_module
from harness.compare import compare

_numbers = itertools.count(1)


@pytest.fixture(scope="session")
def engines():
    with engines_module.shared() as pair:
        yield pair


@pytest.fixture(scope="session")
def stores(engines):
    return stores_module.Stores.of(engines)


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

    def compare(self, **options):
        return compare(self.stores.dynamodb, self.table, self.collection, **options)

    def assert_equal(self, **options):
        result = self.compare(**options)
        assert result.equal, str(result)
        return result

    def drop(self):
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
def make_service(engines, tmp_path):
    """make_service(*links, **options of Service) -> Service, not started; stopped at the end."""
    made = []

    def make(*links, on=None, **options):
        folder = tmp_path / f"service-{len(made)}"
        made.append(service_module.Service(on or engines, folder, links, **options))
        return made[-1]

    yield make
    for one in made:
        one.stop()
