"""One list: what stays is adopted, what is adopted stays, and nothing else does either."""

import json
from typing import Any

import pytest

from infra.durable.kinds import KINDS, SATELLITES
from infra.durable.spending import notifications
from infra.naming import IMAGES

from ..program import WIDEST, declared

DURABLE_TOKENS = {kind.token for kind in KINDS.values()}
SHARED = {kind.token for kind in KINDS.values() if kind.shared}
SETTINGS = sorted(token for token in SATELLITES if token.startswith("aws:s3/"))


def test_what_is_retained_is_exactly_the_list_and_its_satellites():
    assert {thing.kind for thing in declared("dev", *WIDEST) if thing.retained} == DURABLE_TOKENS | SATELLITES


def test_what_is_adopted_is_exactly_the_list():
    imported = sorted(
        (thing.kind, thing.import_id) for thing in declared("dev", *WIDEST, survived=True) if thing.import_id
    )
    assert imported == sorted((kind.token, f"id-of-{key}") for key, kind in KINDS.items())


def test_in_an_empty_account_nothing_is_imported():
    assert [thing.name for thing in declared() if thing.import_id] == []


def test_everything_in_the_durable_room_is_retained_and_nothing_elsewhere_is():
    for thing in declared():
        if not thing.component:
            assert thing.retained == (thing.room == "durable"), f"{thing.kind} {thing.name}"
            assert thing.room != "durable" or thing.kind in DURABLE_TOKENS | SATELLITES, thing.kind


def test_a_paused_stack_declares_exactly_the_durable_room():
    paused = {thing.urn for thing in declared("dev", ("paused", "true")) if thing.room}
    assert paused == {thing.urn for thing in declared() if thing.room == "durable"}


def flags(**changes: str) -> dict[str, object]:
    by_kind = {thing.kind: thing.inputs for thing in declared("dev", *changes.items())}
    return {
        "bucket": by_kind["aws:s3/bucket:Bucket"].get("forceDestroy"),
        "images": by_kind["aws:ecr/repository:Repository"].get("forceDelete"),
        "secret": by_kind["aws:secretsmanager/secret:Secret"]["recoveryWindowInDays"],
        "retained": {thing.kind for thing in declared("dev", *changes.items()) if thing.retained},
    }


def test_keep_data_false_is_what_really_deletes_and_nothing_else_is():
    pipelines = '[{"github": "acme/genai-ops", "branch": "main"}]'
    deleted = flags(keepData="false", imageCache='["quay.io"]', deployFrom=pipelines)
    assert deleted == {"bucket": True, "images": True, "secret": 0, "retained": SHARED}
    for changes in ({}, {"paused": "true"}):
        kept = flags(**changes)
        assert kept["bucket"] is False and kept["images"] is False
        assert kept["secret"] == 30 and kept["retained"]


def test_nothing_is_protected_so_that_plain_destroy_stays_plain():
    inputs = json.dumps([thing.inputs for thing in declared()], default=str)
    assert "deletionProtection" not in inputs or '"deletionProtection": true' not in inputs


def buckets() -> dict[str, str]:
    """The name of each bucket, by what it holds."""
    return {
        thing.name: thing.inputs["bucket"] for thing in declared() if thing.kind == "aws:s3/bucket:Bucket"
    }


def settings(kind: str, holds: str) -> dict[str, Any]:
    (found,) = (thing for thing in declared() if thing.kind.endswith(f":{kind}") and thing.name == holds)
    assert found.inputs["bucket"] == buckets()[holds]
    return dict(found.inputs)


def test_there_is_a_bucket_for_data_for_models_and_for_logs():
    assert buckets() == {
        holds: f"genai-ops-dev-{holds}-111122223333-us-east-1" for holds in ("data", "models", "logs")
    }


@pytest.mark.parametrize("holds", ["data", "models", "logs"])
def test_nothing_current_ever_expires_by_age(holds: str):
    for rule in settings("BucketLifecycleConfiguration", holds)["rules"]:
        assert set(rule.get("expiration", {})) <= {"expiredObjectDeleteMarker"}
        assert {step["storageClass"] for step in rule.get("transitions", [])} <= {"GLACIER_IR"}


