"""Statements of IAM: what somebody may, or may not, do with named things, under a condition."""

from collections.abc import Mapping, Sequence
from typing import Any

Statement = dict[str, Any]
Condition = Mapping[str, Mapping[str, Any]]


def allow(sid: str, on: str | Sequence[str], *actions: str, when: Condition | None = None) -> Statement:
    return _statement("Allow", sid, on, actions, when)


def deny(sid: str, on: str | Sequence[str], *actions: str, when: Condition | None = None) -> Statement:
    return _statement("Deny", sid, on, actions, when)


def _statement(
    effect: str, sid: str, on: str | Sequence[str], actions: Sequence[str], when: Condition | None
) -> Statement:
    made = {
        "Sid": sid,
        "Effect": effect,
        "Action": sorted(actions),
        "Resource": on if isinstance(on, str) else list(on),
    }
    return made | ({"Condition": dict(when)} if when else {})
