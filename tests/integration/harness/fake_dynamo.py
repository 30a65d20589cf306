"""The scripted DynamoDB of tests/fakes for integration tests, with the clients of the harness.

with running(shards=2) as fake:      fake.url, fake.control, fake.dynamodb, fake.streams
    Service(fake.beside(engines), ...)
"""

import contextlib
import dataclasses
import sys

from harness import stores
from harness.engines import ROOT

if str(ROOT) not in sys.path:
    sys.path.append(str(ROOT))

from tests.fakes.dynamo import ControlError, FakeDynamo  # noqa: E402

__all__ = ["ControlError", "Fake", "running"]


@dataclasses.dataclass
class Fake:
    url: str
    control: object
    dynamodb: object
    streams: object

    def beside(self, engines):
        """The engines with this fake in the place of DynamoDB."""
        return dataclasses.replace(engines, dynamodb_endpoint=self.url)


@contextlib.contextmanager
def running(**settings):
    """A fake with fields of its Settings changed; ends with the block."""
    with FakeDynamo(**settings) as fake:
        url = fake.url
        yield Fake(url, fake.control, stores.dynamodb_client(url), stores.streams_client(url))
