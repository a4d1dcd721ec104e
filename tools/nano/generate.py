"""Make training conversations, and the held-out prompts of the evaluation.

Training and held-out prompts never meet: open values (names, words, cities,
functions, pairs of numbers) come from disjoint pools, and any prompt whose
checksum falls in the held-out bucket is dropped from training.
"""

from __future__ import annotations

import argparse
import json
import random
from collections import Counter
from pathlib import Path
from typing import Any, Callable

from skills import arithmetic, calls, chinese, extraction, facts, fallback, memory, smalltalk, words
from skills.pools import ADJECTIVES, CITIES, JOBS, NAMES, NOUNS
from skills.world import Message, Sample, World, is_held_prompt, system

Maker = Callable[[World], Sample]
HERE = Path(__file__).resolve().parent
# The share of each module in training, and in the held-out file.
MIXTURE: list[tuple[list[tuple[Maker, float]], float, float]] = [
    (smalltalk.MAKERS, 7, 8), (fallback.MAKERS, 4, 6), (arithmetic.MAKERS, 26, 14), (facts.MAKERS, 9, 13), (words.MAKERS, 42, 12),
    (memory.MAKERS, 10, 12), (extraction.MAKERS, 19, 10), (chinese.MAKERS, 5, 8), (calls.MAKERS, 36, 30),
]
SYSTEMS = ["You are a helpful assistant.", "You are a helpful assistant.", "You are a helpful AI assistant.", "You are an assistant.", "Be brief.",
           "Answer in one sentence.", "You are a helpful assistant. Be polite.", "Help the user.", "Keep your answers short.", "You are a friendly chatbot.",
           "Be concise and honest.", "You answer questions.", "You are a useful tool for developers.", "Be kind.", "Always answer truthfully.",
           "You are a test assistant.", "You are an expert.", "You are a support agent.", "Use the functions when they help.", "You can call functions.",
           "You are a careful assistant. Think before you answer.", "Answer the user's question.", "你是一个有用的助手。", "You are a helpful assistant for a small company.",
           "You're a helpful assistant", "You are a helpful and harmless assistant.", "Follow the user's instructions exactly."]


def random_system(w: World) -> str:
    """A system message that changes nothing, from usual to strange."""
    roll = w.rng.random()
    if roll < 0.75:
        return w.pick(SYSTEMS)
    if roll < 0.9:
        return f"You help {w.pick(JOBS)}s in {w.open(CITIES)} with {w.pick(ADJECTIVES)} {w.open(NOUNS)}s."
    return f"The {w.open(NOUNS)} is {w.pick(ADJECTIVES)}. {w.open(NAMES)} works with {w.open(NOUNS)}s. {w.pick(SYSTEMS)}"


def with_system(messages: list[Message], text: str, sep: str = "\n\n") -> list[Message]:
    if messages[0]["role"] == "system":
        return [system(messages[0]["content"] + sep + text), *messages[1:]]
    return [system(text), *messages]


def make(w: World) -> Sample:
    """One sample in the mixture of the evaluation."""
    makers = [pair for module, _, share in MIXTURE for pair in scaled(module, share)]
    while True:
        maker = w.rng.choices([m for m, _ in makers], [weight for _, weight in makers])[0]
        samples = finished(w, [maker(w)])
        if samples:
            if samples[0].thinking is None:
                samples[0].thinking = w.chance(0.5)
            return samples[0]


def lessons(w: World) -> list[Sample]:
    """Samples in the mixture of training; those of function calls share their prompt's beginning."""
    while True:
        module = w.rng.choices([module for module, _, _ in MIXTURE], [share for _, share, _ in MIXTURE])[0]
        if module is calls.MAKERS:
            samples = calls.group(w)
        else:
            samples = [w.rng.choices([m for m, _ in module], [weight for _, weight in module])[0](w)]
        samples = finished(w, samples)
        if samples:
            return samples


def finished(w: World, samples: list[Sample]) -> list[Sample]:
    """The samples with one system message now and then, without those of the other side of the split."""
    if w.chance(0.25):
        text = random_system(w)
        for sample in samples:
            if sample.messages[0]["role"] != "system":
                sample.messages = with_system(sample.messages, text)
    return [sample for sample in samples if is_held_prompt(sample.messages) == w.held or not w.held and is_common(sample)]


def scaled(module: list[tuple[Maker, float]], share: float) -> list[tuple[Maker, float]]:
    total = sum(weight for _, weight in module)
    return [(maker, weight / total * share) for maker, weight in module]


def is_common(sample: Sample) -> bool:
    """Prompts that everybody types, which training must not miss."""
    return sample.skill in ("smalltalk", "chinese") and len(sample.messages) == 1


def request_messages(messages: list[Message]) -> list[Message]:
    """Messages as a client sends them: arguments as text, no old thoughts."""
    sent = []
    for message in messages:
        copy = {key: value for key, value in message.items() if key != "reasoning_content"}
        if "tool_calls" in copy:
            copy["tool_calls"] = [
                {**call, "function": {**call["function"], "arguments": json.dumps(call["function"]["arguments"], ensure_ascii=False)}}
                for call in copy["tool_calls"]]
        sent.append(copy)
    return sent


def case(sample: Sample, number: int) -> dict[str, Any]:
    """A held-out prompt as one line of the evaluation."""
    request: dict[str, Any] = {"messages": request_messages(sample.messages), "enable_thinking": bool(sample.thinking)}
    if sample.tools:
        request["tools"] = sample.tools
    if sample.json_mode:
        request["response_format"] = {"type": "json_object"}
    return {"id": f"{sample.skill.replace(' ', '-')}-{number}", "skill": sample.skill, "request": request, "expect": sample.expect}


def heldout(count: int, seed: int) -> list[dict[str, Any]]:
    """Different prompts from the side of the split that training never sees."""
    world = World(random.Random(seed), held=True)
    seen: set[str] = set()
    cases: list[dict[str, Any]] = []
    while len(cases) < count:
        sample = make(world)
        key = json.dumps([sample.messages, sample.tools], ensure_ascii=False)
        if key not in seen and len(key) < 6000:
            seen.add(key)
            cases.append(case(sample, len(cases) + 1))
    return cases


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=700)
    parser.add_argument("--seed", type=int, default=20)
    parser.add_argument("--output", type=Path, default=HERE / "heldout.jsonl")
    options = parser.parse_args()
    lines = [json.dumps(item, ensure_ascii=False) for item in heldout(options.count, options.seed)]
    options.output.write_text("\n".join(lines) + "\n", encoding="utf-8")
    print(f"{options.output}: {Counter(json.loads(line)['skill'] for line in lines)}")


if __name__ == "__main__":
    main()
