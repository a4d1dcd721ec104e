"""Train silica/nano on fresh conversations until a deadline.

The learning rate follows the clock, not the step count, so a busy machine
ends on time too. One process per core trains, each with a second one that
makes its samples; gradients are summed over all of them after every step.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import random
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Iterator

import numpy as np
import torch
import torch.distributed as dist
import torch.nn.functional as F
from torch import Tensor, nn

import generate
from chat import encode_sample
from model import Nano, NanoConfig
from skills.world import World
from tokenizer import CONTROL_TOKENS, USER_TOKENS, load_tokenizer, word_pieces

Sequence = tuple[list[int], int]  # tokens, and where the learned part begins
MICRO_TOKENS = 1600
MICRO_BATCHES = 7  # per step, of all processes
POOL = 1024
LENGTHS = [(0.03, [160]), (0.10, [350]), (1.0, [480, 480, 480, 480, 720, 1000])]  # until this progress, one of these limits per row
DRILLS = [(0.05, 0.3), (0.2, 0.05), (1.0, 0.01)]  # until this progress, this share of copying drills
PROMPT_WEIGHTS = [(0.25, 0.15), (1.0, 0.0)]  # until this progress, prompts are learned a little too
WARMUP = 0.01
DECAY_FROM = 0.5
EMBEDDING_RATE = 0.4  # of the matrices' learning rate
SAVE_SECONDS = 180


def at(schedule: list[tuple[float, Any]], progress: float) -> Any:
    return next((value for end, value in schedule if progress <= end), schedule[-1][1])


@dataclass
class Row:
    """Sequences as one tree, in which what they begin with alike stands once.

    A token looks at its ancestors only and stands at its depth, so each branch
    is read as if it were alone.
    """

    tokens: list[int]
    parents: list[int]
    depths: list[int]
    lessons: dict[tuple[int, int], float]  # weight of each token (second) after a node (first)


def tree(sequences: list[Sequence], limit: int, prompt_weight: float) -> Row | None:
    """The sequences that fit into `limit` nodes; None where not even one does."""
    row = Row([], [], [], {})
    nodes: dict[tuple[int, int], int] = {}
    for ids, start in sequences:
        above, known = -1, 0
        while known < len(ids) and (above, ids[known]) in nodes:
            above, known = nodes[above, ids[known]], known + 1
        if len(row.tokens) + len(ids) - known > limit:
            continue
        above = -1
        for depth, token in enumerate(ids):
            node = nodes.get((above, token))
            if node is None:
                node = nodes[above, token] = len(row.tokens)
                row.tokens.append(token)
                row.parents.append(above)
                row.depths.append(depth)
            weight = 1.0 if depth >= start else prompt_weight
            if above >= 0 and weight > row.lessons.get((above, token), 0.0):
                row.lessons[above, token] = weight
            above = node
    return row if row.tokens else None


def drill(rng: random.Random, vocab: int) -> Sequence:
    """Random tokens, then a part of them again: the plainest lesson in copying."""
    seen = [rng.randrange(vocab) for _ in range(rng.randint(8, 60))]
    gap = [rng.randrange(vocab) for _ in range(rng.choice([0, 0, 5, 40]))]
    begin = rng.randrange(len(seen) // 2)
    again = seen[begin:begin + rng.randint(4, 40)]
    return seen + gap + again, len(seen) + len(gap) + 1


def rows(seed: int, tokenizer_path: Path, progress: Any) -> Iterator[Row]:
    """Lessons as trees, among copying drills at the beginning of the run."""
    tokenizer = load_tokenizer(tokenizer_path)
    pieces = word_pieces(tokenizer)
    rng = random.Random(seed)
    world = World(rng, held=False, pieces=pieces)
    while True:
        now = progress.value
        if world.chance(at(DRILLS, now)):
            sequences = [drill(rng, tokenizer.get_vocab_size() - len(CONTROL_TOKENS) - len(USER_TOKENS))]
        else:
            sequences = [part for sample in generate.lessons(world) for part in encode_sample(tokenizer, sample, rng)]
        row = tree(sequences, rng.choice(at(LENGTHS, now)), at(PROMPT_WEIGHTS, now))
        if row:
            yield row


def batches(pool: list[Row]) -> list[list[Row]]:
    """Rows of like length together, so that padding stays small."""
    pool.sort(key=lambda row: len(row.tokens))
    groups: list[list[Row]] = [[]]
    for row in pool:
        if groups[-1] and len(row.tokens) * (len(groups[-1]) + 1) > MICRO_TOKENS:
            groups.append([])
        groups[-1].append(row)
    return groups


Batch = tuple[np.ndarray, ...]


def collate(group: list[Row]) -> Batch:
    """Tokens, their depths, who sees whom; and the lessons: after which place, which token, with what weight."""
    length = max(len(row.tokens) for row in group)
    count = max(2, len(group))  # torch.compile would make a program of its own for batches of one
    tokens, depths = (np.zeros((count, length), dtype=np.int64) for _ in range(2))
    seen = np.zeros((count, length, length), dtype=bool)
    seen[:] = np.eye(length, dtype=bool)
    places, goals, weights = [], [], []
    for index, row in enumerate(group):
        tokens[index, :len(row.tokens)] = row.tokens
        depths[index, :len(row.tokens)] = row.depths
        for node, above in enumerate(row.parents):
            if above >= 0:
                seen[index, node] |= seen[index, above]
        for (above, goal), weight in row.lessons.items():
            if weight > 0:
                places.append(index * length + above)
                goals.append(goal)
                weights.append(weight)
    return tokens, depths, seen, np.array(places), np.array(goals), np.array(weights, dtype=np.float32)


def produce(queue: Any, seed: int, tokenizer_path: Path, progress: Any) -> None:
    """A process that makes endless shuffled micro-batches."""
    os.environ["TOKENIZERS_PARALLELISM"] = "false"
    source = rows(seed, tokenizer_path, progress)
    rng = random.Random(seed)
    while True:
        groups = batches([next(source) for _ in range(POOL)])
        rng.shuffle(groups)
        for group in groups:
            queue.put(collate(group))


def orthogonal(updates: Tensor) -> Tensor:
    """Newton-Schulz iteration: nearest semi-orthogonal matrices of a stack."""
    x = updates / (updates.norm(dim=(1, 2), keepdim=True) + 1e-7)
    tall = x.shape[1] > x.shape[2]
    x = (x.mT if tall else x).bfloat16()
    for _ in range(5):
        gram = x @ x.mT
        x = 3.4445 * x + (-4.775 * gram + 2.0315 * gram @ gram) @ x
    return (x.mT if tall else x).float()


class Muon(torch.optim.Optimizer):
    """Momentum with orthogonal updates, scaled to the size of AdamW's."""

    def __init__(self, parameters: list[nn.Parameter], lr: float, momentum: float = 0.95, decay: float = 0.02) -> None:
        super().__init__(parameters, {"lr": lr, "momentum": momentum, "decay": decay})

    def step(self, closure: None = None) -> None:
        for group in self.param_groups:
            stacks: dict[torch.Size, list[nn.Parameter]] = {}
            for parameter in group["params"]:
                stacks.setdefault(parameter.shape, []).append(parameter)
            for stack in stacks.values():
                self._update(stack, group)

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


