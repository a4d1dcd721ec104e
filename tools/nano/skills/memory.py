"""Remembering what was said earlier, and what the system message says."""

from __future__ import annotations

from typing import Callable

from skills import facts, fallback, smalltalk, arithmetic
from skills.pools import CITIES, COLOURS, FOODS, HOBBIES, JOBS, NAMES, SURNAMES, TITLES
from skills.world import Message, Sample, World, assistant, system, user


def person(w: World) -> str:
    name = w.open(NAMES) if w.chance(0.65) else w.invented().capitalize()
    if w.chance(0.15):
        name += " " + w.open(SURNAMES)
    return name.lower() if w.chance(0.08) else name


class Fact:
    """One thing a user can tell: how it is said, asked, acknowledged, answered."""

    def __init__(self, tells: list[str], reply: str, asks: list[str], answer: str, about: str, values: Callable[[World], str]) -> None:
        self.tells, self.reply, self.asks, self.answer, self.about, self.values = tells, reply, asks, answer, about, values


USER_FACTS = [
    Fact(["My name is {v}.", "I am {v}.", "I'm {v}.", "Call me {v}.", "Hi, my name is {v}.", "Hello, I am {v}.", "Hello! My name is {v}.",
          "People call me {v}", "The name's {v}", "You can call me {v}.", "Hi! I'm {v}", "Hey, {v} here.", "My name is {v}. Remember it."],
         "Nice to meet you, {v}!",
         ["What is my name?", "What's my name?", "Who am I?", "Do you remember my name?", "Tell me my name.", "Do you know my name?",
          "What am I called?", "Can you tell me my name?", "Say my name.", "What was my name again?", "Remember my name?", "my name?"],
         "Your name is {v}.", "name", person),
    Fact(["I am {v} years old.", "I'm {v} years old.", "My age is {v}.", "I am {v}", "I turned {v} this year."],
         "You are {v} years old. I will remember that.",
         ["How old am I?", "What is my age?", "What's my age?", "Do you remember how old I am?", "Tell me my age."],
         "You are {v} years old.", "age", lambda w: str(w.number(6, 99))),
    Fact(["I live in {v}.", "My city is {v}.", "I am from {v}.", "My home is in {v}.", "I come from {v}", "I'm from {v}."],
         "{v} sounds like a nice place.",
         ["Where do I live?", "Which city do I live in?", "Where am I from?", "What is my city?", "Do you remember where I live?", "Where is my home?"],
         "You live in {v}.", "city", lambda w: w.open(CITIES) if w.chance(0.7) else w.invented().capitalize()),
    Fact(["My favourite colour is {v}.", "My favorite color is {v}.", "I like {v} most of all colours.", "The colour I like most is {v}."],
         "{v} is a nice colour.",
         ["What is my favourite colour?", "What's my favorite color?", "Which colour do I like?", "Do you remember my favourite colour?"],
         "Your favourite colour is {v}.", "favourite colour", lambda w: w.pick(COLOURS)),
    Fact(["My favourite food is {v}.", "My favorite food is {v}.", "I love to eat {v}.", "The food I like most is {v}."],
         "I have heard that {v} is good.",
         ["What is my favourite food?", "What's my favorite food?", "What do I like to eat?", "Which food do I like?"],
         "Your favourite food is {v}.", "favourite food", lambda w: w.pick(FOODS)),
    Fact(["My hobby is {v}.", "I like {v} in my free time.", "In my free time I do {v}."],
         "{v} is a nice hobby.",
         ["What is my hobby?", "What do I like to do?", "What is my hobby again?", "Do you remember my hobby?"],
         "Your hobby is {v}.", "hobby", lambda w: w.pick(HOBBIES)),
    Fact(["I work as a {v}.", "My job is {v}.", "I am a {v}.", "I'm a {v}."],
         "That is an interesting job.",
         ["What is my job?", "What do I work as?", "What's my job?", "Do you remember my job?"],
         "You work as a {v}.", "job", lambda w: w.pick(JOBS)),
    Fact(["My cat is called {v}.", "I have a cat named {v}.", "My cat's name is {v}."],
         "{v} is a good name for a cat.",
         ["What is my cat called?", "What is my cat's name?", "What's the name of my cat?"],
         "Your cat is called {v}.", "cat", person),
    Fact(["My dog is called {v}.", "I have a dog named {v}.", "My dog's name is {v}."],
         "{v} is a good name for a dog.",
         ["What is my dog called?", "What is my dog's name?", "What's the name of my dog?"],
         "Your dog is called {v}.", "dog", person),
    Fact(["My favourite number is {v}.", "Remember the number {v}.", "My lucky number is {v}.", "Please remember {v}."],
         "I will remember the number {v}.",
         ["What is my number?", "Which number did I tell you?", "What number should you remember?", "What is my lucky number?"],
         "Your number is {v}.", "number", lambda w: str(w.number(2, 9999))),
    Fact(["The password is {v}.", "Remember the word {v}.", "The secret word is {v}.", "The code word is {v}.", "Remember this word: {v}"],
         "I will remember the word {v}.",
         ["What is the password?", "Which word did I tell you?", "What is the secret word?", "What word should you remember?", "What was the word?"],
         "The word is {v}.", "word", lambda w: w.invented()),
]


