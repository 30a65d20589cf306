"""The product as a process: configuration, start, stop, kill, and its command line.

The binary is $CROSSFADE_BIN, or build/dev/crossfade.
"""

import json
import os
import pathlib
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request

from harness import stores
from harness.engines import ROOT


def binary():
    return os.environ.get("CROSSFADE_BIN", str(ROOT / "build/dev/crossfade"))


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def flow(value):
    """A value as YAML in flow style: {name: orders, table: "Orders"}; JSON is part of YAML."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{name}: {flow(inner)}" for name, inner in value.items()) + "}"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(flow(inner) for inner in value) + "]"
    return json.dumps(value, ensure_ascii=False)


def configuration(engines, data_dir, admin_port, links, extra=None):
    """The text of a configuration file; `links` are dicts as in the file, `extra` top-level keys.

    A dict in `extra` is added to what stands there: {"mongodb": {"state_database": "other"}}.
    """
    settings = {
        "dynamodb": {"region": stores.REGION, "endpoint": engines.dynamodb_endpoint},
        "mongodb": {"uri": engines.mongodb_uri},
        "data_dir": str(data_dir),
        "admin": {"listen": f"127.0.0.1:{admin_port}"},
    }
    for name, value in (extra or {}).items():
        settings[name] = {**settings.get(name, {}), **value} if isinstance(value, dict) else value
    lines = [f"{name}: {flow(value)}" for name, value in settings.items()]
    return "\n".join(lines + ["links:"] + [f"  - {flow(link)}" for link in links]) + "\n"


class ServiceError(Exception):
    """The service or a command ended otherwise than expected; the text holds the end of its log."""


class Service:
    """One `crossfade run`. Everything it keeps lies in `folder`: configuration, log, data."""

    def __init__(self, engines, folder, links, extra=None, environment=None):
        self.folder = pathlib.Path(folder)
        self.admin_port = free_port()
        self.config = self.folder / "crossfade.yaml"
        self.log = self.folder / "crossfade.log"
        self.process = None
        self.environment = {
            **os.environ,
            **stores.CREDENTIALS,
            **(environment or {}),
            "CROSSFADE_CONFIG": str(self.config),
        }
        self.folder.mkdir(parents=True, exist_ok=True)
        self.configure(engines, links, extra)

    def configure(self, engines, links, extra=None):
        """Writes the configuration anew; a running service sees it at its next start."""
        self._engines, self._links, self._extra = engines, links, extra
        data = self.folder / "data"
        self.config.write_text(configuration(engines, data, self.admin_port, links, extra))

    def configure_links(self, *links):
        """The same configuration with other links, from the next start on."""
        self.configure(self._engines, links, self._extra)

    def configure_extra(self, **sections):
        """The same configuration with other top-level keys, from the next start on."""
        self.configure(self._engines, self._links, {**(self._extra or {}), **sections})

    # ---- the process

    def start(self, *options, ready_within=30):
        """Starts and waits until /readyz answers 200, or not at all if ready_within is None.

        `options` are added to the command line.
        """
        command = [binary(), "run", "--config", str(self.config), *options]
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=self.environment,
                start_new_session=True,
            )
        if ready_within is not None:
            self._wait_until_ready(ready_within)
        return self

    def _wait_until_ready(self, ready_within):
        deadline = time.monotonic() + ready_within
        while not self.ready():
            if self.process.poll() is not None:
                raise ServiceError(f"ended with {self.process.returncode}\n{self.log_tail()}")
            if time.monotonic() > deadline:
                raise ServiceError(f"not ready within {ready_within} s\n{self.log_tail()}")
            time.sleep(0.02)

    def running(self):
        return self.process is not None and self.process.poll() is None

    def stop(self, within=30):
        """SIGTERM; returns the exit code. A service that does not end in time is killed: an error."""
        if not self.running():
            return self.process.returncode if self.process else 0
        self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(within)
        except subprocess.TimeoutExpired:
            self.kill()
            raise ServiceError(f"did not stop within {within} s\n{self.log_tail()}") from None

    def kill(self):
        """SIGKILL, and waits for the end."""
        self.process.kill()
        self.process.wait()

    def restart(self, *options):
        """Graceful stop and start."""
        self.stop()
        return self.start(*options)

    def log_tail(self, lines=40):
        return "\n".join(self.log_text().splitlines()[-lines:])

    def log_text(self):
        return self.log.read_text(errors="replace") if self.log.exists() else ""

    def _proc(self, name):
        return pathlib.Path(f"/proc/{self.process.pid}/{name}").read_text()

    def identity(self):
        """ "PID START-TIME" of the process, which no later process with that pid shares."""
        return f"{self.process.pid} {self._proc('stat').rsplit(')', 1)[1].split()[19]}"

    def memory_mb(self, peak=False):
        """Resident memory now, or the most it ever was."""
        wanted = "VmHWM" if peak else "VmRSS"
        (line,) = (line for line in self._proc("status").splitlines() if line.startswith(wanted))
        return int(line.split()[1]) / 1024

    def cpu_seconds(self):
        """User and system time of the process so far."""
        fields = self._proc("stat").rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    # ---- what it says

    def http(self, path, timeout=10):
        """(status, text) of a GET on the admin port; (None, "") if nobody answers."""
        try:
            url = f"http://127.0.0.1:{self.admin_port}{path}"
            with urllib.request.urlopen(url, timeout=timeout) as reply:
                return reply.status, reply.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()
        except OSError:
            return None, ""

    def ready(self):
        return self.http("/readyz")[0] == 200

    def cli(self, *arguments, stdin=None, timeout=120):
        """Runs the command line with the service's configuration; returns the CompletedProcess."""
        return subprocess.run(
            [binary(), *arguments],
            input=stdin,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
        )

    def begin_cli(self, *arguments):
        """The same without waiting for its end; returns the Popen, which a test waits for."""
        return subprocess.Popen(
            [binary(), *arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=self.environment,
            text=True,
        )

    def status(self, link=None):
        """`status --json`: of one link, or a dict of all by name."""
        done = self.cli("status", "--json")
        if done.returncode != 0:
            raise ServiceError(f"status failed: {done.stderr}\n{self.log_tail()}")
        told = json.loads(done.stdout)
        links = {one["name"]: one for one in (told["links"] if isinstance(told, dict) else told)}
        return links[link] if link else links

    def wait(self, link, until, timeout=60):
        """`crossfade wait`; an error with the log's end if it does not get there."""
        done = self.cli(
            "wait",
            "--link",
            link,
            "--until",
            until,
            "--timeout",
            f"{timeout}s",
            timeout=timeout + 30,
        )
        if done.returncode != 0:
            text = f"wait --until {until}: {done.stdout}{done.stderr}"
            raise ServiceError(f"{text}\n{self.http('/v1/links')[1]}\n{self.log_tail()}")

    def wait_for(self, condition, within=30, every=0.05):
        """Polls status() of all links until condition(status) holds."""
        deadline = time.monotonic() + within
        while not condition(told := self.status()):
            if time.monotonic() > deadline:
                raise ServiceError(f"did not come within {within} s: {told}\n{self.log_tail()}")
            time.sleep(every)
        return told
