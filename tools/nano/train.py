"""Train silica/nano on fresh conversations until a deadline.

The learning rate follows the clock, not the step count, so a busy machine
ends on time too. Samples are made while training, in a second process.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import random
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Iterator

import torch
import torch.nn.functional as F
from torch import Tensor, nn

import generate
from chat import encode_sample
from model import Nano, NanoConfig
from skills.world import World
from tokenizer import CONTROL_TOKENS, USER_TOKENS, load_tokenizer

Row = tuple[list[int], int]
MICRO_TOKENS = 1280
MICRO_BATCHES = 4  # more than threads, so that a slowed thread does fewer
POOL = 384
LENGTHS = [(0.1, 200), (0.6, 450), (1.0, 900)]  # until this progress, samples up to this length
DRILLS = [(0.05, 0.3), (0.2, 0.05)]  # until this progress, this share of copying drills
WARMUP = 0.02
DECAY_FROM = 0.6
EMBEDDING_RATE = 0.4  # of the matrices' learning rate


def drill(rng: random.Random, vocab: int) -> Row:
    """Random tokens, then a part of them again: the plainest lesson in copying."""
    seen = [rng.randrange(vocab) for _ in range(rng.randint(8, 60))]
    gap = [rng.randrange(vocab) for _ in range(rng.choice([0, 0, 5, 40]))]
    begin = rng.randrange(len(seen) // 2)
    again = seen[begin:begin + rng.randint(4, 40)]
    return seen + gap + again, len(seen) + len(gap) + 1


def longest(progress: float) -> int:
    """The length limit of samples: short ones come first and teach fast."""
    return next(limit for end, limit in LENGTHS if progress <= end)


def rows(world: World, tokenizer_path: Path, progress: "multiprocessing.sharedctypes.Synchronized[float]") -> Iterator[Row]:
    """Encoded samples, among copying drills at the beginning of the run."""
    tokenizer = load_tokenizer(tokenizer_path)
    plain = tokenizer.get_vocab_size() - len(CONTROL_TOKENS) - len(USER_TOKENS)
    while True:
        if world.chance(next((share for end, share in DRILLS if progress.value <= end), 0.0)):
            yield drill(world.rng, plain)
            continue
        ids, start = encode_sample(tokenizer, generate.make(world), world.rng)
        if len(ids) <= longest(progress.value):
            yield ids, start


def batches(pool: list[Row]) -> list[list[Row]]:
    """Rows of like length together, so that padding stays small."""
    pool.sort(key=lambda row: len(row[0]))
    groups: list[list[Row]] = [[]]
    for row in pool:
        if groups[-1] and len(row[0]) * (len(groups[-1]) + 1) > MICRO_TOKENS:
            groups.append([])
        groups[-1].append(row)
    return groups


def collate(group: list[Row]) -> tuple[Tensor, Tensor]:
    """Inputs and targets; -100 marks what is not learned."""
    length = max(len(ids) for ids, _ in group)
    tokens = torch.zeros(len(group), length, dtype=torch.long)
    targets = torch.full((len(group), length), -100, dtype=torch.long)
    for index, (ids, start) in enumerate(group):
        tokens[index, :len(ids)] = torch.tensor(ids)
        targets[index, start - 1:len(ids) - 1] = torch.tensor(ids[start:])
    return tokens, targets


def produce(queue: "multiprocessing.Queue[tuple[Tensor, Tensor]]", seed: int, tokenizer_path: Path,
            progress: "multiprocessing.sharedctypes.Synchronized[float]") -> None:
    """The second process: endless shuffled micro-batches."""
    os.environ["TOKENIZERS_PARALLELISM"] = "false"
    torch.set_num_threads(1)
    rng = random.Random(seed)
    source = rows(World(rng, held=False), tokenizer_path, progress)
    while True:
        groups = batches([next(source) for _ in range(POOL)])
        rng.shuffle(groups)
        for group in groups:
            tokens, targets = collate(group)
            queue.put((tokens.numpy(), targets.numpy()))


def orthogonal(updates: Tensor) -> Tensor:
    """Newton-Schulz iteration: nearest semi-orthogonal matrices of a stack."""
    x = updates / (updates.norm(dim=(1, 2), keepdim=True) + 1e-7)
    tall = x.shape[1] > x.shape[2]
    x = x.mT if tall else x
    for _ in range(5):
        gram = x @ x.mT
        x = 3.4445 * x + (-4.775 * gram + 2.0315 * gram @ gram) @ x
    return x.mT if tall else x


class Muon(torch.optim.Optimizer):
    """Momentum with orthogonal updates, scaled to the size of AdamW's."""

    def __init__(self, parameters: list[nn.Parameter], lr: float, workers: ThreadPoolExecutor, momentum: float = 0.95,
                 decay: float = 0.02) -> None:
        super().__init__(parameters, {"lr": lr, "momentum": momentum, "decay": decay})
        self.workers = workers

    def step(self, closure: None = None) -> None:
        for group in self.param_groups:
            stacks: dict[tuple[int, torch.Size], list[nn.Parameter]] = {}
            for index, parameter in enumerate(group["params"]):
                stacks.setdefault((index % 2, parameter.shape), []).append(parameter)
            list(self.workers.map(lambda stack: self._update(stack, group), stacks.values()))

    @torch.no_grad()
    def _update(self, parameters: list[nn.Parameter], group: dict[str, float]) -> None:
        directions = torch.stack([self._direction(p, group["momentum"]) for p in parameters])
        scale = 0.2 * max(directions.shape[1:]) ** 0.5 * group["lr"]
        for parameter, update in zip(parameters, orthogonal(directions)):
            parameter.mul_(1 - group["lr"] * group["decay"]).sub_(update, alpha=scale)

    def _direction(self, parameter: nn.Parameter, momentum: float) -> Tensor:
        state = self.state[parameter]
        if "momentum" not in state:
            state["momentum"] = torch.zeros_like(parameter)
        state["momentum"].mul_(momentum).add_(parameter.grad)
        return parameter.grad + momentum * state["momentum"]


