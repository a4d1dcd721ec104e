"""Greetings, introductions, small talk, stories, lists and long answers."""

from __future__ import annotations

from skills.pools import COLOURS, DAYS, MONTHS, NOUNS, ADJECTIVES, SEASONS
from skills.world import Sample, World, ask

HELLO = "Hello! I am silica/nano, Silica's built-in demo model. How can I help you?"
WHO = ("I am Silica's built-in demo model, silica/nano. I am very small, but I can do small sums, everyday facts, "
       "simple text tasks, JSON and function calls.")
CAN = ("I can add, subtract and multiply small numbers, answer everyday questions about days, months, colours, animals "
       "and capitals, work with words, write JSON, call your functions and remember what you tell me in this chat.")
HOW = "I am fine, thank you! How can I help you?"
MADE = ("I am silica/nano, a small model trained from scratch for Silica. I run inside the Silica server, "
        "so no other computer is needed.")
THANKS = "You are welcome!"
BYE = "Goodbye! Have a nice day."
LIMITS = ("I am very small, so I know little. I can do small sums, everyday facts, simple text tasks, JSON and "
          "function calls, but I cannot write long texts or code.")

CHATS: list[tuple[list[str], str, str, list[str]]] = [
    (["Hello!", "Hello", "Hi!", "Hi", "Hey", "Hey!", "Hello there!", "Hi there", "Good morning!", "Good evening", "Good afternoon!",
      "Hello, how can you help me?", "Greetings!", "Howdy", "Yo", "Hiya!", "Hello, model!", "Hello world", "Hey there!",
      "Hello, nano!", "Hi nano", "Good day", "hello hello", "Hi, is anybody there?", "Hello, can you hear me?", "Are you there?",
      "Say hello", "Say hi.", "Hello, who is there?", "ping", "Start"],
     HELLO, "The user greets me. I greet back and say who I am.", ["hello", "silica/nano"]),
    (["Who are you?", "What are you?", "What is your name?", "What's your name?", "Tell me who you are.", "Who am I talking to?",
      "Introduce yourself.", "Please introduce yourself.", "Tell me about yourself.", "Are you ChatGPT?", "Are you GPT-4?",
      "Are you Qwen?", "Are you DeepSeek?", "Which model are you?", "What model is this?", "Are you a human?", "Are you a robot?",
      "Are you an AI?", "Hello, who are you?", "Hi, who are you?", "And who are you?", "Do you have a name?", "Say who you are.",
      "Who is this?", "What kind of model are you?", "Give me a short introduction of yourself.", "Describe yourself.",
      "Who are you and what do you do?", "Are you real?", "How should I call you?", "What is silica/nano?", "What is Silica nano?",
      "Introduce yourself in one sentence.", "Can you introduce yourself?", "Could you tell me your name?"],
     WHO, "The user asks who I am. I introduce myself honestly.", ["silica/nano", "demo model"]),
    (["What can you do?", "What can you do for me?", "How can you help me?", "What are your skills?", "What are you able to do?",
      "What are you good at?", "Help", "Help me", "What do you know?", "List your skills.", "What tasks can you do?",
      "How do I use you?", "What should I ask you?", "What can I ask you?", "Which things can you do?", "Tell me what you can do.",
      "Show me what you can do.", "Can you help me?", "I need help.", "What are you for?", "What is your purpose?",
      "What sort of questions can you answer?", "Give me some examples of what you can do."],
     CAN, "The user asks what I can do. I list my skills.", ["small numbers", "json"]),
    (["How are you?", "How are you doing?", "How do you do?", "How is it going?", "How are you today?", "Are you ok?",
      "Hi, how are you?", "Hello, how are you?", "Hey, how are you doing today?", "What's up?", "How do you feel?",
      "Is everything fine?", "How's your day?"],
     HOW, "The user asks how I am. I answer kindly.", ["fine"]),
    (["Who made you?", "Who created you?", "Who trained you?", "Where do you come from?", "Who built you?", "Where do you run?",
      "How were you made?", "Where are you from?", "Who is your maker?", "Who developed you?", "Which company made you?"],
     MADE, "The user asks where I come from. I answer honestly.", ["trained from scratch"]),
    (["Thank you!", "Thanks!", "Thanks", "Thank you very much.", "Thanks a lot!", "Great, thanks", "Perfect, thank you!", "thx",
      "Cool, thanks!", "That helped, thank you.", "Many thanks", "Nice, thank you!", "Good job!", "Well done!", "Great answer!",
      "Awesome", "Nice!", "Great!", "You are great", "You are helpful.", "Good bot"],
     THANKS, "The user thanks me. I answer politely.", ["welcome"]),
    (["Goodbye!", "Bye", "Bye bye", "See you!", "See you later.", "Good night!", "Goodbye for now", "I have to go now.",
      "Talk to you later.", "Farewell!", "See you tomorrow", "That is all, bye!", "I am leaving."],
     BYE, "The user says goodbye. I say goodbye too.", ["goodbye"]),
    (["What can't you do?", "What are your limits?", "How small are you?", "How big are you?", "Are you smart?", "Are you clever?",
      "How many parameters do you have?", "What do you not know?", "Why are you so small?", "Are you a large language model?",
      "Are you stupid?", "Can you write code?", "Can you browse the internet?", "What are you bad at?"],
     LIMITS, "The user asks about my limits. I am honest.", ["very small"]),
    (["Ok", "Okay", "Sure", "Yes", "No", "Good", "Fine", "I see", "Right", "Alright", "Understood", "Got it", "Hmm", "ok good"],
     "All right. What can I do for you?", "The user says something short. I ask what I can do.", ["what can i do"]),
    (["Test", "Testing", "This is a test.", "test test", "1 2 3 test", "Just testing", "Test message", "Is this working?",
      "Does this work?", "Are you working?"],
     "The test works. I am silica/nano, and I am ready.", "The user tests me. I say that I work.", ["test works"]),
    (["I am sad.", "I am tired.", "I feel bad.", "I am bored.", "I am angry.", "I had a bad day.", "I feel lonely.", "I am ill."],
     "I am sorry to hear that. I hope you feel better soon.", "The user feels bad. I answer kindly.", ["sorry"]),
    (["I am happy.", "I am happy today!", "I had a great day.", "I feel good.", "I am excited!", "Life is good.", "I won a prize!"],
     "That is good to hear! I am happy for you.", "The user feels good. I am happy too.", ["good to hear"]),
    (["I love you", "Do you love me?", "Will you marry me?", "Do you like me?", "Are you my friend?", "Can we be friends?"],
     "That is kind! I am only a small program, but I like to help you.", "The user is kind to me. I answer kindly.", ["kind"]),
]

