#!/usr/bin/env python3
"""Writes the seeds of the fuzz targets: small inputs, good and bad, one folder a target."""
import gzip
import io
import json
import pathlib
import struct
import zipfile

SEEDS = pathlib.Path(__file__).parent / "Seeds"


def keep(target, name, content):
    folder = SEEDS / target
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(content if isinstance(content, bytes) else content.encode())


def npy(descr, shape, payload, fortran=False, version=1):
    text = f"{{'descr': '{descr}', 'fortran_order': {fortran}, 'shape': {shape}, }}"
    opening = 10 if version == 1 else 12
    text += " " * (-(opening + len(text) + 1) % 64) + "\n"
    length = struct.pack("<H" if version == 1 else "<I", len(text))
    return b"\x93NUMPY" + bytes([version, 0]) + length + text.encode() + payload


six = (0.5, -1.0, 2.0, float("-inf"), 1e-3, 7.0)
keep("npy", "f4", npy("<f4", "(2, 3)", struct.pack("<6f", *six)))
keep("npy", "f8-big-fortran", npy(">f8", "(2, 3)", struct.pack(">6d", *six), True, 2))
keep("npy", "f2", npy("<f2", "(6,)", struct.pack("<6e", *six)))
keep("npy", "bf16-v3", npy("<V2", "(1, 2)", b"\x80\x3f\x00\x40", version=3))
keep("npy", "i1", npy("|i1", "(3, 2)", bytes(range(6))))
keep("npy", "bool", npy("|b1", "(3, 1)", b"\0\1\1"))
keep("npy", "empty-rows", npy("<f4", "(0, 5)", b""))
keep("npy", "no-columns", npy("<f4", "(4294967296, 0)", b""))
keep("npy", "short", npy("<f4", "(3, 3)", b"1234"))
keep("npy", "twice", npy("<f4", "(1, 1)", b"1234") * 2)
keep("npy", "misaligned", b"\x93NUMPY\1\0\x3b\0{'descr':'<f8','fortran_order':False,'shape':(1,2)}".ljust(69) + bytes(16))
keep("npy", "huge", npy("<f8", "(9223372036854775807, 9223372036854775807)", b""))

def archive(files, deflated=False):
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED if deflated else zipfile.ZIP_STORED) as out:
        for name, data in files:
            out.writestr(zipfile.ZipInfo(name), data, zipfile.ZIP_DEFLATED if deflated else zipfile.ZIP_STORED)
    return content.getvalue()


arrays = [("a.npy", npy("<f4", "(2, 3)", struct.pack("<6f", *six))), ("b.npy", npy("|i1", "(1, 2, 3)", bytes(range(6))))]
keep("npz", "stored", archive(arrays))
keep("npz", "deflated", archive(arrays, True))
keep("npz", "one", archive(arrays[:1]))
keep("npz", "empty", archive([]))

rows = struct.pack("<2f4H", 16 / 65535, -17.0, 65535, 0, 60000, 3) * 4
keep("base", "two-chunks", b"_logits_" + struct.pack("<13i", 5, 4, 2, *([0, 1, 2, 3, 1] * 2)) + rows)
keep("base", "odd", b"_logits_" + struct.pack("<6i", 3, 3, 1, 0, 1, 2) + struct.pack("<2f4H", 0, -1, 0, 0, 0, 9))

tables = {
    "header": "name,a,b\nx,1,2\ny,3,-inf\n",
    "plain": "1,2\n3,4\n",
    "quotes": '"a ""b""","c,d"\r\n"1",2e-3\r\n',
    "index": ",0,1\n0,0.5,0.5\n1,nan,inf\n",
    "one-column": "1\n\n2\n",
    "mark": "\ufeff1,2\n3,4",
    "open-quote": '1,"2\n3',
    "ragged": "1,2\n3\n",
    "thousands": 'a,b\n"1,234",\u22125\n',
    "small": "0." + "0" * 420 + "1,1\n",
    "returns": "1,2\r3,4\r",
    "semicolons": "x;a;b;\nr;0,25;0,75;\ns;0,5;NA;\n",
    "named-separator": "sep=;\na;b\n1;3\n",
    "blanks": '"a" "b"\n"r 1" 0.25 0.75\n"s" 1e-3 nan\n',
    "comments": "# run 7\n# a,b\n1,3\n#x\n1,1,\n",
    "biom": "# Constructed\n#OTU ID\tS1\ttaxonomy\nf\t1\tk__A; p\n",
    "long-digits": "123456789012345678,0.1234567890123456789\n9007199254740993e-22,1e-320\n",
}
for name, text in tables.items():
    keep("csv", name, text)
    keep("tsv", name, text.replace(",", "\t"))
    keep("text", name, text.replace(",", "\t") if name == "plain" else text)
