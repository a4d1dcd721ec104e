"""Answers as JSON: fields named by the user, values from the user's text."""

from __future__ import annotations

from typing import Any, Callable

from skills import arithmetic, facts, fallback, smalltalk
from skills.pools import (ADJECTIVES, CAPITALS, CITIES, COLOURS, DAYS, FOODS, HOBBIES, JOBS, MONTHS, NAMES, NOUNS, OBJECTS, PETS, SURNAMES)
from skills.world import Json, Sample, World, dumps, user

JSON_SENTENCE = "Answer with one JSON object and nothing else."


def full_name(w: World) -> str:
    name = w.open(NAMES) if w.chance(0.75) else w.invented().capitalize()
    return f"{name} {w.open(SURNAMES)}" if w.chance(0.3) else name


def email(w: World) -> str:
    return f"{w.open(NAMES).lower()}@{w.pick([w.invented(1, 2), w.pick(NOUNS)])}.{w.pick(['com', 'org', 'net', 'de', 'cn', 'io'])}"


def phone(w: World) -> str:
    return f"{w.number(100, 999)}-{w.number(1000, 9999)}"


def date(w: World) -> str:
    return f"{w.number(1990, 2030)}-{w.number(1, 12):02d}-{w.number(1, 28):02d}"


def city(w: World) -> str:
    return w.open(CITIES) if w.chance(0.7) else w.invented().capitalize()


def price(w: World) -> Json:
    return w.number(1, 999) if w.chance(0.6) else float(f"{w.number(1, 99)}.{w.number(1, 9)}{w.pick(['', '5'])}")


def several(pool: list[str]) -> Callable[[World], Json]:
    return lambda w: w.some(pool, w.number(1, 4))


