"""Everyday facts from fixed tables."""

from __future__ import annotations

from skills.pools import (CAPITALS, COLOURS, COUNTRY_ALIASES, DAYS, FACTS, LANGUAGES, LEGS, MIXES, MONTH_DAYS, MONTHS, OPPOSITES,
                          ORDINALS, SOUNDS, THING_COLOURS, YOUNG)
from skills.world import Sample, World, ask

CAPITAL_ASKS = ["What is the capital of {c}?", "What's the capital of {c}?", "Capital of {c}?", "capital of {c}",
                "Which city is the capital of {c}?", "Tell me the capital of {c}.", "Name the capital of {c}.",
                "Do you know the capital of {c}?", "What is the capital city of {c}?", "Can you tell me the capital of {c}?",
                "{c} capital?", "I want to know the capital of {c}.", "What city is the capital of {c}?", "The capital of {c} is?"]
COUNTRY_ASKS = ["{x} is the capital of which country?", "Which country has the capital {x}?", "What country is {x} the capital of?",
                "Of which country is {x} the capital?", "{x} is the capital of what?", "Which country's capital is {x}?",
                "In which country is {x}?", "Which country is {x} in?"]


def fact(w: World, prompt: str, answer: str, thought: str, *marks: str) -> Sample:
    """Facts do not depend on letter case, so the whole prompt may be styled."""
    return ask("facts", w.style(prompt), answer, thought, contains=list(marks) or [answer])


def capital(w: World) -> Sample:
    country, city = w.pick(list(CAPITALS.items()))
    if w.chance(0.3):
        prompt = w.pick(COUNTRY_ASKS).format(x=city)
        return fact(w, prompt, f"{city} is the capital of {country}.", f"{city} belongs to {country}.", country)
    if w.chance(0.1):
        country, city = w.pick(list(COUNTRY_ALIASES.items()))
    prompt = w.pick(CAPITAL_ASKS).format(c=country)
    return fact(w, prompt, f"The capital of {country} is {city}.", f"The user asks for the capital of {country}. It is {city}.", city)


def day(w: World) -> Sample:
    index = w.number(0, 6)
    name = DAYS[index]
    kind = w.number(0, 3)
    if kind == 0:
        after = DAYS[(index + 1) % 7]
        prompt = w.pick(["What day comes after {d}?", "Which day is after {d}?", "What is the day after {d}?", "What comes after {d}?",
                         "If today is {d}, what day is tomorrow?", "Today is {d}. What day is tomorrow?", "Which day follows {d}?"])
        return fact(w, prompt.format(d=name), f"{after} comes after {name}.", f"After {name} comes {after}.", after + " comes")
    if kind == 1:
        before = DAYS[index - 1]
        prompt = w.pick(["What day comes before {d}?", "Which day is before {d}?", "What is the day before {d}?", "What comes before {d}?",
                         "If today is {d}, what day was yesterday?", "Today is {d}. What day was yesterday?"])
        return fact(w, prompt.format(d=name), f"{before} comes before {name}.", f"Before {name} comes {before}.", before + " comes")
    if kind == 2:
        number = w.number(2, 6)
        steps = [DAYS[(index + step) % 7] for step in range(1, number + 1)]
        prompt = w.pick(["What day is {n} days after {d}?", "Today is {d}. What day is it in {n} days?", "If today is {d}, which day is it in {n} days?",
                         "Which day is {n} days after {d}?"])
        return fact(w, prompt.format(d=name, n=number), f"{number} days after {name} is {steps[-1]}.",
                    "I count the days: " + ", ".join(f"{i + 1} {d}" for i, d in enumerate(steps)) + ".", "is " + steps[-1])
    weekend = index >= 5
    prompt = w.pick(["Is {d} a weekend day?", "Is {d} on the weekend?", "Is {d} part of the weekend?"])
    return fact(w, prompt.format(d=name), f"{'Yes' if weekend else 'No'}, {name} is a {'weekend day' if weekend else 'weekday'}.",
                "Saturday and Sunday are the weekend.", "a weekend day" if weekend else "a weekday")


