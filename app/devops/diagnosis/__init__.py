"""From signature hits, the lines that matter and the structure of the log to one diagnosis, or to none."""

from app.devops.diagnosis.diagnose import diagnose

__all__ = ["diagnose"]
