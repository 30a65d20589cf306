"""The data plane: single items, batches, Scan and Query."""

import math

from .errors import condition_failed, invalid, throughput_exceeded, validation
from .expressions import Placeholders, equalities, holds, parse_condition
from .updates import parse_update, updated
from .values import canonical_item, item_size

_BATCH_BYTES = 16 << 20
_EXPRESSIONS = {"ExpressionAttributeNames", "ExpressionAttributeValues"}
_WRITE = _EXPRESSIONS | {
    "TableName",
    "ConditionExpression",
    "ReturnValuesOnConditionCheckFailure",
    "ReturnValues",
    "ReturnConsumedCapacity",
}
_READ = {"TableName", "ConsistentRead", "ReturnConsumedCapacity"}


def _capacity(request, table, units):
    if request.get("ReturnConsumedCapacity", "NONE") == "NONE":
        return {}
    return {"ConsumedCapacity": {"TableName": table.name, "CapacityUnits": units}}


def _write_units(size):
    return max(1.0, math.ceil(size / 1024))


def _read_units(request, size):
    return max(1, math.ceil(size / 4096)) * (1.0 if request.get("ConsistentRead") else 0.5)


def _check_condition(request, placeholders, old):
    text = request.get("ConditionExpression")
    node = None if text is None else parse_condition(text, placeholders)
    placeholders.check_used()
    if node is None or holds(node, old or {}):
        return
    wants_item = request.get("ReturnValuesOnConditionCheckFailure") == "ALL_OLD"
    raise condition_failed(old if wants_item else None)


def _returned(request, allowed, old, new=None):
    choice = request.get("ReturnValues", "NONE")
    if choice not in allowed:
        raise validation(f"ReturnValues can only be one of {', '.join(allowed)}")
    item = {"ALL_OLD": old, "ALL_NEW": new}.get(choice)
    return {"Attributes": item} if item else {}


def put_item(world, request):
    table = world.table(request["TableName"])
    item = canonical_item(request["Item"])
    key = table.key_of(item)
    old = table.get(key)
    returned = _returned(request, ("NONE", "ALL_OLD"), old)
    _check_condition(request, Placeholders(request), old)
    size = table.write(key, item)
    return {**returned, **_capacity(request, table, _write_units(size))}


def delete_item(world, request):
    table = world.table(request["TableName"])
    key = table.exact_key(canonical_item(request["Key"]))
    old = table.get(key)
    returned = _returned(request, ("NONE", "ALL_OLD"), old)
    _check_condition(request, Placeholders(request), old)
    size = table.write(key, None)
    return {**returned, **_capacity(request, table, _write_units(size))}


def update_item(world, request):
    table = world.table(request["TableName"])
    key = table.exact_key(canonical_item(request["Key"]))
    placeholders = Placeholders(request)
    actions = (
        parse_update(request["UpdateExpression"], placeholders)
        if "UpdateExpression" in request
        else []
    )
    for _, path, *_ in actions:
        if path[0] in table.key_names:
            raise invalid(f"Cannot update attribute {path[0]}. This attribute is part of the key")
    old = table.get(key)
    _check_condition(request, placeholders, old)
    new = canonical_item(updated(old or key, actions))
    size = table.write(key, new)
    returned = _returned(request, ("NONE", "ALL_OLD", "ALL_NEW"), old, new)
    return {**returned, **_capacity(request, table, _write_units(size))}


def get_item(world, request):
    table = world.table(request["TableName"])
    item = table.get(table.exact_key(canonical_item(request["Key"])))
    found = {} if item is None else {"Item": item}
    return {**found, **_capacity(request, table, _read_units(request, item_size(item or {})))}


# ---- batches


def _parsed_writes(world, requests):
    """Yields (table, request, key, new item or None) of each write; raises for a bad one."""
    seen = set()
    for name, writes in requests.items():
        table = world.table(name)
        for write in writes:
            ((verb, body),) = write.items()
            item = canonical_item(body["Item"]) if verb == "PutRequest" else None
            key = (
                table.exact_key(canonical_item(body["Key"])) if item is None else table.key_of(item)
            )
            place = (table.name, table.place(key))
            if place in seen:
                raise validation("Provided list of item keys contains duplicates")
            seen.add(place)
            yield table, write, key, item


