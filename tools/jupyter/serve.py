"""Runs a Jupyter application that ends with what started it: `python serve.py jupyterlab --option ...`.

A server whose parent was killed would go on unseen, with its port and its kernels, and one whose terminal is closed would die of the
signal without ending its kernels. Jupyter stops in order at a SIGTERM, so both become one.
"""

import os
import runpy
import signal
import sys
import threading
import time


def stop(*_):
    os.kill(os.getpid(), signal.SIGTERM)


def watch(parent):
    while os.getppid() == parent:
        time.sleep(1)
    stop()


if os.name == "posix":
    threading.Thread(target=watch, args=(os.getppid(),), daemon=True).start()
    signal.signal(signal.SIGHUP, stop)
application, sys.argv[1:] = sys.argv[1], sys.argv[2:]
sys.path.pop(0)  # this folder
runpy.run_module(application, run_name="__main__", alter_sys=True)
