"""What the program writes into IAM for the deploy role, by the widest stack."""

import json
from collections.abc import Mapping
from functools import cache
from typing import Any

from infra.rehearsal import Declared

from ...program import SEVERAL, WIDEST, declared

# A stack has one database, one Airflow, and one chat machine or several: these three make everything there is.
OTHERS: tuple[tuple[str, str], ...] = (
    ("database", "rds"),
    ("databaseGb", "20"),
    ("airflow", "mwaa"),
    ("mlflow", "none"),
    ("encryptionKey", "aws"),
)
PIPELINES = tuple(choice for choice in WIDEST if choice[0] in ("deployFrom", "stateBucket"))
STACKS = (WIDEST, (*WIDEST, *OTHERS), (*SEVERAL, *PIPELINES))
ROLE = "arn:aws:iam::111122223333:role/genai-ops-dev-deploy"
BOUNDARY = "arn:aws:iam::111122223333:policy/genai-ops-dev-boundary"


def everything() -> tuple[Declared, ...]:
    """What the three stacks declare, of AWS."""
    return tuple(
        thing
        for choices in STACKS
        for thing in declared("dev", *choices)
        if thing.kind.startswith(("aws:", "eks:"))
    )


@cache
def policies() -> Mapping[str, list[dict[str, Any]]]:
    """Statements of the account's own policies by their names."""
    return {
        thing.inputs["name"]: json.loads(thing.inputs["policy"])["Statement"]
        for thing in declared("dev", *WIDEST)
        if thing.kind == "aws:iam/policy:Policy"
    }


def deploys() -> list[dict[str, Any]]:
    """Every statement about the deploy role."""
    return [one for name, found in policies().items() if "-deploy-" in name for one in found]


def boundary() -> list[dict[str, Any]]:
    return policies()["genai-ops-dev-boundary"]
