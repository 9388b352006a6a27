"""One stack on the real engine: a folder of its own, with an account, a backend and a cloud that nothing else sees."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .fake_aws import CREDENTIALS, FakeAws
from .standins import aws_deletion
from .standins.cloud import Cloud
from .standins.install import install
from .standins.kubernetes import cluster_of

REPOSITORY = Path(__file__).resolve().parents[2]
# Correctness limit of one engine run, not a target: an `up` of the whole program takes seconds.
LIMIT_S = 120
PASSPHRASE = "test"
# Whoever asks AWS nonetheless finds nobody to ask as, and no machine that lends it a role.
NO_ACCOUNT = {
    "AWS_CONFIG_FILE": os.devnull,
    "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    "AWS_EC2_METADATA_DISABLED": "true",
}


def engines() -> Path:
    """Where `make engines` puts what it builds."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return Path(os.environ.get("GENAI_ENGINES") or cache / "genai-ops" / "engines")


class EngineFailed(AssertionError):
    """A run that should have succeeded did not; the message is what the user would have seen."""


@dataclass(frozen=True)
class Outcome:
    """What a command left behind."""

    code: int
    output: str

    def counts(self) -> dict[str, int]:
        """The engine's own summary: {"create": 3, "same": 40, ...}."""
        found, marks = {}, {"+": "create", "~": "update", "-": "delete", "+-": "replace", "=": "import"}
        tail = self.output.rsplit("Resources:", 1)[-1] if "Resources:" in self.output else ""
        for line in tail.splitlines():
            words = line.split()
            if len(words) >= 2 and words[0] in marks and words[1].isdigit():
                found[marks[words[0]]] = int(words[1])
            elif len(words) == 2 and words[0].isdigit() and words[1] == "unchanged":
                found["same"] = int(words[0])
        return found


