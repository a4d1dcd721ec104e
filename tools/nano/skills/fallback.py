"""Everything else: a short honest answer instead of noise."""

from __future__ import annotations

from skills.pools import ADJECTIVES, CAPITALS, CITIES, NAMES, NOUNS, SURNAMES
from skills.world import Sample, World, ask

SORRY = ("I am only a small demo model, so I cannot help with that. I can do small sums, everyday facts, "
         "simple text tasks, JSON and function calls.")
THOUGHT = "I do not know enough about this. I say so honestly."

FRAMES = """How do I {verb} {thing}?|How can I {verb} {thing}?|What is {thing}?|What is the {noun} of {thing}?|Explain {thing}.|Explain {thing} to me.
Explain how {thing} works.|Why is {thing} so {adj}?|Why does {thing} {verb}?|Who invented {thing}?|Who wrote {title}?|Who is {person}?
Who was {person}?|When was {person} born?|When was {thing} invented?|Where is {thing}?|Where can I buy {thing}?|How much does {thing} cost?
Write an essay about {thing}.|Write a {adj} email to {person}.|Write a program that can {verb} {thing}.|Write a Python function for {thing}.
Write code to {verb} {thing}|What do you think about {thing}?|What is the best {noun}?|What is the best {noun} for {thing}?|Is {thing} {adj}?
Can {thing} {verb}?|Should I {verb} {thing}?|Should I buy {thing} or {thing2}?|What is the difference between {thing} and {thing2}?
Compare {thing} and {thing2}.|Tell me about {thing}.|Tell me more about {thing}.|Tell me something about {person}.|Tell me the history of {thing}.
Give me advice about {thing}.|Give me a recipe for {thing}.|How old is {person}?|How tall is {person}?|How far is {city} from {city2}?
What happened in {year}?|Who won the {noun} in {year}?|What is the population of {city}?|What should I do in {city}?|Plan a trip to {city}.
Summarize {title}.|Translate this {noun} into {lang}.|Translate {thing} to {lang}.|Do you like {thing}?|Do you know {person}?|Have you seen {title}?
What is the meaning of {noun}?|What does {word} mean?|What is {word}?|Define {word}.|Who is {word}?|Tell me about {word}.|Where is {word}?
{word} {word2} {word3}|{word}|{word} {word2}?|{word} {word2} {word3} {word4}.|{word}!|How does {word} work?|Explain {word}.
Is there life on {word}?|Which {noun} is the {adj}est?|Who is the president of {word}?|Who is the king of {word}?|Make me {thing}.
Draw {thing}.|Sing {thing}.|Play some {noun}.|Open the {noun}.|Fix my {noun}.|My {noun} is {adj}, what should I do?|My {noun} does not {verb}.
I want to {verb} {thing}.|I need {thing}.|I have {thing}.|I like {thing}.|I saw {thing} yesterday.|There is {thing} in my {noun}.
The {noun} is {adj}.|What if {thing} could {verb}?|Why do people {verb} {thing}?|How many {noun}s are in {city}?|How big is {thing}?
How long does it take to {verb} {thing}?|Is it safe to {verb} {thing}?|Solve {word} for {word2}.|Prove that {thing} is {adj}.
What are the rules of {noun}?|What is the chemical formula of {noun}?|Who discovered {thing}?|What causes {noun}?|Recommend a {noun}.
What is your opinion on {thing}?|What is your favourite {noun}?|Do you have a {noun}?|Can you see {thing}?|Can you {verb} {thing}?
Could you {verb} my {noun} please?|Please {verb} the {noun}.|Help me with {thing}.|Help me {verb} {thing}.|Help me to {verb} my {noun}.
Teach me {noun}.|I want to learn {noun}.|What are the symptoms of {noun}?|Who owns {thing}?|Name a famous {noun}.|Give me ideas for {thing}.
Write a letter to {person} about {thing}.|Write a review of {title}.|What is the plot of {title}?|Who plays {person} in {title}?
Fix this code: {word}({word2});|What is wrong with {thing}?|How do {noun}s {verb}?|Why are {noun}s {adj}?|What makes a {noun} {adj}?
Tell me the news.|What is the news about {thing}?|What is in the news today?|What is the meaning of life?|Explain quantum physics.
Write a business plan for {thing}.|Describe {thing} in detail.|Describe {person}.|What would {person} say about {thing}?""".replace("\n", "|").split("|")

VERBS = """fix build paint clean cook sell buy find open close move wash grow cut draw read write learn teach catch break repair
install configure download measure carry store protect improve explain understand change choose plan design test
train feed hide hold hurt burn freeze melt boil bake fry peel pack send return replace remove add sort compress
analyse translate invest debug compile run deploy fly swim jump climb drive ride play sing dance""".split()
LANGS = ["Italian", "Japanese", "Latin", "Korean", "Russian", "Dutch", "Greek", "Turkish"]


