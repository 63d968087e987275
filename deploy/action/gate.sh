#!/usr/bin/env bash
# Replays, compares, and ends with the exit code of the verdict. Annotations and the summary are those of --format github.
# GATE_PROGRAM: the program to run instead of the one on npm.
set -euo pipefail

reprise() {
  if [ -n "${GATE_PROGRAM:-}" ]; then "$GATE_PROGRAM" "$@"; else npx --yes "reprise@$GATE_VERSION" "$@"; fi
}

# One option a line: its name, blanks, the whole rest as its value.
options=()
while IFS=$' \t' read -r name value; do
  [ -z "$name" ] || options+=("$name" ${value:+"$value"})
done <<<"${GATE_OPTIONS//$'\r'/}"

code=0
if [ -n "$GATE_BASELINE" ]; then
  reprise ab --baseline "$GATE_BASELINE" --candidate "$GATE_TARGET" --format github ${options[@]+"${options[@]}"} -- "$GATE_TAPE" || code=$?
else
  # What the tape and the server say must not be read as workflow commands.
  seal="reprise-$RANDOM$RANDOM$RANDOM$RANDOM"
  echo "::stop-commands::$seal"
  reprise replay --target "$GATE_TARGET" --label "$GATE_LABEL" --repeat "$GATE_REPEAT" ${options[@]+"${options[@]}"} -- "$GATE_TAPE" || code=$?
  echo "::$seal::"
  # 4: some runs are invalid. The comparison says whether enough are valid, and why the others are not.
  if [ $code = 0 ] || [ $code = 4 ]; then
    code=0
    reprise compare --format github -- "$GATE_TAPE" "$GATE_BEFORE" "$GATE_LABEL" || code=$?
  fi
fi

case $code in
  0) verdict=passed ;;
  2) verdict=regression ;;
  3) verdict=inconclusive ;;
  4) verdict=invalid ;;
  *)
    verdict=error
    echo "::error title=reprise::there is no verdict (exit code $code), see the log"
    ;;
esac
[ -z "${GITHUB_OUTPUT:-}" ] || echo "verdict=$verdict" >>"$GITHUB_OUTPUT"
if [ "$verdict" = inconclusive ] && [ "$GATE_INCONCLUSIVE" = pass ]; then exit 0; fi
exit "$code"
