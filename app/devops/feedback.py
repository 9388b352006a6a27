"""What people say of an analysis: that it was right, or what it was instead."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from app.devops.analysis import Analysis, Category, Nature
from app.devops.memory.memory import Memory
from app.devops.memory.proposals import proposal_of
from app.kernel.errors import BadInput
from app.kernel.redaction import Redactor

_MOST_STEP = 240


@dataclass(frozen=True, slots=True)
class Word:
    """A person's word. With `correct`, what is not given stays as the analysis had it."""

    correct: bool
    root_cause: str | None = None
    fix: Sequence[str] | None = None
    category: Category | None = None
    note: str = ""


async def take(memory: Memory, tenant: str, id_: str, word: Word) -> str | None:
    """Remember it; the id of the proposal that a correction became. Raises NotFound, BadInput.

    An accepted fix becomes the failure's last fix. A corrected one too, and from then on the same failure is told in
    these words; what was written is masked first, because people paste.
    """
    kept = await memory.analyses.get(tenant, id_)
    said = kept["analysis"]
    fingerprint = str(said["fingerprint"])
    redact = Redactor().redact
    fix = [redact(" ".join(step.split()))[:_MOST_STEP] for step in word.fix or said["fix"]]
    if word.correct and not (word.root_cause or word.category or word.fix):
        raise BadInput(
            "A correction says what is different: `root_cause`, `category` or `fix`.",
            code="correction_empty",
            field="root_cause",
        )
    cause = redact(" ".join((word.root_cause or said["root_cause"]).split()))
    category = word.category or Category(said["category"])
    feedback = {
        "verdict": "correct" if word.correct else "accept",
        "root_cause": cause,
        "fix": fix,
        "category": category.value,
        "note": redact(word.note),
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
    }
    await memory.analyses.note_feedback(tenant, id_, feedback)
    if not fingerprint:
        return None
    if fix:
        await memory.failures.note_fix(tenant, fingerprint, "; ".join(fix))
    if not word.correct:
        return None
    nature = Nature(said["nature"])
    known = Analysis(
        root_cause=cause, fix=tuple(fix), category=category, confidence=said["confidence"], nature=nature,
        evidence=(), extracted=(), abstained=False,
    )  # fmt: skip
    await memory.opinions.correct(tenant, fingerprint, known)
    proposal = proposal_of(
        fingerprint, line=kept["line"], raw=kept["raw_line"], category=category, nature=nature,
        cause=cause, fix=fix,
    )  # fmt: skip
    await memory.proposals.put(tenant, fingerprint, proposal)
    return fingerprint
