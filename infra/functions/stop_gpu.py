"""Runs in AWS Lambda when the budget is used up: sets the most machines of each pool with cards to none, and empties it.

Twice does what once does. What it could not stop it names in an error, so that Lambda tries again and then tells the topic.
"""

import json
import os
from typing import Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError


def stop(event: dict[str, Any], context: object) -> dict[str, Any]:
    """`POOLS` in the environment: [{"group": ..., "scaling_group": ...}, ...]. The event is not read:
    whatever the budget says, the answer is the same, and a text from outside decides nothing."""
    pools = json.loads(os.environ["POOLS"])
    done, failed = [], []
    for pool in pools:
        try:
            _empty(pool)
            done.append(pool["group"])
        except (BotoCoreError, ClientError) as error:
            # One pool that fails must not keep the others running.
            failed.append(f"{pool['group']}: {type(error).__name__}: {error}")
    if failed:
        raise RuntimeError(f"stopped {done}, could not stop {failed}")
    return {"stopped": done}


def _empty(pool: dict[str, str]) -> None:
    """The scaling group: EKS takes no node group with a most of none, while its scaling group may have it, as off-hours do.

    Its clock first, or the schedule of off-hours would give the machines back the next morning.
    """
    scaling = boto3.client("autoscaling")
    scaling.suspend_processes(
        AutoScalingGroupName=pool["scaling_group"], ScalingProcesses=["ScheduledActions"]
    )
    scaling.update_auto_scaling_group(
        AutoScalingGroupName=pool["scaling_group"], MinSize=0, MaxSize=0, DesiredCapacity=0
    )