def batch_write_item(world, request, refused=0):
    """`refused`: how many of the writes come back unprocessed; an error if that is all of them."""
    count = sum(map(len, request["RequestItems"].values()))
    if not 1 <= count <= 25:
        raise validation("Too many items requested for the BatchWriteItem call")
    parsed = list(_parsed_writes(world, request["RequestItems"]))
    if refused >= count:
        raise throughput_exceeded()
    unprocessed = {}
    for index, (table, write, key, item) in enumerate(parsed):
        if index < count - refused:
            table.write(key, item)
        else:
            unprocessed.setdefault(table.name, []).append(write)
    return {"UnprocessedItems": unprocessed}


def batch_get_item(world, request, refused=0):
    """`refused`: how many of the keys come back unprocessed; an error if that is all of them."""
    wanted = [
        (name, table_request, key)
        for name, table_request in request["RequestItems"].items()
        for key in table_request["Keys"]
    ]
    if not 1 <= len(wanted) <= 100:
        raise validation("Too many items requested for the BatchGetItem call")
    if refused >= len(wanted):
        raise throughput_exceeded()
    responses = {name: [] for name in request["RequestItems"]}
    unprocessed, seen, size = {}, set(), 0
    for index, (name, table_request, key) in enumerate(wanted):
        table = world.table(name)
        exact = table.exact_key(canonical_item(key))
        place = (table.name, table.place(exact))
        if place in seen:
            raise validation("Provided list of item keys contains duplicates")
        seen.add(place)
        item = table.get(exact)
        size += item_size(item or {})
        if index >= len(wanted) - refused or size > _BATCH_BYTES:
            unprocessed.setdefault(name, {**table_request, "Keys": []})["Keys"].append(key)
        elif item is not None:
            responses[name].append(item)
    return {"Responses": responses, "UnprocessedKeys": unprocessed}


# ---- pages


def _page(table, request, found, read, last):
    units = math.ceil(max(read, 1) / 4096) * (1.0 if request.get("ConsistentRead") else 0.5)
    more = {} if last is None else {"LastEvaluatedKey": table.key_at(last)}
    return {
        "Items": found,
        "Count": len(found),
        "ScannedCount": len(found),
        **more,
        **_capacity(request, table, units),
    }


def _start(table, request):
    key = request.get("ExclusiveStartKey")
    return None if key is None else table.place(table.exact_key(canonical_item(key)))


def scan(world, request):
    table = world.table(request["TableName"])
    segment, total = request.get("Segment", 0), request.get("TotalSegments", 1)
    if not 0 <= segment < total <= 1_000_000:
        raise validation(
            "The Segment parameter is zero-based and must be less than parameter TotalSegments"
        )
    return _page(
        table, request, *table.scan(segment, total, _start(table, request), request.get("Limit"))
    )


def query(world, request):
    table = world.table(request["TableName"])
    placeholders = Placeholders(request)
    node = parse_condition(request["KeyConditionExpression"], placeholders)
    placeholders.check_used()
    partition = next(
        (value for path, value in equalities(node) if path == (table.key_names[0],)), None
    )
    if partition is None:
        raise validation(f"Query condition missed key schema element: {table.key_names[0]}")
    forward = request.get("ScanIndexForward", True)
    page = table.query(
        partition,
        lambda item: holds(node, item),
        _start(table, request),
        request.get("Limit"),
        forward,
    )
    return _page(table, request, *page)


OPERATIONS = {
    "PutItem": (put_item, _WRITE | {"Item"}),
    "UpdateItem": (update_item, _WRITE | {"Key", "UpdateExpression"}),
    "DeleteItem": (delete_item, _WRITE | {"Key"}),
    "GetItem": (get_item, _READ | {"Key"}),
    "BatchWriteItem": (batch_write_item, {"RequestItems", "ReturnConsumedCapacity"}),
    "BatchGetItem": (batch_get_item, {"RequestItems", "ReturnConsumedCapacity"}),
    "Scan": (scan, _READ | {"Segment", "TotalSegments", "ExclusiveStartKey", "Limit"}),
    "Query": (
        query,
        _READ
        | _EXPRESSIONS
        | {"KeyConditionExpression", "ScanIndexForward", "ExclusiveStartKey", "Limit"},
    ),
}
