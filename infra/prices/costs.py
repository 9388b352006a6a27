"""What a cost is, what is assumed to be held, and the price list of one region."""

from dataclasses import dataclass

from infra.prices.lists import DATABASES, INSTANCES, PRICES

HOURS_PER_MONTH = 730


class PriceMissing(LookupError):
    """No dated price for a region, an instance type or a resource type; the message says where to add it."""


@dataclass(frozen=True)
class Holdings:
    """How much is kept, for the parts that are paid by the gigabyte. Shown next to every total."""

    data_gb: float = 10.0
    image_gb: float = 2.0
    records_gb: float = 1.0
    model_gb: float = 5.0
    log_gb: float = 1.0


@dataclass(frozen=True)
class Cost:
    """`hour` is paid while a thing exists and is used; `month_paused` is what remains of it during a pause.

    `hour_scheduled` is the part of `hour` that off-hours schedules save while they hold a pool at no machine.
    """

    hour: float = 0.0
    month_paused: float = 0.0
    hour_scheduled: float = 0.0

    def __add__(self, other: "Cost") -> "Cost":
        return Cost(
            self.hour + other.hour,
            self.month_paused + other.month_paused,
            self.hour_scheduled + other.hour_scheduled,
        )

    def per_day(self, *, awake: float) -> float:
        """Of an average day, when the machines run for this share of the week: 1 is without a schedule."""
        return 24 * (self.hour - (1 - awake) * self.hour_scheduled)

    @classmethod
    def rented(cls, hour: float, *, scheduled: bool = False) -> "Cost":
        return cls(hour=hour, hour_scheduled=hour if scheduled else 0.0)

    @classmethod
    def kept(cls, month: float) -> "Cost":
        return cls(hour=month / HOURS_PER_MONTH, month_paused=month)


@dataclass(frozen=True)
class Region:
    """The price list of one region, and what is assumed to be held there."""

    name: str
    holdings: Holdings

    def __post_init__(self) -> None:
        if self.name not in PRICES:
            raise PriceMissing(
                f"No prices for region {self.name!r}; known are {', '.join(PRICES)}. Add them to infra/prices/lists.py."
            )

    def __getitem__(self, item: str) -> float:
        return PRICES[self.name][item]

    def instance(self, kind: str) -> float:
        try:
            return INSTANCES[self.name][kind]
        except KeyError:
            raise PriceMissing(
                f"No price for instance type {kind!r} in {self.name}; known are {', '.join(INSTANCES[self.name])}. "
                f"Add it to infra/prices/lists.py."
            ) from None

    def database(self, kind: str) -> float:
        try:
            return DATABASES[self.name][kind]
        except KeyError:
            raise PriceMissing(
                f"No price for the database class {kind!r} in {self.name}; known are {', '.join(DATABASES[self.name])}. "
                f"Add it to infra/prices/lists.py."
            ) from None
