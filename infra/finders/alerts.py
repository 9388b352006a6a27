"""Who watches what the stack costs and does: the budget."""

from infra.asking import Clients, Stop, asking
from infra.naming import Names
from infra.tags import budget_filter


def budget(cloud: Clients, names: Names) -> str | None:
    """A budget's mark is what it watches: its cost filter names the stack's tag."""
    what = f"budget {names.budget!r}"
    with asking(what, not_found=("NotFoundException",)) as there:
        found = cloud("budgets").describe_budget(AccountId=names.account, BudgetName=names.budget)["Budget"]
    if not there:
        return None
    if budget_filter(names.owner) not in found.get("CostFilters", {}).get("TagKeyValue", []):
        raise Stop(
            f"The {what} exists but does not watch the tag genai-ops:stack={names.owner}, so it is not this stack's. Nothing was "
            f"changed; rename or delete it: aws budgets delete-budget --account-id {names.account} --budget-name {names.budget}"
        )
    return f"{names.account}:{names.budget}"
