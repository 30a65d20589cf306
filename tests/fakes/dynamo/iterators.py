"""Shard iterators: text that says from where on to read, and until when it is good."""

import base64
import json

from .errors import expired_iterator, trimmed, validation

HORIZON = -1  # the oldest record that is still there, whichever that is when it is read


class Iterator:
    """Reads the records of a shard with a sequence number of at least `position`."""

    def __init__(self, arn, shard, position, made):
        self.arn = arn
        self.shard = shard
        self.position = position
        self.made = made

    def text(self):
        fields = json.dumps([self.shard, self.position, self.made]).encode()
        return f"{self.arn}|1|{base64.b64encode(fields).decode()}"


def parse(text, world):
    try:
        arn, _, fields = text.split("|")
        iterator = Iterator(arn, *json.loads(base64.b64decode(fields)))
    except (ValueError, TypeError):
        raise validation("Invalid ShardIterator") from None
    born_too_early = iterator.made <= world.expired_before
    if born_too_early or world.now() - iterator.made > world.settings.iterator_life:
        raise expired_iterator()
    return iterator


def make(stream, shard, kind, sequence, world):
    return Iterator(stream.arn, shard.id, _position(shard, kind, sequence, world), world.now())


def _position(shard, kind, sequence, world):
    if kind == "TRIM_HORIZON":
        return HORIZON
    if kind == "LATEST":
        hidden = (r.sequence for r in shard.records if r.visible_at > world.now())
        return next(hidden, world.sequences.last + 1)
    if kind not in ("AT_SEQUENCE_NUMBER", "AFTER_SEQUENCE_NUMBER"):
        raise validation(f"Invalid ShardIteratorType: {kind}")
    if not sequence or not sequence.isdigit():
        raise validation("SequenceNumber is required for this ShardIteratorType")
    number = int(sequence)
    if number <= shard.trimmed:
        raise trimmed()
    if number < shard.first or number > (shard.last or world.sequences.last):
        raise validation(f"Invalid SequenceNumber: {sequence} is not in {shard.id}")
    return number + (kind == "AFTER_SEQUENCE_NUMBER")
