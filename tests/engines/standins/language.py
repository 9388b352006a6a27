"""Stand-in for pulumi-language-python: starts the program with the interpreter that runs the tests."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path

import grpc
from google.protobuf import empty_pb2
from pulumi.runtime.proto import language_pb2 as pb
from pulumi.runtime.proto import language_pb2_grpc, plugin_pb2

from .serving import serve

# What a program prints to stderr goes to the engine's error; the engine itself shows what was logged.
_STDERR_KEPT = 4000
_BAIL = 32  # the program has already reported what went wrong through the engine


class LanguageHost(language_pb2_grpc.LanguageRuntimeServicer):
    """The part of the language protocol that preview, up, refresh and destroy use."""

    def __init__(self, engine: str | None) -> None:
        self.engine = engine

    def Handshake(
        self, request: pb.LanguageHandshakeRequest, context: grpc.ServicerContext
    ) -> pb.LanguageHandshakeResponse:
        self.engine = request.engine_address
        return pb.LanguageHandshakeResponse()

    def GetPluginInfo(self, request: empty_pb2.Empty, context: grpc.ServicerContext) -> plugin_pb2.PluginInfo:
        return plugin_pb2.PluginInfo(version=version("pulumi"))

    def GetRequiredPlugins(
        self, request: object, context: grpc.ServicerContext
    ) -> pb.GetRequiredPluginsResponse:
        return pb.GetRequiredPluginsResponse()

    def GetRequiredPackages(
        self, request: object, context: grpc.ServicerContext
    ) -> pb.GetRequiredPackagesResponse:
        return pb.GetRequiredPackagesResponse()

    def InstallDependencies(
        self, request: object, context: grpc.ServicerContext
    ) -> Iterator[pb.InstallDependenciesResponse]:
        return iter(())

    def RuntimeOptionsPrompts(
        self, request: object, context: grpc.ServicerContext
    ) -> pb.RuntimeOptionsResponse:
        return pb.RuntimeOptionsResponse()

    def About(self, request: object, context: grpc.ServicerContext) -> pb.AboutResponse:
        return pb.AboutResponse(executable=sys.executable, version=sys.version.split()[0])

    def Run(self, request: pb.RunRequest, context: grpc.ServicerContext) -> pb.RunResponse:
        info = request.info
        entry = Path(info.program_directory, info.entry_point or ".").resolve()
        settings = {
            "config": dict(request.config),
            "secret_keys": list(request.configSecretKeys),
            "monitor": request.monitor_address,
            "engine": self.engine,
            "project": request.project,
            "stack": request.stack,
            "organization": request.organization,
            "parallel": request.parallel,
            "dry_run": request.dryRun,
            "root_directory": info.root_directory,
        }
        done = subprocess.run(
            [sys.executable, str(Path(__file__).with_name("program.py")), str(entry)],
            cwd=request.pwd,
            env={**os.environ, "STANDIN_PROGRAM": json.dumps(settings)},
            capture_output=True,
            text=True,
            check=False,
        )
        sys.stdout.write(done.stdout)
        sys.stderr.write(done.stderr)
        sys.stdout.flush()
        sys.stderr.flush()
        if done.returncode == _BAIL:
            return pb.RunResponse(bail=True)
        if done.returncode:
            return pb.RunResponse(
                error=f"the program ended with {done.returncode}: {done.stderr[-_STDERR_KEPT:]}"
            )
        return pb.RunResponse()


if __name__ == "__main__":
    address = next((argument for argument in sys.argv[1:] if not argument.startswith("-")), None)
    serve(
        lambda server: language_pb2_grpc.add_LanguageRuntimeServicer_to_server(LanguageHost(address), server)
    )
