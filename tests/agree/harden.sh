#!/bin/sh
# Hardens the Debian system that it runs on, along the CIS benchmark's level 1 and 2: what the bench of
# agreement scans besides a plain system. Made for a root that nobody logs in to; not for a machine in use.
set -eu

# Settings of sshd, before all others in its file: the first value counts.
cp /etc/ssh/sshd_config /etc/ssh/sshd_config.orig
cat - /etc/ssh/sshd_config.orig >/etc/ssh/sshd_config <<'END'
PermitRootLogin no
PermitEmptyPasswords no
PasswordAuthentication no
HostbasedAuthentication no
IgnoreRhosts yes
PermitUserEnvironment no
X11Forwarding no
DisableForwarding yes
GSSAPIAuthentication no
MaxAuthTries 4
MaxSessions 10
MaxStartups 10:30:60
LoginGraceTime 60
ClientAliveInterval 15
ClientAliveCountMax 3
LogLevel INFO
UsePAM yes
Banner /etc/issue.net
AllowGroups sudo
Ciphers aes256-gcm@openssh.com,aes128-gcm@openssh.com,aes256-ctr,aes192-ctr,aes128-ctr
KexAlgorithms curve25519-sha256,curve25519-sha256@libssh.org,diffie-hellman-group14-sha256,diffie-hellman-group16-sha512,diffie-hellman-group18-sha512
MACs hmac-sha2-512-etm@openssh.com,hmac-sha2-256-etm@openssh.com,hmac-sha2-512,hmac-sha2-256
END
rm /etc/ssh/sshd_config.orig
sed -i -e '/^Include/d' -e '30,$s/^\(X11Forwarding\|UsePAM\|KbdInteractive\|PrintMotd\)/#\1/' /etc/ssh/sshd_config
chmod 600 /etc/ssh/sshd_config
for banner in /etc/issue /etc/issue.net /etc/motd; do
    echo 'Authorized uses only. All activity may be monitored and reported.' >$banner
    chmod 644 $banner
done

# sudo and su.
cat >/etc/sudoers.d/hardened <<'END'
Defaults use_pty
Defaults logfile="/var/log/sudo.log"
Defaults timestamp_timeout=15
END
chmod 440 /etc/sudoers.d/hardened
groupadd -f sugroup
sed -i 's/^#\? *auth  *required  *pam_wheel.so.*/auth required pam_wheel.so use_uid group=sugroup/' /etc/pam.d/su
grep -q '^auth required pam_wheel.so' /etc/pam.d/su ||
    sed -i '1i auth required pam_wheel.so use_uid group=sugroup' /etc/pam.d/su

# Passwords and accounts.
sed -i -e 's/^PASS_MAX_DAYS.*/PASS_MAX_DAYS 365/' -e 's/^PASS_MIN_DAYS.*/PASS_MIN_DAYS 1/' \
    -e 's/^PASS_WARN_AGE.*/PASS_WARN_AGE 7/' -e 's/^UMASK.*/UMASK 027/' \
    -e 's/^#\? *ENCRYPT_METHOD.*/ENCRYPT_METHOD YESCRYPT/' /etc/login.defs
useradd -D -f 30 >/dev/null
cat >/etc/security/pwquality.conf <<'END'
minlen = 14
minclass = 4
dcredit = -1
ucredit = -1
lcredit = -1
ocredit = -1
difok = 2
maxrepeat = 3
maxsequence = 3
dictcheck = 1
enforcing = 1
enforce_for_root
END
cat >/etc/security/faillock.conf <<'END'
deny = 5
unlock_time = 900
even_deny_root
root_unlock_time = 60
END
mkdir -p /usr/share/pam-configs
cat >/usr/share/pam-configs/faillock <<'END'
Name: Enable pam_faillock to deny access
Default: yes
Priority: 0
Auth-Type: Primary
Auth:
	[default=die] pam_faillock.so authfail
