"""Attribute values in DynamoDB's JSON: checked and brought into one form, so that == means equal.

Numbers are written without superfluous zeros (plain up to 40 places, with an exponent beyond,
because clients must read both), sets are sorted, base64 is checked. Sizes follow DynamoDB's
published rules.
"""

import base64
import binascii
import decimal
import functools
import re

from .errors import CORAL, ApiError, invalid, validation

MAX_ITEM_BYTES = 409_600
MAX_CONTAINERS = 31

_EXACT = decimal.Context(prec=500)
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,6})?")


@functools.lru_cache(maxsize=65536)
def number(text):
    """The canonical text of a number."""
    if not isinstance(text, str) or not _NUMBER.fullmatch(text):
        raise validation("The parameter cannot be converted to a numeric value: " + str(text))
    value = decimal.Decimal(text).normalize(_EXACT)
    if not value:
        return "0"
    if len(value.as_tuple().digits) > 38:
        raise validation("Attempting to store more than 38 significant digits in a Number")
    if value.adjusted() > 125:
        raise validation("Number overflow. Attempting to store a number with too large a magnitude")
    if value.adjusted() < -130:
        raise validation(
            "Number underflow. Attempting to store a number with too small a magnitude"
        )
    return f"{value:f}" if -40 <= value.adjusted() <= 40 else str(value)


def _text(content, _):
    if not isinstance(content, str):
        raise ApiError("SerializationException", "S must be a string", namespace=CORAL)
    return content


def _binary(content, _):
    try:
        base64.b64decode(content, validate=True)
    except (binascii.Error, TypeError, ValueError):
        raise ApiError("SerializationException", "B must be base64", namespace=CORAL) from None
    return content


def _boolean(content, _):
    if not isinstance(content, bool):
        raise ApiError("SerializationException", "BOOL must be true or false", namespace=CORAL)
    return content


def _null(content, _):
    if content is not True:
        raise invalid("Null attribute value types must have the value of true")
    return True


def _nested(containers):
    if containers >= MAX_CONTAINERS:
        raise validation("Nesting Levels have exceeded supported limits")
    return containers + 1


def _list(content, containers):
    return [canonical(value, _nested(containers)) for value in content]


def _map(content, containers):
    return {_name(name): canonical(value, _nested(containers)) for name, value in content.items()}


def _set_of(member, order):
    def check(content, _):
        members = sorted((member(value, 0) for value in content), key=order)
        if not members:
            raise invalid("An string set  may not be empty")
        if len(set(members)) != len(members):
            raise invalid("Input collection contains duplicates.")
        return members

    return check


def _name(name):
    if not 1 <= len(name.encode("utf-8", "surrogatepass")) <= 65_535:
        raise validation("Attribute name must be between 1 and 65535 bytes")
    return name


_CHECKS = {
    "S": _text,
    "N": lambda content, _: number(content),
    "B": _binary,
    "BOOL": _boolean,
    "NULL": _null,
    "L": _list,
    "M": _map,
    "SS": _set_of(_text, str.encode),
    "NS": _set_of(lambda content, _: number(content), decimal.Decimal),
    "BS": _set_of(_binary, base64.b64decode),
}


def canonical(value, containers=0):
    """The value in its one form. Raises ApiError for what DynamoDB refuses."""
    if not isinstance(value, dict) or len(value) != 1 or next(iter(value)) not in _CHECKS:
        raise validation(
            "Supplied AttributeValue must contain exactly one of the supported datatypes"
        )
    ((tag, content),) = value.items()
    return {tag: _CHECKS[tag](content, containers)}


def canonical_item(item):
    return {_name(name): canonical(value) for name, value in item.items()}


def _number_size(text):
    digits = len(text.split("E")[0].strip("-0.").replace(".", ""))
    return (digits + 1) // 2 + 1 + (text[0] == "-") if digits else 1


def size_of(value):
    ((tag, content),) = value.items()
    if tag == "S":
        return len(content.encode("utf-8", "surrogatepass"))
    if tag == "N":
        return _number_size(content)
    if tag == "B":
        return len(content) * 3 // 4 - content[-2:].count("=")
    if tag in ("BOOL", "NULL"):
        return 1
    if tag == "L":
        return 3 + sum(size_of(element) + 1 for element in content)
    if tag == "M":
        return 3 + item_size(content) + len(content)
    return sum(size_of({tag[0]: member}) for member in content)


def item_size(item):
    return sum(
        len(name.encode("utf-8", "surrogatepass")) + size_of(value) for name, value in item.items()
    )


def sort_value(value):
    """What a key is ordered by: text and binary by bytes, numbers by value."""
    ((tag, content),) = value.items()
    if tag == "N":
        return decimal.Decimal(content)
    return content.encode("utf-8", "surrogatepass") if tag == "S" else base64.b64decode(content)
