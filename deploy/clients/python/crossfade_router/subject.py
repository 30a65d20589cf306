"""The subject of a key or item, as a link's `subject: {attribute, pattern}` names it."""

from __future__ import annotations

import base64
import decimal
import re
from typing import Any, Mapping, Optional

_MOST_DIGITS = 38
_MOST_PLAIN_ZEROS = 6


class SubjectRule:
    """Takes the subject out of a key, item or document.

    SubjectRule("pk", r"USER#(.*)").of({"pk": {"S": "USER#7"}}) == "7"
    """

    def __init__(self, attribute: str, pattern: Optional[str] = None) -> None:
        """`pattern` must match the whole text, and its one group is the subject, empty if it took no
        part. The service takes it for RE2, so use what that has, too. ValueError when it is no
        regular expression with one group."""
        self.attribute = attribute
        try:
            self._pattern = None if pattern is None else re.compile(pattern, re.ASCII)
        except re.error as error:
            raise ValueError(
                f"The pattern {pattern!r} is no regular expression: {error}."
            ) from error
        if self._pattern is not None and self._pattern.groups != 1:
            raise ValueError(f"The pattern {pattern!r} must have one group, which is the subject.")

    def of(self, item: Mapping[str, Any]) -> Optional[str]:
        """None when there is no subject: no such attribute, or the pattern does not match. Takes
        DynamoDB JSON ({"S": "a"}) and plain values: texts as they are, numbers in one spelling,
        binaries in base64."""
        text = _text_of(item.get(self.attribute))
        if text is None or self._pattern is None:
            return text
        found = self._pattern.fullmatch(text)
        return None if found is None else found.group(1) or ""


def _text_of(value: Any) -> Optional[str]:
    if isinstance(value, Mapping) and len(value) == 1:
        ((kind, inner),) = value.items()
        return _text_of_typed(kind, inner)
    if isinstance(value, str):
        return value
    if isinstance(value, (bytes, bytearray)):
        return base64.b64encode(value).decode()
    if isinstance(value, bool):
        return None
    if isinstance(value, (int, float, decimal.Decimal)):
        return number_text(decimal.Decimal(str(value)))
    if hasattr(value, "to_decimal"):  # bson.Decimal128
        return number_text(value.to_decimal())
    return None


def _text_of_typed(kind: Any, value: Any) -> Optional[str]:
    if kind == "N":
        return number_text(decimal.Decimal(value))
    if kind == "B" and isinstance(value, str):  # as it stands in JSON
        return value
    return _text_of(value) if kind in ("S", "B") else None


def number_text(value: decimal.Decimal) -> Optional[str]:
    """The one spelling of a number: 1, 1.0 and 1E0 are all "1". None for what is no number."""
    if not value.is_finite():
        return None
    sign, figures, exponent = value.as_tuple()
    every = "".join(map(str, figures)).lstrip("0")
    digits = every.rstrip("0")
    if not digits:
        return "0"
    return ("-" if sign else "") + _spelled(digits, int(exponent) + len(every) - len(digits))


def _spelled(digits: str, exponent: int) -> str:
    first = exponent + len(digits) - 1  # the power of ten of the first digit
    if exponent >= 0 and first < _MOST_DIGITS:
        return digits + "0" * exponent
    if exponent < 0 and first >= 0:
        return digits[: first + 1] + "." + digits[first + 1 :]
    if exponent < 0 and first >= -_MOST_PLAIN_ZEROS:
        return "0." + "0" * (-first - 1) + digits
    fraction = "." + digits[1:] if len(digits) > 1 else ""
    return f"{digits[0]}{fraction}E{first:+d}" if first > 0 else f"{digits[0]}{fraction}E{first}"
