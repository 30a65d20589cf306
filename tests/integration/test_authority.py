"""One owner for each key: a change on the other side is stored with both images and undone."""

import json
import time

import pytest

from harness.feeds import Feeds
from harness.items import document, item


def violations(service, link):
    done = service.cli("violations", "list", "--json", "--link", link, "--limit", "1000")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)["violations"]


def told_by_key(service, link):
    return {one["key"]["sk"]: one for one in violations(service, link)}


def without_numbers_types(value):
    """Canonical Extended JSON with its small integers as they are."""
    if isinstance(value, dict):
        if list(value) == ["$numberInt"]:
            return int(value["$numberInt"])
        return {name: without_numbers_types(inner) for name, inner in value.items()}
    return value


def assert_told(violation, side, operation, dynamodb, mongodb):
    assert (violation["side"], violation["operation"]) == (side, operation)
    for name, image in (("dynamodb", dynamodb), ("mongodb", mongodb)):
        seen = without_numbers_types(violation[name])
        if seen is not None:
            seen.pop("_crossfade", None)
        assert seen == image, name


def test_changes_in_mongodb_of_keys_that_dynamodb_owns(pair, linked):
    pair.put(*(item(pk="k", sk=sk, n=1) for sk in ("updated", "replaced", "deleted", "kept")))
    service = linked(pair, authority="dynamodb")
    before, into = pair.items(), pair.collection
    into.update_one({"sk": "updated"}, {"$set": {"n": 2}})
    into.replace_one({"sk": "replaced"}, {"pk": "k", "sk": "replaced"})
    into.delete_one({"sk": "deleted"})
    into.insert_one(document("k", "inserted", n=2))
    into.insert_one({"_id": "own", "pk": "k", "sk": "own id", "n": 2})
    service.wait(pair.name, "drained")
    pair.assert_equal(exact=True)
    assert pair.items() == before
    assert service.status(pair.name)["violations"] == 5
    told = told_by_key(service, pair.name)
    one = {sk: document("k", sk, n=1) for sk in told}
    two = {sk: document("k", sk, n=2) for sk in told}
    assert_told(told["updated"], "mongodb", "put", one["updated"], two["updated"])
    assert_told(told["replaced"], "mongodb", "put", one["replaced"], document("k", "replaced"))
    assert_told(told["deleted"], "mongodb", "remove", one["deleted"], None)
    assert_told(told["inserted"], "mongodb", "put", None, two["inserted"])
    assert_told(told["own id"], "mongodb", "put", None, {**two["own id"], "_id": "own"})


def test_changes_in_dynamodb_of_keys_that_mongodb_owns(pair, linked):
    pair.put(*(item(pk="k", sk=sk, n=1) for sk in ("updated", "replaced", "deleted", "kept")))
    service = linked(pair, authority="mongodb")
    before = list(pair.collection.find().sort("sk"))
    where = {"TableName": pair.table}
    pair.stores.dynamodb.update_item(
        **where,
        Key=item(pk="k", sk="updated"),
        UpdateExpression="SET n = :n",
        ExpressionAttributeValues={":n": {"N": "2"}},
    )
    pair.put(item(pk="k", sk="replaced"), item(pk="k", sk="inserted", n=2))
    pair.stores.dynamodb.delete_item(**where, Key=item(pk="k", sk="deleted"))
    service.wait(pair.name, "drained")
    pair.assert_equal(exact=True)
    assert list(pair.collection.find().sort("sk")) == before
    assert service.status(pair.name)["violations"] == 4
    told = told_by_key(service, pair.name)
    one = {sk: document("k", sk, n=1) for sk in told}
    two = {sk: document("k", sk, n=2) for sk in told}
    assert_told(told["updated"], "dynamodb", "put", two["updated"], one["updated"])
    assert_told(told["replaced"], "dynamodb", "put", document("k", "replaced"), one["replaced"])
    assert_told(told["deleted"], "dynamodb", "remove", None, one["deleted"])
    assert_told(told["inserted"], "dynamodb", "put", two["inserted"], None)


def test_writes_that_cross(pair, linked):
    """Both sides write the same keys at the same moment: the owner's value stands on both."""
    for authority in ("dynamodb", "mongodb"):
        pair.put(*(item(pk=authority, sk=str(number), n=0) for number in range(20)))
    rule = {"mongodb": {"allow": ["mongodb"]}}
    service = linked(pair, authority=rule, subject={"attribute": "pk"})
    for round_number in range(1, 4):
        for pk in ("dynamodb", "mongodb"):
            for number in range(20):
                pair.put(item(pk=pk, sk=str(number), n=round_number, by="dynamodb"))
                whole = document(pk, str(number), n=round_number, by="mongodb")
                pair.collection.replace_one({"_id": whole["_id"]}, whole, upsert=True)
    service.wait(pair.name, "drained")
    assert pair.assert_equal().items == 40
    for (pk, _), found in pair.items().items():
        assert (found["by"], found["n"]) == ({"S": pk}, {"N": "3"})
    assert service.status(pair.name)["violations"] >= 40


RULE = {"mongodb": {"allow": ["allowed", "both"], "deny": ["denied", "both"], "percent": 100}}
FEW = {"mongodb": {"allow": ["allowed", "both"], "deny": ["denied", "both"]}}


