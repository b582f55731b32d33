use crate::checks::{Fault, Judged, Ref, SameAs, Verdict};
use crate::facts::Facts;

check! {
    /// ## What it checks
    /// Not everyone may write to Docker's socket: neither to `/run/docker.sock` of a running machine, nor
    /// by `SocketMode=` of `docker.socket`.
    ///
    /// ## Why it matters
    /// Who may write to the socket starts a container with the machine's disk mounted: that is root.
    ///
    /// ## Remediation
    /// Set `SocketMode=0660` in `docker.socket`, and find out what made the socket open: mostly a
    /// `chmod 666` in a build script.
    pub(crate) OPEN_DOCKER_SOCKET {
        id: "HT-CTR-002",
        title: "Every user may give Docker orders",
        severity: Critical,
        scope: Files,
        since: "0.1.0",
        references: [
            Ref::Cwe(732),
            Ref::Page("Docker: Attack surface of the daemon", "https://docs.docker.com/engine/security/#docker-daemon-attack-surface"),
        ],
        same_as: [SameAs::About("CONT-8108", "/var/run/docker.sock")],
        judge: open_docker_socket,
        passes: |tree| { tree.file("/usr/bin/dockerd", ""); },
        fails: |tree| {
            tree.file("/usr/bin/dockerd", "")
                .file("/etc/systemd/system/docker.socket.d/a.conf", "[Socket]\nSocketMode=0666\n");
        },
    }
}

fn open_docker_socket(facts: &Facts) -> Judged {
    let docker = facts.docker.as_ref()?;
    let socket = docker
        .socket
        .as_ref()
        .filter(|socket| socket.mode & 0o002 != 0);
    let unit = docker
        .all("socket-mode")
        .last()
        .filter(|mode| u32::from_str_radix(&mode.value, 8).is_ok_and(|mode| mode & 0o002 != 0));
    Ok(Verdict::from_faults(
        socket
            .map(|socket| Fault::at(&socket.path, socket.line()))
            .into_iter()
            .chain(unit.map(|mode| Fault::at(&mode.source, format!("SocketMode={}", mode.value)))),
    ))
}
