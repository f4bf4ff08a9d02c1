#!/bin/sh
# Make a station out of a freshly started Raspberry Pi. Safe to run again; works without a network.
# ROLLBOOK_ROOT=/some/folder installs into that folder instead (image builders and tests).
set -eu
root=${ROLLBOOK_ROOT:-}
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
etc=$root/etc/rollbook
opt=$root/opt/rollbook

say() { printf 'rollbook-install: %s\n' "$*"; }
stop() { printf 'rollbook-install: %s\n' "$*" >&2; exit 78; }

# A card written half, or changed on the way, must not become half a station.
python3 - "$here" <<'PYTHON' || stop "the bundle in $here is damaged; write it to the card again"
import hashlib, json, pathlib, sys
here = pathlib.Path(sys.argv[1])
try:
    files = json.loads((here / "manifest.json").read_text("utf-8"))["files"]
except (OSError, ValueError):
    sys.exit("rollbook-install: manifest.json is missing or cut short")
# Ours are checked; the documents beside the folder belong to the system by now.
ours = {path.partition("/")[2]: digest for path, digest in files.items() if path.startswith("rollbook/")}
for path, digest in sorted(ours.items()):
    file = here / path
    # These leave the card once they were read; of one whose end was cut off the zeros are left.
    if path in {"school.key", "enrol.token", "wifi.nmconnection"} and not (
        file.exists() and file.read_bytes().strip(b"\0")
    ):
        file.unlink(missing_ok=True)
        continue
    if not file.is_file() or hashlib.sha256(file.read_bytes()).hexdigest() != digest:
        sys.exit(f"rollbook-install: {path} is not what was built")
PYTHON
release=$(python3 -c 'import json, sys; print(json.load(open(sys.argv[1], encoding="utf-8"))["release"] or "")' \
    "$here/manifest.json")

if [ -z "$root" ]; then
    # Whatever called this does so once. A start that is cut off before the end is gone on with at the next.
    again=/etc/systemd/system/rollbook-install.service
    cat > "$again" <<UNIT
[Unit]
Description=Rollbook installation, gone on with after a start that was cut off
RequiresMountsFor=$here
Before=rollbook-station.service rollbook-sync.service rollbook-enrol.service
[Service]
Type=oneshot
StandardOutput=journal+console
ExecStart=/bin/sh $here/install.sh
ExecStartPost=/bin/sh -c 'test ! -e /run/rollbook-reboot || systemctl --no-block reboot'
[Install]
WantedBy=multi-user.target
UNIT
    systemctl enable --quiet "$again"
    sync
fi

say 'accounts, folders and units'
install -d -m 0755 "$etc" "$opt/releases" "$root/run"
copy() { # copy FROM TO: every file of a folder of the bundle, where there is one
    [ -d "$1" ] || return 0
    install -d -m 0755 "$2"
    for file in "$1"/*; do if [ -f "$file" ]; then install -m 0644 "$file" "$2/"; fi; done
}
copy "$here/systemd/sysusers.d" "$root/etc/sysusers.d"
copy "$here/systemd/tmpfiles.d" "$root/etc/tmpfiles.d"
copy "$here/systemd/udev" "$root/etc/udev/rules.d"
copy "$here/systemd" "$root/etc/systemd/system"
for folder in system.conf.d journald.conf.d timesyncd.conf.d; do
    copy "$here/systemd/$folder" "$root/etc/systemd/$folder"
done
for folder in "$here"/systemd/rollbook-*.d; do copy "$folder" "$root/etc/systemd/system/${folder##*/}"; done
install -d -m 0755 "$root/etc/systemd/journald.conf.d"
install -m 0644 "$here/journald.conf" "$root/etc/systemd/journald.conf.d/rollbook.conf"
systemd-sysusers ${root:+--root="$root"} "$root"/etc/sysusers.d/rollbook*.conf

say 'settings and keys'
for file in station.toml sync.toml server-ack.pub server-config.pub server-ca.pem release-root.json; do
    [ ! -f "$here/$file" ] || install -m 0644 "$here/$file" "$etc/$file"
done
if [ -f "$here/enrol.token" ]; then install -m 0600 "$here/enrol.token" "$etc/enrol.token"; fi
if [ -f "$here/school.key" ]; then
    install -m 0600 "$here/school.key" "$etc/school.key"
    sync "$etc/school.key" "$etc"
    # Overwritten where it lies: removing alone leaves it readable on the card. One pass, so that a power cut
    # leaves the key or zeros and nothing that looks like a damaged key.
    shred --iterations=0 --zero --remove "$here/school.key"
