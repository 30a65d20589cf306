"""The rollout demo itself, in short: what it prints is what a reader of its output believes."""

import os
import re
import subprocess
import sys

from harness.engines import ROOT
from harness.service import binary

STEP = re.compile(r"([\d.]+) s +(\d+) users moved, +(\d+) on MongoDB .* differences (\d+)$")
SUBJECTS = 80


def run_demo(engines, folder):
    fewer = ["--subjects", str(SUBJECTS), "--rate", "120", "--workers", "2", "--rest", "0.5"]
    options = [*fewer, "--quick", "--apart"]
    return subprocess.run(
        [sys.executable, str(ROOT / "deploy/rollout/main.py"), "--folder", str(folder), *options],
        env={**os.environ, **engines.environment(), "CROSSFADE_BIN": binary()},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_the_demo_moves_everybody_there_and_back_and_there_again(engines, tmp_path):
    done = run_demo(engines, tmp_path / "demo")
    assert done.returncode == 0, done.stdout + done.stderr
    steps = [found.groups() for line in done.stdout.splitlines() if (found := STEP.search(line))]
    on_mongodb = [int(there) for _, _, there, _ in steps]
    assert [int(differences) for *_, differences in steps] == [0] * len(steps)
    assert on_mongodb[-4:] == [SUBJECTS, 0, SUBJECTS, SUBJECTS]  # all, back, all again, complete
    written = re.search(r"writes +([\d,]+) acknowledged", done.stdout)
    assert int(written[1].replace(",", "")) > 200
    assert done.stdout.endswith("\nEvery acknowledged write is on both sides, after every step.\n")
