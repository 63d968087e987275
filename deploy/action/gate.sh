#!/usr/bin/env bash
# Replays, compares, and ends with the exit code of the verdict. Annotations and the summary are those of --format github.
# GATE_PROGRAM: the program to run instead of the one on npm.
set -euo pipefail

reprise() {
  if [ -n "${GATE_PROGRAM:-}" ]; then "$GATE_PROGRAM" "$@"; else npx --yes "reprise@$GATE_VERSION" "$@"; fi
}

# One option a line: its name, a space, the whole rest as its value.
options=()
while IFS= read -r line; do
  line="${line#"${line%%[![:space:]]*}"}"
  [ -n "$line" ] || continue
  options+=("${line%%[[:space:]]*}")
  [ "$line" = "${line%%[[:space:]]*}" ] || options+=("${line#*[[:space:]]}")
done <<<"$GATE_OPTIONS"

code=0
if [ -n "$GATE_BASELINE" ]; then
  reprise ab "$GATE_TAPE" --baseline "$GATE_BASELINE" --candidate "$GATE_TARGET" --format github ${options[@]+"${options[@]}"} || code=$?
else
  reprise replay "$GATE_TAPE" --target "$GATE_TARGET" --label "$GATE_LABEL" --repeat "$GATE_REPEAT" ${options[@]+"${options[@]}"} || code=$?
  # 4: some runs are invalid. The comparison says whether enough are valid, and why the others are not.
  case $code in
    0 | 4)
      code=0
      reprise compare "$GATE_TAPE" "$GATE_BEFORE" "$GATE_LABEL" --format github || code=$?
      ;;
    *)
      echo "::error title=reprise::the replay ended with exit code $code, see the log"
      ;;
  esac
fi

case $code in
  0) verdict=passed ;;
  2) verdict=regression ;;
  3) verdict=inconclusive ;;
  4) verdict=invalid ;;
  *) verdict=error ;;
esac
[ -z "${GITHUB_OUTPUT:-}" ] || echo "verdict=$verdict" >>"$GITHUB_OUTPUT"
if [ "$verdict" = inconclusive ] && [ "$GATE_INCONCLUSIVE" = pass ]; then exit 0; fi
exit "$code"
