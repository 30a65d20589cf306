"""The control table in DynamoDB: what the application falls back to when the service is away."""

from __future__ import annotations

from typing import Any, Protocol

from .errors import Unavailable
from .leases import Terms
from .rules import RuleSet


class DynamoDBClient(Protocol):
    """What is used of boto3.client("dynamodb"), which the application hands in."""

    def get_item(self, **request: Any) -> Any: ...

    def update_item(self, **request: Any) -> Any: ...

    def delete_item(self, **request: Any) -> Any: ...


class ControlTable:
    """Every call raises Unavailable when DynamoDB does not answer as it should. As thread-safe as
    the client. How long a call may take is the client's setting: give it time-outs of a second."""

    def __init__(self, client: DynamoDBClient, table: str = "crossfade-control") -> None:
        self._client = client
        self._table = table

    def read_rules(self, group: str) -> RuleSet:
        """The newest rules: a strongly consistent read."""
        key = self._key(group, "state")
        answer = self._call("get_item", Key=key, ConsistentRead=True)
        try:
            document = answer["Item"]["doc"]["S"]
        except KeyError as error:
            raise Unavailable(f"Table {self._table} knows no group {group!r}.") from error
        try:
            return RuleSet.from_state(document)
        except ValueError as error:
            raise Unavailable(f"Table {self._table} cannot be used: {error}") from error

    def store_client(
        self, group: str, client: str, terms: Terms, acknowledged: int, wall: float
    ) -> None:
        """Makes the client known, and what it has acknowledged; `wall`: time of day in seconds."""
        self._call(
            "update_item",
            Key=self._key(group, f"client/{client}"),
            UpdateExpression="SET #m = :m, #l = :l, #a = :a, #t = :t",
            ExpressionAttributeNames={
                "#m": "mode",
                "#l": "lease_ms",
                "#a": "acked",
                "#t": "seen_ms",
            },
            ExpressionAttributeValues={
                ":m": {"S": str(terms.mode)},
                ":l": {"N": str(round(terms.lease * 1000))},
                ":a": {"N": str(acknowledged)},
                ":t": {"N": str(round(wall * 1000))},
            },
        )

    def forget(self, group: str, client: str) -> None:
        """Removes the record of a client that has ended."""
        self._call("delete_item", Key=self._key(group, f"client/{client}"))

    @staticmethod
    def _key(group: str, sort: str) -> Any:
        return {"pk": {"S": f"group/{group}"}, "sk": {"S": sort}}

    def _call(self, name: str, **request: Any) -> Any:
        try:
            return getattr(self._client, name)(TableName=self._table, **request)
        except Exception as error:  # the client's own classes are not known here
            raise Unavailable(f"Table {self._table} does not answer: {error}") from error