def thing(w: World) -> str:
    roll = w.rng.random()
    if roll < 0.2:
        return f"{w.pick(['a', 'the', 'my', 'the'])} {w.open(NOUNS)}"
    if roll < 0.4:
        return f"{w.pick(['a', 'the', 'my', 'the'])} {w.pick(ADJECTIVES)} {w.open(NOUNS)}"
    if roll < 0.55:
        return f"{w.pick(ADJECTIVES)} {w.open(NOUNS)}"
    if roll < 0.7:
        return f"{w.open(NOUNS)} {w.open(NOUNS)}s"
    if roll < 0.8:
        return w.open(NOUNS)
    if roll < 0.9:
        return f"{w.pick(ADJECTIVES)} {w.invented()}"
    return w.invented()


def unknown_question(w: World) -> str:
    """A question outside every skill, from composed topics and made-up words."""
    def title() -> str:
        return f"The {w.pick(ADJECTIVES).capitalize()} {w.open(NOUNS).capitalize()}"

    def word() -> str:
        return w.invented() if w.chance(0.7) else w.invented().capitalize()

    name = w.open(NAMES) if w.chance(0.6) else w.invented().capitalize()
    return w.say(
        FRAMES, verb=w.pick(VERBS), thing=thing(w), thing2=thing(w), noun=w.open(NOUNS), adj=w.pick(ADJECTIVES),
        title=title(), person=f"{name} {w.open(SURNAMES)}", city=w.open(CITIES), city2=w.open(CITIES),
        year=str(w.number(1200, 2030)), lang=w.pick(LANGS), word=word(), word2=word(), word3=word(), word4=word())


def unknown(w: World) -> Sample:
    return ask("fallback", unknown_question(w), SORRY, THOUGHT, contains=["small demo model", "cannot help with that"])


def noise(w: World) -> Sample:
    """Random keys, signs and fragments."""
    roll = w.rng.random()
    if roll < 0.4:
        text = "".join(w.pick("abcdefghijklmnopqrstuvwxyz      ") for _ in range(w.number(3, 30))).strip() or "x"
    elif roll < 0.6:
        text = "".join(w.pick("0123456789.,;:!?#$%&/()=+-*_ ") for _ in range(w.number(3, 16))).strip() or "#"
    elif roll < 0.8:
        text = " ".join(w.pick(NOUNS + ADJECTIVES + VERBS) for _ in range(w.number(1, 7)))
    else:
        text = " ".join(w.pick([w.invented(), w.pick(NOUNS), w.open(NAMES), str(w.number(0, 999))]) for _ in range(w.number(2, 12)))
    return ask("fallback", text, SORRY, THOUGHT, contains=["small demo model"])


def long_text(w: World) -> Sample:
    """A longer message without a task in it."""
    lines = [f"The {w.pick(ADJECTIVES)} {w.open(NOUNS)} {w.pick(['is', 'was', 'will be'])} {w.pick(ADJECTIVES)}.",
             f"{w.open(NAMES)} likes to {w.pick(VERBS)} {thing(w)}.",
             f"In {w.open(CITIES)} there are many {w.open(NOUNS)}s.",
             f"Nobody wants to {w.pick(VERBS)} {thing(w)} in {w.number(1900, 2030)}.",
             unknown_question(w), unknown_question(w)]
    w.rng.shuffle(lines)
    return ask("fallback", " ".join(lines[:w.number(2, 5)]), SORRY, THOUGHT, contains=["small demo model"])


def unknown_capital(w: World) -> Sample:
    country = w.invented().capitalize()
    if w.chance(0.2):
        country = w.pick([name for name in ["Bolivia", "Panama", "Jamaica", "Angola", "Zambia", "Laos", "Oman", "Fiji", "Malta",
                                            "Georgia", "Armenia", "Chad", "Mali", "Niger", "Wakanda", "Atlantis", "Narnia", "Mars"]
                          if name not in CAPITALS])
    prompt = w.say(["What is the capital of {c}?", "Capital of {c}?", "What's the capital of {c}?", "Tell me the capital of {c}.",
                    "Which city is the capital of {c}?"], c=country)
    return ask("fallback", prompt, f"I do not know the capital of {country}.",
               f"{country} is not in my list of countries. I say so.", contains=["do not know the capital of " + country])


MAKERS = [(unknown, 10), (noise, 2), (long_text, 1), (unknown_capital, 1.5)]
