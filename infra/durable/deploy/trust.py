"""Who may take the role: jobs of one branch of one repository, by the identity that their platform vouches for."""

from collections.abc import Mapping, Sequence
from typing import Any

from infra.choices.deploy import Origin
from infra.naming import AUDIENCE


def trust(origins: Sequence[Origin], providers: Mapping[str, str]) -> dict[str, Any]:
    """`providers`: the ARN of the account's identity provider of each host.

    Equality and no pattern, for both claims: of a token for another branch, for a pull request or for a fork the subject differs.
    """
    subjects: dict[str, list[str]] = {}
    for origin in origins:
        subjects.setdefault(origin.host, []).append(origin.subject)
    return {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"Federated": providers[host]},
                "Action": "sts:AssumeRoleWithWebIdentity",
                "Condition": {
                    "StringEquals": {f"{host}:aud": AUDIENCE, f"{host}:sub": sorted(set(found))},
                },
            }
            for host, found in sorted(subjects.items())
        ],
    }
