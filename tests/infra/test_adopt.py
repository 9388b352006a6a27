"""The look at the account: only "not found" means create, and nothing else is ever changed."""

from collections.abc import Callable

import pytest

from infra import adopt
from infra.adopt import Stop
from infra.durable.kinds import KINDS
from infra.naming import IMAGES
from infra.snapshot import Snapshot

from .accounts import ACCOUNT, NAMES, TAGS, Account, broken, clients
from .program import load

NOTHING = Snapshot({})


def look(aws: Account, *, state: Snapshot = NOTHING, **changes: str) -> adopt.Found:
    return adopt.look(load(*changes.items()), cloud=aws.cloud, state=state)


def fill(aws: Account) -> None:
    for holds in ("data", "models", "logs"):
        aws.bucket(holds=holds)
    for app in IMAGES:
        aws.repository(app=app)
    aws.log_group(NAMES.control_plane_logs)
    aws.log_group(NAMES.container_logs)
    for put in (aws.table, aws.secret, aws.budget, aws.topic, aws.list_cost_tag):
        put()


def test_in_an_empty_account_everything_is_to_be_created(aws: Account):
    found = look(aws)
    assert (found.account, found.ids, found.images, found.api_keys_set) == (ACCOUNT, {}, frozenset(), False)


def test_everything_that_survived_is_found_under_its_import_id(aws: Account):
    fill(aws)
    arn = aws.cloud("secretsmanager").describe_secret(SecretId=NAMES.api_keys_secret)["ARN"]
    monitor, subscription = aws.monitor(), aws.subscription()
    assert look(aws).ids == {
        "data_bucket": NAMES.data_bucket,
        "models_bucket": "genai-ops-dev-models-123456789012-us-east-1",
        "logs_bucket": "genai-ops-dev-logs-123456789012-us-east-1",
        "rag_images": "genai-ops/dev/rag",
        "console_images": "genai-ops/dev/console",
        "coldmail_images": "genai-ops/dev/coldmail",
        "devops_images": "genai-ops/dev/devops",
        "mlflow_images": "genai-ops/dev/mlflow",
        "rendering_images": "genai-ops/dev/rendering",
        "records": "genai-ops-dev-records",
        "api_keys": arn,
        "control_plane_logs": "/aws/eks/genai-ops-dev/cluster",
        "container_logs": "/genai-ops/dev/containers",
        "alerts": f"arn:aws:sns:us-east-1:{ACCOUNT}:genai-ops-dev-alerts",
        "budget": f"{ACCOUNT}:genai-ops-dev",
        "cost_tag": "genai-ops:stack",
        "anomaly_monitor": monitor,
        "anomaly_subscription": subscription,
    }


def test_images_and_secret_values_are_seen_but_the_value_is_not_read(aws: Account):
    fill(aws)
    assert (look(aws).images, look(aws).api_keys_set) == (frozenset(), False)
    aws.image("0.1.0")
    aws.cloud("secretsmanager").put_secret_value(SecretId=NAMES.api_keys_secret, SecretString="tenant:canary")
    found = look(aws)
    assert (found.images, found.api_keys_set) == (frozenset({"rag"}), True)
    assert "canary" not in repr(found)


def test_an_image_of_another_tag_does_not_count(aws: Account):
    fill(aws)
    aws.image("0.0.9")
    assert look(aws).images == frozenset()


UNTAGGED: dict[str, Callable[[Account], object]] = {
    "bucket": lambda aws: aws.bucket(tags=None),
    "bucket 'genai-ops-dev-logs": lambda aws: aws.bucket(tags=None, holds="logs"),
    "image repository": lambda aws: aws.repository(tags=None),
    "table": lambda aws: aws.table(tags=None),
    "log group": lambda aws: aws.log_group(NAMES.control_plane_logs, tags=None),
    "topic": lambda aws: aws.topic(tags=None),
    "anomaly monitor": lambda aws: (aws.list_cost_tag(), aws.monitor(tags=None)),
    "anomaly subscription": lambda aws: (aws.list_cost_tag(), aws.subscription(tags=None)),
    "secret": lambda aws: aws.secret(tags=None),
}


@pytest.mark.parametrize("what", UNTAGGED)
def test_a_thing_without_the_ownership_tag_stops_and_says_how_to_claim_it(aws: Account, what: str):
    UNTAGGED[what](aws)
    with pytest.raises(Stop, match=rf"{what}.*genai-ops:stack=genai-ops/dev.*claim it: aws "):
        look(aws)


