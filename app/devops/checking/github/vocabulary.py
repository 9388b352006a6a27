"""The words GitHub knows: keys, events, scopes, runners, and which context may be read where.

Compared on 2026-11-27 with actionlint 1.7.12 (`all_webhooks.go`, `availability.go`, `rule_permissions.go`,
`rule_runner_label.go`, `expr_sema.go`) and SchemaStore's schema of workflows, as check-jsonschema 0.39 carries it: a test
repeats the latter. What only one of them knows is taken: a word that is refused wrongly costs more than one let through.
"""

from app.devops.checking.github.kinds import ANY, BOOL, NUMBER, STRING, Kind, array, closed, opened, table


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


WORKFLOW_KEYS = _words("name run-name on permissions env defaults concurrency jobs cache-mode")
JOB_KEYS = _words(
    "name permissions needs if runs-on environment concurrency outputs env defaults steps timeout-minutes strategy"
    " continue-on-error container services uses with secrets snapshot cache-mode"
)
CALL_KEYS = _words("name uses with secrets needs if permissions strategy concurrency cache-mode")
RUN_STEP_KEYS = _words(
    "id if name run shell working-directory env continue-on-error timeout-minutes background"
)
USES_STEP_KEYS = _words("id if name uses with env continue-on-error timeout-minutes background")
# A step that runs nothing itself: it waits for background steps, ends one, or runs several at the same time.
GROUP_STEPS = _words("wait wait-all cancel parallel")
CACHE_MODES = _words("read write write-only none")
CONTAINER_KEYS = _words("image credentials env ports volumes options")
SERVICE_KEYS = CONTAINER_KEYS | _words("command entrypoint")

_NO_TYPES: frozenset[str] = frozenset()
# Event -> activity types; an empty set means the event has none.
EVENTS: dict[str, frozenset[str]] = {
    "branch_protection_rule": _words("created edited deleted"),
    "check_run": _words("created rerequested completed requested_action"),
    "check_suite": _words("completed requested rerequested"),
    "create": _NO_TYPES,
    "delete": _NO_TYPES,
    "deployment": _NO_TYPES,
    "deployment_status": _NO_TYPES,
    "discussion": _words(
        "created edited deleted transferred pinned unpinned labeled unlabeled locked unlocked category_changed answered"
        " unanswered"
    ),
    "discussion_comment": _words("created edited deleted"),
    "fork": _NO_TYPES,
    "gollum": _NO_TYPES,
    "image_version": _NO_TYPES,
    "issue_comment": _words("created edited deleted"),
    "issues": _words(
        "opened edited deleted transferred pinned unpinned closed reopened assigned unassigned labeled unlabeled locked"
        " unlocked milestoned demilestoned typed untyped field_added field_removed"
    ),
    "label": _words("created edited deleted"),
    "merge_group": _words("checks_requested"),
    "milestone": _words("created closed opened edited deleted"),
    "page_build": _NO_TYPES,
    "project": _words("created updated closed reopened edited deleted"),
    "project_card": _words("created moved converted edited deleted"),
    "project_column": _words("created updated moved deleted"),
    "public": _NO_TYPES,
    "pull_request": _words(
        "assigned unassigned labeled unlabeled opened edited closed reopened synchronize converted_to_draft locked"
        " unlocked enqueued dequeued milestoned demilestoned ready_for_review review_requested"
        " review_request_removed auto_merge_enabled auto_merge_disabled"
    ),
    "pull_request_review": _words("submitted edited dismissed"),
    "pull_request_review_comment": _words("created edited deleted"),
    "push": _NO_TYPES,
    "registry_package": _words("published updated"),
    "release": _words("published unpublished created edited deleted prereleased released"),
    "repository_dispatch": _NO_TYPES,
    "schedule": _NO_TYPES,
    "status": _NO_TYPES,
    "watch": _words("started"),
    "workflow_call": _NO_TYPES,
    "workflow_dispatch": _NO_TYPES,
    "workflow_run": _words("completed requested in_progress"),
}
EVENTS["pull_request_target"] = EVENTS["pull_request"]
FILTERS = _words("types branches branches-ignore tags tags-ignore paths paths-ignore workflows")
FILTERED: dict[str, frozenset[str]] = {
    "branches": _words("push pull_request pull_request_target merge_group workflow_run"),
    "tags": _words("push"),
    "paths": _words("push pull_request pull_request_target"),
    "workflows": _words("workflow_run"),
}
CALL_TYPES = _words("boolean number string")
DISPATCH_TYPES = _words("string number boolean choice environment")

