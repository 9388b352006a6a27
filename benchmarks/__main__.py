"""All benchmarks, one after the other; exit code 1 when a gate is missed."""

import argparse
import sys

from benchmarks import logs, over_http, search


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="small sizes, short runs, no plot")
    options = parser.parse_args()
    outcomes = [
        search.main(["--quick"] if options.quick else []),
        logs.main(["--quick"] if options.quick else []),
        over_http.main(["--seconds", "3", "--set", "squad"] if options.quick else []),
    ]
    return max(outcomes)


if __name__ == "__main__":
    sys.exit(main())
