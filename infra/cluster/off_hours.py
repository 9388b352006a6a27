"""Off-hours: each pool goes to no machine in the evening and back in the morning, on the scaling group's own clock."""

from collections.abc import Iterable
from dataclasses import dataclass

import pulumi
from pulumi_aws import autoscaling

from infra.choices.hours import WEEK
from infra.stack import Stack


@dataclass(frozen=True, kw_only=True)
class Sleeper:
    """A scaling group, and the sizes it wakes with."""

    name: str
    scaling_group: pulumi.Output[str]
    least: int
    wanted: int
    most: int


class OffHours(pulumi.ComponentResource):
    """Two schedules for each pool. What waits for machines then waits for the morning; data and addresses stay."""

    def __init__(
        self,
        name: str,
        stack: Stack,
        sleepers: Iterable[Sleeper],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("genai:cluster:OffHours", name, None, opts)
        self.stack, self.child = stack, pulumi.ResourceOptions(parent=self)
        wake, sleep = stack.working_time
        for one in sleepers:
            self._at(one, "wake", wake, least=one.least, wanted=one.wanted, most=one.most)
            # The maximum too, or the autoscaler would bring the machines back for the pods that lost them.
            self._at(one, "sleep", sleep, least=0, wanted=0, most=0)
        self.register_outputs({})

    def _at(
        self, one: Sleeper, what: str, time: tuple[int, int], *, least: int, wanted: int, most: int
    ) -> None:
        autoscaling.Schedule(
            f"{one.name}-{what}",
            scheduled_action_name=f"{self.stack.prefix}-{what}",
            autoscaling_group_name=one.scaling_group,
            recurrence=recurrence(time, days=self.stack.work_days),
            time_zone=self.stack.time_zone,
            min_size=least,
            desired_capacity=wanted,
            max_size=most,
            opts=self.child,
        )


def recurrence(time: tuple[int, int], *, days: tuple[str, ...]) -> str:
    """A cron line. Days by number, from 0 for Sunday."""
    hour, minute = time
    numbers = sorted((WEEK.index(day) + 1) % 7 for day in days)
    return f"{minute} {hour} * * {','.join(str(number) for number in numbers)}"