OTHERS: dict[str, Callable[[Account, dict[str, str]], object]] = {
    "bucket": lambda aws, tags: aws.bucket(tags=tags),
    "image repository": lambda aws, tags: aws.repository(tags=tags),
    "table": lambda aws, tags: aws.table(tags=tags),
    "log group": lambda aws, tags: aws.log_group(NAMES.container_logs, tags=tags),
    "topic": lambda aws, tags: aws.topic(tags=tags),
    "anomaly monitor": lambda aws, tags: (aws.list_cost_tag(), aws.monitor(tags=tags)),
    "secret": lambda aws, tags: aws.secret(tags=tags),
}


@pytest.mark.parametrize("what", OTHERS)
def test_a_thing_of_another_stack_stops_and_names_the_owner(aws: Account, what: str):
    OTHERS[what](aws, TAGS | {"genai-ops:stack": "other/prod"})
    with pytest.raises(Stop, match=rf"{what} '.*belongs to 'other/prod'"):
        look(aws)


def test_a_budget_that_watches_something_else_is_not_ours(aws: Account):
    aws.budget(watches="other/prod")
    with pytest.raises(Stop, match=r"budget 'genai-ops-dev' exists but does not watch"):
        look(aws)


def test_a_table_with_another_key_stops_before_the_engine_would_replace_it(aws: Account):
    aws.table(key=("id", "when"))
    with pytest.raises(Stop, match=r"not pk and sk"):
        look(aws)


def test_a_secret_that_waits_for_its_deletion_stops_with_the_command_that_brings_it_back(aws: Account):
    aws.secret()
    aws.cloud("secretsmanager").delete_secret(SecretId=NAMES.api_keys_secret, RecoveryWindowInDays=7)
    with pytest.raises(Stop, match=r"restore-secret --secret-id genai-ops/dev/api-keys"):
        look(aws)


NAMED = {"domain": NAMES.domain, "hostedZone": "Z0123456789ABC"}


def test_the_certificate_of_this_stack_is_found_among_those_of_others_for_the_same_name(aws: Account):
    aws.certificate(tags=None)
    aws.certificate(tags=TAGS | {"genai-ops:stack": "other/prod"})
    assert look(aws, **NAMED).ids == {}
    mine = aws.certificate()
    aws.certificate(domain="other.example.org")
    assert look(aws, **NAMED).ids == {"certificate": mine}
    assert look(aws).ids == {}


OWN = {"encryptionKey": "own"}


def test_the_key_of_this_stack_is_found_by_its_alias(aws: Account):
    key = aws.key()
    assert look(aws, **OWN).ids == {"key": key, "key_alias": "alias/genai-ops-dev"}
    assert look(aws).ids == {}


def test_a_key_that_encrypts_nothing_new_is_still_found_for_what_it_encrypted(aws: Account):
    assert look(aws).former_key == {}
    key = aws.key()
    assert look(aws).former_key == {"key": key, "key_alias": "alias/genai-ops-dev"}
    assert look(aws, **OWN).former_key == {}


def test_a_former_key_that_was_disabled_or_asked_to_go_is_let_go_of(aws: Account):
    key = aws.key()
    aws.cloud("kms").disable_key(KeyId=key)
    assert look(aws).former_key == {}
    aws.cloud("kms").schedule_key_deletion(KeyId=key, PendingWindowInDays=7)
    assert look(aws).former_key == {}


def test_anothers_key_under_our_alias_is_nobodys_former_key(aws: Account):
    aws.key(tags=TAGS | {"genai-ops:stack": "other/prod"})
    assert look(aws).former_key == {}


def test_a_key_that_a_killed_run_left_without_its_alias_is_found_by_its_tags(aws: Account):
    aws.key(alias=False, tags=TAGS | {"genai-ops:stack": "other/prod"})
    aws.key(alias=False, tags=TAGS | {"genai-ops:lifetime": "rented"})
    assert look(aws, **OWN).ids == {}
    mine = aws.key(alias=False)
    assert look(aws, **OWN).ids == {"key": mine}


def test_a_key_without_an_alias_that_was_asked_to_go_is_not_brought_back_unasked(aws: Account):
    gone = aws.key(alias=False)
    aws.cloud("kms").schedule_key_deletion(KeyId=gone, PendingWindowInDays=7)
    assert look(aws, **OWN).ids == {}


def test_a_key_that_waits_to_be_deleted_or_is_disabled_stops_with_the_way_back(aws: Account):
    key = aws.key()
    aws.cloud("kms").disable_key(KeyId=key)
    with pytest.raises(Stop, match=rf"is disabled.*aws kms enable-key --key-id {key}"):
        look(aws, **OWN)
    aws.cloud("kms").schedule_key_deletion(KeyId=key, PendingWindowInDays=7)
    with pytest.raises(Stop, match=rf"waits to be deleted.*cancel-key-deletion --key-id {key}"):
        look(aws, **OWN)


