"""./run/bench [NAME]: measure, print a table, keep every figure in var/bench/NAME.json."""

from __future__ import annotations

import importlib
import os
import sys

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "anxin.settings")
NAMES = {
    "intake": "reports a second through the HTTP door, against pgbench inserting the same rows",
    "lists": "queue page and API list of 50 at 10,000 and 1,000,000 matters",
    "pages": "server time of queue, matter, search and situation pages at 10,000 and 1,000,000 matters",
    "programmes": "server time of every page of the six programmes, filled to the size of their acceptance",
    "live": "a change seen by 500 desks that listen; what they cost, and whether intake notices them",
    "browser": "the report page on an emulated slow telephone",
    "understanding": "kind, place, duplicates, danger, hot issues: right, honest and fast",
    "life": "loading 138,462 matters with their whole life; folding them and recomputing every clock",
}


def main(names: list[str]) -> int:
    """Run the named benches, or all."""
    wrong = [name for name in names if name not in NAMES]
    if wrong:
        print(f"no such bench: {', '.join(wrong)}\n" + "\n".join(f"  {name:8} {what}" for name, what in NAMES.items()))
        return 2
    missed = 0
    for name in names or list(NAMES):
        missed += not importlib.import_module(f"bench.{name}").run()
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
