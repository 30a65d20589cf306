"""Rules for tests: one subject "A" that moves; everybody else stays on DynamoDB."""

from crossfade_router import Rule, RuleSet

ON_DYNAMODB = Rule(deny=frozenset({"A"}))
ON_MONGODB = Rule(allow=frozenset({"A"}))


def rules(version, rule=ON_DYNAMODB, after=None, group="shop"):
    return RuleSet(group, version, 1, rule, after)


def fence(version, rule=ON_DYNAMODB, after=ON_MONGODB):
    return rules(version, rule, after)


def document(given):
    """A RuleSet as it is served."""

    def part(rule):
        return {"percent": rule.percent, "allow": sorted(rule.allow), "deny": sorted(rule.deny)}

    made = {
        "v": 1,
        "group": given.group,
        "version": given.version,
        "epoch": given.epoch,
        "salt": given.rule.salt,
        "rule": part(given.rule),
    }
    return made if given.next is None else {**made, "next": part(given.next)}
