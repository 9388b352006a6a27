"""Jenkins: the console of a build, below the address that the connection names and nowhere else."""

from base64 import b64encode

from app.devops.connections import Connection
from app.devops.forges.asking import ask_log
from app.devops.forges.forge import NoForge
from app.devops.incoming.event import Event
from app.kernel.errors import NotFound, UrlRefused
from app.kernel.ports.pages import Pages


class JenkinsForge(NoForge):
    """`token` is `user:api-token`. The build's address comes with the delivery, so it has to lie below `api_url`."""

    def __init__(self, pages: Pages) -> None:
        self._pages = pages

    async def log(self, connection: Connection, event: Event) -> str:
        if event.log:
            return event.log
        if not connection.api or not event.log_url:
            raise NotFound(
                "The delivery brought no log; let the plugin send lines, or set `api_url` and `token`.",
                code="log_not_found",
            )
        if not event.log_url.startswith(f"{connection.api}/") or ".." in event.log_url:
            raise UrlRefused("The build's address is not below the connection's `api_url`.")
        token = b64encode(connection.token.get_secret_value().encode()).decode()
        headers = {"Authorization": f"Basic {token}"} if connection.token.get_secret_value() else {}
        return await ask_log(self._pages, event.log_url, headers)
