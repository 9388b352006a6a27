"""Every finding that the program lives with: where, and why. What is not listed fails the check; what no longer occurs, too."""

from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

from scripts.policies.variants import VARIANTS

EVERYWHERE = tuple(VARIANTS)


@dataclass(frozen=True)
class Skip:
    """One check that some resources do not meet, in some stacks, for one reason."""

    check: str
    resources: str  # pattern over the resource's address or its kind.namespace.name
    reason: str
    stacks: tuple[str, ...] = EVERYWHERE

    def covers(self, *, stack: str, check: str, resource: str) -> bool:
        return stack in self.stacks and check == self.check and fnmatchcase(resource, self.resources)


_OWN_KEY = (
    "Encrypted with the key that AWS manages. A key of the stack's own costs a dollar a month, paused too, and guards against "
    "nobody who holds the deploy role; `encryptionKey: own` turns it on."
)
_NO_TLS = (
    "Without a domain or a certificate there is nothing to prove who answers; the load balancer is then internal or limited to "
    "the addresses of `allowedCidrs`."
)
_TLS_ENDS = (
    "TLS ends at the load balancer; behind it the traffic stays between two security groups of one network."
)
_MACHINE = (
    "It reads files of the machine that belong to root, so it runs as root, with no capability and a read-only root; "
    "infra/workloads/daemons.py lists each with its reason, in the one privileged namespace."
)
_IMAGES = (
    "Named by a tag that the repository makes immutable; a digest would change with each build of the same release and is "
    "unknown before the first push."
)

