"""The machines that the bench looks at: roots of Debian, each copied and scanned in a mount namespace of its own."""

import json
import os
import pathlib
import re
import shutil
import subprocess
import tempfile
import xml.etree.ElementTree

HERE = pathlib.Path(__file__).resolve().parent

#: What is made for tests and thrown away by `make clean`.
CACHE = HERE.parent.parent / ".cache"

#: What a plain and a hardened root are made with; a change of a list wants a new number below.
PLAIN = "openssh-server,sudo,systemd-sysv,cron,linux-base,procps,iproute2,kmod"
MORE = PLAIN + ",auditd,rsyslog,apparmor,apparmor-utils,libpam-pwquality,ufw,chrony"
RECIPE = {"plain": PLAIN, "hardened": MORE, "openscap": "openscap-scanner"}
NUMBER = 1

#: Prepares a copy of the root, scans it with both, and asks `find`. No overlay: some of OpenSCAP's rules look only
#: at file systems that are on a device.
SCAN = r"""
    mount -t tmpfs -o mode=755 none /mnt
    mkdir /mnt/root
    cp -a --reflink=auto "$ROOT" "$OUT/root"
    mount --bind "$OUT/root" /mnt/root
    mount --bind /proc /mnt/root/proc; mount --bind /sys /mnt/root/sys; mount --bind /dev /mnt/root/dev
    # oscap knows local file systems by it; systemd makes it at the first boot.
    ln -sf /proc/self/mounts /mnt/root/etc/mtab
    find /mnt/root -xdev -type f -perm /6000 >"$OUT/set-id-before"
    chroot /mnt/root sh -e <"$PREPARE" >"$OUT/prepared" 2>&1
    mount -t tmpfs -o mode=755 none /mnt/root/run
    mkdir /mnt/root/run/sshd
    cp "$AGENT" /mnt/root/run/agent
    cp -R "$OSCAP" /mnt/root/run/oscap
    LOADER=$(cd "$OSCAP/lib" && ls -d ld-linux-*)
    cp "$STREAM" /mnt/root/run/stream.xml
    "$AGENT" --root /mnt/root --dry-run --engine native --format json >"$OUT/by-files.json" || test $? = 3
    chroot /mnt/root /run/agent --dry-run --engine native --engine packages --format json >"$OUT/inside.json" || test $? = 3
    chroot /mnt/root env OSCAP_SCHEMA_PATH=/run/oscap/schemas OSCAP_XSLT_PATH=/run/oscap/xsl OSCAP_CPE_PATH=/run/oscap/cpe \
        "/run/oscap/lib/$LOADER" --library-path /run/oscap/lib /run/oscap/oscap xccdf eval \
        --profile cis_level2_server --results /run/results.xml /run/stream.xml >"$OUT/oscap" 2>&1 || test $? = 2
    cp /mnt/root/run/results.xml "$OUT/"
    find /mnt/root -xdev -type f -perm /6000 >"$OUT/set-id"
    find /mnt/root -xdev -type f -perm -0002 >"$OUT/writable"
    find /mnt/root -xdev -type d -perm -0002 ! -perm -1000 >"$OUT/unsticky"
    find /mnt/root -xdev -type d ! -perm /0011 >"$OUT/private"
    chroot /mnt/root find / -xdev '(' -nouser -o -nogroup ')' | sed 's|^|/mnt/root|' >"$OUT/unowned"
"""


def root(suite, kind):
    """A root of Debian from the cache, made if it is not there."""
    cache = pathlib.Path(os.environ.get("HARDTARGET_TEST_CACHE") or CACHE / "roots")
    cache.mkdir(parents=True, exist_ok=True)
    path = cache / f"{suite}-agree-{kind}-{NUMBER}"
    if not path.exists():
        # Made aside and renamed: half a root is never taken for a whole one.
        with tempfile.TemporaryDirectory(dir=cache) as draft:
            command = ["mmdebstrap", "--quiet", "--variant=minbase", "--mode=root", f"--include={RECIPE[kind]}"]
            subprocess.run([*command, suite, f"{draft}/root"], check=True)
            os.rename(f"{draft}/root", path)
    return path


