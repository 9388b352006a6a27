"""How every command of ours ends: its own exit code, or one line that says why it could not."""

import sys
from collections.abc import Callable

from app.kernel.errors import EmbedderMismatch, GenaiError, StartError
from app.supervisor import START_ERROR, report_start_error

FAILED, INTERRUPTED = 1, 130


def exit_code(command: Callable[[], int]) -> int:
    """What the command returns; 2 where it cannot start like this, 1 for any other error of ours, 130 after Ctrl-C."""
    try:
        return command()
    except (StartError, EmbedderMismatch) as error:
        report_start_error(error.detail)
        return START_ERROR
    except GenaiError as error:
        sys.stderr.write(f"{error.detail}\n")
        return FAILED
    except KeyboardInterrupt:
        sys.stderr.write("Stopped.\n")
        return INTERRUPTED