_ACCESS = _words("read write none")
SCOPES: dict[str, frozenset[str]] = dict.fromkeys(
    _words(
        "actions artifact-metadata attestations checks code-quality contents deployments discussions issues packages pages"
        " pull-requests repository-projects security-events statuses"
    ),
    _ACCESS,
)
SCOPES["id-token"] = _words("write none")
SCOPES["models"] = _words("read none")
SCOPES["vulnerability-alerts"] = _words("read none")
SCOPES["copilot-requests"] = _words("write none")

SHELLS = {
    "linux": _words("bash sh pwsh python"),
    "macos": _words("bash sh pwsh python"),
    "windows": _words("bash pwsh powershell cmd python"),
}
ALL_SHELLS = SHELLS["linux"] | SHELLS["windows"]

RUNNERS: dict[str, frozenset[str]] = {
    "linux": _words(
        "ubuntu-latest ubuntu-slim ubuntu-26.04 ubuntu-26.04-arm ubuntu-24.04 ubuntu-24.04-arm ubuntu-22.04"
        " ubuntu-22.04-arm ubuntu-latest-4-cores ubuntu-latest-8-cores ubuntu-latest-16-cores linux"
    ),
    "windows": _words(
        "windows-latest windows-latest-8-cores windows-2025 windows-2025-vs2026 windows-2022 windows-11-arm windows"
    ),
    "macos": frozenset(
        f"macos-{version}{size}"
        for version in ("latest", "26", "15", "14")
        for size in ("", "-large", "-xlarge")
    )
    | _words("macos macos-26-intel macos-15-intel"),
}
SELF_HOSTED = _words("self-hosted x64 arm arm64")
# What a retired label is replaced by.
RETIRED_RUNNERS = {
    "ubuntu-16.04": "ubuntu-24.04", "ubuntu-18.04": "ubuntu-24.04", "ubuntu-20.04": "ubuntu-22.04",
    "macos-10.15": "macos-14", "macos-11": "macos-14", "macos-11.0": "macos-14", "macos-12": "macos-14",
    "macos-12-large": "macos-14-large", "macos-12-xlarge": "macos-14-xlarge", "macos-13": "macos-15-intel",
    "macos-13-large": "macos-15-large", "macos-13-xlarge": "macos-15-xlarge", "windows-2016": "windows-2022",
    "windows-2019": "windows-2022", "windows-latest-l": "windows-latest",
}  # fmt: skip

COMMANDS = {
    "set-output": 'echo "name=value" >> "$GITHUB_OUTPUT"',
    "save-state": 'echo "name=value" >> "$GITHUB_STATE"',
    "set-env": 'echo "NAME=value" >> "$GITHUB_ENV"',
    "add-path": 'echo "folder" >> "$GITHUB_PATH"',
}

STATUS_FUNCTIONS = _words("always success failure cancelled")

_CALLER = _words("github inputs vars")
_PLAN = _CALLER | _words("needs strategy matrix")
_STEP = _PLAN | _words("job runner env secrets steps")
# Place -> contexts that may be read there.
CONTEXTS: dict[str, frozenset[str]] = {
    "run-name": _CALLER,
    "concurrency": _CALLER,
    "env": _CALLER | {"secrets"},
    "input-default": _CALLER,
    "call-output": _CALLER | {"jobs"},
    "job-concurrency": _PLAN,
    "container": _PLAN,
    "credentials": _PLAN | {"env", "secrets"},
    "container-env": _PLAN | {"job", "runner", "env", "secrets"},
    "job-continue": _PLAN,
    "job-defaults": _PLAN | {"env"},
    "job-env": _PLAN | {"secrets"},
    "environment": _PLAN,
    "environment-url": _PLAN | {"job", "runner", "env", "steps"},
    "job-if": _CALLER | {"needs"},
    "job-name": _PLAN,
    "job-outputs": _STEP,
    "runs-on": _PLAN,
    "call-secrets": _PLAN | {"secrets"},
    "services": _PLAN,
    "job-timeout": _PLAN,
    "call-with": _PLAN,
    "strategy": _CALLER | {"needs"},
    "step": _STEP,
    "step-if": _STEP - {"secrets"},
    "snapshot-if": _PLAN,
    "any": _STEP,
    "none": frozenset(),
}
STATUS_PLACES = _words("job-if step-if")
HASH_PLACES = _words("step step-if")
VARIABLES = _STEP | {"jobs"}

