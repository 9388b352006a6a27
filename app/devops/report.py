"""An analysis as text under ROOT_CAUSE, FIX and YAML_PATCH, for terminals, comments and tickets."""

from app.devops.analysis import Analysis


def report(analysis: Analysis) -> str:
    """The three headings always stand there, in this order; `none` where there is nothing to say."""
    parts = [
        "ROOT_CAUSE",
        analysis.root_cause,
        f"({analysis.category.value}, {analysis.nature.value}, confidence {analysis.confidence:.2f})",
        *(f"  line {item.line}: {item.quote}" for item in analysis.evidence),
        "",
        "FIX",
        *(f"{number}. {step}" for number, step in enumerate(analysis.fix, start=1)),
        *([] if analysis.fix else ["none"]),
        "",
        "YAML_PATCH",
        *_patch(analysis),
    ]
    return "\n".join(parts) + "\n"


def _patch(analysis: Analysis) -> list[str]:
    patch = analysis.yaml_patch
    if patch is None:
        return ["none"]
    checks = [
        f"# {'passed' if check.passed else 'FAILED'}: {check.name}{f' ({check.detail})' if check.detail else ''}"
        for check in patch.checks
    ]
    return [patch.text.rstrip("\n"), *checks]
