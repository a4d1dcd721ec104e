"""The Qwen3 architecture in PyTorch, small enough to train on a CPU."""

from __future__ import annotations

from dataclasses import asdict, dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn


@dataclass(frozen=True)
class NanoConfig:
    vocab: int
    width: int = 256
    layers: int = 6
    heads: int = 4
    kv_heads: int = 2
    head_dim: int = 64
    hidden: int = 512
    rope_theta: float = 100000.0
    eps: float = 1e-6

    def to_dict(self) -> dict[str, float]:
        return asdict(self)


Cache = list[tuple[Tensor, Tensor]]


def rope_table(config: NanoConfig, length: int) -> tuple[Tensor, Tensor]:
    """Cosines and sines for the half-split ("NeoX") rotation Qwen3 uses."""
    steps = torch.arange(0, config.head_dim, 2, dtype=torch.float32) / config.head_dim
    angles = torch.outer(torch.arange(length, dtype=torch.float32), config.rope_theta ** -steps)
    return angles.cos(), angles.sin()


def rotate(x: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
    first, second = x.chunk(2, dim=-1)
    return torch.cat((first * cos - second * sin, second * cos + first * sin), dim=-1)


class Norm(nn.Module):
    """RMSNorm in plain operations, which torch.compile fuses in any precision."""

    def __init__(self, size: int, eps: float) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(size))
        self.eps = eps

    def forward(self, x: Tensor) -> Tensor:
        x = x.float()
        return x * torch.rsqrt(x.square().mean(-1, keepdim=True) + self.eps) * self.weight


class Attention(nn.Module):
    def __init__(self, config: NanoConfig) -> None:
        super().__init__()
        self.config = config
        kv_width = config.kv_heads * config.head_dim
        self.q = nn.Linear(config.width, config.heads * config.head_dim, bias=False)
        self.k = nn.Linear(config.width, kv_width, bias=False)
        self.v = nn.Linear(config.width, kv_width, bias=False)
        self.o = nn.Linear(config.heads * config.head_dim, config.width, bias=False)
        self.q_norm = Norm(config.head_dim, config.eps)
        self.k_norm = Norm(config.head_dim, config.eps)

    def forward(self, x: Tensor, cos: Tensor, sin: Tensor, past: tuple[Tensor, Tensor] | None,
                seen: Tensor) -> tuple[Tensor, tuple[Tensor, Tensor]]:
        """Softmax attention in full: for short rows in bfloat16, twice as fast as the fused kernel."""
        batch, length, _ = x.shape
        heads, kv_heads, head_dim = self.config.heads, self.config.kv_heads, self.config.head_dim
        query = rotate(self.q_norm(self.q(x).view(batch, length, heads, head_dim)).transpose(1, 2), cos, sin)
        key = rotate(self.k_norm(self.k(x).view(batch, length, kv_heads, head_dim)).transpose(1, 2), cos, sin)
        value = self.v(x).view(batch, length, kv_heads, head_dim).transpose(1, 2)
        if past is not None:
            key, value = torch.cat((past[0], key), dim=2), torch.cat((past[1], value), dim=2)
        grouped = query.reshape(batch, kv_heads, -1, head_dim) * head_dim ** -0.5
        scores = (grouped @ key.mT).view(batch, heads, length, -1)
        shares = scores.float().masked_fill(~seen[:, None], -1e9).softmax(-1).to(value.dtype)
        mixed = (shares.view(batch, kv_heads, -1, key.shape[2]) @ value).view(batch, heads, length, head_dim)
        return self.o(mixed.transpose(1, 2).reshape(batch, length, -1)), (key, value)


