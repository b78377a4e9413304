"""Named arrays in Hugging Face's file format, read and written with numpy alone.

8 bytes with the length of a JSON header, lowest first; the header, which gives each tensor its dtype,
shape and place; then the tensors' bytes, one after another. Written from the format's description
(github.com/huggingface/safetensors) and not from lib/gpt2, so that one misreading is not made twice.
"""
import json
import struct
import sys

import numpy

DTYPES = {"F64": "<f8", "F32": "<f4", "F16": "<f2", "I64": "<i8", "U8": "<u1", "BOOL": "?"}


def write(path, tensors):
    """tensors: a dict of numpy arrays; their order in it is their order in the file."""
    if path.startswith("-"):
        sys.exit(f"expected a file to write, found the option {path}")
    names = {numpy.dtype(form): name for name, form in DTYPES.items()}
    header, at = {"__metadata__": {"format": "pt"}}, 0
    for name, array in tensors.items():
        header[name] = {"dtype": names[array.dtype], "shape": list(array.shape),
                        "data_offsets": [at, at + array.nbytes]}
        at += array.nbytes
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text)
        for array in tensors.values():
            numpy.ascontiguousarray(array).tofile(file)


def read(path):
    """The arrays of a file, by name; the metadata is left out."""
    with open(path, "rb") as file:
        length, = struct.unpack("<Q", file.read(8))
        header = json.loads(file.read(length))
    header.pop("__metadata__", None)
    data = numpy.memmap(path, dtype="u1", mode="r", offset=8 + length)
    arrays = {}
    for name, entry in header.items():
        begin, end = entry["data_offsets"]
        arrays[name] = data[begin:end].view(DTYPES[entry["dtype"]]).reshape(entry["shape"])
    return arrays
