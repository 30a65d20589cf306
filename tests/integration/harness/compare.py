"""Reads all of a table and all of a collection, and says where they differ.

    PYTHONPATH=tests/integration /usr/bin/python3 -m harness.compare --table Orders --collection shop.orders

uses the engines named by the environment; exit code 1 if there is a difference.
"""

import argparse
import dataclasses
import sys

from harness import engines, mapping, stores


@dataclasses.dataclass
class Comparison:
    items: int
    documents: int
    differences: list

    @property
    def equal(self):
        return not self.differences

    def __str__(self):
        head = (
            f"{self.items} items, {self.documents} documents, {len(self.differences)} differences"
        )
        return "\n".join([head] + [f"  {line}" for line in self.differences[:20]])


def compare(dynamodb, table, collection, **options):
    """Compares everything; `options` as for mapping.differences. Both sides must be at rest."""
    schema = stores.key_schema(dynamodb, table)
    key = list(schema)
    items = {mapping.item_key(item, key): item for item in stores.read_items(dynamodb, table)}
    documents = list(collection.find())
    found, seen = [], set()
    for document in documents:
        identity = mapping.document_key(document, key, schema.values())
        if identity not in items:
            found.append(f"{document['_id']}: only in MongoDB")
        elif identity in seen:
            found.append(f"{document['_id']}: a second document of one item")
        else:
            lines = mapping.differences(items[identity], document, key, **options)
            found += [f"{document['_id']}: {line}" for line in lines]
        seen.add(identity)
    found += [f"{identity}: only in DynamoDB" for identity in items.keys() - seen]
    return Comparison(len(items), len(documents), found)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--table", required=True)
    parser.add_argument("--collection", required=True, help="database.collection")
    parser.add_argument("--exact", action="store_true", help="check the BSON types too")
    parser.add_argument("--synced-field", help="the link's forward_synced_field")
    given = parser.parse_args()
    with engines.shared() as pair:
        both = stores.Stores.of(pair)
        result = compare(
            both.dynamodb,
            given.table,
            both.collection(given.collection),
            exact=given.exact,
            synced_field=given.synced_field,
        )
    print(result)
    sys.exit(0 if result.equal else 1)


if __name__ == "__main__":
    main()
