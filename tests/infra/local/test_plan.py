"""`make plan STACK=local` and its neighbours: nothing costs, and they say so."""

import io

from infra import still_costs

from ..test_plan import as_json, shown


def test_the_plan_costs_nothing_and_names_the_cluster():
    text, figures = shown("local"), as_json("local")
    assert set(figures["total"].values()) == {0}
    assert "genai-ops / local, kind-kind, running" in text and "Costs nothing" in text
    assert "not for production" in text and "us-east-1" not in text


def test_exactly_the_claims_survive():
    survives = {part["title"]: part["survives"] for part in as_json("local")["parts"]}
    assert [title for title, yes in survives.items() if yes] == ["Claims of the stand-ins (on the laptop)"]
    assert "DELETES the data" in shown("local", "--set", "keepData=false")


def test_nothing_is_asked_of_aws_for_what_still_costs():
    out = io.StringIO()

    def never(**_: object) -> None:
        raise AssertionError("AWS was asked")

    assert still_costs.main(["--stack", "local"], out=out, connect=never) == 0
    assert "nothing costs" in out.getvalue()
