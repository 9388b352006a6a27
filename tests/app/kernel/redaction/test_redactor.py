"""Secrets go, whatever a reader needs to find the fault stays, and the caller gets all of it back."""

import json
import re
from pathlib import Path

import pytest

from app.kernel.redaction import Redactor
from tests.app.kernel.redaction.planted import Planted, planted

DATA = Path(__file__).parents[5] / "shared/data/attack/pii"

HARMLESS = (
    "Digest: sha256:9b2a1f5d1c7d3f3a4f4f1a3c2b1a0f9e8d7c6b5a4f3e2d1c0b9a8f7e6d5c4b3a",
    "HEAD is now at 60a189413d732eccd0158591618422c7cad1aed7 Merge pull request",
    '"integrity": "sha512-kIYqfaSm3iJzRR9pTfbVZqF5Rv1Vqz1qVxqgqVYJZ2d1Zk2Xg0hXrY9s3cXc2vB1cQ==",',
    "request 123e4567-e89b-42d3-a456-426614174000 failed",
    "Version 1.2.3.4 released",
    "Successfully installed numpy-1.26.4 torch==2.1.0.0 nvidia-cublas-cu12 12.1.3.1",
    "Unpacking libopenni2-0:amd64 (2.2.0.33+dfsg-15) ...",
    "2026-04-22T16:11:56.9997008Z elapsed 12:34:56.789",
    "Listening on 127.0.0.1:8080 and 0.0.0.0:9090",
    "cache-key: node-Linux-4ca97bc4dfaa13a9d1ec5bd3c9f8a7b6",
    "Cache restored from key: pip-ubuntu-22.04-8f14e45fceea167a5a36dedd4bea2543",
    "permissions: id-token: write, contents: read",
    "AUTHORIZATION: basic ***",
    "GITHUB_TOKEN: ***",
    "token: ${{ secrets.GITHUB_TOKEN }}",
    "PASSWORD=$DB_PASSWORD",
    "SyntaxError: Unexpected token: punc (})",
    "Error: Invalid password: must contain at least 12 characters",
    "--- PASS: TestSeparator (0.04s)",
    "PASS src/app.test.js",
    "git@github.com:owner/repo.git",
    "uses: actions/checkout@v4.1.1 and @babel/core@7.24.0",
    "may not read arn:aws:secretsmanager:eu-central-1:111122223333:secret:shop-a1b2c3",
    "arn:aws:s3:::bucket/key and arn:aws:iam::123456789012:role/deploy",
    "Ran 4111-2222 tests, order 4111 1111 1111 1112",
    "export PATH=/usr/local/bin:$PATH",
    "export CC=gcc-4.8 CI=true NODE_ENV=production",
    "ticket OPS-123456, SKU AKIA-SHORT",
    "jane (at) example (dot) com",
    "test_split_auth[user] passed in 0.12s, 1785486389 ns",
    "std::vector<int>::push_back at 0x7f3822083810",
    "error: no such secret: db-credentials",
    'dependencies { implementation("com.acme:auth-token:1.2.3") }',
    "usage: deploy [--token TOKEN] [--password PASSWORD]",
    "- name: DB_PASSWORD\n  valueFrom: {secretKeyRef: {name: db, key: password}}",
    '{"name": "TOKEN_URL", "value": "https://login.acme.example/oauth2"}',
    '{"name": "API_TOKEN", "value": "${API_TOKEN}"}',
    "- name: cache-key\n  value: v3-linux",
    "db-credentials          Opaque                                3      12d",
    "acme/auth-token       v1.2a     4f2a9c1b2d3e   2 days ago     120MB",
    "  fix_token    4f2a9c1b [ahead 2] Rotate it",
    " token.ts          |   93.75 |    66.66 |     100 |   93.75 | 12",
    "| api_key | string | required |",
    "test_access_token     1234ms",
    "access_token   varchar(255)  not null",
    "PASSWORD_MIN_LENGTH\t12",
    "AUTH_SECRET\tmissing",
    "SENTRY_AUTH_TOKEN   not found",
    "ca.crt:     1099 bytes\nnamespace:  7 bytes\ntoken:      1200 bytes",
    "checksum/secret: 9b2a1f5d1c7d3f3a4f4f1a3c2b1a0f9e8d7c6b5a4f3e2d1c0b9a8f7e6d5c4b3a",
    'WWW-Authenticate: Bearer realm="https://registry.example/token",service="registry.example"',
    "password            = var.db_password",
    "  + secret_string = (sensitive value)",
    "LOGO_BASE64=iVBORw0KGgoAAAANSUhEUgAAAAUAAAAFCAYAAACNbyblAAAAHElEQVQI12P4",
    "GET /items?key=user_name&code=404",
    "https://dashboard.cypress.io/projects/7s5okt/runs/12?session=12345678",
    "Password must contain: Upper1",
    "Expected token to be string2",
    "Set-Cookie: theme=dark; Path=/",
    "libsecret-1.so.0 => /usr/lib/libsecret-1.so.0 (0x00007f12)",
    "test sb_secret_rotation_works ... ok, re_export_of_modules_from_package kept",
)