END
cat >/usr/share/pam-configs/faillock_notify <<'END'
Name: Notify of failed login attempts and reset count upon success
Default: yes
Priority: 1024
Auth-Type: Primary
Auth:
	requisite pam_faillock.so preauth
Account-Type: Primary
Account:
	required pam_faillock.so
END
cat >/usr/share/pam-configs/pwhistory <<'END'
Name: pwhistory password history checking
Default: yes
Priority: 1024
Password-Type: Primary
Password:
	requisite pam_pwhistory.so remember=24 enforce_for_root try_first_pass use_authtok
END
sed -i 's/ nullok//' /usr/share/pam-configs/unix
DEBIAN_FRONTEND=noninteractive pam-auth-update --force --enable faillock faillock_notify pwhistory pwquality unix

# Sessions.
echo 'TMOUT=900; readonly TMOUT; export TMOUT' >/etc/profile.d/timeout.sh
echo 'umask 027' >/etc/profile.d/umask.sh
for file in /etc/profile /etc/bash.bashrc; do
    echo 'umask 027' >>$file
done
echo '* hard core 0' >/etc/security/limits.d/core.conf

# The kernel.
cat >/etc/sysctl.d/99-hardened.conf <<'END'
kernel.randomize_va_space = 2
kernel.yama.ptrace_scope = 1
fs.suid_dumpable = 0
net.ipv4.ip_forward = 0
net.ipv4.conf.all.send_redirects = 0
net.ipv4.conf.default.send_redirects = 0
net.ipv4.conf.all.accept_redirects = 0
net.ipv4.conf.default.accept_redirects = 0
net.ipv4.conf.all.secure_redirects = 0
net.ipv4.conf.default.secure_redirects = 0
net.ipv4.conf.all.accept_source_route = 0
net.ipv4.conf.default.accept_source_route = 0
net.ipv4.conf.all.log_martians = 1
net.ipv4.conf.default.log_martians = 1
net.ipv4.conf.all.rp_filter = 1
net.ipv4.conf.default.rp_filter = 1
net.ipv4.icmp_echo_ignore_broadcasts = 1
net.ipv4.icmp_ignore_bogus_error_responses = 1
net.ipv4.tcp_syncookies = 1
net.ipv6.conf.all.accept_ra = 0
net.ipv6.conf.default.accept_ra = 0
net.ipv6.conf.all.accept_redirects = 0
net.ipv6.conf.default.accept_redirects = 0
net.ipv6.conf.all.forwarding = 0
END
for module in cramfs freevxfs hfs hfsplus jffs2 squashfs udf usb-storage dccp sctp rds tipc; do
    printf 'install %s /bin/false\nblacklist %s\n' $module $module
done >/etc/modprobe.d/hardened.conf

# Files and logs.
for file in passwd passwd- group group- shells; do
    [ ! -e /etc/$file ] || chmod 644 /etc/$file
done
for file in shadow shadow- gshadow gshadow-; do
    [ ! -e /etc/$file ] || chmod 640 /etc/$file
done
for place in /etc/crontab /etc/cron.hourly /etc/cron.daily /etc/cron.weekly /etc/cron.monthly /etc/cron.d; do
    [ ! -e $place ] || chmod og-rwx $place
done
mkdir -p /etc/systemd/journald.conf.d
printf '[Journal]\nStorage=persistent\nCompress=yes\nForwardToSyslog=no\n' >/etc/systemd/journald.conf.d/hardened.conf
sed -i 's/^#Storage=.*/Storage=persistent/; s/^#Compress=.*/Compress=yes/; s/^#ForwardToSyslog=.*/ForwardToSyslog=no/' \
    /etc/systemd/journald.conf
sed -i 's/\(FileCreateMode\) .*/\1 0640/' /etc/rsyslog.conf
find /var/log -type f -exec chmod g-wx,o-rwx {} +
mkdir -p /etc/audit/rules.d
echo '-e 2' >/etc/audit/rules.d/99-finalize.rules
