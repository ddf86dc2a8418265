"""Writes lib/test/fixtures/gpt2-pytorch.json: estimates, every gradient, and ten losses of the recipe on a small model.

    peers/bin/python benchmarks/peers/gpt2_reference.py lib/test/fixtures/gpt2-pytorch.json

Computed in 64-bit floats from parameters and data rounded to 32 bits, so that a difference is the other side's rounding (what is
stored has 32 bits too).
"""

import base64
import json
import math
import sys

import torch

from gpt2_model import VectorGPT2, training_step_loss

LAYERS, WIDTH, HEADS, D, N, BATCH, ON_POLICY, NOISY = 2, 16, 2, 3, 6, 4, 3, 2
RATE, WARM_UP, STEPS, FLOOR, CLIP = 3e-3, 3, 10, 0.02, 1.0

NAMES = {"read_in": "readIn", "read_out": "readOut"}


def ours(name):
    """PyTorch's name of a parameter as ours."""
    parts = name.split(".")
    if parts[0] == "blocks":
        parts = [f"block{parts[1]}", *parts[2:]]
    parts = [NAMES.get(part, part) for part in parts]
    if "norm" in parts[-2] if len(parts) > 1 else False:
        parts[-1] = {"weight": "gamma", "bias": "beta"}[parts[-1]]
    return ".".join(parts)


def packed(tensor):
    """Row-major 32-bit floats, little-endian, in base64: a third of the size of digits."""
    return base64.b64encode(tensor.detach().float().contiguous().numpy().astype("<f4").tobytes()).decode()


def values(tensor, name):
    """Our matrices are (fan-in, fan-out)."""
    return packed(tensor.t() if name.endswith(".weight") else tensor)


def case(positions, append):
    torch.manual_seed(7)
    torch.set_default_dtype(torch.float64)
    model = VectorGPT2(LAYERS, WIDTH, HEADS, D, positions)
    with torch.no_grad():
        for parameter in model.parameters():
            # Away from the first values, so that every parameter matters to every gradient.
            parameter += 0.1 * torch.randn_like(parameter)
            parameter.copy_(parameter.float().double())
    X = torch.randn(BATCH, N, D).float().double()
    target = torch.randn(BATCH, D).float().double()
    y = torch.einsum("bnd,bd->bn", X, target).float().double()
    noisy = (target[:, None] + 0.3 * torch.randn(BATCH, NOISY, D)).float().double()

    def loss():
        return training_step_loss(model, X, y, target, noisy, ON_POLICY, append)

    parameters = {ours(name): values(p, name) for name, p in model.named_parameters()}
    first, out = loss()
    first.backward()
    gradients = {ours(name): values(p.grad, name) for name, p in model.named_parameters()}
    estimates = packed(out)

    optimizer = torch.optim.Adam(model.parameters(), lr=RATE, betas=(0.9, 0.99), eps=1e-8)
    losses, norms = [], []
    for step in range(STEPS):
        rate = RATE * min(1, (step + 1) / WARM_UP)
        if step >= WARM_UP:
            progress = (step - WARM_UP) / (STEPS - WARM_UP)
            rate = RATE * (FLOOR + (1 - FLOOR) * 0.5 * (1 + math.cos(math.pi * progress)))
        for group in optimizer.param_groups:
            group["lr"] = rate
        optimizer.zero_grad()
        value, _ = loss()
        value.backward()
        norms.append(float(torch.nn.utils.clip_grad_norm_(model.parameters(), CLIP)))
        optimizer.step()
        losses.append(float(value))
    last = {ours(name): values(p, name) for name, p in model.named_parameters()}
    return {
        "positions": positions,
        "mode": "append" if append else "replace",
        "parameters": parameters,
        "X": packed(X),
        "y": packed(y),
        "target": packed(target),
        "noisy": packed(noisy),
        "estimates": estimates,
        "gradients": gradients,
        "losses": losses,
        "norms": norms,
        "lastParameters": {name: last[name] for name in ("readIn.weight", "block0.qkv.weight", "norm.gamma", "readOut.bias")},
    }


result = {
    "command": "python benchmarks/peers/gpt2_reference.py lib/test/fixtures/gpt2-pytorch.json",
    "torch": torch.__version__,
    "shape": {"layers": LAYERS, "width": WIDTH, "heads": HEADS, "d": D, "n": N, "batch": BATCH, "onPolicy": ON_POLICY, "noisy": NOISY},
    "optimizer": {"learningRate": RATE, "warmUp": WARM_UP, "steps": STEPS, "floor": FLOOR, "clip": CLIP, "beta1": 0.9, "beta2": 0.99, "epsilon": 1e-8},
    "cases": [case(0, False), case(0, True), case(N + ON_POLICY, True)],
}
with open(sys.argv[1], "w") as file:
    json.dump(result, file)
    file.write("\n")
print([c["losses"] for c in result["cases"]])
