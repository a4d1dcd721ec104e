"""Simple work on words and short lists."""

from __future__ import annotations

from skills.pools import NAMES, NOUNS
from skills.world import Sample, World, ask


def word(w: World) -> str:
    return w.open(NOUNS) if w.chance(0.6) else w.invented(1, 3) if w.chance(0.7) else w.open(NAMES)


def words(w: World, low: int, high: int) -> list[str]:
    return w.several(lambda: word(w), w.number(low, high))


def listed(w: World, items: list[str]) -> str:
    roll = w.rng.random()
    if roll < 0.6:
        return ", ".join(items)
    if roll < 0.85:
        return " ".join(items)
    return ", ".join(items[:-1]) + " and " + items[-1]


def repeat(w: World) -> Sample:
    roll = w.rng.random()
    if roll < 0.3:
        times, item = w.number(2, 5), word(w)
        prompt = w.say(["Repeat the word {x} {n} times.", "Say {x} {n} times.", "Write {x} {n} times", "Repeat \"{x}\" {n} times."],
                       x=item, n=w.pick([str(times), ["two", "three", "four", "five"][times - 2]]))
        answer = " ".join([item] * times)
        return ask("words", prompt, answer, f"I write {item} {times} times.", equals=answer)
    text = " ".join(words(w, 1, 7)) if roll < 0.8 else f"The {w.open(NOUNS)} is in the {w.open(NOUNS)} with {w.open(NAMES)}."
    prompt = w.say(["Repeat after me: {t}", "Repeat: {t}", "Say: {t}", "Repeat this: {t}", "Please repeat: {t}", "Echo: {t}", "Say \"{t}\".",
                    "Repeat the words \"{t}\"", "Write: {t}", "Reply with exactly: {t}", "Say exactly this: {t}", "Answer only with: {t}",
                    "Copy this text: {t}"], t=text)
    return ask("words", prompt, text, "I repeat the text.", equals=text)


def case(w: World) -> Sample:
    item = word(w)
    upper = w.chance(0.65)
    if upper:
        answer = item.upper()
        prompt = w.say(["Write {x} in uppercase.", "Uppercase {x}", "Write the word {x} in capital letters.", "Convert \"{x}\" to uppercase.",
                        "Make {x} uppercase.", "{x} in capitals, please.", "What is {x} in upper case?", "Change {x} to upper case.",
                        "Put {x} in all caps."], x=item)
    else:
        answer = item.lower()
        prompt = w.say(["Write {x} in lowercase.", "Lowercase {x}", "Write the word {x} in small letters.", "Convert \"{x}\" to lowercase.",
                        "Make {x} lowercase.", "What is {x} in lower case?", "Change {x} to lower case."], x=item.upper())
    letters = "-".join(answer)
    sample = ask("words", prompt, answer, f"Letter by letter: {letters}.", equals=answer)
    sample.spelled = True
    return sample


def spell(w: World) -> Sample:
    item = word(w)
    prompt = w.say(["Spell the word {x}.", "Spell {x}", "How do you spell {x}?", "Spell \"{x}\".", "Can you spell {x}?", "Please spell {x}",
                    "Write {x} letter by letter.", "What are the letters of {x}?", "Spell out {x}."], x=item)
    answer = "-".join(item)
    return ask("words", prompt, answer, f"I write the letters of {item} one by one.", equals=answer)


def letter_lists(w: World) -> Sample:
    """Several words by their letters: much practice in what the pieces of words are made of."""
    items = w.several(lambda: w.invented(1, 3) if w.chance(0.85) else word(w), w.number(2, 6) if w.chance(0.4) else w.number(6, 18))
    if w.chance(0.6):
        prompt = w.say(["Spell these words: {t}", "Spell the words {t}", "How do you spell {t}?", "Spell {t}", "Spell each word: {t}"], t=listed(w, items))
        answer = ", ".join("-".join(item) for item in items)
    else:
        prompt = w.say(["Write these words in uppercase: {t}", "Uppercase {t}", "Write {t} in capital letters.", "Make these words uppercase: {t}"], t=listed(w, items))
        answer = ", ".join(item.upper() for item in items)
    sample = ask("words", prompt, answer, equals=answer)
    sample.thinking = False
    return sample


def letters(w: World) -> Sample:
    item = word(w)
    prompt = w.say(["How many letters are in {x}?", "How many letters does {x} have?", "Count the letters in {x}.", "How many letters are in the word {x}?",
                    "How long is the word {x}?", "Number of letters in \"{x}\"?", "Count the letters of {x}"], x=item)
    steps = ", ".join(f"{letter} {i + 1}" for i, letter in enumerate(item))
    thinking = w.chance(0.5)
    lead = "" if thinking else steps + ". "
    sample = ask("words", prompt, f"{lead}The word {item} has {len(item)} letters.", f"I count: {steps}.", number=len(item))
    sample.thinking = thinking
    return sample


