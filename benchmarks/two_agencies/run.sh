#!/bin/bash
# Links both forms of the benchmark with drafted configurations and prints the scores. The argument is the folder of `karvan` and its python.
set -euo pipefail
run=${1:?the folder with karvan and python, such as .venv/bin}
here=$(dirname "$0")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
for register in register register_years; do
  "$run/karvan" link draft "$here/border.parquet" "$here/$register.parquet" -o "$work/$register.yaml" 2> /dev/null
  "$run/karvan" link files "$here/border.parquet" "$here/$register.parquet" --config "$work/$register.yaml" -o "$work/$register.parquet" > /dev/null 2>&1
  echo "$register: $("$run/python" "$here/score.py" "$work/$register.parquet")"
done
