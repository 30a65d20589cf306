"""What a test may order or ask through POST /_control: {"do": name, ...parameters}."""

from .errors import validation
from .streams import TTL_IDENTITY
from .table_operations import switch_stream
from .values import canonical_item


def _shards(server, table, shard):
    """The shards meant: the one named, else all open ones."""
    stream = server.world.table(table).stream
    return stream, [stream.shard(shard)] if shard else stream.open_shards()


def settings(server, **changes):
    server.world.settings.change(changes)


def replace(server, table, children, shard=None):
    stream, chosen = _shards(server, table, shard)
    return [child.id for old in chosen for child in stream.replace(old, children)]


def shards(server, table):
    stream = server.world.table(table).stream
    return [
        {
            "id": s.id,
            "parent": s.parent,
            "open": s.open,
            "first": str(s.first),
            "last": None if s.open else str(s.last),
            "trimmed": str(s.trimmed),
            "sequences": [str(record.sequence) for record in s.records],
        }
        for s in stream.shards.values()
    ]


def trim(server, table, shard=None, sequence=None):
    stream = server.world.table(table).stream
    limit = server.world.sequences.last if sequence is None else int(sequence)
    chosen = [stream.shard(shard)] if shard else stream.shards.values()
    return sum(s.trim(limit) for s in chosen)


def forget_shard(server, table, shard):
    stream = server.world.table(table).stream
    stream.forget(stream.shard(shard))


def expire_iterators(server):
    server.world.expired_before = server.world.now()


def jump_sequences(server, to):
    server.world.sequences.jump_to(int(to))


def stream(server, table, enabled, view="NEW_AND_OLD_IMAGES"):
    found = server.world.table(table)
    switch_stream(found, {"StreamEnabled": enabled, "StreamViewType": view})
    return found.stream.arn


def ttl_delete(server, table, key, identity=True):
    found = server.world.table(table)
    exact = found.exact_key(canonical_item(key))
    if found.get(exact) is None:
        raise validation("nothing to expire under that key")
    found.write(exact, None, TTL_IDENTITY if identity else None)


def items(server, table):
    return server.world.table(table).items()


def records(server, table):
    """All records of the table's stream that are not trimmed, in the order of their writing."""
    held = [r for s in server.world.table(table).stream.shards.values() for r in s.records]
    return [record.payload for record in sorted(held, key=lambda record: record.sequence)]


def fault(server, **fields):
    server.faults.add(**fields)


def clear_faults(server):
    server.faults.clear()


def pending(server):
    """Faults not yet met, and writes that were cut off and are still to be applied."""
    return {"faults": server.faults.pending(), "late": server.late}


def statistics(server, reset=False):
    result = server.statistics.summary()
    if reset:
        server.statistics.clear()
    return result


def reads(server, window=1.0, reset=False):
    result = server.reads.summary(window)
    if reset:
        server.reads.clear()
    return result


COMMANDS = {
    function.__name__: function
    for function in (
        settings,
        replace,
        shards,
        trim,
        forget_shard,
        expire_iterators,
        jump_sequences,
        stream,
        ttl_delete,
        items,
        records,
        fault,
        clear_faults,
        pending,
        statistics,
        reads,
    )
}


def run(server, order):
    name = order.pop("do", None)
    if name not in COMMANDS:
        raise validation(f"no such command: {name}; there are: {', '.join(sorted(COMMANDS))}")
    try:
        return COMMANDS[name](server, **order)
    except TypeError as error:
        raise validation(str(error)) from None
