"""Puts the use cases of the DevOps assistant together over its ports."""

from app.devops.service import DevopsService
from app.devops.signatures import read_library
from app.settings import Settings
from app.wiring.devops import DevopsPorts


def assemble_service(settings: Settings, ports: DevopsPorts) -> DevopsService:
    """Raises StartError for a signature file that cannot be read."""
    return DevopsService(
        read_library(),
        # Some count a megabyte larger than others: a log of so many by either count is taken.
        log_bytes=settings.max_upload_mb * 1024 * 1024,
        chat=ports.chat,
        pages=ports.pages,
    )