def count_words(w: World) -> Sample:
    items = words(w, 2, 8)
    prompt = w.say(["How many words are in \"{t}\"?", "Count the words: {t}", "How many words: {t}", "Count the words in \"{t}\".",
                    "How many words are here: {t}"], t=" ".join(items))
    steps = ", ".join(f"{item} {i + 1}" for i, item in enumerate(items))
    thinking = w.chance(0.5)
    lead = "" if thinking else steps + ". "
    sample = ask("words", prompt, f"{lead}There are {len(items)} words.", f"I count: {steps}.", number=len(items))
    sample.thinking = thinking
    return sample


def reverse(w: World) -> Sample:
    if w.chance(0.2):
        item = w.open(NOUNS) if w.chance(0.6) else w.invented(1, 2)
        prompt = w.say(["Reverse the word {x}.", "Write {x} backwards.", "Spell {x} backwards.", "What is {x} backwards?", "Reverse the letters of {x}."], x=item)
        backwards = item[::-1]
        thinking = w.chance(0.5)
        steps = f"{'-'.join(item)} backwards is {'-'.join(backwards)}"
        sample = ask("words", prompt, backwards if thinking else f"{steps}: {backwards}", f"{steps}.",
                     contains=[backwards])
        sample.thinking, sample.spelled = thinking, True
        return sample
    items = words(w, 2, 6)
    answer = ", ".join(reversed(items))
    prompt = w.say(["Reverse this list: {t}", "Reverse the list {t}", "Put these words in reverse order: {t}", "Reverse the order of {t}",
                    "Write these words backwards: {t}", "Turn the list around: {t}", "Reverse: {t}"], t=listed(w, items))
    return ask("words", prompt, answer, "In order: " + ", ".join(f"{i + 1} {item}" for i, item in enumerate(items)) + ".", equals=answer)


def ends(w: World) -> Sample:
    items = words(w, 2, 7)
    place = w.pick(["first", "last", "second"] if len(items) > 2 else ["first", "last"])
    value = items[{"first": 0, "second": 1, "last": -1}[place]]
    prompt = w.say(["What is the {p} word of \"{t}\"?", "What is the {p} word in this list: {t}", "Give me the {p} word: {t}", "Which word is {p}: {t}",
                    "What is the {p} item of {t}?", "{t}: what is the {p} word?", "Tell me the {p} word of {t}"], p=place, t=listed(w, items))
    return ask("words", prompt, f"The {place} word is {value}.", f"First {items[0]}, second {items[1]}, last {items[-1]}.",
               contains=[f"{place} word is {value}."])


def sort(w: World) -> Sample:
    if w.chance(0.55):
        high = w.pick([9, 20, 99, 99])
        values = w.several(lambda: w.number(0, high), w.number(3, 5))
        down = w.chance(0.25)
        ordered = sorted(values, reverse=down)
        shown = listed(w, list(map(str, values)))
        prompt = w.say(["Sort these numbers from largest to smallest: {t}", "Sort in descending order: {t}", "Order from high to low: {t}"] if down else
                       ["Sort these numbers: {t}", "Sort {t}", "Sort the numbers {t}.", "Put these numbers in order: {t}", "Order these numbers: {t}",
                        "Sort in ascending order: {t}", "Sort from smallest to largest: {t}"], t=shown)
        answer = ", ".join(map(str, ordered))
        return ask("words", prompt, answer, f"The {'largest' if down else 'smallest'} number is {ordered[0]}, then {ordered[1]}.", equals=answer)
    items = w.several(lambda: w.open(NOUNS), w.number(2, 4))
    if len({item[0] for item in items}) < len(items):
        return sort(w)
    ordered_words = sorted(items)
    prompt = w.say(["Sort these words: {t}", "Sort alphabetically: {t}", "Put these words in alphabetical order: {t}", "Sort the words {t}.",
                    "Order these words by alphabet: {t}"], t=listed(w, items))
    answer = ", ".join(ordered_words)
    return ask("words", prompt, answer, "By first letter: " + ", ".join(f"{item[0]} {item}" for item in ordered_words) + ".", equals=answer)


def join(w: World) -> Sample:
    items = words(w, 2, 6)
    mark, name = w.pick([(", ", "commas"), ("-", "hyphens"), (" and ", "and")])
    prompt = w.say(["Join these words with {m}: {t}", "Join with {m}: {t}", "Write these words joined by {m}: {t}", "Put {m} between these words: {t}"],
                   m=name, t=" ".join(items))
    answer = mark.join(items)
    return ask("words", prompt, answer, f"I write the words with {name} between them.", equals=answer)


MAKERS = [(repeat, 5), (case, 5), (spell, 5), (letter_lists, 10), (letters, 3), (count_words, 2), (reverse, 4), (ends, 2.5), (sort, 5), (join, 2)]
