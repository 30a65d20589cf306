"""Where the harness and the release binary are; import this before anything of `harness`."""

import os
import pathlib
import sys

ROOT = pathlib.Path(__file__).resolve().parents[1]

for folder in (ROOT / "tests/integration", ROOT):
    if str(folder) not in sys.path:
        sys.path.append(str(folder))

os.environ.setdefault("CROSSFADE_BIN", str(ROOT / "build/release/crossfade"))


def note(text):
    """A line for the person who waits; results go to standard output."""
    print(f"bench: {text}", file=sys.stderr, flush=True)


def percentile(values, percent):
    """The smallest value that at least `percent` of the values do not exceed."""
    ordered = sorted(values)
    return ordered[max(0, -(-len(ordered) * percent // 100) - 1)]
