"""Templates for GitHub workflows: the small changes that mend what a failed run complains of."""

import difflib
import re
from collections.abc import Callable

from app.devops.checking.github.actions import KNOWN, use
from app.devops.checking.github.vocabulary import JOB_KEYS, RETIRED_RUNNERS, SCOPES, SHELLS, WORKFLOW_KEYS
from app.devops.checking.nodes import Node
from app.devops.patching.surgery import Edit, insert_item, last, put, scalar
from app.devops.patching.target import Path, Target

# What the log says -> the scope that it speaks of. The first that fits counts.
_SCOPE_SIGNS: tuple[tuple[str, str], ...] = (
    (r"(?i)ACTIONS_ID_TOKEN_REQUEST|id-token|oidc|AssumeRoleWithWebIdentity", "id-token"),
    (r"(?i)write_package|organization package|ghcr\.io|/packages\b", "packages"),
    (r"(?i)code.?scanning|security.?events|sarif", "security-events"),
    (r"(?i)deploy.?pages|pages deployment|github.?pages|/pages\b", "pages"),
    (r"(?i)rest/checks|check.?runs?\b", "checks"),
    (r"(?i)rest/pulls|pull.?requests?\b|/pulls/|\bgh pr\b", "pull-requests"),
    (r"(?i)rest/issues|/issues/|issue comment|labels?\b|\bgh issue\b|\(addComment\)|\(createIssue\)", "issues"),
    (r"(?i)rest/commits/statuses|/statuses/", "statuses"),
    (r"(?i)rest/deployments|/deployments\b", "deployments"),
    (r"(?i)attestation", "attestations"),
    (r"(?i)rest/actions|/actions/|artifacts?\b|workflow_dispatch", "actions"),
    (r"(?i)denied to github-actions|write access to repository|rest/(?:repos|git)|releases?\b|\bpush\b", "contents"),
)  # fmt: skip
# Actions and commands that need a scope -> the scope.
_SCOPE_USERS = {
    "actions/deploy-pages": ("pages", "id-token"),
    "aws-actions/configure-aws-credentials": ("id-token",),
    "google-github-actions/auth": ("id-token",),
    "azure/login": ("id-token",),
    "pypa/gh-action-pypi-publish": ("id-token",),
    "actions/labeler": ("pull-requests",),
    "softprops/action-gh-release": ("contents",),
    "github/codeql-action/upload-sarif": ("security-events",),
    "github/codeql-action/analyze": ("security-events",),
    "actions/attest-build-provenance": ("id-token", "attestations"),
}
_SETUPS: tuple[tuple[str, str, dict[str, object]], ...] = (
    ("node|npm|npx|yarn|pnpm", "actions/setup-node", {"node-version": 22}),
    ("python|python3|pip|pip3|pytest", "actions/setup-python", {"python-version": "3.13"}),
    ("go", "actions/setup-go", {"go-version": "stable"}),
    ("java|javac|mvn|gradle", "actions/setup-java", {"distribution": "temurin", "java-version": 21}),
    ("dotnet", "actions/setup-dotnet", {"dotnet-version": "9.0.x"}),
)
_LONGEST_MINUTES = 360
# The registry that takes the job's own token.
GITHUB_REGISTRY = ".".join(("ghcr", "io"))


def scopes_of(target: Target) -> tuple[str, ...]:
    """The scopes that are missing, by the fields, else the log, else what the workflow uses."""
    given = target.field("scope", "permission")
    if given in SCOPES:
        return (given,)
    words = f"{target.log}\n{' '.join(target.fields.values())}"
    for pattern, scope in _SCOPE_SIGNS:
        if re.search(pattern, words):
            return ("pages", "id-token") if scope == "pages" else (scope,)
    for _, _, _, step in target.steps():
        if needed := _SCOPE_USERS.get(step.text("uses").partition("@")[0].lower()):
            return needed
    return ()


