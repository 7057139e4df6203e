"""Trusted side: rebuilds what the sandbox sent, so that nothing of its making is kept."""

import base64
import binascii
import json
import struct

PNG = b"\x89PNG\r\n\x1a\n"
PIXELS = 40_000_000
WIDEST = 2000  # as a page shows it
NOTE = 200  # characters that may follow a stream: that it was cut
DEPTH = 40
PARTS = 200_000  # values in one line
REASON = ("name", "words", "line")  # of an error


class Refused(ValueError):
    """A message that the child's own code does not write."""


def message(line):
    """The JSON object of a line. Refused when it is none, too deep or in too many parts."""
    if parts(line) > PARTS:
        raise Refused("too many parts")
    try:
        found = json.loads(line)
    except (ValueError, RecursionError) as e:
        raise Refused("no JSON") from e
    if not isinstance(found, dict):
        raise Refused("no object")
    return plain(found, DEPTH)


def parts(line):
    """How many values a line can hold at most."""
    return line.count(b",") + line.count(b"[") + line.count(b"{")


def plain(value, depth):
    """The value with every text made writable as UTF-8."""
    if depth < 0:
        raise Refused("too deep")
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode("utf-8", "replace")
    if isinstance(value, list):
        return [plain(v, depth - 1) for v in value]
    if isinstance(value, dict):
        return {plain(k, depth): plain(v, depth - 1) for k, v in value.items()}
    return value


def text(value, most):
    if not isinstance(value, str):
        raise Refused("no text")
    return value[:most]


def output(found, limits):
    """A clean nbformat output: text and PNG pictures only. None for one that shows nothing."""
    match found:
        case {"output_type": "stream", "name": "stdout" | "stderr" as name, "text": words}:
            words = text(words, limits.stream + NOTE)
            return {"output_type": "stream", "name": name, "text": words}
        case {"output_type": "error", "ename": name, "evalue": words, "traceback": list(lines)}:
            return {
                "output_type": "error",
                "ename": text(name, 200),
                "evalue": text(words, 2000),
                "traceback": [text(line, 20_000) for line in lines[:50]],
            }
        case {"output_type": "display_data" | "execute_result" as kind, "data": dict(data)}:
            return _rich(kind, data, found.get("metadata"), limits)
    raise Refused("no output")


def _rich(kind, data, about, limits):
    kept = {}
    if "text/plain" in data:
        kept["text/plain"] = text(data["text/plain"], limits.stream)
    if "image/png" in data and (png := picture(data["image/png"])):
        kept["image/png"] = png
    if not kept:
        return None
    number = {"execution_count": None} if kind == "execute_result" else {}
    metadata = {"image/png": _about(about)} if "image/png" in kept else {}
    return {"output_type": kind, "data": kept, "metadata": metadata, **number}


def _about(metadata):
    """Of a picture's metadata its sizes and its alternative text."""
    found = metadata.get("image/png") if isinstance(metadata, dict) else None
    found = found if isinstance(found, dict) else {}
    sizes = {k: found[k] for k in ("width", "height") if type(found.get(k)) is int}
    kept = {k: n for k, n in sizes.items() if 0 < n <= WIDEST}
    return kept | ({"alt": found["alt"][:1000]} if isinstance(found.get("alt"), str) else {})


def picture(value):
    """Base64 of a PNG of a size that a browser can show; None for anything else."""
    try:
        data = base64.b64decode(value, validate=True)
        width, height = struct.unpack(">II", data[16:24])
    except (binascii.Error, struct.error, ValueError, TypeError):
        return None
    if data[:8] != PNG or data[12:16] != b"IHDR" or width * height > PIXELS:
        return None
    return base64.b64encode(data).decode()


def value(found, limits):
    """The clean data of a cell's value; {} where it has none that is shown."""
    clean = _rich("execute_result", found, None, limits) if isinstance(found, dict) else None
    return clean["data"] if clean else {}


def reason(found):
    """What a child says went wrong in a cell, in a line: "KeyError: 'a' (line 2: x['a'])"."""
    if not isinstance(found, dict):
        return ""
    name, words, line = (" ".join(str(found.get(k) or "").split()) for k in REASON)
    said = f"{name[:80]}: {words[:200]}" if words else name[:80]
    number = found.get("number")
    place = f"line {number}" if type(number) is int and 0 < number < 10**6 else ""
    where = ": ".join(filter(None, (place, line[:100])))
    return f"{said} ({where})" if where else said


def size(output):
    """Characters of an output, and something for its frame."""
    parts = [*output.get("data", {}).values(), *output.get("traceback", ()), output.get("text", "")]
    return 100 + sum(map(len, parts))


def append(outputs, output):
    """Add an output; text that goes on is added to the stream before it."""
    last = outputs[-1] if outputs else {}
    if output["output_type"] == "stream" and last.get("name") == output["name"]:
        last["text"] += output["text"]
    else:
        outputs.append(output)


def stopped(words):
    """The error output of a cell that could not come to its end."""
    return {"output_type": "error", "ename": "Stopped", "evalue": words, "traceback": [words]}
