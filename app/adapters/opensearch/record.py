"""Reads and changes the visibility record of one index; a change that another writer overtook is worked out anew."""

import asyncio
import random
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any

from app.adapters.opensearch.connection import Cluster
from app.adapters.opensearch.layout import RECORD_ID, Head, building_alias, built_with, writing_alias
from app.adapters.opensearch.visibility import Visibility
from app.kernel.documents import DocumentVersion
from app.kernel.errors import Conflict, EmbedderMismatch, NotFound, Unavailable

# Each round of writers has a winner, so this many writers at once all get their turn.
_MOST_ROUNDS = 40
_PAGE = 1_000


@dataclass(slots=True)
class Seen:
    """The record at one moment and the index it belongs to; `place` is what a conditional write must name."""

    index: str
    visibility: Visibility
    place: tuple[int, int] | None


# Changes the visibility it is given; says whether it did.
Alter = Callable[[Seen], Awaitable[bool]]


class Record:
    """The record behind `target`: an alias that may move, or an index that is being built."""

    def __init__(self, cluster: Cluster, *, name: str, target: str) -> None:
        self.cluster = cluster
        self.name = name
        self.target = target

    @property
    def building(self) -> bool:
        return self.target != self.name

    async def look(self) -> Seen:
        """As of now, whatever has been refreshed: reads by id go to the translog."""
        path = f"/{self.target}/_doc/{RECORD_ID}"
        # With segment replication only the primary knows the newest; elsewhere it does no harm.
        reply = await self.cluster.call("GET", path, params={"preference": "_primary"}, allow=(404,))
        return self.seen(reply)

    def seen(self, reply: dict[str, Any]) -> Seen:
        """From the reply to a get or from its part of an mget."""
        if "error" in reply:
            raise self._gone()
        if not reply["found"]:  # a new index
            return Seen(reply["_index"], Visibility(), None)
        visibility = Visibility.read(reply["_source"]["stored"])
        return Seen(reply["_index"], visibility, (reply["_seq_no"], reply["_primary_term"]))

    async def change(self, alter: Alter) -> Seen:
        """Let `alter` change the newest visibility, and write it unless another writer was first: then again.

        Raises: Unavailable when too many others write at this moment.
        """
        for attempt in range(_MOST_ROUNDS):
            seen = await self.look()
            if not await alter(seen) or await self._write(seen):
                return seen
            await asyncio.sleep(random.uniform(0, 0.01 * min(attempt + 1, 20)))  # noqa: S311 - spreads writers
        raise Unavailable(
            f"Too many others change the index {self.name!r} at this moment; try again.", retry_after_s=1
        )

    async def refresh(self, index: str) -> None:
        try:
            await self.cluster.call("POST", f"/{index}/_refresh", timeout_s=60.0)
        except NotFound:
            raise self._gone() from None

    async def heads(self, index: str, *, of: Sequence[DocumentVersion] | None = None) -> AsyncIterator[Head]:
        """Every refreshed put of these documents or of all, visible or not, in the order of their ids."""
        wanted: list[dict[str, Any]] = [{"term": {"kind": "head"}}]
        if of is not None:
            by_tenant: dict[str, set[str]] = {}
            for one in of:
                by_tenant.setdefault(one.tenant, set()).add(one.document_id)
            wanted.append({"bool": {"should": [_of_documents(*item) for item in by_tenant.items()]}})
        body: dict[str, Any] = {"size": _PAGE, "query": {"bool": {"filter": wanted}}, "sort": ["put"]}
        while True:
            reply = await self.cluster.call(
                "POST",
                f"/{index}/_search",
                body=body,
                params={"allow_partial_search_results": "false"},
                timeout_s=30.0,
            )
            hits = reply["hits"]["hits"]
            for hit in hits:
                yield Head.read(hit["_id"], hit["_source"])
            if len(hits) < _PAGE:
                return
            body["search_after"] = hits[-1]["sort"]

    async def must_be_built_with(self, index: str, fingerprint: str) -> None:
        """Raises EmbedderMismatch when the index is of another embedder."""
        if not built_with(index, fingerprint):
            meta = await self.cluster.call("GET", f"/{index}/_mapping")
            built_by = meta[index]["mappings"].get("_meta", {}).get("fingerprint")
            raise EmbedderMismatch(
                f"The index is now built with {built_by!r}, but this process embeds with {fingerprint!r}; restart it "
                "with the matching GENAI_EMBEDDER, or run `python -m app.rag reindex --embed`."
            )

    async def _write(self, seen: Seen) -> bool:
        """Whether it was still as `seen`."""
        path = f"/{writing_alias(seen.index)}/_doc/{RECORD_ID}"
        params: dict[str, Any] = {"require_alias": "true"}
        if seen.place is None:
            params["op_type"] = "create"
        else:
            params |= {"if_seq_no": seen.place[0], "if_primary_term": seen.place[1]}
        body = {"kind": "record", "stored": seen.visibility.stored()}
        # After a time-out it may have been written. Not to be tried again here: the caller starts over and looks first.
        reply = await self.cluster.call(
            "PUT", path, body=body, params=params, repeatable=False, allow=(404, 409)
        )
        if reply.get("status") == 404:
            raise self._gone()
        return bool(reply.get("status") != 409)

    def _gone(self) -> Conflict | Unavailable:
        if self.building:
            return Conflict(
                "This index was replaced by a rebuilt one; write to that one, or open the index again."
            )
        return Unavailable(
            f"The alias {self.name!r} stands on no index; `python -m app.rag reindex` rebuilds one from the objects "
            f"(one that is being built has the alias {building_alias(self.name)!r}).",
            retry_after_s=1,
        )


def _of_documents(tenant: str, document_ids: set[str]) -> dict[str, Any]:
    return {
        "bool": {"filter": [{"term": {"tenant": tenant}}, {"terms": {"document_id": sorted(document_ids)}}]}
    }


def now() -> float:
    """Seconds that every process of the service reads alike, give or take its clock."""
    return time.time()