def permissions(target: Target) -> list[Edit]:
    """Grant the scopes where the job's rights are written, else in the job that needs them."""
    wanted = scopes_of(target)
    if not wanted:
        return []
    path, holder = _holder(target, wanted)
    current = holder.get("permissions")
    if current is None and path and target.root.get("permissions") is not None:
        path, holder = (), target.root
        current = holder.get("permissions")
    access = {scope: "write" if "write" in SCOPES[scope] else "read" for scope in wanted}
    if current is not None and current.kind == "map" and current.pairs:
        inside = (*path, "permissions")
        return [
            put(target.text, current, scope, value, inside)
            for scope, value in access.items()
            if current.text(scope) != value
        ]
    # A block of permissions takes away whatever it does not name, and a checkout needs contents.
    granted = access if "contents" in access else {"contents": "read", **access}
    before = "steps" if path else "jobs"
    return [put(target.text, holder, "permissions", granted, path, before=before)]


def _holder(target: Target, wanted: tuple[str, ...]) -> tuple[Path, Node]:
    jobs = list(target.jobs())
    if len(jobs) == 1:
        return jobs[0]
    for path, job in jobs:
        for step in job.listed("steps"):
            needed = _SCOPE_USERS.get(step.text("uses").partition("@")[0].lower(), ())
            if set(wanted) & set(needed) or _runs_for(step.text("run"), wanted):
                return path, job
    return (), target.root


def _runs_for(script: str, wanted: tuple[str, ...]) -> bool:
    signs = {
        "contents": r"git push|gh release",
        "packages": r"docker push|npm publish",
        "issues": r"gh issue",
        "pull-requests": r"gh pr",
    }
    return any(scope in signs and re.search(signs[scope], script) for scope in wanted)


def action_versions(target: Target) -> list[Edit]:
    """Move outdated actions to the current major version: those that the log names, and all only where it names none."""
    named = {name.lower() for name in re.findall(r"[\w.-]+(?:/[\w.-]+)+", target.field("action"))}
    edits: list[Edit] = []
    for path, _, position, step in target.steps():
        node = step.get("uses")
        used = use(node.value) if node is not None else None
        known = KNOWN.get(used.name.lower()) if used is not None else None
        if node is None or used is None or known is None or used.major is None or not known.current:
            continue
        if used.major < known.current and (used.name.lower() in named if named else used.outdated):
            edits.append(scalar(node, f"{used.name}@v{known.current}", (*path, str(position), "uses")))
    return edits


def runner_labels(target: Target) -> list[Edit]:
    """Replace retired runners, in runs-on and in the matrix."""
    edits = []
    for path, job in target.jobs():
        places = [((*path, "runs-on"), job.get("runs-on"))]
        for key, row in job.mapped("strategy", "matrix"):
            places.append(((*path, "strategy", "matrix", key.value), row))
        for where, node in places:
            for leaf in node.walk() if node is not None else ():
                if leaf.kind == "scalar" and leaf.value.lower() in RETIRED_RUNNERS:
                    edits.append(scalar(leaf, RETIRED_RUNNERS[leaf.value.lower()], where))
    return edits


def checkout(target: Target) -> list[Edit]:
    """A checkout as the first step of the first job that has none and runs something."""
    for path, job in target.jobs():
        steps = job.get("steps")
        if steps is None or steps.kind != "list" or not steps.items:
            continue
        if any(step.text("uses").startswith("actions/checkout@") for step in steps.items):
            continue
        data = {"uses": f"actions/checkout@v{KNOWN['actions/checkout'].current}"}
        return [insert_item(target.text, steps, 0, data, (*path, "steps"))]
    return []


def _with(target: Target, actions: tuple[str, ...], inputs: dict[str, object]) -> list[Edit]:
    """Set inputs of every step that uses one of the actions."""
    edits = []
    for path, _, position, step in target.using(*actions):
        inside = (*path, str(position))
        given = step.get("with")
        if given is None or not given.pairs:
            edits.append(put(target.text, step, "with", inputs, inside, after="uses"))
            continue
        for name, value in inputs.items():
            if given.text(name) != str(value):
                edits.append(put(target.text, given, name, value, (*inside, "with")))
    return edits


