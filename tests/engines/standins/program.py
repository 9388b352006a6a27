"""Runs one Pulumi program as the published Python language host does: nothing of ours on sys.path, not even its own folder."""

import asyncio
import json
import logging
import os
import runpy
import sys
import traceback
from pathlib import Path

import pulumi
from pulumi import runtime

_BAIL = 32


def main(entry: str) -> int:
    settings = json.loads(os.environ.pop("STANDIN_PROGRAM"))
    runtime.set_all_config(settings.pop("config"), settings.pop("secret_keys"))
    runtime.configure(runtime.Settings(**settings))
    # A program that fails leaves futures behind; asyncio's complaints about them would hide the reason.
    logging.getLogger("asyncio").setLevel(logging.CRITICAL)
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    try:
        loop.run_until_complete(runtime.run_in_stack(lambda: runpy.run_path(entry, run_name="__main__")))
    except pulumi.RunError as error:
        pulumi.log.error(str(error))
        return _BAIL
    except Exception:
        pulumi.log.error(traceback.format_exc())
        return _BAIL
    return 0


if __name__ == "__main__":
    sys.path[0] = str(Path(sys.path[0]).parent)
    from standins.serving import leave_with_parent

    sys.path.pop(0)
    leave_with_parent()
    program = sys.argv.pop(1)
    sys.argv[0] = program
    code = main(program)
    sys.stdout.flush()
    sys.stderr.flush()
    sys.exit(code)
