"""Counts the tests in JUnit XML files (gtest and pytest both write them): prints "PASSED FAILED".

A skipped test counts as failed: nothing here may be skipped. So does a file that is missing, broken
or empty, because then its program crashed or found nothing to run. Names of failures go to stderr.
"""

import sys
import xml.etree.ElementTree as xml


def outcomes(path):
    """Yields (name, passed) for every test of one file."""
    try:
        cases = list(xml.parse(path).iter("testcase"))
    except (OSError, xml.ParseError):
        cases = []
    if not cases:
        yield f"{path}: no results", False
    for case in cases:
        skipped = case.get("result") == "skipped" or case.get("status") == "notrun"
        bad = skipped or any(case.find(tag) is not None for tag in ("failure", "error", "skipped"))
        yield f"{case.get('classname')}.{case.get('name')}", not bad


def main(paths):
    results = [result for path in paths for result in outcomes(path)]
    failed = [name for name, passed in results if not passed]
    for name in failed:
        print(f"failed: {name}", file=sys.stderr)
    print(len(results) - len(failed), len(failed))


if __name__ == "__main__":
    main(sys.argv[1:])