def month(w: World) -> Sample:
    index = w.number(0, 11)
    name = MONTHS[index]
    kind = w.number(0, 4)
    if kind == 0:
        prompt = w.pick(["How many days does {m} have?", "How many days are in {m}?", "How long is {m}?", "Number of days in {m}?",
                         "How many days has {m}?"])
        leap = ", and 29 in a leap year" if name == "February" else ""
        return fact(w, prompt.format(m=name), f"{name} has {MONTH_DAYS[name]} days{leap}.", f"I remember the length of {name}.",
                    f"{name} has {MONTH_DAYS[name]} days")
    if kind == 1:
        after = MONTHS[(index + 1) % 12]
        prompt = w.pick(["Which month comes after {m}?", "What month is after {m}?", "What comes after {m}?", "Which month follows {m}?",
                         "What is the month after {m}?"])
        return fact(w, prompt.format(m=name), f"{after} comes after {name}.", f"After {name} comes {after}.", after + " comes")
    if kind == 2:
        before = MONTHS[index - 1]
        prompt = w.pick(["Which month comes before {m}?", "What month is before {m}?", "What comes before {m}?",
                         "What is the month before {m}?"])
        return fact(w, prompt.format(m=name), f"{before} comes before {name}.", f"Before {name} comes {before}.", before + " comes")
    if kind == 3:
        prompt = w.pick(["What is the {o} month?", "Which month is the {o} month of the year?", "What is the {o} month of the year?",
                         "Name the {o} month.", "Which month is month number {n}?", "What is month {n}?"])
        return fact(w, prompt.format(o=ORDINALS[index], n=index + 1), f"{name} is the {ORDINALS[index]} month of the year.",
                    f"Month {index + 1} is {name}.", name)
    season = ["winter", "winter", "spring", "spring", "spring", "summer", "summer", "summer", "autumn", "autumn", "autumn", "winter"][index]
    prompt = w.pick(["Which season is {m} in?", "In which season is {m}?", "What season is {m}?", "Is {m} in summer or winter?"])
    return fact(w, prompt.format(m=name), f"{name} is in {season}.", f"{name} belongs to {season} in the northern half of the Earth.", season)


def colour(w: World) -> Sample:
    if w.chance(0.4):
        (a, b), mixed = w.pick(list(MIXES.items()))
        if w.chance(0.5):
            a, b = b, a
        prompt = w.pick(["What do you get when you mix {a} and {b}?", "What colour do {a} and {b} make?", "Mix {a} and {b}.",
                         "What color is {a} and {b}?", "Which colour is a mix of {a} and {b}?", "{a} plus {b} makes which colour?"])
        return fact(w, prompt.format(a=a, b=b), f"{a.capitalize()} and {b} make {mixed}.", f"Mixing {a} and {b} gives {mixed}.", mixed)
    thing, shade = w.pick(list(THING_COLOURS.items()))
    determiner = "the" if thing in ("sky", "sun", "sea", "night") else ""
    shown = f"{determiner} {thing}".strip() if determiner else thing if thing in ("grass", "snow", "blood", "coal", "milk", "chocolate", "salt") \
        else f"{'an' if thing[0] in 'aeiou' else 'a'} {thing}"
    prompt = w.pick(["What colour is {t}?", "What color is {t}?", "Which colour is {t}?", "Tell me the colour of {t}.", "What is the color of {t}?"])
    return fact(w, prompt.format(t=shown), f"{shown[0].upper() + shown[1:]} is {shade}.", f"The usual colour of {shown} is {shade}.", "is " + shade)


