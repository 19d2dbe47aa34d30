"""fuzz_seeds.py CORPUS_DIR VECTORS…: seeds for the engine's fuzzers, taken from the test vectors.

Each fuzzer's inputs are laid out as its source says: a piece has two bytes of length before it.
"""
import base64
import gzip
import hashlib
import json
import pathlib
import sys

BYTES_MAX = 2_000  # of one seed: small ones are what a fuzzer works with best
UPDATES_MAX = 12  # of one case of sound updates


def piece(data):
    return len(data).to_bytes(2, "little") + data


def format_byte(update_format):
    return bytes([update_format - 1])


def var_bytes(data):
    size, length = len(data), b""
    while size > 127:
        length, size = length + bytes([size % 128 | 128]), size // 128
    return length + bytes([size]) + data


def said(messages):
    """What y_session_fuzz has a client say: each message with one byte of length before it."""
    return b"".join(bytes([len(m)]) + m for m in messages if len(m) < 256)


def updates_of(case):
    """(format, bytes) of every update in a case."""
    for entry in case.get("updates", []):
        yield int(entry[0]), base64.b64decode(entry[2:])
    for entry in case.get("inputs", []):
        yield entry["format"], base64.b64decode(entry["update"])
    for entry in case.get("edits", []):
        yield 1, base64.b64decode(entry["update"])
    if "expect" in case:
        yield 1, base64.b64decode(case["expect"]["v1"])
        yield 2, base64.b64decode(case["expect"]["v2"])


def seeds(case):
    """(fuzzer, bytes) of every seed in a case."""
    updates = [u for u in updates_of(case) if len(u[1]) <= BYTES_MAX]
    first = updates[:UPDATES_MAX]
    for update_format, data in updates if case["kind"] == "malformed" else first:
        yield f"update_v{update_format}_fuzz", data
        yield "update_diff_fuzz", format_byte(update_format) + piece(b"\x00") + data
    for update_format in (1, 2):
        some = [data for f, data in first if f == update_format]
        if some:
            yield "update_merge_fuzz", format_byte(update_format) + b"".join(map(piece, some))
    if first:
        yield "document_fuzz", b"\x00" + b"".join(bytes([f]) + piece(data) for f, data in first)
    as_messages = [b"\x00\x02" + var_bytes(data) for f, data in first if f == 1]
    as_messages += [b"\x01" + var_bytes(base64.b64decode(s["update"])) for s in case.get("awareness", [])]
    if as_messages:
        yield "y_session_fuzz", said(as_messages)
    for diff in case.get("diffs", []):
        known = base64.b64decode(diff["sv"])
        yield "state_vector_fuzz", known
        whole = base64.b64decode(case["expect"]["v1"])
        yield "update_diff_fuzz", format_byte(1) + piece(known) + whole
    for name in ("snapshot_v1", "snapshot_v2"):
        if name in case.get("expect", {}):
            yield "state_vector_fuzz", base64.b64decode(case["expect"][name])
    for position in case.get("positions", []):
        yield "relative_position_fuzz", base64.b64decode(position["encoded"])
    for step in case.get("awareness", []):
        yield "awareness_fuzz", base64.b64decode(step["update"])
    for name, frame in case.get("sync", {}).items():
        if name != "state":
            yield "y_protocol_fuzz", base64.b64decode(frame)


def main():
    corpus = pathlib.Path(sys.argv[1])
    for path in sys.argv[2:]:
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            for line in lines:
                for fuzzer, data in seeds(json.loads(line)):
                    if len(data) > BYTES_MAX * 4:
                        continue
                    folder = corpus / fuzzer
                    folder.mkdir(parents=True, exist_ok=True)
                    (folder / hashlib.sha1(data).hexdigest()).write_bytes(data)


main()