Attribute = tuple[list[str], Callable[[World], Any], list[str]]
PERSON: list[Attribute] = [
    (["age", "years"], lambda w: w.number(2, 99), ["{s} is {v} years old.", "{s} is {v}.", "{s} turned {v} this year.", "The age of {s} is {v}."]),
    (["city", "location", "town", "home", "place"], city, ["{s} lives in {v}.", "{s} is from {v}.", "{s} comes from {v}.", "{s} moved to {v}."]),
    (["job", "profession", "occupation", "work"], lambda w: w.pick(JOBS) if w.chance(0.8) else w.invented(), ["{s} works as a {v}.", "{s} is a {v}.", "{s} has a job as a {v}."]),
    (["email", "email_address", "mail"], email, ["The email of {s} is {v}.", "{s} can be reached at {v}.", "Write to {v}.", "Email: {v}."]),
    (["phone", "phone_number", "telephone"], phone, ["The phone number is {v}.", "Call {v}.", "Phone: {v}.", "{s} has the number {v}."]),
    (["favourite_colour", "color", "colour", "favorite_color"], lambda w: w.pick(COLOURS), ["{s} likes the colour {v}.", "The favourite colour of {s} is {v}.", "{s} loves {v}."]),
    (["food", "favorite_food", "favourite_food", "meal"], lambda w: w.pick(FOODS), ["{s} likes to eat {v}.", "The favourite food of {s} is {v}."]),
    (["hobby", "sport", "interest"], lambda w: w.pick(HOBBIES), ["{s} likes {v}.", "The hobby of {s} is {v}.", "{s} enjoys {v}."]),
    (["company", "employer", "organization"], lambda w: w.invented().capitalize(), ["{s} works at {v}.", "{s} works for {v}.", "The company is {v}."]),
    (["pets", "animals"], several(PETS), ["{s} has these pets: {v}.", "Pets: {v}."]),
    (["languages", "speaks"], several(["English", "French", "German", "Spanish", "Italian", "Chinese", "Japanese", "Dutch", "Arabic"]),
     ["{s} speaks {v}.", "Languages: {v}."]),
    (["married", "is_married"], lambda w: w.chance(0.5), ["{s} is{n} married."]),
    (["student", "is_student"], lambda w: w.chance(0.5), ["{s} is{n} a student."]),
    (["height", "height_cm"], lambda w: w.number(90, 210), ["{s} is {v} cm tall.", "The height of {s} is {v} cm."]),
    (["birthday", "birth_date", "date_of_birth"], date, ["{s} was born on {v}.", "The birthday of {s} is {v}."]),
]
ITEM: list[Attribute] = [
    (["price", "cost", "amount", "total"], price, ["It costs {v} euros.", "The price is {v}.", "The price is {v} dollars.", "Price: {v}."]),
    (["quantity", "count", "number"], lambda w: w.number(1, 99), ["There are {v} of them.", "We need {v} pieces.", "The quantity is {v}.", "Quantity: {v}."]),
    (["color", "colour"], lambda w: w.pick(COLOURS), ["It is {v}.", "The colour is {v}.", "Color: {v}."]),
    (["size"], lambda w: w.pick(["small", "medium", "large", "XL", "tiny"]), ["The size is {v}.", "Size: {v}.", "We want it in {v}."]),
    (["material"], lambda w: w.pick(["wood", "steel", "glass", "cotton", "plastic", "gold", "paper"]), ["It is made of {v}.", "The material is {v}."]),
    (["date", "delivery_date", "day"], lambda w: date(w) if w.chance(0.5) else w.pick(DAYS), ["It arrives on {v}.", "The delivery is on {v}.", "Date: {v}."]),
    (["in_stock", "available"], lambda w: w.chance(0.5), ["It is{n} in stock.", "It is{n} available."]),
    (["tags", "keywords"], several(ADJECTIVES), ["Tags: {v}.", "The tags are {v}."]),
    (["order_id", "id", "code"], lambda w: f"{w.pick('ABCDEFGH')}{w.pick('KLMNPQRS')}-{w.number(10, 9999)}", ["The order id is {v}.", "The code is {v}.", "Id: {v}."]),
    (["customer", "buyer"], full_name, ["The customer is {v}.", "{v} ordered it.", "Sold to {v}."]),
    (["weight", "weight_kg"], price, ["It weighs {v} kg.", "The weight is {v} kg."]),
]
EVENT: list[Attribute] = [
    (["date", "day", "when"], lambda w: w.pick([date(w), w.pick(DAYS), f"{w.pick(MONTHS)} {w.number(1, 28)}"]), ["It is on {v}.", "It takes place on {v}.", "Date: {v}."]),
    (["time", "start", "start_time"], lambda w: f"{w.number(7, 22)}:{w.pick(['00', '15', '30', '45'])}", ["It starts at {v}.", "The time is {v}.", "Time: {v}."]),
    (["place", "location", "city", "venue"], city, ["It is in {v}.", "It takes place in {v}.", "The place is {v}."]),
    (["guests", "attendees", "people"], lambda w: w.several(lambda: w.open(NAMES), w.number(2, 4)), ["The guests are {v}.", "{v} will come.", "Guests: {v}."]),
    (["host", "organizer"], full_name, ["The host is {v}.", "{v} organizes it."]),
    (["seats", "tickets"], lambda w: w.number(2, 500), ["There are {v} seats.", "We have {v} tickets."]),
    (["free", "is_free"], lambda w: w.chance(0.5), ["It is{n} free."]),
]
SUBJECTS: list[tuple[list[str], Callable[[World], str], list[Attribute], list[str]]] = [
    (["name", "name", "name", "person", "full_name"], full_name, PERSON, [""]),
    (["product", "item", "name", "article"], lambda w: f"{w.pick(ADJECTIVES)} {w.open(OBJECTS)}" if w.chance(0.5) else w.open(OBJECTS), ITEM,
     ["I want to order a {s}.", "We sell a {s}.", "The product is a {s}.", "This is about a {s}.", "Product: {s}."]),
    (["event", "title", "name"], lambda w: w.pick(["meeting", "party", "concert", "lunch", "workshop", "wedding", "lecture", "game", "dinner"]) if w.chance(0.5)
     else f"{w.open(NOUNS)} {w.pick(['meeting', 'party', 'concert', 'fair'])}", EVENT, ["We plan a {s}.", "The event is a {s}.", "You are invited to a {s}.", "Event: {s}."]),
]


