"""One list: what stays is adopted, what is adopted stays, and nothing else does either."""

import json

import pytest

from infra.durable.bucket import lifecycle_rules, tls_only
from infra.durable.kinds import KINDS, SATELLITES
from infra.durable.spending import notifications

from ..program import declared

DURABLE_TOKENS = {kind.token for kind in KINDS.values()}


def test_what_is_retained_is_exactly_the_list_and_its_satellites():
    assert {thing.kind for thing in declared() if thing.retained} == DURABLE_TOKENS | SATELLITES


def test_what_is_adopted_is_exactly_the_list():
    imported = {thing.kind: thing.import_id for thing in declared(survived=True) if thing.import_id}
    assert imported == {kind.token: f"id-of-{key}" for key, kind in KINDS.items()}


def test_in_an_empty_account_nothing_is_imported():
    assert [thing.name for thing in declared() if thing.import_id] == []


def test_everything_in_the_durable_room_is_on_the_list_and_nothing_on_it_is_elsewhere():
    room = {thing.kind for thing in declared() if thing.room == "durable" and not thing.component}
    assert room == DURABLE_TOKENS | SATELLITES
    assert not {thing.kind for thing in declared() if thing.room != "durable"} & room


def test_a_paused_stack_declares_exactly_the_durable_room():
    paused = {thing.urn for thing in declared("dev", ("paused", "true")) if thing.room}
    assert paused == {thing.urn for thing in declared() if thing.room == "durable"}


def flags(**changes: str) -> dict[str, object]:
    by_kind = {thing.kind: thing.inputs for thing in declared("dev", *changes.items())}
    return {
        "bucket": by_kind["aws:s3/bucket:Bucket"].get("forceDestroy"),
        "images": by_kind["aws:ecr/repository:Repository"].get("forceDelete"),
        "secret": by_kind["aws:secretsmanager/secret:Secret"]["recoveryWindowInDays"],
        "retained": sum(thing.retained for thing in declared("dev", *changes.items())),
    }


def test_keep_data_false_is_what_really_deletes_and_nothing_else_is():
    assert flags(keepData="false") == {"bucket": True, "images": True, "secret": 0, "retained": 0}
    for changes in ({}, {"paused": "true"}):
        kept = flags(**changes)
        assert kept["bucket"] is False and kept["images"] is False
        assert kept["secret"] == 30 and kept["retained"]


def test_nothing_is_protected_so_that_plain_destroy_stays_plain():
    inputs = json.dumps([thing.inputs for thing in declared()], default=str)
    assert "deletionProtection" not in inputs or '"deletionProtection": true' not in inputs


def test_nothing_current_ever_expires_by_age():
    for rule in lifecycle_rules():
        assert set(rule.get("expiration", {})) <= {"expired_object_delete_marker"}
        assert "transitions" not in rule


def test_the_bucket_refuses_plain_http_for_itself_and_all_it_holds():
    (statement,) = tls_only("arn:aws:s3:::b")["Statement"]
    assert statement["Effect"] == "Deny"
    assert statement["Resource"] == ["arn:aws:s3:::b", "arn:aws:s3:::b/*"]
    assert statement["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}


@pytest.mark.parametrize("satellite", sorted(SATELLITES))
def test_the_bucket_has_each_of_its_satellites_once(satellite: str):
    assert [thing.kind for thing in declared()].count(satellite) == 1


def test_images_are_scanned_and_their_tags_cannot_move():
    (repository,) = (thing.inputs for thing in declared() if thing.kind == "aws:ecr/repository:Repository")
    assert repository["imageTagMutability"] == "IMMUTABLE"
    assert repository["imageScanningConfiguration"] == {"scanOnPush": True}


def test_the_table_is_on_demand_and_can_be_taken_back_to_a_point_in_time():
    (table,) = (thing.inputs for thing in declared() if thing.kind == "aws:dynamodb/table:Table")
    assert table["billingMode"] == "PAY_PER_REQUEST"
    assert table["pointInTimeRecovery"] == {"enabled": True}


def test_no_secret_value_is_declared_anywhere():
    assert [thing.kind for thing in declared() if "secretVersion" in thing.kind] == []


def test_the_budget_tells_of_what_was_spent_and_of_what_will_be():
    assert notifications(None) == []
    told = notifications("ops@example.org")
    assert [one["notification_type"] for one in told] == ["ACTUAL", "FORECASTED"]
    assert all(one["subscriber_email_addresses"] == ["ops@example.org"] for one in told)


def test_the_budget_watches_the_tag_of_this_stack():
    (budget,) = (thing.inputs for thing in declared() if thing.kind == "aws:budgets/budget:Budget")
    assert budget["costFilters"] == [
        {"name": "TagKeyValue", "values": ["user:genai-ops:stack$genai-ops/dev"]}
    ]
