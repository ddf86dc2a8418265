"""Runs a sweep on a Ray cluster: a Ray task for each cell, which runs the workspace's own Node worker.

    npm run setup -- --with ray
    .venv-ray/bin/python tools/ray/sweep.py SPEC.json [--dir DIR] [--out FILE] [--address ADDRESS]

Without --address a cluster is started on this machine and ended afterwards; with it (or RAY_ADDRESS) a running one is used, on whose
machines this folder must be set up at the same path (`npm run setup`). Every finished cell comes back as the text of its file and is
stored here, in DIR/cells, so that nothing but the Ray cluster is shared, and the same command goes on after an interruption. A cell
whose worker dies is tried again. The numbers are those of `npx cotlab sweep`, to the bit.
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
        raise RuntimeError(f"{ROOT} is not set up on {os.uname().nodename}: run `npm run setup` there")
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


def compute(path, text, index):
    """The text of a finished cell's file."""
    if Path(path).is_file() and Path(path).read_text() == text:
        return run_cell(path, index)
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "spec.json"
        copy.write_text(text)
        return run_cell(copy, index)


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


def store(path, text):
    """Whole or not at all: a temporary file beside it, to the disk, then by rename."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f"{path.name}.{os.getpid()}.tmp")
    with open(beside, "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    os.replace(beside, path)


def run(spec, text, folder, cells, left, chosen):
    """Computes cells on Ray and stores each as it comes."""
    ray = connect(chosen.address or os.environ.get("RAY_ADDRESS"), chosen.cpus)
    kept = len(cells) - len(left)
    try:
        task = ray.remote(num_cpus=1, max_retries=TRIES, retry_exceptions=[WorkerKilled])(compute)
        waiting = {task.remote(str(spec), text, cell["index"]): cell for cell in left}
        began = time.monotonic()
        while waiting:
            ready, _ = ray.wait(list(waiting), num_returns=1)
            cell = waiting.pop(ready[0])
            try:
                found = ray.get(ready[0])
            except ray.exceptions.RayError as error:
                # Ray wraps what a task raised; the message of the cell is inside.
                sys.stderr.write(f"cell {cell['index']}: {getattr(error, 'cause', None) or error}\n")
                sys.stderr.write(f"finished cells are kept in {folder / 'cells'}\n")
                return 1
            if json.loads(found[: found.index("\n")])["cell"] != cell["fingerprint"]:
                sys.stderr.write(f"cell {cell['index']} is another one where it was computed: is the workspace the same on all machines?\n")
                return 1
            store(folder / "cells" / f"{cell['fingerprint']}.json", found)
            done = len(left) - len(waiting)
            seconds = (time.monotonic() - began) / done * len(waiting)
            sys.stderr.write(f"{kept + done}/{len(cells)} cells ({kept} kept), {seconds:.0f} s left\n")
    except KeyboardInterrupt:
        sys.stderr.write(f"stopped; finished cells are kept in {folder / 'cells'}, and the same command goes on\n")
        return 130
    finally:
        ray.shutdown()
    return 0


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("spec")
    options.add_argument("--dir", help="folder of finished cells (default out/sweeps/NAME)")
    options.add_argument("--out", help="the table, .csv or .parquet (default DIR/NAME.csv)")
    options.add_argument("--address", help="a running cluster; default: RAY_ADDRESS, else one on this machine")
    options.add_argument("--cpus", type=int, help="CPUs of a cluster on this machine (default all)")
    chosen = options.parse_args()
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    spec = Path(chosen.spec).resolve()
    listed = subprocess.run(command("cells", spec, *(["--dir", chosen.dir] if chosen.dir else [])), capture_output=True, text=True)
    sys.stderr.write(listed.stderr)
    if listed.returncode:
        sys.stderr.write(f"the cells of {spec} could not be listed (status {listed.returncode})\n")
        return 1
    cells = [json.loads(line) for line in listed.stdout.splitlines()]
    text = spec.read_text()
    folder = Path(chosen.dir or Path("out") / "sweeps" / json.loads(text)["name"])
    left = [cell for cell in cells if not cell["finished"]]

    if left:
        status = run(spec, text, folder, cells, left, chosen)
        if status:
            return status
    out = ["--out", chosen.out] if chosen.out else []
    # Every cell is there: this only gathers them into the table.
    return subprocess.run(command(spec, "--dir", folder, *out)).returncode


if __name__ == "__main__":
    sys.exit(main())
