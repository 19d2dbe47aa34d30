# ./dev fmt: formats what git knows.
source tools/dev/setup.sh
set_up run lint
git ls-files -z --cached --others --exclude-standard -- '*.h' '*.cpp' | xargs -0r clang-format-19 -i
(use_pinned_node && npm run --prefix web format)