def opposite(w: World) -> Sample:
    pairs = list(OPPOSITES.items())
    word, other = w.pick(pairs)
    if w.chance(0.5) and other not in OPPOSITES:
        word, other = other, word
        if [right for _, right in pairs].count(word) > 1:
            word, other = other, word
    prompt = w.pick(["What is the opposite of {w}?", "Opposite of {w}?", "What's the opposite of {w}?", "Tell me the opposite of {w}.",
                     "Give me the opposite of \"{w}\".", "What is the antonym of {w}?", "Which word is the opposite of {w}?"])
    return fact(w, prompt.format(w=word), f"The opposite of {word} is {other}.", f"{word.capitalize()} and {other} are opposites.", "is " + other)


def animal(w: World) -> Sample:
    kind = w.number(0, 2)
    if kind == 0:
        name, sound = w.pick(list(SOUNDS.items()))
        prompt = w.pick(["What sound does a {a} make?", "What does a {a} say?", "Which sound does a {a} make?", "How does a {a} sound?",
                         "What noise does a {a} make?", "What is the sound of a {a}?"])
        one = f"an {name}" if name[0] in "aeiou" else f"a {name}"
        return fact(w, prompt.format(a=name).replace(f"a {name}", one), f"{one.capitalize()} says {sound}.", f"The sound of {one} is {sound}.", sound)
    if kind == 1:
        name, young = w.pick(list(YOUNG.items()))
        one = f"an {name}" if name[0] in "aeiou" else f"a {name}"
        prompt = w.pick(["What is a baby {a} called?", "What do you call a young {a}?", "What is a young {a} called?",
                         "What is the name of a baby {a}?", "What do you call a baby {a}?"])
        return fact(w, prompt.format(a=name), f"A young {name} is called a {young}.", f"The young of {one} is a {young}.", f"called a {young}")
    name, legs = w.pick(list(LEGS.items()))
    one = f"an {name}" if name[0] in "aeiou" else f"a {name}"
    prompt = w.pick(["How many legs does {a} have?", "How many legs has {a}?", "Number of legs of {a}?", "Tell me how many legs {a} has."])
    return fact(w, prompt.format(a=one), f"{one.capitalize()} has {legs} legs.", f"I know that {one} has {legs} legs.", f"has {legs} legs")


def general(w: World) -> Sample:
    question, answer = w.pick(list(FACTS.items()))
    if w.chance(0.2):
        question = w.pick(["Tell me: ", "Please tell me, ", "Do you know this? ", "Quick question: ", "A question: "]) + question
    return fact(w, question, answer, "I know this fact.")


def translation(w: World) -> Sample:
    language = w.pick(list(LANGUAGES))
    word, other = w.pick(list(LANGUAGES[language].items()))
    prompt = w.pick(["Translate {w} to {l}", "Translate \"{w}\" to {l}.", "Translate {w} into {l}.", "What is {w} in {l}?", "How do you say {w} in {l}?",
                     "How do I say \"{w}\" in {l}?", "What is the {l} word for {w}?", "Say {w} in {l}."])
    return fact(w, prompt.format(w=word, l=language), f"\"{word[0].upper() + word[1:]}\" in {language} is \"{other}\".",
                f"The {language} word for {word} is {other}.", f"\"{other}\"")


def untranslatable(w: World) -> Sample:
    language = w.pick(list(LANGUAGES))
    word = w.invented()
    prompt = w.say(["Translate {w} to {l}", "Translate \"{w}\" to {l}.", "What is {w} in {l}?", "How do you say {w} in {l}?"], w=word, l=language)
    return ask("fallback", prompt, f"I do not know the {language} word for \"{word}\".", f"I have no word for {word}. I say so.",
               contains=["do not know", word])


def season_colour_question(w: World) -> Sample:
    shade = w.pick(COLOURS[:10])
    prompt = w.pick(["Is {c} a colour?", "Is {c} a color?", "What is {c}?"])
    return fact(w, prompt.format(c=shade), f"{shade.capitalize()} is a colour.", f"{shade.capitalize()} is the name of a colour.", "is a colour")


MAKERS = [(capital, 8), (day, 4), (month, 4), (colour, 3), (opposite, 4), (animal, 4), (general, 4), (translation, 3),
          (untranslatable, 0.5), (season_colour_question, 0.3)]
