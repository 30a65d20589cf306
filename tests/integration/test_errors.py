"""What a person meets whose set-up is not right: one sentence with what to do, and an exit code.

`check` says it beforehand and `run` at its start, in the same words.
"""

import dataclasses
import json
import shlex

import pytest

from harness import own_mongod
from harness import stores as stores_module
from harness.scripted import eventually, scripted  # noqa: F401
from harness.service import free_port

TIME_RAN_OUT = 3
SECRET = "not-the-right-one"


@pytest.fixture
def world(scripted):
    return scripted()


def checked(service):
    """(exit code, text of each good line by its name, text of each bad one)"""
    done = service.cli("check", "--json")
    told = json.loads(done.stdout)
    good = {one["name"]: one["text"] for one in told["checks"] if one["ok"]}
    bad = {one["name"]: one["text"] for one in told["checks"] if not one["ok"]}
    assert SECRET not in done.stdout + done.stderr
    assert told["ok"] == (not bad)
    return done.returncode, good, bad


def refusal_of_run(service):
    """The sentence with which a service ends that cannot begin."""
    assert service.start(ready_within=None).process.wait(30) == 1
    text = service.log_text()
    assert SECRET not in text
    (sentence,) = [line for line in text.splitlines() if line.startswith("crossfade: ")]
    return sentence.removeprefix("crossfade: ")


def refused(service, link, about):
    """The sentence of both, `about` being the name of the line of `check`."""
    code, _, bad = checked(service)
    assert (code, list(bad)) == (1, [about])
    assert refusal_of_run(service) == f'Link "{link}": {bad[about]}'
    return bad[about]


def assert_begins(service, pair):
    code, good, bad = checked(service)
    assert (code, bad) == (0, {})
    assert f"{pair.name}: stream" in good
    service.start()
    service.wait(pair.name, "synced")


def assert_names(sentence, *words):
    missing = [word for word in words if word not in sentence]
    assert not missing, f"{missing} not in: {sentence}"


# ---- nobody there


def test_no_dynamodb_at_the_endpoint(world):
    pair, endpoint = world.pair(), f"http://127.0.0.1:{free_port()}"
    engines = dataclasses.replace(world.engines, dynamodb_endpoint=endpoint)
    sentence = refused(
        world.service(pair.link(), engines=engines), pair.name, f"{pair.name}: table"
    )
    assert_names(sentence, endpoint, "refused", "dynamodb.endpoint")


def test_no_mongodb_at_the_address(world):
    pair, address = world.pair(), f"127.0.0.1:{free_port()}"
    uri = f"mongodb://app:{SECRET}@{address}/?replicaSet=rs0&serverSelectionTimeoutMS=500"
    engines = dataclasses.replace(world.engines, mongodb_uri=uri)
    sentence = refused(world.service(pair.link(), engines=engines), pair.name, "mongodb")
    assert_names(sentence, address, "cannot be reached", "mongodb.uri")


def test_a_replica_set_of_another_name(world):
    pair = world.pair()
    uri = world.engines.mongodb_uri.replace("rs0", "orders") + "&serverSelectionTimeoutMS=500"
    engines = dataclasses.replace(world.engines, mongodb_uri=uri)
    sentence = refused(world.service(pair.link(), engines=engines), pair.name, "mongodb")
    assert_names(sentence, "no server there is the primary", "of that name")


# ---- not let in


