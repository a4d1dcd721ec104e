"""Conversations as token sequences, through the model's own chat template."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

from jinja2 import Environment
from tokenizers import Tokenizer

from skills.extraction import JSON_SENTENCE
from skills.world import Message, Sample, system

HERE = Path(__file__).resolve().parent


def _environment() -> Environment:
    environment = Environment(trim_blocks=True, lstrip_blocks=True)
    environment.filters["tojson"] = lambda value: json.dumps(value, ensure_ascii=False)
    return environment


TEMPLATE = _environment().from_string((HERE / "template.jinja").read_text(encoding="utf-8"))


def render(messages: list[Message], tools: list[Any], thinking: bool) -> str:
    """The prompt, up to where the model starts to write."""
    return TEMPLATE.render(messages=messages, tools=tools, enable_thinking=thinking, add_generation_prompt=True)


def json_messages(messages: list[Message], separator: str = "\n\n") -> list[Message]:
    """The messages as the server sends them for `response_format: json_object`."""
    if messages[0]["role"] == "system":
        return [system(messages[0]["content"] + separator + JSON_SENTENCE), *messages[1:]]
    return [system(JSON_SENTENCE), *messages]


def completion(sample: Sample) -> str:
    """The visible part of the turn to learn, with its end mark."""
    calls = "\n".join(
        f"<tool_call>\n{json.dumps(call, ensure_ascii=False)}\n</tool_call>" for call in sample.calls)
    return sample.answer + ("\n" if sample.answer and calls else "") + calls + "<|im_end|>"


def encode(tokenizer: Tokenizer, text: str) -> list[int]:
    return tokenizer.encode(text, add_special_tokens=False).ids


def encode_visible(tokenizer: Tokenizer, sample: Sample) -> list[int]:
    """The answer; a spelled one ends in single letters, whatever longer pieces its word has."""
    if not sample.spelled:
        return encode(tokenizer, completion(sample))
    head, space, word = sample.answer.rpartition(" ")
    letters = [token for letter in word for token in encode(tokenizer, letter)]
    return encode(tokenizer, head + space) + letters + encode(tokenizer, "<|im_end|>")


def encode_sample(tokenizer: Tokenizer, sample: Sample, rng: random.Random, cut_share: float = 0.05) -> list[tuple[list[int], int]]:
    """Token ids, and where the supervised part starts; with and without a thought where both fit.

    A few thoughts are cut short, as a server does at the thinking budget;
    there only the answer is learned.
    """
    messages = sample.messages
    if sample.json_mode:
        messages = json_messages(messages, rng.choice(["\n\n", "\n\n", "\n", " "]))
    visible = encode_visible(tokenizer, sample)
    rows = []
    if not sample.thinking:
        prompt = encode(tokenizer, render(messages, sample.tools, False))
        rows.append((prompt + visible, len(prompt)))
    if sample.thinking is not False:
        prompt = encode(tokenizer, render(messages, sample.tools, True))
        thought = encode(tokenizer, "<think>\n" + sample.thought)
        close = encode(tokenizer, "\n</think>\n\n")
        start = len(prompt)
        if rng.random() < cut_share:
            thought = thought[:rng.randint(2, len(thought))]
            start += len(thought) + len(close)
        rows.append((prompt + thought + close + visible, start))
    return rows
