"""Write a checkpoint as a GGUF file that llama.cpp loads as `qwen3`."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

import gguf
import numpy as np
import torch

from model import Nano, NanoConfig
from tokenizer import CONTROL_TOKENS, USER_TOKENS, load_tokenizer, vocabulary

HERE = Path(__file__).resolve().parent
CONTEXT_LENGTH = 4096
LAYER_NAMES = {
    "attention_norm.weight": "attn_norm.weight",
    "attention.q.weight": "attn_q.weight",
    "attention.k.weight": "attn_k.weight",
    "attention.v.weight": "attn_v.weight",
    "attention.o.weight": "attn_output.weight",
    "attention.q_norm.weight": "attn_q_norm.weight",
    "attention.k_norm.weight": "attn_k_norm.weight",
    "feed_norm.weight": "ffn_norm.weight",
    "feed.gate.weight": "ffn_gate.weight",
    "feed.up.weight": "ffn_up.weight",
    "feed.down.weight": "ffn_down.weight",
}


def gguf_name(name: str) -> str:
    """llama.cpp's name of a parameter of `Nano`."""
    if name == "embed.weight":
        return "token_embd.weight"
    if name == "norm.weight":
        return "output_norm.weight"
    _, layer, rest = name.split(".", 2)
    return f"blk.{layer}.{LAYER_NAMES[rest]}"


def write_metadata(writer: gguf.GGUFWriter, config: NanoConfig) -> None:
    writer.add_name("Silica Nano")
    writer.add_description("Bundled demo model of Silica")
    writer.add_license("apache-2.0")
    writer.add_context_length(CONTEXT_LENGTH)
    writer.add_embedding_length(config.width)
    writer.add_block_count(config.layers)
    writer.add_feed_forward_length(config.hidden)
    writer.add_head_count(config.heads)
    writer.add_head_count_kv(config.kv_heads)
    writer.add_key_length(config.head_dim)
    writer.add_value_length(config.head_dim)
    writer.add_rope_freq_base(config.rope_theta)
    writer.add_rope_dimension_count(config.head_dim)
    writer.add_layer_norm_rms_eps(config.eps)
    writer.add_vocab_size(config.vocab)


def write_tokenizer(writer: gguf.GGUFWriter, tokenizer_path: Path) -> None:
    tokens, merges = vocabulary(load_tokenizer(tokenizer_path))
    kinds = {token: gguf.TokenType.CONTROL for token in CONTROL_TOKENS}
    kinds.update({token: gguf.TokenType.USER_DEFINED for token in USER_TOKENS})
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("qwen2")
    writer.add_token_list(tokens)
    writer.add_token_types([kinds.get(token, gguf.TokenType.NORMAL) for token in tokens])
    writer.add_token_merges(merges)
    writer.add_eos_token_id(tokens.index("<|im_end|>"))
    writer.add_pad_token_id(tokens.index("<|endoftext|>"))
    writer.add_add_bos_token(False)
    writer.add_chat_template((HERE / "template.jinja").read_text(encoding="utf-8"))


def write_tensors(writer: gguf.GGUFWriter, model: Nano) -> None:
    """Matrices as F16 (exact enough, and fast on every CPU), norms as F32."""
    for name, parameter in model.named_parameters():
        values = parameter.detach().to(torch.float32).numpy()
        writer.add_tensor(gguf_name(name), values.astype(np.float16 if values.ndim == 2 else np.float32))


def export(model: Nano, tokenizer_path: Path, output: Path) -> None:
    output.parent.mkdir(parents=True, exist_ok=True)
    draft = output.with_suffix(".gguf.part")
    writer = gguf.GGUFWriter(str(draft), "qwen3")
    write_metadata(writer, model.config)
    write_tokenizer(writer, tokenizer_path)
    writer.add_file_type(gguf.LlamaFileType.MOSTLY_F16)
    write_tensors(writer, model)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    os.replace(draft, output)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--checkpoint", type=Path, required=True)
    parser.add_argument("--tokenizer", type=Path, required=True)
    parser.add_argument("--output", type=Path, default=HERE.parent.parent / "models/nano/silica-nano.gguf")
    options = parser.parse_args()
    saved = torch.load(options.checkpoint, map_location="cpu", weights_only=True)
    model = Nano(NanoConfig(**saved["config"]))
    model.load_state_dict(saved["model"])
    export(model, options.tokenizer, options.output)
    print(f"{options.output}: {options.output.stat().st_size / 1e6:.1f} MB, {model.parameter_count() / 1e6:.2f} M parameters")


if __name__ == "__main__":
    main()
