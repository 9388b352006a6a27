"""Up, write, pause, resume, compare and pause again, in your own account and at your own cost: `make aws-smoke STACK=smoke`.

Exit codes: 0, all was as it should be; 1, something was not, and the stack was let go; 2, refused, nothing was made;
3, something that costs by the hour is still there.
"""

import argparse
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType

from botocore.exceptions import BotoCoreError, ClientError

from infra import prices
from infra.asking import Clients, clients
from infra.naming import NameRefused, Names
from infra.plan.making import make
from infra.project import ROOT, ProjectRefused, configuration, project
from infra.stack import ConfigRefused
from scripts import images
from scripts.aws_smoke import guard as rules
from scripts.aws_smoke.engine import Engine, Failed
from scripts.aws_smoke.guard import Guard, Refused, Stopped
from scripts.aws_smoke.service import ServiceFailed
from scripts.aws_smoke.story import StillThere, Story
from scripts.aws_smoke.witness import Differs

LIKE = "dev"
_WRONG = (
    Stopped,
    Failed,
    Differs,
    StillThere,
    ServiceFailed,
    images.Refused,
    subprocess.SubprocessError,
    ClientError,
    BotoCoreError,
    OSError,
)
_MANUAL = """\
To see what is kept and what it costs: make leftovers STACK={stack}
To let it go again by hand:            make aws-smoke STACK={stack} ACCOUNT={account} ONLY=end
To delete it for good, with its data:  make aws-smoke STACK={stack} ACCOUNT={account} ONLY=delete
                                       (the steps of docs/runbooks/real-deletion.md)"""


def arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m scripts.aws_smoke",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--stack", required=True, help=f"a stack of its own; the name begins with {rules.PREFIX!r}"
    )
    parser.add_argument(
        "--account", default="", help="the number of the account that pays: typing it is the consent"
    )
    parser.add_argument(
        "--ceiling-usd", type=float, default=1.0, help="no run goes on beyond what this pays for (default: 1)"
    )
    parser.add_argument(
        "--without-images", action="store_true", help="leave the service out: no container engine is needed"
    )
    parser.add_argument(
        "--delete", action="store_true", help="after the last pause delete the stack with its data"
    )
    parser.add_argument(
        "--only", choices=("end", "delete"), help="run nothing: let the stack go, or delete it for good"
    )
    parser.add_argument(
        "--project", type=Path, default=ROOT, help="the folder of Pulumi.yaml (default: this repository)"
    )
    return parser


def main(argv: Sequence[str] | None = None) -> int:
    given = arguments().parse_args(argv)
    say = teller()
    try:
        story = prepare(given, say)
    except (Refused, ProjectRefused, ConfigRefused, NameRefused, prices.PriceMissing, Failed) as refused:
        print(refused, file=sys.stderr)
        return 2
    except (ClientError, BotoCoreError, FileNotFoundError) as error:
        print(f"Nothing was made: {error}", file=sys.stderr)
        return 2
    return run(story, only=given.only, delete=given.delete)


def teller() -> Callable[[str], None]:
    started = time.monotonic()

    def say(words: str) -> None:
        minutes, seconds = divmod(int(time.monotonic() - started), 60)
        print(f"{datetime.now(UTC):%H:%M:%S} +{minutes:02d}:{seconds:02d}  {words}", flush=True)

    return say


