"""Starts one stand-in by name; the small programs that install.py puts on PATH call this file."""

import runpy
import sys
from pathlib import Path

if __name__ == "__main__":
    sys.path[0] = str(Path(__file__).resolve().parent.parent)
    name = sys.argv.pop(1)
    runpy.run_module(f"standins.{name}", run_name="__main__", alter_sys=True)
