"""Sets the measured figures beside their targets.

    report.py LOAD.json LAG.json [--write-readme] [--remark TEXT]

Exit code 0 only if every target is met. --write-readme puts the table into bench/README.md between
its two marks, with what it was measured on and the remark.
"""

import argparse
import dataclasses
import datetime
import json
import os
import pathlib
import platform
import subprocess
import sys

README = pathlib.Path(__file__).with_name("README.md")
BEGIN = "<!-- figures: written by bench/run.sh --write-readme -->"
END = "<!-- end of figures -->"


@dataclasses.dataclass
class Figure:
    """One line of the table: the value must be at most (or at least) the target."""

    name: str
    value: float
    unit: str
    target: float
    least: bool = False

    @property
    def met(self):
        return self.value >= self.target if self.least else self.value <= self.target

    def cells(self):
        sign = "≥" if self.least else "≤"
        unit = f" {self.unit}" if self.unit else ""
        verdict = "met" if self.met else "MISSED"
        return [self.name, f"{self.value:g}{unit}", f"{sign} {self.target:g}{unit}", verdict]


def load_figures(load):
    return [
        Figure("full load, times the baseline", load["ratio"], "×", 5, least=True),
        Figure("CPU of the service per item", load["crossfade"]["cpu_us_per_item"], "µs", 30),
    ]


def lag_figures(lag):
    ahead, back = lag["forward"], lag["backward"]
    reached = min(ahead["changes_per_second"], back["changes_per_second"])
    reads = max(ahead["get_records"]["per_second"], ahead["get_records"]["most_in_a_second"])
    return [
        Figure("forward lag p50", ahead["p50_ms"], "ms", 120),
        Figure("forward lag p99", ahead["p99_ms"], "ms", 300),
        Figure("GetRecords in any second", reads, "", 5),
        Figure("first change after an idle minute", max(lag_after_idle(lag)), "ms", 1000),
        Figure("backward lag p50", back["p50_ms"], "ms", 60),
        Figure("backward lag p99", back["p99_ms"], "ms", 300),
        Figure("rate that the writers reached", reached, "/s", 0.97 * lag["rate"], least=True),
        Figure("CPU when idle", max(ahead["idle_cpu_percent"]), "%", 2),
    ]


def lag_after_idle(lag):
    # A shorter idle time than the minute of the target proves nothing.
    return lag["forward"]["after_idle_ms"] if lag["idle_seconds"] >= 60 else [float("inf")]


def memory_figure(load, lag):
    peaks = [load["peak_rss_mb"], lag["forward"]["peak_rss_mb"], lag["backward"]["peak_rss_mb"]]
    return Figure("resident memory, the most ever", max(peaks), "MB", 256)


def table(figures):
    rows = [["figure", "measured", "target", ""], ["---", "---", "---", "---"]]
    rows += [figure.cells() for figure in figures]
    widths = [max(len(row[column]) for row in rows) for column in range(4)]
    lines = []
    for row in rows:
        cells = (
            "-" * width if cell == "---" else cell.ljust(width) for cell, width in zip(row, widths)
        )
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def details(load, lag):
    """What stands behind the table, for those who want to judge it."""
    base, own, small = load["baseline"], load["crossfade"], load["baseline_in_small_segments"]
    ahead, back = lag["forward"], lag["backward"]
    reads = ahead["get_records"]["per_second"]
    return f"""\
- Load of {load["items"]:,} items of {load["item_bytes"]} B, medians of {load["rounds"]} rounds: \
service {own["items_per_second"]:,.0f} items/s with {own["rss_mb"]:.0f} MB; \
baseline {base["items_per_second"]:,.0f} items/s, {base["cpu_us_per_item"]:.0f} µs per item, \
{base["rss_mb"]:.0f} MB. DynamoDB Local reads small segments faster: the baseline with as many \
segments as the service {small["items_per_second"]:,.0f} items/s, readers who throw them away \
{load["scan_ceiling_items_per_second"]:,} items/s.
- Lag over {lag["seconds"]} s each way. Forward {ahead["changes_per_second"]:.0f} changes/s, \
{ahead["seen"]} seen and {ahead["made_and_deleted_between_reads"]} of keys that were made and \
deleted between two reads, max {ahead["max_ms"]:g} ms, {reads:g} GetRecords/s; \
backward {back["changes_per_second"]:.0f} changes/s, {back["seen"]} probes, \
max {back["max_ms"]:g} ms."""


def surroundings():
    root = README.parent.parent
    commit = ["git", "-C", str(root), "rev-parse", "--short", "HEAD"]
    done = subprocess.run(commit, capture_output=True, text=True, check=False)
    lines = pathlib.Path("/proc/cpuinfo").read_text().splitlines()
    model = next((line.split(": ")[1] for line in lines if line.startswith("model name")), "")
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return (
        f"Measured on {datetime.date.today()} at commit {done.stdout.strip() or 'unknown'}, "
        f"{os.cpu_count()} cores ({model or platform.machine()}), {memory:.0f} GB, "
        f"Linux {platform.release()}; engines, service, writers and observers share the machine."
    )


def write_readme(text):
    before, _, rest = README.read_text().partition(BEGIN)
    after = rest.partition(END)[2]
    README.write_text(f"{before}{BEGIN}\n{text}\n{END}{after}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("load", type=pathlib.Path)
    parser.add_argument("lag", type=pathlib.Path)
    parser.add_argument("--write-readme", action="store_true")
    parser.add_argument("--remark", default="", help="about the circumstances")
    given = parser.parse_args()
    load, lag = json.loads(given.load.read_text()), json.loads(given.lag.read_text())
    figures = [*load_figures(load), *lag_figures(lag), memory_figure(load, lag)]
    text = f"{table(figures)}\n\n{details(load, lag)}\n\n{surroundings()} {given.remark}".rstrip()
    print(text)
    if given.write_readme:
        write_readme(text)
    missed = [figure.name for figure in figures if not figure.met]
    if missed:
        sys.exit(f"missed: {', '.join(missed)}")


if __name__ == "__main__":
    main()
