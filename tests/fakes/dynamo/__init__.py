"""A scripted DynamoDB with Streams for what DynamoDB Local cannot do: see tests/fakes/README.md."""

from .control import Control, ControlError
from .server import FakeDynamo

__all__ = ["Control", "ControlError", "FakeDynamo"]