def spoken(items: list[str]) -> str:
    return items[0] if len(items) == 1 else ", ".join(items[:-1]) + " and " + items[-1]


def sentence(w: World, attribute: Attribute, subject: str, pronoun: str, value: Json) -> str:
    template = w.pick(attribute[2])
    subject = pronoun if template.startswith("{s} ") else subject
    shown = spoken(value) if isinstance(value, list) else str(value)
    return template.format(s=subject, v=shown, n="" if value is True else " not")


def named(w: World, keys: list[str]) -> str:
    """The field names as a user lists them."""
    shown = [f'"{key}"' for key in keys] if w.chance(0.2) else keys
    return spoken(shown) if w.chance(0.6) else ", ".join(shown)


def extract(w: World) -> Sample:
    names, make, attributes, openings = w.pick([SUBJECTS[0], SUBJECTS[0], SUBJECTS[1], SUBJECTS[2]])
    subject = make(w)
    chosen = w.some(attributes, w.number(1, 4))
    pairs: list[tuple[str, Json]] = [(w.pick(names), subject)]
    opening = w.pick(openings).format(s=subject)
    parts = [opening] if opening else []
    for place, attribute in enumerate(chosen):
        value = attribute[1](w)
        pronoun = subject if place == 0 or openings[0] else w.pick([subject, "He", "She"])
        parts.append(sentence(w, attribute, subject, pronoun, value))
        pairs.append((w.pick(attribute[0]), value))
    if subject not in " ".join(parts):
        parts.insert(0, f"This is {subject}.")
    if w.chance(0.04):
        pairs.append((w.pick(["zip_code", "nickname", "website", "fax", "comment"]), None))
    if w.chance(0.3):
        pairs = w.some(pairs, w.number(1, len(pairs)))
    elif w.chance(0.4):
        w.rng.shuffle(pairs)
    result = dict(pairs)
    if len(result) < len(pairs):
        return extract(w)
    if w.chance(0.2):
        parts.append(w.pick(["The weather was fine.", "That is all.", "Thank you.", "Please note it.", "We hope for the best."]))
    return json_sample(w, list(result), " ".join(parts), result)


def json_sample(w: World, keys: list[str], text: str, result: dict[str, Json]) -> Sample:
    json_mode = w.chance(0.4)
    prompts = ["Extract {k} as JSON: {t}", "Extract {k} as JSON from this text: {t}", "Extract the {k} as JSON.\n\n{t}",
               "{t}\nReturn a JSON object with {k}.", "Give me JSON with the keys {k}: {t}", "Return {k} as a JSON object.\nText: {t}",
               "Extract the fields {k} from the text and answer in JSON.\n{t}", "{t} Extract {k} as JSON.", "Write JSON with {k} for: {t}",
               "Turn this into JSON with the fields {k}: {t}", "As JSON ({k}): {t}", "JSON with {k} please: {t}", "Parse this into JSON with keys {k}: {t}"]
    if json_mode:
        prompts += ["Extract {k}: {t}", "{t}\nFields: {k}", "Find the {k} in this text: {t}", "Extract {k} from: {t}", "Give me {k}. {t}"]
    prompt = w.say(prompts, k=named(w, keys), t=text)
    shown = ", ".join(f"{key} is {value_words(value)}" for key, value in result.items())
    sample = Sample("json", [user(prompt)], dumps(result), f"From the text: {shown}.", expect={"json": result})
    sample.json_mode = json_mode
    return sample


def value_words(value: Json) -> str:
    if isinstance(value, list):
        return spoken(value)
    return value if isinstance(value, str) else dumps(value)