def optimizers(model: Nano, lr: float, workers: ThreadPoolExecutor) -> list[torch.optim.Optimizer]:
    matrices = [p for name, p in model.named_parameters() if p.dim() == 2 and not name.startswith("embed")]
    rest = [p for name, p in model.named_parameters() if p.dim() != 2 or name.startswith("embed")]
    return [Muon(matrices, lr, workers), torch.optim.AdamW(rest, EMBEDDING_RATE * lr, betas=(0.9, 0.98), weight_decay=0.0)]


def rate(progress: float) -> float:
    """Share of the full learning rate: short warm-up, flat, linear to zero."""
    if progress < WARMUP:
        return progress / WARMUP
    if progress < DECAY_FROM:
        return 1.0
    return max(0.0, (1 - progress) / (1 - DECAY_FROM))


def batch_loss(model: Nano, tokens: Tensor, targets: Tensor) -> tuple[Tensor, int]:
    """Summed loss of the learned tokens, the only ones that meet the vocabulary."""
    learned = targets != -100
    states, _ = model.hidden(tokens)
    loss = F.cross_entropy(model.logits(states[learned]), targets[learned], reduction="sum")
    return loss, int(learned.sum())


def backward(model: Nano, pairs: list[tuple[Tensor, Tensor]], workers: ThreadPoolExecutor | None) -> tuple[float, int]:
    """Mean gradients of all micro-batches, one thread each; loss sum and count.

    Threads that meet once per step lose less on a busy machine than threads
    that meet in every operation. The first step runs alone, to compile.
    """
    expected = sum(int((targets != -100).sum()) for _, targets in pairs)
    parameters = list(model.parameters())

    def gradients(pair: tuple[Tensor, Tensor]) -> tuple[float, tuple[Tensor, ...]]:
        loss, _ = batch_loss(model, *pair)
        return loss.item(), torch.autograd.grad(loss / expected, parameters)

    results = list(workers.map(gradients, pairs) if workers else map(gradients, pairs))
    for parameter, *parts in zip(parameters, *(part for _, part in results)):
        parameter.grad = torch.stack(parts).sum(0) if len(parts) > 1 else parts[0]
    return sum(loss for loss, _ in results), expected


