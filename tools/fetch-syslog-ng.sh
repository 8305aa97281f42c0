#!/bin/sh
# Unpacks Debian's syslog-ng below .runtime/ for the tests: as a package it would push rsyslog off the machine.
set -eu
target=$(CDPATH= cd -- "$(dirname -- "$0")/.." && pwd)/.runtime/syslog-ng
[ -x "$target/usr/sbin/syslog-ng" ] && exit 0
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
chmod 755 "$scratch"
cd "$scratch"
apt-get download -qq syslog-ng-core libivykis0 libnet1 libwrap0 libjson-c5 libpcre3 2>/dev/null
mkdir -p "$target"
for package in *.deb; do dpkg -x "$package" "$target"; done
