"""Work on a standard SQS queue: messages say that a job waits, records say whether it does and who holds it."""

import asyncio
import logging
import math
import secrets
import threading
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from app.adapters.aws_calls import Calls, aws_session, limits, refuse_cut_answers
from app.adapters.job_places import Place, Places
from app.adapters.sqs_messages import read_ticket, redrive_warning, whole_seconds, write_ticket
from app.kernel.errors import Conflict, GenaiError, Unavailable
from app.kernel.ports.records import Records
from app.kernel.ports.work import Lease

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient
    from mypy_boto3_sqs.literals import QueueAttributeNameType
    from mypy_boto3_sqs.type_defs import MessageTypeDef

_log = logging.getLogger("genai.sqs")
_BATCH = 10  # the most that one ReceiveMessage gives
_POLL_S = 1  # a long poll asks all of SQS's servers; a short one may say empty when the queue is not
_TRIES = 16
# A job whose message was sent, or whose lease ran out, this long ago and that no poll brings has lost its message.
_LOST_S = 5.0
_LOOK_S = 10.0
# A poll whose answer was lost has hidden its messages for the time of a lease: after a failure is looked more often.
_UNEASY_S = 15.0
_UNEASY_LOOK_S = 1.0
_LOOK_JOBS = 500
# Who asks again for a job in this time changes nothing; later the message is sent once more, which does no harm.
_FRESH_S = 60.0
_COUNTS: "Sequence[QueueAttributeNameType]" = (
    "ApproximateNumberOfMessages",
    "ApproximateNumberOfMessagesNotVisible",
    "ApproximateNumberOfMessagesDelayed",
)