def test_a_key_of_another_stack_under_our_alias_stops(aws: Account):
    aws.key(tags=TAGS | {"genai-ops:stack": "other/prod"})
    with pytest.raises(Stop, match=r"key 'alias/genai-ops-dev' belongs to 'other/prod'"):
        look(aws, **OWN)


CACHE = {"imageCache": '["quay.io", "registry.k8s.io"]'}


def test_a_rule_of_the_image_cache_is_the_accounts_whoever_made_it(aws: Account):
    aws.cache_rule()
    assert look(aws, **CACHE).ids == {"cache_quay": "quay"}
    assert look(aws).ids == {}


def test_a_rule_that_fetches_from_elsewhere_stops_and_is_left_as_it_is(aws: Account):
    aws.cache_rule(prefix="kubernetes", upstream="public.ecr.aws")
    with pytest.raises(Stop, match=r"'kubernetes' fetches from 'public.ecr.aws', not from 'registry.k8s.io'"):
        look(aws, **CACHE)


DEPLOYED = {
    "deployFrom": '[{"github": "acme/genai-ops", "branch": "main"}, {"gitlab": "acme/genai-ops", "branch": "main"}]'
}


def test_role_policies_and_providers_of_a_pipeline_are_found_under_their_names(aws: Account):
    github, role = aws.identity_provider(), aws.role(NAMES.deploy_role)
    boundary, part = aws.policy(NAMES.boundary), aws.policy(NAMES.deploy_policy("network"))
    assert look(aws, **DEPLOYED).ids == {
        "github_identity": github,
        "deploy_role": role,
        "boundary": boundary,
        "deploy_network": part,
    }
    assert look(aws).ids == {}


def test_a_provider_is_the_accounts_whoever_made_it(aws: Account):
    github = aws.identity_provider(audiences=["of-somebody", "sts.amazonaws.com"])
    assert look(aws, **DEPLOYED).ids == {"github_identity": github}


def test_a_provider_for_other_tokens_stops_and_is_left_as_it_is(aws: Account):
    aws.identity_provider(audiences=["of-somebody"])
    with pytest.raises(
        Stop, match=r"does not accept tokens for 'sts.amazonaws.com'.*add-client-id-to-open-id"
    ):
        look(aws, **DEPLOYED)


@pytest.mark.parametrize("what", ["role", "policy"])
def test_a_role_or_a_policy_of_our_name_without_our_tag_stops(aws: Account, what: str):
    """Whoever made it may have given it other rights than the program would."""
    made = {
        "role": lambda tags: aws.role(NAMES.deploy_role, tags=tags),
        "policy": lambda tags: aws.policy(NAMES.boundary, tags=tags),
    }[what]
    made(TAGS | {"genai-ops:stack": "other/prod"})
    with pytest.raises(Stop, match=rf"{what} 'genai-ops-dev-.*belongs to 'other/prod'"):
        look(aws, **DEPLOYED)


@pytest.mark.parametrize(("code", "status"), [("AccessDenied", 403), ("ServiceFailure", 400)])
def test_an_error_of_iam_is_never_taken_for_not_found(aws: Account, code: str, status: int):
    with (
        broken(aws.url, service="iam", status=status, code=code) as url,
        pytest.raises(Stop, match=r"identity provider.*Nothing was changed"),
    ):
        adopt.look(load(*DEPLOYED.items()), cloud=clients(url), state=NOTHING)


def test_another_domain_is_no_move_since_a_certificate_is_asked_for_anew(aws: Account):
    assert look(aws, state=state_with("certificate", domainName="former.example.org"), **NAMED).ids == {}


def test_a_log_group_whose_name_only_begins_the_same_is_another(aws: Account):
    aws.log_group(f"{NAMES.control_plane_logs}-of-somebody", tags=None)
    assert look(aws).ids == {}


def test_until_aws_lists_the_tag_costs_are_not_watched_by_it_and_nothing_else_suffers(aws: Account):
    """Also where the account may not see these tags: in an organization only the one that pays may."""
    aws.monitor(tags=None)
    assert "does not list the tag genai-ops:stack" in str(look(aws).tag_missing)
    with broken(aws.url, service="ce", status=400, code="AccessDeniedException") as url:
        found = adopt.look(load(), cloud=clients(url), state=NOTHING)
    assert "did not say whether it lists the tag" in str(found.tag_missing)
    assert found.ids == {}


def test_without_a_monitor_cost_explorer_is_not_asked_since_each_question_costs_a_cent(aws: Account):
    with broken(aws.url, service="ce", status=400, code="AccessDeniedException") as url:
        found = adopt.look(load(("anomalyAlertUsd", "0")), cloud=clients(url), state=NOTHING)
    assert found.tag_missing is None


