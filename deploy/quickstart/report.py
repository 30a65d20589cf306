"""What the quickstart prints, and what it calls a fault."""

import sys

import workload


def percentile(values, share):
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def say(name, text):
    print(f"  {name:<18} {text}", flush=True)


class Progress:
    """One line that is drawn over on a terminal; elsewhere only its last state is printed."""

    def __init__(self, name):
        self._name = name
        self._drawn = sys.stdout.isatty()

    def show(self, text):
        if self._drawn:
            print(f"\r  {self._name:<18} {text}\033[K", end="", flush=True)

    def end(self, text):
        before, after = ("\r", "\033[K") if self._drawn else ("", "")
        print(f"{before}  {self._name:<18} {text}{after}", flush=True)


def bar(fraction, width=28):
    full = round(width * fraction)
    return "█" * full + "░" * (width - full) + f" {fraction:4.0%}"


def kinds_text(counts):
    return ", ".join(f"{counts[kind]:,} {kind}s" for kind in workload.KINDS)


def lag_text(lags):
    seen = [1000 * lag for lag in lags if lag is not None]
    if len(seen) < len(lags) or not seen:
        return f"{len(lags) - len(seen)} of {len(lags)} writes were never seen"
    return f"{percentile(seen, 0.5):.0f} / {percentile(seen, 0.99):.0f} ms ({len(seen)} probes)"


def summarize(outcome, applications, status, kills):
    forward, backward = status["forward"], status["backward"]
    feeds, result = outcome.feeds, outcome.comparison
    print("\nResult", flush=True)
    say("written", f"on DynamoDB: {kinds_text(applications.done['dynamodb'])}")
    say("", f"on MongoDB: {kinds_text(applications.done['mongodb'])}")
    say("changes applied", f"forward {forward['applied']:,}, backward {backward['applied']:,}")
    echoes = f"forward {forward['echoes_dropped']:,}, backward {backward['echoes_dropped']:,}"
    say("echoes dropped", echoes)
    say("set aside", f"{status['violations']} violations, {status['dead_letters']} dead letters")
    for direction in ("forward", "backward"):
        say(f"lag {direction}", f"p50 / p99 {lag_text(applications.lags[direction])}")
    if kills:
        say("killed", f"{kills} times with SIGKILL, and started again")
    mine, theirs = feeds.dynamodb["dynamodb"], feeds.dynamodb["mongodb"]
    say("DynamoDB's stream", f"{mine:,} records of applications, {theirs:,} of Crossfade")
    mine, theirs = feeds.mongodb["mongodb"], feeds.mongodb["dynamodb"]
    say("MongoDB's stream", f"{mine:,} events of applications, {theirs:,} of Crossfade")
    say("came back", f"{len(outcome.back)}, and {outcome.quiet} changes in 3 s at rest")
    sizes = f"{result.items:,} items with {result.documents:,} documents, field by field"
    say("compared", f"{sizes}: {len(result.differences)} differences")
    for line in outcome.back + result.differences[:20]:
        say("", line)


def judge(outcome, applications, status, kills):
    """The faults of the run, as sentences. A probe's patience says nothing while the service is killed."""
    faults = list(outcome.back)
    if not outcome.comparison.equal:
        faults.append("the two stores differ")
    if outcome.quiet:
        faults.append("the stores still changed when nobody wrote")
    if not kills and any(lag is None for lags in applications.lags.values() for lag in lags):
        faults.append("a probe's write was never seen on the other side")
    if status["violations"] or status["dead_letters"]:
        faults.append("changes were set aside")
    return faults