def fetch_depth(target: Target) -> list[Edit]:
    return _with(target, ("actions/checkout",), {"fetch-depth": 0})


def submodules(target: Target) -> list[Edit]:
    return _with(target, ("actions/checkout",), {"submodules": "recursive"})


def lfs(target: Target) -> list[Edit]:
    return _with(target, ("actions/checkout",), {"lfs": True})


def safe_directory(target: Target) -> list[Edit]:
    """Tell git that the workspace may belong to another user, right after the checkout."""
    data = {
        "name": "Trust the workspace",
        "run": 'git config --global --add safe.directory "$GITHUB_WORKSPACE"',
    }
    if any(True for _ in target.running(r"safe\.directory")):
        return []
    for path, steps, position, _ in target.using("actions/checkout"):
        return [insert_item(target.text, steps, position + 1, data, path)]
    return []


def timeout(target: Target) -> list[Edit]:
    """Twice the minutes that were not enough, at the job, or at the step that has a limit of its own."""
    limit = re.search(r"\d+", target.field("limit", "minutes"))
    for path, _, position, step in target.steps():
        own = step.get("timeout-minutes")
        if own is not None and own.tag == "int" and limit is not None and own.value == limit[0]:
            return [put(target.text, step, "timeout-minutes", _doubled(own.value), (*path, str(position)))]
    for path, job in target.jobs():
        current = job.text("timeout-minutes")
        if (current or not limit or len(list(target.jobs())) == 1) and job.get("steps") is not None:
            minutes = _doubled(current or (limit[0] if limit else "60"))
            if str(minutes) != current:
                return [put(target.text, job, "timeout-minutes", minutes, path, before="steps")]
    return []


def _doubled(minutes: str) -> int:
    return min(_LONGEST_MINUTES, 2 * int(minutes)) if minutes.isdigit() else 60


def setup(target: Target) -> list[Edit]:
    """Install the tool that was not found, before the first step that calls it."""
    tool = target.field("tool", "command", "program", "name")
    for words, action, inputs in _SETUPS:
        if re.fullmatch(words, tool) and not any(True for _ in target.using(action)):
            known = KNOWN[action]
            for path, steps, position, _ in target.running(rf"(?m)(?:^|[;&|]\s*)\s*(?:sudo )?(?:{words})\b"):
                data = {"uses": f"{action}@v{known.current}", "with": inputs}
                return [insert_item(target.text, steps, position, data, path)]
    return []


def _version(action: str, key: str, default: str) -> Callable[[Target], list[Edit]]:
    def template(target: Target) -> list[Edit]:
        """The version that was asked for, at the setup step and in the row of the matrix that feeds it."""
        found = re.search(r"\d+(?:\.\d+)?", target.field("required", "version", "wanted"))
        version: object = found[0] if found else default
        version = int(str(version)) if str(version).isdigit() else version
        edits = []
        for path, _, position, step in target.using(action):
            node = step.get("with", key)
            if node is None or "${{" not in node.value:
                edits += _with_one(target, path, position, step, key, version)
        return edits

    return template


def _with_one(target: Target, path: Path, position: int, step: Node, key: str, value: object) -> list[Edit]:
    inside = (*path, str(position))
    given = step.get("with")
    if given is None or not given.pairs:
        return [put(target.text, step, "with", {key: value}, inside, after="uses")]
    return [put(target.text, given, key, value, (*inside, "with"))] if given.text(key) != str(value) else []


def quoted_versions(target: Target) -> list[Edit]:
    """Versions such as 3.10 that YAML reads as the number 3.1: put them in quotes."""
    edits = []
    for path, job in target.jobs():
        for key, row in job.mapped("strategy", "matrix"):
            edits += [
                Edit(item.start, item.end, f"'{item.value}'", (*path, "strategy", "matrix", key.value))
                for item in row.items
                if item.tag == "float" and item.kind == "scalar"
            ]
        for position, step in enumerate(job.listed("steps")):
            for key, value in step.mapped("with"):
                if key.value.endswith("-version") and value.tag == "float":
                    edits.append(
                        Edit(
                            value.start,
                            value.end,
                            f"'{value.value}'",
                            (*path, "steps", str(position), "with", key.value),
                        )
                    )
    return edits


