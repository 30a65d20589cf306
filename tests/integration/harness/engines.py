"""A pair of engines, through deploy/local/engines.sh: the one named by the environment, or an own one."""

import contextlib
import dataclasses
import os
import pathlib
import re
import subprocess
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[3]
SCRIPT = ROOT / "deploy/local/engines.sh"
VARIABLES = ("CROSSFADE_DYNAMODB_ENDPOINT", "CROSSFADE_MONGODB_URI")


@dataclasses.dataclass(frozen=True)
class Engines:
    dynamodb_endpoint: str
    mongodb_uri: str

    def environment(self):
        return dict(zip(VARIABLES, (self.dynamodb_endpoint, self.mongodb_uri)))


def _run(verb, folder, *options):
    command = ["bash", str(SCRIPT), verb, "--dir", str(folder), *options]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    return dict(re.findall(r"^export (\w+)='(.*)'$", done.stdout, re.MULTILINE))


def start(folder, own=True):
    """Starts a pair with its data in `folder`; with own=False, engines in the environment are used."""
    found = _run("start", folder, *(["--own"] if own else []))
    return Engines(*(found[name] for name in VARIABLES))


def start_only(name, folder):
    """Starts "dynamodb" or "mongodb" again in a folder where it was stopped; returns its address."""
    (address,) = _run("start", folder, "--own", "--only", name).values()
    return address


def stop(folder, only=None):
    _run("stop", folder, *(["--only", only] if only else []))


@contextlib.contextmanager
def private(own=True):
    """A pair that ends with the block: yields (engines, folder)."""
    with tempfile.TemporaryDirectory(prefix="crossfade-engines-") as folder:
        try:
            yield start(folder, own), folder
        finally:
            stop(folder)


@contextlib.contextmanager
def shared():
    """The engines of the environment; an own pair where it names none."""
    if all(os.environ.get(name) for name in VARIABLES):
        yield Engines(*(os.environ[name] for name in VARIABLES))
    else:
        with private(own=False) as (engines, _):
            yield engines
