#!/bin/sh
# Makes .venv hold what a make target needs: `scripts/env.sh run|plan|test|check|bench`; `scripts/env.sh uv` prints uv's path.
# `scripts/env.sh peers|policies` makes benchmarks/peers/.venv or scripts/policies/.venv instead, which share nothing with it.
# Costs a few milliseconds when nothing changed. Fetches uv itself when there is none, also where the system's Python refuses pip.
set -eu
cd "$(dirname "$0")/.."

say() { printf '%s\n' "$*" >&2; }
fail() { say "$@"; exit 1; }

find_python() { # sets $python to a real interpreter of 3.11 or later, "" when there is none
  for name in python3 python3.13 python3.12 python3.11 python3.14 python; do
    python=$("$name" -c 'import sys; print(sys.executable if sys.version_info >= (3, 11) else "")' 2>/dev/null) || python=
    [ -z "$python" ] || return 0
  done
}

old_python() {
  found=$(python3 --version 2>/dev/null) || found="not installed"
  fail "Python 3.11 or later is needed; python3 here is: $found." \
    "Install a newer one (it may stand beside the old one as python3.13, python3.12 or python3.11) or install uv, then run again."
}

usable_uv() { # 0.5 is the first that reads our uv.lock
  version=$("$1" --version 2>/dev/null) || return 1
  case $version in "uv 0."[0-4].*) return 1 ;; "uv "*) return 0 ;; *) return 1 ;; esac
}

keep_uv() { # the binary stands on its own: keep it, drop what brought it
  [ -x "$1" ] && usable_uv "$1" && mv -f "$1" .uv/uv
}

try_ways() { # each way writes under $1; the first that yields a working uv wins
  # A virtual environment: the ordinary case.
  "$python" -m venv "$1/venv" && "$1/venv/bin/python" -m pip install "$uv_wanted" && keep_uv "$1/venv/bin/uv" && return
  # No ensurepip (Debian without python3-venv), but the system has pip; it may refuse to write beside the system's packages.
  "$python" -m pip install --target "$1/target" "$uv_wanted" && keep_uv "$1/target/bin/uv" && return
  "$python" -m pip install --break-system-packages --target "$1/forced" "$uv_wanted" && keep_uv "$1/forced/bin/uv" && return
  "$python" -m venv --without-pip "$1/bare" &&
    "$python" -m pip --python "$1/bare/bin/python" install "$uv_wanted" && keep_uv "$1/bare/bin/uv" && return
  # Downloading installs nothing, so no policy forbids it; a wheel is a zip archive.
  "$python" -m pip download --no-deps --only-binary :all: -d "$1/wheel" "$uv_wanted" &&
    "$python" -m zipfile -e "$1"/wheel/uv-*.whl "$1/wheel" &&
    chmod +x "$1"/wheel/uv-*.data/scripts/uv && keep_uv "$1"/wheel/uv-*.data/scripts/uv
}

fetch_uv() {
  find_python
  [ -n "$python" ] || old_python
  say "Fetching uv into .uv (once) ..."
  work=.uv/work.$$
  mkdir -p "$work"
  trap 'rm -rf "$work"' EXIT
  trap 'exit 130' INT TERM
  # Personal pip settings that would refuse or redirect the install.
  unset PIP_TARGET PIP_PREFIX PIP_USER PIP_REQUIRE_VIRTUALENV VIRTUAL_ENV PYTHONHOME PYTHONPATH
  export PIP_REQUIRE_VIRTUALENV=0 PIP_USER=0 PIP_DISABLE_PIP_VERSION_CHECK=1
  try_ways "$work" >.uv/fetch.log 2>&1 || {
    say "uv could not be fetched with $python; the attempts are in .uv/fetch.log, which ends with:"
    tail -n 3 .uv/fetch.log >&2
    fail "Check the network, or install uv or Python's venv module (Debian: python3-venv), then run again."
  }
}

find_uv() { # sets $uv
  uv=uv
  usable_uv uv && return
  uv=$PWD/.uv/uv
  usable_uv "$uv" || fetch_uv
}

uv_wanted='uv>=0.5,<1'
export UV_PROJECT_ENVIRONMENT="$PWD/.venv"

prepare_apart() { # $1: a folder with a project of its own, $2: what that takes; on the interpreter of .venv
  unset VIRTUAL_ENV
  find_uv
  [ -x "$1/.venv/bin/python" ] || say "Preparing $1/.venv ($2, once) ..."
  UV_PROJECT_ENVIRONMENT="$PWD/$1/.venv" "$uv" sync --frozen --quiet --project "$1" --python "$PWD/.venv/bin/python" ||
    fail "uv could not prepare $1/.venv; its reason stands above. Once the network answers, run again."
}

wanted=${1:-}
case $wanted in
  run) parts="--extra rag --extra devops --extra coldmail --extra console" ;;
  plan) parts="--extra infra" ;;
  test) parts="--all-extras --group test" ;;
  check) parts="--all-extras --group test --group check" ;;
  bench) parts="--all-extras --group test --group bench" ;;
  peers) prepare_apart benchmarks/peers "about 1 GB" && exit 0 ;;
  policies) prepare_apart scripts/policies "about 200 MB" && exit 0 ;;
  uv) find_uv && printf '%s\n' "$uv" && exit 0 ;;
  *) fail "usage: scripts/env.sh run|plan|test|check|bench|peers|policies|uv" ;;
esac

# The first line of the stamp says for what the environment was made, the others which parts are in it.
stamp=.venv/.made-for
key="$PWD $(cat pyproject.toml uv.lock | cksum)"
made_for=
[ ! -f "$stamp" ] || [ ! -x .venv/bin/python ] || made_for=$(head -n 1 "$stamp")
if [ "$made_for" = "$key" ] && grep -qx "$wanted" "$stamp"; then exit 0; fi

find_uv
set --
if [ ! -x .venv/bin/python ] && [ -z "${UV_PYTHON:-}" ]; then
  find_python
  [ -z "$python" ] || set -- --python "$python"
fi
say "Preparing .venv for make $wanted (once, and after each change of the dependencies) ..."
unset VIRTUAL_ENV
# $parts is several words on purpose.
# shellcheck disable=SC2086
"$uv" sync --frozen --inexact "$@" $parts ||
  fail "uv could not prepare .venv; its reason stands above. Once the network answers, run again; \`make clean\` starts afresh."
[ "$made_for" = "$key" ] || printf '%s\n' "$key" >"$stamp"
printf '%s\n' "$wanted" >>"$stamp"
