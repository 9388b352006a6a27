"""What CloudWatch refuses of alarms and dashboards: its own structure of both, without asking whether a metric exists."""

import json
import re
from collections.abc import Iterator
from typing import Any

from .wire import has_unknowns

ALARM = "aws:cloudwatch/metricAlarm:MetricAlarm"
DASHBOARD = "aws:cloudwatch/dashboard:Dashboard"

_COMPARISONS = {
    "GreaterThanThreshold",
    "GreaterThanOrEqualToThreshold",
    "LessThanThreshold",
    "LessThanOrEqualToThreshold",
}
_STATISTICS = {"SampleCount", "Average", "Sum", "Minimum", "Maximum"}
_PERCENTILE = re.compile(r"p(?:100|[0-9]{1,2}(?:\.[0-9]{1,2})?)")
_WIDGETS = {"metric", "text", "log", "alarm", "explorer", "custom"}
_METRIC_PROPERTIES = {
    *("accountId", "annotations", "end", "liveData", "legend", "metrics", "period", "region", "sparkline"),
    *("setPeriodToTimeRange", "stacked", "start", "stat", "table", "timezone", "title", "view", "yAxis"),
}
_LINE_OPTIONS = {
    *("accountId", "color", "expression", "id", "label", "period", "region", "stat", "visible", "yAxis"),
}


def objections(token: str, inputs: dict[str, Any]) -> list[tuple[str, str]]:
    """(property, reason) for what is refused by syntax alone."""
    if token == ALARM:
        return list(_alarm(inputs))
    if token == DASHBOARD:
        text = inputs.get("dashboardBody", "")
        found = [] if re.fullmatch(r"[\w-]{1,255}", inputs.get("dashboardName", "")) else ["no name"]
        found += [] if has_unknowns(text) else dashboard_problems(text)
        return [("dashboardBody", f"InvalidParameterInput: {problem}") for problem in found]
    return []


def dashboard_problems(text: str) -> list[str]:
    """By "Dashboard body structure and syntax" of CloudWatch's API reference."""
    try:
        body = json.loads(text)
    except json.JSONDecodeError as error:
        return [f"not JSON: {error}"]
    unknown = body.keys() - {"widgets", "start", "end", "periodOverride", "variables"}
    found = [f"unknown {sorted(unknown)}"] if unknown else []
    widgets = body.get("widgets")
    if not isinstance(widgets, list) or len(widgets) > 500:
        return [*found, "widgets is no list of at most 500"]
    for number, widget in enumerate(widgets):
        found += [f"widget {number}: {problem}" for problem in _widget(widget)]
    return found


def _widget(widget: dict[str, Any]) -> Iterator[str]:
    if widget.get("type") not in _WIDGETS:
        yield f"type {widget.get('type')!r}"
    if extra := widget.keys() - {"type", "x", "y", "width", "height", "properties"}:
        yield f"unknown {sorted(extra)}"
    bounds = {"x": (0, 23), "y": (0, 10_000), "width": (1, 24), "height": (1, 1000)}
    for side, (least, most) in bounds.items():
        if not isinstance(widget.get(side, least), int) or not least <= widget.get(side, least) <= most:
            yield f"{side} is {widget.get(side)!r}"
    if widget.get("x", 0) + widget.get("width", 6) > 24:
        yield "wider than the page"
    if widget.get("type") == "metric":
        yield from _properties(widget.get("properties") or {})


def _properties(properties: dict[str, Any]) -> Iterator[str]:
    if extra := properties.keys() - _METRIC_PROPERTIES:
        yield f"unknown {sorted(extra)}"
    if not properties.get("region"):
        yield "no region"
    if properties.get("view", "timeSeries") not in {
        "timeSeries",
        "singleValue",
        "gauge",
        "bar",
        "pie",
        "table",
    }:
        yield f"view {properties['view']!r}"
    lines = properties.get("metrics")
    if not isinstance(lines, list) or not 1 <= len(lines) <= 500:
        yield "metrics is no list of one to 500"
        return
    for line in lines:
        options = line[-1] if isinstance(line[-1], dict) else {}
        words = line[:-1] if options else line
        if extra := options.keys() - _LINE_OPTIONS:
            yield f"unknown {sorted(extra)} of a metric"
        # Namespace, name, and pairs of a dimension and its value.
        if "expression" not in options and (
            len(words) < 2 or len(words) % 2 or not all(isinstance(word, str) and word for word in words)
        ):
            yield f"not a metric: {words}"
        if "stat" in options and not _is_stat(options["stat"]):
            yield f"stat {options['stat']!r}"
        if "period" in options and not _is_period(options["period"]):
            yield f"period {options['period']!r}"


def _alarm(inputs: dict[str, Any]) -> Iterator[tuple[str, str]]:
    if not 1 <= len(inputs.get("name", "")) <= 255:
        yield "name", "an alarm needs a name of at most 255 characters"
    if inputs.get("comparisonOperator") not in _COMPARISONS:
        yield "comparisonOperator", f"{inputs.get('comparisonOperator')!r}"
    if inputs.get("treatMissingData", "missing") not in {"breaching", "notBreaching", "ignore", "missing"}:
        yield "treatMissingData", f"{inputs['treatMissingData']!r}"
    if int(inputs.get("datapointsToAlarm", 1)) > int(inputs.get("evaluationPeriods", 1)):
        yield "datapointsToAlarm", "more than there are periods"
    queries = inputs.get("metricQueries")
    if bool(queries) == bool(inputs.get("metricName")):
        yield "metricName", "ValidationError: either one metric or queries"
    if queries:
        yield from _queries(queries)
    elif bool(inputs.get("statistic")) == bool(inputs.get("extendedStatistic")):
        yield "statistic", "ValidationError: either a statistic or a percentile"
    elif not _is_stat(inputs.get("statistic") or inputs.get("extendedStatistic")):
        yield "statistic", "no statistic of CloudWatch's"
    elif not _is_period(inputs.get("period")):
        yield "period", f"{inputs.get('period')!r}"
    elif int(inputs["period"]) * int(inputs["evaluationPeriods"]) > 86_400:
        yield "evaluationPeriods", "ValidationError: more than a day"


def _queries(queries: list[dict[str, Any]]) -> Iterator[tuple[str, str]]:
    told = [query for query in queries if query.get("returnData")]
    if len(told) != 1:
        yield "metricQueries", "ValidationError: exactly one must return data"
    ids = {query["id"] for query in queries}
    if len(ids) != len(queries) or not all(re.fullmatch(r"[a-z][A-Za-z0-9_]*", name) for name in ids):
        yield "metricQueries", f"ValidationError: ids {sorted(ids)}"
    for query in queries:
        if ("metric" in query) == ("expression" in query):
            yield "metricQueries", f"{query['id']}: either a metric or an expression"
        for name in re.findall(r"\b[a-z]\w*\b", query.get("expression", "")):
            if name not in ids:
                yield "metricQueries", f"{query['id']}: {name!r} is no query"
        if "metric" in query and not (
            _is_stat(query["metric"].get("stat")) and _is_period(query["metric"].get("period"))
        ):
            yield "metricQueries", f"{query['id']}: stat and period"


def _is_stat(stat: Any) -> bool:
    return stat in _STATISTICS or bool(_PERCENTILE.fullmatch(str(stat)))


def _is_period(seconds: Any) -> bool:
    return int(seconds or 0) in (10, 30) or (int(seconds or 0) > 0 and int(seconds) % 60 == 0)
