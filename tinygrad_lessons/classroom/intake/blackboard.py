"""Blackboard's download, and what nbgrader's zip_collect reads: STUDENT_attempt_TIME_FILE."""

import re
from datetime import UTC, datetime

NAME = re.compile(
    r"(?:.*_)?(?P<name>[^_]+)_attempt_(?P<when>\d{4}(?:-\d\d){5})(?:_(?P<file>.+))?(?:\.\w+)?"
)


def told(part):
    """What a name in the download tells of its owner, as fields of a Who; None for other names."""
    if not (match := NAME.fullmatch(part)):
        return None
    try:
        when = datetime.strptime(match["when"], "%Y-%m-%d-%H-%M-%S").astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return {"name": match["name"], "system": "blackboard", "file": match["file"], "when": when}
