"""All that the fake knows: its settings, tables, streams and the sequence numbers they share."""

import dataclasses
import time

from .errors import not_found, validation


@dataclasses.dataclass
class Settings:
    """What a test may turn, at any time. Times in seconds; 0 switches a limit or a delay off."""

    region: str = "us-east-1"
    account: str = "123456789012"
    shards: int = 1  # of a stream, when it is enabled
    describe_page: int = 100  # shards that one DescribeStream lists
    children_delay: float = 0.0  # until a new shard shows in DescribeStream
    stream_delay: float = 0.0  # until a record shows in GetRecords
    iterator_life: float = 900.0
    reads_per_second: int = 0  # GetRecords of one shard, beyond that it is throttled
    scan_page_bytes: int = 1 << 20
    table_delay: float = 0.0  # until a table or stream that was asked for is ACTIVE or ENABLED
    clock_offset: float = 0.0  # how far this server's clock is ahead of the real one
    access_key: str = ""  # other keys are refused; empty: any will do
    secret_key: str = ""  # signatures are verified with it; empty: they need only be there
    session_token: str = ""

    def change(self, changes):
        known = {field.name: field.type for field in dataclasses.fields(self)}
        for name, value in changes.items():
            if name not in known:
                raise validation(f"no such setting: {name}")
            setattr(self, name, known[name](value))


class Sequences:
    """Growing sequence numbers with gaps, as decimal text of (at first) 26 digits."""

    def __init__(self):
        self.last = 30_000_000 * 10**18

    def next(self):
        self.last += 1_000_003
        return self.last

    def jump_to(self, value):
        """Goes on above `value`, for example just below the point where a digit is added."""
        if value <= self.last:
            raise validation("sequence numbers only grow")
        self.last = value


class World:
    def __init__(self, settings=None):
        self.settings = settings or Settings()
        self.sequences = Sequences()
        self.tables = {}
        self.streams = {}
        self.expired_before = 0.0  # iterators made before this moment are dead

    def now(self):
        return time.time() + self.settings.clock_offset

    def table(self, name):
        found = self.tables.get(name.rsplit("/", 1)[-1])
        if found is None:
            raise not_found(f"Table: {name} not found")
        return found

    def stream(self, arn):
        if arn not in self.streams:
            raise not_found(f"Stream: {arn} not found")
        return self.streams[arn]
