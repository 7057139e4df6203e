"""Moodle's download of submissions: a folder or file NAME_PARTICIPANT_assignsubmission_KIND_..."""

import re

NAME = re.compile(
    r"(?P<name>.+?)_(?P<id>\d+)_assignsubmission_(?:file|onlinetext)(?:_(?P<file>.*))?", re.DOTALL
)


def told(part):
    """What a name in the download tells of its owner, as fields of a Who; None for other names."""
    if not (match := NAME.fullmatch(part)):
        return None
    prefix = f"{match['name']}_{match['id']}_assignsubmission_file_"
    return {
        "name": match["name"],
        "system": "moodle",
        "id": match["id"],
        "file": match["file"],
        "prefix": prefix,
    }


def without_group(name):
    """Yields what may be the student's name where Moodle puts the group's in front: GROUP-NAME."""
    while "-" in name:
        name = name.partition("-")[2].strip()
        yield name