class SqsWork:
    """The Work port for several workers on several machines.

    SQS delivers at least once and a hidden message may show again, so a message is only a ticket: the lease is a record
    that is written conditionally, and a ticket without a place in the records is thrown away. A message that is lost
    (dead-lettered, expired, purged) is sent again by whichever worker finds the queue empty. Clocks of the machines
    must agree to a second or so, as AWS's signatures ask anyway; leases are best given in tens of seconds.
    """

    def __init__(
        self,
        queue_url: str,
        *,
        records: Records,
        region: str = "",
        endpoint_url: str | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.queue_url = queue_url
        self.client: SQSClient = aws_session().client(
            "sqs",
            region_name=region or None,
            endpoint_url=endpoint_url,
            config=limits(read_s=_POLL_S + 3, checksums="when_supported"),
        )
        refuse_cut_answers(self.client)
        self._calls = Calls("SQS", whole_s=_POLL_S + 5)
        self._places = Places(records)
        self._records = records
        self._clock = clock
        self._records_failed = self._redrive_checked = False
        self._looked_at = self._uneasy_until = -math.inf

    async def send(self, job_id: str) -> None:
        """The record first: a message that came before it would be thrown away."""
        for _ in range(_TRIES):
            place, now = await self._places.find(job_id), self._clock()
            if place and (place.held(now) or now - place.idle_since() < _FRESH_S):
                return
            fresh = place or Place(job_id, secrets.token_hex(8), sent_at=now)
            try:
                await self._post(replace(fresh, sent_at=now, message=""))
            except Conflict:  # somebody else sends it, or has just leased it
                continue
            return
        raise Conflict(f"Job {job_id!r} is being queued and taken by others; try again.")

    async def receive(self, *, limit: int, lease_s: float, wait_s: float = 0.0) -> Sequence[Lease]:
        """Oldest first as far as SQS keeps to it; waits a second even when asked not to wait."""
        deadline = time.monotonic() + wait_s
        leases: list[Lease] = []
        try:
            while len(leases) < limit:
                if self._records_failed:  # no message is taken out while no lease can be written
                    await self._records.ping()
                    self._records_failed = False
                found = await self._poll(
                    min(_BATCH, limit - len(leases)), lease_s, wait_s=0 if leases else _POLL_S
                )
                leases += await self._take_all(found, lease_s)
                if not found and not await self._find_lost() and (leases or time.monotonic() >= deadline):
                    break
        except Unavailable:
            self._uneasy_until = time.monotonic() + _UNEASY_S
            if not leases:
                raise
        return leases

    async def extend(self, lease: Lease, *, lease_s: float) -> None:
        place = await self._places.change(lease, lambda found: replace(found, until=self._clock() + lease_s))
        await self._hide(place.job_id, place.receipt, lease_s)

    async def finish(self, lease: Lease) -> None:
        place = await self._places.give_up(lease)
        await self._drop(place.job_id, place.receipt)

    async def release(self, lease: Lease, *, delay_s: float = 0.0) -> None:
        place = await self._places.change(
            lease, lambda found: replace(found, token="", until=self._clock() + delay_s)
        )
        await self._hide(place.job_id, place.receipt, delay_s)

    async def reclaim(self) -> None:
        """Nothing: other workers may live. What a dead one held comes back when its lease runs out."""

    async def cancel(self, job_id: str) -> bool:
        for _ in range(_TRIES):
            place = await self._places.find(job_id)
            if place is None or place.leased(self._clock()):
                return False
            try:
                await self._places.remove(place)
            except Conflict:
                continue
            if place.receipt:
                await self._drop(job_id, place.receipt)
            return True
        raise Conflict(f"Job {job_id!r} is being queued and taken by others; try again.")

    async def leased(self, job_id: str) -> bool:
        place = await self._places.find(job_id)
        return place is not None and place.leased(self._clock())

    async def depth(self) -> int:
        """About as many as SQS counts messages; a job that was cancelled counts until its message is met."""
        answer = await self._calls(
            lambda: self.client.get_queue_attributes(QueueUrl=self.queue_url, AttributeNames=_COUNTS),
            self.queue_url,
        )
        return sum(int(answer["Attributes"][name]) for name in _COUNTS)

    async def ping(self) -> None:
        answer = await self._calls(
            lambda: self.client.get_queue_attributes(
                QueueUrl=self.queue_url, AttributeNames=["RedrivePolicy"]
            ),
            self.queue_url,
        )
        if not self._redrive_checked:
            self._redrive_checked = True
            if warning := redrive_warning(answer.get("Attributes", {}).get("RedrivePolicy", "")):
                _log.warning("%s: %s", self.queue_url, warning)

    def close(self) -> None:
        self._calls.close()

    async def _post(self, place: Place) -> None:
        """Write the place, send its message. Raises Conflict when somebody was quicker, with nothing sent."""
        saved = await self._places.save(place)
        body = write_ticket(place.job_id, place.ticket)
        try:
            await self._calls(
                lambda: self.client.send_message(QueueUrl=self.queue_url, MessageBody=body), place.job_id
            )
        except GenaiError:
            # Not acknowledged, but a promise half made is kept: the next who asks or looks sends it.
            await self._quietly(self._places.save(replace(saved, sent_at=0.0)), place.job_id)
            raise

    async def _poll(self, count: int, lease_s: float, *, wait_s: int) -> "list[MessageTypeDef]":
        given_up = threading.Event()

        def call() -> "list[MessageTypeDef]":
            found = self.client.receive_message(
                QueueUrl=self.queue_url,
                MaxNumberOfMessages=count,
                WaitTimeSeconds=wait_s,
                VisibilityTimeout=whole_seconds(lease_s),
            ).get("Messages", [])
            if given_up.is_set():
                for message in found:
                    self._show(message["ReceiptHandle"], 0)
                return []
            return found

        try:
            return await self._calls(call, self.queue_url)
        except asyncio.CancelledError:
            given_up.set()  # the thread cannot be stopped; what it still gets goes back
            raise

    async def _take_all(self, messages: "Sequence[MessageTypeDef]", lease_s: float) -> list[Lease]:
        taken = await asyncio.gather(
            *(self._take(message, lease_s) for message in messages), return_exceptions=True
        )
        leases = [one for one in taken if isinstance(one, Lease)]
        for error in taken:
            if isinstance(error, BaseException):
                self._records_failed = True
                if not leases:
                    raise error
        return leases

    async def _take(self, message: "MessageTypeDef", lease_s: float) -> Lease | None:
        """Lease the job of a message; None when the message is stale, a twin, or comes too early."""
        read = read_ticket(message.get("Body", ""))
        if read is None:
            _log.warning("Message %s is not of this service; SQS will dead-letter it.", message["MessageId"])
            return None
        job_id, ticket = read
        receipt = message["ReceiptHandle"]
        try:
            for _ in range(_TRIES):
                place, now = await self._places.find(job_id), self._clock()
                if place is None or place.ticket != ticket:
                    await self._drop(job_id, receipt)
                    return None
                if place.held(now):
                    if place.message in ("", message["MessageId"]):
                        await self._hide(job_id, receipt, place.until - now)
                    else:  # a twin of the message that its holder has
                        await self._drop(job_id, receipt)
                    return None
                taken = replace(
                    place, token=secrets.token_hex(8), until=now + lease_s, attempt=place.attempt + 1,
                    message=message["MessageId"], receipt=receipt,
                )  # fmt: skip
                try:
                    await self._places.save(taken)
                except Conflict:  # somebody else took it, or it was cancelled
                    continue
                return Lease(job_id, taken.token, taken.attempt)
            await self._hide(job_id, receipt, 1)
            return None
        except GenaiError:
            await self._hide(job_id, receipt, 0)
            raise

    async def _find_lost(self) -> bool:
        """Send the messages of waiting jobs again that an empty queue does not hold; whether there were any."""
        now = time.monotonic()
        if now - self._looked_at < (_UNEASY_LOOK_S if now < self._uneasy_until else _LOOK_S):
            return False
        self._looked_at = now
        sent = 0
        async for place in self._places.all():
            now = self._clock()
            if place.held(now) or now - place.idle_since() < _LOST_S:
                continue
            try:
                await self._post(replace(place, sent_at=now, message=""))
            except Conflict:  # another worker has seen it as well
                continue
            _log.warning("Job %s had no message any more; it was sent again.", place.job_id)
            sent += 1
            if sent == _LOOK_JOBS:
                self._looked_at = -math.inf  # the rest when the queue is empty again
                break
        return sent > 0

    async def _hide(self, job_id: str, receipt: str, seconds: float) -> None:
        """Best effort, as is _drop: the record has decided already."""
        await self._quietly(self._calls(lambda: self._show(receipt, seconds), job_id), job_id)

    async def _drop(self, job_id: str, receipt: str) -> None:
        await self._quietly(
            self._calls(
                lambda: self.client.delete_message(QueueUrl=self.queue_url, ReceiptHandle=receipt), job_id
            ),
            job_id,
        )

    def _show(self, receipt: str, seconds: float) -> None:
        self.client.change_message_visibility(
            QueueUrl=self.queue_url, ReceiptHandle=receipt, VisibilityTimeout=whole_seconds(seconds)
        )

    async def _quietly(self, call: Awaitable[object], job_id: str) -> None:
        try:
            await call
        except GenaiError as error:
            _log.info("A message of job %s stays as it is: %s", job_id, error.detail)
