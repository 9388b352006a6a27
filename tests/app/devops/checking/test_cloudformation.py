"""Templates that CloudFormation takes, and those that it refuses; cfn-lint, which is AWS's own, is asked the same."""

import pytest

from app.devops.checking.check import check

GOOD = """AWSTemplateFormatVersion: 2010-09-09
Transform: AWS::Serverless-2016-10-31
Globals: {Function: {Timeout: 5, Runtime: python3.13}}
Parameters:
  Env: {Type: String, AllowedValues: [dev, prod], Default: dev}
  Image: {Type: "AWS::SSM::Parameter::Value<AWS::EC2::Image::Id>"}
  Nets: {Type: "List<AWS::EC2::Subnet::Id>"}
  Names: {Type: CommaDelimitedList, Default: "a,b"}
Mappings:
  Sizes: {dev: {n: 1}, prod: {n: 2}}
Conditions:
  Prod: !Equals [!Ref Env, prod]
  Both: !And [!Condition Prod, !Not [!Equals [!Ref "AWS::Region", us-east-1]]]
  Long: {"Fn::Or": [{Condition: Both}, {"Fn::Equals": [{Ref: Env}, dev]}]}
Resources:
  Bucket:
    Type: AWS::S3::Bucket
    DeletionPolicy: Retain
    UpdateReplacePolicy: Retain
    Properties:
      BucketName: !Sub "${AWS::StackName}-${Env}"
      Tags:
        - {Key: a, Value: !Join ["-", [a, !Ref Env, !Ref Image]]}
        - {Key: b, Value: !Select [0, !Ref Names]}
        - {Key: c, Value: !Select [0, !Split [",", !ImportValue x]]}
        - {Key: d, Value: !FindInMap [Sizes, !Ref Env, n]}
        - {Key: e, Value: !Sub ["${A}-${!Literal}-${Other.Arn}", {A: !Join ["", !Ref Nets]}]}
        - Key: f
          Value: !If [Long, a, b]
  Other: {Type: AWS::S3::Bucket, DependsOn: Role}
  Function:
    Type: AWS::Serverless::Function
    Properties:
      Handler: a.b
      CodeUri: src/
      Policies:
        - AWSLambdaBasicExecutionRole
        - S3ReadPolicy: {BucketName: !Ref Bucket}
        - Statement:
            - Effect: Allow
              Action: s3:GetObject
              Resource: !Sub "${Bucket.Arn}/*"
  Role:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Version: 2012-10-17
        Statement:
          - Effect: Allow
            Principal: {Service: [lambda.amazonaws.com]}
            Action: [sts:AssumeRole]
      Policies:
        - PolicyName: logs
          PolicyDocument:
            Version: "2012-10-17"
            Statement:
              - Effect: Allow
                Action: ["logs:CreateLogStream"]
                Resource: !GetAtt [Logs, Arn]
              - {Effect: Allow, Action: ["ec2:Describe*", "ecr:GetAuthorizationToken"], Resource: "*"}
              - Fn::If: [Prod, {Effect: Deny, Action: "*", Resource: "*"}, !Ref "AWS::NoValue"]
  Logs: {Type: AWS::Logs::LogGroup, Properties: {LogGroupName: !Sub "/x/${FunctionRole}", RetentionInDays: 30}}
  Key:
    Type: AWS::KMS::Key
    Properties:
      KeyPolicy:
        Version: "2012-10-17"
        Statement: [{Effect: Allow, Principal: {AWS: !Sub "arn:aws:iam::${AWS::AccountId}:root"}, Action: "kms:*", Resource: "*"}]
  Custom: {Type: Custom::Thing, Properties: {ServiceToken: !GetAtt Function.Arn}}
Outputs:
  B: {Value: !GetAtt Bucket.Arn, Export: {Name: !Sub "${AWS::StackName}-B"}, Condition: Prod}
"""
BUCKET = "Resources:\n  A:\n    Type: AWS::S3::Bucket\n"
POLICY = """Resources:
  A:
    Type: AWS::IAM::ManagedPolicy
    Properties:
      PolicyDocument:
        Version: "2012-10-17"
        Statement:
          - Effect: Allow
            Action: s3:GetObject
            Resource: arn:aws:s3:::shop/*
"""
# Text, rule, line.
REFUSED: dict[str, tuple[str, str, int]] = {
    "no resources": ("AWSTemplateFormatVersion: '2010-09-09'\n", "missing-key", 1),
    "misspelt section": (f"{BUCKET}Output: {{}}\n", "unknown-key", 4),
    "another version": (f"AWSTemplateFormatVersion: '2012-10-17'\n{BUCKET}", "version", 1),
    "no type": ("Resources:\n  A:\n    Properties: {BucketName: a}\n", "missing-key", 2),
    "type in two parts": ("Resources:\n  A:\n    Type: S3::Bucket\n", "type", 3),
    "type in other letters": ("Resources:\n  A:\n    Type: AWS::s3::bucket\n", "type", 3),
    "serverless without its transform": ("Resources:\n  A:\n    Type: AWS::Serverless::Function\n", "type", 3),
    "name with a dash": ("Resources:\n  my-a:\n    Type: AWS::S3::Bucket\n", "name", 2),
    "misspelt attribute": (f"{BUCKET}    Propertys: {{}}\n", "unknown-key", 4),
    "twice": (f"{BUCKET}  A:\n    Type: AWS::SQS::Queue\n", "duplicate-key", 4),
    "unknown ref": (f"{BUCKET}    Properties:\n      BucketName: !Ref Nmae\n", "reference", 5),
    "unknown ref in the long form": (f"{BUCKET}    Properties:\n      BucketName: {{Ref: Nmae}}\n", "reference", 5),
    "unknown resource of an attribute": (f"{BUCKET}Outputs:\n  O:\n    Value: !GetAtt B.Arn\n", "reference", 6),
    "attribute without a name": (f"{BUCKET}Outputs:\n  O:\n    Value: !GetAtt A\n", "function", 6),
    "unknown name in a text": (f"{BUCKET}    Properties:\n      BucketName: !Sub 'a-${{Envi}}'\n", "reference", 5),
    "waits for nobody": (f"{BUCKET}    DependsOn: [B]\n", "reference", 4),
    "waits for itself": (f"{BUCKET}    DependsOn: B\n  B:\n    Type: AWS::SQS::Queue\n    DependsOn: A\n", "circle", 3),
    "unknown condition": (f"{BUCKET}    Condition: Prod\n", "reference", 4),
    "unknown condition of an if": (f"{BUCKET}    Properties:\n      BucketName: !If [Prod, a, b]\n", "reference", 5),
    "unknown mapping": (f"{BUCKET}    Properties:\n      BucketName: !FindInMap [M, a, b]\n", "reference", 5),
    "unknown function": (f"{BUCKET}    Properties:\n      BucketName: !Reff A\n", "function", 5),
    "unknown function in the long form": (f"{BUCKET}    Properties:\n      BucketName: {{'Fn::Subb': a}}\n", "function", 5),
    "join of one": (f"{BUCKET}    Properties:\n      BucketName: !Join ['-']\n", "function", 5),
    "if of two": (f"Conditions: {{P: !Equals [a, b]}}\n{BUCKET}    Properties:\n      BucketName: !If [P, a]\n", "function", 6),
    "parameter without a type": (f"Parameters:\n  P:\n    Default: a\n{BUCKET}", "missing-key", 2),
    "parameter of no type": (f"Parameters:\n  P:\n    Type: Text\n{BUCKET}", "type", 3),
    "default that is not allowed": (
        f"Parameters:\n  P:\n    Type: String\n    Default: c\n    AllowedValues: [a, b]\n{BUCKET}", "value", 4,
    ),
    "output without a value": (f"{BUCKET}Outputs:\n  O:\n    Description: a\n", "missing-key", 5),
    "kept how": (f"{BUCKET}    DeletionPolicy: Keep\n", "value", 4),
    "effect": (POLICY.replace("Effect: Allow", "Effect: allow"), "policy", 8),
    "no effect": (POLICY.replace("- Effect: Allow\n            Action", "- Action"), "policy", 8),
    "version of a policy": (POLICY.replace("2012-10-17", "2012-10-18"), "policy", 6),
    "no such key": (POLICY.replace("Resource:", "Resources:"), "policy", 10),
    "principal of a role's policy": (f"{POLICY}            Principal: '*'\n", "policy", 8),
    "no ARN": (POLICY.replace("arn:aws:s3:::shop/*", "shop"), "policy", 10),
}  # fmt: skip
WIDE: dict[str, tuple[str, str]] = {
    "every action": (POLICY.replace("s3:GetObject", '"*"'), "wide-action"),
    "every action among others": (POLICY.replace("s3:GetObject", '[s3:GetObject, "*"]'), "wide-action"),
    "every resource": (POLICY.replace("arn:aws:s3:::shop/*", '"*"'), "wide-resource"),
    "a service on every resource": (
        POLICY.replace("s3:GetObject", "s3:*").replace("arn:aws:s3:::shop/*", '["*"]'), "wide-resource",
    ),
}  # fmt: skip