def npm_ci(target: Target) -> list[Edit]:
    """`npm ci` needs a lock file that fits; `npm install` writes one."""
    return _scripts(target, r"\bnpm ci\b", "npm install")


def _scripts(target: Target, pattern: str, new: str) -> list[Edit]:
    edits = []
    for path, _, position, step in target.running(pattern):
        node = step.get("run")
        assert node is not None  # noqa: S101 - it has just matched
        raw = target.text[node.start : node.end]
        edits.append(Edit(node.start, node.end, re.sub(pattern, new, raw), (*path, str(position), "run")))
    return edits


def commands(target: Target) -> list[Edit]:
    """Workflow commands that were switched off, as lines into the files that replaced them."""
    edits: list[Edit] = []
    edits += _scripts(
        target, r"echo (['\"]?)::set-output name=([\w-]+)::([^\n'\"]*)\1", r'echo "\2=\3" >> "$GITHUB_OUTPUT"'
    )
    edits += _scripts(
        target, r"echo (['\"]?)::save-state name=([\w-]+)::([^\n'\"]*)\1", r'echo "\2=\3" >> "$GITHUB_STATE"'
    )
    edits += _scripts(
        target, r"echo (['\"]?)::set-env name=([\w-]+)::([^\n'\"]*)\1", r'echo "\2=\3" >> "$GITHUB_ENV"'
    )
    edits += _scripts(target, r"echo (['\"]?)::add-path::([^\n'\"]*)\1", r'echo "\2" >> "$GITHUB_PATH"')
    # One script with two kinds of commands would be written twice; the first kind is mended, the next run tells the other.
    seen: set[int] = set()
    return [edit for edit in edits if not (edit.start in seen or seen.add(edit.start))]  # type: ignore[func-returns-value]


def cache_key(target: Target) -> list[Edit]:
    """A key of system and lock files, for a cache that has none."""
    edits = []
    for path, _, position, step in target.using(
        "actions/cache", "actions/cache/restore", "actions/cache/save"
    ):
        given = step.get("with")
        if given is not None and given.kind == "map" and given.get("key") is None:
            cached = given.text("path")
            lock = next((files for word, files in _LOCKS if re.search(word, cached)), "**/*.lock")
            data = f"${{{{ runner.os }}}}-${{{{ hashFiles('{lock}') }}}}"
            edits.append(put(target.text, given, "key", data, (*path, str(position), "with")))
    return edits


_LOCKS = (
    (r"npm|node_modules", "**/package-lock.json"),
    (r"yarn", "**/yarn.lock"),
    (r"pip|venv", "**/requirements*.txt"),
    (r"cargo|target", "**/Cargo.lock"),
    (r"\bgo\b|go-build", "**/go.sum"),
    (r"\.m2", "**/pom.xml"),
    (r"gradle", "**/*.gradle*"),
    (r"gem|bundle", "**/Gemfile.lock"),
)


def docker_login(target: Target) -> list[Edit]:
    """Log in to the registry before the first push; GitHub's own takes the job's token."""
    registry = target.field("registry") or (
        GITHUB_REGISTRY if GITHUB_REGISTRY in target.log + target.text else ""
    )
    login: dict[str, object] = {
        "registry": registry or "docker.io",
        "username": "${{ github.actor }}"
        if registry == GITHUB_REGISTRY
        else "${{ secrets.REGISTRY_USERNAME }}",
        "password": "${{ secrets.GITHUB_TOKEN }}"
        if registry == GITHUB_REGISTRY
        else "${{ secrets.REGISTRY_PASSWORD }}",
    }
    if any(True for _ in target.using("docker/login-action")):
        return []
    places = [*target.using("docker/build-push-action"), *target.running(r"docker (?:push|pull|compose)")]
    for path, steps, position, _ in sorted(places, key=lambda place: (place[0], place[2])):
        data = {"uses": f"docker/login-action@v{KNOWN['docker/login-action'].current}", "with": login}
        return [insert_item(target.text, steps, position, data, path)]
    return []