def test_credentials_of_another_account_stop_naming_both(aws: Account):
    with pytest.raises(Stop, match=r"account 123456789012 while .* says account 999999999999"):
        look(aws, account="999999999999")


SERVICES = {
    "s3": "bucket",
    "ecr": "image repository",
    "dynamodb": "table",
    "secretsmanager": "secret",
    "budgets": "budget",
    "logs": "log group",
    "sns": "topic",
}


@pytest.mark.parametrize("service", SERVICES)
def test_access_denied_stops_and_is_never_taken_for_not_found(aws: Account, service: str):
    code = "AccessDenied" if service == "s3" else "AccessDeniedException"
    with (
        broken(aws.url, service=service, status=403 if service == "s3" else 400, code=code) as url,
        pytest.raises(Stop, match=rf"Access to the {SERVICES[service]} .* was denied.*Nothing was changed"),
    ):
        adopt.look(load(), cloud=clients(url), state=NOTHING)


@pytest.mark.parametrize("service", SERVICES)
def test_an_error_of_aws_stops_and_is_never_taken_for_not_found(aws: Account, service: str):
    with (
        broken(aws.url, service=service, status=400, code="Broken") as url,
        pytest.raises(Stop, match=r"Nothing was changed"),
    ):
        adopt.look(load(), cloud=clients(url), state=NOTHING)


@pytest.mark.parametrize("service", [*SERVICES, "sts"])
def test_a_time_out_stops_and_is_never_taken_for_not_found(aws: Account, service: str):
    with (
        broken(aws.url, service=service, hang=True) as url,
        pytest.raises(Stop, match=r"AWS did not .*Nothing was changed"),
    ):
        adopt.look(load(), cloud=clients(url, read_s=0.3), state=NOTHING)


def test_a_server_that_is_not_there_stops(aws: Account):
    with pytest.raises(Stop, match=r"AWS did not say whose credentials"):
        adopt.look(load(), cloud=clients("http://127.0.0.1:1"), state=NOTHING)


def test_credentials_that_are_missing_stop_and_point_at_the_plan(monkeypatch: pytest.MonkeyPatch, tmp_path):
    for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        monkeypatch.setenv(name, str(tmp_path / "none"))
    # moto leaves made-up keys in the environment of whatever process it ran in.
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    with pytest.raises(Stop, match=r"No AWS credentials.*make plan"):
        adopt.look(load(), cloud=adopt.clients(region="us-east-1"), state=NOTHING)


def state_with(kind: str, **outputs: str) -> Snapshot:
    return Snapshot({f"urn:pulumi:dev::genai-ops::genai:durable:Part${KINDS[kind].token}::x": outputs})


def test_data_known_to_the_state_under_another_name_stops_the_move(aws: Account):
    former = "genai-ops-dev-data-123456789012-eu-west-1"
    with pytest.raises(
        Stop, match=rf"holds the bucket '{former}'.*'{NAMES.data_bucket}'.*leave the data behind"
    ):
        look(aws, state=state_with("data_bucket", bucket=former))


def test_a_part_that_this_version_no_longer_has_is_no_move(aws: Account):
    """One right name of the type shows that project, stack, account and region are what they were."""
    aws.repository()
    kept = state_with("rag_images", name=NAMES.repository("rag"))
    former = Snapshot(
        {urn.replace("::x", "::y"): {"name": "genai-ops/dev/former"} for urn in kept.outputs}
        | dict(kept.outputs)
    )
    assert look(aws, state=former).ids == {"rag_images": NAMES.repository("rag")}


def test_rented_things_of_the_same_type_are_no_move(aws: Account):
    urn = f"urn:pulumi:dev::genai-ops::genai:cluster:Part${KINDS['api_keys'].token}::x"
    assert look(aws, state=Snapshot({urn: {"name": "another"}})).ids == {}


def test_data_in_state_that_somebody_deleted_stops_with_the_way_on(aws: Account):
    with pytest.raises(Stop, match=r"somebody deleted it.*pulumi refresh --stack dev"):
        look(aws, state=state_with("records", name=NAMES.records_table))


def test_looking_changes_nothing(aws: Account):
    fill(aws)
    asked: list[str] = []

    def recording(service: str) -> object:
        client = aws.cloud(service)
        client.meta.events.register("before-call", lambda model, **_: asked.append(model.name))
        return client

    adopt.look(load(), cloud=recording, state=NOTHING)
    assert asked
    assert all(name.startswith(("Get", "List", "Describe", "Head")) for name in asked), asked


def test_there_is_a_finder_for_everything_that_survives_and_for_nothing_else():
    assert set(adopt.FINDERS) == set(KINDS)
    assert {key for key in KINDS if adopt.physical_name(key, NAMES)} == set(KINDS)