@pytest.mark.parametrize("rule, others", [(RULE, "mongodb"), (FEW, "dynamodb")])
def test_allow_and_deny(pair, linked, rule, others):
    owners = {"allowed": "mongodb", "denied": "dynamodb", "both": "dynamodb", "other": others}
    service = linked(pair, authority=rule, subject={"attribute": "pk"})
    for pk in owners:
        pair.put(item(pk=pk, sk="by dynamodb"))
        pair.collection.insert_one(document(pk, "by mongodb"))
    service.wait(pair.name, "drained")
    pair.assert_equal()
    assert sorted(pair.items()) == sorted((pk, f"by {owner}") for pk, owner in owners.items())
    assert service.status(pair.name)["violations"] == 4


def test_raising_the_percentage_only_adds_subjects(pair, linked):
    subjects = {f"user-{number}" for number in range(300)}

    def rule(percent):
        return {"mongodb": {"percent": percent, "deny": ["user-0"]}}

    service = linked(pair, authority=rule(20), subject={"attribute": "pk"})

    def owned():
        pair.collection.insert_many([document(pk, "1") for pk in subjects])
        service.wait(pair.name, "drained")
        pair.assert_equal()
        found = {pk for pk, _ in pair.items()}
        assert service.status(pair.name)["violations"] >= len(subjects - found)
        pair.collection.delete_many({})
        service.wait(pair.name, "drained")
        assert not pair.items()
        return found

    few = owned()
    service.stop()
    service.configure_links(pair.link(authority=rule(60), subject={"attribute": "pk"}))
    service.start()
    many = owned()
    assert 30 <= len(few) <= 90 and 130 <= len(many) <= 230
    assert few < many and "user-0" not in many


def test_subjects_that_are_numbers(make_pair, linked):
    pair = make_pair(key=("tenant:N", "sk:S"))
    rule = {"mongodb": {"allow": ["7"]}}
    service = linked(pair, authority=rule, subject={"attribute": "tenant"})
    pair.put({"tenant": {"N": "7.0"}, "sk": {"S": "wrong"}}, item(tenant=8, sk="right"))
    pair.collection.insert_many([{"tenant": 7.0, "sk": "right"}, {"tenant": 8, "sk": "wrong"}])
    service.wait(pair.name, "drained")
    pair.assert_equal(foreign_ids=True)
    assert sorted(pair.items()) == [("7", "right"), ("8", "right")]


def test_a_key_moves_to_a_subject_of_the_other_side(pair, linked):
    """The old key is MongoDB's to delete, the new one is not MongoDB's to make."""
    rule = {"mongodb": {"allow": ["mine"]}}
    service = linked(pair, authority=rule, subject={"attribute": "pk"})
    pair.collection.insert_one({"_id": 1, "pk": "mine", "sk": "1"})
    service.wait(pair.name, "drained")
    pair.collection.update_one({"_id": 1}, {"$set": {"pk": "theirs"}})
    service.wait(pair.name, "drained")
    pair.assert_equal()
    assert not pair.items()
    assert service.status(pair.name)["violations"] == 1


def test_an_item_that_dynamodb_expires_although_mongodb_owns_it(pair, linked):
    """It cannot live in DynamoDB any more: restoring it for ever would be an endless loop."""
    pair.stores.dynamodb.update_time_to_live(
        TableName=pair.table,
        TimeToLiveSpecification={"Enabled": True, "AttributeName": "expires"},
    )
    service = linked(pair, authority="mongodb")
    with Feeds(pair) as feeds:
        pair.collection.insert_one(document("k", "1", expires=int(time.time()) + 1))
        service.wait(pair.name, "drained")
        time.sleep(4)
        service.wait(pair.name, "drained")
        feeds.assert_quiet(3)
        pair.assert_equal()


@pytest.mark.parametrize("take", ["mongodb", "dynamodb"])
def test_a_person_takes_one_of_both_images(pair, linked, take):
    pair.put(item(pk="a", sk="1", text="owner's"))
    service = linked(pair)
    pair.collection.update_one({"_id": {"pk": "a", "sk": "1"}}, {"$set": {"text": "stranger's"}})
    service.wait(pair.name, "drained")
    listed = json.loads(service.cli("violations", "list", "--json").stdout)["violations"]
    (one,) = [violation for violation in listed if violation["link"] == pair.name]
    shown = service.cli("violations", "show", one["_id"], "--json")
    assert shown.returncode == 0, shown.stderr
    assert json.loads(shown.stdout)["mongodb"]["text"] == "stranger's"
    dry = service.cli("violations", "resolve", one["_id"], "--take", take, "--dry-run")
    assert dry.returncode == 0 and "Nothing was done" in dry.stdout, dry.stderr
    assert pair.collection.find_one({"pk": "a"})["text"] == "owner's"
    done = service.cli(
        "violations", "resolve", one["_id"], "--take", take, "--reason", "asked for"
    )
    assert done.returncode == 0, done.stderr + done.stdout
    service.wait(pair.name, "drained")
    pair.assert_equal()
    wanted = "stranger's" if take == "mongodb" else "owner's"
    assert pair.collection.find_one({"pk": "a"})["text"] == wanted
    again = service.cli("violations", "resolve", one["_id"], "--take", take, "--reason", "again")
    assert again.returncode != 0 and "before" in again.stderr
