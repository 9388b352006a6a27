"""Puts the program's parts on the page: who comes in, what is rented with what runs on it, and below the line what stays."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from scripts.picture import svg, words
from scripts.picture.reading import Program
from scripts.picture.words import Card, Chip

WIDE, EDGE, TAB, GAP = 980.0, 14.0, 28.0, 10.0
PAD, LINE = 10.0, 16.0  # inside a box
CHIP_HIGH, ROW = 26.0, 33.0
# From the top: callers, the rented room with its bar, apps, stores.
CALLERS, RENTED, BAR, RUNS = 16.0, 84.0, 120.0, 186.0
APPS_AT, APP_HIGH, STORE_HIGH, FLOOR_HIGH, KEPT_HIGH = 228.0, 82.0, 90.0, 50.0, 108.0
COLUMN = 170.0  # of what the cluster stands on


@dataclass(frozen=True)
class Area:
    """Where a shelf may be drawn."""

    left: float
    right: float
    room: str

    @property
    def wide(self) -> float:
        return self.right - self.left

    def places(self, count: int) -> list[tuple[float, float]]:
        """Left edge and width of so many boxes in a row."""
        each = (self.wide - GAP * (count - 1)) / count
        return [(self.left + number * (each + GAP), each) for number in range(count)]


def draw(program: Program) -> str:
    """The whole picture. Raises: words.NotDrawn."""
    words.check(program.parts)
    page = _Page(program)
    shapes = list(page.shapes())
    told = (
        "Three rooms by lifetime. People and programs reach the apps through one load balancer. Load balancer, network and "
        "machines are rented by the hour; apps and their stores run on them; buckets, records, secrets and images stay "
        "when everything else is destroyed."
    )
    return svg.document(WIDE, page.high, title="What the Pulumi program declares", told=told, shapes=shapes)


class _Page:
    def __init__(self, program: Program) -> None:
        self.program = program
        self.always = {part.key for part in program.parts if part.always}
        self.inside = Area(EDGE + TAB + 16, WIDE - EDGE - 16, "cluster")
        self.runs = Area(self.inside.left + TAB + 12, self.inside.right - COLUMN - 2 * GAP - 12, "workloads")
        self.floor = Area(self.inside.right - COLUMN, self.inside.right, "cluster")
        self.stays = Area(EDGE + TAB + 16, WIDE - EDGE - 16, "durable")
        self.stores_at = APPS_AT + APP_HIGH + 52
        self.background_at = self.stores_at + STORE_HIGH + 44
        self.floor_chips_at = APPS_AT + (FLOOR_HIGH + 8) * (1 + len(words.FLOOR)) + 6
        ends = (
            self.background_at + ROW * len(self._rows(words.BACKGROUND, self.runs)),
            self.floor_chips_at + ROW * len(self._rows(words.FLOOR_CHIPS, self.floor)),
        )
        self.runs_end = max(ends) + 6
        self.rented_end = self.runs_end + 14
        self.kept = self.rented_end + 60
        self.kept_cards = self.kept + 40
        self.kept_chips = self.kept_cards + KEPT_HIGH + 14
        self.kept_end = self.kept_chips + ROW * len(self._rows(words.KEPT_CHIPS, self.stays)) + 6
        self.high = self.kept_end + 44

    def shapes(self) -> Iterator[str]:
        yield svg.box(0.5, 0.5, WIDE - 1, self.high - 1, "page", round_=14)
        yield from self._rented()
        yield from self._callers()
        yield from self._running()
        yield from self._standing_on()
        yield from self._line_between()
        yield from self._staying()
        yield from self._legend()

    # ---- rooms from the top

    def _callers(self) -> Iterator[str]:
        middle = WIDE / 2
        for x, title, told in (
            (middle - 210, "People", "in a browser"),
            (middle + 10, "Programs", "OpenAI clients, MCP"),
        ):
            yield svg.box(x, CALLERS, 200, 44, "outside box", round_=22)
            yield svg.text(x + 100, CALLERS + 19, title, "title", anchor="middle")
            yield svg.text(x + 100, CALLERS + 36, told, anchor="middle")
            yield svg.arrow(x + 100, CALLERS + 44, BAR)

    def _rented(self) -> Iterator[str]:
        high = self.rented_end - RENTED
        yield svg.box(EDGE, RENTED, WIDE - 2 * EDGE, high, "cluster room", round_=10)
        yield svg.tab(EDGE, RENTED, TAB, high, "cluster", "RENTED")
        yield svg.text(self.inside.left, RENTED + 24, "paid by the hour, gone on pause", "head")
        price = f"${self.program.usd_per_hour:.2f} an hour for the smallest stack"
        yield svg.text(self.inside.right, RENTED + 24, price, "head", anchor="end")
        yield svg.box(self.inside.left, BAR, self.inside.wide, 42, self._kind(words.ENTRANCE, "cluster"))
        yield svg.text(self.inside.left + 14, BAR + 26, words.ENTRANCE.title, "title")
        x = self.inside.left + 14 + svg.width(words.ENTRANCE.title, "title") + 10
        yield svg.text(x, BAR + 26, words.ENTRANCE.told)
        x = self.inside.right
        for chip in words.BESIDE_ENTRANCE:
            x -= self._chip_wide(chip) + 8
            yield from self._chip(chip, x, BAR + 8, "cluster")

    def _running(self) -> Iterator[str]:
        left, right = self.runs.left - TAB - 12, self.runs.right + 12
        high = self.runs_end - RUNS
        yield svg.box(left, RUNS, right - left, high, "workloads room", round_=10)
        yield svg.tab(left, RUNS, TAB, high, "workloads", "RUNS")
        lane = APPS_AT + APP_HIGH + 22
        asking: list[float] = []
        for app, (x, wide) in zip(words.APPS, self.runs.places(len(words.APPS)), strict=True):
            middle = x + wide / 2
            yield svg.arrow(middle, BAR + 42, APPS_AT)
            yield svg.text(middle + 6, APPS_AT - 14, self._door(app), "path")
            yield from self._card(app, x, APPS_AT, wide, APP_HIGH, "workloads")
            if self._asks(app, (*words.STORES, words.OUTSIDE)):
                asking.append(middle)
                yield svg.line((middle, APPS_AT + APP_HIGH), (middle, lane))
        stores = (*words.STORES, words.OUTSIDE)
        places = self.runs.places(len(stores))
        centres = [x + wide / 2 for x, wide in places]
        yield svg.line((min(asking + centres), lane), (max(asking + centres), lane))
        for store, (x, wide) in zip(stores, places, strict=True):
            yield svg.arrow(x + wide / 2, lane, self.stores_at)
            room = "outside" if store is words.OUTSIDE else "workloads"
            yield from self._card(store, x, self.stores_at, wide, STORE_HIGH, room)
        yield svg.text(self.runs.left, self.background_at - 10, "in the background")
        yield from self._chips(words.BACKGROUND, self.runs, self.background_at)

    def _standing_on(self) -> Iterator[str]:
        chat = words.CHAT
        middle = self.floor.left + self.floor.wide / 2
        yield svg.arrow(middle, BAR + 42, APPS_AT)
        yield svg.text(middle + 6, APPS_AT - 14, self._door(chat), "path")
        for number, card in enumerate((chat, *words.FLOOR)):
            y = APPS_AT + number * (FLOOR_HIGH + 8)
            yield from self._card(card, self.floor.left, y, self.floor.wide, FLOOR_HIGH, "cluster")
        yield from self._chips(words.FLOOR_CHIPS, self.floor, self.floor_chips_at)

    def _line_between(self) -> Iterator[str]:
        y = self.rented_end + 31
        spoken = (
            ("pulumi destroy", "code"),
            ("lets all above go, every byte below stays;", ""),
            ("pulumi up", "code"),
            ("brings it back", ""),
        )
        wide = [svg.width(part, kind) for part, kind in spoken]
        x = (WIDE - sum(wide) - 8 * (len(wide) - 1)) / 2 + 40
        yield f'<path class="cut" d="M{EDGE + 4:g} {y - 4:g} H{x - 12:g}"/>'
        for (part, kind), each in zip(spoken, wide, strict=True):
            yield svg.text(x, y, part, kind)
            x += each + 8
        yield f'<path class="cut" d="M{x + 4:g} {y - 4:g} H{WIDE - EDGE - 4:g}"/>'
        yield svg.arrow(self.runs.left + 40, self.runs_end, self.kept)

    def _staying(self) -> Iterator[str]:
        high = self.kept_end - self.kept
        yield svg.box(EDGE, self.kept, WIDE - 2 * EDGE, high, "durable room", round_=10)
        yield svg.tab(EDGE, self.kept, TAB, high, "durable", "STAYS")
        yield svg.text(self.stays.left, self.kept + 26, "holds the data, found again by every resume", "head")
        price = f"${self.program.usd_per_month_paused:.2f} a month for the smallest stack"
        yield svg.text(self.stays.right, self.kept + 26, price, "head", anchor="end")
        for card, (x, wide) in zip(words.KEPT, self.stays.places(len(words.KEPT)), strict=True):
            yield from self._card(card, x, self.kept_cards, wide, KEPT_HIGH, "durable")
        yield from self._chips(words.KEPT_CHIPS, self.stays, self.kept_chips)

    def _legend(self) -> Iterator[str]:
        y = self.kept_end + 27
        yield svg.box(EDGE + 2, y - 13, 26, 16, "workloads box", round_=4)
        yield svg.text(EDGE + 36, y, "in the smallest stack")
        yield svg.box(EDGE + 190, y - 13, 26, 16, "workloads box choice", round_=4)
        yield svg.text(EDGE + 224, y, "by choice")
        told = f"Drawn from the program. List prices of {self.program.prices_as_of}."
        yield svg.text(WIDE - EDGE - 2, y, told, anchor="end")

    # ---- boxes

    def _kind(self, thing: Card | Chip, room: str) -> str:
        chosen = room != "outside" and not self.always & set(words.parts_of(thing))
        return f"{room} box{' choice' if chosen else ''}"

    def _card(self, card: Card, x: float, y: float, wide: float, high: float, room: str) -> Iterator[str]:
        """Raises: words.NotDrawn for words that do not fit."""
        inside = wide - 2 * PAD
        lines = svg.wrapped(card.told, inside)
        end = 39 + LINE * (len(lines) - 1)
        if (
            end + 7 > high
            or any(svg.width(one) > inside for one in lines)
            or svg.width(card.title, "title") > inside
        ):
            raise words.NotDrawn(
                f"{card.title!r}, {card.told!r} does not fit into {wide:g} by {high:g} pixels."
            )
        yield svg.box(x, y, wide, high, self._kind(card, room))
        yield svg.text(x + PAD, y + 21, card.title, "title")
        for number, told in enumerate(lines):
            yield svg.text(x + PAD, y + 39 + LINE * number, told)
        if card in words.APPS or room == "cluster":
            return
        asking = self._for(card, inside, lines=int((high - end - 12) // LINE))
        for number, told in enumerate(reversed(asking)):
            yield svg.text(x + PAD, y + high - 10 - LINE * number, told, "for")

    def _for(self, card: Card, wide: float, *, lines: int) -> list[str]:
        """Who asks it, the most told first, as many as there is room for."""
        asking = [who.name for who in words.askers() if who is not card and self._asks(who, (card,))]
        for count in range(len(asking), 0, -1):
            more = f" +{len(asking) - count}" if count < len(asking) else ""
            told = svg.wrapped(f"for {', '.join(asking[:count])}{more}", wide)
            if len(told) <= lines and all(svg.width(one, "for") <= wide for one in told):
                return told
        return []

    def _asks(self, who: Card | Chip, asked: Sequence[Card]) -> bool:
        wanted = {part for one in asked for part in one.parts}
        return any(wanted & self.program.asks.get(part, frozenset()) for part in words.parts_of(who))

    def _door(self, card: Card) -> str:
        return next(self.program.doors[part] for part in card.parts if part in self.program.doors)

    # ---- chips

    def _chips(self, chips: Sequence[Chip], area: Area, y: float) -> Iterator[str]:
        for row in self._rows(chips, area):
            x = area.left
            for chip in row:
                yield from self._chip(chip, x, y, area.room)
                x += self._chip_wide(chip) + 8
            y += ROW

    def _rows(self, chips: Sequence[Chip], area: Area) -> list[list[Chip]]:
        rows: list[list[Chip]] = [[]]
        used = 0.0
        for chip in chips:
            wide = self._chip_wide(chip)
            if rows[-1] and used + wide > area.wide:
                rows.append([])
                used = 0.0
            rows[-1].append(chip)
            used += wide + 8
        return rows

    def _chip_wide(self, chip: Chip) -> float:
        return round(svg.width(chip.title)) + 20

    def _chip(self, chip: Chip, x: float, y: float, room: str) -> Iterator[str]:
        wide = self._chip_wide(chip)
        yield svg.box(x, y, wide, CHIP_HIGH, self._kind(chip, room), round_=13)
        yield svg.text(x + wide / 2, y + 18, chip.title, "chip", anchor="middle")