def aged(made, into):
    """A root with the packages of another, two of three with a version below all others."""
    (into / "etc").mkdir(parents=True)
    (into / "var/lib/dpkg").mkdir(parents=True)
    shutil.copy(made / "usr/lib/os-release", into / "etc/os-release")
    packages = (made / "var/lib/dpkg/status").read_text().split("\n\n")
    for number in (number for number in range(len(packages)) if number % 3):
        old = re.sub(r"(?m)^Version: .*$", "Version: 0~", packages[number])
        packages[number] = re.sub(r"(?m)^(Source: \S+) \(.*$", r"\1", old)
    (into / "var/lib/dpkg/status").write_text("\n\n".join(packages))
    return into


def oscap(into):
    """oscap of Debian 12 with its libraries and schemas, to run in any root: in `into`."""
    tools = root("bookworm", "openscap")
    (into / "lib").mkdir(parents=True)
    shutil.copy(tools / "usr/bin/oscap", into)
    for name in ("schemas", "xsl", "cpe"):
        shutil.copytree(tools / "usr/share/openscap" / name, into / name)
    said = subprocess.run(["chroot", tools, "ldd", "/usr/bin/oscap"], check=True, capture_output=True, text=True).stdout
    for path in re.findall(r"(/\S+) \(0x", said):
        inside = subprocess.run(["chroot", tools, "readlink", "-f", path], check=True, capture_output=True, text=True)
        shutil.copy(str(tools) + inside.stdout.strip(), into / "lib" / pathlib.Path(path).name)
    return into


def for_release(stream, release, into):
    """The data stream of Debian 12, made to take the release for its own."""
    text = stream.read_text()
    changed = text.replace("^12.[0-9]+$", rf"^{release}.[0-9]+$")
    if release != "12" and changed == text:
        raise SystemExit(f"{stream} does not say how it knows Debian 12")
    into.write_text(changed)
    return into


class Box:
    """One machine, scanned."""

    def __init__(self, name, directory):
        self.name, self.directory = name, directory
        inside = json.loads((directory / "inside.json").read_text())
        by_files = json.loads((directory / "by-files.json").read_text())
        self.report = inside
        self.native = outcomes(inside)
        self.native_by_files = outcomes(by_files)
        self.results, self.rules = results(directory / "results.xml")

    def lines(self, name):
        """The paths of one of the lists, as the root itself has them."""
        text = (self.directory / name).read_text()
        return {line.removeprefix("/mnt/root") or "/" for line in text.splitlines()}

    def subjects(self, check):
        """The places of a check's findings."""
        return {one["subject"] for one in self.report["findings"] if one["id"] == check}


def scan(name, suite, kind, prepare, tools, work):
    """Prepares a root of a suite with a script and scans it."""
    out = work / name.replace(" ", "-").replace(",", "")
    out.mkdir()
    release = {"bullseye": "11", "bookworm": "12"}[suite]
    environment = {
        "PATH": "/usr/sbin:/usr/bin:/sbin:/bin",
        "LC_ALL": "C",
        "ROOT": str(root(suite, kind)),
        "OUT": str(out),
        "PREPARE": str(prepare),
        "AGENT": str(tools["agent"]),
        "OSCAP": str(tools["oscap"]),
        "STREAM": str(for_release(tools["stream"], release, out / "stream.xml")),
    }
    command = ["unshare", "--mount", "--propagation", "private", "sh", "-ec", SCAN]
    done = subprocess.run(command, env=environment, capture_output=True, text=True)
    shutil.rmtree(out / "root", ignore_errors=True)
    if done.returncode:
        raise SystemExit(f"{name} could not be scanned: {done.stderr}{(out / 'prepared').read_text()[-2000:]}")
    return Box(name, out)


def outcomes(report):
    """What became of each native check."""
    engine = next(one for one in report["engines"] if one["engine"] == "native")
    return {check["id"]: check["outcome"] for check in engine["checks"]}


def results(path):
    """Of XCCDF results: what became of each rule of the profile, and the CIS sections of each rule."""
    found, sections = {}, {}
    for _, element in xml.etree.ElementTree.iterparse(path):
        name = element.tag.rsplit("}", 1)[-1]
        if name == "rule-result":
            word = next(child.text for child in element if child.tag.endswith("}result"))
            if word != "notselected":
                found[element.get("idref").split("_rule_", 1)[1]] = word
        elif name == "Rule":
            references = (child for child in element if child.tag.endswith("}reference"))
            numbers = {one.text for one in references if "cisecurity.org/benchmark/" in (one.get("href") or "")}
            sections[element.get("id").split("_rule_", 1)[1]] = numbers
            element.clear()
    return found, sections
