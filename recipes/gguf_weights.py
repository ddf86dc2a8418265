"""Weights between a GGUF file and the folders that PyTorch trains: no other source of the model is needed.

python gguf_weights.py unpack MODEL.gguf DIR              a folder of transformers, weights in float32
python gguf_weights.py adapter MODEL.gguf ADAPTER OUT     a LoRA adapter of peft as GGUF, for `npx cotlab serve --gguf MODEL.gguf --lora OUT`
python gguf_weights.py pack MODEL.gguf DIR OUT            a folder's weights in the place of the file's, in Q8_0
"""

import json
import os
import sys
from pathlib import Path

# Where transformers and llama.cpp name the same matrix.
NAMES = {
    "self_attn.q_proj": "attn_q",
    "self_attn.k_proj": "attn_k",
    "self_attn.v_proj": "attn_v",
    "self_attn.o_proj": "attn_output",
    "mlp.gate_proj": "ffn_gate",
    "mlp.up_proj": "ffn_up",
    "mlp.down_proj": "ffn_down",
    "input_layernorm": "attn_norm",
    "post_attention_layernorm": "ffn_norm",
}
OUTSIDE = {"model.embed_tokens": "token_embd", "model.norm": "output_norm", "lm_head": "output"}


def gguf_name(name):
    """model.layers.3.mlp.up_proj -> blk.3.ffn_up"""
    if name in OUTSIDE:
        return OUTSIDE[name]
    _, _, layer, part = name.split(".", 3)
    return f"blk.{layer}.{NAMES[part]}"


def reader_of(path):
    import gguf

    try:
        reader = gguf.GGUFReader(path)
        architecture = reader.fields["general.architecture"].contents()
    except Exception as error:  # whatever a damaged file makes of the reader
        sys.exit(f"{path} must be a whole GGUF file: {error}")
    if architecture != "llama":
        sys.exit(f"{path} must be of the architecture llama, got {architecture}: other architectures order their weights differently")
    return reader


def interleaved(rows, heads):
    """llama.cpp keeps the two halves of each head's rotary pairs side by side, transformers one half after the other."""
    return rows.reshape(heads, 2, rows.shape[0] // heads // 2, *rows.shape[1:]).swapaxes(1, 2).reshape(rows.shape)


def heads_of(reader):
    return {
        "attn_q": reader.fields["llama.attention.head_count"].contents(),
        "attn_k": reader.fields["llama.attention.head_count_kv"].contents(),
    }


def unpack(path, out):
    os.environ["HF_HUB_OFFLINE"] = "1"
    import torch
    from tokenizers import pre_tokenizers
    from transformers import AutoModelForCausalLM, AutoTokenizer

    reader_of(path)
    folder, name = os.path.split(os.path.abspath(path))
    tokenizer = AutoTokenizer.from_pretrained(folder, gguf_file=name)
    # transformers loses this part of the file's tokeniser, and would split a text that begins with a number otherwise.
    tokenizer.backend_tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Digits(individual_digits=True),
            pre_tokenizers.ByteLevel(add_prefix_space=False, trim_offsets=True, use_regex=True),
        ]
    )
    loaded = AutoModelForCausalLM.from_pretrained(folder, gguf_file=name, dtype=torch.float32)
    config = loaded.config
    if hasattr(config, "quantization_config"):
        del config.quantization_config
    config.dtype = "float32"
    # A model that came from a GGUF refuses to be saved; a plain one with its weights does not.
    plain = type(loaded)(config)
    plain.load_state_dict(loaded.state_dict())
    plain.save_pretrained(out)
    tokenizer.save_pretrained(out)


def adapter(path, source, out):
    import gguf
    import numpy as np
    from safetensors.numpy import load_file

    reader = reader_of(path)
    heads = heads_of(reader)
    settings = json.loads((Path(source) / "adapter_config.json").read_text())
    writer = gguf.GGUFWriter(out, "llama")
    writer.add_type(gguf.GGUFType.ADAPTER)
    writer.add_string(gguf.Keys.Adapter.TYPE, "lora")
    writer.add_float32(gguf.Keys.Adapter.LORA_ALPHA, float(settings["lora_alpha"]))
    for name, values in sorted(load_file(Path(source) / "adapter_model.safetensors").items()):
        module, side = name.removeprefix("base_model.model.").removesuffix(".weight").rsplit(".", 1)
        target = gguf_name(module)
        part = target.rsplit(".", 1)[-1]
        values = values.astype(np.float32)
        if side == "lora_B" and part in heads:
            values = interleaved(values, heads[part])
        writer.add_tensor(f"{target}.weight.{side.lower()}", values.astype(np.float16))
    finish(writer)


def pack(path, source, out):
    import gguf
    import numpy as np
    from safetensors.numpy import load_file

    reader = reader_of(path)
    heads = heads_of(reader)
    weights = {gguf_name(name.removesuffix(".weight")): values for name, values in load_file(Path(source) / "model.safetensors").items()}
    writer = gguf.GGUFWriter(out, "llama")
    for key, field in reader.fields.items():
        if key.startswith("GGUF.") or key in ("general.architecture", "general.file_type", "general.quantization_version"):
            continue
        kind = field.types[0]
        writer.add_key_value(key, field.contents(), kind, field.types[-1] if kind == gguf.GGUFValueType.ARRAY else None)
    writer.add_file_type(gguf.LlamaFileType.MOSTLY_Q8_0)
    writer.add_quantization_version(2)
    for tensor in reader.tensors:
        target = tensor.name.removesuffix(".weight")
        values = weights[target].astype(np.float32)
        part = target.rsplit(".", 1)[-1]
        if part in heads:
            values = interleaved(values, heads[part])
        if values.ndim == 1:
            writer.add_tensor(tensor.name, values)
        else:
            kind = gguf.GGMLQuantizationType.Q8_0
            writer.add_tensor(tensor.name, gguf.quants.quantize(values, kind), raw_dtype=kind)
    finish(writer)


def finish(writer):
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


COMMANDS = {"unpack": (unpack, 2), "adapter": (adapter, 3), "pack": (pack, 3)}


def main():
    name, *paths = sys.argv[1:] or [""]
    if name not in COMMANDS or len(paths) != COMMANDS[name][1]:
        sys.exit(__doc__)
    *given, out = paths
    # Written beside its place and renamed: what is there is whole.
    temporary = f"{out}.{os.getpid()}.partial"
    try:
        COMMANDS[name][0](*given, temporary)
        os.replace(temporary, out)
    except OSError as error:
        sys.exit(f"{out} cannot be written: {error.strerror}")


if __name__ == "__main__":
    main()
