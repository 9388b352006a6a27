"""ACM certificates, and the waiting for their proof."""

from typing import Any, ClassVar

from ..cloud import Refused
from .store import Store, asking, pairs, unpaired

_GONE = ("ResourceNotFoundException",)


class Certificate(Store):
    """A certificate, named by its ARN."""

    token = "aws:acm/certificate:Certificate"
    service = "acm"
    fixed = ("domainName", "subjectAlternativeNames", "validationMethod", "keyAlgorithm", "region")
    defaults: ClassVar[dict[str, Any]] = {"keyAlgorithm": "RSA_2048"}

    def create(self, inputs: dict[str, Any]) -> str:
        request = {
            "DomainName": inputs["domainName"],
            "SubjectAlternativeNames": inputs.get("subjectAlternativeNames") or [inputs["domainName"]],
            "ValidationMethod": inputs["validationMethod"],
            "Tags": pairs(self.all_tags(inputs)),
        }
        return asking(lambda: self.client.request_certificate(**request))["CertificateArn"]

    def read(self, id: str) -> dict[str, Any] | None:
        answer = asking(lambda: self.client.describe_certificate(CertificateArn=id), missing=_GONE)
        if answer is None:
            return None
        tags = asking(lambda: self.client.list_tags_for_certificate(CertificateArn=id))["Tags"]
        found = answer["Certificate"]
        names = {found["DomainName"], *found.get("SubjectAlternativeNames", [])}
        return {
            "domainName": found["DomainName"],
            # As the provider shows them: the name itself first, then the others.
            "subjectAlternativeNames": sorted(names, key=lambda name: (name != found["DomainName"], name)),
            "validationMethod": "DNS",
            "tags": self.own_tags(unpaired(tags)),
        }

    def update(self, id: str, olds: dict[str, Any], news: dict[str, Any]) -> None:
        gone = [{"Key": key} for key in sorted(self.all_tags(olds).keys() - self.all_tags(news).keys())]
        if gone:
            asking(lambda: self.client.remove_tags_from_certificate(CertificateArn=id, Tags=gone))
        change = {"CertificateArn": id, "Tags": pairs(self.all_tags(news))}
        asking(lambda: self.client.add_tags_to_certificate(**change))

    def delete(self, id: str, state: dict[str, Any]) -> None:
        asking(lambda: self.client.delete_certificate(CertificateArn=id), missing=_GONE)

    def outputs(self, id: str, inputs: dict[str, Any]) -> dict[str, Any]:
        proof = {
            "resourceRecordName": f"_{id[-12:]}.{inputs['domainName']}.",
            "resourceRecordType": "CNAME",
            "resourceRecordValue": f"_{id[-12:]}.acm-validations.aws.",
        }
        names = inputs.get("subjectAlternativeNames") or [inputs["domainName"]]
        return {"arn": id, "domainValidationOptions": [{"domainName": name, **proof} for name in names]}


class CertificateValidation(Store):
    """Not a thing of AWS's: the provider waits here until the certificate is issued, which it never is without its record."""

    token = "aws:acm/certificateValidation:CertificateValidation"
    service = "acm"
    fixed = ("certificateArn", "validationRecordFqdns", "region")

    def create(self, inputs: dict[str, Any]) -> str:
        arn = inputs["certificateArn"]
        found = asking(lambda: self.client.describe_certificate(CertificateArn=arn))["Certificate"]
        proven = [name.rstrip(".") for name in inputs.get("validationRecordFqdns") or []]
        if f"_{arn[-12:]}.{found['DomainName']}" not in proven:
            raise Refused(
                f"waiting for ACM Certificate ({arn}) to be issued: timeout while waiting for state"
            )
        return arn

    def read(self, id: str) -> dict[str, Any] | None:
        there = asking(lambda: self.client.describe_certificate(CertificateArn=id), missing=_GONE)
        return None if there is None else {"certificateArn": id}

    def update(self, id: str, olds: dict[str, Any], news: dict[str, Any]) -> None:
        """Everything that is used here makes a new one."""

    def delete(self, id: str, state: dict[str, Any]) -> None:
        """Nothing was made."""
