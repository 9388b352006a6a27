"""When the machines run: on which days, between which hours, in which time zone."""

import re
from dataclasses import dataclass
from zoneinfo import available_timezones

from infra.choices.refused import ConfigRefused

WEEK = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_HOURS = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])-([01][0-9]|2[0-3]):([0-5][0-9])")


@dataclass(frozen=True, kw_only=True)
class HoursChoices:
    time_zone: str
    work_days: tuple[str, ...]
    work_hours: str | None

    @property
    def working_time(self) -> tuple[tuple[int, int], tuple[int, int]]:
        """(hour, minute) of waking and of sleeping. Only where workHours is set."""
        found = _HOURS.fullmatch(self.work_hours or "")
        if found is None:
            raise ConfigRefused(
                f"workHours is {self.work_hours!r}; write it like 08:00-19:00, or '' for always."
            )
        start, start_minute, end, end_minute = (int(part) for part in found.groups())
        return (start, start_minute), (end, end_minute)

    @property
    def awake(self) -> float:
        """The share of a week in which the machines run: 1 without a schedule."""
        if self.work_hours is None:
            return 1.0
        (start, start_minute), (end, end_minute) = self.working_time
        minutes = (end - start) * 60 + end_minute - start_minute
        return len(self.work_days) * minutes / (7 * 24 * 60)

    def check(self) -> None:
        unknown = [day for day in self.work_days if day not in WEEK]
        if unknown or len(set(self.work_days)) != len(self.work_days):
            raise ConfigRefused(
                f"workDays is {list(self.work_days)}; name days once each, of {', '.join(WEEK)}."
            )
        if self.work_hours is None:
            return
        start, end = self.working_time
        if start >= end:
            raise ConfigRefused(
                f"workHours is {self.work_hours!r}; the machines must wake before they sleep, on the same day."
            )
        if not self.work_days:
            raise ConfigRefused(
                f"workHours is {self.work_hours!r} while workDays is []; the machines would sleep and never wake. "
                f"Name a day, or pause the stack."
            )
        zones = available_timezones()
        # A machine without a time-zone database cannot tell; AWS refuses what it does not know.
        if zones and self.time_zone not in zones:
            raise ConfigRefused(
                f"timeZone is {self.time_zone!r}; it must be a name of the IANA database, like Europe/Berlin or UTC."
            )
