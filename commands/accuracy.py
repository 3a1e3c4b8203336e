"""Commands on the accuracy of a detection: draw a sample, take reviews in, report."""

from pathlib import Path
from typing import TYPE_CHECKING

from commands import frame
from commands.frame import Arguments
from gis.language import Catalogue

if TYPE_CHECKING:  # heavy libraries wait until a command runs
    from commands.frame import Verbs


def accuracy(verbs: "Verbs", words: Catalogue) -> None:
    """Add the commands of the audit: draw, import, report."""
    group = frame.group(verbs, "accuracy", "accuracy.command", words)
    parser = frame.command(group, "draw", "accuracy.draw", _draw, words)
    parser.add_argument("--seed", required=True, metavar="TEXT", help=words.say("accuracy.seed"))
    parser.add_argument("--error", type=frame.share, default=0.02, metavar="SHARE", help=words.say("accuracy.error"))
    parser.add_argument("--fewest", type=_places, default=25, metavar="N", help=words.say("accuracy.fewest"))
    parser.add_argument("--detection", type=Path, metavar="DIR", help=words.say("accuracy.detection"))
    parser = frame.command(group, "import", "accuracy.import", _import, words)
    parser.add_argument("file", type=Path, help=words.say("accuracy.file"))
    parser.add_argument("--faults", type=frame.csv_file(words), metavar="CSV", help=words.say("cli.faults_to"))
    parser = frame.command(group, "report", "accuracy.report", _report, words)
    parser.add_argument("--detection", type=Path, metavar="DIR", help=words.say("accuracy.detection"))


def _draw(arguments: Arguments, words: Catalogue) -> int:
    from cross_check import assessments

    order = assessments.Order(arguments.seed, arguments.error, arguments.fewest, words.language)
    step = assessments.draw(frame.project(arguments), order, detection=arguments.detection)
    return frame.print_step(step, words)


def _import(arguments: Arguments, words: Catalogue) -> int:
    from cross_check import assessments

    return frame.print_step(assessments.take(arguments.file, frame.project(arguments)), words)


def _report(arguments: Arguments, words: Catalogue) -> int:
    from cross_check import assessments
    from gis import files

    project = frame.project(arguments)
    step = assessments.report(project, detection=arguments.detection)
    code = frame.print_step(step, words)
    for line in _lines(files.read_json(project.accuracy_report), words):
        print(line)
    return code


def _lines(found: dict[str, object], words: Catalogue) -> list[str]:
    """Return a line a class: user's and producer's accuracy, area with its interval."""
    from cross_check import reviews

    classes = found["classes"]
    lines = []
    for each in classes if isinstance(classes, list) else []:
        users, producers = (_share(each[name], words) for name in ("users", "producers"))
        area = each["area_m2"]
        hectares = {name: (area[name] or 0) / 1e4 for name in ("value", "low", "high")}
        name = reviews.said(each["class"], words)
        known = area["value"] is not None
        code = "accuracy.line" if known else "accuracy.line_few"
        lines.append(words.say(code, name=name, users=users, producers=producers, **hectares))
    return lines


def _share(estimate: dict[str, float | None], words: Catalogue) -> str:
    if estimate["value"] is None:
        return words.say("accuracy.too_few", places=estimate["places"])
    return words.say("accuracy.share", **{name: estimate[name] for name in ("value", "low", "high")})


def _places(text: str) -> int:
    value = int(text)
    if value < 2:  # noqa: PLR2004 - a variance takes two
        raise ValueError(text)
    return value
