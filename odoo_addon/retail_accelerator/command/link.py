# SPDX-License-Identifier: LGPL-3.0-or-later
"""``retail link``: what is the same in one file, or between two. Needs no database."""

import codecs
import contextlib
import csv
import errno
import math
import os
import shutil
import sys
import tempfile
import threading
import time

from odoo.exceptions import UserError
from odoo.tools.translate import LazyTranslate

from ..engine import native
from .files import require_file

_lt = LazyTranslate(__name__, default_lang="en_US")

NAME = "link"
HELP = "find duplicates in a file, or link two files (no database needed)"
NEEDS_DATABASE = False
HEADER = ("id_a", "id_b", "score", "probability", "level")
NO_FIELDS = ("shared", "habit")  # reasons that are no column's
PROGRESS_SECONDS = 5
UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def add_arguments(parser):
    parser.add_argument(
        "--profile",
        required=True,
        help="what the rows are: person, order or payment; or a profile's file",
    )
    parser.add_argument(
        "--columns",
        default="",
        metavar="MAP",
        help="FIELD=COLUMN,... for columns that are not known by their names",
    )
    parser.add_argument(
        "--threshold",
        type=bits,
        metavar="BITS",
        help="list pairs from this score on (default: the likeliest to be right)",
    )
    parser.add_argument(
        "--out", required=True, metavar="PAIRS.csv", help="file to write the pairs to"
    )
    parser.add_argument(
        "files",
        nargs="+",
        metavar="FILE",
        help="CSV: one file to find duplicates in, or two to link",
    )


def bits(text):
    """A threshold as it is typed."""
    value = float(text)
    if not math.isfinite(value):
        raise ValueError(text)
    return value


def run(_env, args):
    started = time.monotonic()
    if len(args.files) > 2:
        raise UserError(_lt("One file is searched or two are linked, not more."))
    for path in args.files:
        require_file(path)
    require_place(args.out, [*args.files, args.profile])
    extension = native.require()
    profile = profile_text(args.profile)
    with contextlib.ExitStack() as stack:
        paths = [stack.enter_context(in_utf_8(path)) for path in args.files]
        names = dict(zip(paths, args.files, strict=True))
        stack.enter_context(progress(started))
        try:
            found = extension.link_files(
                profile,
                paths,
                args.columns,
                threshold=args.threshold,
            )
        except extension.Error as error:
            raise UserError(explain(error, names, profile)) from error
    try:
        result = write(args.out, found, is_linking=len(args.files) == 2)
    except OSError as error:
        raise cannot_write(args.out, error) from error
    result["seconds"] = round(time.monotonic() - started, 4)
    return result


@contextlib.contextmanager
def in_utf_8(path):
    """The path of the file, or of a copy in UTF-8 when its first bytes say UTF-16."""
    with open(path, "rb") as handle:
        is_utf_16 = handle.read(2) in UTF_16
    if not is_utf_16:
        yield path
        return
    with tempfile.NamedTemporaryFile("w", encoding="utf-8", newline="") as copy:
        try:
            with open(path, encoding="utf-16", newline="") as handle:
                shutil.copyfileobj(handle, copy)
        except UnicodeError as error:
            raise UserError(_lt("%s: the text is not valid UTF-16.", path)) from error
        copy.flush()
        yield copy.name