def between(w: World) -> list[Message]:
    """An unrelated turn."""
    maker = w.pick([smalltalk.chat, smalltalk.joke, facts.capital, facts.day, facts.opposite, facts.animal, fallback.unknown,
                    arithmetic.multiplication, facts.colour, smalltalk.dates])
    sample = maker(w)
    return sample.messages + [assistant(sample.answer)]


def remembered(w: World) -> Sample:
    """Things told earlier and asked later."""
    chosen = [USER_FACTS[0]] if w.chance(0.45) else []
    others = w.some(USER_FACTS[1:], w.number(0, 2) if chosen else w.number(1, 3))
    chosen += others
    w.rng.shuffle(chosen)
    values = [item.values(w) for item in chosen]
    messages: list[Message] = []
    if w.chance(0.3) and len(chosen) > 1:
        tell = " ".join(w.say(item.tells, v=value) for item, value in zip(chosen, values))
        first = chosen[0]
        messages += [user(tell), assistant(first.reply.format(v=values[0]))]
    else:
        for item, value in zip(chosen, values):
            if messages and w.chance(0.3):
                messages += between(w)
            reply = item.reply.format(v=value)
            messages += [user(w.say(item.tells, v=value)), assistant(reply[0].upper() + reply[1:])]
    for _ in range(w.pick([0, 0, 1, 1, 2])):
        messages += between(w)
    place = w.number(0, len(chosen) - 1)
    answer = chosen[place].answer.format(v=values[place])
    messages.append(user(w.style(w.pick(chosen[place].asks))))
    return Sample("memory", messages, answer, f"The user told me the {chosen[place].about}: {values[place]}.", expect={"contains": [answer]})


def told(w: World) -> Sample:
    """The reply to being told something, alone or after other turns."""
    item = USER_FACTS[0] if w.chance(0.4) else w.pick(USER_FACTS)
    value = item.values(w)
    reply = item.reply.format(v=value)
    messages = (between(w) if w.chance(0.25) else []) + [user(w.say(item.tells, v=value))]
    marks = [value] if "{v}" in item.reply else [reply]
    return Sample("memory", messages, reply[0].upper() + reply[1:], f"The user tells me the {item.about}. I take note of it.",
                  expect={"contains": marks})


def never_told(w: World) -> Sample:
    """Asked for something that was not said."""
    place = w.number(0, len(USER_FACTS) - 1)
    item = USER_FACTS[place]
    messages: list[Message] = []
    if w.chance(0.5):
        other = USER_FACTS[(place + w.number(1, len(USER_FACTS) - 1)) % len(USER_FACTS)]
        value = other.values(w)
        reply = other.reply.format(v=value)
        messages += [user(w.say(other.tells, v=value)), assistant(reply[0].upper() + reply[1:])]
    if w.chance(0.4):
        messages += between(w)
    messages.append(user(w.style(w.pick(item.asks))))
    answer = f"You have not told me the {item.about} yet." if item.about in ("number", "word") else f"You have not told me your {item.about} yet."
    return Sample("memory", messages, answer, f"I look for the {item.about}, but the user did not say it.", expect={"contains": ["not told me", item.about]})


ROLES = ["pirate", "chef", "wizard", "robot", "detective", "teacher", "farmer", "knight", "sailor", "librarian", "gardener", "doctor",
         "tour guide", "dragon", "ghost", "king", "queen", "poet", "shopkeeper", "coach", "butler", "astronaut", "cat", "tutor"]