_GITHUB_TEXTS = _words(
    "action action_path action_ref action_repository action_status actor actor_id api_url artifact_cache_size_limit"
    " base_ref env event_name event_path graphql_url head_ref job job_workflow_sha output path ref ref_name ref_type"
    " repository repository_id repository_owner repository_owner_id repository_visibility repositoryurl"
    " retention_days run_id run_number run_attempt secret_source server_url sha state step_summary token"
    " triggering_actor workflow workflow_ref workflow_sha workspace workflow_repository"
)
GITHUB = closed({**dict.fromkeys(_GITHUB_TEXTS, STRING), "event": opened({}), "ref_protected": BOOL})
RUNNER = closed(dict.fromkeys(_words("name os arch temp tool_cache debug environment workspace"), STRING))
STRATEGY = opened({"fail-fast": BOOL, "job-index": NUMBER, "job-total": NUMBER, "max-parallel": NUMBER})
JOB = closed(
    {
        "status": STRING,
        "check_run_id": NUMBER,
        "container": closed({"id": STRING, "network": STRING}),
        "services": table(closed({"id": STRING, "network": STRING, "ports": table(STRING)})),
        "workflow_ref": STRING,
        "workflow_sha": STRING,
        "workflow_repository": STRING,
        "workflow_file_path": STRING,
    }
)

# Function -> (signatures of arguments, result). The last argument repeats where `...` follows.
FUNCTIONS: dict[str, tuple[tuple[tuple[Kind, ...], ...], Kind, bool]] = {
    "contains": (((STRING, STRING), (array(ANY), ANY)), BOOL, False),
    "startswith": (((STRING, STRING),), BOOL, False),
    "endswith": (((STRING, STRING),), BOOL, False),
    "format": (((STRING, ANY),), STRING, True),
    "join": (((array(STRING), STRING), (STRING, STRING), (array(STRING),), (STRING,)), STRING, False),
    "tojson": (((ANY,),), STRING, False),
    "fromjson": (((STRING,),), ANY, False),
    "hashfiles": (((STRING,),), STRING, True),
    "success": (((),), BOOL, False),
    "always": (((),), BOOL, False),
    "cancelled": (((),), BOOL, False),
    "failure": (((),), BOOL, False),
    "case": (((BOOL, ANY, ANY),), ANY, True),
}

# Whoever opens an issue or a pull request writes these; in a script they are code.
UNTRUSTED = tuple(
    tuple(path.split("."))
    for path in (
        "github.head_ref", "github.event.issue.title", "github.event.issue.body", "github.event.pull_request.title",
        "github.event.pull_request.body", "github.event.comment.body", "github.event.review.body",
        "github.event.review_comment.body", "github.event.discussion.title", "github.event.discussion.body",
        "github.event.pages.*.page_name", "github.event.commits.*.message", "github.event.commits.*.author.email",
        "github.event.commits.*.author.name", "github.event.head_commit.message",
        "github.event.head_commit.author.email", "github.event.head_commit.author.name",
        "github.event.pull_request.head.ref", "github.event.pull_request.head.label",
        "github.event.pull_request.head.repo.default_branch", "github.event.workflow_run.head_branch",
        "github.event.workflow_run.head_commit.message", "github.event.workflow_run.head_commit.author.email",
        "github.event.workflow_run.head_commit.author.name", "github.event.workflow_run.pull_requests.*.head.ref",
    )
)  # fmt: skip
