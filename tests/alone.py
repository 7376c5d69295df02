"""Run programs, each in a process of its own: `python -I alone.py FOLDER`.

Importing torch takes longer than most programs. A fork of a process that has done nothing else is as good
as one started anew: its own `__main__`, modules, and all that torch keeps.
"""

import os
import runpy
import signal
import sys
import traceback
from pathlib import Path


def main(folder: Path) -> None:
    """Run `FOLDER/<name>/program.py` in its folder; leave output and status in files beside it."""
    import torch._dynamo  # noqa: F401, here for the forks; the first optimizer imports it

    for home in sorted(p for p in folder.iterdir() if p.is_dir()):
        child = os.fork()
        if not child:
            _run(home)
        status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        home.with_suffix(".status").write_text(str(status))


def _run(home: Path) -> None:
    output = os.open(home.with_suffix(".output"), os.O_CREAT | os.O_WRONLY)
    os.dup2(output, 1)
    os.dup2(output, 2)
    os.chdir(home)
    signal.alarm(120)
    status = 1
    try:
        runpy.run_path("program.py", run_name="__main__")
        status = 0
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        os._exit(status)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
