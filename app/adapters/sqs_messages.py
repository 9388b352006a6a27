"""What a message on the queue says, how long SQS hides one, and what it does with one that nobody finishes."""

import json
import math

_LONGEST_S = 43_200  # the longest that SQS hides a message
# A worker gives a job that kills it up after seven deaths; each takes a delivery, and so does every lapse.
_LEAST_RECEIVES = 10


def write_ticket(job_id: str, ticket: str) -> str:
    """ASCII only: SQS refuses some characters that JSON can spell."""
    return json.dumps({"job": job_id, "ticket": ticket})


def read_ticket(body: str) -> tuple[str, str] | None:
    """(job id, ticket); None for a message that this service did not write."""
    try:
        found = json.loads(body)
        job_id, ticket = found["job"], found["ticket"]
    except (ValueError, TypeError, KeyError):
        return None
    if not (isinstance(job_id, str) and job_id and isinstance(ticket, str)):
        return None
    return job_id, ticket


def whole_seconds(seconds: float) -> int:
    """SQS hides a message for whole seconds, up to 12 hours."""
    return min(_LONGEST_S, max(0, math.ceil(seconds)))


def redrive_warning(policy: str) -> str:
    """What is wrong with the queue's redrive policy, empty when nothing is."""
    if not policy:
        return (
            "the queue has no redrive policy; set one with a dead-letter queue, "
            "or a message that is not of this service comes back for ever."
        )
    most = int(json.loads(policy).get("maxReceiveCount", 0))
    if most < _LEAST_RECEIVES:
        return (
            f"its redrive policy gives up after {most} receives, before the service does; "
            f"set maxReceiveCount to {_LEAST_RECEIVES} or more."
        )
    return ""
