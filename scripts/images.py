"""`make images`: builds the image of each app and pushes it to the stack's registry; fills the image cache where there is one.

Where the stack is on a laptop, local_images.py does the work.
"""

import argparse
import base64
import json
import shutil
import subprocess
import sys
from collections.abc import Mapping

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from infra.naming import IMAGE_KEYS, IMAGES, Names
from infra.project import ROOT, ProjectRefused, configuration, project
from infra.registries import copy_of, foreign
from scripts.local_images import Laptop, build


class Refused(Exception):
    """What is missing and what to do about it."""


def docker() -> str:
    """The container engine's command. Raises Refused when there is none or it does not answer."""
    program = shutil.which("docker")
    if program is None:
        raise Refused(
            "docker is not on PATH; images are built by it. Install a container engine or run this in CI."
        )
    if subprocess.run((program, "info"), capture_output=True, check=False).returncode:
        raise Refused("docker is installed but its engine does not answer; start it and run again.")
    return program


def log_in(program: str, session: boto3.Session, *, account: str) -> None:
    """The password goes through a pipe: arguments can be read by every user of the machine."""
    granted = session.client("ecr").get_authorization_token(registryIds=[account])["authorizationData"][0]
    user, _, password = base64.b64decode(granted["authorizationToken"]).decode().partition(":")
    command = (program, "login", "--username", user, "--password-stdin", granted["proxyEndpoint"])
    subprocess.run(command, input=password, text=True, check=True, stdout=subprocess.DEVNULL)


def wanted(project_name: str, values: Mapping[str, str]) -> list[str]:
    """The images that the stack's configuration asks for."""
    return [
        app
        for app in IMAGES
        if app not in IMAGE_KEYS or values.get(f"{project_name}:{IMAGE_KEYS[app]}", "none") != "none"
    ]


def publish(stack: str) -> None:
    settings, values = project(), configuration(stack)
    region = values["aws:region"]
    platform = {"arm64": "linux/arm64"}.get(values.get(f"{settings['name']}:architecture", ""), "linux/amd64")
    program = docker()
    session = boto3.Session(region_name=region)
    account = session.client("sts").get_caller_identity()["Account"]
    names = Names(project=settings["name"], stack=stack, account=account, region=region)
    log_in(program, session, account=account)
    for app in wanted(settings["name"], values):
        image = names.image(app, tag=values[f"{settings['name']}:imageTag"])
        build = (program, "build", "--platform", platform, "--target", app, "--tag", image, str(ROOT))
        for command in (build, (program, "push", image)):
            subprocess.run(command, check=True)
        print(f"pushed {image}")
    for image in copies(values.get(f"{settings['name']}:imageCache", "[]"), names):
        subprocess.run((program, "pull", "--quiet", "--platform", platform, image), check=True)
        print(f"fetched {image}")


def copies(cached: str, names: Names) -> list[str]:
    """What the image cache (a JSON list of registries) is to hold: where no way leads out, the first pull is made from here."""
    chosen = json.loads(cached)
    named = {
        image: copy_of(image, cached=chosen, account=names.account, region=names.region)
        for image in foreign()
    }
    return [copy for image, copy in named.items() if copy != image]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--stack", required=True)
    try:
        stack = parser.parse_args().stack
        if laptop := Laptop.of(stack):
            build(laptop, docker=docker())
        else:
            publish(stack)
    except (Refused, ProjectRefused) as error:
        print(error, file=sys.stderr)
    except (BotoCoreError, ClientError) as error:
        print(
            f"AWS refused: {error}. Is `pulumi up` done and are the credentials of that account set?",
            file=sys.stderr,
        )
    except FileNotFoundError as error:
        print(f"{error.filename} is not on PATH; it puts images into the cluster.", file=sys.stderr)
    except subprocess.CalledProcessError as error:
        print(
            f"`{' '.join(error.cmd[:2])}` failed with exit code {error.returncode}; see above.",
            file=sys.stderr,
        )
    else:
        return 0
    return 1


if __name__ == "__main__":
    sys.exit(main())
