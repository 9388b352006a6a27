"""Where what is remembered of conversations lies in records.

conversations#<tenant>         session id            the head: how many turns there were, when the last one was
conversation-ages#<tenant>     conversation id       the session id, by the age of the conversation
turns#<tenant>                 conversation id/number
summaries#<tenant>             conversation id       what a model made of the turns that are too old to be read whole
quoting#<tenant>               document id/conversation id/number or `summary`
"""

SUMMARY = "summary"


def turn_key(conversation_id: str, number: int) -> str:
    return f"{conversation_id}/{number:06d}"


def heads_of(tenant: str) -> str:
    return f"conversations#{tenant}"


def ages_of(tenant: str) -> str:
    return f"conversation-ages#{tenant}"


def turns_of(tenant: str) -> str:
    return f"turns#{tenant}"


def summaries_of(tenant: str) -> str:
    return f"summaries#{tenant}"


def quotes_of(tenant: str) -> str:
    return f"quoting#{tenant}"
