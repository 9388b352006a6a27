"""The table of contents: what stays, what is rented, what runs. Every line leads to the room of that name."""

import pulumi

from infra import adopt, availability, leftovers, local, snapshot
from infra.account import aws_provider
from infra.bill import Bill
from infra.cluster.room import Rented
from infra.durable.room import Durable
from infra.everywhere import bounded, options
from infra.stack import ConfigRefused, Stack
from infra.workloads.room import Workloads


def survey(stack: Stack) -> adopt.Found:
    """Before the first resource: what survived, what did an interrupted run leave behind, what does EKS still allow?"""
    state = snapshot.read(organization=stack.organization, project=stack.project, stack=stack.name)
    if stack.local:
        return local.look(stack, state=state, warn=pulumi.warn)
    cloud = adopt.clients(region=stack.region, profile=stack.profile)
    found = adopt.look(stack, cloud=cloud, state=state)
    leftovers.refuse(stack.tags.owner, cloud=cloud, state=state, warn=pulumi.warn, stop=not stack.paused)
    if stack.kubernetes and not stack.paused:
        availability.refuse(cloud=cloud, warn=pulumi.warn)
    return found


def program(stack: Stack, found: adopt.Found) -> None:
    """Declare one stack."""
    bill = Bill(stack)
    if stack.local:  # On a cluster that is there already: nothing of AWS, nothing rented.
        local.Local(stack, found, bill)
        return
    aws = aws_provider(stack, found)
    opts = options(stack, aws, account=found.account)

    # What stays. A pause leaves it, a resume finds it again.
    durable = Durable(stack, found, opts=opts)
    pulumi.export("account", found.account)
    pulumi.export("region", stack.region)
    pulumi.export("paused", stack.paused)
    pulumi.export("bucket", durable.data.name)
    pulumi.export("images", durable.images.urls)
    pulumi.export("records", durable.records.name)
    pulumi.export("apiKeysSecret", durable.api_keys.name)
    if durable.deploy:
        pulumi.export("deployRole", durable.deploy.arn)
        opts = bounded(opts, durable.deploy.boundary)
    if stack.paused:
        bill.export()
        return

    # What is rented. A pause ends it.
    rented = Rented(stack, found, durable, aws=aws, opts=opts)
    pulumi.export("url", rented.entrance.url)
    pulumi.export("pages", rented.entrance.pages)

    # What runs on it. Chat machines bring their own.
    if rented.cluster:
        pulumi.export("cluster", rented.cluster.control.name)
        Workloads(stack, found, durable, rented.cluster, opts=opts)
    bill.export()


def main() -> None:
    try:
        stack = Stack.load()
        found = survey(stack)
    except (ConfigRefused, adopt.Stop) as refused:
        raise pulumi.RunError(str(refused)) from None  # Printed as one message, without a stack trace.
    program(stack, found)


if __name__ == "__main__":
    main()
