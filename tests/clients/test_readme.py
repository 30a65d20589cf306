"""The README's example does what it says."""

import re

from conftest import ROOT
from crossfade_router import Rule, RuleSet, Side
from examples import ON_MONGODB, fence, rules

README = (ROOT / "deploy/clients/README.md").read_text(encoding="utf-8")


def test_the_example_writes_on_the_side_that_owns_the_subject(service, monkeypatch):
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "nobody")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "nobody")
    example = {}
    exec(re.findall(r"```python\n(.*?)```", README, re.DOTALL)[0], example)
    written = []
    put = {side: lambda item, side=side: written.append((side, item)) for side in Side}
    item = {"pk": {"S": "USER#A"}}
    with example["make_router"](service.url) as router:
        assert example["save"](router, item, put) is Side.DYNAMODB
        service.world.store(fence(2))
        service.world.until_acknowledged(2, "web-3")
        assert router.read("A") is Side.DYNAMODB
        service.world.store(rules(3, ON_MONGODB))
        assert example["save"](router, item, put) is Side.MONGODB
    assert written == [(Side.DYNAMODB, item), (Side.MONGODB, item)]
    assert service.world.clients == {}


def test_the_rules_in_the_readme_are_rules():
    given = RuleSet.from_json(re.search(r"```json\n(.*?)```", README, re.DOTALL).group(1))
    assert given.version == 7
    assert given.next == Rule(50.0, frozenset({"u1", "u2"}), frozenset(), "shop-4f")