SKIPS: Sequence[Skip] = (
    Skip("CKV2_AWS_11", "aws_vpc.*", "Flow logs cost more than the network of a test stack; prod has them.", ("dev", "ec2")),
    Skip("CKV2_AWS_15", "aws_autoscaling_attachment.*",
         "The scaling group belongs to a managed node group: EKS judges its machines and replaces them, draining first."),
    Skip("CKV2_AWS_20", "aws_lb.*", _NO_TLS),
    Skip("CKV_AWS_2", "aws_lb_listener.*", _NO_TLS),
    Skip("CKV_AWS_103", "aws_lb_listener.*", _NO_TLS),
    Skip("CKV_AWS_378", "aws_lb_target_group.*", _TLS_ENDS),
    Skip("CKV_AWS_150", "aws_lb.*", "Plain `pulumi destroy` is the pause: a protected load balancer would stop it half-way."),
    Skip("CKV2_AWS_57", "aws_secretsmanager_secret.*",
         "Values come from outside (keys of providers and clients) and are changed by `make secrets`; the runbook says when."),
    Skip("CKV2_AWS_62", "aws_s3_bucket.*", "Nothing listens: work is queued by the app that writes, not by the bucket."),
    Skip("CKV_AWS_144", "aws_s3_bucket.*",
         "A second region doubles the price of a pause; versions guard against mistakes, and the index is rebuilt from here."),
    Skip("CKV_AWS_18", "aws_s3_bucket.*",
         "Only the stack's own roles reach the buckets, and CloudTrail tells who did; access logs would be a second bill."),
    Skip("CKV_AWS_145", "aws_s3_bucket.logs", "Load balancers write their logs with SSE-S3 only."),
    Skip("CKV_AWS_145", "aws_s3_bucket.*", _OWN_KEY),
    Skip("CKV_AWS_119", "aws_dynamodb_table.*", _OWN_KEY),
    Skip("CKV_AWS_136", "aws_ecr_repository.*", _OWN_KEY),
    Skip("CKV_AWS_149", "aws_secretsmanager_secret.*", _OWN_KEY),
    Skip("CKV_AWS_158", "aws_cloudwatch_log_group.*", _OWN_KEY),
    Skip("CKV_AWS_26", "aws_sns_topic.*",
         "Budgets and alarms may publish to an encrypted topic only with a key of the stack's own; alerts hold no data. "
         + _OWN_KEY),
    Skip("CKV_AWS_50", "aws_lambda_function.*-stop-gpu",
         "It makes two kinds of call and prints each; there is no path through several services to trace."),
    Skip("CKV_AWS_115", "aws_lambda_function.*-stop-gpu",
         "A reserved share would be taken from the account's other functions for one that runs when a budget is used up."),
    Skip("CKV_AWS_116", "aws_lambda_function.*-stop-gpu",
         "A message that failed is of no use later: `guard-failed` tells the topic at once, and a person stops the pools."),
    Skip("CKV_AWS_117", "aws_lambda_function.*-stop-gpu",
         "It speaks with AWS alone; inside the network it would need the way out that may be what is broken."),
    Skip("CKV_AWS_173", "aws_lambda_function.*-stop-gpu",
         "Names of pools are no secret. AWS encrypts them with its own key, as it does all of them."),
    Skip("CKV_AWS_272", "aws_lambda_function.*-stop-gpu",
         "Its code is a file of this repository, put there by whoever runs `pulumi up`; there is no second party to sign it."),
    Skip("CKV_AWS_118", "aws_db_instance.*",
         "RDS's own figures of each minute are free and enough to see a database that is too small; those of each second cost."),
    Skip("CKV_AWS_129", "aws_db_instance.*",
         "RDS would make the log group itself, outside the state, where it outlives the stack; it keeps the lines three days."),
    Skip("CKV_AWS_157", "aws_db_instance.*",
         "A second copy doubles the price; `databaseMultiAz` makes it, and backups and snapshots are there without.", ("ec2",)),
    Skip("CKV_AWS_161", "aws_db_instance.*",
         "None of the programs that connect can renew a token every quarter of an hour; their passwords are in Secrets Manager."),
    Skip("CKV_AWS_293", "aws_db_instance.*",
         "Plain `pulumi destroy` is the pause: it takes a final snapshot, and a protected instance would stop it half-way."),
    Skip("CKV_AWS_353", "aws_db_instance.*",
         "Beyond a week it costs by the processor; what a database does is seen in `pg_stat_activity` at no price."),
    Skip("CKV_AWS_338", "aws_cloudwatch_log_group.*",
         "Retention is `logDays`: a year of logs costs more than a paused stack. Set 365 where a rule asks for it."),
    Skip("CKV_AWS_339", "aws_eks_cluster.*",
         "The scanner's list of versions ends before ours; `pulumi preview` asks EKS itself what it still offers."),
    Skip("CKV_AWS_38", "aws_eks_cluster.*",
         "Open to all addresses, closed to everyone without AWS credentials, until `publicAccessCidrs` lists yours: whoever runs "
         "`pulumi up` must reach it."),
    Skip("CKV_AWS_39", "aws_eks_cluster.*",
         "Without a way into the network nobody could deploy; `publicAccessCidrs` narrows it."),
    Skip("CKV_AWS_58", "aws_eks_cluster.*",
         "Since Kubernetes 1.28 EKS encrypts everything in etcd with a key of AWS; none of ours is a Kubernetes secret."),
    Skip("CKV_K8S_15", "*", "The tag is immutable: pulling it again brings the same bytes later."),
    Skip("CKV_K8S_43", "*", _IMAGES),
    Skip("CKV_K8S_38", "Deployment.system.cluster-autoscaler",
         "It watches pods and nodes through the API server: that is its work."),
    Skip("CKV_K8S_40", "StatefulSet.stores.opensearch", "The published image's own user; there is no host path it could meet."),
    Skip("CKV_K8S_40", "Deployment.stores.valkey", "The published image's own user; there is no host path it could meet."),
    Skip("CKV_K8S_8", "Deployment.rag.rag-worker",
         "It listens nowhere. Its process ends when it cannot work, and a lease in the table hands its job to another."),
    Skip("CKV_K8S_9", "Deployment.rag.rag-worker", "Nobody calls it: it takes work from a queue."),
    Skip("CKV_K8S_9", "Deployment.system.cluster-autoscaler", "Nobody calls it; its liveness probe restarts it."),
    Skip("CKV_K8S_23", "DaemonSet.system.*", _MACHINE),
    Skip("CKV_K8S_29", "DaemonSet.system.*", _MACHINE),
    Skip("CKV_K8S_40", "DaemonSet.system.*", _MACHINE),
    Skip("CKV_K8S_8", "DaemonSet.system.machine-metrics",
         "It has no port to ask: it ends when it cannot work, and Kubernetes starts it again."),
    Skip("CKV_K8S_9", "DaemonSet.system.*", "Nobody calls them: they read their machine and send."),
)  # fmt: skip
