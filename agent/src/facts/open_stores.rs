//! Databases and SNMP agents whose configuration lets strangers in.

mod files;

use std::path::PathBuf;

use super::file_modes::files_in;
use super::{Fact, Gap};
use crate::host::Host;

/// Who gets in without a password that he would have to find out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stranger {
    /// Every user of this machine.
    Local,
    /// Every machine, to read.
    Reads,
    /// Every machine.
    Anyone,
}

/// A door that is open.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct OpenStore {
    /// What it is: `PostgreSQL`, `SNMP`, …
    pub(crate) name: &'static str,
    /// The file that opens it.
    pub(crate) file: PathBuf,
    /// For whom.
    pub(crate) to: Stranger,
    /// How, in words; never a password or a community.
    pub(crate) why: &'static str,
}

/// What a file's reader finds.
type Read = fn(&str) -> Option<(Stranger, &'static str)>;

/// Name, files or directories of files that end so, how to read them.
const KNOWN: [(&str, &[&str], &str, Read); 9] = [
    (
        "Elasticsearch",
        &["/etc/elasticsearch/elasticsearch.yml"],
        "",
        files::elasticsearch,
    ),
    (
        "MongoDB",
        &["/etc/mongod.conf", "/etc/mongodb.conf"],
        "",
        files::mongodb,
    ),
    (
        "MySQL",
        &["/etc/my.cnf", "/etc/mysql/my.cnf"],
        "",
        files::mysql,
    ),
    (
        "MySQL",
        &[
            "/etc/my.cnf.d",
            "/etc/mysql/conf.d",
            "/etc/mysql/mysql.conf.d",
            "/etc/mysql/mariadb.conf.d",
        ],
        ".cnf",
        files::mysql,
    ),
    (
        "PostgreSQL",
        &["/var/lib/pgsql/data/pg_hba.conf"],
        "",
        files::postgresql,
    ),
    (
        "Redis",
        &[
            "/etc/redis.conf",
            "/etc/redis/redis.conf",
            "/etc/redis/sentinel.conf",
        ],
        "",
        files::redis,
    ),
    (
        "Valkey",
        &["/etc/valkey/valkey.conf", "/etc/valkey.conf"],
        "",
        files::redis,
    ),
    (
        "memcached",
        &["/etc/memcached.conf", "/etc/sysconfig/memcached"],
        "",
        files::memcached,
    ),
    ("SNMP", &["/etc/snmp/snmpd.conf"], "", files::snmp),
];

pub(crate) fn collect(host: &Host) -> Fact<Vec<OpenStore>> {
    let mut todo: Vec<(&'static str, PathBuf, Read)> = Vec::new();
    for (name, places, suffix, read) in KNOWN {
        for place in places {
            if suffix.is_empty() {
                todo.push((name, place.into(), read));
            } else {
                let files = files_in(host, place).into_iter();
                let fits = |path: &PathBuf| path.to_string_lossy().ends_with(suffix);
                todo.extend(files.filter(fits).map(|path| (name, path, read)));
            }
        }
    }
    // Debian: /etc/postgresql/15/main; Red Hat's packages of several versions: below pgsql/15.
    for (parent, below) in [
        ("/etc/postgresql", "main"),
        ("/var/lib/pgsql", "data"),
        ("/var/lib/postgresql", "data"),
    ] {
        for version in files_in(host, parent) {
            let path = version.join(below).join("pg_hba.conf");
            todo.push(("PostgreSQL", path, files::postgresql));
        }
    }
    let mut open = Vec::new();
    let mut looked = false;
    for (name, file, read) in todo {
        match host.text(&file) {
            Ok(text) => {
                looked = true;
                open.extend(read(&text).map(|(to, why)| OpenStore {
                    name,
                    file,
                    to,
                    why,
                }));
            }
            Err(error) if error.is_absent() => {}
            Err(error) => return Err(Gap::Unknown(error.to_string())),
        }
    }
    if looked {
        Ok(open)
    } else {
        Err(Gap::Absent("no database is configured".to_owned()))
    }
}
