"""What a person is told of a wrong configuration: where it is, what is wrong, and never a secret."""
import os
import subprocess

import pytest

from harness.engines import ROOT
from harness.service import binary

GOOD = """\
mongodb: {uri: "mongodb://app:hunter2@127.0.0.1:1/?replicaSet=rs0"}
links:
  - name: orders
    table: Orders
    collection: shop.orders
"""


def check(path, *options, **environment):
    return subprocess.run(
        [binary(), "check", "--config", str(path), *options],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.fixture
def refused(tmp_path):
    """refused(text) -> the sentence after the name of the file."""

    def call(text):
        path = tmp_path / "c.yaml"
        path.write_text(text)
        for verb in ("check", "run"):
            done = subprocess.run(
                [binary(), verb, "--config", str(path)],
                capture_output=True,
                text=True,
                timeout=60,
                check=False,
            )
            assert (done.returncode, done.stdout) == (1, "")
            assert "hunter2" not in done.stderr
            assert done.stderr.count("\n") == 1
        return done.stderr.removeprefix(f"crossfade: {path}:").rstrip("\n")

    return call


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (
            GOOD.replace("table:", "tabel:"),
            '4: unknown key "tabel" in links[0]; did you mean "table"?',
        ),
        (
            GOOD + "forwrad: {}\n",
            '6: unknown key "forwrad" at the top level; did you mean "forward"?',
        ),
        (
            GOOD + "    load: {segments: eight}\n",
            '6: "links[0].load.segments" must be a whole number from 1 to 100000, not "eight"',
        ),
        (
            GOOD + "    authority: {mongodb: {percent: 10}}\n",
            '6: "links[0].authority" decides by subject, so the link also needs '
            '"subject: {attribute: <key attribute>}"',
        ),
        (
            GOOD + "  - {name: orders, table: Carts, collection: shop.carts}\n",
            '6: name "orders" of links[1] already belongs to links[0]',
        ),
        (GOOD.replace("mongodb://", "http://"), None),
        (GOOD.replace("hunter2", "${NO_SUCH_VARIABLE}"), None),
        (GOOD.replace("    table: Orders\n", ""), '3: "table" is missing in links[0]'),
        ("links: [\n", None),
    ],
    ids=["key", "top", "type", "subject", "twice", "uri", "unset", "missing", "yaml"],
)
def test_each_fault_has_its_place(refused, text, sentence):
    told = refused(text)
    assert told.split(":")[0].isdigit()
    assert told == (sentence or told)


def test_an_unset_variable_is_named(refused):
    assert "NO_SUCH_VARIABLE" in refused(GOOD.replace("hunter2", "${NO_SUCH_VARIABLE}"))


def test_variables_are_put_in_and_secrets_left_out(tmp_path):
    path = tmp_path / "c.yaml"
    path.write_text(GOOD.replace("hunter2", "${PASSWORD}").replace("Orders", "${TABLE}"))
    done = check(path, "--config-only", PASSWORD="hunter2", TABLE="Carts")
    assert done.returncode == 0, done.stderr
    assert "table: Carts" in done.stdout
    assert "mongodb://***@127.0.0.1:1/" in done.stdout
    assert "hunter2" not in done.stdout + done.stderr


def test_what_check_prints_is_a_configuration(tmp_path):
    path = tmp_path / "c.yaml"
    path.write_text(GOOD.replace("app:hunter2@", ""))
    printed = check(path, "--config-only").stdout
    again = tmp_path / "again.yaml"
    again.write_text(printed)
    assert check(again, "--config-only").stdout == printed


def test_the_example_is_accepted():
    done = check(
        ROOT / "deploy/crossfade.example.yaml",
        "--config-only",
        CROSSFADE_DYNAMODB_ENDPOINT="http://127.0.0.1:8000",
        CROSSFADE_MONGODB_URI="mongodb://127.0.0.1:27017/?replicaSet=rs0",
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("collection:") == 2
