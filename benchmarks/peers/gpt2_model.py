"""The vector GPT-2 of this project in PyTorch: the peer of the benchmark and the source of the stored reference values.

Plain modules and autograd; every token goes through every layer, and one boolean mask says who sees whom. Written after the model's
description, not after the TypeScript code.
"""

import math

import torch
from torch import nn
from torch.nn import functional as F


class Block(nn.Module):
    def __init__(self, width, heads):
        super().__init__()
        self.heads = heads
        self.norm1 = nn.LayerNorm(width)
        self.qkv = nn.Linear(width, 3 * width)
        self.out = nn.Linear(width, width)
        self.norm2 = nn.LayerNorm(width)
        self.up = nn.Linear(width, 4 * width)
        self.down = nn.Linear(4 * width, width)

    def forward(self, x, mask):
        batch, tokens, width = x.shape
        q, k, v = (
            part.view(batch, tokens, self.heads, width // self.heads).transpose(1, 2)
            for part in self.qkv(self.norm1(x)).split(width, dim=2)
        )
        y = F.scaled_dot_product_attention(q, k, v, attn_mask=mask)
        x = x + self.out(y.transpose(1, 2).reshape(batch, tokens, width))
        return x + self.down(F.gelu(self.up(self.norm2(x)), approximate="tanh"))


class VectorGPT2(nn.Module):
    """Tokens [x, y, 0, 0] and [0, 0, w, 1]; the next estimate is w + read-out."""

    def __init__(self, layers, width, heads, d, positions=0):
        super().__init__()
        self.d = d
        self.read_in = nn.Linear(2 * d + 2, width)
        self.positions = nn.Parameter(torch.zeros(positions, width)) if positions else None
        self.blocks = nn.ModuleList(Block(width, heads) for _ in range(layers))
        self.norm = nn.LayerNorm(width)
        self.read_out = nn.Linear(width, d)
        for name, parameter in self.named_parameters():
            if parameter.dim() == 2:
                scale = 1 / math.sqrt(parameter.shape[1])
                if name.startswith("read_in"):
                    scale = 1 / math.sqrt(d + 1)
                if name.startswith(("read_out", "positions")):
                    scale = 0.02
                if name.endswith(("out.weight", "down.weight")) and name.startswith("blocks"):
                    scale /= math.sqrt(2 * layers)
                nn.init.normal_(parameter, std=scale)
            elif name.endswith("bias"):
                nn.init.zeros_(parameter)

    def forward(self, X, y, W, mask, position_ids=None):
        """X (B, n, d), y (B, n), W (B, K, d): the read-outs at the K thoughts (B, K, d)."""
        batch, n, d = X.shape
        count = W.shape[1]
        examples = torch.cat([X, y[..., None], torch.zeros(batch, n, d + 1)], dim=2)
        thoughts = torch.cat([torch.zeros(batch, count, d + 1), W, torch.ones(batch, count, 1)], dim=2)
        h = self.read_in(torch.cat([examples, thoughts], dim=1))
        if self.positions is not None:
            h = h + self.positions[position_ids]
        for block in self.blocks:
            h = block(h, mask)
        return self.read_out(self.norm(h)[:, n:])


def attention_mask(n, starts):
    """True where a row may look: the prompt causally; thought i at the prompt and at thoughts starts[i]..i."""
    count = len(starts)
    mask = torch.zeros(n + count, n + count, dtype=torch.bool)
    mask[:n, :n] = torch.tril(torch.ones(n, n, dtype=torch.bool))
    mask[n:, :n] = True
    for i, start in enumerate(starts):
        mask[n + i, n + start : n + i + 1] = True
    return mask


def position_ids(n, starts):
    return torch.tensor(list(range(n)) + [n + i - start for i, start in enumerate(starts)])


def relative_loss(out, W, target):
    """Mean over thoughts of mse(out, target) / (mse(W, target) + 1e-3), the denominator detached."""
    error = ((out - target[:, None]) ** 2).mean(dim=2)
    start = ((W - target[:, None]) ** 2).mean(dim=2).detach()
    return (error / (start + 1e-3)).mean()


def training_step_loss(model, X, y, target, noisy, on_policy, append):
    """The recipe's loss: `on_policy` own estimates from w = 0 (detached) and the given noisy starts, in one pass."""
    n = X.shape[1]
    with torch.no_grad():
        estimates = [torch.zeros_like(target)]
        for i in range(on_policy - 1):
            W = torch.stack(estimates, dim=1)
            starts = [0] * len(estimates) if append else list(range(len(estimates)))
            out = model(X, y, W, attention_mask(n, starts), position_ids(n, starts))
            estimates.append(W[:, -1] + out[:, -1])
    W = torch.cat([torch.stack(estimates, dim=1), noisy], dim=1)
    starts = ([0] * on_policy if append else list(range(on_policy))) + list(range(on_policy, W.shape[1]))
    out = W + model(X, y, W, attention_mask(n, starts), position_ids(n, starts))
    return relative_loss(out, W, target), out
