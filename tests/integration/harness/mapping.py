"""The mapping rules between DynamoDB items and MongoDB documents, read a second time.

This is the judge of the product's codec. It is written from the rules alone, for clearness, and
shares nothing with the product. Items are in boto3's low-level form, documents as pymongo reads them.

to_document(item, key)   what an item must look like in MongoDB, without the reserved field
differences(...)         where an item and a document are not the same, field by field
"""

import datetime
import decimal
import math
import re

from bson.decimal128 import Decimal128
from bson.int64 import Int64
from bson.objectid import ObjectId

RESERVED = "_crossfade"
NUMBERS = decimal.Context(prec=60)

# ---- names

_ESCAPES = {".": "%2E", "\0": "%00"}
_LOOKS_ESCAPED = re.compile(r"%(?=2E|24|00|25)")


def encode_name(name, top_level=False):
    """The field name of an attribute."""
    if top_level and name == "_id":
        return "%5Fid"
    if top_level and name == "%5Fid":
        return "%255Fid"
    encoded = _LOOKS_ESCAPED.sub("%25", name)
    for raw, escape in _ESCAPES.items():
        encoded = encoded.replace(raw, escape)
    return "%24" + encoded[1:] if encoded.startswith("$") else encoded


def decode_name(field, top_level=False):
    """The attribute name of a field. A field that is no encoded form of any name stays as it is."""
    name = re.sub("%(2E|24|00|25)", lambda found: chr(int(found[1], 16)), field)
    if top_level and field == "%5Fid":
        name = "_id"
    if top_level and field == "%255Fid":
        name = "%5Fid"
    return name if encode_name(name, top_level) == field else field


# ---- DynamoDB -> MongoDB


def number(text):
    """A DynamoDB number by value, without trailing zeros."""
    value = NUMBERS.create_decimal(text)
    return NUMBERS.normalize(value) if value else decimal.Decimal(0)


def significant_digits(value):
    return len(value.as_tuple().digits)


def number_to_bson(text):
    value = number(text)
    if value == value.to_integral_value(context=NUMBERS):
        if -(2**31) <= value < 2**31:
            return int(value)
        if -(2**63) <= value < 2**63:
            return Int64(int(value))
    if significant_digits(value) <= 34:
        return Decimal128(value)
    return str(value)


def to_bson(attribute):
    """One attribute value, as {"S": "x"}."""
    ((kind, value),) = attribute.items()
    if kind == "N":
        return number_to_bson(value)
    if kind in ("S", "BOOL", "B"):
        return value
    if kind == "NULL":
        return None
    if kind == "L":
        return [to_bson(element) for element in value]
    if kind == "M":
        return {encode_name(name): to_bson(value[name]) for name in sorted(value)}
    return set_to_bson(kind, value)


def set_to_bson(kind, members):
    if kind == "NS":
        return [number_to_bson(text) for text in sorted(members, key=number)]
    if kind == "SS":
        return sorted(members, key=lambda text: text.encode("utf-8", "surrogatepass"))
    return sorted(members)


def document_id(item, key):
    """The _id of an item whose key attributes are named `key` (hash, or hash and sort)."""
    if len(key) == 1:
        return to_bson(item[key[0]])
    return {encode_name(name): to_bson(item[name]) for name in key}


def to_document(item, key):
    fields = {name: value for name, value in item.items() if name != RESERVED}
    mapped = {encode_name(name, True): to_bson(fields[name]) for name in sorted(fields)}
    return {"_id": document_id(item, key), **mapped}


# ---- values side by side