class Bench:
    """A stack of this repository's program. `pulumi up` and its kin as a user runs them, nothing written into the repository."""

    def __init__(
        self,
        folder: Path,
        *,
        pulumi: Path,
        aws: FakeAws | None,
        source: Path = REPOSITORY,
        stack: str = "dev",
        contexts: Sequence[str] = (),
    ) -> None:
        """Without `aws` there is no account and no credential. `contexts`: those of the user's kubeconfig."""
        self.folder, self.pulumi, self.aws, self.source, self.stack = folder, pulumi, aws, source, stack
        for part in ("home", "backend", "logs", "project"):
            (folder / part).mkdir(parents=True, exist_ok=True)
        self.cloud = folder / "cloud.json"
        self._plugins = install(folder / "plugins")
        self._runs = 0
        self._mirror()
        self.set_contexts(*contexts)
        if aws is not None:
            aws.cloud = self.cloud

    def _mirror(self) -> None:
        """A project folder whose program is the repository's own and whose stack files are the test's."""
        for name in ("Pulumi.yaml", f"Pulumi.{self.stack}.yaml"):
            if (self.source / name).exists():
                shutil.copyfile(self.source / name, self.folder / "project" / name)
        for name in ("infra", "main.py"):
            if (self.source / name).exists() and not (self.folder / "project" / name).exists():
                (self.folder / "project" / name).symlink_to(self.source / name)

    def set_contexts(self, *names: str) -> None:
        content = json.dumps({"contexts": [{"name": name} for name in names]})
        (self.folder / "kubeconfig").write_text(content)

    def add_machine(self, context: str, *, images: Sequence[str] = ()) -> None:
        """A machine of the cluster behind a context, with images that were put into it."""
        metadata = {"name": "machine"}
        inputs = {
            "kind": "Node",
            "metadata": metadata,
            "status": {"images": [{"names": [name]} for name in images]},
        }
        with Cloud(str(self.cloud), "[]").changing() as content:
            content["objects"][f"{cluster_of(context)}|Node|machine"] = {
                "type": "kubernetes:core/v1:Node", "inputs": inputs, "outputs": inputs,
            }  # fmt: skip

    # ---- commands

    def environment(self, faults: list[dict[str, Any]] | None = None) -> dict[str, str]:
        foreign = ("AWS_", "PULUMI_", "GENAI_", "PYTHONDONTWRITEBYTECODE")
        kept = {key: value for key, value in os.environ.items() if not key.startswith(foreign)}
        path = os.pathsep.join([str(self._plugins), str(self.pulumi.parent), os.environ.get("PATH", "")])
        mine = {
            "PATH": path,
            **({"AWS_ENDPOINT_URL": self.aws.url, **CREDENTIALS} if self.aws else NO_ACCOUNT),
            "KUBECONFIG": str(self.folder / "kubeconfig"),
            "PULUMI_HOME": str(self.folder / "home"),
            # The state is replaced in one go, but the attributes that a folder keeps beside each file are written in
            # place: a kill in that moment leaves them empty and the state unreadable. Object stores have no such file.
            "PULUMI_BACKEND_URL": f"file://{self.folder / 'backend'}?metadata=skip",
            "PULUMI_CONFIG_PASSPHRASE": PASSPHRASE,
            "PULUMI_SKIP_UPDATE_CHECK": "true",
            "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
            "PULUMI_AUTOMATION_API_SKIP_VERSION_CHECK": "true",
            "STANDIN_CLOUD": str(self.cloud),
            "STANDIN_FAULTS": json.dumps(faults or []),
            "STANDIN_SCHEMAS": str(engines() / "schemas"),
            # Compiled once for all runs, and outside the repository: an environment made by uv has no bytecode, and
            # compiling the AWS SDK anew took 12 of the 15 CPU seconds of an `up`.
            "PYTHONPYCACHEPREFIX": str(engines() / "bytecode"),
        }
        return kept | mine

    def command(self, *arguments: str) -> list[str]:
        return [
            str(self.pulumi),
            "-C",
            str(self.folder / "project"),
            *arguments,
            "--non-interactive",
            "--color",
            "never",
        ]

    def start(
        self, *arguments: str, faults: list[dict[str, Any]] | None = None
    ) -> tuple[subprocess.Popen[bytes], Path]:
        """Start a command without waiting. Returns: the process, leader of its own group, and the file its output goes to."""
        self._runs += 1
        log = self.folder / "logs" / f"{self._runs:02d}-{arguments[0]}.log"
        with log.open("wb") as out:
            process = subprocess.Popen(
                self.command(*arguments), stdout=out, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL,
                env=self.environment(faults), start_new_session=True,
            )  # fmt: skip
        return process, log

    def run(self, *arguments: str, faults: list[dict[str, Any]] | None = None) -> Outcome:
        process, log = self.start(*arguments, faults=faults)
        try:
            code = process.wait(LIMIT_S)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            raise EngineFailed(
                f"`pulumi {' '.join(arguments)}` took over {LIMIT_S} s, see {log}:\n{log.read_text()[-3000:]}"
            ) from None
        return Outcome(code, log.read_text())

    def must(self, *arguments: str, faults: list[dict[str, Any]] | None = None) -> Outcome:
        """Run a command that has to end with 0.

        Raises: EngineFailed with the end of its output.
        """
        outcome = self.run(*arguments, faults=faults)
        if outcome.code:
            raise EngineFailed(
                f"`pulumi {' '.join(arguments)}` ended with {outcome.code}; folder {self.folder}\n{outcome.output[-6000:]}"
            )
        return outcome

    def init(self, **config: Any) -> "Bench":
        """Make the stack, with the committed stack file as its configuration and `config` on top of it."""
        self.must("stack", "init", self.stack)
        return self.configure(**config)

    def configure(self, **config: Any) -> "Bench":
        """Set configuration by key; a double underscore is the colon of a foreign namespace, as in `aws__region`."""
        pairs = [
            text
            for key, value in config.items()
            for path, item in _paths(key.replace("__", ":"), value)
            for text in ("--plaintext", f"{path}={item}")
        ]
        if pairs:
            self.must("config", "set-all", "--path", *pairs, "--stack", self.stack)
        return self

    def _where(self) -> tuple[str, ...]:
        return ("--stack", self.stack)

    def preview(self, **kwargs: Any) -> Outcome:
        return self.run("preview", *self._where(), **kwargs)

    def try_up(self, *flags: str, **kwargs: Any) -> Outcome:
        return self.run("up", "--yes", "--skip-preview", *flags, *self._where(), **kwargs)

    def up(self, *flags: str, **kwargs: Any) -> Outcome:
        return self.must("up", "--yes", "--skip-preview", *flags, *self._where(), **kwargs)

    def try_destroy(self, *flags: str, **kwargs: Any) -> Outcome:
        return self.run("destroy", "--yes", "--skip-preview", *flags, *self._where(), **kwargs)

    def destroy(self, *flags: str, **kwargs: Any) -> Outcome:
        return self.must("destroy", "--yes", "--skip-preview", *flags, *self._where(), **kwargs)

    def kill_during_up(self, when: Callable[[], bool], faults: list[dict[str, Any]] | None = None) -> str:
        """Start `up`, SIGKILL the engine as soon as `when` holds, wait until nothing it started is left.

        Returns: its output.
        """
        process, log = self.start("up", "--yes", "--skip-preview", *self._where(), faults=faults)
        deadline = time.monotonic() + LIMIT_S
        while not when() and process.poll() is None and time.monotonic() < deadline:
            time.sleep(0.005)
        finished = process.poll() is not None
        process.kill()
        process.wait()
        self._await_silence()
        if finished:
            raise EngineFailed(
                f"`pulumi up` had ended with {process.returncode} before it could be killed:\n{log.read_text()[-3000:]}"
            )
        return log.read_text()

    def _await_silence(self) -> None:
        pids = {call["pid"] for call in self.calls()}
        deadline = time.monotonic() + 30
        while any(_lives(pid) for pid in pids) and time.monotonic() < deadline:
            time.sleep(0.05)

    # ---- what is there

    def state(self) -> list[dict[str, Any]]:
        """The resources that the engine knows, providers and the stack itself left out."""
        exported = json.loads(self.must("stack", "export", "--stack", self.stack).output)
        resources = exported["deployment"].get("resources") or []
        return [item for item in resources if not item["type"].startswith("pulumi:")]

    def custom(self) -> dict[str, dict[str, Any]]:
        """Resources that exist in the cloud, by URN; components left out."""
        return {item["urn"]: item for item in self.state() if item.get("custom")}

    def rented(self) -> dict[str, dict[str, Any]]:
        """What is in the cloud file: everything that costs by the hour, Kubernetes objects included."""
        return json.loads(self.cloud.read_text())["objects"] if self.cloud.exists() else {}

    def unrecorded(self) -> list[str]:
        """Ids of rented things that a killed run had made and the state does not know, as a look by tag would show them.

        Not only those that the state says were being made: the engine gathers its writes, so a kill may take both the
        intention and the result.
        """
        known = {item.get("id") for item in self.state()}
        return [key for key, item in self.rented().items() if item.get("urn") and key not in known]

    def remove_by_hand(self, name: str) -> None:
        """What a deletion in the console does: the thing of this id, name or ARN goes, and whatever is inside it."""
        cloud = Cloud(str(self.cloud), "[]")
        with cloud.changing() as content:
            objects = content["objects"]
            gone = [key for key, item in objects.items() if name in (key, item["outputs"].get("arn"))]
            assert gone, f"nothing is called {name!r} in {self.cloud}"
            for key in gone:
                for part in aws_deletion.whole(key, objects):
                    del objects[part]

    def calls(self, call: str | None = None) -> list[dict[str, Any]]:
        """Calls that reached the providers, oldest first."""
        return [item for item in self._calls() if call in (None, item["call"])]

    def _calls(self) -> Iterator[dict[str, Any]]:
        path = self.cloud.with_name(self.cloud.name + ".calls")
        if path.exists():
            for line in path.read_text().splitlines():
                yield json.loads(line)


def _paths(key: str, value: Any) -> list[tuple[str, str]]:
    if isinstance(value, list):
        return [pair for index, item in enumerate(value) for pair in _paths(f"{key}[{index}]", item)]
    if isinstance(value, dict):
        return [pair for name, item in value.items() for pair in _paths(f"{key}.{name}", item)]
    return [(key, str(value).lower() if isinstance(value, bool) else str(value))]


def _lives(pid: int) -> bool:
    try:
        return (
            Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
            if sys.platform == "linux"
            else bool(os.kill(pid, 0))
        )
    except (FileNotFoundError, ProcessLookupError):
        return False