@pytest.mark.parametrize("wrong", ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"])
def test_wrong_credentials_of_dynamodb(scripted, wrong):
    right = stores_module.CREDENTIALS
    world = scripted(
        access_key=right["AWS_ACCESS_KEY_ID"], secret_key=right["AWS_SECRET_ACCESS_KEY"]
    )
    pair = world.pair()
    service = world.service(pair.link(), environment={wrong: SECRET})
    sentence = refused(service, pair.name, f"{pair.name}: table")
    assert_names(sentence, world.fake.url, "refused the credentials", "check the access key")
    assert_begins(world.service(pair.link()), pair)


def test_no_credentials_of_dynamodb(world, tmp_path):
    pair = world.pair()
    nothing = {
        "AWS_ACCESS_KEY_ID": "",
        "AWS_SECRET_ACCESS_KEY": "",
        "AWS_EC2_METADATA_DISABLED": "true",
        "HOME": str(tmp_path),
    }
    service = world.service(pair.link(), environment=nothing)
    sentence = refused(service, pair.name, f"{pair.name}: table")
    assert_names(sentence, "No AWS credentials were found", "AWS_ACCESS_KEY_ID")


def test_a_user_whom_mongodb_does_not_let_in(world, tmp_path):
    with own_mongod.running(tmp_path / "mongod", password="a right one") as mongod:
        pair = world.pair(mongo=mongod.client)
        engines = world.fake.beside(own_mongod.as_engines(mongod))
        wrong = dataclasses.replace(engines, mongodb_uri=mongod.uri.replace("a%20right%20one", SECRET))
        assert wrong != engines
        sentence = refused(world.service(pair.link(), engines=wrong), pair.name, "mongodb")
        assert_names(sentence, "MongoDB refused the credentials", "mongodb.uri", "authSource")
        mongod.client.admin.command("createUser", "reader", pwd="x", roles=["readAnyDatabase"])
        reader = f"mongodb://reader:x@127.0.0.1:{mongod.port}/?replicaSet=rs0"
        engines_of_reader = dataclasses.replace(engines, mongodb_uri=reader)
        sentence = refusal_of_run(world.service(pair.link(), engines=engines_of_reader))
        assert_names(sentence, "MongoDB denies the permission", "not authorized on crossfade", "role")
        assert pair.name not in sentence.removeprefix(f'Link "{pair.name}":')
        assert_begins(world.service(pair.link(), engines=engines), pair)


# ---- not as a link needs it


def test_no_such_table(world):
    pair = world.pair()
    world.stores.dynamodb.delete_table(TableName=pair.table)
    sentence = refused(world.service(pair.link()), pair.name, f"{pair.name}: table")
    assert_names(sentence, f"There is no table {pair.table}", world.fake.url, "region")


def obey(dynamodb, sentence):
    """Does what the commands at the end of a sentence say."""
    for command in sentence[sentence.index("aws dynamodb ") :].split(" && "):
        _, _, verb, *words = shlex.split(command)
        words = [word for word in words if word != "table-exists"]
        given = dict(zip(words[::2], words[1::2]))
        table = given.pop("--table-name")
        if verb == "wait":
            dynamodb.get_waiter("table_exists").wait(TableName=table, WaiterConfig={"Delay": 1})
            continue
        assert verb == "update-table"
        wanted = dict(word.split("=") for word in given.pop("--stream-specification").split(","))
        wanted["StreamEnabled"] = wanted["StreamEnabled"] == "true"
        assert not given
        dynamodb.update_table(TableName=table, StreamSpecification=wanted)


def test_no_stream(world):
    pair = world.pair(stream=False)
    service = world.service(pair.link())
    sentence = refused(service, pair.name, f"{pair.name}: stream")
    assert_names(sentence, f"table {pair.table} has no stream")
    obey(world.stores.dynamodb, sentence)
    assert_begins(service, pair)


@pytest.mark.parametrize("view", ["KEYS_ONLY", "NEW_IMAGE", "OLD_IMAGE"])
def test_a_stream_without_both_images(world, view):
    pair = world.pair(stream=False)
    world.control.stream(pair.table, True, view)
    service = world.service(pair.link())
    sentence = refused(service, pair.name, f"{pair.name}: stream")
    assert_names(sentence, pair.table, view, "both images")
    obey(world.stores.dynamodb, sentence)
    assert_begins(service, pair)


def test_a_mongod_that_is_no_replica_set(world, tmp_path):
    with own_mongod.running(tmp_path / "mongod", replica_set=False) as mongod:
        engines = world.fake.beside(own_mongod.as_engines(mongod))
        pair = world.pair(mongo=mongod.client)
        sentence = refused(world.service(pair.link(), engines=engines), pair.name, "mongodb")
        assert_names(sentence, "not a replica set", "--replSet", "rs.initiate()")


def test_a_collection_that_is_not_empty(world):
    """What --resume and --into-existing do is in test_load.py."""
    pair = world.pair()
    pair.collection.insert_one({"_id": "a", "pk": "a"})
    sentence = refused(world.service(pair.link()), pair.name, f"{pair.name}: collection")
    assert_names(sentence, pair.namespace, "not empty", "--resume", "--into-existing")
    assert list(pair.collection.find()) == [{"_id": "a", "pk": "a"}]


# ---- the machine


def test_a_data_dir_that_cannot_be(world, tmp_path):
    pair, place = world.pair(), tmp_path / "file"
    place.write_text("in the way")
    service = world.service(pair.link(), extra={"data_dir": str(place / "data")})
    code, _, bad = checked(service)
    assert (code, list(bad)) == (1, ["data_dir"])
    assert_names(bad["data_dir"], f"{place} is not a folder")
    assert_names(refusal_of_run(service), pair.name, str(place), "Not a directory")


def test_two_services_on_one_data_dir(world):
    pair = world.pair()
    first = world.service(pair.link()).start()
    first.wait(pair.name, "synced")
    extra = {
        "data_dir": str(first.folder / "data"),
        "mongodb": {"state_database": first.state.name},
    }
    sentence = refusal_of_run(world.service(pair.link(), extra=extra))
    assert_names(sentence, pair.name, "in use by another process", "data_dir")
    second = world.service(pair.link(), extra={"admin": {"listen": f"127.0.0.1:{first.admin_port}"}})
    sentence = refusal_of_run(second)
    assert_names(sentence, str(first.admin_port), "already in use", "admin: {listen:")
    assert first.stop() == 0


def test_a_disk_with_too_little_room(world):
    """Nothing is captured, so nothing is loaded, until there is room."""
    pair = world.pair()
    pair.put({"pk": {"S": "a"}})
    service = world.service(pair.link(), extra={"log": {"min_free_bytes": "1000TiB"}})
    code, _, bad = checked(service)
    assert (code, list(bad)) == (1, ["data_dir"])
    assert_names(bad["data_dir"], "must stay free", "make room")
    service.start(ready_within=None)
    eventually(lambda: service.http("/healthz")[0] == 200)
    told = service.wait_for(lambda told: "must stay free" in told[pair.name]["reason"])
    assert_names(told[pair.name]["reason"], str(service.folder), "make room")
    assert service.http("/readyz")[0] == 503
    done = service.cli("wait", "--link", pair.name, "--until", "synced", "--timeout", "200ms")
    assert done.returncode == TIME_RAN_OUT
    assert_names(done.stderr, "must stay free")
    assert "event_log_near_limit" in service.log_text()
    assert pair.collection.count_documents({}) == 0
    service.stop()
    service.configure_extra(log={"min_free_bytes": "1MiB"})
    assert_begins(service, pair)
    pair.assert_equal()


LOG_LIMIT = 256 * 1024
ITEMS = 400  # of 1 KB
STEP = 20


def write_to(side, pair, numbers):
    if side == "dynamodb":
        items = [{"pk": {"S": f"{n}"}, "t": {"S": "x" * 1000}} for n in numbers]
        stores_module.batch_put(pair.stores.dynamodb, pair.table, items)
    else:
        documents = [{"_id": f"{n}", "pk": f"{n}", "t": "x" * 1000} for n in numbers]
        pair.collection.insert_many(documents)


def overfill(service, pair, side, direction):
    """Writes more than the log may hold; returns the status once it is full."""
    told = {"reason": ""}
    for begin in range(0, ITEMS, STEP):
        write_to(side, pair, range(begin, begin + STEP))
        if "is full" in told["reason"]:
            continue
        told = service.wait_for(
            lambda told: told[pair.name][direction]["captured"] >= begin + STEP
            or "is full" in told[pair.name]["reason"]
        )[pair.name]
    return told


def near_limit(service, link):
    """What the alarm of an operator looks at."""
    for line in service.http("/metrics")[1].splitlines():
        if line.startswith("crossfade_event_log_near_limit") and f'"{link}"' in line:
            return float(line.split()[-1])
    raise AssertionError(f"no alarm for {link}")


@pytest.mark.parametrize("side", ["dynamodb", "mongodb"])
def test_a_full_log_stops_its_capture_and_nothing_else(world, side):
    pair, other = world.pair(), world.pair()
    log = {"segment_bytes": "64KiB", "max_bytes": "256KiB"}
    links = [pair.link(authority=side), other.link()]
    service = world.service(*links, extra={"log": log}).start()
    for one in (pair, other):
        service.wait(one.name, "synced")
    assert near_limit(service, pair.name) == 0
    direction = "forward" if side == "dynamodb" else "backward"
    folder = service.folder / "data" / pair.name / direction
    told = overfill(service, pair, side, direction)
    assert_names(told["reason"], str(folder), "let the target catch up", "raise its limit")
    assert told["phase"] == "synced"
    text = service.log_text()
    assert 0 < text.index("event_log_near_limit") < text.index("log_full"), "the alarm comes before"
    assert near_limit(service, pair.name) == 1
    assert sum(file.stat().st_size for file in folder.iterdir()) <= LOG_LIMIT
    other.put({"pk": {"S": "goes on"}})
    service.wait(other.name, "drained")
    assert other.assert_equal().items == 1
    assert near_limit(service, other.name) == 0

    service.stop()
    service.configure_extra(log={**log, "max_bytes": "1MiB"})
    service.start()
    service.wait(pair.name, "drained")
    assert pair.assert_equal().items == ITEMS
