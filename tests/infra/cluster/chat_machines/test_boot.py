"""What a chat machine is told at its first boot: real files, no secret, within AWS's limit, and units that know each other."""

import base64
import configparser
import json
import shlex
import subprocess
from dataclasses import replace
from typing import Any

import pytest
import yaml

from infra.cluster.chat_machines import boot
from infra.cluster.chat_machines.boot import Settings, cloud_config, real_files, user_data

SETTINGS = Settings(
    region="us-east-1",
    chat_name="genai-ops-dev-chat-machines",
    hook="chat-ready",
    port=8080,
    ollama_image="ollama/ollama:1",
    open_webui_image="openwebui/open-webui:1",
    chat_models="llama3.2:3b",
    model_bucket="models",
    model_prefix="ollama/",
    data_bucket="data",
    accounts_key="chat-machines/accounts.tar.gz",
    own_secret="arn:aws:secretsmanager:us-east-1:111122223333:secret:webui-AbCdEf",
    admin="ops@example.org",
    signup="false",
    log_group="",
)


SHARED = replace(
    SETTINGS,
    packages="amazon-cloudwatch-agent postgresql15",
    database_host="database.example",
    database_role="openwebui",
    database_secret="arn:aws:secretsmanager:us-east-1:111122223333:secret:genai-ops/dev/database/openwebui-AbCdEf",
    admin_secret="arn:aws:secretsmanager:us-east-1:111122223333:secret:rds!db-1-AbCdEf",
    trust="https://truststore.pki.rds.amazonaws.com/us-east-1/us-east-1-bundle.pem",
    uploads_role="arn:aws:iam::111122223333:role/chat-uploads",
    uploads_prefix="chat-machines/uploads/",
)


def written(settings: Settings = SETTINGS) -> dict[str, Any]:
    config = yaml.safe_load(cloud_config(settings, namespace="genai-ops-dev/chat-machines"))
    return {file["path"]: file for file in config["write_files"]}


def unit(name: str) -> configparser.ConfigParser:
    # systemd takes a key twice.
    found = configparser.ConfigParser(strict=False, interpolation=None)
    found.read_string(real_files()[name])
    return found


def test_it_is_one_text_that_cloud_init_knows_by_its_first_line():
    text = base64.b64decode(user_data(SETTINGS, namespace="n")).decode()
    assert text.startswith("#cloud-config\n")
    assert yaml.safe_load(text)["runcmd"] == [["/opt/genai-ops/boot.sh"]]


def test_every_real_file_is_brought_by_the_machine_that_needs_it_and_only_the_scripts_may_run():
    files, shared = written(), written(SHARED)
    both = {name for name in real_files() if name not in ("alone.sh", "several.sh", "databases.sh")}
    assert set(boot.brought(SETTINGS)) == both | {"alone.sh"}
    assert set(boot.brought(SHARED)) == both | {"several.sh", "databases.sh"}
    # With Kubernetes a job makes the database, and nobody here may.
    assert set(boot.brought(replace(SHARED, admin_secret=""))) == both | {"several.sh"}
    assert files["/opt/genai-ops/accounts.sh"] != shared["/opt/genai-ops/accounts.sh"]
    contents = {file["content"] for file in shared.values()}
    assert set(boot.brought(SHARED).values()) <= contents
    runnable = {path for path, file in files.items() if int(file["permissions"], 8) & 0o100}
    assert runnable == {"/opt/genai-ops/boot.sh", "/opt/genai-ops/chat.sh"}
    assert not any(int(file["permissions"], 8) & 0o022 for file in files.values())


def test_of_a_file_only_its_remarks_stay_behind():
    for name, sent in boot.brought(SHARED).items():
        told = [line for line in real_files()[name].splitlines() if line.strip()]
        assert sent.splitlines() == [
            line for line in told if line.startswith("#!") or not line.lstrip().startswith("#")
        ]
        if name.endswith(".sh"):
            assert subprocess.run(["bash", "-n"], input=sent, text=True, check=False).returncode == 0, name


def test_the_same_settings_give_the_same_text_so_that_the_next_up_replaces_nothing():
    assert user_data(SETTINGS, namespace="n") == user_data(SETTINGS, namespace="n")


def test_it_stays_far_below_what_aws_takes_and_says_so_before_it_does_not():
    assert len(cloud_config(SETTINGS, namespace="n")) < boot.LIMIT_BYTES * 0.8
    assert len(cloud_config(SHARED, namespace="n")) < boot.LIMIT_BYTES * 0.9
    with pytest.raises(ValueError, match="AWS takes 16384"):
        user_data(replace(SETTINGS, chat_models="m " * 9000), namespace="n")


def test_a_setting_is_one_word_to_the_shell_whatever_is_in_it():
    hostile = "$(touch /nowhere) 'a' ; b"
    text = replace(SETTINGS, chat_models=hostile).text
    said = subprocess.run(
        ["bash", "-c", f'{text}\nprintf %s "$CHAT_MODELS"'], capture_output=True, text=True, check=True
    )
    assert said.stdout == hostile


def test_every_setting_that_the_scripts_read_is_written():
    names = {line.split("=")[0] for line in SETTINGS.text.splitlines()}
    for name in ("boot.sh", "chat.sh", "alone.sh", "several.sh"):
        used = {
            word.strip('"').lstrip("$")
            for word in shlex.split(real_files()[name], comments=True, posix=False)
            if word.startswith('"$')
        }
        assert {word for word in used if word.isupper() and word.isidentifier()} <= names | {"EXIT"}, name


def test_what_a_unit_stands_on_is_there_and_chat_sh_knows_its_word():
    files = real_files()
    units = {name for name in files if name.endswith((".service", ".timer"))}
    for name in units:
        parts = unit(name)
        for key in ("Requires", "After", "Wants"):
            for other in parts["Unit"].get(key, "").split():
                assert other in units | {"docker.service", "network-online.target"}, (name, other)
        for key in ("ExecStart", "ExecStop"):
            command = parts["Service"].get(key, "") if parts.has_section("Service") else ""
            if "chat.sh" in command:
                word = command.split()[-1]
                assert (
                    f"{word})" in files["chat.sh"]
                    or f"{word} |" in files["chat.sh"]
                    or f"| {word}" in files["chat.sh"]
                )
    enabled = files["boot.sh"].split("systemctl enable")[1].split("systemctl start")[0]
    assert {name for name in units if unit(name).has_section("Install")} == {
        word for word in enabled.split() if word.startswith("chat-")
    }


def test_accounts_are_saved_after_open_webui_has_stopped_and_before_the_network_goes():
    assert "chat-accounts.service" in unit("chat-webui.service")["Unit"]["After"]
    assert unit("chat-accounts.service")["Unit"]["After"] == "network-online.target"
    assert unit("chat-accounts.service")["Service"]["ExecStop"].endswith("chat.sh save")


def test_the_agent_sends_one_series_each_for_the_whole_pool():
    agent = json.loads(written()["/etc/genai-ops/agent.json"]["content"])
    assert agent["metrics"]["aggregation_dimensions"] == [["Pool"]]
    assert agent["agent"]["omit_hostname"] is True
    collected = agent["metrics"]["metrics_collected"]
    assert collected.keys() == {"disk", "nvidia_gpu"}
    # By default the agent sends what it adds up as well, a series for each disk and each card.
    assert all(one["drop_original_metrics"] == one["measurement"] for one in collected.values())
    assert sum(len(one["measurement"]) for one in collected.values()) == len(boot.SERIES)
