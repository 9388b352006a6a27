"""The certificate: given by its ARN, or asked for and proven through DNS. Kept, because proving takes minutes of a resume."""

from dataclasses import dataclass

import pulumi
from pulumi_aws import acm, route53

from infra.durable.keeping import Keeping
from infra.stack import Stack


@dataclass(frozen=True)
class Certificate:
    """What a listener needs. `arn` is None where the stack speaks plain HTTP; otherwise it is one that is issued."""

    arn: pulumi.Output[str] | None


def certificate(stack: Stack, keeping: Keeping, *, opts: pulumi.ResourceOptions) -> Certificate:
    if stack.certificate_arn:
        return Certificate(pulumi.Output.from_input(stack.certificate_arn))
    if stack.domain and stack.hosted_zone:
        issued = Issued("certificate", keeping, domain=stack.domain, zone=stack.hosted_zone, opts=opts)
        return Certificate(issued.arn)
    return Certificate(None)


class Issued(pulumi.ComponentResource):
    """An ACM certificate for the domain and every name right below it, and the record that proves it.

    The record stays too: ACM renews by looking at it, also in the months of a pause.
    """

    def __init__(
        self,
        name: str,
        keeping: Keeping,
        *,
        domain: str,
        zone: str,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("genai:durable:Certificate", name, None, opts)
        # Named after the domain: another one is another certificate, beside the old one, not a replacement.
        asked = acm.Certificate(
            domain,
            domain_name=domain,
            subject_alternative_names=[domain, f"*.{domain}"],
            validation_method="DNS",
            tags=keeping.tags.durable(),
            opts=keeping.adopted("certificate", parent=self),
        )
        # The name and its wildcard are proven by one and the same record.
        proof = asked.domain_validation_options.apply(lambda options: options[0])
        record = route53.Record(
            domain,
            zone_id=zone,
            name=proof.apply(lambda one: one.resource_record_name or ""),
            type=proof.apply(lambda one: one.resource_record_type or ""),
            records=[proof.apply(lambda one: one.resource_record_value or "")],
            ttl=300,
            # The same certificate always asks for the same record: a resume writes it once more.
            allow_overwrite=True,
            opts=keeping.satellite(parent=asked),
        )
        issued = acm.CertificateValidation(
            domain,
            certificate_arn=asked.arn,
            validation_record_fqdns=[record.fqdn],
            opts=keeping.satellite(parent=asked),
        )
        # Carries the edge to the proof: a load balancer refuses a certificate that is not issued.
        self.arn: pulumi.Output[str] = issued.certificate_arn
        self.register_outputs({"arn": self.arn})
