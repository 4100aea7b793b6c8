"""Runs a command and says what it took: `python -m trinity.bench.peak COMMAND ...`.

Prints one JSON object: exit code, peak memory, when it began and ended, and what it said last on
standard output. A process of its own, because the system counts the memory of the process that
started a command as the command's; this one is small. Standard library only.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import time


def main() -> int:
    """Run the command."""
    began = time.time()
    done = subprocess.run(sys.argv[1:], stdout=subprocess.PIPE, text=True, check=False)
    used = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    lines = done.stdout.splitlines() or [""]
    record = {
        "returncode": done.returncode,
        "peak_bytes": used if sys.platform == "darwin" else used * 1024,
        "began": began,
        "ended": time.time(),
        "said": lines[-1],
    }
    sys.stdout.write(json.dumps(record) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
