"""What searches: an index inside the one pod of a small stack, or OpenSearch that several share."""

from dataclasses import dataclass

from infra.choices.refused import ConfigRefused

SEARCHES = ("embedded", "opensearch")


@dataclass(frozen=True, kw_only=True)
class SearchChoices:
    open_search_nodes: int
    search: str
    node_count: int
    rag_max_replicas: int

    def check(self) -> None:
        if self.search not in SEARCHES:
            raise ConfigRefused(f"search is {self.search!r}; it must be one of {list(SEARCHES)}.")
        if self.search == "embedded" and self.rag_max_replicas > 1:
            raise ConfigRefused(
                f"ragMaxReplicas is {self.rag_max_replicas} while search is 'embedded': each replica would have an index "
                f"and a queue of its own and answer something else. Set search to 'opensearch', or ragMaxReplicas to 1."
            )
        if self.open_search_nodes not in (1, 3):
            raise ConfigRefused(
                f"openSearchNodes is {self.open_search_nodes}; it must be 1, or 3 so that two agree when one is lost."
            )
        if self.search == "opensearch" and self.open_search_nodes > self.node_count:
            raise ConfigRefused(
                f"openSearchNodes is {self.open_search_nodes} while nodeCount is {self.node_count}: each needs a machine of "
                f"its own, or one machine takes the majority with it. Set nodeCount to {self.open_search_nodes}, or "
                f"openSearchNodes to 1."
            )
