"""AWS refused a role something: the least statement goes into that role's policy in the template, and nowhere else."""

# ruff: noqa: E501 - a log line is one line
import pytest

from app.devops.checking.check import check
from app.devops.patching.propose import propose
from app.devops.patching.shapes import Patch, Proposal
from app.devops.patching.surgery import patched
from app.devops.service import DevopsService, Failure
from app.devops.signatures import read_library

REFUSED = (
    "botocore.exceptions.ClientError: An error occurred (AccessDenied) when calling the PutObject operation: User: "
    "arn:aws:sts::111122223333:assumed-role/{role}/run is not authorized to perform: s3:PutObject on resource: "
    '"arn:aws:s3:::shop-site/index.html" because no identity-based policy allows the s3:PutObject action\n'
)
HEAD = """AWSTemplateFormatVersion: "2010-09-09"
# The shop.
Resources:
  CiRole:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Version: "2012-10-17"
        Statement:
          - {Effect: Allow, Principal: {Service: codebuild.amazonaws.com}, Action: sts:AssumeRole}
"""
OWN = """      Policies:
        - PolicyName: logs # kept
          PolicyDocument:
            Version: "2012-10-17"
            Statement:
              - Effect: Allow
                Action: [logs:PutLogEvents]
                Resource: !Sub "arn:${AWS::Partition}:logs:${AWS::Region}:${AWS::AccountId}:log-group:ci:*"
"""
SEPARATE = """  CiPolicy:
    Type: AWS::IAM::Policy
    Properties:
      PolicyName: ci
      Roles: [!Ref CiRole]
      PolicyDocument:
        Version: "2012-10-17"
        Statement:
        - Sid: AllowPutObject
          Effect: Allow
          Action: s3:PutObject
          Resource: arn:aws:s3:::shop-logs/*
"""
BUCKET = "  Site:\n    Type: AWS::S3::Bucket\n    Properties:\n      BucketName: shop-site\n"
OTHER = HEAD[HEAD.index("  CiRole") :].replace("CiRole", "DeployRole")
STATEMENT = ["- Sid: AllowPutObject", "Effect: Allow", "Action:", "- s3:PutObject", "Resource:"]
ARN = "- arn:aws:s3:::shop-site/index.html"


def granted(template: str, *, role: str = "shop-CiRole-1AB2C3D4E5F6", log: str = REFUSED) -> Patch | None:
    return propose(
        Proposal("aws-least-policy", {}, "permission_or_secret", log.replace("{role}", role)), template
    )


def added(template: str, patch: Patch | None) -> list[str]:
    """The lines that are new, of a patch that changes none."""
    assert patch is not None and patch.kind == "diff", patch
    assert all(check.passed for check in patch.checks)
    new = patched(template, patch.text)
    assert new is not None and check(new, "cloudformation").valid
    lines = patch.text.splitlines()[2:]
    assert not [line for line in lines if line.startswith("-")]
    return [line[1:].strip() for line in lines if line.startswith("+")]


def test_the_statement_goes_to_the_end_of_the_policy_that_the_role_has() -> None:
    assert added(HEAD + OWN, granted(HEAD + OWN)) == [*STATEMENT, ARN]


def test_a_policy_that_names_the_role_takes_it_under_a_name_of_its_own() -> None:
    lines = added(HEAD + SEPARATE, granted(HEAD + SEPARATE))
    assert lines == ["- Sid: AllowPutObject2", *STATEMENT[1:], ARN]


def test_a_role_without_a_policy_gets_one() -> None:
    lines = added(HEAD, granted(HEAD))
    assert lines[:2] == ["Policies:", "- PolicyName: least-access"] and lines[-6:] == [*STATEMENT, ARN]


def test_a_bucket_of_the_template_is_called_by_its_resource() -> None:
    template = HEAD + OWN + BUCKET
    assert added(template, granted(template))[-1] == "- !Sub '${Site.Arn}/index.html'"


