"""The certificate: asked for once, proven in the user's zone, and what the load balancer waits for."""

from typing import Any

from ..program import declared

DOMAIN = (("domain", "genai.example.org"), ("hostedZone", "Z0123456789ABC"))
GIVEN = (
    (
        "certificateArn",
        "arn:aws:acm:us-east-1:111122223333:certificate/00000000-0000-0000-0000-000000000000",
    ),
    *DOMAIN,
)


def of(kind: str, *changes: tuple[str, str], room: str) -> list[Any]:
    found = (
        thing
        for thing in declared("dev", *changes)
        if thing.kind.endswith(f"/{kind[0].lower()}{kind[1:]}:{kind}")
    )
    return sorted((thing for thing in found if thing.room == room), key=lambda thing: str(thing.name))


def test_without_a_domain_there_is_neither_certificate_nor_name():
    assert not [thing for thing in declared() if "acm" in thing.kind or "route53" in thing.kind]


def test_a_domain_brings_a_certificate_for_it_and_for_the_names_right_below():
    (asked,) = of("Certificate", *DOMAIN, room="durable")
    assert asked.inputs["domainName"] == "genai.example.org"
    assert asked.inputs["subjectAlternativeNames"] == ["genai.example.org", "*.genai.example.org"]
    assert asked.inputs["validationMethod"] == "DNS" and asked.retained


def test_its_proof_is_written_into_the_zone_and_stays_for_the_renewals_of_a_long_pause():
    (proof,) = of("Record", *DOMAIN, room="durable")
    assert proof.inputs["zoneId"] == "Z0123456789ABC" and proof.inputs["type"] == "CNAME"
    assert proof.inputs["name"] == "_proof.genai.example.org." and proof.retained


def test_the_listener_takes_the_certificate_only_once_it_is_issued():
    (https,) = (one for one in of("Listener", *DOMAIN, room="cluster") if one.inputs["port"] == 443)
    assert any("CertificateValidation" in urn for urn in https.dependencies)


def test_the_name_points_at_the_load_balancer_and_goes_with_it():
    records = of("Record", *DOMAIN, room="cluster")
    assert [record.inputs["name"] for record in records] == ["*.genai.example.org", "genai.example.org"]
    for record in records:
        assert record.inputs["aliases"][0]["name"] == "load-balancer.example" and not record.retained


def test_a_certificate_that_is_given_is_used_and_none_is_asked_for():
    assert of("Certificate", *GIVEN, room="durable") == of("Record", *GIVEN, room="durable") == []
    assert len(of("Record", *GIVEN, room="cluster")) == 2
    (https,) = (one for one in of("Listener", *GIVEN, room="cluster") if one.inputs["port"] == 443)
    assert https.inputs["certificateArn"] == GIVEN[0][1]


def test_a_domain_is_https_so_everybody_may_be_let_in():
    opened = (("allowedCidrs", '["0.0.0.0/0"]'), *DOMAIN)
    listeners = {one.inputs["port"]: one.inputs for one in of("Listener", *opened, room="cluster")}
    assert listeners[80]["defaultActions"][0]["type"] == "redirect"
    assert listeners[443]["certificateArn"]
