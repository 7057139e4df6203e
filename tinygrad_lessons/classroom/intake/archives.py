"""The files in a download: a folder or a zip, and students' own zips within it.

A path in an archive is never used as a path here; it only tells whose file it is.
"""

import io
import os
import stat
import zipfile
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path, PurePosixPath

from .. import Problem
from . import moodle
from .owners import told_by_a_system
from .reading import MAX_BYTES, shown

MAX_ENTRIES, MAX_TOTAL, MAX_INNER = 100_000, 20 << 30, 64 << 20
MAX_PATH = 1024
LINK = "{} is a link; links are not followed."
JUNK = (".", "__MACOSX")


@dataclass
class Found:
    """A file in a download.

    `outer` is its path there, or that of the student's own zip that it lies in; `path` goes on into
    that zip. `made` is what the archive says of its age: it puts one student's files in order, and
    is no time of hand-in. `load(most)` gives at most so many bytes, None when they cannot be read.
    `trouble` says why it is left out.
    """

    outer: PurePosixPath
    path: PurePosixPath
    load: Callable
    made: datetime | None = None
    trouble: str = ""


@contextmanager
def files(source, refused):
    """[Found, ...] of a folder or a zip, without a first folder that all of them share."""
    source = Path(source)
    if not source.exists():
        raise Problem(f"There is no {source}. Give the folder or the zip that you downloaded.")
    if source.is_dir():
        yield _unwrapped(list(_in_folder(source)))
        return
    with _opened(source) as archive:
        yield _unwrapped(list(_in_archive(archive, refused)))


def _opened(source):
    try:
        archive = zipfile.ZipFile(source)
    except OSError:
        raise
    except Exception:  # zipfile has many ways to say what a file is not
        raise Problem(
            f"{source} is neither a folder nor a zip archive that can be read. Download it again."
        ) from None
    if _too_large(archive):
        archive.close()
        raise Problem(f"{source} is too large. Unpack it, and give the folder.")
    return archive


def _too_large(archive):
    infos = archive.infolist()
    return len(infos) > MAX_ENTRIES or sum(i.file_size for i in infos) > MAX_TOTAL


def _in_folder(source):
    for here, folders, names in os.walk(source):
        folders.sort()
        for name in sorted(names) + [f for f in folders if Path(here, f).is_symlink()]:
            path = Path(here, name)
            relative = PurePosixPath(path.relative_to(source).as_posix())
            state = path.lstat()
            if stat.S_ISLNK(state.st_mode):
                yield Found(relative, relative, nothing, trouble=LINK.format(shown(relative)))
            elif stat.S_ISREG(state.st_mode):
                made = datetime.fromtimestamp(int(state.st_mtime))
                yield from _one(relative, state.st_size, partial(_read, path), made)


def nothing(most):
    """What is left out has no bytes."""
    return None


def _read(path, most):
    try:
        with open(path, "rb") as file:
            return file.read(most)
    except OSError:
        return None


def _in_archive(archive, refused):
    for info in archive.infolist():
        path = PurePosixPath(info.filename[:MAX_PATH])
        if ".." in path.parts or path.is_absolute() or "\\" in info.filename:
            refused.append(f"{shown(path)} points outside of the archive.")
        elif path.parts and not info.is_dir():
            load = partial(_member, archive, info)
            if trouble := _trouble(info, path):
                yield Found(path, path, nothing, trouble=trouble)
            else:
                yield from _one(path, info.file_size, load, _made(info))


def _trouble(info, path):
    if stat.S_ISLNK(info.external_attr >> 16):
        return LINK.format(shown(path))
    return f"{shown(path)} is encrypted." if info.flag_bits & 1 else ""


def _member(archive, info, most):
    try:
        with archive.open(info) as file:
            return file.read(most)
    except Exception:  # each way of packing has its own errors
        return None


def _made(info):
    """1980 stands for none."""
    try:
        return datetime(*info.date_time) if info.date_time[0] > 1980 else None
    except (ValueError, TypeError):
        return None


def _one(path, size, load, made):
    """A file as it is; a student's own zip as the notebooks in it."""
    if any(part.startswith(JUNK) for part in path.parts):
        return
    suffix = path.suffix.lower()
    if size > (MAX_INNER if suffix == ".zip" else MAX_BYTES):
        trouble = f"{shown(path)} has {size >> 20} MB; it was left out."
        yield Found(path, path, nothing, made, trouble)
    elif suffix == ".zip":
        yield from _in_students_zip(path, load, made)
    else:
        yield Found(path, path, load, made)


def _in_students_zip(path, load, made):
    """Its notebooks, or itself when it has none or cannot be read: nobody else's trouble."""
    try:
        with _inner(load) as archive:
            infos = [] if _too_large(archive) else archive.infolist()
            found = [_within(path, load, made, n, info) for n, info in enumerate(infos)]
    except Exception:  # a student's file can be anything
        yield Found(path, path, nothing, made, f"{shown(path)} cannot be read.")
        return
    found = [f for f in found if f]
    yield from found or [Found(path, path, nothing, made)]


def _within(path, load, made, number, info):
    parts = PurePosixPath(info.filename[:MAX_PATH]).parts
    inner = PurePosixPath(*(part for part in parts if part.strip("/.")))
    if info.is_dir() or inner.suffix.lower() != ".ipynb":
        return None
    if any(part.startswith(JUNK) for part in inner.parts):
        return None
    whole = path.with_suffix("") / inner
    if trouble := _trouble(info, whole):
        return Found(path, whole, nothing, trouble=trouble)
    if info.file_size > MAX_BYTES:
        trouble = f"{shown(whole)} has {info.file_size >> 20} MB; it was left out."
        return Found(path, whole, nothing, made, trouble)
    return Found(path, whole, partial(_load_inner, load, number), _made(info) or made)


def _inner(load):
    return zipfile.ZipFile(io.BytesIO(load(MAX_INNER) or b""))


def _load_inner(load, number, most):
    """A student's own zip is read anew for each notebook, so that memory stays small."""
    try:
        with _inner(load) as archive:
            return _member(archive, archive.infolist()[number], most)
    except Exception:
        return None


def _unwrapped(found):
    """Without a first folder that all files share, unless it is itself a student's."""
    firsts = {f.outer.parts[0] for f in found}
    if len(firsts) == 1 and _holds_a_class(found) and not moodle.told(*firsts):
        for f in found:
            f.outer, f.path = (PurePosixPath(*p.parts[1:]) for p in (f.outer, f.path))
    return found


def _holds_a_class(found):
    """Whether what lies in the first folder are several students' files."""
    seconds = {f.outer.parts[1] for f in found if len(f.outer.parts) > 1}
    folders = {f.outer.parts[1] for f in found if len(f.outer.parts) > 2}
    return len(folders) > 1 or any(map(told_by_a_system, seconds))
