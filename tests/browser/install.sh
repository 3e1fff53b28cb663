#!/bin/sh
# A Chromium for the page tests. Nothing to do when there is one; as root it comes from the system's
# packages; otherwise the same packages are unpacked into the virtual environment, without installing.
# When neither works the page tests are skipped, and say so.
set -u
venv=$1
for name in chromium chromium-browser google-chrome; do
  command -v "$name" >/dev/null 2>&1 && exit 0
done
[ -x "$venv/chromium/usr/bin/chromium" ] && exit 0
command -v apt-get >/dev/null 2>&1 || { echo "No Chromium and no apt-get: page tests will be skipped."; exit 0; }
export DEBIAN_FRONTEND=noninteractive
if [ "$(id -u)" = 0 ]; then
  echo "Installing Chromium for the page tests"
  { apt-get -q update && apt-get -q install -y --no-install-recommends chromium; } >/dev/null 2>&1 && exit 0
  echo "Chromium could not be installed: page tests will be skipped."
  exit 0
fi
echo "Unpacking Chromium for the page tests into $venv/chromium"
rm -rf "$venv/chromium.new" && mkdir -p "$venv/chromium.new/debs" || exit 0
(
  cd "$venv/chromium.new/debs" || exit 1
  packages=$(apt-cache depends --recurse --no-recommends --no-suggests --no-conflicts --no-breaks \
    --no-replaces --no-enhances chromium 2>/dev/null | grep '^[a-z0-9]' | sort -u)
  missing=
  for package in $packages; do
    dpkg -s "$package" >/dev/null 2>&1 || missing="$missing $package"
  done
  # shellcheck disable=SC2086 # a list of package names
  apt-get -q download $missing >/dev/null 2>&1
  for deb in *.deb; do dpkg -x "$deb" .. >/dev/null 2>&1; done
  [ -x ../usr/bin/chromium ]
) && mv "$venv/chromium.new" "$venv/chromium" && exit 0
rm -rf "$venv/chromium.new"
echo "Chromium could not be unpacked: page tests will be skipped."
exit 0
