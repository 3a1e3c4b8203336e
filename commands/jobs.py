"""Commands on the queue of long work."""

import datetime as dt
from typing import TYPE_CHECKING

from commands import frame
from commands.frame import Arguments
from gis.language import Catalogue

if TYPE_CHECKING:  # heavy libraries wait until a command runs
    from commands.frame import Verbs


def add(verbs: "Verbs", words: Catalogue) -> None:
    """Add the commands of the queue: list, cancel, again, and the worker's own."""
    group = frame.group(verbs, "jobs", "cli.jobs", words)
    frame.command(group, "list", "cli.jobs_list", _list, words)
    for name, verb in (("cancel", _cancel), ("again", _again), ("work", _work)):
        parser = frame.command(group, name, f"cli.jobs_{name}", verb, words)
        parser.add_argument("job", metavar="JOB", help=words.say("cli.job"))


def _list(arguments: Arguments, words: Catalogue) -> int:
    from cross_check import jobs

    found = jobs.listing(frame.project(arguments))
    for job in found:
        print(f"{job.job_id}  {words.say(f'jobs.{job.state}')}  {job.done}/{job.total}  {' '.join(job.argv)}")
    if not found:
        print(words.say("jobs.none"))
    return 0


def _cancel(arguments: Arguments, words: Catalogue) -> int:
    from cross_check import jobs

    jobs.cancel(frame.project(arguments), arguments.job)
    print(words.say("jobs.asked_to_stop", job=arguments.job))
    return 0


def _again(arguments: Arguments, words: Catalogue) -> int:
    from cross_check import jobs

    job = jobs.again(frame.project(arguments), arguments.job, sent_at=dt.datetime.now(dt.UTC))
    print(words.say("jobs.asked", job=job.job_id))
    return 0


def _work(arguments: Arguments, words: Catalogue) -> int:  # noqa: ARG001 - every verb gets the words
    from cross_check import jobs

    return abs(jobs.work(frame.project(arguments), arguments.job))
