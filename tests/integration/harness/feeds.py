"""What is written to a table and to a collection, as their own change feeds tell it.

    with Feeds(pair) as feeds:
        ...                     # writes of the test and of the service
        feeds.records()         # stream records of the table since the begin
        feeds.events()          # change events of the collection since the begin

The readers are boto3 and pymongo; the service has no part in them.
"""

import time
import uuid

from harness import stores


class Feeds:
    def __init__(self, pair):
        self._pair = pair
        self._database = pair.collection.database
        self._sentinels = self._database[f"{pair.collection.name}_sentinels"]
        self._events = []
        self._skip = len(self._stream())
        self._watch = self._database.watch()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._watch.close()
        self._sentinels.drop()

    def _stream(self):
        given = self._pair.stores
        return stores.read_stream(given.dynamodb, given.streams, self._pair.table)

    def records(self):
        """Stream records of the table since the begin, oldest first."""
        return self._stream()[self._skip :]

    def events(self):
        """Change events of the collection since the begin: all that was committed before the call."""
        token = uuid.uuid4().hex
        self._sentinels.insert_one({"_id": token})
        while True:
            event = self._watch.next()
            place = event.get("ns", {}).get("coll")
            if place == self._pair.collection.name:
                self._events.append(event)
            elif place == self._sentinels.name and event["documentKey"]["_id"] == token:
                return list(self._events)

    def counts(self):
        """(records, events) so far."""
        return len(self.records()), len(self.events())

    def assert_quiet(self, seconds=2):
        """Nothing at all is written on either side for that long. Returns counts()."""
        before = self.counts()
        time.sleep(seconds)
        after = self.counts()
        assert after == before, f"(records, events) went from {before} to {after} by themselves"
        return after
