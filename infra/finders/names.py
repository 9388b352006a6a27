"""What says who the stack is to the outside: its certificate."""

from infra.asking import Clients, Stop, asking, pairs
from infra.naming import Names
from infra.tags import owned_by

_FAILED = ("EXPIRED", "REVOKED", "VALIDATION_TIMED_OUT", "FAILED", "INACTIVE")


def certificate(cloud: Clients, names: Names) -> str | None:
    """Several certificates may be for one name, so those without this stack's tag are somebody else's and in nobody's way."""
    acm, what = cloud("acm"), f"certificate {names.domain!r}"
    with asking(what, not_found=()):
        pages = acm.get_paginator("list_certificates").paginate()
        same = [
            item["CertificateArn"]
            for page in pages
            for item in page["CertificateSummaryList"]
            if item["DomainName"] == names.domain
        ]
        mine = [
            arn
            for arn in sorted(same)
            if owned_by(pairs(acm.list_tags_for_certificate(CertificateArn=arn)["Tags"])) == names.owner
        ]
        if not mine:
            return None
        found = acm.describe_certificate(CertificateArn=mine[0])["Certificate"]
    if found["Status"] in _FAILED:
        raise Stop(
            f"The {what} is {found['Status']} and would never be issued. Nothing was changed; delete it, then `pulumi refresh` "
            f"and `pulumi up` ask for a new one: aws acm delete-certificate --certificate-arn {mine[0]}"
        )
    arn: str = mine[0]
    return arn
