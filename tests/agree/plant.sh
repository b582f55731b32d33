#!/bin/sh
# Puts into a root what the lists of `find` and ours are compared on.
set -eu

mkdir -p /opt/planted/private /srv/open /srv/sticky /var/tmp/within
for place in /opt/planted /srv/open /usr/local/bin /var/lib /var/tmp/within /opt/planted/private; do
    cp /bin/true "$place/set-uid"
    cp /bin/true "$place/set-gid"
    chmod 4755 "$place/set-uid"
    chmod 2755 "$place/set-gid"
    echo text >"$place/writable"
    chmod 666 "$place/writable"
    echo text >"$place/without-owner"
    chown 4711:4712 "$place/without-owner"
done
chmod 700 /opt/planted/private
chmod 777 /srv/open
chmod 1777 /srv/sticky
echo text >"/srv/sticky/with blank"
chmod 666 "/srv/sticky/with blank"
ln -s /opt/planted/writable /srv/link
mkfifo -m 666 /srv/fifo