def test_a_sound_template_has_no_finding() -> None:
    assert check(GOOD, "cloudformation").findings == ()


@pytest.mark.parametrize("name", REFUSED)
def test_what_cloudformation_refuses_is_told_in_its_line(name: str) -> None:
    text, rule, line = REFUSED[name]
    result = check(text, "cloudformation")
    assert not result.valid
    assert (line, rule) in [(finding.line, finding.rule) for finding in result.findings], result.findings


@pytest.mark.parametrize("name", WIDE)
def test_rights_to_everything_are_refused(name: str) -> None:
    text, rule = WIDE[name]
    result = check(text, "cloudformation")
    assert not result.valid
    assert {finding.rule for finding in result.findings if finding.severity == "error"} == {rule}


def test_a_service_whole_on_one_resource_and_a_policy_open_to_all_are_advised_against() -> None:
    service = check(POLICY.replace("s3:GetObject", "s3:*"), "cloudformation")
    assert (service.valid, [finding.rule for finding in service.findings]) == (True, ["wide-action"])
    opened = POLICY.replace("IAM::ManagedPolicy", "S3::BucketPolicy") + "            Principal: '*'\n"
    result = check(opened, "cloudformation")
    assert (result.valid, [finding.rule for finding in result.findings]) == (True, ["open-to-all"])


