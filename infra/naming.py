"""Every name the program gives, as pure functions of project, stack, account and region, within the limits AWS sets."""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

# The apps that have an image of their own, and with it a repository that outlives a pause: a new app is one more name.
IMAGES = ("rag", "console", "coldmail", "devops", "mlflow", "rendering")
# Those that a stack may have beside the RAG service; each has a secret for its own keys.
MORE_APPS = ("coldmail", "devops")
# Those that are built only where this key of the configuration is not none.
IMAGE_KEYS: Mapping[str, str] = {"mlflow": "mlflow", "rendering": "rendering"}
# Who has a database of its own, and the namespace its pods come from: a new one is one more line. The role has the same name.
DATABASES: Mapping[str, str] = {"jobs": "jobs", "mlflow": "mlflow", "airflow": "airflow", "openwebui": "chat"}
DATABASE_ADMIN = "postgres"
# Open WebUI's: in the cluster and on machines without Kubernetes it is one set of accounts.
CHAT_DATABASE = "openwebui"
ROLES = (DATABASE_ADMIN, *DATABASES)

# Every app listens on this port inside its container and answers both probes there.
APP_PORT = 8080
LIVE_PATH = "/healthz"
READY_PATH = "/readyz"
# What the deploy role may do, a policy each: one policy of IAM holds a third of it.
DEPLOY_PARTS = ("stores", "network", "cluster", "entrance", "watching", "identities")
# Whose identities of jobs AWS may trust; an account has one provider for each address.
PLATFORMS = ("github", "gitlab")
GITHUB_ISSUER = "token.actions.githubusercontent.com"
# To whom a job's token must be addressed; what AWS's own tools and .gitlab-ci.yml ask for.
AUDIENCE = "sts.amazonaws.com"

_PLAIN = re.compile(r"[a-z](?:[a-z0-9-]*[a-z0-9])?")
_ACCOUNT = re.compile(r"[0-9]{12}")
BUCKET_LIMIT = 63
LOAD_BALANCER_LIMIT = 32
# Pulumi puts a dash and seven characters behind a logical name it turns into a physical one.
AUTO_SUFFIX = 8


def database_roles(*, database: str, compute: str) -> tuple[str, ...]:
    """Whose passwords a stack keeps. RDS makes its administrator's itself; without Kubernetes only Open WebUI is there."""
    if database == "none":
        return ()
    users = tuple(DATABASES) if compute != "ec2" else (CHAT_DATABASE,)
    return users if database == "rds" else (DATABASE_ADMIN, *users)


class NameRefused(ValueError):
    """A name that AWS would refuse; the message says which part to shorten or change."""