def optimizers(model: Nano, lr: float) -> list[torch.optim.Optimizer]:
    matrices = [p for name, p in model.named_parameters() if p.dim() == 2 and not name.startswith("embed")]
    rest = [p for name, p in model.named_parameters() if p.dim() != 2 or name.startswith("embed")]
    return [Muon(matrices, lr), torch.optim.AdamW(rest, EMBEDDING_RATE * lr, betas=(0.9, 0.98), weight_decay=0.0)]


def rate(progress: float) -> float:
    """Share of the full learning rate: short warm-up, flat, linear to zero."""
    if progress < WARMUP:
        return progress / WARMUP
    if progress < DECAY_FROM:
        return 1.0
    return max(0.0, (1 - progress) / (1 - DECAY_FROM))


class Lesson(nn.Module):
    """Weighted loss of one micro-batch, the part that is compiled."""

    def __init__(self, model: Nano) -> None:
        super().__init__()
        self.model = model

    def forward(self, tokens: Tensor, depths: Tensor, seen: Tensor, places: Tensor, goals: Tensor, weights: Tensor) -> Tensor:
        states, _ = self.model.hidden(tokens, depths, seen)
        logits = self.model.logits(states.flatten(0, 1)[places]).float()
        return (F.cross_entropy(logits, goals, reduction="none") * weights).sum()