fi

if [ -n "$release" ] && [ ! -e "$opt/releases/$release/complete" ]; then
    say "release $release"
    rm -rf "$opt/releases/$release"
    # The system's packages stay visible: the GPIO library comes with Raspberry Pi OS, not as a wheel.
    python3 -m venv --system-site-packages --without-pip "$opt/releases/$release"
    # pip is one of the wheels and installs itself with the others: the system's is neither needed nor built first.
    set -- "$here"/wheels/pip-*.whl
    [ -f "$1" ] || stop "$here/wheels holds no pip; collect the wheels of the release again"
    # A library that the system has as well comes from the release all the same.
    "$opt/releases/$release/bin/python" "$1/pip" install --quiet --ignore-installed --no-index \
        --find-links "$here/wheels" "rollbook[station,sync,update]==$release"
    # Complete is said only of what a power cut cannot take back.
    sync
    touch "$opt/releases/$release/complete"
fi
before=$(readlink "$opt/current" || :)
before=${before##*/}
if [ -n "$before" ] && [ "$(printf '%s\n' "$before" "$release" | sort -V | tail -n 1)" != "$release" ]; then
    say "release $before stays: it is newer than the card's"
elif [ -n "$release" ]; then
    # One rename: at every moment `current` is either the old release or the new one.
    ln -sfn "releases/$release" "$opt/current.new"
    mv -T "$opt/current.new" "$opt/current"
    [ -e "$opt/good" ] || ln -sfn "releases/$release" "$opt/good"
fi
[ -x "$opt/current/bin/rollbook-sync" ] || stop "no release in $opt/current; build the bundle with --release"

if [ ! -s "$etc/station.key" ]; then
    say 'the signing key of this station, made here and never leaving'
    rm -f "$etc/station.key"
    "$opt/current/bin/rollbook-sync" keygen --config "$etc/sync.toml" > /dev/null
fi
"$opt/current/bin/python" -c 'import sys; from sync_agent.signing import SigningKey
print(SigningKey.from_hex(open(sys.argv[1], encoding="ascii").read().strip()).verify_key.public.hex())' \
    "$etc/station.key" > "$etc/station.pub"
# Public: whoever commissions the station by hand reads it from the card, without logging in.
cp "$etc/station.pub" "$here/station.pub"
say "public key $(cat "$etc/station.pub")"

boot=$here/../config.txt
if [ -f "$boot" ] && ! grep -q '^# --- rollbook: begin' "$boot"; then
    cat "$here/config.txt" >> "$boot"
    touch "$root/run/rollbook-reboot"
fi

say 'services'
units=
for file in "$here"/systemd/rollbook-*; do
    if [ -f "$file" ] && grep -q '^\[Install\]' "$file"; then units="$units ${file##*/}"; fi
done
for unit in $units; do systemctl ${root:+--root="$root"} enable "$unit"; done
if [ -z "$root" ] && [ -d /run/systemd/system ]; then
    systemctl disable --quiet hciuart.service 2>/dev/null || :
    systemctl daemon-reload
    systemd-tmpfiles --create /etc/tmpfiles.d/rollbook.conf
    # Readers and pins that are there already hear of the rules now. Where no udev listens, at the next start.
    udevadm control --reload && udevadm trigger --subsystem-match=tty --subsystem-match=gpio \
        --subsystem-match=usb || :
    # Never wait here: the start-up this runs in must not wait for itself.
    [ -e /run/rollbook-reboot ] || systemctl restart --no-block $units
fi
[ -s "$etc/school.key" ] || say "missing: $etc/school.key; the station starts once it is there (mode 0600)"
# With a token this is done once central has the key; without one nobody will come back to this card.
if [ ! -f "$etc/enrol.token" ] && [ -x "$opt/current/bin/python" ]; then
    say 'secrets off the card'
    "$opt/current/bin/python" -m provisioning.board.scrub --boot "$here/.." --root "$root/" || say 'not all are off'
fi
if [ -z "$root" ]; then
    systemctl disable --quiet rollbook-install.service
    rm -f "$again"
    sync
fi
say 'done'