@contextlib.contextmanager
def progress(started):
    """A line on standard error every few seconds, for as long as it takes."""
    done = threading.Event()

    def tell():
        while not done.wait(PROGRESS_SECONDS):
            seconds = int(time.monotonic() - started)
            sys.stderr.write(f"still comparing after {seconds} s\n")
            sys.stderr.flush()

    thread = threading.Thread(target=tell, daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()


def require_place(path, files):
    """Refuse a place for the pairs that takes none, before the work; and never write
    over what is read."""
    folder = os.path.dirname(path) or os.curdir
    if os.path.isdir(path) or not os.path.isdir(folder):
        reason = errno.EISDIR if os.path.isdir(path) else errno.ENOENT
        raise cannot_write(path, OSError(reason, os.strerror(reason)))
    there = [other for other in files if os.path.exists(other)]
    if os.path.exists(path) and any(os.path.samefile(path, one) for one in there):
        raise UserError(
            _lt("--out %s would overwrite what is read: name another file.", path)
        )


def cannot_write(path, error):
    return UserError(
        _lt(
            "The pairs cannot be written to %(path)s: %(reason)s.",
            path=path,
            reason=error.strerror,
        )
    )


def profile_text(name):
    """A default profile by its name, or the text of a file."""
    extension = native.require()
    defaults = dict(extension.link_profiles())
    if name in defaults:
        return name
    if not os.path.exists(name):
        raise UserError(
            _lt(
                "There is no profile %(name)s, nor a file of that name. The profiles: "
                "%(profiles)s.",
                name=name,
                profiles=", ".join(defaults),
            )
        )
    require_file(name)
    try:
        with open(name, encoding="utf-8-sig") as handle:
            text = handle.read() + "\n"
        extension.link_check(text)
    except UnicodeError as error:
        raise UserError(_lt("The profile %s is not a text in UTF-8.", name)) from error
    except extension.Error as error:
        _code, message, line, *_more = error.args
        place = f"{name}, line {line}" if line else name
        problem = f"{place}: {message}"
        raise UserError(problem) from error
    return text


def explain(error, names, profile):
    """One sentence with the place of what is wrong, files as they were given."""
    code, message, row, _offset, field = error.args
    place = f"{names.get(field, field)}: " if field else ""
    line = f" (row {row})" if row else ""
    about_columns = code == "missing_field" or field == "columns"
    return f"{place}{message}{line}{ways_out(profile) if about_columns else ''}"


def ways_out(profile):
    """What columns can be named as."""
    extension = native.require()
    text = dict(extension.link_profiles()).get(profile, profile)
    return "; name columns with --columns FIELD=COLUMN,...: {} (or id)".format(
        ", ".join(extension.link_check(text))
    )


def write(path, found, is_linking):
    """Write the pairs; returns what there is to tell about them."""
    ids, split, clusters = found.ids, found.split, found.clusters
    levels = {"automatic": 0, "review": 0}
    other = split if is_linking else 0
    with open(path, "w", newline="", encoding="utf-8") as handle:
        writer = csv.writer(handle)
        writer.writerow(HEADER if is_linking else (*HEADER, "cluster"))
        for a, b, weight, probability in found.pairs:
            level = "automatic" if weight >= found.automatic else "review"
            levels[level] += 1
            line = (
                ids[a],
                ids[other + b],
                f"{weight:.3f}",
                f"{probability:.6f}",
                level,
            )
            if not is_linking:
                # Which of two purchases came again may be open: then of no one group.
                line += ("" if clusters[a] != clusters[b] else clusters[a] + 1,)
            writer.writerow(line)
    return {
        "records": len(ids),
        "fields": compared_fields(found, other),
        "pairs": sum(levels.values()),
        **levels,
        "clusters": len(set(clusters) - {-1}),
        "automatic_bits": round(found.automatic, 3),
        "review_bits": round(found.review, 3) + 0.0,  # no -0.0
        "candidates": found.compared,
        "unused": found.unused,
        "amount_ratio": round(found.scale, 6),
    }


def compared_fields(found, split):
    """The profile's fields that the files' columns were taken for."""
    if len(found.ids) < 2 or split == len(found.ids):
        return []
    _prior, *reasons = found.explain(0, 0 if split else 1)
    return [field for field, *_reason in reasons if field not in NO_FIELDS]


def summary(result):
    scale = ""
    if result["amount_ratio"] != 1:
        scale = "; the second file's amounts are {amount_ratio:g} times the first's"
    return (
        "{records} records, {candidates} candidate pairs: {automatic} pairs certain, "
        "{review} to review, {clusters} clusters; {seconds} s\n"
        f"compared by: {{names}}{scale}\n"
        "columns not used: {others} (name further ones with --columns FIELD=COLUMN,...)"
    ).format(
        names=", ".join(result["fields"]) or "nothing",
        others=", ".join(result["unused"]) or "none",
        **result,
    )