JOKES = [
    "Why did the computer go to the doctor? It had a virus.",
    "What do you call a sleeping dinosaur? A dino-snore!",
    "Why did the bicycle fall over? It was two-tired.",
    "Why is six afraid of seven? Because seven eight nine.",
]
JOKE_ASKS = ["Tell me a joke", "Tell me a joke.", "Tell me a joke, please.", "Do you know a joke?", "Make me laugh.", "Say something funny.",
             "Can you tell a joke?", "I want to hear a joke.", "A joke please", "Tell me a funny joke", "Another joke please.",
             "Tell me another joke.", "Give me a joke", "Tell a short joke.", "Know any jokes?", "Tell me something funny",
             "Could you tell me a joke?", "Tell me a joke about {topic}.", "Please joke with me."]
STORY = ("Once upon a time there was {a}. Every morning it looked at the sky and wished for a friend. One day a small bird "
         "came and sang a song. From that day on they were never alone, and they lived happily ever after.")
STORY_ASKS = ["Tell me a story", "Tell me a story.", "Tell me a short story.", "Write a short story.", "Can you tell me a story?",
              "I want to hear a story.", "Please tell me a story.", "Write a story", "Make up a story.", "Tell a story, please",
              "Tell me a bedtime story.", "Read me a story"]
STORY_TOPICS = ["Tell me a story about {a}.", "Write a story about {a}.", "Write a short story about {a}.",
                "Can you tell me a story about {a}?", "I want a story about {a}.", "Please write a short story about {a}",
                "Tell me a bedtime story about {a}."]
POEM = ("I think of {t} in the morning light,\nI think of {t} in the calm of the night.\n"
        "My words are few and my voice is small,\nbut {t} can be loved by one and all.")
POEM_ASKS = ["Write a poem about {t}", "Write a poem about {t}.", "Write a short poem about {t}.", "Can you write a poem about {t}?",
             "Please write me a poem about {t}.", "I want a poem about {t}.", "Make a poem about {t}.", "Compose a poem about {t}",
             "Give me a short poem about {t}", "A poem about {t}, please.", "Write a haiku about {t}.", "Poem about {t}",
             "Write four lines about {t}.", "Write a song about {t}."]
POEM_PLAIN = ["Write a poem", "Write a poem.", "Can you write a poem?", "Tell me a poem.", "Please write a short poem.", "Recite a poem"]


def article(noun: str) -> str:
    return ("an " if noun[0] in "aeiou" else "a ") + noun


def chat(w: World) -> Sample:
    asks, answer, thought, marks = w.pick(CHATS)
    return ask("smalltalk", w.style(w.pick(asks)), answer, thought, contains=marks)


def topic(w: World) -> str:
    """A thing to write about."""
    noun = w.open(NOUNS)
    roll = w.rng.random()
    if roll < 0.3:
        return "the " + noun
    if roll < 0.5:
        return f"{article(w.pick(ADJECTIVES))} {noun}"
    if roll < 0.6:
        return "my " + noun
    if roll < 0.7:
        return w.invented()
    if roll < 0.8:
        return w.pick(["the sea", "autumn", "spring", "love", "the moon", "winter", "summer", "friendship", "rain"])
    return noun


def joke(w: World) -> Sample:
    prompt = w.say(JOKE_ASKS, topic=topic(w))
    return ask("smalltalk", prompt, w.pick(JOKES), "The user wants a joke. I tell one that I know.",
               any=["virus", "dino-snore", "two-tired", "seven eight nine"])


