"""Shared ground of all skills: samples, randomness, open values, user style."""

from __future__ import annotations

import json
import random
import zlib
from dataclasses import dataclass, field
from typing import Any, Sequence, TypeVar

T = TypeVar("T")
Json = Any
Message = dict[str, Any]


@dataclass
class Sample:
    """One conversation up to the user's last word, and the turn to learn."""

    skill: str
    messages: list[Message]
    answer: str = ""
    thought: str = ""
    calls: list[dict[str, Json]] = field(default_factory=list)
    tools: list[Json] = field(default_factory=list)
    expect: dict[str, Json] = field(default_factory=dict)
    thinking: bool | None = None  # None: either mode has this answer
    json_mode: bool = False
    spelled: bool = False  # the answer is written in single letters


def bucket(text: str, size: int) -> int:
    return zlib.crc32(text.encode("utf-8")) % size


def is_held(value: str) -> bool:
    """True for the open values (names, words, functions) kept from training."""
    return bucket(value, 8) == 0


def is_held_prompt(messages: Sequence[Message]) -> bool:
    """True for the prompts kept from training, whatever their values."""
    return bucket(json.dumps(messages, ensure_ascii=False), 16) == 0


ONSETS = ["b", "br", "c", "ch", "cl", "d", "dr", "f", "fl", "g", "gr", "h", "j", "k", "kr", "l", "m",
          "n", "p", "pl", "qu", "r", "s", "sh", "sl", "st", "t", "th", "tr", "v", "w", "y", "z", "zh", ""]
VOWELS = ["a", "e", "i", "o", "u", "ai", "ea", "ee", "io", "ou", "y"]
CODAS = ["", "", "", "b", "ck", "d", "l", "ll", "m", "n", "nd", "ng", "nt", "p", "r", "rd", "rk", "s",
         "sh", "ss", "st", "t", "th", "x", "z"]


class World:
    """A source of choices; `held` draws open values from the held-out side."""

    def __init__(self, rng: random.Random, held: bool, pieces: Sequence[str] = ()) -> None:
        """`pieces` are the tokenizer's pieces of words, so that training meets each of them in values."""
        self.rng = rng
        self.held = held
        self.pieces = pieces

    def pick(self, options: Sequence[T]) -> T:
        return options[int(self.rng.random() * len(options))]

    def some(self, options: Sequence[T], count: int) -> list[T]:
        return self.rng.sample(list(options), count)

    def chance(self, probability: float) -> bool:
        return self.rng.random() < probability

    def number(self, low: int, high: int) -> int:
        return self.rng.randint(low, high)

    def open(self, options: Sequence[str]) -> str:
        """A value whose spelling belongs to this side of the split.

        In training a third is made up, or the model would learn the few
        hundred values of the pools instead of learning to copy any value.
        """
        while True:
            value = self.pick(options)
            if is_held(value) != self.held:
                continue
            if self.held or not value.isascii() or self.chance(0.65):
                return value
            return self.invented().capitalize() if value[0].isupper() else self.invented()

    def invented(self, low: int = 2, high: int = 3) -> str:
        """A made-up lower-case word; in training of any letters, too."""
        while True:
            word = self._syllables(low, high) if self.held or self.chance(0.5) else self._soup()
            if 3 <= len(word) <= (11 if self.held else 14) and is_held(word) == self.held:
                return word

    def _syllables(self, low: int, high: int) -> str:
        count = self.number(low, high)
        return "".join(self.pick(ONSETS) + self.pick(VOWELS) + self.pick(CODAS) for _ in range(count))

    def _soup(self) -> str:
        """Random pieces of the tokenizer, or random letters."""
        if self.pieces and self.chance(0.75):
            return "".join(self.pick(self.pieces) for _ in range(self.number(1, 4)))
        return "".join(self.pick("abcdefghijklmnopqrstuvwxyz") for _ in range(self.number(3, 8)))

    def several(self, make: Any, count: int) -> list[Any]:
        """`count` different values of the maker."""
        values: list[Any] = []
        while len(values) < count:
            value = make()
            if value not in values:
                values.append(value)
        return values

    def typo(self, text: str) -> str:
        """One slip of the finger in one of the longer words."""
        words = text.split(" ")
        places = [i for i, word in enumerate(words) if len(word) > 4 and word.isalpha()]
        if not places:
            return text
        place = self.pick(places)
        word = words[place]
        spot = self.number(1, len(word) - 2)
        if self.chance(0.5):
            words[place] = word[:spot] + word[spot + 1:]
        else:
            words[place] = word[:spot] + word[spot + 1] + word[spot] + word[spot + 2:]
        return " ".join(words)

    def style(self, text: str) -> str:
        """A user's way of typing: lower case, no full stop, a slip now and then."""
        roll = self.rng.random()
        if roll < 0.12:
            text = text[:1].lower() + text[1:]
        elif roll < 0.24:
            text = text.lower()
        elif roll < 0.26:
            text = text.upper() if len(text) < 24 else text
        if self.chance(0.2) and text[-1:] in ".?!":
            text = text[:-1]
        elif self.chance(0.02):
            text += self.pick(["!", "?", " ", "...", "??"])
        if self.chance(0.03):
            text = self.typo(text)
        return text

    def say(self, templates: Sequence[str], **values: str) -> str:
        """A styled template filled with values, which keep their spelling."""
        template = self.pick(templates)
        marks = {key: chr(0xE000 + i) for i, key in enumerate(values)}
        text = self.style(template.format(**marks))
        for key, mark in marks.items():
            text = text.replace(mark, str(values[key]))
        return text


def dumps(value: Json) -> str:
    return json.dumps(value, ensure_ascii=False)


def user(text: str) -> Message:
    return {"role": "user", "content": text}


def assistant(text: str) -> Message:
    return {"role": "assistant", "content": text}


def system(text: str) -> Message:
    return {"role": "system", "content": text}


def ask(skill: str, prompt: str, answer: str, thought: str = "", **expect: Json) -> Sample:
    """A one-turn sample; `expect` holds its checks."""
    return Sample(skill, [user(prompt)], answer, thought, expect=expect or {"contains": [answer]})
