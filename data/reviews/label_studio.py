"""Tasks for Label Studio: a JSON file to import, and the labeling configuration that goes with it.

Source: Label Studio documentation, "Import data into Label Studio" and "Labeling configuration".
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from xml.sax.saxutils import quoteattr

from ...quality.scoring.review import FLUENCY, QUESTIONS, SENTIMENTS, ReviewTask
from ..exporters.files import write_json_list


def write_label_studio(tasks: Sequence[ReviewTask], path: Path) -> Path:
    """Write the tasks, each once: how many annotators see one is a setting of the project."""
    most = most_aspects(tasks)
    return write_json_list(({"data": _data(task, most)} for task in tasks), path)


def labeling_config(tasks: Sequence[ReviewTask]) -> str:
    """The labeling configuration, as XML."""
    lines = ["<View>", '  <Text name="sentence" value="$sentence"/>', f"  <Header value={quoteattr(QUESTIONS[0])}/>"]
    lines.append(f'  <Rating name="fluency" toName="sentence" maxRating="{FLUENCY[-1]}" required="true"/>')
    for number in range(1, most_aspects(tasks) + 1):
        required = "true" if number == 1 else "false"
        lines.append(f'  <Header value="$question_{number}"/>')
        lines.append(
            f'  <Choices name="sentiment_{number}" toName="sentence" choice="single" showInline="true" '
            f'required="{required}">'
        )
        lines += [f"    <Choice value={quoteattr(label)}/>" for label in SENTIMENTS]
        lines.append("  </Choices>")
    lines.append("</View>")
    return "\n".join(lines) + "\n"


def most_aspects(tasks: Sequence[ReviewTask]) -> int:
    """The number of aspects of the task that has most."""
    return max((len(task.aspects) for task in tasks), default=1)


def _data(task: ReviewTask, most: int) -> dict[str, str]:
    data = {"task": task.id, "sentence": task.sentence}
    for number in range(1, most + 1):
        known = number <= len(task.aspects)
        data[f"aspect_{number}"] = task.aspects[number - 1].name if known else ""
        data[f"question_{number}"] = (
            f"{QUESTIONS[1]} {task.aspects[number - 1].name}" if known else "(nothing more to answer for this sentence)"
        )
    return data
