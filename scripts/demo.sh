#!/usr/bin/env bash
# The main job, told as a story: three nodes make a wallet that none of them can spend from alone, and the beneficiary
# receives its key. Needs a shell, npm and any Node from 18 on; sets everything else up itself. Options: --help.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

if [[ ! node_modules/.package-lock.json -nt package-lock.json ]]; then
  echo 'setting up (once)...'
  npm ci --loglevel=error </dev/null >/dev/null || {
    echo 'scripts/demo.sh: npm ci could not install what package-lock.json names' >&2
    exit 1
  }
fi
exec node_modules/.bin/node scripts/demo.ts "$@"
