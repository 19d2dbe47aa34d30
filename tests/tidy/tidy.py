"""The repository's own rules that no other tool knows; prints what breaks one and what to do instead.

Run by ctest and by `./dev lint`, from the repository's root.
"""
import pathlib
import re
import subprocess
import sys

FILES = subprocess.run(
    ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"], capture_output=True, text=True, check=True
).stdout.split("\0")
CODE = re.compile(r"\.(h|cpp|ts|tsx|mjs|py|sh|cmake)$|CMakeLists\.txt$")
CPP = re.compile(r"\.(h|cpp)$")
TEST = re.compile(r"(_test\.cpp|\.test\.(ts|tsx|mjs))$|^tests/")
GENERATED = re.compile(r"(^|/)package-lock\.json$")

# (what, where it applies, where it does not, pattern, what to do instead)
RULES = [
    ("a parent include", CPP, None, r'#include "\.\./', 'include "folder/file.h"'),
    ("a TODO", CODE, re.compile(r"^tests/tidy/"), r"\b(TODO|FIXME|XXX)\b", "file an issue, or do it"),
    ("catch-all", CPP, re.compile(r"^src/(app|store|identity|executor|net|runner)/|^tests/"), r"catch \(\.\.\.\)",
     "catch what the library throws, at the adapter; return a Result"),
    ("a sleep in a test", TEST, re.compile(r"^tests/tidy/"), r"sleep_for|usleep\(|waitForTimeout|time\.sleep\(\d",
     "wait for the event itself"),
    ("using namespace", CPP, None, r"^\s*using namespace (?!std::(chrono_|string_view_|string_)?literals)",
     "name what is used"),
    ("a word that the glossary has another for", CPP, None,
     r"\b(?:class|struct|namespace|enum class) \w*(?:Manager|Helper|Util|Handler_|Controller|Provider)\b",
     "STYLE: name it after what it is"),
    ("a registry or a path of one machine", re.compile(r"."), re.compile(r"^tests/tidy/"),
     r"registry\.npmjs\.org|/home/\w+/|/root/", "the repository knows no machine"),
]
LINES_MAX = 800


def complaints(path, text):
    for what, applies, exempt, pattern, mend in RULES:
        if not applies.search(path) or (exempt and exempt.search(path)):
            continue
        for number, line in enumerate(text.splitlines(), 1):
            # A program under test may well sleep: what stands in quotes is not ours.
            if re.search(pattern, re.sub(r"\"(?:[^\"\\]|\\.)*\"", '""', line) if "sleep" in what else line):
                yield f"{path}:{number}: {what}: {mend}"
    if CODE.search(path) and (count := text.count("\n")) > LINES_MAX:
        yield f"{path}: {count} lines, at most {LINES_MAX}: find the second idea in it"


def unbuilt_sources():
    """C++ files that no CMakeLists names: nobody builds or tests them."""
    named = "".join(pathlib.Path(p).read_text() for p in FILES if p.endswith(("CMakeLists.txt", ".cmake")))
    for path in FILES:
        if path.endswith(".cpp") and pathlib.Path(path).exists() and pathlib.Path(path).name not in named:
            yield f"{path}: nobody builds it: list it in its folder's CMakeLists.txt, or delete it"


def main():
    found = list(unbuilt_sources())
    for path in FILES:
        file = pathlib.Path(path)
        if not path or not file.is_file() or GENERATED.search(path):
            continue
        try:
            found += complaints(path, file.read_text())
        except UnicodeDecodeError:
            continue  # pictures
    print("\n".join(found) or "the repository is tidy")
    sys.exit(1 if found else 0)


main()
