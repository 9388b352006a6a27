"""A stack on a laptop's cluster, on the real engine and with no account at all: up, pause, resume, and what stops it."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from infra.local.kept import KEEPSAKES
from infra.local.keys import decoded, encoded

from .bench import Bench, Outcome
from .standins.cloud import Cloud

pytestmark = pytest.mark.engines

CONTEXT = "kind-kind"
IMAGES = [f"localhost/genai-ops/{app}:0.1.0" for app in ("rag", "console", "coldmail", "devops")]
KEPT = {f"{item.kind}|{item.import_id}" for item in KEEPSAKES.values()}


def laptop(folder: Path, pulumi: Path, *, images: list[str] = IMAGES, **config: Any) -> Bench:
    bench = Bench(folder, pulumi=pulumi, aws=None, stack="local", contexts=[CONTEXT, "k3d-other"])
    bench.add_machine(CONTEXT, images=images)
    bench.add_machine("k3d-other", images=images)
    return bench.init(**config)


def there(bench: Bench, context: str = CONTEXT) -> set[str]:
    """Objects in the cluster, its machine left out."""
    beginning = f"context {context}|"
    keys = {key.removeprefix(beginning) for key in bench.rented() if key.startswith(beginning)}
    return {key for key in keys if not key.startswith("Node|")}


def keys(bench: Bench) -> dict[str, str]:
    """The values that were made, as the cluster holds them."""
    data = bench.rented()[f"context {CONTEXT}|Secret|stores/keys"]["inputs"]["data"]
    return {name: decoded(value) for name, value in data.items()}


@dataclass
class Story:
    bench: Bench
    again: Outcome
    running: set[str]
    made: dict[str, str]
    outputs: dict[str, Any]
    shown: str
    after_destroy: set[str]
    resumed: Outcome
    made_then: dict[str, str]
    third: Outcome


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory, pulumi: Path) -> Story:
    bench = laptop(tmp_path_factory.mktemp("local"), pulumi, apps=["coldmail", "devops"])
    bench.up()
    again = bench.must("preview", "--expect-no-changes", "--stack", "local")
    running, made = there(bench), keys(bench)
    outputs = json.loads(bench.must("stack", "output", "--json", "--stack", "local").output)
    shown = bench.must("stack", "output", "apiKey", "--show-secrets", "--stack", "local").output.strip()
    bench.destroy()
    after_destroy = there(bench)
    resumed = bench.up()
    made_then = keys(bench)
    third = bench.must("preview", "--expect-no-changes", "--stack", "local")
    return Story(bench, again, running, made, outputs, shown, after_destroy, resumed, made_then, third)


def test_apps_and_stand_ins_come_up_with_no_account_and_nothing_of_aws(story: Story) -> None:
    for name in ("rag/rag", "console/console", "coldmail/coldmail", "devops/devops"):
        assert f"Deployment|{name}" in story.running
    assert {"Deployment|stores/s3-stand-in", "Deployment|stores/dynamodb-stand-in"} <= story.running
    called = {call["urn"].split("::")[2].split("$")[-1] for call in story.bench.calls() if "urn" in call}
    assert {token.split(":")[0] for token in called} == {"kubernetes"}
    assert {call["package"] for call in story.bench.calls("Configure")} == {"kubernetes"}


def test_a_second_look_changes_nothing(story: Story) -> None:
    assert set(story.again.counts()) == {"same"} and set(story.third.counts()) == {"same"}


def test_a_pause_leaves_exactly_the_claims_and_their_namespace(story: Story) -> None:
    assert story.after_destroy == KEPT


def test_a_resume_imports_them_and_makes_new_keys_under_the_same_name(story: Story) -> None:
    counts = story.resumed.counts()
    assert counts["import"] == len(KEPT) and not counts.keys() & {"replace", "delete"}
    same = {name for name, value in story.made.items() if story.made_then[name] == value}
    assert same == {"access-key"}


def test_keys_are_random_and_in_clear_nowhere_but_in_the_cluster(story: Story) -> None:
    rounds = (story.made, story.made_then)
    made = [value for held in rounds for name, value in held.items() if name != "access-key"]
    assert len(set(made)) == 4 and {len(value) for value in made} == {40}
    words = [word.encode() for value in made for word in (value, encoded(value))]
    cluster = story.bench.cloud.name
    files = [file for file in story.bench.folder.rglob("*") if file.is_file()]
    # Beside the cluster itself, only what the user asked to be shown.
    asked = [
        file for file in files if file.name.endswith("-stack.log") and file.read_text().strip() == story.shown
    ]
    read = [file for file in files if not file.name.startswith(cluster) and file not in asked]
    assert len(asked) == 1
    assert [file for file in read if any(word in file.read_bytes() for word in words)] == []


def test_outputs_say_how_to_get_in(story: Story) -> None:
    assert story.outputs["apiKey"] == "[secret]" and story.shown == story.made["api-key"]
    assert story.outputs["open"]["console"] == (
        "kubectl --context kind-kind --namespace console port-forward service/console 8501:8501"
    )
    assert story.outputs["usdPerHour"] == 0


def test_paused_in_the_configuration_leaves_the_same(tmp_path: Path, pulumi: Path) -> None:
    bench = laptop(tmp_path, pulumi)
    bench.up()
    bench.configure(paused=True).up()
    assert there(bench) == KEPT


def test_without_keep_data_a_destroy_leaves_nothing(tmp_path: Path, pulumi: Path) -> None:
    bench = laptop(tmp_path, pulumi, keepData=False)
    bench.up()
    bench.destroy()
    assert there(bench) == set()


def test_without_images_the_stand_ins_come_up_and_the_command_is_named(tmp_path: Path, pulumi: Path) -> None:
    bench = laptop(tmp_path, pulumi, images=IMAGES[1:])
    said = bench.up().output
    assert "kind load docker-image localhost/genai-ops/rag:0.1.0 --name kind" in said
    assert {key for key in there(bench) if key.startswith("Deployment|")} == {
        "Deployment|stores/s3-stand-in",
        "Deployment|stores/dynamodb-stand-in",
    }
    bench.add_machine(CONTEXT, images=IMAGES)
    bench.up()
    assert "Deployment|rag/rag" in there(bench)


def test_another_context_is_refused_while_the_state_is_of_the_first(tmp_path: Path, pulumi: Path) -> None:
    bench = laptop(tmp_path, pulumi)
    bench.up()
    before = there(bench)
    said = bench.configure(kubeContext="k3d-other").try_up()
    assert said.code and "'k3d-other'" in said.output and "'kind-kind'" in said.output
    assert there(bench) == before and there(bench, "k3d-other") == set()


def test_a_context_that_is_not_there_is_named_with_the_command_that_lists_them(
    tmp_path: Path, pulumi: Path
) -> None:
    said = laptop(tmp_path, pulumi, kubeContext="minikube").try_up()
    assert (
        said.code and "kubeContext 'minikube'" in said.output and "kubectl config get-contexts" in said.output
    )


def test_a_namespace_of_somebody_else_is_not_touched(tmp_path: Path, pulumi: Path) -> None:
    bench = laptop(tmp_path, pulumi)
    put(bench, "Namespace", "rag")
    said = bench.try_up()
    assert said.code and "Namespace 'rag'" in said.output and "is not this stack's" in said.output
    assert there(bench) == {"Namespace|rag"}


def test_what_a_killed_run_left_is_listed_with_the_commands_and_then_it_goes_on(
    tmp_path: Path, pulumi: Path
) -> None:
    bench = laptop(tmp_path, pulumi)
    ours = {"app.kubernetes.io/part-of": "genai-ops", "app.kubernetes.io/instance": "local"}
    put(bench, "Namespace", "stores", labels=ours)
    put(bench, "Namespace", "rag", labels=ours)
    put(bench, "Service", "s3-stand-in", namespace="stores", labels=ours)
    said = bench.try_up()
    assert said.code
    assert "kubectl --context kind-kind delete namespace/rag" in said.output
    assert "kubectl --context kind-kind delete -n stores service/s3-stand-in" in said.output
    take(bench, "Namespace|rag", "Service|stores/s3-stand-in")
    assert bench.up().counts()["import"] == 1


def test_a_cluster_that_was_made_anew_is_told_from_one_that_is_up(tmp_path: Path, pulumi: Path) -> None:
    bench = laptop(tmp_path, pulumi)
    bench.up()
    take(bench, *there(bench))
    said = bench.try_up()
    assert said.code and "pulumi refresh --stack local" in said.output
    bench.must("refresh", "--yes", "--skip-preview", "--stack", "local")
    bench.up()
    assert KEPT | {"Deployment|rag/rag"} <= there(bench)


def put(
    bench: Bench, kind: str, name: str, *, namespace: str = "", labels: dict[str, str] | None = None
) -> None:

    metadata = {"name": name, "labels": labels or {}} | ({"namespace": namespace} if namespace else {})
    inputs = {"apiVersion": "v1", "kind": kind, "metadata": metadata}
    token, key = f"kubernetes:core/v1:{kind}", f"{namespace}/{name}" if namespace else name
    with Cloud(str(bench.cloud), "[]").changing() as content:
        content["objects"][f"context {CONTEXT}|{kind}|{key}"] = {
            "type": token,
            "inputs": inputs,
            "outputs": inputs,
        }


def take(bench: Bench, *gone: str) -> None:

    with Cloud(str(bench.cloud), "[]").changing() as content:
        for key in gone:
            del content["objects"][f"context {CONTEXT}|{key}"]
