"""What pydicom reads of DICOM files: python3 dicom.py ROOT [--lines FILE] > ../../fixtures/formats/dicom.expected.json

ROOT is the folder of pydicom's data. For each file: elements of its meta information, at the top and in sequences, digests of their tags
and representations and of their values, and the transfer syntax. The lines that are digested are those of test/support/agreement/dicom.ts.
"""
import hashlib
import io
import json
import os
import struct
import sys
import warnings

import pydicom
import pydicom.datadict
from pydicom.dataelem import DataElement
from pydicom.multival import MultiValue
from pydicom.values import convert_SQ

warnings.simplefilter("ignore")
# Representations of private elements in implicit files: ours has no private dictionary, and says UN.
pydicom.datadict.private_dictionaries.clear()

NUMBERS = {"US", "SS", "UL", "SL", "UV", "SV"}
FLOATS = {"FL", "FD", "DS", "IS"}


def one(vr, value):
    if vr in NUMBERS:
        return str(int(value))
    if vr in FLOATS:
        try:
            return struct.pack(">d", float(value)).hex()
        except ValueError:
            return str(value)
    if vr == "AT":
        return "%04X,%04X" % (value.group, value.element)
    if vr == "PN":
        return "=".join(part.rstrip(" \0") for part in str(value).split("=")).rstrip("=")
    return str(value).rstrip(" \0")


def text(vr, value):
    if value is None or (not isinstance(value, (int, float)) and len(value) == 0):
        return ""
    if isinstance(value, (bytes, bytearray)):
        return hashlib.sha1(value).hexdigest()
    if isinstance(value, (MultiValue, list)):
        return "\\".join(one(vr, part) for part in value)
    return one(vr, value)


def walk(dataset, depth, lines, counts):
    for tag in list(dataset._dict.keys()):
        element = dataset[tag]
        vr = element.VR
        counts["nested" if depth else "top"] += 1
        head = "%d|%04X,%04X|" % (depth, tag.group, tag.element)
        if vr == "UN" and isinstance(element.value, bytes) and element.value[:4] == b"\xfe\xff\x00\xe0":
            # Unknown, but begins as a sequence: read it as one.
            vr, element = "SQ", DataElement(tag, "SQ", convert_SQ(element.value, True, True))
        if vr == "SQ":
            lines.append((head + "SQ", str(len(element.value))))
            for item in element.value:
                walk(item, depth + 1, lines, counts)
            continue
        if element.is_undefined_length:
            lines.append((head + vr, None))
            continue
        lines.append((head + vr, text(vr, element.value)))


def digest(lines):
    return hashlib.sha1("\n".join(lines).encode("utf8")).hexdigest()[:12]


def read(path):
    with open(path, "rb") as file:
        data = file.read()
    # One file has a space before its first element, which pydicom takes for a part of it.
    return pydicom.dcmread(io.BytesIO(data if data[128:132] == b"DICM" else data.lstrip(b" ")), force=True)


def lines_of(path):
    dataset = read(path)
    lines, counts = [], {"top": 0, "nested": 0}
    walk(dataset, 0, lines, counts)
    meta = []
    walk(dataset.file_meta, 0, meta, {"top": 0, "nested": 0})
    return dataset, meta, lines, counts


def expected(path):
    dataset, meta, lines, counts = lines_of(path)
    return {
        "syntax": str(dataset.file_meta.get("TransferSyntaxUID", "")),
        "meta": len(meta),
        **counts,
        "tags": digest([head for head, _ in meta + lines]),
        "values": digest(["%s|%s" % (head, value) for head, value in meta + lines if value is not None]),
    }


def main():
    root = sys.argv[1]
    if "--lines" in sys.argv:
        _, meta, lines, _ = lines_of(os.path.join(root, sys.argv[-1]))
        for head, value in meta + lines:
            print(head if value is None else "%s|%s" % (head, value))
        return
    found = {}
    for folder, _, names in sorted(os.walk(root)):
        for name in sorted(names):
            path = os.path.join(folder, name)
            if name.endswith((".txt", ".json", ".gz", ".dump", ".py", ".pyc", ".md")) or name == "README":
                continue
            try:
                found[os.path.relpath(path, root)] = expected(path)
            except Exception as error:
                found[os.path.relpath(path, root)] = {"error": "%s: %s" % (type(error).__name__, str(error)[:200])}
    print(json.dumps(found, separators=(",", ":"), sort_keys=True).replace('},"', '},\n"'))


main()
