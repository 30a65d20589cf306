"""Several links in one service: each minds its own, and what ends one does not touch the others."""

import time

import pytest

from harness.items import document, item


def stopped(told, link):
    return told[link]["phase"] == "stopped"


@pytest.fixture
def two(make_pair, make_service):
    """(the pair that will be hurt, the one that must go on, their service)"""
    pairs = make_pair(), make_pair(key=("pk:S",))
    pairs[0].put(*(item(pk="a", sk=str(number)) for number in range(20)))
    pairs[1].put(*(item(pk=str(number)) for number in range(20)))
    service = make_service(pairs[0].link(authority="mongodb"), pairs[1].link()).start()
    for pair in pairs:
        service.wait(pair.name, "synced")
        pair.assert_equal(exact=True)
    return *pairs, service


def assert_goes_on(pair, service):
    before = pair.compare().items
    pair.put(item(pk=f"{time.time()}", more=True))
    service.wait(pair.name, "drained")
    assert pair.assert_equal(exact=True).items == before + 1
    assert service.status(pair.name)["phase"] == "synced"


def test_each_has_its_own_authority_and_changes(two):
    first, second, service = two
    for pair in (first, second):
        pair.collection.insert_one({"_id": "m", "pk": "m", "sk": "by mongodb"})
        pair.put(item(pk="d", sk="by dynamodb"))
    for pair in (first, second):
        service.wait(pair.name, "drained")
        pair.assert_equal(foreign_ids=True)
    assert ("m", "by mongodb") in first.items() and ("d", "by dynamodb") not in first.items()
    assert ("d",) in second.items() and ("m",) not in second.items()


def drop(pair):
    pair.collection.drop()


def rename(pair):
    pair.collection.rename(f"{pair.collection.name}_renamed", dropTarget=True)
    pair.collection.database[f"{pair.collection.name}_renamed"].drop()


def stream_off(pair):
    pair.stores.dynamodb.update_table(
        TableName=pair.table, StreamSpecification={"StreamEnabled": False}
    )


def drop_table(pair):
    pair.stores.dynamodb.delete_table(TableName=pair.table)


HURTS = {
    drop: ["collection", "drop"],
    rename: ["collection", "rename"],
    stream_off: ["stream", "disabled"],
    drop_table: ["table"],
}


@pytest.mark.parametrize("hurt", HURTS)
def test_one_link_stops_and_says_why_while_the_other_goes_on(two, hurt):
    first, second, service = two
    first.collection.insert_one(document("m", "before"))
    hurt(first)
    told = service.wait_for(lambda told: stopped(told, first.name))
    for word in HURTS[hurt]:
        assert word in told[first.name]["reason"].lower()
    assert first.table in told[first.name]["reason"] or first.namespace in told[first.name]["reason"]
    assert_goes_on(second, service)
    status, text = service.http("/readyz")
    assert status == 503 and first.name in text
    done = service.cli("wait", "--link", first.name, "--until", "drained", "--timeout", "5s")
    assert done.returncode == 5
    assert service.stop() != 0


def test_a_link_that_cannot_begin_leaves_the_other_alone(make_pair, make_service):
    missing, good = make_pair(), make_pair()
    missing.drop()
    good.put(item(pk="a", sk="1"))
    service = make_service(missing.link(), good.link()).start(ready_within=None)
    deadline = time.monotonic() + 20
    while service.http("/healthz")[0] != 200:
        assert time.monotonic() < deadline, service.log_tail()
        time.sleep(0.05)
    told = service.wait_for(lambda told: stopped(told, missing.name))
    assert missing.table in told[missing.name]["reason"]
    service.wait(good.name, "synced")
    good.put(item(pk="a", sk="2"))
    service.wait(good.name, "drained")
    assert good.assert_equal(exact=True).items == 2
