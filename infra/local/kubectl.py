"""Asks one cluster what is there, through kubectl: the same kubeconfig that Pulumi's provider reads, whatever it logs in with."""

import json
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from typing import Any

from infra.asking import Stop
from infra.choices.local import LIST_CONTEXTS

# For the cluster, and for a plug-in of the kubeconfig that fetches credentials first.
REQUEST_S, WHOLE_S = 10, 60


class Kubectl:
    """Reads, and never writes. Raises Stop where there is no sure answer: what was not seen is not absent."""

    def __init__(self, context: str) -> None:
        self.context = context

    def objects(self, kinds: str, *where: str) -> list[Mapping[str, Any]]:
        """Whole objects; `kinds` as kubectl takes them, separated by commas. Not for Secrets: their values come along."""
        found: list[Mapping[str, Any]] = json.loads(self._get(kinds, *where, "-o", "json"))["items"]
        return found

    def names(self, kinds: str, *where: str) -> list[str]:
        """`kind/name` of each, its kind in lower case and with its group behind it: deployment.apps/rag."""
        return self._get(kinds, *where, "-o", "name").split()

    def _get(self, *arguments: str) -> str:
        program = shutil.which("kubectl")
        if program is None:
            raise Stop(
                "kubectl is not on PATH; with compute local the program asks the cluster through it. https://kubernetes.io/docs/tasks/tools/"
            )
        command = (program, "--context", self.context, f"--request-timeout={REQUEST_S}s", "get", *arguments)
        try:
            done = subprocess.run(command, capture_output=True, text=True, timeout=WHOLE_S, check=False)
        except subprocess.TimeoutExpired:
            raise Stop(self._no_answer(f"kubectl gave none within {WHOLE_S} s")) from None
        if done.returncode:
            raise Stop(self._no_answer(_last(done.stderr.splitlines())))
        return done.stdout

    def _no_answer(self, why: str) -> str:
        return (
            f"The cluster of kubeContext {self.context!r} gave no answer: {why}. Nothing was changed. Start the cluster, or name "
            f"another context: {LIST_CONTEXTS}."
        )


def _last(lines: Sequence[str]) -> str:
    """kubectl says the same several times; the last is the whole."""
    return lines[-1].strip() if lines else "kubectl said nothing"