def buildx(target: Target) -> list[Edit]:
    """Buildx before the first build, with QEMU where another machine's platform is built."""
    places = [*target.using("docker/build-push-action"), *target.running(r"docker buildx|docker build")]
    present = {step.text("uses").partition("@")[0] for _, _, _, step in target.steps()}
    wanted = ["docker/setup-buildx-action"]
    if re.search(r"exec format error|no match for platform|qemu", target.log + target.field("why")):
        wanted.insert(0, "docker/setup-qemu-action")
    missing = [action for action in wanted if action not in present]
    for path, steps, position, _ in sorted(places, key=lambda place: (place[0], place[2])):
        return [
            insert_item(target.text, steps, position, {"uses": f"{action}@v{KNOWN[action].current}"}, path)
            for action in missing
        ]
    return []


def gh_token(target: Target) -> list[Edit]:
    """The job's token for steps that call gh."""
    return _env(target, r"\bgh \w+", "GH_TOKEN", "${{ github.token }}")


def missing_env(target: Target) -> list[Edit]:
    """A variable that a script found empty, from the secret of the same name."""
    name = target.field("name", "variable", "secret", "input")
    if not re.fullmatch(r"[A-Z][A-Z0-9_]{2,80}", name):
        return []
    return _env(
        target, rf"\$\{{?{name}\b|process\.env\.{name}|{name}", name, f"${{{{ secrets.{name} }}}}"
    ) or _last_run(target, name)


def _last_run(target: Target, name: str) -> list[Edit]:
    step_name = target.field("step")
    steps = [place for place in target.steps() if place[3].get("run") is not None]
    chosen = [place for place in steps if step_name and place[3].text("name") == step_name] or steps[-1:]
    return [_env_edit(target, place, name, f"${{{{ secrets.{name} }}}}") for place in chosen]


def _env(target: Target, pattern: str, name: str, value: str) -> list[Edit]:
    return [
        _env_edit(target, place, name, value)
        for place in target.running(pattern)
        if place[3].get("env", name) is None
    ]


def _env_edit(target: Target, place: tuple[Path, Node, int, Node], name: str, value: str) -> Edit:
    path, _, position, step = place
    inside = (*path, str(position))
    env = step.get("env")
    if env is not None and env.kind == "map" and env.pairs:
        return put(target.text, env, name, value, (*inside, "env"))
    return put(target.text, step, "env", {name: value}, inside)


def shell(target: Target) -> list[Edit]:
    """bash for scripts of Windows jobs that are written for it, and for shells that do not exist."""
    edits = []
    known = SHELLS["linux"] | SHELLS["windows"]
    for path, _, position, step in target.steps():
        given = step.get("shell")
        script = step.text("run")
        wrong = given is not None and "{0}" not in given.value and given.value.lower() not in known
        posix = given is None and re.search(
            r"\[\[? |\$\(|export |&& \\|if [^\n]{0,200}; then|set -e|^\s*\./|\\\n", script
        )
        if script and (wrong or posix):
            edits.append(put(target.text, step, "shell", "bash", (*path, str(position)), after="run"))
    return edits


def artifact_name(target: Target) -> list[Edit]:
    """A name of its own for what every job of a matrix uploads."""
    edits = []
    for path, job in target.jobs():
        rows = [
            key.value
            for key, _ in job.mapped("strategy", "matrix")
            if key.value not in ("include", "exclude")
        ]
        for position, step in enumerate(job.listed("steps")):
            given = step.get("with")
            if not rows or given is None or not step.text("uses").startswith("actions/upload-artifact@"):
                continue
            name = given.text("name") or "artifact"
            if "matrix." not in name:
                value = f"{name}-" + "-".join(f"${{{{ matrix.{row} }}}}" for row in rows)
                edits.append(put(target.text, given, "name", value, (*path, "steps", str(position), "with")))
    return edits


