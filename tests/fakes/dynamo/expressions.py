"""Condition and key-condition expressions: parsed into tuples, judged against an item.

The subset: comparisons, BETWEEN, AND, OR, NOT, parentheses, attribute_exists, attribute_not_exists,
begins_with, nested paths with names, `#n` and `[0]`. Placeholders that are missing or never used
are errors, as they are on AWS. Anything else is refused rather than guessed.
"""

import functools
import re

from .errors import validation
from .values import canonical, sort_value

_TOKEN = re.compile(
    r"\s*(<=|>=|<>|[=<>()\[\],.+\-]|:[A-Za-z0-9_]+|#[A-Za-z0-9_]+|[A-Za-z_]\w*|\d+|\S)"
)
_COMPARE = {
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
}
_FUNCTIONS = {"attribute_exists": 1, "attribute_not_exists": 1, "begins_with": 2}


@functools.lru_cache(maxsize=4096)
def _tokens(text):
    return tuple(_TOKEN.findall(text))


class Placeholders:
    """`#names` and `:values` of one request, shared by all its expressions."""

    def __init__(self, request):
        self._names = request.get("ExpressionAttributeNames") or {}
        values = request.get("ExpressionAttributeValues") or {}
        self._values = {name: canonical(value) for name, value in values.items()}
        self._used = set()

    def name(self, token):
        return self._look_up(self._names, token, "name")

    def value(self, token):
        return self._look_up(self._values, token, "value")

    def _look_up(self, known, token, kind):
        if token not in known:
            raise validation(
                f"Invalid expression: An expression attribute {kind} used in the document path "
                f"is not defined; attribute {kind}: {token}"
            )
        self._used.add(token)
        return known[token]

    def check_used(self):
        for parameter, known in (("Names", self._names), ("Values", self._values)):
            unused = ", ".join(sorted(set(known) - self._used))
            if unused:
                raise validation(
                    f"Value provided in ExpressionAttribute{parameter} unused in expressions: "
                    f"keys: {{{unused}}}"
                )


class Cursor:
    """Tokens of one expression, read from left to right."""

    def __init__(self, text, placeholders):
        if not text.strip():
            raise validation("Invalid expression: The expression can not be empty;")
        self._tokens = _tokens(text)
        self._at = 0
        self.placeholders = placeholders

    def peek(self):
        return self._tokens[self._at] if self._at < len(self._tokens) else ""

    def take(self):
        token = self.peek()
        self._at += 1
        return token

    def accept(self, *words):
        if self.peek().upper() in words:
            return self.take().upper()
        return ""

    def expect(self, word):
        if not self.accept(word):
            raise self.syntax_error()

    def syntax_error(self):
        return validation(f"Invalid expression: Syntax error; token: {self.peek() or '<EOF>'}")

    def path(self):
        steps = [self._path_name()]
        while True:
            if self.accept("."):
                steps.append(self._path_name())
            elif self.accept("["):
                steps.append(int(self.take()))
                self.expect("]")
            else:
                return tuple(steps)

    def _path_name(self):
        token = self.peek()
        if token.startswith("#"):
            return self.placeholders.name(self.take())
        if re.fullmatch(r"[A-Za-z_]\w*", token):
            return self.take()
        raise self.syntax_error()

    def operand(self):
        if self.peek().startswith(":"):
            return ("value", self.placeholders.value(self.take()))
        return ("path", self.path())


def parse_condition(text, placeholders):
    cursor = Cursor(text, placeholders)
    node = _either(cursor)
    if cursor.peek():
        raise cursor.syntax_error()
    return node


def _either(cursor):
    node = _both(cursor)
    while cursor.accept("OR"):
        node = ("or", node, _both(cursor))
    return node


def _both(cursor):
    node = _single(cursor)
    while cursor.accept("AND"):
        node = ("and", node, _single(cursor))
    return node


def _single(cursor):
    if cursor.accept("NOT"):
        return ("not", _single(cursor))
    if cursor.accept("("):
        node = _either(cursor)
        cursor.expect(")")
        return node
    if cursor.peek() in _FUNCTIONS:
        return _call(cursor)
    return _comparison(cursor)


def _call(cursor):
    name = cursor.take()
    cursor.expect("(")
    arguments = [("path", cursor.path())]
    for _ in range(_FUNCTIONS[name] - 1):
        cursor.expect(",")
        arguments.append(cursor.operand())
    cursor.expect(")")
    return ("call", name, *arguments)


def _comparison(cursor):
    left = cursor.operand()
    if cursor.accept("BETWEEN"):
        low = cursor.operand()
        cursor.expect("AND")
        return ("and", ("compare", ">=", left, low), ("compare", "<=", left, cursor.operand()))
    operator = cursor.accept("=", "<>", *_COMPARE)
    if not operator:
        raise cursor.syntax_error()
    return ("compare", operator, left, cursor.operand())


def value_at(item, path):
    """The value under a path, None where there is none."""
    value = {"M": item}
    for step in path:
        content = value.get("M" if isinstance(step, str) else "L")
        if content is None:
            return None
        if isinstance(step, str):
            value = content.get(step)
        else:
            value = content[step] if step < len(content) else None
        if value is None:
            return None
    return value


def _resolve(operand, item):
    kind, content = operand
    return content if kind == "value" else value_at(item, content)


def _compare(operator, left, right):
    if operator == "=":
        return left is not None and left == right
    if operator == "<>":
        return left != right
    if (
        left is None
        or right is None
        or left.keys() != right.keys()
        or not left.keys() <= {"S", "N", "B"}
    ):
        return False
    return _COMPARE[operator](sort_value(left), sort_value(right))


def holds(node, item):
    """Whether the condition holds for the item ({} where there is none)."""
    kind = node[0]
    if kind == "or":
        return holds(node[1], item) or holds(node[2], item)
    if kind == "and":
        return holds(node[1], item) and holds(node[2], item)
    if kind == "not":
        return not holds(node[1], item)
    if kind == "compare":
        return _compare(node[1], _resolve(node[2], item), _resolve(node[3], item))
    found = _resolve(node[2], item)
    if node[1] == "begins_with":
        prefix = _resolve(node[3], item)
        return bool(
            found
            and prefix
            and found.keys() == prefix.keys()
            and sort_value(found).startswith(sort_value(prefix))
        )
    return (found is not None) == (node[1] == "attribute_exists")


def equalities(node):
    """Yields (path, value) of the `=` comparisons that must all hold."""
    if node[0] == "and":
        yield from equalities(node[1])
        yield from equalities(node[2])
    elif node[0] == "compare" and node[1] == "=":
        yield node[2][1], node[3][1]
