"""Faults that a test has ordered: which call they befall, how often, and what they do to it.

| kind | what happens | parameters |
|---|---|---|
| throttle | refused as throttled, in the way of that operation | code |
| error | answered with a status and a code, nothing applied | status, code, message |
| expired_token | refused with ExpiredTokenException | |
| refuse_credentials | refused with UnrecognizedClientException | |
| unprocessed | a batch: the last `items` come back unprocessed | items |
| drop | connection closed, nothing applied | |
| lose_reply | applied, then the connection is closed without an answer | |
| apply_late | connection closed at once, applied `seconds` later | seconds |
| delay | applied, answered `seconds` later | seconds |
| delay_before | applied and answered `seconds` later | seconds |
| truncate | applied, half of the answer, then the connection is closed | |
| wrong_crc | applied, answered with a false x-amz-crc32 | |
"""

import dataclasses

from .errors import CORAL, SERVICE, ApiError, limit_exceeded, throughput_exceeded, validation

_GROUPS = {
    "*": None,
    "writes": {"PutItem", "UpdateItem", "DeleteItem", "BatchWriteItem"},
    "reads": {"GetItem", "BatchGetItem", "Query", "Scan"},
    "streams": {"DescribeStream", "GetShardIterator", "GetRecords"},
}
_LIMITED = {"DescribeStream", "GetShardIterator", "GetRecords", "CreateTable", "UpdateTable"}
_KINDS = {
    "throttle",
    "error",
    "expired_token",
    "refuse_credentials",
    "unprocessed",
    "drop",
    "lose_reply",
    "apply_late",
    "delay",
    "delay_before",
    "truncate",
    "wrong_crc",
}


@dataclasses.dataclass
class Fault:
    """`times` None: for ever; the first `skip` are spared; `text` must stand in the body."""

    operation: str
    kind: str
    times: int | None = 1
    skip: int = 0
    text: str = ""
    seconds: float = 0.0
    items: int = 1
    status: int = 500
    code: str = ""
    message: str = "The request processing has failed because of an unknown error."

    def __post_init__(self):
        if self.kind not in _KINDS:
            raise validation(f"no such fault: {self.kind}")

    def befalls(self, operation, body):
        group = _GROUPS.get(self.operation, {self.operation})
        return (group is None or operation in group) and self.text.encode() in body

    def error(self, operation):
        """What the call is answered with, None if this kind lets it be carried out."""
        if self.kind == "error":
            code = self.code or (
                "InternalServerError" if self.status == 500 else "ServiceUnavailable"
            )
            return ApiError(code, self.message, self.status)
        if self.kind == "throttle":
            return self._throttled(operation)
        if self.kind == "expired_token":
            return ApiError(
                "ExpiredTokenException",
                "The security token included in the request is expired",
                namespace=SERVICE,
            )
        if self.kind == "refuse_credentials":
            return ApiError(
                "UnrecognizedClientException",
                "The security token included in the request is invalid.",
                namespace=SERVICE,
            )
        return None

    def _throttled(self, operation):
        if self.code:
            return ApiError(self.code, "Rate exceeded", namespace=CORAL)
        if operation in _LIMITED:
            return limit_exceeded("Rate exceeded")
        return throughput_exceeded()


class Faults:
    """Ordered faults; each call meets the first that befalls it."""

    def __init__(self):
        self._ordered = []

    def add(self, **fields):
        self._ordered.append(Fault(**fields))

    def clear(self):
        self._ordered.clear()

    def pending(self):
        return [dataclasses.asdict(fault) for fault in self._ordered]

    def take(self, operation, body):
        for fault in self._ordered:
            if not fault.befalls(operation, body):
                continue
            if fault.skip:
                fault.skip -= 1
                return None
            if fault.times is not None:
                fault.times -= 1
                if not fault.times:
                    self._ordered.remove(fault)
            return fault
        return None
