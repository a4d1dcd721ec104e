"""Turn a GGUF file of `export.py` back into a checkpoint and a tokenizer, to train it further."""

from __future__ import annotations

import argparse
from pathlib import Path

import gguf
import numpy as np
import torch

from export import HERE, gguf_name
from model import Nano, NanoConfig
from tokenizer import CONTROL_TOKENS, USER_TOKENS, Tokenizer, assemble, save_tokenizer


def texts(reader: gguf.GGUFReader, key: str) -> list[str]:
    field = reader.fields[key]
    return [bytes(field.parts[index]).decode("utf-8") for index in field.data]


def number(reader: gguf.GGUFReader, key: str) -> int:
    field = reader.fields[f"qwen3.{key}"]
    return int(field.parts[field.data[0]][0])


def read_tokenizer(reader: gguf.GGUFReader) -> Tokenizer:
    tokens = texts(reader, "tokenizer.ggml.tokens")
    pieces = tokens[:len(tokens) - len(CONTROL_TOKENS) - len(USER_TOKENS)]
    merges = [(left, right) for left, right in (merge.split(" ") for merge in texts(reader, "tokenizer.ggml.merges"))]
    return assemble({piece: index for index, piece in enumerate(pieces)}, merges)


def read_model(reader: gguf.GGUFReader, vocab: int) -> Nano:
    model = Nano(NanoConfig(
        vocab=vocab, width=number(reader, "embedding_length"), layers=number(reader, "block_count"),
        heads=number(reader, "attention.head_count"), kv_heads=number(reader, "attention.head_count_kv"),
        head_dim=number(reader, "attention.key_length"), hidden=number(reader, "feed_forward_length")))
    tensors = {tensor.name: np.array(tensor.data, dtype=np.float32) for tensor in reader.tensors}
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            parameter.copy_(torch.from_numpy(tensors[gguf_name(name)]).view_as(parameter))
    return model


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", type=Path, default=HERE.parent.parent / "models/nano/silica-nano.gguf")
    parser.add_argument("--checkpoint", type=Path, required=True)
    parser.add_argument("--tokenizer", type=Path, required=True)
    options = parser.parse_args()
    reader = gguf.GGUFReader(options.model)
    tokenizer = read_tokenizer(reader)
    model = read_model(reader, tokenizer.get_vocab_size())
    save_tokenizer(tokenizer, options.tokenizer)
    torch.save({"config": model.config.to_dict(), "model": model.state_dict(), "facts": {}}, options.checkpoint)
    print(f"{options.checkpoint}: {model.parameter_count() / 1e6:.2f} M parameters, {tokenizer.get_vocab_size()} tokens")


if __name__ == "__main__":
    main()
