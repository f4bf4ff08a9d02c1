#!/bin/sh
# What cloud-init does on newer systems: name, network and admin of this card, then our installer. Runs once.
# ROLLBOOK_ROOT=/some/folder works on that folder instead (tests).
set -u
root=$${ROLLBOOK_ROOT:-}
boot=$$root$boot
hostname=$hostname
admin=$admin
ssh_key=$ssh_key
locale=$locale
timezone=$timezone
keyboard=$keyboard
country=$country

say() { printf 'rollbook-firstrun: %s\n' "$$*"; }

# First of all: whatever fails below, the next start is an ordinary one.
line=$$(cat "$$boot/cmdline.txt")
for word in $arguments; do line=$$(printf '%s\n' "$$line" | sed "s# $$word##"); done
printf '%s\n' "$$line" > "$$boot/cmdline.txt"

say 'name and place'
old=$$(cat "$$root/etc/hostname")
printf '%s\n' "$$hostname" > "$$root/etc/hostname"
sed -i "s/^127\.0\.1\.1[[:space:]].*$$old.*/127.0.1.1\t$$hostname/" "$$root/etc/hosts"
ln -sfn "/usr/share/zoneinfo/$$timezone" "$$root/etc/localtime"
printf '%s\n' "$$timezone" > "$$root/etc/timezone"
if [ "$$locale" != C.UTF-8 ]; then
    sed -i "s/^# *\($$locale UTF-8\)/\1/" "$$root/etc/locale.gen"
    locale-gen
fi
printf 'LANG=%s\n' "$$locale" > "$$root/etc/default/locale"
if [ -n "$$keyboard" ]; then
    sed -i "s/^XKBLAYOUT=.*/XKBLAYOUT=\"$$keyboard\"/" "$$root/etc/default/keyboard"
fi

say 'the account that may look'
# Renames the image's first account and ends its wizard, which would wait for a keyboard for ever.
"$$root/usr/lib/userconf-pi/userconf" "$$admin" '!'
rm -f "$$root/etc/sudoers.d/010_pi-nopasswd"
gpasswd --delete "$$admin" sudo
if [ -n "$$ssh_key" ]; then
    install -d -m 0700 "$$root/home/$$admin/.ssh"
    printf '%s\n' "$$ssh_key" > "$$root/home/$$admin/.ssh/authorized_keys"
    chmod 0600 "$$root/home/$$admin/.ssh/authorized_keys"
    chown -R "$$admin:$$admin" "$$root/home/$$admin/.ssh"
    install -d -m 0755 "$$root/etc/ssh/sshd_config.d"
    printf 'PasswordAuthentication no\n' > "$$root/etc/ssh/sshd_config.d/rollbook.conf"
    systemctl enable ssh
fi

if [ -f "$$boot/rollbook/wifi.nmconnection" ]; then
    say 'wireless network'
    install -m 0600 "$$boot/rollbook/wifi.nmconnection" \
        "$$root/etc/NetworkManager/system-connections/rollbook-wifi.nmconnection"
    raspi-config nonint do_wifi_country "$$country"
    rfkill unblock wifi
fi

sh "$$boot/rollbook/install.sh"
ended=$$?
sync
exit "$$ended"