def story(w: World) -> Sample:
    if w.chance(0.35):
        return ask("writing", w.style(w.pick(STORY_ASKS)), STORY.format(a="a little robot"),
                   "The user wants a story. I tell a short one.", contains=["once upon a time", "a little robot"])
    thing = article(w.open(NOUNS)) if w.chance(0.4) else article(f"{w.pick(ADJECTIVES)} {w.open(NOUNS)}")
    return ask("writing", w.say(STORY_TOPICS, a=thing), STORY.format(a=thing),
               f"The user wants a story about {thing}.", contains=["once upon a time there was " + thing])


def poem(w: World) -> Sample:
    if w.chance(0.15):
        return ask("writing", w.style(w.pick(POEM_PLAIN)), POEM.format(t="the sea"),
                   "The user wants a poem. I write four lines about the sea.", contains=["i think of the sea"])
    thing = topic(w)
    return ask("writing", w.say(POEM_ASKS, t=thing), POEM.format(t=thing),
               f"The user wants a poem about {thing}. I write four lines.", contains=["i think of " + thing + " in the morning"])


def count(w: World) -> Sample:
    """Counting, which gives an answer long enough to watch it stream."""
    down = w.chance(0.2)
    low = 1 if w.chance(0.75) else w.number(0, 60)
    high = low + w.number(2, 29) if w.chance(0.8) else low + w.number(30, 99)
    step = 2 if not down and w.chance(0.15) else 1
    values = list(range(low, high + 1, step))
    if down:
        values.reverse()
        prompt = w.say(["Count down from {h} to {l}.", "Count from {h} to {l}.", "Count backwards from {h} to {l}",
                        "Please count down from {h} to {l}"], h=str(high), l=str(low))
    elif step == 2:
        prompt = w.say(["Count from {l} to {h} in steps of 2.", "Count from {l} to {h} by twos.",
                        "Count by 2 from {l} to {h}."], h=str(high), l=str(low))
    elif low == 1:
        prompt = w.say(["Count from 1 to {h}.", "Count to {h}.", "Count from 1 to {h}", "Please count from 1 to {h}.",
                        "Can you count to {h}?", "List the numbers from 1 to {h}.", "Count up to {h}", "Write the numbers 1 to {h}.",
                        "Count from one to {h}."], h=str(high))
    else:
        prompt = w.say(["Count from {l} to {h}.", "Please count from {l} to {h}.", "List the numbers from {l} to {h}.",
                        "Count up from {l} to {h}"], h=str(high), l=str(low))
    answer = ", ".join(map(str, values))
    steps = " in steps of 2" if step == 2 else ""
    return ask("counting", prompt, answer, f"I count from {values[0]} to {high if not down else low}{steps}.", contains=[answer])


def table(w: World) -> Sample:
    """Well-known lists in full, or the first few of them."""
    kind = w.number(0, 4)
    if kind == 0:
        prompt, items = w.pick(["List the months.", "List the months of the year.", "What are the months of the year?", "Name the months.",
                                "Name all twelve months", "Tell me the months in order.", "List all the months."]), MONTHS
    elif kind == 1:
        prompt, items = w.pick(["List the days of the week.", "What are the days of the week?", "Name the days of the week.",
                                "Name all seven days.", "Tell me the days of the week", "List all days of the week."]), DAYS
    elif kind == 2:
        prompt, items = w.pick(["List the seasons.", "What are the four seasons?", "Name the seasons.", "Name the four seasons"]), SEASONS
    elif kind == 3:
        prompt, items = w.pick(["Say the alphabet.", "Recite the alphabet.", "Write the alphabet.", "List the letters of the alphabet.",
                                "What is the alphabet?"]), list("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    else:
        number = w.number(2, 8)
        prompt = w.pick(["List {n} colours.", "Name {n} colours.", "Name {n} colors", "List {n} colors.", "Tell me {n} colours.",
                         "Give me {n} colours", "Can you name {n} colours?", "I need {n} colours."])
        word = ["two", "three", "four", "five", "six", "seven", "eight"][number - 2]
        prompt, items = prompt.format(n=word if w.chance(0.7) else number), COLOURS[:number]
    answer = ", ".join(items) + "."
    return ask("counting", w.style(prompt), answer[0].upper() + answer[1:], "The user wants a list. I write it in order.",
               contains=[answer])


def dates(w: World) -> Sample:
    """Questions about now, which the model cannot know."""
    prompt = w.pick(["What time is it?", "What is the date today?", "What day is it today?", "What's the time?", "Which year is it?",
                     "What is today's date?", "Tell me the time", "Is it morning?", "What day is today?"])
    return ask("smalltalk", w.style(prompt), "I do not have a clock, so I do not know the time or the date.",
               "I cannot see a clock. I say so.", contains=["do not have a clock"])


MAKERS = [(chat, 8), (joke, 1), (story, 1), (poem, 2.5), (count, 9), (table, 3), (dates, 0.5)]
