"""How every command of ours ends: its own exit code, or one line that says why it could not."""

import os
import sys
from collections.abc import Callable

from app.kernel.errors import EmbedderMismatch, GenaiError, StartError
from app.supervisor import START_ERROR, report_start_error

FAILED, INTERRUPTED, UNREAD = 1, 130, 141


def exit_code(command: Callable[[], int]) -> int:
    """What the command returns; 2 where it cannot start like this, 1 for any other error of ours, 130 after Ctrl-C.

    141 where whoever reads its output, such as `head`, has had enough.
    """
    try:
        code = command()
        sys.stdout.flush()  # here, where a reader that has gone can still be told apart from a fault
        return code
    except (StartError, EmbedderMismatch) as error:
        report_start_error(error.detail)
        return START_ERROR
    except GenaiError as error:
        sys.stderr.write(f"{error.detail}\n")
        return FAILED
    except BrokenPipeError:
        # What is left in the buffer has nowhere to go: at its end Python would complain of it.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return UNREAD
    except KeyboardInterrupt:
        sys.stderr.write("Stopped.\n")
        return INTERRUPTED
