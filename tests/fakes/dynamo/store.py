"""One table: its items in the order of their partition key's hash, and the way to write them."""

import bisect
import hashlib

from .errors import invalid, validation
from .values import MAX_ITEM_BYTES, item_size, sort_value

HASH_SPACE = 1 << 64
_KEY_LIMITS = (2048, 1024)


def hash_of(value):
    """Where a partition key lies in the hash space."""
    text = repr(sort_value(value)).encode()
    return int.from_bytes(hashlib.blake2b(text, digest_size=8).digest(), "big")


class Table:
    def __init__(self, definition, world):
        self.definition = definition
        self.world = world
        self.name = definition["TableName"]
        self.types = {
            a["AttributeName"]: a["AttributeType"] for a in definition["AttributeDefinitions"]
        }
        self.key_names = [k["AttributeName"] for k in definition["KeySchema"]]
        self.index_key_names = {
            key["AttributeName"]
            for index in definition.get("GlobalSecondaryIndexes", [])
            + definition.get("LocalSecondaryIndexes", [])
            for key in index["KeySchema"]
        }
        self.created = world.now()
        self.ready_at = self.created + world.settings.table_delay
        self.stream = None
        self._items = {}  # place -> (item, size)
        self._order = []  # places, sorted

    def __len__(self):
        return len(self._items)

    def items(self):
        return [self._items[place][0] for place in self._order]

    def bytes(self):
        return sum(size for _, size in self._items.values())

    # ---- keys

    def key_of(self, item):
        """The key attributes of an item; ApiError if one is missing, empty or of a wrong type."""
        for name, limit in zip(self.key_names, _KEY_LIMITS):
            self._check_key_value(name, item.get(name), limit)
        return {name: item[name] for name in self.key_names}

    def exact_key(self, key):
        if set(key) != set(self.key_names):
            raise validation("The provided key element does not match the schema")
        return self.key_of(key)

    def _check_key_value(self, name, value, limit):
        if value is None:
            raise invalid(f"Missing the key {name} in the item")
        ((tag, content),) = value.items()
        if tag != self.types[name]:
            raise invalid(
                f"Type mismatch for key {name} expected: {self.types[name]} actual: {tag}"
            )
        if not content:
            raise invalid(
                "The AttributeValue for a key attribute cannot contain an empty string value. "
                f"Key: {name}"
            )
        if tag != "N" and len(sort_value(value)) > limit:
            raise invalid(
                f"Size of key {name} has exceeded the maximum size limit of {limit} bytes"
            )

    def place(self, key):
        """Sorts as scans and queries go: hash of the partition key, that key, the sort key."""
        partition = key[self.key_names[0]]
        place = (hash_of(partition), sort_value(partition))
        return place if len(self.key_names) == 1 else (*place, sort_value(key[self.key_names[1]]))

    # ---- reading and writing

    def get(self, key):
        found = self._items.get(self.place(key))
        return found and found[0]

    def write(self, key, new, identity=None):
        """Puts the item (deletes it for None) and adds the stream record if that changed anything.

        Returns the larger of both sizes, what capacity is counted by."""
        place = self.place(key)
        old, old_size = self._items.get(place, (None, 0))
        new_size = self._checked_size(new) if new is not None else 0
        if new is None:
            if old is not None:
                del self._items[place]
                del self._order[bisect.bisect_left(self._order, place)]
        else:
            if old is None:
                bisect.insort(self._order, place)
            self._items[place] = (new, new_size)
        if old != new and self.stream is not None and self.stream.enabled:
            self.stream.append(place[0], key, old, new, identity)
        return max(old_size, new_size)

    def _checked_size(self, item):
        size = item_size(item)
        if size > MAX_ITEM_BYTES:
            raise validation("Item size has exceeded the maximum allowed size")
        for name in self.index_key_names & item.keys():
            self._check_key_value(name, item[name], _KEY_LIMITS[0])
        return size

    def scan(self, segment, total, start, limit):
        """Returns (items, bytes read, place of the last item or None at the end)."""
        low, high = -(-segment * HASH_SPACE // total), -(-(segment + 1) * HASH_SPACE // total)
        if start is not None and not low <= start[0] < high:
            raise validation("The provided starting key is invalid: it must lie within the segment")
        begin = (
            bisect.bisect_left(self._order, (low,))
            if start is None
            else bisect.bisect_right(self._order, start)
        )
        end = bisect.bisect_left(self._order, (high,))
        return self._page((self._order[i] for i in range(begin, end)), limit)

    def query(self, partition, matches, start, limit, forward):
        """As scan, of the items of one partition whose sort key matches."""
        prefix = (hash_of(partition), sort_value(partition))
        begin = bisect.bisect_left(self._order, prefix)
        places = []
        while begin < len(self._order) and self._order[begin][:2] == prefix:
            places.append(self._order[begin])
            begin += 1
        if not forward:
            places.reverse()
        if start is not None:
            places = [p for p in places if (p > start if forward else p < start)]
        return self._page((p for p in places if matches(self._items[p][0])), limit)

    def _page(self, places, limit):
        found, read = [], 0
        for place in places:
            item, size = self._items[place]
            found.append(item)
            read += size
            if len(found) == limit or read >= self.world.settings.scan_page_bytes:
                return found, read, place
        return found, read, None

    def key_at(self, place):
        return self.key_of(self._items[place][0])