@pytest.mark.parametrize("case", planted(), ids=lambda case: case.name)
def test_masks_a_secret_and_gives_it_back(case: Planted) -> None:
    text = f"##[group]Run it\n{case.lines}\nProcess completed with exit code 1."
    redactor = Redactor()
    masked = redactor.redact(text)
    assert not [secret for secret in case.secrets if secret in masked]
    assert masked.count("\n") == text.count("\n")
    assert redactor.restore(masked) == text
    assert Redactor().redact(masked) == masked


@pytest.mark.parametrize("line", HARMLESS)
def test_leaves_what_is_no_secret(line: str) -> None:
    assert Redactor().redact(line) == line


def test_gives_the_same_secret_the_same_placeholder_in_all_texts_of_a_request() -> None:
    redactor = Redactor()
    first, second = redactor.redact("password=hunter2again"), redactor.redact("db --password hunter2again")
    assert first == "password=[REDACTED:password:1]"
    assert second == "db --password [REDACTED:password:1]"
    assert redactor.counts == {"password": 2}


def test_does_not_take_a_placeholder_of_the_text_for_its_own() -> None:
    redactor = Redactor()
    masked = redactor.redact("seen [REDACTED:password:1] before\npassword=hunter2again")
    assert masked == "seen [REDACTED:password:1] before\npassword=[REDACTED:password:2]"
    assert redactor.restore("[REDACTED:password:1]") == "[REDACTED:password:1]"


@pytest.mark.parametrize(
    "hostile",
    [
        "a" * 1_000_000,
        "password=" * 100_000,
        "key: " * 200_000,
        "@" * 500_000,
        "://" * 300_000,
        "-----BEGIN PRIVATE KEY-----" * 30_000,
        "eyJ" * 300_000,
        "1." * 500_000,
        "a:" * 500_000,
        '\\"' * 500_000,
        "--password " * 90_000,
        "\n" * 1_000_000,
        "+ export \n" * 100_000,
        "A1b2" * 250_000,
        "kind: Secret\ndata:\n" * 20_000,
        "-----END PRIVATE KEY-----\n" * 30_000,
        ("A1b2" * 16 + "\n") * 10_000,
        "4111 1111 " * 100_000,
        "login -p" * 100_000,
        "config set " * 90_000,
        "key={" * 200_000,
        '"name": "token' * 80_000,
        "name: token\nvalue: " * 50_000,
        "bundle config a.b.c " * 50_000,
        "token  token\t" * 80_000,
        "?key=" * 200_000,
        "password: " * 100_000,
        "password is to " * 60_000,
        "password:\n\n" * 80_000,
        "http http -a a" * 70_000,
    ],
    ids=lambda text: text[:12].strip() or "line feeds",
)
def test_takes_time_in_proportion_to_a_hostile_text(hostile: str) -> None:
    """No clock: a pattern that tries every beginning against every end would not come back within the test's patience."""
    assert Redactor().redact(hostile).count("\n") == hostile.count("\n")


@pytest.mark.skipif(not DATA.exists(), reason="the public data is not next to this repository")
def test_masks_personal_data_and_only_that() -> None:
    for line in (DATA / "own.jsonl").read_text(encoding="utf-8").splitlines():
        case = json.loads(line)
        redactor = Redactor()
        masked = redactor.redact(case["text"])
        assert not [word for word in case["expect_masked"] if word in masked], case
        assert case["expect_masked"] or masked == case["text"], case


@pytest.mark.skipif(not DATA.exists(), reason="the public data is not next to this repository")
def test_finds_the_structured_kinds_of_a_public_set() -> None:
    kinds = {"CREDIT_CARD", "EMAIL_ADDRESS", "IBAN_CODE", "US_SSN", "PHONE_NUMBER", "IP_ADDRESS"}
    wanted, found = 0, 0
    for line in (DATA / "presidio_synth_600.jsonl").read_text(encoding="utf-8").splitlines():
        case = json.loads(line)
        masked = Redactor().redact(case["text"])
        values = [span["entity_value"] for span in case["spans"] if span["entity_type"] in kinds]
        wanted += len(values)
        found += sum(not re.search(rf"(?<!\w){re.escape(value)}(?!\w)", masked) for value in values)
    assert found >= 0.98 * wanted > 0


@pytest.mark.parametrize(
    ("line", "masked"),
    [
        ("SSN 123-45-6789", "SSN [REDACTED:ssn:1]"),
        ("call +1 (415) 555-0132", "call [REDACTED:phone:1]"),
        ("card 4111 1111 1111 1111", "card [REDACTED:card:1]"),
        ("NHS number 943 476 5919", "NHS number [REDACTED:identity_number:1]"),
        ("IBAN FR14 2004 1010 0505 0001 3M02 606", "IBAN [REDACTED:iban:1]"),
        ("server 2001:db8::1 up", "server [REDACTED:ip:1] up"),
        ("https://user:pass@host/x", "https://user:[REDACTED:url_credentials:1]@host/x"),
    ],
)
def test_masks_numbers_and_addresses_of_people_and_machines(line: str, masked: str) -> None:
    assert Redactor().redact(line) == masked
