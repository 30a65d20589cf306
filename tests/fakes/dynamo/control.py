"""The client side of POST /_control, for tests in Python."""

import http.client
import json
import urllib.parse


class ControlError(Exception):
    pass


class Control:
    """Orders and questions to one fake. One thread at a time."""

    def __init__(self, url):
        parts = urllib.parse.urlsplit(url)
        self._connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=30)

    def close(self):
        self._connection.close()

    def _do(self, name, **parameters):
        self._connection.request("POST", "/_control", json.dumps({"do": name, **parameters}))
        response = self._connection.getresponse()
        answer = json.loads(response.read())
        if response.status != 200:
            raise ControlError(answer["message"])
        return answer["result"]

    def settings(self, **changes):
        """Changes fields of world.Settings."""
        self._do("settings", **changes)

    # ---- shards and records

    def split(self, table, shard=None):
        """Replaces a shard (all open ones) by two children each; returns their ids."""
        return self._do("replace", table=table, shard=shard, children=2)

    def roll(self, table, shard=None):
        """Replaces a shard (all open ones) by one child each; returns their ids."""
        return self._do("replace", table=table, shard=shard, children=1)

    def shards(self, table):
        """Of the current stream: id, parent, open, first, last, trimmed, sequences."""
        return self._do("shards", table=table)

    def trim(self, table, shard=None, sequence=None):
        """Drops the records up to the sequence number (all); returns how many went."""
        return self._do("trim", table=table, shard=shard, sequence=sequence)

    def forget_shard(self, table, shard):
        """The shard is gone, as after its 24 hours."""
        self._do("forget_shard", table=table, shard=shard)

    def expire_iterators(self):
        self._do("expire_iterators")

    def jump_sequences(self, to):
        """The next sequence number lies above `to`."""
        self._do("jump_sequences", to=str(to))

    def stream(self, table, enabled, view="NEW_AND_OLD_IMAGES"):
        """Switches the stream; returns the ARN of the latest one."""
        return self._do("stream", table=table, enabled=enabled, view=view)

    def ttl_delete(self, table, key, identity=True):
        """Deletes as an expiry does; without identity as in a replica of a global table."""
        self._do("ttl_delete", table=table, key=key, identity=identity)

    def items(self, table):
        return self._do("items", table=table)

    def records(self, table):
        return self._do("records", table=table)

    # ---- faults

    def fault(self, operation, kind, times=1, **more):
        """Orders a fault of faults.py for an operation, "writes", "reads", "streams" or "*"."""
        self._do("fault", operation=operation, kind=kind, times=times, **more)

    def clear_faults(self):
        self._do("clear_faults")

    def pending(self):
        """{"faults": those not yet met, "late": writes cut off and not yet applied}."""
        return self._do("pending")

    # ---- what happened

    def statistics(self, reset=False):
        """Per operation: calls, ok, errors by code, faults by kind."""
        return self._do("statistics", reset=reset)

    def reads(self, window=1.0, reset=False):
        """Per shard: GetRecords calls in total, and the most within any `window` seconds."""
        return self._do("reads", window=window, reset=reset)
