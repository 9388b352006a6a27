"""Where jobs wait when several workers share them: a queue that may be lost, because the records table knows every job."""

import pulumi
from pulumi_aws import sqs

from infra.stack import Stack

# Set 2026-11-20. A ticket comes back when its worker dies or its job waits for an older one of the same document; the service
# itself gives a document up after seven deaths. Below 10 the queue would give up first.
MAX_RECEIVES = 50
# The longest SQS keeps anything; a lost ticket is written again from the records.
RETENTION_S = 14 * 24 * 3600
# Long polling: a worker without work asks three times a minute instead of without pause.
WAIT_S = 20


class Queue(pulumi.ComponentResource):
    """A standard queue and the one for messages that nobody could work off. Rented: a resume makes it new and empty."""

    def __init__(self, name: str, stack: Stack, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("genai:cluster:Queue", name, None, opts)
        self.stack, self.child = stack, pulumi.ResourceOptions(parent=self)
        # Names are made up anew each time: SQS refuses one that was deleted less than a minute ago.
        dead = sqs.Queue(
            f"{stack.prefix}-{name}-dead",
            message_retention_seconds=RETENTION_S,
            sqs_managed_sse_enabled=True,
            tags=stack.tags.rented(),
            opts=self.child,
        )
        queue = sqs.Queue(
            f"{stack.prefix}-{name}",
            message_retention_seconds=RETENTION_S,
            receive_wait_time_seconds=WAIT_S,
            sqs_managed_sse_enabled=True,
            redrive_policy=pulumi.Output.json_dumps(
                {"deadLetterTargetArn": dead.arn, "maxReceiveCount": MAX_RECEIVES}
            ),
            tags=stack.tags.rented(),
            opts=self.child,
        )
        self.url: pulumi.Output[str] = queue.url
        self.arn: pulumi.Output[str] = queue.arn
        self.dead_name: pulumi.Output[str] = dead.name
        self.name: pulumi.Output[str] = queue.name
        self.register_outputs({"url": self.url, "arn": self.arn})
