"""Shows from the two change feeds alone that no write of the service came back a second time.

Each customer's orders are written by an application on one side only. So in the change feed of that
side every record of these orders is an application's write: one more than the application made would
be an echo that was applied. In the feed of the other side every record is the service's: there are at
most as many as the application made writes, and one more for each delete that goes to DynamoDB (it is
marked first).
"""

import collections
import dataclasses
import time

import bson

from harness import stores


@dataclasses.dataclass
class Feeds:
    """Records per side of authority: {"dynamodb": n, "mongodb": n}."""

    dynamodb: collections.Counter
    mongodb: collections.Counter


def start_of_mongodb_feed(mongo):
    """Where the change stream stands now."""
    return mongo.admin.command("isMaster")["operationTime"]


def read_dynamodb(both, table, owner):
    """Counts all records of the table's stream; `owner(customer)` names the side that writes."""
    records = stores.read_stream(both.dynamodb, both.streams, table)
    return collections.Counter(
        owner(record["dynamodb"]["Keys"]["customerId"]["S"]) for record in records
    )


def read_mongodb(collection, since, owner):
    """Counts the events of the collection since then, up to a moment after the call."""
    until = start_of_mongodb_feed(collection.database.client)
    counts = collections.Counter()
    with collection.watch(start_at_operation_time=since, max_await_time_ms=500) as feed:
        while True:
            event = feed.try_next()
            if event is not None:
                counts[owner(event["documentKey"]["_id"]["customerId"])] += 1
            elif _passed(feed, until):
                return counts


def _passed(feed, until):
    """Whether an empty answer proves that everything up to `until` was seen: the resume token's time."""
    raw = bytes.fromhex(feed.resume_token["_data"])
    seen = bson.timestamp.Timestamp(
        int.from_bytes(raw[1:5], "big"), int.from_bytes(raw[5:9], "big")
    )
    return seen >= until


def changes_while_quiet(both, table, collection, seconds=3):
    """How many changes either store saw while no application wrote."""
    before = len(stores.read_stream(both.dynamodb, both.streams, table))
    with collection.watch() as feed:
        time.sleep(seconds)
        events = 0
        while feed.try_next() is not None:
            events += 1
    return events + len(stores.read_stream(both.dynamodb, both.streams, table)) - before


def came_back(feeds, before, writes, deletes):
    """Sentences about writes that came back; none when there was none.

    before    records in the DynamoDB stream before the run, as a Counter
    writes    what the applications wrote, per side; the MongoDB feed begins after the load
    """
    stream = feeds.dynamodb - before
    found = []
    if stream["dynamodb"] != writes["dynamodb"]:
        found.append(
            f"DynamoDB's stream has {stream['dynamodb']} records of orders that the application on "
            f"DynamoDB wrote {writes['dynamodb']} times"
        )
    if feeds.mongodb["mongodb"] != writes["mongodb"]:
        found.append(
            f"MongoDB's change stream has {feeds.mongodb['mongodb']} events of orders that the "
            f"application on MongoDB wrote {writes['mongodb']} times"
        )
    if stream["mongodb"] > writes["mongodb"] + deletes["mongodb"]:
        found.append(f"{stream['mongodb']} records on DynamoDB for {writes['mongodb']} writes")
    if feeds.mongodb["dynamodb"] > writes["dynamodb"]:
        found.append(
            f"{feeds.mongodb['dynamodb']} events on MongoDB for {writes['dynamodb']} writes"
        )
    return found
