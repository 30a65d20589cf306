"""What MongoDB had taken and nobody had captured when it was given up is settled by the link's policy."""

import dataclasses
import functools
import os
import signal
import time

import pytest

from conftest import Pair
from harness.items import attribute, document, item
from harness.lost_mongodb import UNPLANNED, make_private_rollout  # noqa: F401

USER = "user-0001"


@dataclasses.dataclass
class PairOfPolicy(Pair):
    policy: str = "authority"

    def link(self, **settings):
        return super().link(policy=self.policy, **settings)


def strand(rollout, mongod, write):
    """`write` reaches MongoDB alone: the service does not run until MongoDB is dead."""
    os.kill(rollout.service.process.pid, signal.SIGSTOP)
    rollout.pairs[0].collection.insert_one(document(USER, "already asked for"))
    time.sleep(0.5)
    write()
    mongod.kill()
    os.kill(rollout.service.process.pid, signal.SIGCONT)
    rollout.say(*UNPLANNED)


@pytest.mark.parametrize(
    "policy, told, values",
    [
        ("authority", "3 restored, 0 merged, 0 kept", ({"a": 1, "b": 3}, {"a": 1}, {"a": 3})),
        ("merge", "1 restored, 2 merged, 0 kept", ({"a": 2, "b": 3}, {"a": 2}, {"a": 3})),
        ("last-writer-wins", "2 restored, 0 merged, 1 kept", ({"a": 1, "b": 3}, {"a": 2}, {"a": 3})),
    ],
)
def test_stranded_changes(make_private_rollout, policy, told, values):  # noqa: F811
    rollout, mongod = make_private_rollout(functools.partial(PairOfPolicy, policy=policy), subjects=3)
    (pair,) = rollout.pairs
    names = ("crossed", "quiet", "same")
    pair.put(item(pk=USER, sk="crossed", a=1, b=1), *(item(pk=USER, sk=sk, a=1) for sk in names[1:]))
    rollout.wait("drained")
    rollout.ramp("--to", "100")

    def write():
        for sk in names:
            pair.collection.update_one({"_id": document(USER, sk)["_id"]}, {"$set": {"a": 2}})

    strand(rollout, mongod, write)
    for sk, name in (("crossed", "b"), ("same", "a")):
        pair.stores.dynamodb.update_item(
            TableName=pair.table,
            Key=item(pk=USER, sk=sk),
            UpdateExpression="SET #n = :n",
            ExpressionAttributeNames={"#n": name},
            ExpressionAttributeValues={":n": attribute(3)},
        )
    mongod.start()
    assert pair.collection.find_one()
    rollout.until_well()
    sentence = rollout.say("recover")["sentence"]
    assert sentence.endswith(told + "."), sentence
    rollout.wait("drained")
    pair.assert_equal()
    found = pair.items()
    assert [found[USER, sk] for sk in names] == [
        item(pk=USER, sk=sk, **expected) for sk, expected in zip(names, values)
    ]
