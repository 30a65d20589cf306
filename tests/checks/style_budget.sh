#!/usr/bin/env bash
# Sizes, leftovers and formatting: headers of at most 150 lines, sources of at most 400 (tests apart),
# nothing left undone, clang-format clean.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

faults=()
code=$(git ls-files --cached --others --exclude-standard '*.h' '*.cc')
product=$(grep -v '^tests/' <<<"$code")

while read -r lines file; do
  case $file in
    total) ;;
    *.h) [ "$lines" -le 150 ] || faults+=("$file has $lines lines (150)") ;;
    *.cc) [ "$lines" -le 400 ] || faults+=("$file has $lines lines (400)") ;;
  esac
done < <(xargs -r wc -l <<<"$product")

while read -r place; do
  [ -z "$place" ] || faults+=("left undone: $place")
done < <(git grep --untracked -nIE '\b(TO''DO|FIX''ME|XX''X)\b|not implement''ed|GTEST_SK''IP|DIS''ABLED_' \
  -- '*.h' '*.cc' '*.sh' '*.py' '*.cmake' | cut -d: -f1,2)

while read -r file; do
  [ -z "$file" ] || faults+=("clang-format: $file")
done < <(xargs -r clang-format-19 --dry-run --Werror <<<"$code" 2>&1 | grep -oE '^[A-Za-z_0-9/]+\.(h|cc)' | sort -u)

[ ${#faults[@]} -eq 0 ] && { echo "ok style_budget"; exit; }
echo "FAIL style_budget: $(printf '%s; ' "${faults[@]}" | sed 's/; $//')"
exit 1
