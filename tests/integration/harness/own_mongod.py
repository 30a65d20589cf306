"""A mongod for one test that needs another kind than the one of the engines.

with own_mongod.running(folder, "--oplogSize", "8") as mongod:     a replica set of one member
with own_mongod.running(folder, replica_set=False) as mongod:      a standalone
with own_mongod.running(folder, password="...") as mongod:         asks for user "app" and password
    mongod.uri, mongod.client
"""

import contextlib
import dataclasses
import pathlib
import secrets
import subprocess
import time
import urllib.parse

import pymongo
from pymongo.errors import PyMongoError

from harness.engines import ROOT, Engines
from harness.service import free_port

USER = "app"
QUIET = ["--setParameter", "diagnosticDataCollectionEnabled=false"]
FIND = "note() { :; }; fail() { exit 1; }; . deploy/local/download.sh; mongod_program"


@dataclasses.dataclass
class Mongod:
    port: int
    uri: str
    client: pymongo.MongoClient


def as_engines(mongod, dynamodb_endpoint="http://127.0.0.1:1"):
    """Engines with this MongoDB; without a DynamoDB unless one is given."""
    return Engines(dynamodb_endpoint, mongod.uri)


def _program():
    done = subprocess.run(
        ["bash", "-c", FIND], cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True
    )
    return done.stdout.strip()


@contextlib.contextmanager
def running(folder, *options, replica_set=True, password=None):
    folder = pathlib.Path(folder)
    data = folder / "data"
    data.mkdir(parents=True)
    port = free_port()
    command = [_program(), "--bind_ip", "127.0.0.1", "--port", str(port), "--dbpath", str(data)]
    command += ["--nounixsocket", "--wiredTigerCacheSizeGB", "0.25", *QUIET, *options]
    if replica_set:
        command += ["--replSet", "rs0"]
    if password:
        command += ["--auth", "--keyFile", str(_key_file(folder))]
    with open(folder / "mongod.log", "wb") as log:
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
    try:
        yield _ready(port, replica_set, password)
    finally:
        process.kill()
        process.wait()


def _key_file(folder):
    """What the members of a replica set show each other when they ask users for a password."""
    path = folder / "key"
    path.write_text(secrets.token_hex(32))
    path.chmod(0o600)
    return path


def _ready(port, replica_set, password):
    direct = pymongo.MongoClient(
        "127.0.0.1", port, directConnection=True, serverSelectionTimeoutMS=20_000
    )
    direct.admin.command("ping")
    if replica_set:
        members = [{"_id": 0, "host": f"127.0.0.1:{port}"}]
        direct.admin.command("replSetInitiate", {"_id": "rs0", "members": members})
        _wait_for_primary(direct)
    if password:
        direct.admin.command("createUser", USER, pwd=password, roles=["root"])
    direct.close()
    who = f"{USER}:{urllib.parse.quote(password, safe='')}@" if password else ""
    options = "?replicaSet=rs0" if replica_set else ""
    uri = f"mongodb://{who}127.0.0.1:{port}/{options}"
    return Mongod(port, uri, pymongo.MongoClient(uri))


def _wait_for_primary(client, within=30):
    deadline = time.monotonic() + within
    while time.monotonic() < deadline:
        with contextlib.suppress(PyMongoError):
            if client.admin.command("hello").get("isWritablePrimary"):
                return
        time.sleep(0.05)
    raise TimeoutError("the replica set has no primary")