def save(model: Nano, path: Path, facts: dict[str, float]) -> None:
    draft = path.with_suffix(".part")
    torch.save({"config": model.config.to_dict(), "model": model.state_dict(), "facts": facts}, draft)
    os.replace(draft, path)


def train(options: argparse.Namespace) -> None:
    torch.manual_seed(options.seed)
    torch.set_num_threads(1)
    tokenizer = load_tokenizer(options.tokenizer)
    model = Nano(NanoConfig(vocab=tokenizer.get_vocab_size(), hidden=options.hidden, layers=options.layers))
    if options.start:
        model.load_state_dict(torch.load(options.start, weights_only=True)["model"])
    context = multiprocessing.get_context("spawn")
    progress = context.Value("d", options.progress)
    queue = context.Queue(maxsize=16)
    context.Process(target=produce, args=(queue, options.seed, options.tokenizer, progress), daemon=True).start()
    model.hidden = torch.compile(model.hidden, dynamic=True)
    workers = ThreadPoolExecutor(options.threads)
    steppers = optimizers(model, options.lr, workers)
    peaks = [stepper.param_groups[0]["lr"] for stepper in steppers]
    began, saved, step, seen, learned_total, smooth = time.time(), time.time(), 0, 0, 0, 0.0
    options.out.mkdir(parents=True, exist_ok=True)
    while True:
        share = min(1.0, (time.time() - began) / (options.minutes * 60))
        progress.value = options.progress + (1 - options.progress) * share
        pairs = [tuple(map(torch.from_numpy, queue.get())) for _ in range(MICRO_BATCHES)]
        seen += sum(tokens.numel() for tokens, _ in pairs)
        total_loss, total_learned = backward(model, pairs, workers if step else None)
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        for stepper, peak in zip(steppers, peaks):
            for group in stepper.param_groups:
                group["lr"] = peak * rate(progress.value)
            stepper.step()
        step, learned_total = step + 1, learned_total + total_learned
        smooth = total_loss / total_learned if step == 1 else 0.95 * smooth + 0.05 * total_loss / total_learned
        if step % 20 == 0:
            pace = seen / (time.time() - began)
            print(f"step {step} progress {progress.value:.3f} loss {smooth:.4f} tokens {seen / 1e6:.2f}M learned {learned_total / 1e6:.2f}M {pace:.0f}/s", flush=True)
        done = share >= 1
        if done or time.time() - saved > 180:
            saved = time.time()
            facts = {"steps": step, "tokens": seen, "learned": learned_total, "seconds": saved - began}
            save(model, options.out / "model.pt", facts)
        if done:
            return


def keep_memory() -> None:
    """Start again with an allocator that keeps freed memory: +10 % speed.

    By default glibc gives every large tensor back to the system at once.
    """
    if "MALLOC_MMAP_THRESHOLD_" in os.environ:
        return
    settings = {"MALLOC_MMAP_THRESHOLD_": "33554432", "MALLOC_TRIM_THRESHOLD_": "17179869184",
                "MALLOC_TOP_PAD_": "268435456", "MALLOC_ARENA_MAX": "1"}
    os.execve(sys.executable, [sys.executable, *sys.argv], {**os.environ, **settings})


def main() -> None:
    keep_memory()
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tokenizer", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True, help="folder of the checkpoints")
    parser.add_argument("--minutes", type=float, default=85)
    parser.add_argument("--lr", type=float, default=4e-3)
    parser.add_argument("--layers", type=int, default=6)
    parser.add_argument("--hidden", type=int, default=512)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--start", type=Path, help="go on from this checkpoint")
    parser.add_argument("--progress", type=float, default=0.0, help="where in the schedule to begin")
    train(parser.parse_args())


if __name__ == "__main__":
    main()
