"""Runs a sweep on a Ray cluster: a Ray task for each cell, which runs the workspace's own Node worker.

    npm run setup -- --with ray
    .venv-ray/bin/python tools/ray/sweep.py SPEC.json [--dir DIR] [--out FILE] [--address ADDRESS] [--again]

Without --address a cluster is started on this machine and ended afterwards; with it (or RAY_ADDRESS) a running one is used, on whose
machines this folder must be set up at the same path, from the same sources (`npm run setup -- --with ray`). Every finished cell comes
back as the text of its file and is stored here, in DIR/cells, so that nothing but the Ray cluster is shared, and the same command goes
on after an interruption. The specification and the file of an experiment of your own go along to machines that do not have them; files
that it loads must be there. A cell whose worker dies is tried again. The numbers are those of `npx cotlab sweep`, to the bit.
data/sweeps/README.md shows how to start a cluster.
"""

import argparse
import ctypes
import json
import os
import platform
import secrets
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

# Nothing is reported to Ray's makers. Set before Ray is loaded.
os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")

ROOT = Path(__file__).resolve().parents[2]
TRIES = 5
# Results are a few kilobytes a cell; Ray's default takes a third of the machine's memory.
OBJECT_STORE_BYTES = 100 * 2**20


class WorkerKilled(Exception):
    """The Node worker was ended by a signal, which says nothing about the cell: it is tried again."""


def command(*words):
    nodes = sorted(ROOT.glob("node_modules/node-*/bin/node*"))
    if not nodes:
        raise RuntimeError(f"{ROOT} is not set up on {platform.node()}: run `npm run setup` there")
    return [str(nodes[0]), str(ROOT / "lib" / "bin" / "cotlab.cjs"), "sweep", *map(str, words)]


def check(done):
    if done.returncode < 0:
        raise WorkerKilled(f"the worker was ended by {signal.Signals(-done.returncode).name}")
    if done.returncode:
        raise RuntimeError(done.stderr.strip() or f"the worker ended with status {done.returncode}")
    return done.stdout


def die_with_parent():
    """On Linux a Node worker ends with the Ray worker that started it, so that a lost task does not go on computing."""
    if platform.system() == "Linux":
        ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG


def run_cell(path, index):
    words = command("cell", path, index, "--workers", 1)
    return check(subprocess.run(words, capture_output=True, text=True, preexec_fn=die_with_parent if os.name == "posix" else None))


def files_of(spec):
    """What a cell is computed from: the specification, and the file of an experiment of the user's own. Path to content."""
    text = spec.read_bytes()
    module = json.loads(text).get("module")
    paths = [] if module is None else [(spec.parent / module).resolve()]
    return {str(spec): text, **{str(path): path.read_bytes() for path in paths}}


def compute(files, index):
    """The machine's name, and the text of a finished cell's file."""
    spec = next(iter(files))
    if all(Path(path).is_file() and Path(path).read_bytes() == content for path, content in files.items()):
        return platform.node(), run_cell(spec, index)
    # Copies, as they lie to each other, inside the workspace, so that a module finds the library.
    place = ROOT / "out"
    place.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="ray-", dir=place) as folder:
        base = os.path.commonpath([str(Path(path).parent) for path in files])
        copies = {path: Path(folder) / os.path.relpath(path, base) for path in files}
        for path, content in files.items():
            copies[path].parent.mkdir(parents=True, exist_ok=True)
            copies[path].write_bytes(content)
        return platform.node(), run_cell(copies[spec], index)


def mismatch(cell, machine, text):
    """Why a cell that came back cannot be used here; None when it can."""
    about = json.loads(text[: text.index("\n")])
    remedy = "set up the same sources on every machine (npm run setup) and run the same command again"
    if about["build"] != cell["build"]:
        return f"{machine} has build {about['build']} of the library and this machine {cell['build']}: {remedy}"
    if about["cell"] != cell["fingerprint"]:
        return f"{machine} computed another cell: {remedy}"
    return None


