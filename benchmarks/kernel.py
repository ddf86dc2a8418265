"""Starts a kernel by its specification, runs cells in it and says how long that took, for the start-up benchmark.

Reads {"spec": a kernel specification, "cells", "folder", "cwd"} from standard input and prints {"cells": seconds of each, "total", "figures"}: the first cell's
seconds hold the kernel's start, since it is asked for at once. jupyter_client is Jupyter's own.
"""

import json
import os
import sys
import time

from jupyter_client import KernelManager
from jupyter_client.kernelspec import KernelSpecManager

request = json.load(sys.stdin)
spec = os.path.join(request["folder"], "kernels", "bench")
os.makedirs(spec, exist_ok=True)
with open(os.path.join(spec, "kernel.json"), "w") as file:
    json.dump(request["spec"], file)
os.environ["JUPYTER_RUNTIME_DIR"] = request["folder"]
specs = KernelSpecManager(kernel_dirs=[os.path.dirname(spec)], ensure_native_kernel=False)
manager = KernelManager(kernel_name="bench", kernel_spec_manager=specs)

start = time.perf_counter()
manager.start_kernel(cwd=request["cwd"])
client = manager.client()
client.start_channels(stdin=False, hb=False)
seconds = []
figures = 0
try:
    for code in request["cells"]:
        begin = time.perf_counter() if seconds else start
        asked = client.execute(code)
        while True:
            reply = client.get_shell_msg(timeout=120)
            if reply["parent_header"].get("msg_id") == asked:
                break
        seconds.append(time.perf_counter() - begin)
        if reply["content"]["status"] != "ok":
            sys.exit(f"{code}: {reply['content']}")
    total = time.perf_counter() - start
    while client.iopub_channel.msg_ready():
        message = client.get_iopub_msg(timeout=1)
        content = message["content"]
        if message["msg_type"] in ("display_data", "execute_result"):
            figures += any(kind.startswith("image/") for kind in content["data"])
        elif message["msg_type"] == "stream" and content["name"] == "stderr":
            print(content["text"], file=sys.stderr)
finally:
    client.stop_channels()
    manager.shutdown_kernel(now=True)
print(json.dumps({"cells": seconds, "total": total, "figures": figures}))
