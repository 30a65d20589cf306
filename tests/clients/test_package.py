"""The package as it is installed."""

import ast
import shutil
import subprocess
import sys

import pytest

from conftest import ROOT

SOURCE = ROOT / "deploy/clients/python"


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """Built from a copy: setuptools leaves files beside what it builds."""
    folder = tmp_path_factory.mktemp("package")
    shutil.copytree(
        SOURCE, folder / "source", ignore=shutil.ignore_patterns("__pycache__", "build")
    )
    options = ["--quiet", "--no-build-isolation", "--no-deps", "--no-index", "--target"]
    subprocess.run(
        [sys.executable, "-m", "pip", "install", *options, str(folder / "target"), "./source"],
        cwd=folder,
        check=True,
        timeout=300,
    )
    return folder / "target"


def test_it_is_typed_and_complete(installed):
    names = {path.name for path in (SOURCE / "crossfade_router").glob("*") if path.is_file()}
    there = {path.name for path in (installed / "crossfade_router").glob("*") if path.is_file()}
    assert names - there <= {"README.md"} and "py.typed" in there


def test_it_needs_nothing_but_the_standard_library(installed):
    program = (
        "import sys; sys.path.insert(0, sys.argv[1]); before = set(sys.modules)\n"
        "import crossfade_router\n"
        "names = {name.partition('.')[0] for name in set(sys.modules) - before}\n"
        "print(sorted(names - set(sys.stdlib_module_names) - {'crossfade_router'}))"
    )
    done = subprocess.run(
        [sys.executable, "-I", "-c", program, str(installed)],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize(
    "path", sorted((SOURCE / "crossfade_router").glob("*.py")), ids=lambda p: p.name
)
def test_it_is_python_3_9(path):
    ast.parse(path.read_text(), feature_version=(3, 9))
