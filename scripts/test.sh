#!/usr/bin/env bash
# Everything a change must pass, from a fresh clone: set-up, static checks, tests.
# Needs a shell, npm and any Node from 18 on. The project brings the Node that it runs on, as the npm package `node`.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

main() {
  set_up
  step 'types' npm run --silent typecheck
  step 'lint' npm run --silent lint
  step 'format' npm run --silent format:check
  step 'dead code' npm run --silent deadcode
  step 'tests' run_tests
  report
}

set_up() {
  command -v npm >/dev/null || stop 'npm is missing: install Node 18 or later, which brings it'
  # npm writes node_modules/.package-lock.json last, so it is newer than the lock file it was made from.
  if [[ ! node_modules/.package-lock.json -nt package-lock.json ]]; then
    announce 'set-up'
    npm ci --loglevel=error </dev/null ||
      stop 'set-up failed: npm ci could not install what package-lock.json names'
  fi
  node_modules/.bin/node --eval '
    const [major, minor] = process.versions.node.split(".").map(Number);
    const [least, from] = require("./package.json").engines.node.slice(2).split(".").map(Number);
    process.exit(major > least || (major === least && minor >= from) ? 0 : 1);' ||
    stop 'node_modules/.bin/node is missing, or older than package.json asks for. The install script of the npm
package "node" puts it there: run npm ci again, with the scripts allowed that package.json lists under allowScripts'
}

outcomes=()
failed=0

# step NAME COMMAND...: runs the command and notes how it ended; the next step runs all the same.
step() {
  local name=$1
  shift
  announce "$name"
  if "$@" </dev/null; then
    outcomes+=("passed  $name")
  else
    outcomes+=("FAILED  $name")
    failed=1
  fi
}

test_output=$(mktemp)
trap 'rm -f "$test_output"' EXIT

run_tests() {
  npm test --silent 2>&1 | tee "$test_output"
}

# Which steps passed, then the closing lines of the test runner.
report() {
  announce 'all steps'
  printf '%s\n' "${outcomes[@]}"
  grep -aE '^[^a-z]*(tests|suites|pass|fail|cancelled|skipped|todo|duration_ms) [0-9.]+' \
    "$test_output" | tail -n 8 || true
  exit "$failed"
}

announce() {
  printf '\n== %s\n' "$1"
}

stop() {
  printf 'scripts/test.sh: %s\n' "$1" >&2
  exit 1
}

main "$@"
