"""Score a checkpoint on held-out prompts without a server, by greedy decoding."""

from __future__ import annotations

import argparse
import json
import re
from collections import defaultdict
from pathlib import Path
from typing import Any

import torch

from chat import encode, json_messages, render
from model import Nano, NanoConfig
from tokenizer import Tokenizer, load_tokenizer

HERE = Path(__file__).resolve().parent
NUMBER = re.compile(r"-?\d+(?:\.\d+)?")
CALL = re.compile(r"<tool_call>\n(.*?)\n</tool_call>", re.DOTALL)
Case = dict[str, Any]


def load_model(path: Path) -> Nano:
    saved = torch.load(path, map_location="cpu", weights_only=True)
    model = Nano(NanoConfig(**saved["config"]))
    model.load_state_dict(saved["model"])
    return model.eval()


def prompt_of(case: Case) -> str:
    request = case["request"]
    messages = json_messages(request["messages"]) if "response_format" in request else request["messages"]
    return render(messages, request.get("tools", []), request["enable_thinking"])


@torch.no_grad()
def generate_batch(model: Nano, prompts: list[list[int]], stop: int, limit: int) -> list[list[int]]:
    """Greedy continuations; prompts are padded on the left and masked."""
    longest = max(map(len, prompts))
    tokens = torch.tensor([[0] * (longest - len(p)) + p for p in prompts])
    real = torch.tensor([[False] * (longest - len(p)) + [True] * len(p) for p in prompts])
    places = (real.cumsum(1) - 1).clamp(min=0)
    causal = torch.ones(longest, longest, dtype=torch.bool).tril()
    diagonal = torch.eye(longest, dtype=torch.bool)
    states, cache = model.hidden(tokens, places, causal & real[:, None, :] | diagonal)
    last = places[:, -1:]
    written: list[list[int]] = [[] for _ in prompts]
    done = [False] * len(prompts)
    for _ in range(limit):
        chosen = model.logits(states[:, -1]).argmax(-1)
        for index, token in enumerate(chosen.tolist()):
            done[index] = done[index] or token == stop
            if not done[index]:
                written[index].append(token)
        if all(done):
            break
        real = torch.cat((real, torch.ones(len(prompts), 1, dtype=torch.bool)), dim=1)
        last = last + 1
        states, cache = model.hidden(chosen[:, None], last, real[:, None], past=cache)
    return written


def parse(text: str) -> tuple[str, str, list[Any] | None]:
    """Thought, visible text and calls; None for calls that are not valid JSON."""
    thought, mark, rest = text.rpartition("</think>")
    content = rest if mark else text
    calls: list[Any] | None = []
    try:
        calls = [json.loads(found) for found in CALL.findall(content)]
    except json.JSONDecodeError:
        calls = None
    return thought, CALL.sub("", content).strip(), calls


def well_called(expected: list[Any], calls: list[Any] | None) -> bool:
    """Valid JSON calls of the right functions, whatever the arguments."""
    return calls is not None and [c["name"] for c in expected] == [c.get("name") for c in calls]


def is_right(expect: dict[str, Any], content: str, calls: list[Any] | None) -> bool:
    if calls is None or (calls and "calls" not in expect):
        return False
    lower = content.lower()
    numbers = NUMBER.findall(content)
    try:
        value = json.loads(content) if "json" in expect else None
    except json.JSONDecodeError:
        return False
    return all((
        all(mark.lower() in lower for mark in expect.get("contains", [])),
        "any" not in expect or any(mark.lower() in lower for mark in expect["any"]),
        "equals" not in expect or content == expect["equals"].strip(),
        "number" not in expect or bool(numbers) and float(numbers[-1]) == expect["number"],
        "json" not in expect or value == expect["json"],
        "calls" not in expect or calls == expect["calls"],
    ))


def score(model: Nano, tokenizer: Tokenizer, cases: list[Case], verbose: bool, batch: int = 24) -> dict[str, list[bool]]:
    stop = encode(tokenizer, "<|im_end|>")[0]
    results: dict[str, list[bool]] = defaultdict(list)
    encoded = sorted(((encode(tokenizer, prompt_of(case)), case) for case in cases), key=lambda pair: len(pair[0]))
    for start in range(0, len(encoded), batch):
        part = encoded[start:start + batch]
        for written, (_, case) in zip(generate_batch(model, [ids for ids, _ in part], stop, 400), part):
            text = tokenizer.decode(written, skip_special_tokens=False)
            _, content, calls = parse(text)
            right = is_right(case["expect"], content, calls)
            results[case["skill"]].append(right)
            if "calls" in case["expect"]:
                results["(calls with the right names)"].append(well_called(case["expect"]["calls"], calls))
            if verbose and not right:
                print(f"--- {case['id']} {case['skill']}\n{case['request']['messages']}\nwrote: {text!r}\nexpected: {case['expect']}")
    return results


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--checkpoint", type=Path, required=True)
    parser.add_argument("--tokenizer", type=Path, required=True)
    parser.add_argument("--cases", type=Path, default=HERE / "heldout.jsonl")
    parser.add_argument("--limit", type=int, default=10000)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--verbose", action="store_true")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    cases = [json.loads(line) for line in options.cases.read_text(encoding="utf-8").splitlines()][:options.limit]
    results = score(load_model(options.checkpoint), load_tokenizer(options.tokenizer), cases, options.verbose)
    for skill, rights in sorted(results.items()):
        print(f"{skill:32} {sum(rights):4} / {len(rights):4}  {100 * sum(rights) / len(rights):5.1f} %")
    rights = [right for skill, values in results.items() if not skill.startswith("(") for right in values]
    print(f"{'total':32} {sum(rights):4} / {len(rights):4}  {100 * sum(rights) / len(rights):5.1f} %")


if __name__ == "__main__":
    main()
