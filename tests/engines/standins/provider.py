"""What every resource provider stand-in does alike: the plugin protocol, around a cloud that a subclass describes."""

import json
from typing import Any, ClassVar

import grpc
from google.protobuf import empty_pb2
from pulumi.runtime.proto import plugin_pb2, provider_pb2_grpc
from pulumi.runtime.proto import provider_pb2 as pb

from . import schema
from .cloud import Cloud, Refused
from .wire import UNKNOWN, name_of, to_python, to_struct, type_of

_KIND = pb.PropertyDiff


class ResourceProvider(provider_pb2_grpc.ResourceProviderServicer):
    """Answers the engine; subclasses say how a resource is named, made, read, changed and removed."""

    package: ClassVar[str]
    version: ClassVar[str]

    def __init__(self, cloud: Cloud) -> None:
        self.cloud = cloud
        self.config: dict[str, Any] = {}

    # ---- what a subclass says

    def complete(self, token: str, urn: str, inputs: dict[str, Any], olds: dict[str, Any]) -> dict[str, Any]:
        """Inputs as they go to the cloud: automatic names and the like filled in."""
        raise NotImplementedError

    def objections(self, token: str, inputs: dict[str, Any]) -> list[tuple[str, str]]:
        """What the cloud's own syntax rules would refuse, known before anything is made: (property, reason)."""
        raise NotImplementedError

    def comparable(self, token: str, inputs: dict[str, Any]) -> dict[str, Any]:
        """Inputs with everything taken out that makes no difference to the cloud."""
        raise NotImplementedError

    def replaced_by(
        self, token: str, changed: list[str], olds: dict[str, Any], news: dict[str, Any]
    ) -> list[str]:
        """Which of the changed properties cannot be changed in place."""
        raise NotImplementedError

    def create(self, token: str, urn: str, inputs: dict[str, Any]) -> tuple[str, dict[str, Any]]:
        """Make it. Returns: id and outputs. Raises: Refused."""
        raise NotImplementedError

    def read(
        self, token: str, urn: str, id: str, inputs: dict[str, Any]
    ) -> tuple[dict[str, Any], dict[str, Any]] | None:
        """What is there now: (inputs, outputs), None when it is gone. `inputs` is empty for an import."""
        raise NotImplementedError

    def update(
        self, token: str, urn: str, id: str, olds: dict[str, Any], news: dict[str, Any]
    ) -> dict[str, Any]:
        raise NotImplementedError

    def delete(self, token: str, urn: str, id: str, state: dict[str, Any]) -> None:
        raise NotImplementedError

    def invoke(self, token: str, args: dict[str, Any]) -> dict[str, Any]:
        raise Refused(
            f"this stand-in has no function {token!r}: add it to tests/engines/standins/{self.package}.py"
        )

    # ---- the plugin

    def Handshake(self, request: Any, context: grpc.ServicerContext) -> pb.ProviderHandshakeResponse:
        return pb.ProviderHandshakeResponse()

    def Attach(self, request: Any, context: grpc.ServicerContext) -> empty_pb2.Empty:
        return empty_pb2.Empty()

    def Cancel(self, request: Any, context: grpc.ServicerContext) -> empty_pb2.Empty:
        return empty_pb2.Empty()

    def GetPluginInfo(self, request: Any, context: grpc.ServicerContext) -> plugin_pb2.PluginInfo:
        return plugin_pb2.PluginInfo(version=self.version)

    def GetSchema(self, request: Any, context: grpc.ServicerContext) -> pb.GetSchemaResponse:
        return pb.GetSchemaResponse(schema=json.dumps({"name": self.package, "version": self.version}))

    def GetMapping(self, request: Any, context: grpc.ServicerContext) -> pb.GetMappingResponse:
        return pb.GetMappingResponse(provider="", data=b"")

    def GetMappings(self, request: Any, context: grpc.ServicerContext) -> pb.GetMappingsResponse:
        return pb.GetMappingsResponse(providers=[])

    def CheckConfig(self, request: pb.CheckRequest, context: grpc.ServicerContext) -> pb.CheckResponse:
        return pb.CheckResponse(inputs=request.news)

    def DiffConfig(self, request: pb.DiffRequest, context: grpc.ServicerContext) -> pb.DiffResponse:
        same = to_python(request.olds) == to_python(request.news)
        return pb.DiffResponse(changes=pb.DiffResponse.DIFF_NONE if same else pb.DiffResponse.DIFF_SOME)

    def Configure(self, request: pb.ConfigureRequest, context: grpc.ServicerContext) -> pb.ConfigureResponse:
        raw = to_python(request.args)
        raw |= {key.split(":")[-1]: value for key, value in request.variables.items()}
        self.config = {key: _decoded(value) for key, value in raw.items()}
        self.cloud.log("Configure", package=self.package, keys=sorted(self.config))
        # Without secrets accepted the engine unwraps them on the way in and marks the same properties secret on the way out.
        return pb.ConfigureResponse(
            acceptSecrets=False, supportsPreview=True, acceptResources=False, acceptOutputs=False
        )

    # ---- resources

    def Check(self, request: pb.CheckRequest, context: grpc.ServicerContext) -> pb.CheckResponse:
        token, news = type_of(request.urn), to_python(request.news)
        problems = [
            (problem.path, f"{problem.kind}: {problem.message}") for problem in schema.check(token, news)
        ]
        if not problems:
            news = self.complete(token, request.urn, news, to_python(request.olds))
            problems = self.objections(token, news)
        self.cloud.log("Check", urn=request.urn, problems=problems)
        failures = [pb.CheckFailure(property=path, reason=reason) for path, reason in problems]
        return pb.CheckResponse(inputs=to_struct(news), failures=failures)

    def Diff(self, request: pb.DiffRequest, context: grpc.ServicerContext) -> pb.DiffResponse:
        token = type_of(request.urn)
        olds = self.comparable(token, to_python(request.old_inputs))
        news = self.comparable(token, to_python(request.news))
        changed = sorted(key for key in olds.keys() | news.keys() if olds.get(key) != news.get(key))
        replaces = self.replaced_by(token, changed, olds, news)
        self.cloud.log("Diff", urn=request.urn, changed=changed, replaces=replaces)
        kinds = {key: self._kind(key, olds, news, replace=key in replaces) for key in changed}
        changes = pb.DiffResponse.DIFF_SOME if changed else pb.DiffResponse.DIFF_NONE
        return pb.DiffResponse(
            replaces=replaces,
            diffs=changed,
            detailedDiff=kinds,
            hasDetailedDiff=True,
            changes=changes,
            deleteBeforeReplace=bool(replaces) and self.takes_its_name(olds, news),
        )

    def takes_its_name(self, olds: dict[str, Any], news: dict[str, Any]) -> bool:
        """Must the old one go first, because the new one has its name? The published AWS provider does not ask."""
        return False

    @staticmethod
    def _kind(key: str, olds: dict[str, Any], news: dict[str, Any], *, replace: bool) -> pb.PropertyDiff:
        if key not in olds:
            return _KIND(kind=_KIND.ADD_REPLACE if replace else _KIND.ADD, inputDiff=True)
        if key not in news:
            return _KIND(kind=_KIND.DELETE_REPLACE if replace else _KIND.DELETE, inputDiff=True)
        return _KIND(kind=_KIND.UPDATE_REPLACE if replace else _KIND.UPDATE, inputDiff=True)

    def Create(self, request: pb.CreateRequest, context: grpc.ServicerContext) -> pb.CreateResponse:
        token, inputs = type_of(request.urn), to_python(request.properties)
        if request.preview:
            return pb.CreateResponse(id="", properties=to_struct(unknown_outputs(token, inputs)))
        try:
            self.cloud.strike("create", request.urn)
            id, outputs = self.create(token, request.urn, inputs)
            self.cloud.log("Create", urn=request.urn, id=id)
            self.cloud.strike("create", request.urn, after=True)
        except Refused as refusal:
            self._refuse(context, "Create", request.urn, refusal)
        return pb.CreateResponse(id=id, properties=to_struct(outputs))

    def Read(self, request: pb.ReadRequest, context: grpc.ServicerContext) -> pb.ReadResponse:
        token = type_of(request.urn)
        try:
            self.cloud.strike("read", request.urn)
            found = self.read(token, request.urn, request.id, to_python(request.inputs))
        except Refused as refusal:
            self._refuse(context, "Read", request.urn, refusal)
        self.cloud.log("Read", urn=request.urn, id=request.id, found=found is not None)
        if found is None:
            return pb.ReadResponse(id="")
        return pb.ReadResponse(id=request.id, inputs=to_struct(found[0]), properties=to_struct(found[1]))

    def Update(self, request: pb.UpdateRequest, context: grpc.ServicerContext) -> pb.UpdateResponse:
        token, news, state = type_of(request.urn), to_python(request.news), to_python(request.olds)
        olds = to_python(request.old_inputs)
        if request.preview:
            return pb.UpdateResponse(properties=to_struct({**state, **news}))
        try:
            self.cloud.strike("update", request.urn)
            outputs = self.update(token, request.urn, request.id, olds, news)
        except Refused as refusal:
            self._refuse(context, "Update", request.urn, refusal)
        self.cloud.log("Update", urn=request.urn, id=request.id)
        return pb.UpdateResponse(properties=to_struct(outputs))

    def Delete(self, request: pb.DeleteRequest, context: grpc.ServicerContext) -> empty_pb2.Empty:
        try:
            self.cloud.strike("delete", request.urn)
            self.delete(type_of(request.urn), request.urn, request.id, to_python(request.properties))
        except Refused as refusal:
            self._refuse(context, "Delete", request.urn, refusal)
        self.cloud.log("Delete", urn=request.urn, id=request.id)
        return empty_pb2.Empty()

    def Invoke(self, request: pb.InvokeRequest, context: grpc.ServicerContext) -> pb.InvokeResponse:
        args = to_python(request.args)
        self.cloud.log("Invoke", token=request.tok, args=args)
        try:
            return pb.InvokeResponse(**{"return": to_struct({**args, **self.invoke(request.tok, args)})})
        except Refused as refusal:
            return pb.InvokeResponse(failures=[pb.CheckFailure(property="", reason=str(refusal))])

    def _refuse(self, context: grpc.ServicerContext, call: str, urn: str, refusal: Refused) -> None:
        self.cloud.log(call, urn=urn, error=str(refusal))
        context.abort(grpc.StatusCode.UNKNOWN, f"{name_of(urn)}: {refusal}")


def unknown_outputs(token: str, inputs: dict[str, Any]) -> dict[str, Any]:
    """A preview's outputs: the inputs, and "not known yet" for all that the cloud fills in."""
    found = schema.resource(token)
    names = found["outputs"] if found else {}
    return {**dict.fromkeys(names, UNKNOWN), **inputs}


def _decoded(value: Any) -> Any:
    """Nested provider configuration arrives as JSON text."""
    if isinstance(value, str) and value[:1] in ("{", "["):
        try:
            return json.loads(value)
        except json.JSONDecodeError:
            return value
    return value