@dataclass(frozen=True)
class Names:
    """The names of one stack in one account and region. The same four inputs give the same names for ever:
    a resumed stack finds its data by name. `domain` is the name its certificate is for, `gitlab` the host of the
    GitLab that it is deployed from; empty for none."""

    project: str
    stack: str
    account: str
    region: str
    domain: str = ""
    gitlab: str = ""

    def __post_init__(self) -> None:
        for what, value in (("project", self.project), ("stack", self.stack)):
            if not _PLAIN.fullmatch(value):
                raise NameRefused(
                    f"The {what} name {value!r} cannot be part of a bucket name. Use lower-case letters, digits and single "
                    f"dashes, beginning with a letter."
                )
        if not _ACCOUNT.fullmatch(self.account):
            raise NameRefused(f"{self.account!r} is not an AWS account number. It has twelve digits.")
        longest = self.bucket("models")
        if len(longest) > BUCKET_LIMIT:
            raise NameRefused(
                f"The bucket name {longest!r} has {len(longest)} characters, S3 allows {BUCKET_LIMIT}. "
                f"Choose a stack name that is {len(longest) - BUCKET_LIMIT} shorter than {self.stack!r}."
            )

    @property
    def prefix(self) -> str:
        return f"{self.project}-{self.stack}"

    @property
    def owner(self) -> str:
        """The value of the ownership tag: which stack of which project made a thing."""
        return f"{self.project}/{self.stack}"

    def bucket(self, holds: str) -> str:
        """Bucket names are global: account and region keep ours from meeting somebody else's."""
        return f"{self.prefix}-{holds}-{self.account}-{self.region}"

    @property
    def data_bucket(self) -> str:
        return self.bucket("data")

    def repository(self, app: str) -> str:
        """The image repository of one app; per stack, so that a stack pushes and deletes only what is its own."""
        return f"{self.owner}/{app}"

    def image(self, app: str, *, tag: str) -> str:
        return f"{self.account}.dkr.ecr.{self.region}.amazonaws.com/{self.repository(app)}:{tag}"

    @property
    def records_table(self) -> str:
        return f"{self.prefix}-records"

    @property
    def api_keys_secret(self) -> str:
        return f"{self.owner}/api-keys"

    def app_secret(self, app: str) -> str:
        """The keys of others that one app uses: of a model, of a pipeline's platform."""
        return f"{self.owner}/apps/{app}"

    @property
    def database_volume(self) -> str:
        """The tag Name of the volume."""
        return f"{self.prefix}-database"

    @property
    def database_instance(self) -> str:
        """Of RDS. Fixed, so that a second one beside it, which a replacement would be, is refused by AWS."""
        return f"{self.prefix}-database"

    def final_snapshot(self, now: datetime) -> str:
        """Of the instance that is made now: no later one has the same."""
        return f"{self.database_instance}-{now:%Y%m%dt%H%M%Sz}"

    @property
    def database_removal(self) -> str:
        """The command that lets an instance go and keeps its data, under a name of the same form."""
        return (
            f"aws rds delete-db-instance --db-instance-identifier {self.database_instance} "
            f"--final-db-snapshot-identifier {self.database_instance}-$(date -u +%Y%m%dt%H%M%Sz)"
        )

    def database_secret(self, role: str) -> str:
        return f"{self.owner}/database/{role}"

    @property
    def workflow_secret(self) -> str:
        return f"{self.owner}/airflow"

    @property
    def control_plane_logs(self) -> str:
        """Not ours to choose: EKS writes to the group of this name."""
        return f"/aws/eks/{self.cluster}/cluster"

    @property
    def container_logs(self) -> str:
        return f"/{self.owner}/containers"

    @property
    def alerts(self) -> str:
        return f"{self.prefix}-alerts"

    @property
    def stop(self) -> str:
        """The topic on which the budget says that it is used up."""
        return f"{self.prefix}-stop"

    @property
    def key_alias(self) -> str:
        return f"alias/{self.prefix}"

    @property
    def key_description(self) -> str:
        """A key has no name; this is what the state knows it by."""
        return f"Data of {self.owner}"

    @property
    def anomalies(self) -> str:
        """Of the monitor and of its subscription."""
        return self.prefix

    @property
    def budget(self) -> str:
        return self.prefix

    @property
    def cluster(self) -> str:
        return self.prefix

    @property
    def deploy_role(self) -> str:
        return f"{self.prefix}-deploy"

    def deploy_policy(self, part: str) -> str:
        return f"{self.deploy_role}-{part}"

    @property
    def boundary(self) -> str:
        """The policy that says how far any role of the program may go."""
        return f"{self.prefix}-boundary"

    def policy_arn(self, name: str) -> str:
        return f"arn:aws:iam::{self.account}:policy/{name}"

    def identity_provider(self, platform: str) -> str:
        """The ARN of the account's provider for the jobs of a platform: its address is its name."""
        host = GITHUB_ISSUER if platform == "github" else self.gitlab
        return f"arn:aws:iam::{self.account}:oidc-provider/{host}"


def fit(name: str, *, limit: int) -> str:
    """The name itself, or its beginning and six characters of its hash where it is longer than the limit."""
    if len(name) <= limit:
        return name
    digest = hashlib.sha256(name.encode()).hexdigest()[:6]
    return f"{name[: limit - 7].rstrip('-')}-{digest}"


def short(prefix: str, part: str) -> str:
    """A logical name that still fits a load balancer or target group once Pulumi has put its suffix behind it."""
    return fit(f"{prefix}-{part}", limit=LOAD_BALANCER_LIMIT - AUTO_SUFFIX)
