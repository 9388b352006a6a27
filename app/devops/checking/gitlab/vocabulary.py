"""The words GitLab knows.

Compared on 2026-11-27 with GitLab's own schema of .gitlab-ci.yml, as check-jsonschema 0.39 carries it: a test repeats it.
"""


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


GLOBAL_KEYS = _words(
    "default include stages variables workflow spec image services cache before_script after_script pages types"
)
DEFAULT_KEYS = _words(
    "after_script artifacts before_script cache hooks id_tokens image identity interruptible retry services tags timeout"
)
JOB_KEYS = DEFAULT_KEYS | _words(
    "allow_failure coverage dast_configuration dependencies environment except extends inherit inputs manual_confirmation"
    " needs only pages parallel publish release resource_group rules run script secrets stage start_in trigger variables"
    " when type"
)
RULE_KEYS = _words("if changes exists when allow_failure variables needs start_in interruptible auto_cancel")
WHEN = _words("on_success on_failure always manual delayed never")
NEEDS_KEYS = _words("job artifacts optional pipeline project ref parallel")
RETRY_KEYS = _words("max when exit_codes")
RETRY_WHEN = _words(
    "always unknown_failure script_failure api_failure stuck_or_timeout_failure stuck_pending_with_matching_runners"
    " stuck_pending_no_matching_runners no_updates_running no_updates_canceling runner_system_failure"
    " runner_configuration_error runner_external_dependency_failure runner_interrupted runner_unsupported stale_schedule"
    " job_execution_timeout server_timeout_running server_timeout_canceling archived_failure unmet_prerequisites"
    " scheduler_failure data_integrity_failure"
)
ARTIFACT_KEYS = _words("paths exclude expire_in expose_as name public reports untracked when access")
CACHE_KEYS = _words("key paths untracked unprotect when policy fallback_keys")
INCLUDE_KEYS = _words(
    "local project file ref remote template component inputs rules integrity cache artifact job"
)
INCLUDE_SOURCES = _words("local project remote template component artifact")
ENVIRONMENT_KEYS = _words("name url on_stop action auto_stop_in kubernetes deployment_tier")
ENVIRONMENT_ACTIONS = _words("start prepare stop verify access")
ENVIRONMENT_TIERS = _words("production staging testing development other")
STAGES = (".pre", "build", "test", "deploy", ".post")
MAX_RETRY = 2
