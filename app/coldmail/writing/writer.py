"""Writes one draft: a model words it within two repairs, and the template does where no model can be believed."""

import secrets
from dataclasses import dataclass, replace

from app.coldmail.writing import asking, template
from app.coldmail.writing.facts import Facts, Written, whole
from app.coldmail.writing.grounding import Checked, check
from app.coldmail.writing.judging import Fault, Judge
from app.kernel.errors import GenaiError, ProviderRejected, Unavailable
from app.kernel.ports.chat import Chat, Delta, Usage

_MOST_REPAIRS = 2
_FEWEST_SENTENCES = 2
_FEWEST_WORDS = 12
# A draft of which more had to go is not mended but asked for again.
_MOST_REMOVED = 0.5
_MOST_CHARS = 20_000
TEMPLATE = "template"


@dataclass(frozen=True, slots=True)
class Draft:
    """What was written, by whom, and what it took. `tokens`: read and written by the model."""

    written: Written
    model: str
    fallback: bool
    tokens: int = 0


class Writer:
    """`chat` is None where no model is configured."""

    def __init__(self, chat: Chat | None) -> None:
        self._chat = chat

    async def write(self, facts: Facts, *, variant: int = 0) -> Draft:
        """Never raises for what a model says or fails to say."""
        if self._chat is None:
            return Draft(template.write(facts, variant=variant), TEMPLATE, fallback=False)
        faults: tuple[Fault, ...] = ()
        tokens = 0
        for attempt in range(_MOST_REPAIRS + 1):
            try:
                answer, usage = await self._asked(self._chat, facts, variant, attempt, faults)
            except (Unavailable, ProviderRejected) as error:
                return self._stand_in(facts, variant, tokens, _without_model(error))
            tokens += usage.input_tokens + usage.output_tokens if usage else 0
            raw = asking.read(answer)
            checked = check(raw.body, facts)
            if _enough(checked):
                written = _assembled(raw, checked, facts, variant)
                return Draft(
                    written, usage.model or self._chat.model if usage else self._chat.model, False, tokens
                )
            faults = checked.faults or (Fault.WORD,)
        reason = (
            "The model's drafts held " + ", ".join(dict.fromkeys(faults)) + "; the template wrote instead."
        )
        return self._stand_in(facts, variant, tokens, reason)

    async def _asked(
        self, chat: Chat, facts: Facts, variant: int, attempt: int, faults: tuple[Fault, ...]
    ) -> tuple[str, Usage | None]:
        request = asking.request(
            facts, fence=secrets.token_hex(12), variant=variant, attempt=attempt, faults=faults
        )
        parts: list[str] = []
        usage: Usage | None = None
        async for piece in chat.complete(request):
            if isinstance(piece, Delta):
                parts.append(piece.text)
            else:
                usage = piece
        return "".join(parts)[:_MOST_CHARS], usage

    def _stand_in(self, facts: Facts, variant: int, tokens: int, reason: str) -> Draft:
        written = template.write(facts, variant=variant)
        return Draft(
            replace(written, warnings=(*written.warnings, reason)), TEMPLATE, fallback=True, tokens=tokens
        )


def _enough(checked: Checked) -> bool:
    """Whether what passed is a message, and most of what was said."""
    return (
        checked.kept >= _FEWEST_SENTENCES
        and checked.words >= _FEWEST_WORDS
        and len(checked.faults) <= _MOST_REMOVED * (checked.kept + len(checked.faults))
    )


def _assembled(raw: asking.Raw, checked: Checked, facts: Facts, variant: int) -> Written:
    """The sentences that passed, the links that they left out, and our own frame around them."""
    paragraphs = list(checked.paragraphs)
    said = "\n".join(paragraphs)
    left_out = tuple(found for found in facts.matches if not whole(found.entry.link).search(said))
    if left_out:
        paragraphs.append(template.work_introduced(replace(facts, matches=left_out), variant=variant))
    warnings = []
    if checked.faults:
        count, why = len(checked.faults), ", ".join(dict.fromkeys(checked.faults))
        warnings.append(f"{count} sentence{'s' * (count > 1)} of the model had no evidence and went: {why}.")
    subject = " ".join(raw.subject.split())
    usable = 0 < len(subject) <= 150 and not facts.earlier and Judge(facts).fault_of(subject) is None
    return template.framed(
        subject if usable else template.subject(facts, variant=variant), paragraphs, facts, warnings=warnings
    )


def _without_model(error: GenaiError) -> str:
    return f"The model did not answer ({error.code}); the template wrote instead."
