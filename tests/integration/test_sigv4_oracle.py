"""The table that the signer is tested against is what botocore writes today."""
import pathlib
import subprocess
import sys

UNIT = pathlib.Path(__file__).resolve().parents[1] / "unit" / "dynamo"


def test_the_committed_vectors_are_botocores():
    made = subprocess.run([sys.executable, UNIT / "sigv4_vectors.py"], check=True, capture_output=True, text=True)
    assert made.stdout == (UNIT / "sigv4_vectors.json").read_text()
