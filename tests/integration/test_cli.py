"""The command line as a person or a script meets it, without a service and without engines."""
import json
import os
import pathlib
import subprocess

import pytest

from harness.service import binary, flow, free_port

ITEM = {
    "pk": {"S": "user-7"},
    "sk": {"N": "12"},
    "name": {"S": "Grüße"},
    "price": {"N": "19.9"},
    "big": {"N": "12345678901234567890123456789012345678"},
    "raw": {"B": "AAEC"},
    "yes": {"BOOL": True},
    "none": {"NULL": True},
    "tags": {"SS": ["a", "b"]},
    "list": {"L": [{"N": "1"}, {"M": {"a.b": {"S": "x"}}}]},
}


@pytest.fixture
def crossfade(tmp_path):
    """crossfade(*arguments, stdin=...) -> CompletedProcess, with a configuration of its own."""
    config = tmp_path / "crossfade.yaml"
    settings = {
        "mongodb": {"uri": "mongodb://app:secret@127.0.0.1:1/?replicaSet=rs0"},
        "admin": {"listen": f"127.0.0.1:{free_port()}"},
        "data_dir": str(tmp_path / "data"),
        "links": [
            {"name": "orders", "table": "Orders", "collection": "shop.orders", "key": ["pk", "sk"]},
            {"name": "users", "table": "Users", "collection": "shop.users"},
        ],
    }
    config.write_text(flow(settings))

    def call(*arguments, stdin="", environment=None):
        return subprocess.run(
            [binary(), *arguments],
            input=stdin,
            env={**os.environ, "CROSSFADE_CONFIG": str(config), **(environment or {})},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    call.config = config
    call.address = settings["admin"]["listen"]
    return call


def lines(*values):
    return "".join(json.dumps(value, ensure_ascii=False) + "\n" for value in values)


def parsed(done):
    return [json.loads(line) for line in done.stdout.splitlines()]


# ---- map


def test_map_turns_items_into_documents(crossfade):
    done = crossfade("map", "--link", "orders", "--to", "mongodb", stdin=lines(ITEM))
    assert (done.returncode, done.stderr) == (0, "")
    (document,) = parsed(done)
    assert document.pop("_crossfade")["t"] == {"big": "N", "tags": "SS"}
    assert document == {
        "_id": {"pk": "user-7", "sk": {"$numberInt": "12"}},
        "pk": "user-7",
        "sk": {"$numberInt": "12"},
        "name": "Grüße",
        "price": {"$numberDecimal": "19.9"},
        "big": "12345678901234567890123456789012345678",
        "raw": {"$binary": {"base64": "AAEC", "subType": "00"}},
        "yes": True,
        "none": None,
        "tags": ["a", "b"],
        "list": [{"$numberInt": "1"}, {"a%2Eb": "x"}],
    }


def test_map_there_and_back_is_the_same_item(crossfade):
    there = crossfade("map", "--link", "orders", "--to", "mongodb", stdin=lines(ITEM, ITEM))
    back = crossfade("map", "--link", "orders", "--to", "dynamodb", stdin=there.stdout)
    assert (back.returncode, back.stderr) == (0, "")
    assert parsed(back) == [ITEM, ITEM]


def test_map_turns_documents_into_items(crossfade):
    document = {
        "_id": {"$oid": "64b7f3a2c1d2e3f4a5b6c7d8"},
        "pk": "p",
        "sk": "s",
        "when": {"$date": {"$numberLong": "1767225600000"}},
        "double": {"$numberDouble": "2.5"},
    }
    done = crossfade("map", "--link", "orders", "--to", "dynamodb", stdin=lines(document))
    assert (done.returncode, done.stderr) == (0, "")
    (item,) = parsed(done)
    assert (item["pk"], item["sk"]) == ({"S": "p"}, {"S": "s"})
    assert item["when"] == {"S": "2026-01-01T00:00:00.000Z"}
    assert item["double"] == {"N": "2.5"}
    again = crossfade("map", "--link", "orders", "--to", "mongodb", stdin=lines(item))
    assert parsed(again) == [document]


def test_map_reads_items_in_their_wrapping(crossfade):
    bare = crossfade("map", "--link", "orders", "--to", "mongodb", stdin=lines(ITEM))
    wrapped = crossfade("map", "--link", "orders", "--to", "mongodb", stdin=lines({"Item": ITEM}))
    assert wrapped.returncode == 0
    assert wrapped.stdout == bare.stdout


def test_map_puts_an_error_in_the_place_of_a_line(crossfade):
    stdin = lines(ITEM) + "{broken\n\n" + lines({"pk": {"S": "a"}}, ITEM)
    done = crossfade("map", "--link", "orders", "--to", "mongodb", stdin=stdin)
    assert done.returncode == 1
    first, broken, keyless, last = parsed(done)
    assert first == last
    assert list(broken) == list(keyless) == ["error"]
    assert "sk" in keyless["error"]


def test_map_streams(crossfade):
    """Each line is answered before the next one is written."""
    process = subprocess.Popen(
        [binary(), "map", "--config", str(crossfade.config), "--link", "orders", "--to", "mongodb"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        for number in range(3):
            item = {"pk": {"S": f"user-{number}"}, "sk": {"N": str(number)}}
            process.stdin.write(lines(item))
            process.stdin.flush()
            assert json.loads(process.stdout.readline())["pk"] == f"user-{number}"
        process.stdin.close()
        assert process.wait(10) == 0
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


def test_map_takes_the_key_from_the_command_line(crossfade):
    item = {"id": {"N": "7.0"}, "sk": {"S": "x"}}
    done = crossfade("map", "--link", "users", "--to", "mongodb", "--key", "id", stdin=lines(item))
    assert done.returncode == 0
    assert parsed(done)[0]["_id"] == {"$numberInt": "7"}
    done = crossfade("map", "--link", "users", "--to", "mongodb", stdin=lines(item))
    assert (done.returncode, done.stdout) == (1, "")
    assert '--key pk,sk' in done.stderr


def test_map_of_an_unknown_link(crossfade):
    done = crossfade("map", "--link", "carts", "--to", "mongodb")
    assert done.returncode == 1
    assert done.stderr == 'crossfade: there is no link "carts" in the configuration\n'


# ---- no service


@pytest.mark.parametrize(
    "arguments",
    [
        ["status"],
        ["status", "--watch"],
        ["wait", "--link", "orders", "--until", "drained", "--timeout", "1s"],
        ["violations", "list"],
        ["deadletters", "list", "--link", "orders"],
    ],
    ids=lambda arguments: arguments[0],
)
def test_without_a_service(crossfade, arguments):
    sentence = (
        f"No crossfade service answers at {crossfade.address}; "
        'start one with "crossfade run --config F".'
    )
    done = crossfade(*arguments)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == f"crossfade: {sentence}\n"
    done = crossfade(*arguments, "--json")
    assert (done.returncode, done.stderr) == (1, "")
    assert json.loads(done.stdout) == {"error": sentence}


# ---- the line itself


def test_config_stands_before_or_after_the_verb(crossfade, tmp_path):
    for arguments in (
        ["--config", str(crossfade.config), "check", "--config-only"],
        ["check", "--config-only", "--config", str(crossfade.config)],
    ):
        done = crossfade(*arguments, environment={"CROSSFADE_CONFIG": str(tmp_path / "none")})
        assert done.returncode == 0, done.stderr


def test_no_config_at_all(crossfade):
    done = crossfade("check", environment={"CROSSFADE_CONFIG": ""})
    assert done.returncode == 1
    assert done.stderr == (
        "crossfade: no configuration: give --config F or set CROSSFADE_CONFIG\n"
    )


def test_help_and_version(crossfade):
    done = crossfade("--help")
    assert (done.returncode, done.stderr) == (0, "")
    assert "Exit codes" in done.stdout
    done = crossfade("version", "--json")
    assert done.returncode == 0
    assert json.loads(done.stdout)["version"]


def test_what_a_killed_process_of_the_same_pid_left_is_no_news():
    """The MongoDB driver keeps its counters in a file by that name, and says so if it cannot."""
    leave = ': >"/dev/shm/mongoc-$$"; exec "$0" version'
    process = subprocess.Popen(["bash", "-c", leave, binary()], stderr=subprocess.PIPE, text=True)
    try:
        assert (process.communicate(timeout=60)[1], process.returncode) == ("", 0)
    finally:
        pathlib.Path(f"/dev/shm/mongoc-{process.pid}").unlink()


@pytest.mark.parametrize("arguments", [[], ["dance"], ["status", "--frob"], ["wait", "--link", "a"]])
def test_a_wrong_line_is_one_sentence(crossfade, arguments):
    done = crossfade(*arguments)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("crossfade: ")
    assert done.stderr.count("\n") == 1
