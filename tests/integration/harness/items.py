"""Items and documents for tests, short to write."""

import uuid

from boto3.dynamodb.types import TypeSerializer

_serializer = TypeSerializer()


def attribute(value):
    """A Python value in DynamoDB's low-level form; a str as S, an int or Decimal as N, bytes as B."""
    return _serializer.serialize(value)


def item(**values):
    """item(pk="a", n=1) -> {"pk": {"S": "a"}, "n": {"N": "1"}}"""
    return {name: attribute(value) for name, value in values.items()}


def document(pk, sk, **values):
    """What an item with these attributes looks like in MongoDB, for plain names and values."""
    return {"_id": {"pk": pk, "sk": sk}, "pk": pk, "sk": sk, **values}


def text(length):
    """A text of that many characters that no other call returns."""
    unique = uuid.uuid4().hex
    return (unique * (length // len(unique) + 1))[:length]
