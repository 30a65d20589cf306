"""DynamoDB Streams: DescribeStream, GetShardIterator, GetRecords, ListStreams."""

import bisect
import collections
import hashlib
import itertools
import time

from . import iterators
from .errors import limit_exceeded, trimmed, validation

_PAGE_RECORDS = 1000
_PAGE_BYTES = 1 << 20


class ReadLog:
    """When each shard was read with GetRecords, by this machine's own clock."""

    def __init__(self):
        self._times = collections.defaultdict(lambda: collections.deque(maxlen=100_000))

    def add(self, shard_id):
        self._times[shard_id].append(time.monotonic())

    def recent(self, shard_id, window):
        since = time.monotonic() - window
        count = 0
        for moment in reversed(self._times[shard_id]):
            if moment <= since:
                break
            count += 1
        return count

    def summary(self, window):
        """Per shard: how often in all, and the most within any `window` seconds."""
        return {
            shard: {"total": len(times), "most": _most_within(times, window)}
            for shard, times in self._times.items()
            if times
        }

    def clear(self):
        self._times.clear()


def _most_within(times, window):
    most, first = 0, 0
    times = list(times)
    for last, moment in enumerate(times):
        while moment - times[first] >= window:
            first += 1
        most = max(most, last - first + 1)
    return most


def _no_promised_order(shard):
    return hashlib.blake2b(shard.id.encode()).digest()


def describe_stream(world, request):
    stream = world.stream(request["StreamArn"])
    shards = sorted(
        (s for s in stream.shards.values() if s.visible_at <= world.now()), key=_no_promised_order
    )
    if "ShardFilter" in request:
        shards = _children(stream, request["ShardFilter"], shards)
    after = request.get("ExclusiveStartShardId")
    if after is not None:
        shards = [
            s for s in shards if _no_promised_order(s) > hashlib.blake2b(after.encode()).digest()
        ]
    size = min(request.get("Limit", 100), world.settings.describe_page)
    more = {"LastEvaluatedShardId": shards[size - 1].id} if len(shards) > size else {}
    return {
        "StreamDescription": {
            "StreamArn": stream.arn,
            "StreamLabel": stream.label,
            "StreamStatus": _status(stream, world),
            "StreamViewType": stream.view,
            "CreationRequestDateTime": round(stream.created, 3),
            "TableName": stream.table.name,
            "KeySchema": stream.table.definition["KeySchema"],
            "Shards": [shard.describe() for shard in shards[:size]],
            **more,
        }
    }


def _children(stream, wanted, shards):
    if wanted.get("Type") != "CHILD_SHARDS" or not wanted.get("ShardId"):
        raise validation("ShardFilter must be of the type CHILD_SHARDS and name a ShardId")
    parent = stream.shards.get(wanted["ShardId"])
    if parent is not None and parent.open:
        return []
    return [shard for shard in shards if shard.parent == wanted["ShardId"]]


def _status(stream, world):
    if not stream.enabled:
        return "DISABLED"
    return "ENABLED" if world.now() >= stream.ready_at else "ENABLING"


def get_shard_iterator(world, request):
    stream = world.stream(request["StreamArn"])
    shard = stream.shard(request["ShardId"])
    iterator = iterators.make(
        stream, shard, request["ShardIteratorType"], request.get("SequenceNumber"), world
    )
    return {"ShardIterator": iterator.text()}


def get_records(world, request, reads):
    limit = request.get("Limit", _PAGE_RECORDS)
    if not 1 <= limit <= _PAGE_RECORDS:
        raise validation("Value at 'limit' failed to satisfy constraint: between 1 and 1000")
    iterator = iterators.parse(request["ShardIterator"], world)
    stream = world.stream(iterator.arn)
    shard = stream.shard(iterator.shard)
    reads.add(shard.id)
    most = world.settings.reads_per_second
    if most and reads.recent(shard.id, 1.0) > most:
        raise limit_exceeded("Rate exceeded for shard")
    if iterator.position != iterators.HORIZON and iterator.position <= shard.trimmed:
        raise trimmed()
    return _read(world, stream, shard, iterator.position, limit)


def _read(world, stream, shard, position, limit):
    if position == iterators.HORIZON:
        position = max(shard.first, shard.trimmed + 1)
    page, size, at_end = [], 0, True
    begin = bisect.bisect_left(shard.records, position, key=lambda record: record.sequence)
    for record in itertools.islice(shard.records, begin, None):
        full = len(page) == limit or (page and size + record.size > _PAGE_BYTES)
        if full or record.visible_at > world.now():
            at_end = False
            break
        page.append(record)
        size += record.size
    if page:
        position = page[-1].sequence + 1
    answer = {"Records": [record.payload for record in page]}
    if shard.open or not at_end:
        answer["NextShardIterator"] = iterators.Iterator(
            stream.arn, shard.id, position, world.now()
        ).text()
    return answer


def list_streams(world, request):
    wanted = request.get("TableName")
    return {
        "Streams": [
            {"StreamArn": s.arn, "StreamLabel": s.label, "TableName": s.table.name}
            for s in world.streams.values()
            if wanted in (None, s.table.name)
        ]
    }


OPERATIONS = {
    "DescribeStream": (
        describe_stream,
        {"StreamArn", "ExclusiveStartShardId", "Limit", "ShardFilter"},
    ),
    "GetShardIterator": (
        get_shard_iterator,
        {"StreamArn", "ShardId", "ShardIteratorType", "SequenceNumber"},
    ),
    "GetRecords": (get_records, {"ShardIterator", "Limit"}),
    "ListStreams": (list_streams, {"TableName", "Limit", "ExclusiveStartStreamArn"}),
}
