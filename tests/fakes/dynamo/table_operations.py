"""The control plane: tables and the switch of their streams."""

import zlib

from .errors import in_use, validation
from .store import Table
from .streams import Stream

_VIEWS = ("KEYS_ONLY", "NEW_IMAGE", "OLD_IMAGE", "NEW_AND_OLD_IMAGES")
_DEFINITION = {
    "TableName",
    "KeySchema",
    "AttributeDefinitions",
    "BillingMode",
    "ProvisionedThroughput",
    "LocalSecondaryIndexes",
    "GlobalSecondaryIndexes",
    "StreamSpecification",
    "Tags",
    "DeletionProtectionEnabled",
    "TableClass",
    "SSESpecification",
}


def _arn(table):
    settings = table.world.settings
    return f"arn:aws:dynamodb:{settings.region}:{settings.account}:table/{table.name}"


def _describe_index(table, index, status):
    return {
        **index,
        **status,
        "IndexArn": f"{_arn(table)}/index/{index['IndexName']}",
        "ItemCount": len(table),
        "IndexSizeBytes": table.bytes(),
    }


def _describe_stream(table):
    stream = table.stream
    if stream is None:
        return {}
    described = {"LatestStreamArn": stream.arn, "LatestStreamLabel": stream.label}
    if stream.enabled:
        described["StreamSpecification"] = {"StreamEnabled": True, "StreamViewType": stream.view}
    return described


def describe(table):
    definition, world = table.definition, table.world
    described = {
        "TableName": table.name,
        "TableArn": _arn(table),
        "TableId": f"00000000-0000-4000-8000-{zlib.crc32(table.name.encode()):012x}",
        "TableStatus": "ACTIVE" if world.now() >= table.ready_at else "CREATING",
        "CreationDateTime": round(table.created, 3),
        "KeySchema": definition["KeySchema"],
        "AttributeDefinitions": definition["AttributeDefinitions"],
        "ItemCount": len(table),
        "TableSizeBytes": table.bytes(),
        "ProvisionedThroughput": {
            "NumberOfDecreasesToday": 0,
            "ReadCapacityUnits": 0,
            "WriteCapacityUnits": 0,
            **definition.get("ProvisionedThroughput", {}),
        },
        **_describe_stream(table),
    }
    if definition.get("BillingMode") == "PAY_PER_REQUEST":
        described["BillingModeSummary"] = {"BillingMode": "PAY_PER_REQUEST"}
    for kind, status in (
        ("LocalSecondaryIndexes", {}),
        ("GlobalSecondaryIndexes", {"IndexStatus": "ACTIVE"}),
    ):
        if definition.get(kind):
            described[kind] = [_describe_index(table, index, status) for index in definition[kind]]
    return described


def switch_stream(table, specification):
    """Enables (a new stream, a new ARN) or disables (open shards close) the stream of a table."""
    stream = table.stream
    if not specification["StreamEnabled"]:
        if stream is None or not stream.enabled:
            raise validation("Table has no enabled stream to disable")
        stream.disable()
        return
    if stream is not None and stream.enabled:
        raise in_use(f"Table already has an enabled stream: TableName: {table.name}")
    if specification.get("StreamViewType") not in _VIEWS:
        raise validation("StreamViewType must be specified when enabling a stream")
    table.stream = Stream(table, specification["StreamViewType"], table.world)
    table.world.streams[table.stream.arn] = table.stream


def create_table(world, request):
    name = request["TableName"]
    if name in world.tables:
        raise in_use(f"Table already exists: {name}")
    table = Table(request, world)
    if request.get("StreamSpecification", {}).get("StreamEnabled"):
        switch_stream(table, request["StreamSpecification"])
    world.tables[name] = table
    return {"TableDescription": describe(table)}


def delete_table(world, request):
    table = world.table(request["TableName"])
    described = {**describe(table), "TableStatus": "DELETING"}
    if table.stream is not None and table.stream.enabled:
        table.stream.disable()
    del world.tables[table.name]
    return {"TableDescription": described}


def update_table(world, request):
    table = world.table(request["TableName"])
    if "StreamSpecification" in request:
        switch_stream(table, request["StreamSpecification"])
    for name in ("BillingMode", "ProvisionedThroughput"):
        if name in request:
            table.definition[name] = request[name]
    return {"TableDescription": describe(table)}


def describe_table(world, request):
    return {"Table": describe(world.table(request["TableName"]))}


def list_tables(world, request):
    after, limit = request.get("ExclusiveStartTableName", ""), request.get("Limit", 100)
    names = sorted(name for name in world.tables if name > after)
    more = {"LastEvaluatedTableName": names[limit - 1]} if len(names) > limit else {}
    return {"TableNames": names[:limit], **more}


def describe_time_to_live(world, request):
    world.table(request["TableName"])
    return {"TimeToLiveDescription": {"TimeToLiveStatus": "DISABLED"}}


OPERATIONS = {
    "CreateTable": (create_table, _DEFINITION),
    "DeleteTable": (delete_table, {"TableName"}),
    "UpdateTable": (
        update_table,
        {"TableName", "StreamSpecification", "BillingMode", "ProvisionedThroughput"},
    ),
    "DescribeTable": (describe_table, {"TableName"}),
    "DescribeTimeToLive": (describe_time_to_live, {"TableName"}),
    "ListTables": (list_tables, {"ExclusiveStartTableName", "Limit"}),
}
