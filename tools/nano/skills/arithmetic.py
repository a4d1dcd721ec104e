"""Small sums, worked digit by digit."""

from __future__ import annotations

from skills.pools import NAMES, OBJECTS
from skills.world import Sample, World, ask, is_held

PLACES = ["ones", "tens", "hundreds", "thousands"]


def digits(value: int) -> list[int]:
    return [int(digit) for digit in reversed(str(value))]


def add_steps(a: int, b: int) -> list[tuple[str, int]]:
    """Column sums from the ones up, each with the carry it takes in."""
    left, right = digits(a), digits(b)
    steps, carry = [], 0
    for place in range(max(len(left), len(right))):
        parts = [row[place] for row in (left, right) if place < len(row)]
        if carry or not parts:
            parts.append(carry)
        total = sum(parts)
        steps.append((" + ".join(map(str, parts)) + (f" = {total}" if len(parts) > 1 else ""), total))
        carry = total // 10
    return steps


def subtract_steps(a: int, b: int) -> list[tuple[str, bool]]:
    """Column differences from the ones up; True where ten was borrowed."""
    left, right = digits(a), digits(b)
    steps, borrow = [], 0
    for place, digit in enumerate(left):
        top = digit - borrow
        take = right[place] if place < len(right) else 0
        borrowed = top < take
        if borrowed:
            top += 10
        borrow = int(borrowed)
        steps.append((f"{top} - {take} = {top - take}" if place < len(right) else str(top), borrowed))
    return steps


def add_thought(a: int, b: int) -> str:
    if a < 10 and b < 10:
        return f"{a} + {b} = {a + b}."
    lines, steps = [], add_steps(a, b)
    for place, (text, total) in enumerate(steps):
        last = place == len(steps) - 1
        carry = f", write {total % 10}, carry 1" if total > 9 and not last else ""
        lines.append(f"{PLACES[place].capitalize()}: {text}{carry}.")
    return "\n".join(lines) + f"\nSo {a} + {b} = {a + b}."


def subtract_thought(a: int, b: int) -> str:
    if a < b:
        return f"{a} is smaller than {b}, so the result is negative.\n{subtract_thought(b, a)}\nSo {a} - {b} = {a - b}."
    if a < 10:
        return f"{a} - {b} = {a - b}."
    lines = []
    for place, (text, borrowed) in enumerate(subtract_steps(a, b)):
        lines.append(f"{PLACES[place].capitalize()}: {text}{', borrow 1' if borrowed else ''}.")
    return "\n".join(lines) + f"\nSo {a} - {b} = {a - b}."


def add_short(a: int, b: int) -> str:
    if a < 10 and b < 10:
        return ""
    return ", ".join(text for text, _ in add_steps(a, b)) + ", so "


def subtract_short(a: int, b: int) -> str:
    if a < b:
        return subtract_short(b, a) + (f"{b} - {a} = {b - a} and " if b >= 10 else "")
    if a < 10:
        return ""
    return ", ".join(text + (" (borrow 1)" if borrowed else "") for text, borrowed in subtract_steps(a, b)) + ", so "


def multiply_parts(a: int, b: int) -> str:
    """`a` times `b` through the tens and ones of `a`."""
    if a < 10 or a == 10 or b == 10:
        return ""
    tens, ones = a // 10 * 10, a % 10
    if ones == 0:
        return f"{a // 10} * {b} = {a // 10 * b}, "
    return f"{tens} * {b} = {tens * b}, {ones} * {b} = {ones * b}, {tens * b} + {ones * b} = {a * b}, "


PLUS = ["What is {a} + {b}?", "What is {a} plus {b}?", "{a} + {b}", "{a}+{b}", "{a} + {b} =", "{a}+{b}=?", "Calculate {a} + {b}.",
        "Add {a} and {b}.", "How much is {a} + {b}?", "What's {a} + {b}?", "Compute {a} + {b}", "What is the sum of {a} and {b}?",
        "{a} plus {b}", "Can you add {a} and {b}?", "Please add {a} to {b}.", "{a} plus {b} is?", "How much is {a} plus {b}?",
        "Tell me {a} + {b}.", "Solve {a} + {b}", "what does {a} + {b} equal?", "Sum {a} and {b}", "What is {a}+{b}?", "whats {a} + {b}"]