def test_reading_takes_listing_too() -> None:
    log = "download failed: s3://shop-site/a/b.txt An error occurred (AccessDenied) when calling the GetObject operation: Access Denied\n"
    template = HEAD + OWN + BUCKET
    lines = added(template, granted(template, log=log))
    assert lines[4:6] == ["Resource:", "- !Sub '${Site.Arn}/a/*'"] and lines[-1] == "- !GetAtt 'Site.Arn'"


@pytest.mark.parametrize(
    ("role", "line"),
    [
        ("shop-CiRole-1AB2", "CiRole"),
        ("shop-DeployRole-1AB2", "DeployRole"),
        ("acme-deploy-role", "DeployRole"),
    ],
)
def test_of_several_roles_the_one_in_the_log_gets_it(role: str, line: str) -> None:
    patch = granted(HEAD + OTHER, role=role)
    assert patch is not None
    changed = patched(HEAD + OTHER, patch.text)
    assert changed is not None
    ci, _, deploy = changed.partition("  DeployRole:\n")
    assert ("least-access" in ci, "least-access" in deploy) == (line == "CiRole", line == "DeployRole")
    added(HEAD + OTHER, patch)


def test_a_role_with_the_name_in_the_log_gets_it_however_it_is_called_here() -> None:
    template = HEAD + OTHER + "      RoleName: ci\n"
    patch = granted(template, role="ci")
    assert patch is not None and patch.kind == "diff"
    assert "RoleName: ci" in patch.text


@pytest.mark.parametrize(
    "template",
    [
        HEAD + "      RoleName: somebody-else\n",
        HEAD + OTHER,
        HEAD.replace("AWS::IAM::Role", "AWS::IAM::Group"),
        '{"Resources": {"CiRole": {"Type": "AWS::IAM::Role", "Properties": {"AssumeRolePolicyDocument": {}}}}}',
    ],
)
def test_where_it_is_not_known_whose_right_it_is_the_policy_stands_alone(template: str) -> None:
    patch = granted(template, role="nobody-knows")
    assert patch is not None and patch.kind == "snippet" and '"s3:PutObject"' in patch.text


def test_what_was_granted_is_not_granted_again() -> None:
    patch = granted(HEAD + OWN)
    assert patch is not None
    new = patched(HEAD + OWN, patch.text)
    assert new is not None
    again = granted(new)
    assert again is not None and again.kind == "snippet"


def test_a_function_of_the_serverless_transform_is_the_owner_of_its_role() -> None:
    template = (
        "Transform: AWS::Serverless-2016-10-31\nResources:\n  Worker:\n    Type: AWS::Serverless::Function\n"
        "    Properties:\n      Handler: a.b\n      Policies:\n        - AWSLambdaBasicExecutionRole\n"
    )
    lines = added(template, granted(template, role="shop-WorkerRole-1AB2C3"))
    assert lines[:2] == ["- Version: '2012-10-17'", "Statement:"]


def test_a_users_right_goes_to_the_user() -> None:
    template = HEAD + "  Ci:\n    Type: AWS::IAM::User\n    Properties:\n      UserName: ci\n"
    log = REFUSED.replace("sts::111122223333:assumed-role/{role}/run", "iam::111122223333:user/ci")
    patch = granted(template, log=log)
    assert patch is not None and "UserName: ci\n+      Policies:" in patch.text


def test_the_whole_way_from_the_log_to_the_template() -> None:
    service = DevopsService(read_library(), log_bytes=1_000_000)
    log = f"##[group]Run deploy\n{REFUSED.replace('{role}', 'shop-CiRole-1AB2C3D4E5F6')}##[error]Process completed with exit code 1.\n"
    found = service.analyze_text(log, Failure(yaml=HEAD + OWN + BUCKET))
    assert found.yaml_patch is not None and found.yaml_patch.kind == "diff"
    assert "!Sub '${Site.Arn}/index.html'" in found.yaml_patch.text
    assert found.yaml_patch.checks and all(check.passed for check in found.yaml_patch.checks)
