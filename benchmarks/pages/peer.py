"""Runs in the peers' environment: reads pages with extruct and with trafilatura, prints what each found as JSON."""

import json
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

Fields = dict[str, str | None]


def with_extruct(source: str) -> Fields:
    import extruct

    data = extruct.extract(
        source, syntaxes=["json-ld", "microdata", "rdfa", "opengraph"], uniform=True, errors="ignore"
    )
    posting = next((one for one in _walk(data) if "JobPosting" in str(one.get("@type"))), {})
    organisation, place = posting.get("hiringOrganization"), posting.get("jobLocation")
    place = place[0] if isinstance(place, list) and place else place
    address = place.get("address") if isinstance(place, dict) else None
    parts = (
        [address.get(name) for name in ("addressLocality", "addressRegion", "addressCountry")]
        if isinstance(address, dict)
        else []
    )
    return {
        "title": posting.get("title") or posting.get("name"),
        "company": organisation.get("name") if isinstance(organisation, dict) else organisation,
        "location": ", ".join(part for part in parts if isinstance(part, str)) or None,
    }


def with_trafilatura(source: str) -> Fields:
    import trafilatura

    found = trafilatura.bare_extraction(source, with_metadata=True)
    told: dict[str, Any] = found.as_dict() if found is not None else {}
    return {
        "title": told.get("title"),
        "company": told.get("sitename") or told.get("author"),
        "location": None,
    }


def _walk(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        yield value
        for part in value.values():
            yield from _walk(part)
    elif isinstance(value, list):
        for part in value:
            yield from _walk(part)


def main() -> int:
    """Arguments: the pages. Prints {system: {page: [fields, seconds]}}; the best of three runs counts."""
    systems: dict[str, Callable[[str], Fields]] = {"extruct": with_extruct, "trafilatura": with_trafilatura}
    told: dict[str, dict[str, Any]] = {name: {} for name in systems}
    for path in map(Path, sys.argv[1:]):
        source = path.read_text(encoding="utf-8", errors="replace")
        for name, read in systems.items():
            seconds, fields = [], {}
            for _ in range(3):
                started = time.perf_counter()
                try:
                    fields = read(source)
                except (ValueError, TypeError, AttributeError) as error:
                    fields = {"error": str(error)[:100]}
                seconds.append(time.perf_counter() - started)
            told[name][path.name] = [fields, min(seconds)]
    print(json.dumps(told))
    return 0


if __name__ == "__main__":
    sys.exit(main())
