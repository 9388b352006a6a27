"""Who may start a run and how long it may last: consent by the account's number, and a ceiling in dollars."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

# Of the guide: twenty minutes for each of two ups, as long for the pause between; the rest is images and waiting for answers.
NEEDED_H = 1.5
# Kept back for the last destroy, which no ceiling may cut.
ENDING_H = 0.75
PREFIX = "smoke"
CI_SAYS = ("CI", "GITHUB_ACTIONS", "GITLABCI_SAYS", "JENKINS_URL", "BUILD_BUILDID")


class Refused(Exception):
    """Nothing was made; the message says what is missing."""


class Stopped(Exception):
    """The run has to end now: somebody said so, or the ceiling is near."""


@dataclass
class Guard:
    """Asked again and again while the run waits. `said` is why it must end, once somebody has said so."""

    until: float
    clock: Callable[[], float] = time.monotonic
    said: str = field(default="", init=False)

    def stop(self, why: str) -> None:
        self.said = self.said or why

    def check(self) -> None:
        """Raises: Stopped."""
        if self.said:
            raise Stopped(self.said)
        if self.clock() > self.until:
            raise Stopped("the ceiling is near: what is left of it pays for the destroy")


def guard(*, ceiling_usd: float, usd_per_hour: float, clock: Callable[[], float] = time.monotonic) -> Guard:
    """The time that the ceiling pays for at the full price, less that of the last destroy.

    Raises: Refused, when that is less than a run needs.
    """
    least = (NEEDED_H + ENDING_H) * usd_per_hour
    if ceiling_usd < least:
        raise Refused(
            f"A run takes up to {NEEDED_H + ENDING_H:g} hours at ${usd_per_hour:.2f}: ${least:.2f}. The ceiling is "
            f"${ceiling_usd:.2f}; raise it with --ceiling-usd, or make the stack smaller."
        )
    return Guard(clock() + (ceiling_usd / usd_per_hour - ENDING_H) * 3600, clock)


def refuse_ci(environment: Mapping[str, str]) -> None:
    """Raises: Refused."""
    found = [name for name in CI_SAYS if environment.get(name)]
    if found:
        raise Refused(
            f"{found[0]} is set, so this is CI. This run is for a person, in that person's own account."
        )


def refuse_name(stack: str) -> None:
    """A stack of its own: nobody's data lies in it. Raises: Refused."""
    if not stack.startswith(PREFIX):
        raise Refused(
            f"The stack is {stack!r}; its name must begin with {PREFIX!r}, as it is made and let go by this run."
        )


def refuse_account(*, typed: str, real: str) -> None:
    """Raises: Refused."""
    if typed != real:
        raise Refused(
            f"The credentials belong to account {real}, and the account that was typed is {typed or 'none'!r}. Nothing was made. "
            f"To let it cost you money, name the account: --account {real}."
        )
