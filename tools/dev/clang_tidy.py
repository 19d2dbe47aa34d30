"""clang_tidy.py BUILD_DIR JOBS FILE…: clang-tidy over the files, without those that were clean before.

Nearly all of its time goes into walking through the headers, so a file is checked again only when
something that it was made from has changed: itself, a header, its compile command, the checks or
clang-tidy. What was found clean, and from what, is kept in BUILD_DIR/clean; advice that does not
fail is kept there too and said again.
"""
import concurrent.futures
import functools
import hashlib
import json
import os
import pathlib
import shlex
import subprocess
import sys

TIDY, CLANG = "clang-tidy-19", "clang++-19"
ROOT = os.getcwd()
BUILD, JOBS, FILES = pathlib.Path(sys.argv[1]), int(sys.argv[2]), [os.path.normpath(file) for file in sys.argv[3:]]
COMMANDS = {
    os.path.relpath(os.path.join(entry["directory"], entry["file"])): entry
    for entry in json.loads((BUILD / "compile_commands.json").read_text())
}
CHECKS = pathlib.Path(".clang-tidy").read_text() + subprocess.run(
    [TIDY, "--version"], capture_output=True, text=True, check=True).stdout


@functools.cache
def state_of(path):
    """Of a file of ours its content; of the system's, which is large and rarely changes, its size and time."""
    try:
        if os.path.realpath(path).startswith(ROOT + "/"):
            return hashlib.sha256(pathlib.Path(path).read_bytes()).hexdigest()
        status = os.stat(path)
        return f"{status.st_size} {status.st_mtime_ns}"
    except OSError:
        return "missing"


def entry_of(file):
    """How a file is compiled; one that this build leaves out (a fuzzer) like a neighbour, as clang-tidy guesses too."""
    if file in COMMANDS:
        return COMMANDS[file]
    folder = os.path.dirname(file)
    neighbour = next((known for known in COMMANDS if os.path.dirname(known) == folder), None)
    if neighbour is None:
        sys.exit(f"clang_tidy.py: {file} is in no build")
    entry = COMMANDS[neighbour]
    return entry | {"command": entry["command"].replace(entry["file"], os.path.abspath(file))}


def inputs_of(entry):
    """Every file that the compiler reads for this one."""
    words = shlex.split(entry["command"])
    output = words.index("-o")
    del words[output:output + 2]
    rule = subprocess.run(words + ["-M"], cwd=entry["directory"], capture_output=True, text=True, check=True).stdout
    names = rule.replace("\\\n", " ").split(": ", 1)[1].split()
    return sorted({os.path.join(entry["directory"], name) for name in names})


def check(file):
    """(whether it passes, what is said of it, whether it was looked at again)"""
    entry = entry_of(file)
    key = hashlib.sha256((CHECKS + entry["command"]).encode()).hexdigest()
    known = BUILD / "clean" / (file.replace("/", "_") + ".json")
    if known.exists():
        before = json.loads(known.read_text())
        if before["key"] == key and all(state_of(path) == state for path, state in before["inputs"].items()):
            return True, before["advice"], False
    # Before the check: what somebody saves meanwhile is looked at again next time.
    inputs = {path: state_of(path) for path in inputs_of(entry)}
    done = subprocess.run([TIDY, "-p", BUILD, "--quiet", file], capture_output=True, text=True)
    if done.returncode != 0:
        return False, done.stdout + done.stderr, True
    known.write_text(json.dumps({"key": key, "advice": done.stdout, "inputs": inputs}))
    return True, done.stdout, True


def main():
    (BUILD / "clean").mkdir(exist_ok=True)
    failed = looked_at = 0
    with concurrent.futures.ThreadPoolExecutor(JOBS) as pool:
        for number, (passes, said, is_new) in enumerate(pool.map(check, FILES), 1):
            failed += not passes
            looked_at += is_new
            if is_new:
                print(f"[{number}/{len(FILES)}] {FILES[number - 1]}", flush=True)
            print(said, end="", flush=True)
    print(f"{len(FILES)} files: {looked_at} checked, the others unchanged since they passed; {failed} fail")
    sys.exit(1 if failed else 0)


main()
