"""The subject of a key, spelled as the service spells it."""

import decimal

import bson
import pytest

from crossfade_router import SubjectRule
from crossfade_router.subject import number_text


@pytest.mark.parametrize(
    "value, subject",
    [
        ({"S": "user-7"}, "user-7"),
        ("user-7", "user-7"),
        ("", ""),
        ({"N": "007.10"}, "7.1"),
        (7, "7"),
        (1.5, "1.5"),
        (decimal.Decimal("1E+3"), "1000"),
        (bson.Int64(9), "9"),
        (bson.Decimal128("2.50"), "2.5"),
        ({"B": "AP8="}, "AP8="),
        ({"B": b"\x00\xff"}, "AP8="),
        (b"\x00\xff", "AP8="),
        (bson.Binary(b"\x00\xff"), "AP8="),
        ({"BOOL": True}, None),
        (True, None),
        ({"M": {}}, None),
        (None, None),
        (float("nan"), None),
    ],
)
def test_of_a_plain_attribute(value, subject):
    assert SubjectRule("pk").of({"pk": value, "sk": {"S": "x"}}) == subject


def test_without_the_attribute_there_is_none():
    assert SubjectRule("pk").of({"sk": {"S": "x"}}) is None


@pytest.mark.parametrize(
    "text, subject",
    [
        ("USER#7", "7"),
        ("USER#", ""),
        ("USER#7#x", "7#x"),
        ("user#7", None),
        ("xUSER#7", None),
        ("USER#\u00e9", "\u00e9"),
    ],
)
def test_of_a_pattern_that_must_match_the_whole(text, subject):
    assert SubjectRule("pk", "USER#(.*)").of({"pk": text}) == subject


def test_a_group_that_took_no_part_gives_the_empty_subject():
    """As RE2 does in the service."""
    assert SubjectRule("pk", "(?:a(.)|b)").of({"pk": "b"}) == ""


@pytest.mark.parametrize("pattern", ["USER#.*", "USER#(", "(?P<x", "(.*)#(.*)"])
def test_a_pattern_without_one_group_is_refused(pattern):
    with pytest.raises(ValueError, match="pattern"):
        SubjectRule("pk", pattern)


@pytest.mark.parametrize(
    "text, spelled",
    [
        ("1", "1"),
        ("1.0", "1"),
        ("007.10", "7.1"),
        ("1e3", "1000"),
        ("-0", "0"),
        ("0E+200", "0"),
        ("-12.340", "-12.34"),
        ("1E-6", "0.000001"),
        ("1E-7", "1E-7"),
        ("0.00000012300", "1.23E-7"),
        ("1E+37", "1" + "0" * 37),
        ("1E+38", "1E+38"),
        ("1.5E+40", "1.5E+40"),
        ("1" + "0" * 125, "1E+125"),
        ("-1.5E-130", "-1.5E-130"),
    ],
)
def test_a_number_has_one_spelling(text, spelled):
    assert number_text(decimal.Decimal(text)) == spelled
