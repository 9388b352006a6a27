"""Twenty secrets lie about where a user has them; none is found again in a state, a preview, a log, an object or an error."""

from pathlib import Path
from typing import Any

import pytest

from infra.naming import ROLES

from . import account
from .bench import Bench, Outcome
from .fake_aws import FakeAws

pytestmark = pytest.mark.engines


def canary(name: str) -> str:
    """Unlike anything else, and with nothing that an encoder would change."""
    return f"canary{name}7d1fe0a93b".replace("_", "")


# What a shell of somebody who works with such things holds.
ENVIRONMENT = (
    "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "ANTHROPIC_API_KEY", "DATABASE_URL", "GENAI_API_KEYS", "GENAI_CHAT_KEY",
    "GITHUB_TOKEN", "GITLAB_TOKEN", "GROQ_API_KEY", "OPENAI_API_KEY", "SLACK_BOT_TOKEN", "PGPASSWORD",
)  # fmt: skip
# Configuration of others in the same stack file, encrypted as Pulumi does.
FOREIGN = ("aws:notOurs", "elsewhere:token", "elsewhere:password", "kubernetes:token")
# What the account holds: written by `make secrets`, and by hand for others.
STORED = {
    "genai-ops/dev/api-keys": "acme:",
    **{f"genai-ops/dev/database/{role}": "" for role in ROLES},
    "of-a-stranger": "",
}
OURS = "genai-ops:alertEmail"
ALL = tuple(canary(name) for name in (*ENVIRONMENT, *FOREIGN, *STORED, OURS))


class Shell(Bench):
    """The commands of a user whose environment is full of secrets."""

    def environment(self, faults: list[dict[str, Any]] | None = None) -> dict[str, str]:
        return super().environment(faults) | {name: canary(name) for name in ENVIRONMENT}

    def set_secret(self, key: str) -> None:
        self.must("config", "set", "--secret", key, canary(key), "--stack", self.stack)


@pytest.fixture(scope="module")
def life(
    tmp_path_factory: pytest.TempPathFactory, pulumi: Path, aws_server: FakeAws
) -> tuple[Shell, Outcome]:
    """A life with its failures: previews, an up that breaks, one that does not, a refused one, and the pause.

    Returns: the stack, and what the refusal said.
    """
    aws_server.reset()
    shell = Shell(tmp_path_factory.mktemp("canaries"), pulumi=pulumi, aws=aws_server)
    shell.init(database="cluster", paused=True)
    for key in FOREIGN:
        shell.set_secret(key)
    shell.up()
    secrets = aws_server.client("secretsmanager")
    secrets.create_secret(Name="of-a-stranger", SecretString="nothing yet")
    for name, before in STORED.items():
        secrets.put_secret_value(SecretId=name, SecretString=before + canary(name))
    account.push_image(aws_server)
    shell.configure(paused=False)
    assert shell.preview().code == 0
    broken = shell.try_up(
        faults=[{"type": "kubernetes:apps/v1:StatefulSet", "on": "create", "error": "no room"}]
    )
    assert broken.code and "no room" in broken.output
    shell.up()
    shell.set_secret(OURS)
    refused = shell.try_up()
    shell.must("config", "rm", OURS, "--stack", shell.stack)
    shell.destroy()
    return shell, refused


def test_there_are_twenty_and_they_were_where_they_should_be(
    life: tuple[Shell, Outcome], aws_server: FakeAws
) -> None:
    shell, _ = life
    assert len(set(ALL)) >= 20
    assert shell.environment()["PGPASSWORD"] in ALL
    held = aws_server.client("secretsmanager").get_secret_value(SecretId="genai-ops/dev/database/jobs")
    assert held["SecretString"] in ALL
    decrypted = shell.must("config", "--show-secrets", "--json", "--stack", shell.stack).output
    assert all(canary(key) in decrypted for key in FOREIGN)
    # What was just printed on purpose is no leak.
    max((shell.folder / "logs").iterdir()).unlink()


def test_none_is_in_a_state_a_preview_a_log_an_object_or_an_error(life: tuple[Shell, Outcome]) -> None:
    shell, _ = life
    read = [path for path in shell.folder.rglob("*") if path.is_file() and "home" not in path.parts]
    kinds = {path.relative_to(shell.folder).parts[0] for path in read}
    assert {"backend", "logs", "cloud.json", "cloud.json.calls", "project"} <= kinds
    found = [
        f"{name} in {path}"
        for path in read
        for content in [path.read_bytes()]
        for name in ALL
        if name.encode() in content
    ]
    assert not found


def test_a_secret_in_a_key_of_ours_is_refused_before_it_can_reach_the_state(
    life: tuple[Shell, Outcome],
) -> None:
    _, refused = life
    assert refused.code and "'genai-ops:alertEmail' is set as a secret" in refused.output
    assert "make secrets" in refused.output
