#!/usr/bin/env bash
# Finds a Chromium for the browser tests, or installs one: the system's package as root, else Playwright's own build.
set -u
python=$1
for name in chromium chromium-browser google-chrome; do command -v "$name" >/dev/null && exit 0; done
if "$python" - <<'PY' 2>/dev/null
import os, sys
from playwright.sync_api import sync_playwright
with sync_playwright() as p:
    sys.exit(not os.path.exists(p.chromium.executable_path))
PY
then exit 0; fi
if command -v apt-get >/dev/null; then
  echo "installing chromium for the browser tests (system package)"
  if [ "$(id -u)" = 0 ]; then as=""; else as="sudo -n"; fi
  { $as apt-get update -qq && $as env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium; } >/dev/null 2>&1 && exit 0
fi
echo "installing chromium for the browser tests (Playwright's build)"
"$python" -m playwright install chromium >/dev/null 2>&1 && exit 0
echo "No Chromium, and none could be installed. Install one (Debian: apt-get install chromium; elsewhere: $python -m playwright install --with-deps chromium), then run again." >&2
exit 1
