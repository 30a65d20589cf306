"""A stream with shard lineage: shards split and roll, records are routed by the hash of the key."""

import datetime
import hashlib
import itertools

from .errors import not_found, validation
from .store import HASH_SPACE
from .values import item_size

TTL_IDENTITY = {"Type": "Service", "PrincipalId": "dynamodb.amazonaws.com"}


class Record:
    """One stream record as GetRecords gives it, and when it may be seen."""

    def __init__(self, sequence, payload, visible_at):
        self.sequence = sequence
        self.payload = payload
        self.visible_at = visible_at

    @property
    def size(self):
        return self.payload["dynamodb"]["SizeBytes"]


class Shard:
    def __init__(self, shard_id, parent, hashes, first, visible_at):
        self.id = shard_id
        self.parent = parent
        self.hashes = hashes  # [low, high) of the hash space
        self.first = first
        self.last = None  # a closed shard's ending sequence number
        self.visible_at = visible_at  # in DescribeStream
        self.records = []
        self.trimmed = 0  # records up to this sequence number are gone

    @property
    def open(self):
        return self.last is None

    def trim(self, sequence):
        gone = [record.sequence for record in self.records if record.sequence <= sequence]
        if gone:
            self.trimmed = gone[-1]
            self.records = self.records[len(gone) :]
        return len(gone)

    def describe(self):
        numbers = {"StartingSequenceNumber": str(self.first)}
        if not self.open:
            numbers["EndingSequenceNumber"] = str(self.last)
        parent = {"ParentShardId": self.parent} if self.parent else {}
        return {"ShardId": self.id, "SequenceNumberRange": numbers, **parent}


class Stream:
    def __init__(self, table, view, world):
        self.table = table
        self.view = view
        self.world = world
        self.created = world.now()
        self.ready_at = self.created + world.settings.table_delay
        self.enabled = True
        self.label = self._free_label()
        self.arn = self._arn(self.label)
        self.shards = {}
        count = world.settings.shards
        for index in range(count):
            self._open(None, (index * HASH_SPACE // count, (index + 1) * HASH_SPACE // count), 0)

    def _arn(self, label):
        settings = self.world.settings
        owner = f"arn:aws:dynamodb:{settings.region}:{settings.account}"
        return f"{owner}:table/{self.table.name}/stream/{label}"

    def _free_label(self):
        moment = self.created
        while True:
            stamp = datetime.datetime.fromtimestamp(moment, datetime.UTC).replace(tzinfo=None)
            label = stamp.isoformat(timespec="milliseconds")
            if self._arn(label) not in self.world.streams:
                return label
            moment += 0.001

    # ---- lineage

    def _open(self, parent, hashes, delay):
        sequence = self.world.sequences.next()
        made = int(self.world.now() * 1000)
        suffix = hashlib.blake2b(str(sequence).encode(), digest_size=4).hexdigest()
        shard = Shard(
            f"shardId-{made:020d}-{suffix}", parent, hashes, sequence, self.world.now() + delay
        )
        self.shards[shard.id] = shard
        return shard

    def shard(self, shard_id):
        if shard_id not in self.shards:
            raise not_found(f"Shard: {shard_id} in stream {self.arn} not found")
        return self.shards[shard_id]

    def open_shards(self):
        return [shard for shard in self.shards.values() if shard.open]

    def _close(self, shard):
        if not shard.open:
            raise validation(f"{shard.id} is closed already")
        shard.last = self.world.sequences.next()

    def replace(self, shard, children):
        """Closes the shard in favour of 1 (a roll) or 2 (a split) children."""
        self._close(shard)
        low, high = shard.hashes
        edges = [low + (high - low) * index // children for index in range(children + 1)]
        delay = self.world.settings.children_delay
        return [self._open(shard.id, pair, delay) for pair in itertools.pairwise(edges)]

    def disable(self):
        self.enabled = False
        for shard in self.open_shards():
            self._close(shard)

    def forget(self, shard):
        del self.shards[shard.id]

    # ---- records

    def append(self, key_hash, key, old, new, identity):
        shard = next(s for s in self.open_shards() if s.hashes[0] <= key_hash < s.hashes[1])
        sequence = self.world.sequences.next()
        shard.records.append(
            Record(
                sequence,
                self._payload(sequence, key, old, new, identity),
                self.world.now() + self.world.settings.stream_delay,
            )
        )

    def _payload(self, sequence, key, old, new, identity):
        images = {}
        if new is not None and self.view in ("NEW_IMAGE", "NEW_AND_OLD_IMAGES"):
            images["NewImage"] = new
        if old is not None and self.view in ("OLD_IMAGE", "NEW_AND_OLD_IMAGES"):
            images["OldImage"] = old
        name = "INSERT" if old is None else "REMOVE" if new is None else "MODIFY"
        return {
            "eventID": hashlib.blake2b(str(sequence).encode(), digest_size=16).hexdigest(),
            "eventName": name,
            "eventVersion": "1.1",
            "eventSource": "aws:dynamodb",
            "awsRegion": self.world.settings.region,
            "dynamodb": {
                "ApproximateCreationDateTime": int(self.world.now()),
                "Keys": key,
                **images,
                "SequenceNumber": str(sequence),
                "SizeBytes": item_size(key) + sum(map(item_size, images.values())),
                "StreamViewType": self.view,
            },
            **({"userIdentity": identity} if identity else {}),
        }