def prepare(given: argparse.Namespace, say: Callable[[str], None]) -> Story:
    """Everything that can be refused, before anything is made. Raises: see `main`."""
    rules.refuse_ci(os.environ)
    rules.refuse_name(given.stack)
    own = given.project / f"Pulumi.{given.stack}.yaml"
    # Until somebody has said yes not even that file is made.
    stack, root = (given.stack, given.project) if own.exists() else (LIKE, ROOT)
    values = configuration(stack, root=root)
    region, profile = values["aws:region"], values.get("aws:profile") or None
    allowed = _priced(stack, root, ceiling_usd=given.ceiling_usd, say=say)
    cloud = clients(region=region, profile=profile)
    account = cloud("sts").get_caller_identity()["Account"]
    rules.refuse_account(typed=given.account or _typed(), real=account)
    if not own.exists():
        shutil.copyfile(root / f"Pulumi.{stack}.yaml", own)
        say(f"wrote {own.name}, a copy of Pulumi.{stack}.yaml")
    names = Names(project=str(project()["name"]), stack=given.stack, account=account, region=region)
    logs = Path(tempfile.mkdtemp(prefix=f"{given.stack}-logs-"))
    say(f"account {account}, {region}; what pulumi says is written to {logs}")
    engine = Engine(given.project, given.stack, logs=logs, say=say)
    engine.select()
    if not given.only and (count := engine.resources()):
        raise Refused(
            f"The stack {given.stack} is up: its state holds {count} resources. Let it go first: --only end. Nothing was changed."
        )
    return _story(given, engine, allowed, cloud, names, say)


def _story(
    given: argparse.Namespace,
    engine: Engine,
    allowed: Guard,
    cloud: Clients,
    names: Names,
    say: Callable[[str], None],
) -> Story:
    return Story(
        engine=engine,
        guard=allowed,
        cloud=cloud,
        names=names,
        run=f"{datetime.now(UTC):%Y%m%d%H%M%S}",
        say=say,
        images=None if given.without_images else lambda: images.publish(given.stack),
    )


def _priced(stack: str, root: Path, *, ceiling_usd: float, say: Callable[[str], None]) -> Guard:
    """Tell the price first. Raises: Refused."""
    made = make(stack, changes={"paused": "false"}, holdings=prices.Holdings(), root=root)
    cost = made.total
    listed = f"list prices of {made.prices_as_of}"
    say(
        f"${cost.hour:.2f} an hour while it runs, ${cost.month_paused:.2f} a month while it sleeps ({listed})"
    )
    found = rules.guard(ceiling_usd=ceiling_usd, usd_per_hour=cost.hour)
    hours = (found.until - found.clock()) / 3600
    say(
        f"ceiling ${ceiling_usd:.2f}: broken off after {hours:.1f} hours, so that it pays for the destroy as well"
    )
    return found


def _typed() -> str:
    if not sys.stdin.isatty():
        return ""
    return input(
        "This makes things in AWS that you pay for. Type the number of the account to go on: "
    ).strip()


def run(story: Story, *, only: str | None, delete: bool) -> int:
    """The story, and its end whatever happens in it."""
    say, code = story.say, 0
    listen(story.guard, say)
    try:
        if only is None:
            story.live()
            say("all that was written is there, byte for byte")
    except _WRONG as wrong:
        say(f"NOT AS IT SHOULD BE: {wrong}")
        code = 1
    finally:
        ended = _ended(story, delete=delete or only == "delete")
    return ended or code


def _ended(story: Story, *, delete: bool) -> int:
    how = _MANUAL.format(stack=story.names.stack, account=story.names.account)
    try:
        story.engine.unlock()
        story.end()
        if delete:
            story.delete()
            story.say("deleted, with its data; its state is forgotten")
            return 0
    except _WRONG as wrong:
        story.say(f"IT IS NOT CLEAR THAT NOTHING COSTS: {wrong}")
        print(how, flush=True)
        return 3
    story.say("paused: the data is kept and costs what the plan said")
    print(how, flush=True)
    return 0


def listen(guard: Guard, say: Callable[[str], None]) -> None:
    """Whoever wants it to end gets an end: the destroy, which nothing but SIGKILL cuts short."""

    def heard(number: int, _: FrameType | None) -> None:
        say(f"{signal.Signals(number).name}: ending; the destroy comes in any case, please wait")
        guard.stop(signal.Signals(number).name)

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, heard)


if __name__ == "__main__":
    sys.exit(main())