def save(model: Nano, path: Path, facts: dict[str, float]) -> None:
    draft = path.with_suffix(".part")
    torch.save({"config": model.config.to_dict(), "model": model.state_dict(), "facts": facts}, draft)
    os.replace(draft, path)


def take(taken: Any, most: int) -> bool:
    """Claims the next micro-batch of a step, so that a process that is slowed down does fewer of them."""
    with taken.get_lock():
        free = taken.value < most
        taken.value += free
        return free


def work(rank: int, options: argparse.Namespace, meeting: str, taken: Any) -> None:
    """One training process; the first one keeps the clock and writes the checkpoints."""
    torch.manual_seed(options.seed)
    torch.set_num_threads(1)
    dist.init_process_group("gloo", init_method=f"file://{meeting}", rank=rank, world_size=options.threads)
    tokenizer = load_tokenizer(options.tokenizer)
    model = Nano(NanoConfig(vocab=tokenizer.get_vocab_size(), hidden=options.hidden, layers=options.layers))
    if options.start:
        model.load_state_dict(torch.load(options.start, weights_only=True)["model"])
    context = multiprocessing.get_context("spawn")
    progress = context.Value("d", options.progress)
    queue = context.Queue(maxsize=16)
    context.Process(target=produce, args=(queue, options.seed * 100 + rank, options.tokenizer, progress), daemon=True).start()
    lesson = torch.compile(Lesson(model), dynamic=True)
    parameters = list(model.parameters())
    sizes = [parameter.numel() for parameter in parameters]
    steppers = optimizers(model, options.lr)
    peaks = [stepper.param_groups[0]["lr"] for stepper in steppers]
    began = saved = time.time()
    step, seen, learned, smooth = 0, 0.0, 0.0, 0.0
    while True:
        sums = [torch.zeros(4), *(torch.zeros(size) for size in sizes)]
        while take(taken, (step + 1) * MICRO_BATCHES):
            batch = [torch.from_numpy(part) for part in queue.get()]
            with torch.autocast("cpu", dtype=torch.bfloat16):
                loss = lesson(*batch)
            for total, part in zip(sums[1:], torch.autograd.grad(loss, parameters)):
                total.add_(part.flatten())
            sums[0] += torch.tensor([loss.item(), float(batch[5].sum()), batch[0].numel(), 0.0])
        if rank == 0:
            sums[0][3] = min(1.0, (time.time() - began) / (options.minutes * 60))
        everything = torch.cat(sums)
        dist.all_reduce(everything)
        loss_sum, weight, tokens, share = everything[:4].tolist()
        for parameter, gradient in zip(parameters, everything[4:].split(sizes)):
            parameter.grad = gradient.view_as(parameter) / weight
        torch.nn.utils.clip_grad_norm_(parameters, 1.0)
        progress.value = options.progress + (1 - options.progress) * share
        for stepper, peak in zip(steppers, peaks):
            for group in stepper.param_groups:
                group["lr"] = peak * rate(progress.value)
            stepper.step()
        step, seen, learned = step + 1, seen + tokens, learned + weight
        smooth = loss_sum / weight if step == 1 else 0.95 * smooth + 0.05 * loss_sum / weight
        if rank == 0 and step % 20 == 0:
            pace = seen / (time.time() - began)
            print(f"step {step} progress {progress.value:.3f} loss {smooth:.4f} tokens {seen / 1e6:.2f}M learned {learned / 1e6:.2f}M {pace:.0f}/s", flush=True)
        if rank == 0 and (share >= 1 or time.time() - saved > SAVE_SECONDS):
            saved = time.time()
            save(model, options.out / "model.pt", {"steps": step, "tokens": seen, "learned": learned, "seconds": saved - began})
        if share >= 1:
            return


def train(options: argparse.Namespace) -> None:
    options.out.mkdir(parents=True, exist_ok=True)
    context = multiprocessing.get_context("spawn")
    taken = context.Value("q", 0)
    with tempfile.TemporaryDirectory() as folder:
        workers = [context.Process(target=work, args=(rank, options, f"{folder}/meeting", taken)) for rank in range(options.threads)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()


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
    parser.add_argument("--threads", type=int, default=2, help="training processes")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--start", type=Path, help="go on from this checkpoint")
    parser.add_argument("--progress", type=float, default=0.0, help="where in the schedule to begin")
    train(parser.parse_args())


if __name__ == "__main__":
    main()
