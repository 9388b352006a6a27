"""`make secrets`: fills the secrets that Pulumi made empty, never by way of a command line: the API keys with what is typed,
passwords of database and workflows, where there are none, with made-up ones; with APP=, the keys of others that one app uses."""

import argparse
import getpass
import json
import secrets
import sys
from typing import Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from app.settings import parse_api_keys
from infra.choices.local import LOCAL
from infra.naming import MORE_APPS, Names, database_roles
from infra.project import ProjectRefused, configuration, project


def read_value() -> str:
    """From a prompt that does not echo, or from a pipe. Raises ValueError for anything but `tenant:key,...`."""
    if sys.stdin.isatty():
        value = getpass.getpass("API keys as tenant:key,tenant:key (not shown): ")
    else:
        value = sys.stdin.readline()
    value = value.strip()
    if not parse_api_keys(value):
        raise ValueError("No keys were given; type or pipe tenant:key,tenant:key.")
    return value


def read_settings_of(app: str) -> str:
    """A JSON object of secret settings, from a prompt that does not echo or from a pipe. Raises ValueError."""
    wanted = f'a JSON object of secret settings of {app}, such as {{"GENAI_GROQ_KEY": "..."}}'
    value = getpass.getpass(f"{wanted} (not shown): ") if sys.stdin.isatty() else sys.stdin.read()
    try:
        found = json.loads(value)
    except json.JSONDecodeError:
        found = None  # its text would hold the keys, so the error does not
    if not isinstance(found, dict) or not found or not all(isinstance(one, str) for one in found.values()):
        raise ValueError(f"This is not {wanted}.")
    return json.dumps(found)


def store_of(stack: str) -> tuple[Any, Names]:
    """The store of secrets in the stack's region, and the names it has for them."""
    region = configuration(stack)["aws:region"]
    session = boto3.Session(region_name=region)
    account = session.client("sts").get_caller_identity()["Account"]
    names = Names(project=project()["name"], stack=stack, account=account, region=region)
    return session.client("secretsmanager"), names


def write_settings(stack: str, app: str, value: str) -> str:
    """Put the value into the app's secret; return its name. Raises ClientError when Pulumi has not made it yet."""
    store, names = store_of(stack)
    store.put_secret_value(SecretId=names.app_secret(app), SecretString=value)
    return names.app_secret(app)


def write(stack: str, value: str) -> str:
    """Put the value into the stack's secret; return the secret's name. Raises ClientError when Pulumi has not made it yet."""
    store, names = store_of(stack)
    store.put_secret_value(SecretId=names.api_keys_secret, SecretString=value)
    return names.api_keys_secret


def asks_for_keys(stack: str) -> bool:
    """Without Kubernetes there is no service that anybody could call with a key."""
    compute: str = configuration(stack)[f"{project()['name']}:compute"]
    return compute != "ec2"


def fill_passwords(stack: str) -> list[str]:
    """Make up what has no value yet: a password for each role of the stack's database, the one secret behind Airflow's keys.

    Returns: the secrets that were filled.
    """
    settings, values = project(), configuration(stack)
    name = settings["name"]
    roles = database_roles(database=values[f"{name}:database"], compute=values.get(f"{name}:compute", ""))
    store, names = store_of(stack)
    wanted = [names.database_secret(role) for role in roles]
    if values.get(f"{settings['name']}:airflow") == "cluster":
        wanted.append(names.workflow_secret)
    empty = [name for name in wanted if not _has_value(store, name)]
    for name in empty:
        store.put_secret_value(SecretId=name, SecretString=secrets.token_urlsafe(32))
    return empty


def _has_value(store: Any, name: str) -> bool:
    versions = store.describe_secret(SecretId=name).get("VersionIdsToStages", {})
    return any("AWSCURRENT" in stages for stages in versions.values())


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--stack", required=True)
    parser.add_argument("--app", choices=MORE_APPS, help="its keys of others instead, as a JSON object")
    given = parser.parse_args()
    stack = given.stack
    try:
        # A wrong stack name is told before a secret is typed.
        if configuration(stack).get(f"{project()['name']}:compute") == LOCAL:
            raise ValueError(
                f"The stack {stack!r} is on a laptop: `pulumi up` makes its keys, and there is nothing to type."
            )
        if given.app:
            print(
                f"wrote {write_settings(stack, given.app, read_settings_of(given.app))}; it is read at the next start."
            )
            return 0
        if asks_for_keys(stack):
            print(f"wrote {write(stack, read_value())}; running services read it at their next start.")
        for name in fill_passwords(stack):
            print(f"made up a password in {name}")
    except (ValueError, ProjectRefused) as error:
        print(error, file=sys.stderr)
    except (BotoCoreError, ClientError) as error:
        print(
            f"AWS refused: {error}. Is `pulumi up` done and are the credentials of that account set?",
            file=sys.stderr,
        )
    else:
        return 0
    return 1


if __name__ == "__main__":
    sys.exit(main())
