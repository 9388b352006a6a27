"""Every Kubernetes object holds to the schema of the version that the program asks for, unknown fields refused."""

import kubernetes_validate
import pytest

from infra.rehearsal import whole
from infra.versions import KUBERNETES

from ..program import WIDEST, declared
from .objects import THREE

FORMS = {
    "dev": ("dev",),
    "widest": ("dev", *WIDEST, *THREE),
    "local": ("local", ("apps", '["coldmail", "devops"]')),
}


@pytest.mark.parametrize("form", FORMS)
def test_objects_hold_to_the_strict_schema(form: str):
    bodies = [whole(thing.inputs) for thing in declared(*FORMS[form]) if thing.kind.startswith("kubernetes:")]
    assert len(bodies) > 10
    for body in bodies:
        kubernetes_validate.validate(body, KUBERNETES, strict=True)


def test_an_unknown_field_would_be_refused():
    body = next(whole(thing.inputs) for thing in declared("dev") if thing.kind.endswith("Deployment"))
    body["spec"]["template"]["spec"]["containers"][0]["livenesProbe"] = {}
    with pytest.raises(kubernetes_validate.ValidationError):
        kubernetes_validate.validate(body, KUBERNETES, strict=True)