WHO_ASKS = ["Who are you?", "What are you?", "What is your name?", "What's your name?", "Introduce yourself.", "Tell me who you are.", "Who is this?",
            "Please introduce yourself.", "Who am I talking to?", "Hello, who are you?", "Do you have a name?"]


def persona(w: World) -> Sample:
    """A character given by the system message."""
    name = w.open(NAMES) if w.chance(0.6) else w.invented().capitalize()
    if w.chance(0.2):
        name = f"{w.pick(TITLES)} {name}"
    role = w.pick(ROLES) if w.chance(0.75) else w.invented()
    a_role = ("an " if role[0] in "aeiou" else "a ") + role
    known = w.chance(0.75)
    if known:
        rule = w.say(["You are {r} named {n}.", "You are {n}, {r}.", "You are {r}. Your name is {n}.", "Your name is {n}. You are {r}.",
                      "You are {r} called {n}.", "Act as {r} named {n}.", "Play the role of {n}, {r}."], r=a_role, n=name)
        answer = f"I am {name}, {a_role}."
    elif w.chance(0.5):
        rule = w.say(["You are {n}.", "Your name is {n}.", "You are called {n}.", "You are an assistant named {n}.", "You are a helpful assistant called {n}."], n=name)
        answer = f"I am {name}."
    else:
        rule = w.say(["You are {r}.", "Act as {r}.", "Speak as {r}.", "You play {r}."], r=a_role)
        answer = f"I am {a_role}."
    if w.chance(0.3):
        rule += " " + w.pick(["Be kind.", "Be brief.", "Always be polite.", "Help the user.", "Answer in English.", "You like jokes.", "Stay in character."])
    greeting = w.chance(0.25)
    if greeting:
        prompt = w.style(w.pick(["Hello!", "Hi", "Good morning!", "Hey there", "Hello", "Hi there!"]))
        answer = f"Hello! {answer} How can I help you?"
    else:
        prompt = w.style(w.pick(WHO_ASKS))
    messages = [system(rule)] + (between(w) if w.chance(0.15) else []) + [user(prompt)]
    mark = answer.removeprefix("Hello! ").removesuffix(" How can I help you?")
    return Sample("system", messages, answer, f"The system message says who I am: {mark.removeprefix('I am ')}", expect={"contains": [mark]})


def system_knowledge(w: World) -> Sample:
    """A fact about the user that only the system message holds."""
    kind = w.number(0, 2)
    if kind == 0:
        value = person(w)
        rule = w.say(["The user's name is {v}.", "You are talking to {v}.", "The user is called {v}.", "The name of the user is {v}."], v=value)
        prompt, answer = w.pick(USER_FACTS[0].asks), f"Your name is {value}."
    elif kind == 1:
        value = w.open(CITIES)
        rule = w.say(["The user lives in {v}.", "The user is from {v}.", "The user's city is {v}."], v=value)
        prompt, answer = w.pick(USER_FACTS[2].asks), f"You live in {value}."
    else:
        value = w.invented()
        rule = w.say(["The secret word is {v}.", "The password is {v}.", "The code word is {v}."], v=value)
        prompt, answer = w.pick(USER_FACTS[10].asks), f"The word is {value}."
    if w.chance(0.6):
        rule = w.pick(["You are a helpful assistant. ", "Be brief. ", "You are a support bot. ", "Answer politely. "]) + rule
    messages = [system(rule)] + (between(w) if w.chance(0.2) else []) + [user(w.style(prompt))]
    return Sample("system", messages, answer, f"The system message tells me: {value}.", expect={"contains": [answer]})


def multi_turn(w: World) -> Sample:
    """Any simple skill after unrelated turns, so that history does not confuse."""
    maker = w.pick([smalltalk.chat, facts.capital, facts.day, facts.month, facts.opposite, facts.animal, facts.general, arithmetic.addition,
                    arithmetic.subtraction, arithmetic.multiplication, fallback.unknown, smalltalk.joke, facts.colour])
    sample = maker(w)
    history: list[Message] = []
    for _ in range(w.number(1, 3)):
        history += between(w)
    sample.messages = history + sample.messages
    return sample


MAKERS = [(remembered, 8), (told, 2.5), (never_told, 2.5), (persona, 4), (system_knowledge, 2.5), (multi_turn, 4)]
