# ./dev lint [FILE.cpp…]: format, clang-tidy, ESLint, types. Fails on the first kind that complains.
# clang-tidy takes long the first time and then checks what has changed.
source tools/dev/build.sh
set_up run test lint

say "format of C++"
git ls-files -z --cached --others --exclude-standard -- '*.h' '*.cpp' | xargs -0r clang-format-19 --dry-run -Werror
say "the repository's own rules"
python3 tests/tidy/tidy.py
say "web client: format, ESLint, types"
(use_pinned_node && npm run --prefix web lint)

say "clang-tidy"
mkdir -p build
# A compile database for clang: no launcher, no precompiled headers of GCC. libstdc++ 12's own
# std::stable_sort uses a buffer that clang 19 knows to be deprecated.
cmake --preset debug -B build/lint -DCMAKE_CXX_COMPILER=clang++-19 -DCMAKE_CXX_COMPILER_LAUNCHER= \
  -DCODENCOLLAB_PCH=OFF -DCMAKE_CXX_FLAGS=-Wno-deprecated-declarations -Wno-dev \
  >build/lint.log 2>&1 || die "cmake failed; see build/lint.log"
if [ $# -gt 0 ]; then files=("$@"); else mapfile -t files < <(git ls-files -- '*.cpp'); fi
python3 tools/dev/clang_tidy.py build/lint "$jobs" "${files[@]}"
