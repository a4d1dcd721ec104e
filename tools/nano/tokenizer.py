"""Byte-level BPE tokenizer of silica/nano, in the form llama.cpp reads.

The pre-tokenizer is Qwen2's, so llama.cpp splits text the same way. What is
special is how the merges are trained: letters are merged among themselves
only, never with the space or quote before them. A word therefore has the same
pieces after a space as inside a JSON string, which makes copying values from
a sentence into function arguments a plain token copy. Common words get a
space of their own afterwards, as the last merges, to keep prose short.
"""

from __future__ import annotations

import argparse
import json
import random
import re
from collections import Counter
from pathlib import Path
from typing import Iterable

from tokenizers import AddedToken, Regex, Tokenizer, models, pre_tokenizers, trainers
from tokenizers.decoders import ByteLevel as ByteLevelDecoder

CONTROL_TOKENS = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"]
USER_TOKENS = [
    "<think>", "</think>", "<tool_call>", "</tool_call>",
    "<tool_response>", "</tool_response>", "<tools>", "</tools>",
]

QWEN2_PATTERN = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}"
    r"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)
TRAINING_PATTERN = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|JSON|[a-z]+|\p{Lu}[a-z]+|\p{Lu}|\p{Han}{1,2}|\p{L}+|\p{N}"
    r"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)
SPACE = "\u0120"
WORD = re.compile(r"(?<= )[A-Za-z]+(?![A-Za-z_])")


def _pre_tokenizer(pattern: str) -> pre_tokenizers.PreTokenizer:
    return pre_tokenizers.Sequence([
        pre_tokenizers.Split(Regex(pattern), behavior="isolated"),
        pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
    ])


def assemble(vocab: dict[str, int], merges: list[tuple[str, str]]) -> Tokenizer:
    tokenizer = Tokenizer(models.BPE(vocab=vocab, merges=merges))
    tokenizer.pre_tokenizer = _pre_tokenizer(QWEN2_PATTERN)
    tokenizer.decoder = ByteLevelDecoder()
    tokenizer.add_special_tokens([AddedToken(t, special=True, normalized=False) for t in CONTROL_TOKENS])
    tokenizer.add_tokens([AddedToken(t, special=False, normalized=False) for t in USER_TOKENS])
    return tokenizer


def spaced_words(texts: Iterable[str], known: set[str], banned: set[str], limit: int) -> list[str]:
    """The words most often seen after a space that are one piece already."""
    counts: Counter[str] = Counter()
    for text in texts:
        counts.update(set(WORD.findall(text)))
    usable = [word for word, _ in counts.most_common() if word in known and word not in banned]
    return [word for word in usable if len(word) > 1 or word in "Ia"][:limit]


def train_tokenizer(texts: list[str], banned: set[str], pieces: int, spaced: int) -> Tokenizer:
    """Merges from `texts`; words that users pass as values (`banned`) get no space."""
    trained = Tokenizer(models.BPE())
    trained.pre_tokenizer = _pre_tokenizer(TRAINING_PATTERN)
    trainer = trainers.BpeTrainer(
        vocab_size=pieces, min_frequency=8, show_progress=False,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), max_token_length=16,
    )
    special = re.compile("|".join(re.escape(token) for token in CONTROL_TOKENS + USER_TOKENS))
    plain = [part for text in texts for part in special.split(text) if part]
    trained.train_from_iterator(plain, trainer)
    model = json.loads(trained.to_str())["model"]
    merges = [tuple(merge) for merge in model["merges"]]
    order = sorted(model["vocab"], key=lambda token: model["vocab"][token])
    for word in spaced_words(plain, set(order), banned, spaced):
        merges.append((SPACE, word))
        order.append(SPACE + word)
    vocab = {token: index for index, token in enumerate(order)}
    return assemble(vocab, merges)


def save_tokenizer(tokenizer: Tokenizer, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    tokenizer.save(str(path))


def load_tokenizer(path: Path) -> Tokenizer:
    return Tokenizer.from_file(str(path))


def vocabulary(tokenizer: Tokenizer) -> tuple[list[str], list[str]]:
    """Tokens in id order and merges in rank order, as GGUF stores them."""
    size = tokenizer.get_vocab_size()
    tokens = [tokenizer.id_to_token(index) or "" for index in range(size)]
    model = json.loads(tokenizer.to_str())["model"]
    return tokens, [" ".join(merge) for merge in model["merges"]]


def word_pieces(tokenizer: Tokenizer) -> list[str]:
    """The tokens that are lower-case letters only, of which any word can be made."""
    return [token for token in tokenizer.get_vocab() if re.fullmatch("[a-z]+", token)]


def corpus(count: int) -> list[str]:
    """Conversations to learn the merges from; Chinese ones twice more often."""
    import chat
    import generate

    world = generate.World(random.Random(7), held=False)
    texts = []
    for _ in range(count):
        for sample in generate.lessons(world):
            text = chat.render(sample.messages, sample.tools, True) + sample.thought + "\n" + chat.completion(sample)
            texts += [text] * (3 if sample.skill == "chinese" else 1)
    return texts


def main() -> None:
    from skills import pools

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("output", type=Path)
    parser.add_argument("--samples", type=int, default=12000)
    parser.add_argument("--pieces", type=int, default=2500, help="bytes, merges and added tokens before the spaced words")
    parser.add_argument("--spaced", type=int, default=300)
    options = parser.parse_args()
    banned = set(pools.NOUNS + pools.OBJECTS + pools.ADJECTIVES + pools.COLOURS + pools.PETS)
    tokenizer = train_tokenizer(corpus(options.samples), banned, options.pieces, options.spaced)
    save_tokenizer(tokenizer, options.output)
    print(f"{options.output}: {tokenizer.get_vocab_size()} tokens")


if __name__ == "__main__":
    main()
