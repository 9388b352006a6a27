"""What the deploy role may do, a policy for each subject: one policy holds 6,144 characters, and all of it is thrice that.

Nothing durable can be deleted with it: buckets, tables, secrets, images, keys and volumes outlive whatever a pipeline does.
"""

from collections.abc import Mapping

from infra.durable.deploy.place import Place
from infra.durable.deploy.rights import cluster, entrance, identities, network, stores, watching
from infra.statements import Statement

# One for each name in DEPLOY_PARTS of infra/naming.py.
_PARTS = {
    "stores": stores.statements,
    "network": network.statements,
    "cluster": cluster.statements,
    "entrance": entrance.statements,
    "watching": watching.statements,
    "identities": identities.statements,
}


def parts(place: Place) -> Mapping[str, list[Statement]]:
    return {part: statements(place) for part, statements in _PARTS.items()}