MINUS = ["What is {a} - {b}?", "What is {a} minus {b}?", "{a} - {b}", "{a}-{b}", "{a} - {b} =", "{a}-{b}=?", "Calculate {a} - {b}.",
         "Subtract {b} from {a}.", "How much is {a} - {b}?", "What's {a} - {b}?", "Compute {a} - {b}", "{a} minus {b}",
         "What is the difference of {a} and {b}?", "How much is {a} minus {b}?", "Take {b} away from {a}.", "Solve {a} - {b}",
         "What is {a}-{b}?", "What does {a} - {b} equal?"]
TIMES = ["What is {a} * {b}?", "What is {a} times {b}?", "{a} * {b}", "{a}*{b}", "{a} * {b} =", "{a}*{b}=?", "Calculate {a} * {b}.",
         "Multiply {a} by {b}.", "How much is {a} times {b}?", "What's {a} * {b}?", "Compute {a} x {b}", "What is {a} x {b}?",
         "{a} times {b}", "What is {a} × {b}?", "{a} × {b}", "What is {a} multiplied by {b}?", "Multiply {a} and {b}.",
         "What is the product of {a} and {b}?", "Solve {a} * {b}", "What is {a}*{b}?", "{a}x{b}"]
DIVIDE = ["What is {a} / {b}?", "What is {a} divided by {b}?", "{a} / {b}", "{a}/{b}", "{a} / {b} =", "{a}/{b}=?", "Calculate {a} / {b}.",
          "Divide {a} by {b}.", "How much is {a} divided by {b}?", "What's {a} / {b}?", "Compute {a} / {b}", "{a} divided by {b}",
          "What is {a} ÷ {b}?", "{a} ÷ {b}", "How often does {b} go into {a}?", "What is {a}/{b}?"]


def size(w: World) -> int:
    """A number with one, two or three digits."""
    roll = w.rng.random()
    return w.number(0, 9) if roll < 0.2 else w.number(10, 99) if roll < 0.65 else w.number(100, 999)


def unseen(w: World, key: str, small: bool) -> bool:
    """Whether this pair belongs to the world's side; tiny pairs are always taught."""
    return is_held(key) == w.held if not small or w.held else True


def calculation(w: World, question: str, result: str, short: str, thought: str, value: int) -> Sample:
    """With thoughts the answer is bare; without, it carries the steps."""
    thinking = w.chance(0.5)
    answer = f"{result}." if thinking else f"{short}{result}."
    sample = ask("arithmetic", question, answer, thought, number=value)
    sample.thinking = thinking
    return sample


def addition(w: World) -> Sample:
    while True:
        a, b = size(w), size(w)
        if unseen(w, f"{a}+{b}", a < 10 and b < 10):
            break
    return calculation(w, w.say(PLUS, a=str(a), b=str(b)), f"{a} + {b} = {a + b}", add_short(a, b), add_thought(a, b), a + b)


def subtraction(w: World) -> Sample:
    while True:
        a, b = size(w), size(w)
        if a < b and w.chance(0.85):
            a, b = b, a
        if unseen(w, f"{a}-{b}", a < 10 and b < 10):
            break
    return calculation(w, w.say(MINUS, a=str(a), b=str(b)), f"{a} - {b} = {a - b}", subtract_short(a, b),
                       subtract_thought(a, b), a - b)


def multiplication(w: World) -> Sample:
    while True:
        a, b = (w.number(2, 12), w.number(0, 12)) if w.chance(0.5) else (w.number(11, 99), w.number(2, 9))
        if unseen(w, f"{a}*{b}", a <= 12):
            break
    shown = (b, a) if w.chance(0.2) else (a, b)
    result = f"{shown[0]} * {shown[1]} = {a * b}"
    parts = multiply_parts(a, b)
    thought = f"{parts}so {result}." if parts else f"{result}."
    return calculation(w, w.say(TIMES, a=str(shown[0]), b=str(shown[1])), result, f"{parts}so " if parts else "", thought, a * b)


def division(w: World) -> Sample:
    b, quotient = w.number(1, 12), w.number(0, 12)
    a = b * quotient
    result = f"{a} / {b} = {quotient}"
    return calculation(w, w.say(DIVIDE, a=str(a), b=str(b)), result, "",
                       f"{b} * {quotient} = {a}, so {result}.", quotient)


def chain(w: World) -> Sample:
    """Three or four small terms, added from the left."""
    terms = [w.number(1, 20) for _ in range(w.number(3, 4))]
    signs = [1] + [1 if w.chance(0.75) else -1 for _ in terms[1:]]
    total, text, steps = terms[0], str(terms[0]), []
    for sign, term in zip(signs[1:], terms[1:]):
        mark = "+" if sign > 0 else "-"
        steps.append(f"{total} {mark} {term} = {total + sign * term}")
        total, text = total + sign * term, f"{text} {mark} {term}"
    if total < 0:
        return chain(w)
    question = w.say(["What is {t}?", "{t}", "{t} =", "Calculate {t}.", "How much is {t}?", "Compute {t}", "What's {t}?"],
                     t=text if w.chance(0.85) else text.replace(" ", ""))
    joined = ", ".join(steps)
    return calculation(w, question, f"{text} = {total}", f"{joined}, so ", f"{joined}.", total)