class FeedForward(nn.Module):
    def __init__(self, config: NanoConfig) -> None:
        super().__init__()
        self.gate = nn.Linear(config.width, config.hidden, bias=False)
        self.up = nn.Linear(config.width, config.hidden, bias=False)
        self.down = nn.Linear(config.hidden, config.width, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        return self.down(F.silu(self.gate(x)) * self.up(x))


class Block(nn.Module):
    def __init__(self, config: NanoConfig) -> None:
        super().__init__()
        self.attention_norm = Norm(config.width, config.eps)
        self.attention = Attention(config)
        self.feed_norm = Norm(config.width, config.eps)
        self.feed = FeedForward(config)


TOKEN_SHARE = 5 / 8  # of the width, where tokens start; the rest is kept for context
EMBEDDING_SIZE = 0.6  # norm of a fresh embedding
SLOW_PAIRS = 14  # rotation pairs from here on turn little over a few hundred tokens


@torch.no_grad()
def seed_copying(model: "Nano") -> None:
    """Begin with induction heads, which training alone finds late.

    Block 0 writes the tokens one and two places back beside each token, by
    position alone. In blocks 1 and 3 a head looks for the place whose previous
    token (in block 3: whose two previous tokens) is the present one, and copies
    what stands there. Training is free to change all of it.
    """
    config = model.config
    tokens = int(config.width * TOKEN_SHARE)
    room = (config.width - tokens - 8) // 2
    slow = torch.tensor([i + half for half in (0, config.head_dim // 2) for i in range(SLOW_PAIRS, config.head_dim // 2)])
    size = min(room, len(slow))
    constant = config.width - 1
    model.embed.weight.zero_()
    model.embed.weight[:, :tokens].normal_(std=EMBEDDING_SIZE * (tokens ** -0.5))
    model.embed.weight[:, constant] = EMBEDDING_SIZE / 2
    address = torch.nn.init.orthogonal_(torch.empty(size, tokens))
    before = [range(tokens, tokens + size), range(tokens + room, tokens + room + size)]
    _seed_previous(model.blocks[0].attention, config, address, before, constant)
    for layer, depth in ((1, 1), (3, 2)):
        if layer < config.layers:
            _seed_match(model.blocks[layer].attention, config, address, before[:depth], slow)


def _seed_previous(attention: Attention, config: NanoConfig, address: Tensor, before: list[range], constant: int) -> None:
    """Heads 0 and 1 attend one and two places back and write what is there."""
    angles = config.rope_theta ** (-torch.arange(4) * 2 / config.head_dim)
    half = config.head_dim // 2
    attention.k.weight[:config.head_dim] = 0
    attention.k.weight[:4, constant] = angles.cos()
    attention.k.weight[half:half + 4, constant] = angles.sin()
    attention.v.weight[:config.head_dim] = 0
    attention.v.weight[:len(address), :address.shape[1]] = address
    for head, place in enumerate(before):
        rows = slice(head * config.head_dim, (head + 1) * config.head_dim)
        query = attention.q.weight[rows]
        query.zero_()
        query[:4, constant] = (head * angles).cos()
        query[half:half + 4, constant] = -(head * angles).sin()
        for row, target in enumerate(place):
            attention.o.weight[target, head * config.head_dim + row] = 0.12
    attention.q_norm.weight.fill_(1.6)
    attention.k_norm.weight.fill_(1.6)


def _seed_match(attention: Attention, config: NanoConfig, address: Tensor, before: list[range], slow: Tensor) -> None:
    """Head 0 matches tokens with earlier contexts and copies what followed."""
    attention.q.weight[:config.head_dim] = 0
    attention.k.weight[:config.head_dim] = 0
    share = len(address) // len(before)
    for depth, place in enumerate(before):
        rows = slow[depth * share:(depth + 1) * share]
        part = slice(depth * share, (depth + 1) * share)
        attention.k.weight[rows, place.start + part.start:place.start + part.stop] = torch.eye(share)
        if depth == 0:
            attention.q.weight[rows, :address.shape[1]] = address[part]
        else:
            earlier = before[depth - 1].start
            attention.q.weight[rows, earlier + part.start:earlier + part.stop] = torch.eye(share)
    values = torch.nn.init.orthogonal_(torch.empty(config.head_dim, address.shape[1]))
    attention.v.weight[:config.head_dim] = 0
    attention.v.weight[:config.head_dim, :address.shape[1]] = values
    attention.o.weight[:address.shape[1], :config.head_dim] = 0.15 * values.T
    attention.q_norm.weight.fill_(1.6)
    attention.k_norm.weight.fill_(1.6)


class Nano(nn.Module):
    """Decoder with tied embeddings: `hidden` gives states, `logits` reads them."""

    def __init__(self, config: NanoConfig) -> None:
        super().__init__()
        self.config = config
        self.embed = nn.Embedding(config.vocab, config.width)
        self.blocks = nn.ModuleList(Block(config) for _ in range(config.layers))
        self.norm = Norm(config.width, config.eps)
        cos, sin = rope_table(config, 4096)
        self.register_buffer("cos", cos, persistent=False)
        self.register_buffer("sin", sin, persistent=False)
        self._init_weights()

    @torch.no_grad()
    def _init_weights(self) -> None:
        """Random maps into each block, none out of it, and heads that copy."""
        for name, parameter in self.named_parameters():
            if parameter.dim() == 2:
                nn.init.normal_(parameter, std=parameter.shape[1] ** -0.5)
            if name.endswith(("o.weight", "down.weight")):
                parameter.zero_()
        seed_copying(self)

    def hidden(self, tokens: Tensor, places: Tensor, seen: Tensor, past: Cache | None = None) -> tuple[Tensor, Cache]:
        """States of `tokens` at `places`; `seen` tells which keys, past ones first, each token looks at."""
        cos, sin = self.cos[places][:, None], self.sin[places][:, None]
        x = self.embed(tokens)
        cache: Cache = []
        for index, block in enumerate(self.blocks):
            mixed, kept = block.attention(block.attention_norm(x), cos, sin, None if past is None else past[index], seen)
            x = x + mixed
            x = x + block.feed(block.feed_norm(x))
            cache.append(kept)
        return self.norm(x), cache

    def logits(self, states: Tensor) -> Tensor:
        return states @ self.embed.weight.T

    def parameter_count(self) -> int:
        return sum(parameter.numel() for parameter in self.parameters())