def connect(address, cpus):
    """Ray, connected to a running cluster, or to one on this machine that nobody else can reach."""
    if not address:
        # A secret of this cluster alone, which is written nowhere: no other user of the machine can hand it work.
        os.environ.update(RAY_AUTH_MODE="token", RAY_AUTH_TOKEN=secrets.token_hex(32))
        # Nothing listens but on loopback: so Ray does by itself on Windows and macOS, and on Linux with this switch.
        os.environ["RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER"] = "0"
    import ray

    local = {"num_cpus": cpus, "include_dashboard": False, "object_store_memory": OBJECT_STORE_BYTES}
    ray.init(address=address or "local", log_to_driver=False, logging_level="ERROR", **({} if address else local))
    return ray


def cell_file(folder, cell):
    return folder / "cells" / f"{cell['fingerprint']}.json"


def store(path, text):
    """Whole or not at all: a temporary file beside it, to the disk, then by rename."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f"{path.name}.{os.getpid()}.tmp")
    with open(beside, "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    os.replace(beside, path)


def run(spec, folder, cells, left, chosen):
    """Computes cells on Ray and stores each as it comes. A cell that fails does not keep the others from being computed."""
    files = files_of(spec)
    ray = connect(chosen.address or os.environ.get("RAY_ADDRESS"), chosen.cpus)
    kept = len(cells) - len(left)
    failed = []
    try:
        task = ray.remote(num_cpus=1, max_retries=TRIES, retry_exceptions=[WorkerKilled])(compute)
        waiting = {task.remote(files, cell["index"]): cell for cell in left}
        began = time.monotonic()
        while waiting:
            ready, _ = ray.wait(list(waiting), num_returns=1)
            cell = waiting.pop(ready[0])
            try:
                machine, found = ray.get(ready[0])
            except ray.exceptions.RayError as error:
                # Ray wraps what a task raised; the message of the cell is inside.
                failed.append(f"cell {cell['index']}: {getattr(error, 'cause', None) or error}")
                continue
            problem = mismatch(cell, machine, found)
            if problem:
                sys.stderr.write(f"{problem}\nfinished cells are kept in {folder / 'cells'}\n")
                return 1
            store(cell_file(folder, cell), found)
            done = len(left) - len(waiting) - len(failed)
            seconds = (time.monotonic() - began) / done * len(waiting)
            sys.stderr.write(f"{kept + done}/{len(cells)} cells ({kept} kept), {seconds:.0f} s left\n")
    except KeyboardInterrupt:
        sys.stderr.write(f"stopped; finished cells are kept in {folder / 'cells'}, and the same command goes on\n")
        return 130
    finally:
        ray.shutdown()
    if failed:
        sys.stderr.write(f"{len(failed)} of {len(cells)} cells have no result, and no table is written:\n")
        sys.stderr.writelines(f"  {line}\n" for line in failed[:20])
        sys.stderr.write(f"finished cells are kept in {folder / 'cells'}\n")
    return 1 if failed else 0


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("spec")
    options.add_argument("--dir", help="folder of finished cells (default out/sweeps/NAME)")
    options.add_argument("--out", help="the table, .csv or .parquet (default DIR/NAME.csv)")
    options.add_argument("--address", help="a running cluster; default: RAY_ADDRESS, else one on this machine")
    options.add_argument("--cpus", type=int, help="CPUs of a cluster on this machine (default all)")
    options.add_argument("--again", action="store_true", help="forgets the finished cells first and computes them again")
    chosen = options.parse_args()
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    spec = Path(chosen.spec).resolve()
    places = [word for name in ("dir", "out") if getattr(chosen, name) for word in (f"--{name}", getattr(chosen, name))]
    listed = subprocess.run(command("cells", spec, *places), capture_output=True, text=True)
    sys.stderr.write(listed.stderr)
    if listed.returncode:
        sys.stderr.write(f"the cells of {spec} could not be listed (status {listed.returncode})\n")
        return 1
    cells = [json.loads(line) for line in listed.stdout.splitlines()]
    name = json.loads(spec.read_bytes())["name"]
    folder = Path(chosen.dir or Path("out") / "sweeps" / name)
    left = cells if chosen.again else [cell for cell in cells if not cell["finished"]]
    if chosen.again:
        for cell in cells:
            cell_file(folder, cell).unlink(missing_ok=True)

    if left:
        status = run(spec, folder, cells, left, chosen)
        if status:
            return status
    return subprocess.run(command("merge", spec, folder, "--out", chosen.out or folder / f"{name}.csv")).returncode


if __name__ == "__main__":
    sys.exit(main())