def pairs(w: World) -> Sample:
    """Keys and values written next to each other, with made-up keys."""
    keys = w.several(lambda: w.invented() if w.chance(0.5) else w.open(NOUNS), w.number(1, 5))
    result: dict[str, Json] = {}
    for key in keys:
        roll = w.rng.random()
        result[key] = (w.number(0, 9999) if roll < 0.3 else w.chance(0.5) if roll < 0.4 else w.invented() if roll < 0.6 else
                       w.open(NAMES) if roll < 0.75 else w.open(NOUNS))
    sign = w.pick([": ", "=", " = ", " is "])
    text = w.pick([", ", "; ", "\n", " and "]).join(f"{key}{sign}{value_words(value)}" for key, value in result.items())
    prompt = w.say(["Write this as JSON: {t}", "Make a JSON object: {t}", "Convert to JSON: {t}", "Turn this into JSON: {t}", "JSON with {t}",
                    "Return a JSON object with {t}", "Give me a JSON object where {t}", "As JSON: {t}"], t=text)
    sample = Sample("json", [user(prompt)], dumps(result), f"The keys are {spoken(list(result))}.", expect={"json": result})
    sample.json_mode = w.chance(0.4)
    return sample


def fact_json(w: World) -> Sample:
    """A fact or a sum asked for as JSON."""
    roll = w.rng.random()
    if roll < 0.35:
        country, capital = w.pick(list(CAPITALS.items()))
        prompt = w.say(["Return the capital of {c} as JSON with the key capital.", "What is the capital of {c}? Answer as JSON with key capital.",
                        "JSON with the capital of {c}.", "Give me the capital of {c} in JSON."], c=country)
        result: dict[str, Json] = {"capital": capital}
        if w.chance(0.5):
            result = {"country": country.removeprefix("the "), "capital": capital}
            prompt = w.say(["Give me a JSON object with country and capital of {c}.", "Return country and capital of {c} as JSON.",
                            "JSON with country and capital for {c}."], c=country)
        thought = f"The capital of {country} is {capital}."
    elif roll < 0.6:
        a, b = w.number(0, 20), w.number(0, 20)
        prompt = w.say(["What is {a} + {b}? Answer as JSON with the key result.", "Return {a} + {b} as JSON with key result.",
                        "Give me JSON with the result of {a} + {b}."], a=str(a), b=str(b))
        result, thought = {"result": a + b}, f"{a} + {b} = {a + b}."
    else:
        number = w.number(2, 6)
        kind, items = w.pick([("colours", COLOURS), ("months", MONTHS), ("days", DAYS)])
        prompt = w.say(["List {n} {k} as JSON.", "Give me {n} {k} as a JSON object.", "Return JSON with {n} {k}.", "Write {n} {k} as JSON"], n=str(number), k=kind)
        result, thought = {kind: items[:number]}, f"I write {number} {kind} as a list."
    sample = Sample("json", [user(prompt)], dumps(result), thought, expect={"json": result})
    sample.json_mode = w.chance(0.5)
    return sample


def plain_in_json_mode(w: World) -> Sample:
    """Other questions in JSON mode: the answer is wrapped in an object."""
    sample = w.pick([facts.capital, facts.day, facts.opposite, facts.animal, facts.general, smalltalk.chat, fallback.unknown,
                     smalltalk.joke, arithmetic.multiplication])(w)
    result = {"answer": sample.answer}
    marks = sample.expect.get("contains") or sample.expect.get("any") or [str(sample.expect.get("number"))]
    sample.skill, sample.answer, sample.json_mode = "json", dumps(result), True
    sample.expect = {"json": result} if "any" not in sample.expect else {"any": marks, "contains": ['{"answer": "']}
    return sample


MAKERS = [(extract, 9), (pairs, 3), (fact_json, 1.5), (plain_in_json_mode, 1.5)]