def bson_number(value):
    """A BSON number by value; None for what DynamoDB cannot hold as a number or is none."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return decimal.Decimal(value)
    if isinstance(value, Decimal128):
        exact = value.to_decimal()
        return exact if exact.is_finite() else None
    if isinstance(value, float) and math.isfinite(value):
        return decimal.Decimal(repr(value))
    return None


def _text_of(value):
    """The string that stands in DynamoDB for a BSON value that is text there, else None."""
    if isinstance(value, str):
        return value
    if isinstance(value, ObjectId):
        return str(value)
    if isinstance(value, datetime.datetime):
        return value.strftime("%Y-%m-%dT%H:%M:%S.") + f"{value.microsecond // 1000:03d}Z"
    return None


def _same_number(text, value):
    expected = number(text)
    if isinstance(value, str):
        return significant_digits(expected) > 34 and number(value) == expected
    return bson_number(value) == expected


def _same_scalar(kind, expected, value):
    if kind == "N":
        return _same_number(expected, value)
    if kind == "S":
        return _text_of(value) == expected
    if kind == "B":
        return isinstance(value, bytes) and bytes(value) == bytes(expected)
    if kind == "NULL":
        return value is None
    return isinstance(value, bool) and value == expected


def _exactly(expected, value):
    """The same value in the same BSON type (pymongo reads int32 as int, int64 as Int64)."""
    if isinstance(expected, Decimal128):
        return isinstance(value, Decimal128) and value.bid == expected.bid
    return type(value) is type(expected) and value == expected


def _value_differences(path, attribute, value, exact):
    ((kind, expected),) = attribute.items()
    if kind == "M" and isinstance(value, dict):
        fields = {decode_name(field): inner for field, inner in value.items()}
        yield from _field_differences(path + ".", expected, fields, exact)
    elif kind == "L" and isinstance(value, list) and len(value) == len(expected):
        for place, (left, right) in enumerate(zip(expected, value)):
            yield from _value_differences(f"{path}[{place}]", left, right, exact)
    elif kind in ("SS", "NS", "BS") and isinstance(value, list) and len(value) == len(expected):
        members = value if exact else _sorted_members(kind, value)
        for left, right in zip(_sorted_members(kind, expected), members):
            yield from _value_differences(path + "{}", {kind[0]: left}, right, exact)
    elif kind in ("M", "L", "SS", "NS", "BS") or not _same_scalar(kind, expected, value):
        yield f"{path}: {_shown(attribute)} in DynamoDB, {_shown(value)} in MongoDB"
    elif exact and not _exactly(to_bson(attribute), value):
        yield f"{path}: {_shown(value)} is not the BSON form of {_shown(attribute)}"


def _sorted_members(kind, members):
    """Members of a set in DynamoDB's or in BSON form, in one order."""

    def order(member):
        if kind == "NS":
            return number(member) if isinstance(member, str) else bson_number(member) or 0
        return member.encode("utf-8", "surrogatepass") if isinstance(member, str) else member

    try:
        return sorted(members, key=order)
    except TypeError:  # not one kind of value: the comparison of the members will say so
        return list(members)


def _field_differences(prefix, attributes, fields, exact):
    for name in sorted(attributes.keys() | fields.keys()):
        if name not in fields:
            yield f"{prefix}{name}: only in DynamoDB, {_shown(attributes[name])}"
        elif name not in attributes:
            yield f"{prefix}{name}: only in MongoDB, {_shown(fields[name])}"
        else:
            yield from _value_differences(prefix + name, attributes[name], fields[name], exact)


def _shown(value):
    text = repr(value)
    return text if len(text) <= 80 else text[:77] + "..."


def differences(item, document, key, synced_field=None, exact=False, foreign_ids=False):
    """Where an item and a document differ, one line each; an empty list if nowhere.

    Numbers count by value, sets without order. The reserved attribute and field, and the field named
    by `synced_field`, do not count.
    exact         the document's BSON types must be those that the item maps to (it came from DynamoDB)
    foreign_ids   an _id given by an application is no difference
    """
    ignored = {"_id", RESERVED, synced_field}
    attributes = {name: value for name, value in item.items() if name != RESERVED}
    fields = {decode_name(f, True): value for f, value in document.items() if f not in ignored}
    found = list(_field_differences("", attributes, fields, exact))
    if not foreign_ids and not _same_id(item, document["_id"], key):
        found.append(f"_id: {_shown(document['_id'])}, expected {_shown(document_id(item, key))}")
    return found


def _same_id(item, given, key):
    expected = document_id(item, key)
    if len(key) == 1:
        return _exactly(expected, given)
    return (
        isinstance(given, dict)
        and list(given) == list(expected)
        and all(_exactly(expected[name], given[name]) for name in expected)
    )


def item_key(item, key):
    """The identity of an item, comparable with document_key."""
    return tuple(_key_part(*item[name].copy().popitem()) for name in key)


def document_key(document, key, kinds=None):
    """The identity that a document's key fields give it; None where one is missing.

    `kinds` are the types of the key's attributes: a number of more than 34 digits is text here.
    """
    fields = [document.get(encode_name(name, True)) for name in key]
    if any(field is None for field in fields):
        return None
    return tuple(_field_part(field, kind) for field, kind in zip(fields, kinds or "?" * len(key)))


def _field_part(field, kind):
    if isinstance(field, str):
        long_number = kind == "N" and re.fullmatch(r"-?[0-9.E+-]{35,}", field)
        return ("N", number(field)) if long_number else ("S", field)
    if bson_number(field) is not None:
        return "N", bson_number(field)
    return ("B", bytes(field)) if isinstance(field, bytes) else ("no key", repr(field))


def _key_part(kind, value):
    return (kind, number(value) if kind == "N" else bytes(value) if kind == "B" else value)