@pytest.mark.parametrize("holds", ["data", "models", "logs"])
def test_old_versions_expire_and_unfinished_uploads_are_aborted(holds: str):
    rules = {rule["id"]: rule for rule in settings("BucketLifecycleConfiguration", holds)["rules"]}
    assert rules["expire-old-versions"]["noncurrentVersionExpiration"] == {"noncurrentDays": 30}
    assert rules["abort-unfinished-uploads"]["abortIncompleteMultipartUpload"] == {"daysAfterInitiation": 7}
    assert all(rule["status"] == "Enabled" for rule in rules.values())


def test_only_what_is_marked_as_an_original_moves_out_of_the_data_bucket():
    """Chunks and vectors are read whole at every resume: in the cheaper class each reading would be billed."""
    moved = [
        rule for rule in settings("BucketLifecycleConfiguration", "data")["rules"] if rule.get("transitions")
    ]
    assert [rule["filter"] for rule in moved] == [{"tag": {"key": "genai-ops:object", "value": "original"}}]


def policy(holds: str) -> list[dict[str, Any]]:
    statements: list[dict[str, Any]] = json.loads(settings("BucketPolicy", holds)["policy"])["Statement"]
    return statements


@pytest.mark.parametrize("holds", ["data", "models", "logs"])
def test_a_bucket_refuses_plain_http_for_itself_and_all_it_holds(holds: str):
    statement = policy(holds)[0]
    arn = f"arn:aws:s3:::{holds}"
    assert (statement["Effect"], statement["Resource"]) == ("Deny", [arn, f"{arn}/*"])
    assert statement["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}


def test_only_load_balancers_of_this_account_and_region_may_write_and_only_logs():
    assert [len(policy(holds)) for holds in ("data", "models", "logs")] == [1, 1, 2]
    allowed = policy("logs")[1]
    assert allowed["Principal"] == {"Service": "logdelivery.elasticloadbalancing.amazonaws.com"}
    assert allowed["Resource"] == "arn:aws:s3:::logs/AWSLogs/111122223333/*"
    assert allowed["Condition"]["ArnLike"] == {
        "aws:SourceArn": "arn:aws:elasticloadbalancing:us-east-1:111122223333:loadbalancer/*"
    }


@pytest.mark.parametrize("satellite", SETTINGS)
def test_each_bucket_has_each_of_its_satellites_once(satellite: str):
    assert sorted(thing.name for thing in declared() if thing.kind == satellite) == ["data", "logs", "models"]


def test_load_balancers_can_write_logs_because_their_bucket_is_encrypted_by_s3_itself():
    (rule,) = settings("BucketServerSideEncryptionConfiguration", "logs")["rules"]
    assert rule["applyServerSideEncryptionByDefault"] == {"sseAlgorithm": "AES256"}


def repositories() -> list[dict[str, Any]]:
    return [dict(thing.inputs) for thing in declared() if thing.kind == "aws:ecr/repository:Repository"]


def test_each_app_has_a_repository():
    assert {item["name"] for item in repositories()} == {f"genai-ops/dev/{app}" for app in IMAGES}


def test_images_are_scanned_and_their_tags_cannot_move():
    for repository in repositories():
        assert repository["imageTagMutability"] == "IMMUTABLE"
        assert repository["imageScanningConfiguration"] == {"scanOnPush": True}


def test_the_deployed_tag_is_judged_first_and_by_a_rule_that_never_expires_it():
    """ECR: what a rule of higher priority matches cannot be expired by one of lower priority."""
    policies = [
        json.loads(thing.inputs["policy"])["rules"]
        for thing in declared("dev", ("imageTag", "7.8.9"))
        if thing.kind == "aws:ecr/lifecyclePolicy:LifecyclePolicy"
    ]
    assert len(policies) == len(IMAGES)
    for rules in policies:
        first = min(rules, key=lambda rule: rule["rulePriority"])["selection"]
        assert first["tagPatternList"] == ["7.8.9"]
        assert (first["countType"], first["countNumber"]) == ("imageCountMoreThan", 9_999)
        assert len({rule["rulePriority"] for rule in rules}) == len(rules)


def test_the_table_is_on_demand_and_can_be_taken_back_to_a_point_in_time():
    (table,) = (thing.inputs for thing in declared() if thing.kind == "aws:dynamodb/table:Table")
    assert table["billingMode"] == "PAY_PER_REQUEST"
    assert table["pointInTimeRecovery"] == {"enabled": True}


def test_no_secret_value_is_declared_anywhere():
    assert [thing.kind for thing in declared() if "secretVersion" in thing.kind] == []


def test_the_budget_tells_of_what_was_spent_and_of_what_will_be():
    told = notifications("ops@example.org", topic="arn:topic")
    assert [one["notification_type"] for one in told] == ["ACTUAL", "FORECASTED"]
    assert all(one["subscriber_email_addresses"] == ["ops@example.org"] for one in told)
    assert all(one["subscriber_sns_topic_arns"] == ["arn:topic"] for one in told)


def test_without_an_address_the_topic_still_hears_of_the_budget():
    for one in notifications(None, topic="arn:topic"):
        assert one["subscriber_sns_topic_arns"] == ["arn:topic"] and "subscriber_email_addresses" not in one


def one_of(kind: str, *changes: tuple[str, str]) -> dict[str, Any]:
    (found,) = (thing.inputs for thing in declared("dev", *changes) if thing.kind.endswith(f":{kind}"))
    return dict(found)


def test_an_address_is_subscribed_to_the_topic_where_there_is_one():
    assert not [thing for thing in declared() if thing.kind.endswith(":TopicSubscription")]
    heard = one_of("TopicSubscription", ("alertEmail", "ops@example.org"))
    assert (heard["protocol"], heard["endpoint"]) == ("email", "ops@example.org")


def test_only_services_that_alert_may_send_to_the_topic_and_only_for_this_account():
    (statement,) = json.loads(one_of("TopicPolicy")["policy"])["Statement"]
    assert statement["Action"] == ["sns:Publish"]
    assert statement["Condition"] == {"StringEquals": {"aws:SourceAccount": "111122223333"}}


def test_the_monitor_watches_the_tag_of_this_stack_and_tells_the_topic_at_once():
    watched = json.loads(one_of("AnomalyMonitor")["monitorSpecification"])
    assert watched["Tags"] == {"Key": "genai-ops:stack", "MatchOptions": None, "Values": ["genai-ops/dev"]}
    told = one_of("AnomalySubscription", ("anomalyAlertUsd", "7"))
    assert told["frequency"] == "IMMEDIATE" and [one["type"] for one in told["subscribers"]] == ["SNS"]
    assert told["thresholdExpression"]["dimension"]["values"] == ["7"]


def test_no_monitor_is_made_where_none_is_wanted():
    assert not [thing for thing in declared("dev", ("anomalyAlertUsd", "0")) if "costexplorer" in thing.kind]


def test_the_log_group_of_the_control_plane_has_the_name_that_eks_writes_to():
    groups = {
        thing.inputs["name"]: thing.inputs["retentionInDays"]
        for thing in declared("dev", ("logDays", "60"))
        if thing.kind == "aws:cloudwatch/logGroup:LogGroup" and thing.room == "durable"
    }
    assert groups == {"/aws/eks/genai-ops-dev/cluster": 60, "/genai-ops/dev/containers": 60}


def test_the_budget_watches_the_tag_of_this_stack():
    (budget,) = (thing.inputs for thing in declared() if thing.kind == "aws:budgets/budget:Budget")
    assert budget["costFilters"] == [
        {"name": "TagKeyValue", "values": ["user:genai-ops:stack$genai-ops/dev"]}
    ]