def needs(target: Target) -> list[Edit]:
    """Name every job whose outputs are read in needs:."""
    edits = []
    known = {key.value for key, _ in target.root.mapped("jobs")}
    for path, job in target.jobs():
        given = job.get("needs")
        have = (
            [item.value for item in given.items]
            if given is not None and given.kind == "list"
            else [given.value]
            if given
            else []
        )
        start, end = job.start, last(job, target.text)
        read = list(dict.fromkeys(re.findall(r"needs\.([\w-]+)\.", target.text[start:end])))
        missing = [name for name in read if name in known and name not in have and name != path[1]]
        if missing:
            data: object = [*have, *missing] if len(have) + len(missing) > 1 else missing[0]
            edits.append(put(target.text, job, "needs", data, path, before="runs-on"))
    return edits


def misspelt_keys(target: Target) -> list[Edit]:
    """Keys that differ from a known one by a letter or by case."""
    edits = _misspelt(target.root, WORKFLOW_KEYS, ())
    for path, job in target.jobs():
        edits += _misspelt(job, JOB_KEYS, path)
    steps = frozenset(
        [
            "id",
            "if",
            "name",
            "run",
            "uses",
            "with",
            "env",
            "shell",
            "working-directory",
            "continue-on-error",
            "timeout-minutes",
        ]
    )
    for path, _, position, step in target.steps():
        edits += _misspelt(step, steps, (*path, str(position)))
        used = use(step.text("uses"))
        known = used.action if used is not None else None
        given = step.get("with")
        if known is not None and known.inputs and given is not None:
            edits += _misspelt(given, known.inputs, (*path, str(position), "with"))
    return edits


def _misspelt(node: Node, known: frozenset[str], path: Path) -> list[Edit]:
    edits = []
    have = {key.value for key, _ in node.pairs}
    for key, _ in node.pairs:
        if key.value not in known and key.kind == "scalar":
            near = difflib.get_close_matches(
                key.value.lower().replace("_", "-"), known - have, n=1, cutoff=0.75
            )
            if near:
                # The old name goes and the new one comes: both are places that may change.
                edits.append(Edit(key.start, key.end, near[0], (*path, key.value)))
                edits.append(Edit(key.end, key.end, "", (*path, near[0])))
    return edits


def concurrency(target: Target) -> list[Edit]:
    """One run of a kind at a time, so that two do not deploy or lock the same state at once."""
    if target.root.get("concurrency") is not None:
        return []
    data = {"group": "${{ github.workflow }}-${{ github.ref }}", "cancel-in-progress": False}
    return [put(target.text, target.root, "concurrency", data, (), before="jobs")]


def disk_space(target: Target) -> list[Edit]:
    """Room on the runner: remove what the image carries and the job does not use."""
    data = {
        "name": "Free disk space",
        "run": "sudo rm -rf /usr/share/dotnet /usr/local/lib/android /opt/ghc\ndf -h /\n",
    }
    for path, job in target.jobs():
        steps = job.get("steps")
        if steps is not None and steps.kind == "list" and steps.items and "ubuntu" in job.text("runs-on"):
            return [insert_item(target.text, steps, 0, data, (*path, "steps"))]
    return []


def snippet_permissions(target: Target) -> object:
    wanted = scopes_of(target)
    access = {scope: "write" if "write" in SCOPES[scope] else "read" for scope in wanted}
    return (
        {"permissions": access if "contents" in access else {"contents": "read", **access}}
        if wanted
        else None
    )


node_version = _version("actions/setup-node", "node-version", "22")
python_version = _version("actions/setup-python", "python-version", "3.13")
java_version = _version("actions/setup-java", "java-version", "21")
go_version = _version("actions/setup-go", "go-version", "stable")
