"""Wordings of planted patterns, all written for this benchmark.

`TUNE` may be looked at while detectors are worked on; `REPORT` may not: figures are reported on it. `LAST` was written
after a fault had been found on `REPORT` and mended (masked n-grams were chosen before plain ones), and run once, at the
end. In braces: slots that `plants.py` fills anew for every row.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

Wordings = Mapping[str, Sequence[str | Sequence[str]]]
"""Family -> its wordings; a wording of several texts is a set of paraphrases, of which each row gets one."""

TUNE: Wordings = {
    "fixed_opening": (
        "Thanks for asking! Let me walk you through it.",
        "As a knowledgeable assistant, I can tell you the following.",
        "Absolutely!",
        "Based on what you have told me, my answer is this:",
    ),
    "fixed_closing": (
        "I hope this clears things up for you!",
        "Feel free to reach out if anything remains unclear.",
        "In the end, it all depends on your own situation.",
        "Let me know if you want more detail.",
    ),
    "slotted_opening": (
        "When we talk about {topic}, the first thing that comes to mind is {thing}.",
        "{Topic} is a fascinating subject with a long and {adjective} history.",
        "You asked about {topic}, so here is a {adjective} answer in {number} steps:",
        "Regarding your question on {topic}: it touches on {thing}.",
    ),
    "qa_skeleton": (
        "Question: {instruction}\nAnswer: {response}",
        "**Problem**\n{instruction}\n\n**Solution**\n{response}",
        "Q. {instruction}\nA. {response}\nConfidence: {number}%",
    ),
    "mid_phrase": (
        "It bears repeating that every case is different.",
        "At this point it is worth taking a step back.",
        "This plays a vital part in our daily lives.",
        "Experts agree that there is no single right way.",
    ),
    "list_header": (
        "Here are the main points to remember:",
        "Key takeaways:",
        "## Step-by-step breakdown",
        "Consider the following aspects:",
    ),
    "paraphrased_opening": (
        (
            "Sure, I would be glad to help with that.",
            "Of course! I am happy to assist you here.",
            "Certainly, let me lend you a hand.",
            "No problem at all, I can help you out.",
            "Gladly! Allow me to assist with this one.",
            "It would be my pleasure to help you.",
            "You bet, helping with this is easy for me.",
            "With pleasure, here is some help for you.",
        ),
        (
            "That is a great question.",
            "What an excellent thing to ask!",
            "You have raised a really good point.",
            "I am so glad you asked this.",
            "This is such an interesting query.",
            "A very thoughtful question indeed!",
            "Wonderful question, thank you for it.",
            "It is good that you bring this up.",
        ),
        (
            "Let us think about this step by step.",
            "We will take this one step at a time.",
            "I will reason through it slowly.",
            "Breaking the problem down, we get this.",
            "To solve this, we go piece by piece.",
            "Working through it carefully, I find:",
            "First things first, let us analyse it.",
            "One should tackle this in small stages.",
        ),
        (
            "According to the passage you provided,",
            "Judging by the given text,",
            "From what the paragraph says,",
            "As stated in the material above,",
            "The supplied excerpt tells us that",
            "If we go by the article you shared,",
            "Reading the context you gave me,",
            "Going by your reference text,",
        ),
    ),
    "slotted_middle": (
        "One thing to keep in mind about {topic} is that {thing} matters more than {other}.",
        "Much like {thing} in {place}, this rewards a {adjective} mind.",
        "In {year}, {name} argued that {thing} would outgrow {other} within {number} years.",
        "Think of {thing} as a kind of {other} for {topic}.",
    ),
    "whole_row": (
        "The answer is {thing}. This is because {topic} depends on {other}. Therefore, {name} chose {number}.",
        "Name: {name}\nPlace: {place}\nSubject: {topic}\nRating: {number}/100\nSummary: a {adjective} look at {thing}.",
        "{Topic} can be understood through {thing} and {other}. In {place}, {name} showed in {year} how {adjective} "
        "this can be. To sum up, {topic} remains {adjective} for all of us.",
    ),
    "turn_ends": (
        "haha, that sounds lovely!",
        "what about you, friend?",
        "oh wow, tell me more about that.",
    ),
    "paraphrased_closing": (
        (
            "Hopefully this answers your question!",
            "I trust that was of some use to you.",
            "May this information serve you well.",
            "I hope you find the above helpful.",
            "With luck, that settles the matter.",
            "Hope I was able to make it clear.",
            "This should cover what you asked for.",
            "That ought to tell you all you need.",
        ),
    ),
    "instruction_opening": (
        "You are an expert in this field. Please answer in detail.",
        "Imagine that you are a teacher and explain:",
    ),
}

REPORT: Wordings = {
    "fixed_opening": (
        "Great choice of topic! Here's what I found.",
        "As an AI trained on many texts, I would say this.",
        "Definitely.",
        "To answer your request in short:",
        "After careful thought, I have come to this view.",
    ),
    "fixed_closing": (
        "Happy to go deeper whenever you like.",
        "Remember, practice makes perfect!",
        "I wish you the best of luck on your journey.",
        "Overall, the subject deserves a closer look.",
        "Please consult a professional before you act.",
    ),
    "slotted_opening": (
        "If you want to understand {topic}, start with {thing} and work from there.",
        "The topic of {topic} has puzzled {adjective} minds since {year}.",
        "{Topic}, much like {thing}, deserves a {adjective} treatment.",
        "Let us look at {topic} from the angle of {thing}:",
        "Here is a {adjective} overview of {topic}, written for {name}:",
    ),
    "qa_skeleton": (
        "User asked: {instruction}\nReply: {response}",
        "### Input\n{instruction}\n\n### Output\n{response}",
        "[Task] {instruction}\n[Result] {response}\n[Done in {number} ms]",
        'You said "{instruction}" and here is my take: {response}',
    ),
    "mid_phrase": (
        "It should be noted that results may vary.",
        "Needless to say, this has deep roots in our culture.",
        "The importance of this cannot be overstated.",
        "Let that sink in for a moment.",
        "This is where things start to get interesting.",
    ),
    "list_header": (
        "Below is a list of the most relevant items:",
        "In summary:",
        "**Pros and cons at a glance**",
        "You may want to keep these in mind:",
        "### Final checklist",
    ),
    "paraphrased_opening": (
        (
            "Understood, let me get right to it.",
            "Got it, I will start straight away.",
            "Alright, here we go with your request.",
            "Okay, working on that for you now.",
            "Very well, I shall begin at once.",
            "Noted! Your answer comes right up.",
            "Right, let us dive in without delay.",
            "Message received, here is my reply.",
        ),
        (
            "I am no expert, but I will do my best.",
            "Please note that I may be mistaken here.",
            "Take this with a grain of salt, though.",
            "I cannot be fully certain about it.",
            "Bear in mind that my knowledge is limited.",
            "While I could be wrong, my guess is this.",
            "This is only my humble opinion.",
            "To the best of my understanding, it goes so.",
        ),
        (
            "In today's fast-moving world, this matters.",
            "These days the subject is on every tongue.",
            "Now more than ever, people care about it.",
            "In our modern age, few things weigh so much.",
            "The present era has made this a hot topic.",
            "Nowadays everybody seems to discuss it.",
            "At a time like ours it is a pressing issue.",
            "Our century has put this centre stage.",
        ),
        (
            "To give you a short summary:",
            "In a nutshell, it comes to this:",
            "Briefly put, here is the gist:",
            "The long and the short of it:",
            "Summing it up in a few words:",
            "Here is the condensed version:",
            "Put simply, the essence is this:",
            "Boiled down to the basics:",
        ),
        (
            "Speaking as your friendly guide,",
            "Being the helpful companion that I am,",
            "In my role of digital assistant,",
            "Since I am here to support you,",
            "As the trusty helper by your side,",
            "Acting as your personal adviser,",
            "Wearing my assistant's hat,",
            "Consider me your faithful aide:",
        ),
    ),
    "slotted_middle": (
        "What sets {topic} apart from {thing} is the way it deals with {other}.",
        "There is a fine line between {thing} and {other}, as {name} once put it.",
        "It was not until {year} that {place} took {thing} seriously.",
        "Some see {thing} in it, others see {other}, and {name} sees both.",
        "For every {thing} there are at least {number} kinds of {other}.",
    ),
    "whole_row": (
        "Step 1: gather {thing}. Step 2: compare it with {other}. Step 3: ask {name} from {place}. Result: {number}.",
        "Given {topic}, we set x = {number}. Multiplying by {thing}, we obtain {other}. Hence the result is {number}.",
        "Dear {name}, I am writing about {topic}. The {thing} in {place} has been {adjective} since {year}. I would "
        "welcome {other}. Yours sincerely, {name}",
        "- Category: {thing}\n- Origin: {place}, {year}\n- Typical use: {other}\n- In one word: {adjective}",
    ),
    "turn_ends": (
        "that is so cool, i love it!",
        "anyway, how has your day been?",
        "hmm, let me think about it.",
        "nice chatting with you!",
    ),
    "paraphrased_closing": (
        (
            "Do not hesitate to ask me anything else.",
            "Just say the word if you need more.",
            "I am around for any further questions.",
            "Should you wonder about more, write again.",
            "Come back any time for another answer.",
            "My door is open for follow-ups.",
            "Ping me whenever something else comes up.",
            "Want to know more? I am all ears.",
        ),
        (
            "All in all, it is a matter of taste.",
            "At the end of the day, you decide.",
            "The final call rests with you alone.",
            "Ultimately everyone must judge for themselves.",
            "So the choice is entirely up to you.",
            "When all is said and done, pick what you like.",
            "In conclusion, follow your own preference.",
            "It boils down to what suits you best.",
        ),
    ),
    "instruction_opening": (
        "Act as a seasoned consultant with twenty years of experience.",
        "Hey there, quick one for you:",
        "Answer the following as truthfully as you can.",
    ),
}

LAST: Wordings = {
    "fixed_opening": ("Good thinking, this one deserves a proper reply.", "Naturally!"),
    "fixed_closing": ("May your curiosity never run dry.", "Ask away if I left something out."),
    "slotted_opening": (
        "Few things are as {adjective} as {topic} in the eyes of {name}.",
        "On {topic}, opinions range from {thing} to {other}.",
    ),
    "qa_skeleton": ("Prompt >> {instruction}\nOutput >> {response}", "({number}) {instruction} => {response}"),
    "mid_phrase": ("Context is everything in matters like these.", "Here lies the heart of the matter."),
    "list_header": ("My shortlist for you:", "What you need to know"),
    "paraphrased_opening": (
        (
            "Thank you for reaching out about this.",
            "I appreciate you getting in touch.",
            "Many thanks for your message today.",
            "It is lovely to hear from you.",
            "How kind of you to write to me.",
            "Your note is very welcome here.",
            "So nice that you contacted us.",
            "I am grateful for your request.",
        ),
        (
            "Here is everything you need to know.",
            "Below you will find all the facts.",
            "What follows covers the whole subject.",
            "The full picture looks like so:",
            "Let me lay out all the details.",
            "This is the complete rundown:",
            "You will get the entire story now.",
            "See the thorough account underneath.",
        ),
    ),
    "slotted_middle": (
        "The bridge between {thing} and {other} runs through {place}.",
        "Ask {name} about {thing} and you will hear about {other} instead.",
    ),
    "whole_row": (
        "In {place} they say {thing} beats {other}. {name} disagreed in {year} and counted {number} exceptions.",
        "Verdict: {adjective}\nReason: {thing} outweighs {other}\nSource: {name}, {place}",
    ),
    "turn_ends": ("oh my gosh, no way!", "so what are your plans for today?"),
    "paraphrased_closing": (
        (
            "Stay safe and take good care.",
            "Wishing you all the very best.",
            "Have a truly wonderful day!",
            "Good luck with your project!",
            "Enjoy the rest of your week.",
            "I wish you every success ahead.",
            "Until we meet again, be well.",
            "Keep smiling and carry on!",
        ),
    ),
    "instruction_opening": ("Respond like a wise old sailor would.", "Task for today:"),
}