def comparison(w: World) -> Sample:
    a, b = w.several(lambda: size(w), 2)
    bigger = w.chance(0.6)
    word = w.pick(["larger", "bigger", "greater"]) if bigger else "smaller"
    winner, other = (max(a, b), min(a, b)) if bigger else (min(a, b), max(a, b))
    question = w.say(["Which is {w}, {a} or {b}?", "Which number is {w}: {a} or {b}?", "What is {w}: {a} or {b}?",
                      "Is {a} or {b} {w}?", "{a} or {b}, which is {w}?", "Which one is {w}, {a} or {b}"],
                     w=word, a=str(a), b=str(b))
    if len(str(a)) != len(str(b)):
        low, high = sorted((a, b))
        reason = f"{high} has more digits than {low}."
    else:
        place = next(i for i in range(len(str(a))) if str(a)[i] != str(b)[i])
        reason = f"The {PLACES[len(str(a)) - 1 - place]} differ: {str(a)[place]} and {str(b)[place]}."
    return ask("arithmetic", question, f"{winner} is {word} than {other}.", reason, contains=[f"{winner} is {word} than {other}"])


def word_problem(w: World) -> Sample:
    name, friend = w.several(lambda: w.open(NAMES), 2)
    thing = w.open(OBJECTS)
    thing += "es" if thing.endswith(("h", "x", "s", "o")) and thing != "piano" else "s"
    thing = thing.replace("knifes", "knives")
    kind = w.number(0, 3)
    if kind == 0:
        a, b = w.number(1, 60), w.number(1, 39)
        value, steps, short, total = a + b, add_thought(a, b), add_short(a, b), f"{a} + {b} = {a + b}"
        text = w.say(["{n} has {a} {t} and buys {b} more. How many {t} does {n} have?",
                      "{n} has {a} {t}. {f} gives {n} {b} more. How many {t} does {n} have now?",
                      "{n} has {a} {t} and gets {b} more. How many is that?",
                      "If {n} has {a} {t} and finds {b} more, how many {t} does {n} have?"],
                     n=name, f=friend, a=str(a), b=str(b), t=thing)
    elif kind == 1:
        a = w.number(3, 80)
        b = w.number(1, a - 1)
        value, steps, short, total = a - b, subtract_thought(a, b), subtract_short(a, b), f"{a} - {b} = {a - b}"
        text = w.say(["{n} has {a} {t} and gives {b} to {f}. How many {t} does {n} have left?",
                      "{n} had {a} {t} and lost {b}. How many {t} does {n} have now?",
                      "{n} has {a} {t} and sells {b}. How many are left?",
                      "There are {a} {t} in a box. {n} takes {b}. How many {t} are left?"],
                     n=name, f=friend, a=str(a), b=str(b), t=thing)
    elif kind == 2:
        a, b = w.number(2, 12), w.number(2, 12)
        value, steps, short, total = a * b, f"{a} * {b} = {a * b}.", "", f"{a} * {b} = {a * b}"
        text = w.say(["{n} has {a} boxes with {b} {t} each. How many {t} is that?",
                      "There are {a} bags with {b} {t} in each bag. How many {t} are there?",
                      "{n} buys {a} packs of {b} {t}. How many {t} does {n} have?"], n=name, a=str(a), b=str(b), t=thing)
    else:
        b, value = w.number(2, 12), w.number(1, 12)
        a = b * value
        steps, short, total = f"{b} * {value} = {a}, so {a} / {b} = {value}.", "", f"{a} / {b} = {value}"
        text = w.say(["{n} shares {a} {t} among {b} friends. How many {t} does each friend get?",
                      "{a} {t} are shared by {b} children. How many {t} does each child get?",
                      "{n} puts {a} {t} into {b} boxes. How many {t} are in each box?"], n=name, a=str(a), b=str(b), t=thing)
    return calculation(w, text, f"{total}, so the answer is {value} {thing}", short, steps, value)


MAKERS = [(addition, 8), (subtraction, 8), (multiplication, 7), (division, 3), (chain, 2.5), (comparison, 4), (word_problem, 4)]
