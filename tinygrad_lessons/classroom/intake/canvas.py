"""Canvas's download of submissions: NAME[_LATE]_USER_UPLOAD_FILE, and what stands for no file."""

import re

FILE = re.compile(r"(?P<name>.*?)_(?P<late>LATE_)?(?P<id>\d+)_(?P<upload>\d+)_(?P<file>.+)")
ANONYMOUS = re.compile(
    r"(?P<late>LATE_)?(?P<name>anon_(?P<id>[0-9A-Za-z]{3,12}))_(?P<upload>\d+)_(?P<file>.+)"
)
NO_FILE = re.compile(r"(?P<name>.*?)_(?P<late>LATE_)?(?P<id>\d+)_(?P<file>(?:text|link)\.html)")
COUNT = re.compile(r"(.*)-\d+")
TEST_STUDENT = {"studenttest", "teststudent"}  # Canvas's own "Test Student", in either order


def told(part):
    """What a name in the download tells of its owner, as fields of a Who; None for other names."""
    for pattern in (ANONYMOUS, FILE, NO_FILE):
        if match := pattern.fullmatch(part):
            return _fields(match)
    return None


def _fields(match):
    found = match.groupdict()
    upload = found.get("upload") or ""
    return {
        "name": found["name"],
        "system": "canvas",
        "id": found["id"],
        "late": bool(found["late"]),
        "upload": int(upload[:18] or 0),
        "prefix": match.string[: match.start("file")] if upload else "",
        "file": found["file"],
    }


def without_count(stem):
    """A file's name as the student gave it: Canvas counts a file that is handed in again."""
    found = COUNT.fullmatch(stem)
    return found[1] if found else stem


def is_test_student(who):
    return who.system == "canvas" and who.name in TEST_STUDENT


def is_anonymous(who):
    return who.system == "canvas" and who.name.startswith("anon_")
