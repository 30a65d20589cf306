"""Update expressions: SET (values, paths, if_not_exists, + and -) and REMOVE, with nested paths."""

import decimal

from .errors import validation
from .expressions import Cursor, value_at
from .values import number

_EXACT = decimal.Context(prec=38)


def parse_update(text, placeholders):
    """A list of ("set", path, operand) and ("remove", path)."""
    cursor = Cursor(text, placeholders)
    actions, seen = [], set()
    while cursor.peek():
        clause = cursor.accept("SET", "REMOVE")
        if not clause or clause in seen:
            raise cursor.syntax_error()
        seen.add(clause)
        parse = _parse_set if clause == "SET" else _parse_remove
        actions.append(parse(cursor))
        while cursor.accept(","):
            actions.append(parse(cursor))
    _refuse_overlaps([action[1] for action in actions])
    return actions


def _parse_set(cursor):
    path = cursor.path()
    cursor.expect("=")
    operand = _parse_operand(cursor)
    operator = cursor.accept("+", "-")
    if operator:
        operand = (operator, operand, _parse_operand(cursor))
    return ("set", path, operand)


def _parse_remove(cursor):
    return ("remove", cursor.path())


def _parse_operand(cursor):
    if not cursor.accept("IF_NOT_EXISTS"):
        return cursor.operand()
    cursor.expect("(")
    path = cursor.path()
    cursor.expect(",")
    fallback = cursor.operand()
    cursor.expect(")")
    return ("if_not_exists", path, fallback)


def _refuse_overlaps(paths):
    for index, path in enumerate(paths):
        for other in paths[index + 1 :]:
            shared = min(len(path), len(other))
            if path[:shared] == other[:shared]:
                raise validation(
                    "Invalid UpdateExpression: Two document paths overlap with each other"
                )


def _evaluate(operand, item):
    kind = operand[0]
    if kind == "value":
        return operand[1]
    if kind in ("+", "-"):
        left, right = (_evaluate(side, item).get("N") for side in operand[1:])
        if left is None or right is None:
            raise validation("An operand in the update expression has an incorrect data type")
        method = _EXACT.add if kind == "+" else _EXACT.subtract
        return {"N": number(str(method(decimal.Decimal(left), decimal.Decimal(right))))}
    found = value_at(item, operand[1])
    if found is None and kind == "if_not_exists":
        return _evaluate(operand[2], item)
    if found is None:
        raise validation(
            "The provided expression refers to an attribute that does not exist in the item"
        )
    return found


def _edited(value, path, edit):
    """A copy of the value with `edit(members, last step)` done at the path; the rest is shared."""
    step = path[0]
    tag = "M" if isinstance(step, str) else "L"
    if tag not in value:
        raise _bad_path()
    members = value[tag].copy()
    if len(path) == 1:
        edit(members, step)
        return {tag: members}
    try:
        child = members[step]
    except (KeyError, IndexError):
        raise _bad_path() from None
    members[step] = _edited(child, path[1:], edit)
    return {tag: members}


def _bad_path():
    return validation("The document path provided in the update expression is invalid for update")


def _setter(value):
    def edit(members, step):
        if isinstance(step, int) and step >= len(members):
            members.append(value)
        else:
            members[step] = value

    return edit


def _remove(members, step):
    if isinstance(step, str):
        members.pop(step, None)
    elif step < len(members):
        del members[step]


def _removal_order(action):
    return [step if isinstance(step, int) else 0 for step in action[1]]


def updated(item, actions):
    """The item after all actions; each reads the item as it was before."""
    sets = [(action[1], _evaluate(action[2], item)) for action in actions if action[0] == "set"]
    result = {"M": item}
    for path, value in sets:
        result = _edited(result, path, _setter(value))
    removals = [action for action in actions if action[0] == "remove"]
    for _, path in sorted(removals, key=_removal_order, reverse=True):
        result = _edited(result, path, _remove)
    return result["M"]
