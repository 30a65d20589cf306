"""The control table in a real DynamoDB, as the service lays it out."""

import json
import uuid

import pytest

from conftest import soon
from crossfade_router import Fenced, Router, Side, Unavailable
from examples import ON_MONGODB, document, fence, rules
from harness.service import free_port


class Control:
    def __init__(self, dynamodb):
        self.dynamodb = dynamodb
        self.table = f"control-{uuid.uuid4().hex}"
        dynamodb.create_table(
            TableName=self.table,
            BillingMode="PAY_PER_REQUEST",
            KeySchema=[
                {"AttributeName": "pk", "KeyType": "HASH"},
                {"AttributeName": "sk", "KeyType": "RANGE"},
            ],
            AttributeDefinitions=[
                {"AttributeName": "pk", "AttributeType": "S"},
                {"AttributeName": "sk", "AttributeType": "S"},
            ],
        )

    def store(self, given):
        doc = json.dumps({"v": 1, "rules": document(given), "phase": "ramping"})
        item = {"pk": "group/shop", "sk": "state", "doc": doc}
        self.dynamodb.put_item(
            TableName=self.table, Item={name: {"S": value} for name, value in item.items()}
        )

    def record(self, client="worker-1"):
        key = {"pk": {"S": "group/shop"}, "sk": {"S": f"client/{client}"}}
        return self.dynamodb.get_item(TableName=self.table, Key=key, ConsistentRead=True).get(
            "Item"
        )

    def acknowledged(self):
        record = self.record()
        return record and int(record["acked"]["N"])


@pytest.fixture
def control(dynamodb):
    made = Control(dynamodb)
    made.store(rules(1))
    yield made
    dynamodb.delete_table(TableName=made.table)


def router_of(control, **options):
    """Its service does not answer."""
    return Router(
        "shop",
        f"http://127.0.0.1:{free_port()}",
        (control.dynamodb, control.table),
        client_id="worker-1",
        **options,
    )


@pytest.mark.parametrize("mode", ["refuse", "continue"])
def test_a_hand_off_that_only_the_table_tells_of(control, mode):
    with router_of(control, mode=mode, lease=5, write_time=1) as router:
        record = control.record()
        assert record["mode"] == {"S": mode} and record["lease_ms"] == {"N": "5000"}
        with router.write("A") as side:
            assert side is Side.DYNAMODB
            control.store(fence(2))
            soon(lambda: router.status().version == 2, "the fence")
            assert control.acknowledged() < 2
        soon(lambda: control.acknowledged() == 2, "the acknowledgement")
        with pytest.raises(Fenced):
            with router.write("A"):
                pass
        control.store(rules(3, ON_MONGODB))
        soon(lambda: router.status().version == 3, "the flip")
        with router.write("A") as side:
            assert side is Side.MONGODB
    assert control.record() is None


def test_a_group_that_is_not_there_is_named(control):
    control.dynamodb.delete_item(
        TableName=control.table, Key={"pk": {"S": "group/shop"}, "sk": {"S": "state"}}
    )
    with pytest.raises(Unavailable, match="knows no group 'shop'"):
        router_of(control).start(timeout=1)


def test_a_table_that_is_not_there_is_named(control):
    router = Router("shop", f"http://127.0.0.1:{free_port()}", (control.dynamodb, "nowhere"))
    with pytest.raises(Unavailable, match="nowhere"):
        router.start(timeout=1)