@pytest.mark.parametrize(
    "text",
    [
        f"Transform: MyMacro\n{BUCKET}    Properties:\n      BucketName: !Ref Made\n",
        f"{BUCKET}    Properties:\n      Fn::Transform: {{Name: AWS::Include, Parameters: {{Location: s3://a/b}}}}\n"
        "      BucketName: !Ref Made\n",
        "Transform: AWS::LanguageExtensions\nResources:\n  Fn::ForEach::Queues:\n    - Name\n    - [A, B]\n"
        "    - 'Queue${Name}': {Type: AWS::SQS::Queue}\nOutputs:\n  O:\n    Value: !GetAtt QueueA.Arn\n",
    ],
)
def test_names_that_a_macro_or_a_loop_makes_are_not_missed(text: str) -> None:
    assert check(text, "cloudformation").valid


def test_the_line_of_a_name_in_a_block_of_text_is_its_own() -> None:
    text = f"{BUCKET}    Properties:\n      BucketName: !Sub |\n        one\n        ${{Two}}\n"
    assert [finding.line for finding in check(text, "cloudformation").findings] == [7]


# What cfn-lint leaves to the service.
_NOT_ASKED = ("no ARN",)


@pytest.mark.eval
def test_the_linter_of_aws_says_the_same() -> None:
    """Half a second a template."""
    lint = pytest.importorskip("cfnlint.api")
    config = pytest.importorskip("cfnlint.config").ManualArgs(regions=["eu-central-1"])

    def faults(text: str) -> list[str]:
        return [str(found) for found in lint.lint(text, config=config) if found.rule.id.startswith("E")]

    assert faults(GOOD) == []
    assert [name for name, (text, *_) in REFUSED.items() if not faults(text) and name not in _NOT_ASKED] == []


def test_a_compose_file_is_checked_too() -> None:
    text = "services:\n  web:\n    image: nginx:1.29\n    depends_on: [db]\n"
    assert [(found.line, found.rule) for found in check(text, "compose").findings] == [(4, "reference")]
    assert check("services:\n  web:\n    image: nginx:1.29\n", "compose").valid
