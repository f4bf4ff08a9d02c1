#!/bin/sh
# Make a station out of a freshly started Raspberry Pi. Safe to run again; works without a network.
# ROLLBOOK_ROOT=/some/folder installs into that folder instead (image builders and tests).
set -eu
root=${ROLLBOOK_ROOT:-}
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
etc=$root/etc/rollbook
opt=$root/opt/rollbook
units='rollbook-station.service rollbook-sync.service'

say() { printf 'rollbook-install: %s\n' "$*"; }
stop() { printf 'rollbook-install: %s\n' "$*" >&2; exit 78; }

# A card written half, or changed on the way, must not become half a station.
python3 - "$here" <<'PYTHON' || stop "the bundle in $here is damaged; write it to the card again"
import hashlib, json, pathlib, sys
here = pathlib.Path(sys.argv[1])
files = json.loads((here / "manifest.json").read_text("utf-8"))["files"]
# Ours are checked; the three documents beside the folder belong to the system by now.
ours = {path.partition("/")[2]: digest for path, digest in files.items() if path.startswith("rollbook/")}
for path, digest in sorted(ours.items()):
    file = here / path
    # The school's key leaves the card on the first run.
    if path == "school.key" and not file.exists():
        continue
    if not file.is_file() or hashlib.sha256(file.read_bytes()).hexdigest() != digest:
        sys.exit(f"rollbook-install: {path} is not what was built")
PYTHON
release=$(python3 -c 'import json, sys; print(json.load(open(sys.argv[1], encoding="utf-8"))["release"] or "")' \
    "$here/manifest.json")

say 'accounts, folders and units'
install -d -m 0755 "$etc" "$opt/releases" "$root/etc/sysusers.d" "$root/etc/tmpfiles.d" \
    "$root/etc/systemd/system" "$root/etc/udev/rules.d" "$root/run"
install -m 0644 "$here/sysusers.conf" "$root/etc/sysusers.d/rollbook.conf"
install -m 0644 "$here/tmpfiles.conf" "$root/etc/tmpfiles.d/rollbook.conf"
install -m 0644 "$here/60-rollbook.rules" "$root/etc/udev/rules.d/60-rollbook.rules"
for unit in $units; do install -m 0644 "$here/$unit" "$root/etc/systemd/system/$unit"; done
systemd-sysusers ${root:+--root="$root"} "$root/etc/sysusers.d/rollbook.conf"

say 'settings and keys'
for file in station.toml sync.toml server-ack.pub server-config.pub; do
    install -m 0644 "$here/$file" "$etc/$file"
done
if [ -f "$here/school.key" ]; then
    install -m 0600 "$here/school.key" "$etc/school.key"
    sync
    rm -f "$here/school.key"
fi

if [ -n "$release" ] && [ ! -e "$opt/releases/$release/complete" ]; then
    say "release $release"
    rm -rf "$opt/releases/$release"
    # The system's packages stay visible: the GPIO library comes with Raspberry Pi OS, not as a wheel.
    python3 -m venv --system-site-packages "$opt/releases/$release"
    "$opt/releases/$release/bin/python" -m pip install --quiet --no-index --find-links "$here/wheels" \
        "rollbook[station,sync]==$release"
    touch "$opt/releases/$release/complete"
fi
if [ -n "$release" ]; then
    # One rename: at every moment `current` is either the old release or the new one.
    ln -sfn "releases/$release" "$opt/current.new"
    mv -T "$opt/current.new" "$opt/current"
fi
[ -x "$opt/current/bin/rollbook-sync" ] || stop "no release in $opt/current; build the bundle with --release"

if [ ! -s "$etc/station.key" ]; then
    say 'the signing key of this station, made here and never leaving'
    "$opt/current/bin/rollbook-sync" keygen --config "$etc/sync.toml" > "$etc/station.pub.new"
    sed -n 's/^public //p' "$etc/station.pub.new" > "$etc/station.pub"
    rm "$etc/station.pub.new"
fi
# Public: whoever commissions the station reads it from the card, without logging in.
cp "$etc/station.pub" "$here/station.pub"
say "public key $(cat "$etc/station.pub")"

boot=$here/../config.txt
if [ -f "$boot" ] && ! grep -q '^# --- rollbook: begin' "$boot"; then
    cat "$here/config.txt" >> "$boot"
    touch "$root/run/rollbook-reboot"
fi

say 'services'
for unit in $units; do systemctl ${root:+--root="$root"} enable "$unit"; done
if [ -z "$root" ] && [ -d /run/systemd/system ]; then
    systemctl daemon-reload
    systemd-tmpfiles --create /etc/tmpfiles.d/rollbook.conf
    udevadm control --reload
    # Never wait here: the start-up this runs in must not wait for itself.
    [ -e /run/rollbook-reboot ] || systemctl restart --no-block $units
fi
[ -s "$etc/school.key" ] || say "missing: $etc/school.key; the station starts once it is there (mode 0600)"
sync
say 'done'
