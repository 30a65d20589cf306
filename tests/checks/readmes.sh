#!/usr/bin/env bash
# Every folder with code in it says in a README.md what lives there and what must not. The folders below
# tests/unit mirror the modules and need none of their own.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

faults=()
while read -r folder; do
  [ "$folder" = . ] && continue
  [[ $folder == tests/unit/?* ]] && continue
  [ -f "$folder/README.md" ] || faults+=("$folder has no README.md")
done < <(git ls-files --cached --others --exclude-standard '*.h' '*.cc' '*.py' '*.sh' '*.cmake' |
  xargs -r -n1 dirname | sort -u)

[ ${#faults[@]} -eq 0 ] && { echo "ok readmes"; exit; }
echo "FAIL readmes: $(printf '%s; ' "${faults[@]}" | sed 's/; $//')"
exit 1
