"""The words of the report: what happened to candidates, and reasons in plain English."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Fate:
    """What the report calls one of the five ends that a candidate can come to."""

    label: str
    heading: str
    verb: str
    file: str
    """Where all of them are, within the run folder."""
    none: str
    """What an empty list says."""


FATES = {
    "kept": Fate("Kept", "Kept", "kept", "dataset/", "No row was kept."),
    "review": Fate("Review", "Set aside for review", "set aside for review", "review.jsonl", "No row is set aside."),
    "dropped": Fate("Dropped", "Dropped by a gate", "dropped by a gate", "dropped.jsonl", "Nothing was dropped."),
    "rejected": Fate(
        "Rejected",
        "Rejected while being built",
        "rejected while being built",
        "rejected.jsonl",
        "None was rejected.",
    ),
    "failed": Fate("Failed", "Failed, no verdict possible", "failed", "failed.jsonl", "Nothing failed."),
}
"""Fate -> its words, in the order of the stacked bar."""

_REASONS = {
    "about_something_else": ("about something else", "The question is not about the text that it was made from."),
    "added_polarity_same": ("added clause of the same polarity", "What AddDiff adds must be of the other polarity."),
    "added_term_known": ("added term is in the sentence", "What AddDiff adds must be about another aspect."),
    "adjacent_echo": ("echoes the partner", "Turns say again what the turn before them said."),
    "agreement_formulas": ("polite agreement", "The speakers agree and please where they could say something."),
    "all_neutral": ("all aspects are neutral", "No aspect has an opinion that could be turned."),
    "answer_echo": ("answer is an echo", "The answer only says the instruction again."),
    "answer_not_in_text": ("answer not in the text", "The source text does not say what the answer says."),
    "answer_repetitive": ("repetitive answer", "The answer says the same words again and again."),
    "answer_too_short": ("answer too short", "The answer has too few words to say anything."),
    "answer_unfinished": ("unfinished answer", "The answer breaks off, or announces what never comes."),
    "attachment_reference": ("points at an attachment", "It speaks of an image, file or table that is not there."),
    "broken_alternation": ("turns do not alternate", "A speaker has two turns running, or a turn is missing."),
    "builder_error": ("builder error", "The builder stopped with an exception; the message is with the row."),
    "chunk_too_short": ("text too short", "The source text has too few words to ask about."),
    "conflict_polarity": ("conflicting polarity", "The annotation says both good and bad: no one answer is right."),
    "content_filter": ("stopped by a content filter", "The endpoint's own filter withheld the reply."),
    "contradiction_candidate": ("may deny a fact", "A clause may deny a fact of its speaker; most such do not."),
    "contradicts_fact": ("denies a fact", "A speaker says what cannot be true together with a fact of theirs."),
    "contradicts_itself": ("contradicts itself", "Two facts of the persona cannot both be true."),
    "control_characters": ("control characters", "The text holds characters that no one can see or type."),
    "doubled_negation": ("two negations in a row", "The edit has put a negation beside another."),
    "duplicate_turns": ("turns said twice", "A turn is said again, word for word."),
    "echoed_turn": ("only repeats the partner", "A turn is, but for a word or two, the one before it."),
    "edits_do_not_fit": ("edits do not fit", "The edits named do not lead from the original to the variant."),
    "empty_instruction": ("empty instruction", "The model wrote no instruction."),
    "empty_output": ("empty output", "There is no answer, only white space at most."),
    "empty_reply": ("empty reply", "The model sent nothing."),
    "empty_turn": ("empty turn", "A turn has no words."),
    "exact_duplicate": ("exact duplicate", "An earlier row is equal but for case, spaces and punctuation."),
    "example_echo": ("echo of an example", "The question is one of the prompt's own examples."),
    "facet_missing": ("facet missing", "A persona got no experience, habit, plan or story."),
    "fact_changed": ("fact changed", "The revision of a fact keeps too few of its words and gives no reason."),
    "fact_lost": ("fact lost", "A turn no longer says what it said of somebody's life."),
    "fact_of_partner": ("a fact of the partner", "A speaker says the other's fact word for word."),
    "facts_missing": ("facts missing", "Facts were lost or made up on the way."),
    "gain_too_small": ("gain too small", "The question adds too little to how likely the answer is."),
    "gives_answer_away": ("gives the answer away", "The question already holds the words of the answer."),
    "invalid_structure": ("reply of the wrong shape", "Every attempt broke the schema that the prompt asks for."),
    "judged_otherwise": ("judged otherwise", "A judge reads another sentiment off the sentence than the label says."),
    "label_breaks_rule": ("label breaks the rule", "The label is not the one that the strategy asks for."),
    "like_another_question": ("like another question", "Another kept question on the same text asks much the same."),
    "longer_than_context": ("longer than the context", "The dialogue does not fit the model's context."),
    "low_variety": ("little variety", "The same pairs of words come again and again."),
    "malformed": ("malformed", "A word or mark is repeated, missing or out of place."),
    "mark_too_low": ("mark too low", "The judging model gave it a mark below the bar."),
    "merged_instructions": ("several instructions in one", "A second instruction block follows the first."),
    "name_lost": ("name lost", "A rewrite left out a name."),
    "near_duplicate": ("near duplicate", "An earlier row says almost the same."),
    "neutral_target": ("neutral target", "In strict mode RevTgt leaves neutral targets out."),
    "new_in_revision": ("made up in revision", "The revision of a fact brings in a name or a number."),
    "no_clause_fits": ("no clause fits", "The pool has no clause of the other polarity on a new aspect."),
    "no_input_variant": ("input says there is none", 'The input is a stand-in such as "no input" instead of empty.'),
    "no_line_left": ("no line left", "None of the lines tried for a turn passed the rules."),
    "no_opinion": ("no opinion words", "The annotation names nothing that is said of the target."),
    "no_other_opinion": ("no opinion on another aspect", "The sentence says nothing of another aspect."),
    "no_polarity": ("no polarity", "The annotation gives the term no polarity."),
    "no_text": ("no text", "The seed row has no text to build on."),
    "not_a_question": ("not a question", "It does not end with a question mark."),
    "not_applicable_output": ("answer is N/A", "The answer says that there is none."),
    "not_best": ("not the best", "Another candidate for the same text scored higher."),
    "not_first_person": ("not in the first person", "A fact is not said of oneself."),
    "not_fluent": ("not fluent", "The local model finds it much less likely than the original."),
    "not_grounded": ("not grounded", "A detail does not rest on the facts that it names."),
    "not_shortlisted": ("not shortlisted", "Likelier questions on the same text went on to be scored."),
    "not_the_best": ("not the best", "Another candidate of the same call scored higher."),
    "nothing_to_change": ("nothing to change", "No word was found that could be changed."),
    "number_changed": ("number changed", "A rewrite changed a number."),
    "off_task": ("off task", "It belongs to another task than the one it was written for."),
    "one_speaker": ("one speaker only", "Nobody answers."),
    "opinions_shared": ("opinion words shared", "The other aspects share their opinion words with the target."),
    "other_language": ("another language", "The persona is not in the language that was asked for."),
    "other_opinion_touched": ("another opinion touched", "Words that are said of other aspects were changed."),
    "other_term_edited": ("another term edited", "The edit changes the name of another aspect."),
    "output_equals_input": ("output equals input", "The answer is a copy of the input."),
    "output_equals_instruction": ("output equals instruction", "The answer is a copy of the instruction."),
    "pasted_facts": ("facts pasted", "Facts of a persona are said word for word."),
    "persona_near_duplicate": ("near another persona", "An earlier persona shares most of its content words."),
    "persona_not_used": ("persona not used", "The speakers say hardly anything of their own facts."),
    "personality_not_shown": ("personality not shown", "The speaker's turns speak for other traits."),
    "placeholder": ("placeholder or role tag", "A slot, a speaker's label or a template's token stands in a turn."),
    "placeholder_output": ("placeholder output", "A stand-in takes the place of the answer."),
    "prompt_leakage": ("prompt leakage", "The model speaks of itself, or parts of the prompt show through."),
    "question_not_answered": ("question not answered", "The answer is about something else than the question."),
    "question_too_long": ("question too long", "The question has more words than the recipe allows."),
    "question_too_short": ("question too short", "The question has fewer words than the recipe asks for."),
    "refusal": ("refusal", "The answer declines the task."),
    "refused": ("refused", "The model declined to answer."),
    "repeated_candidate": ("repeated candidate", "The model wrote the same question again for this text."),
    "repeated_exchange": ("exchange repeated", "Two turns are said again together."),
    "repeated_instruction": ("repeated instruction", "The model wrote again what it had been shown."),
    "repeated_turn": ("a turn three times", "One turn is said three times or more: a loop."),
    "repeated_word": ("repeated word", "The edit makes a word stand twice in a row."),
    "repeated_words": ("repeats itself", "Runs of three words come again more than people repeat them."),
    "said_before": ("said before", "A turn was said before, word for word."),
    "several_claims": ("several claims", "A fact makes more than one claim."),
    "shared_turns": ("turns of another dialogue", "An earlier dialogue has the same turns."),
    "span_mismatch": ("term not at its place", "The offsets do not hold the term."),
    "stock_opening": ("stock opening", "It opens with a greeting or an introduction instead of its plan."),
    "style_not_applied": ("style not applied", "The turns are as they were before."),
    "style_not_measurable": ("style does not show", "Nothing that the style moves can be counted in the turns."),
    "summary_too_long": ("summary too long", "The summary of a persona has more than 60 words."),
    "surplus": ("surplus", "The target was reached before this row's turn came."),
    "swapped_personas": ("personas swapped", "The speakers tell of each other's facts rather than their own."),
    "target_opinion_touched": ("target opinion touched", "Words that are said of the target were changed."),
    "term_edited": ("term edited", "The edit changes the name of the target."),
    "too_few_details": ("too few details", "Too little could be made of the personas to talk of."),
    "too_few_facts": ("too few facts", "The persona has too few facts, once empty and repeated ones are out."),
    "too_long": ("too long", "It has more words than the bounds allow."),
    "too_many_facts": ("too many facts", "The persona has more facts than the recipe takes."),
    "too_short": ("too short", "It has fewer words than the bounds ask for."),
    "traded_places": ("places traded", "From one turn on the speakers' labels seem to have changed sides."),
    "truncated": ("cut off by the length limit", "Every attempt ended before the answer was complete."),
    "truncated_output": ("output breaks off", "The answer ends in the middle of something."),
    "turns_missing": ("turns missing", "There are not as many turns as the plan has beats."),
    "unchanged_text": ("text unchanged", "The variant says word for word what the original says."),
    "unfilled_slot": ("unfilled slot", "A blank such as [name] was never filled in."),
    "unfinished": ("unfinished", "The sentence does not end."),
    "unjudged": ("could not be judged", "A check could not judge the row, so a person has to."),
    "unknown_shape": ("unknown shape", "The row has other columns than the rows before it."),
    "unlabelled_line": ("line without a speaker", "A line of the conversation does not say who speaks."),
    "unlikely_question": ("unlikely question", "The model itself finds the question unlikely for this text."),
    "unreadable": ("unreadable input line", "The line could not be parsed; its number is the source."),
    "unresolved_reference": ("unresolved reference", "It speaks of something that only the source text names."),
    "unusable_input": ("unusable input", "The seed row lacks what the builder needs; the message is with the row."),
    "url_reference": ("points at a URL", "It cannot be answered without opening a page."),
    "verb_form": ("wrong verb form", 'After "did not" the verb is not inflected.'),
    "verbatim_facts": ("facts word for word", "A large share of the facts is said word for word."),
    "weak_signs": ("several weak signs", "Two or more signs that one good dialogue in a hundred shows, at once."),
    "wrong_article": ("wrong article", '"a" stands where "an" should, or the other way round.'),
    "wrong_language": ("wrong language", "The text is not in the language that was asked for."),
    "yes_no_question": ("yes or no question", "It can be answered with a single word."),
}
"""Slug -> (label, note) of the reasons that come with corpusmith; any other slug is its own label."""


def reason_label(slug: str) -> str:
    """A reason's slug as a reader would say it."""
    known = _REASONS.get(slug)
    return known[0] if known else slug.replace("_", " ").replace(".", ": ")


def reason_note(slug: str) -> str:
    """One sentence on what a reason means; empty where the slug says it all."""
    known = _REASONS.get(slug)
    return known[1] if known else ""
