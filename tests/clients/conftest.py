"""Fixtures of the tests of deploy/clients."""

import pathlib
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "deploy/clients/python"))
sys.path.insert(0, str(ROOT / "tests/integration"))  # harness: engines and clients of the stores

import pytest  # noqa: E402

from fakes import Clock, FakeService, FakeTable  # noqa: E402
from harness import engines, stores  # noqa: E402


def soon(condition, what, within=30):
    """Waits for a condition that nobody tells us of."""
    deadline = time.monotonic() + within
    while not condition():
        assert time.monotonic() < deadline, f"never seen: {what}"
        time.sleep(0.01)


@pytest.fixture
def service():
    with FakeService() as fake:
        yield fake


@pytest.fixture
def table(service):
    """Holds the rules that the service has, until one of them is told otherwise."""
    return FakeTable(service.world)


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture(scope="session")
def dynamodb():
    """A client of a real DynamoDB."""
    with engines.shared() as pair:
        yield stores.Stores.of(pair).apart(pair).dynamodb
