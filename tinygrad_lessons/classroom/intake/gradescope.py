"""Gradescope's export of submissions: a folder each, and a table that says whose each is."""

from dataclasses import replace
from datetime import UTC, datetime

import yaml

from .owners import Who, clean

TABLE = "submission_metadata.yml"
MOST = 64 << 20


def submitters(files, refused):
    """{name of a submission's folder or file: [Who, ...]} by the table among the files.

    It lies above all of them: one that lies elsewhere is a student's.
    """
    found = {}
    for file in files:
        if file.path.name == TABLE and file.path == file.outer and _is_above(file, files):
            try:
                found |= _read(file.load(MOST))
            except Exception as error:  # whatever a file can hold that is no such table
                refused.append(f"{TABLE} cannot be read: {' '.join(str(error).split())[:100]}")
    return found


def _is_above(file, files):
    folder = file.path.parts[:-1]
    return all(f.path.parts[: len(folder)] == folder for f in files)


def owners(path, submitters):
    """The Whos of a file, by the table; [] when it names none."""
    names = [part for part in path.parts if part in submitters]
    return [replace(who, file=path.name) for who in submitters[names[0]]] if names else []


def _read(data):
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    table = yaml.load(data, Loader=loader)
    return {str(name): _people(entry) for name, entry in table.items()}


def _people(entry):
    when = _time(entry.get(":created_at"))
    people = entry.get(":submitters") or []
    return [
        Who(
            clean(str(person.get(":name") or "")),
            "gradescope",
            id=str(person.get(":sid") or ""),
            email=str(person.get(":email") or ""),
            when=when,
        )
        for person in people
    ]


def _time(value):
    """Gradescope's times are UTC."""
    if isinstance(value, str):
        value = datetime.fromisoformat(value)
    if not isinstance(value, datetime):
        return None
    return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