# The length chooses how a table is read.
for way, name in ((0, "transposed"), (1, "header"), (2, "columns"), (3, "named-columns"), (4, "long"), (5, "long-by-name")):
    text = "name,a,b\nx,1,2\ny,1,2\nx,3,4\n"
    keep("csv", name + "-chosen", text + "\n" * ((way - len(text)) % 14))
keep("csv", "not-utf8", b"a,b\n1,\xff\n")
keep("csv", "utf16", "name,a\nx,1\n".encode("utf-16"))
keep("csv", "gzip", gzip.compress(b"a,b\n1,3\n", mtime=0))
keep("text", "npy", npy("<f4", "(1, 2)", bytes(8)))

keep("labels", "text", "0\n2\n-1\n")
keep("labels", "not-whole", "0\n1.5\n")
keep("labels", "large", "9223372036854775808\n")
keep("labels", "i8", npy("<i8", "(3,)", struct.pack("<3q", 0, 1, 2)))
keep("labels", "u8", npy("<u8", "(3, 1)", struct.pack("<3Q", 0, 1, 2**64 - 1)))
keep("names", "two", "one\ntwo\n")
keep("names", "returns", "one\r\ntwo\r\n\r\n")
keep("names", "not-utf8", b"\xc3\n")


def safetensors(header, payload):
    text = header if isinstance(header, str) else json.dumps(header)
    return struct.pack("<Q", len(text)) + text.encode() + payload


def tensor(kind, shape, begin, end):
    return {"dtype": kind, "shape": shape, "data_offsets": [begin, end]}


keep("safetensors", "model", safetensors(
    {"__metadata__": {"format": "kullback-softmax-1", "temperature": "1"},
     "weights": tensor("F64", [2, 2], 0, 32), "intercepts": tensor("F64", [2], 32, 48)}, bytes(48)))
keep("safetensors", "half", safetensors({"a": tensor("F16", [3], 0, 6)}, bytes(6)))
keep("safetensors", "gap", safetensors({"a": tensor("I32", [1], 4, 8)}, bytes(8)))
keep("safetensors", "negative", safetensors({"a": tensor("F32", [-1, 2], 0, -8)}, bytes(8)))
keep("safetensors", "large", safetensors({"a": tensor("F32", [2**62, 4], 0, 2**63 - 1)}, b""))
keep("safetensors", "long-header", struct.pack("<Q", 2**63) + b"{}")
keep("safetensors", "not-json", safetensors("{", b""))

keep("mixture", "two", json.dumps({"weights": [0.5, 0.5], "means": [[0, 0], [1, 2]],
                                   "covariances": [[[1, 0], [0, 1]], [[2, 0.5], [0.5, 1]]]}))
keep("mixture", "asymmetric", json.dumps({"weights": [1], "means": [[0, 0]],
                                          "covariances": [[[1, 0.5], [0, 1]]]}))
keep("mixture", "ragged", '{"weights": [1], "means": [[0]], "covariances": [[]]}')
keep("mixture", "empty", '{"weights": [], "means": [], "covariances": []}')
keep("mixture", "deep", "[" * 200)
keep("mixture", "escapes", '{"weights": [1e999], "me\\u0061ns": "\\')

for name, text in {
    "range": "10..<20", "closed": "0...9", "open": "5...", "last": "0...9223372036854775807",
    "bytes": "256M", "many-bytes": "8388608T", "base": "2", "natural": "e", "tiny-base": "1.0000000000000002",
    "measures": "forward-kl,jensen-shannon,renyi:0.5,alpha:-1,renyi:inf,tsallis:1e300",
    "orders": "renyi:-0,alpha:nan,tsallis:0x1p-2",
}.items():
    keep("arguments", name, text)


def kernels(name, *choices, free=b""):
    keep("kernels", name, bytes(choices) + bytes(16 - len(choices)) + free)


# Places: length, forms, types, levels, masks, where, temperature, smoothing, widths, instruction set.
kernels("ordinary", 6, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 4, 4, 0)
kernels("alike", 31, 0, 0, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 4, 1, 1)
kernels("weights", 26, 3, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 3, 4, 3, 0)
kernels("mixed", 20, 1, 2, 2, 3, 0, 4, 0, 0, 0, 0, 4, 0, 4, 4, 2)
kernels("block-masked-on-one-side", 34, 0, 0, 0, 0, 0, 0, 1, 0, 4, 0, 0, 0, 4, 4, 0)
kernels("least-number-on-both-sides", 2, 0, 0, 0, 0, 0, 0, 4, 4, 1, 1, 0, 0, 4, 3, 0)
kernels("far-levels", 2, 0, 0, 0, 0, 10, 0, 0, 0, 0, 0, 0, 0, 4, 4, 0)
kernels("cold", 9, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 8, 0, 4, 4, 0)
kernels("two-threads", 38, 0, 0, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 4, 3, 128)
kernels("not-a-number", 3, free=struct.pack(">BIBI", 0, 0x7FF80000, 1, 0xFFF00000))
