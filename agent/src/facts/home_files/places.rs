//! Where each kind is looked for.

use super::{Kind, Seen, cloud, lines};

/// A path below a home (a part of it may be a pattern, glob(7)), what it may be, and how its
/// content is recognised.
#[derive(Debug)]
pub(super) struct Place {
    pub(super) at: &'static str,
    pub(super) kind: Kind,
    pub(super) seen: fn(&str) -> Seen,
}

const fn place(at: &'static str, kind: Kind, seen: fn(&str) -> Seen) -> Place {
    Place { at, kind, seen }
}

/// Below a home.
pub(super) const IN_HOMES: &[Place] = &[
    place(".ssh/authorized_keys", Kind::AuthorizedKeys, lines::entry),
    place(".ssh/authorized_keys2", Kind::AuthorizedKeys, lines::entry),
    place(".aws/credentials", Kind::AwsKey, lines::aws),
    place(".aws/config", Kind::AwsKey, lines::aws),
    place(".boto", Kind::AwsKey, lines::aws),
    place(".s3cfg", Kind::AwsKey, lines::s3cmd),
    place(
        ".config/gcloud/application_default_credentials.json",
        Kind::GoogleCloud,
        cloud::google,
    ),
    place(
        ".config/gcloud/legacy_credentials/*/adc.json",
        Kind::GoogleCloud,
        cloud::google,
    ),
    place(
        ".config/gcloud/credentials.db",
        Kind::GoogleCloud,
        cloud::google_store,
    ),
    place(".boto", Kind::GoogleCloud, lines::gsutil),
    place("*.json", Kind::GoogleCloud, cloud::service_account),
    place("*/*.json", Kind::GoogleCloud, cloud::service_account),
    place(
        ".config/gcloud/*.json",
        Kind::GoogleCloud,
        cloud::service_account,
    ),
    place(".azure/accessTokens.json", Kind::Azure, cloud::azure),
    place(".azure/msal_token_cache.*", Kind::Azure, cloud::azure),
    place(
        ".azure/service_principal_entries*",
        Kind::Azure,
        cloud::azure,
    ),
    place(".docker/config.json", Kind::Registry, cloud::docker),
    place(".dockercfg", Kind::Registry, cloud::registries),
    place(
        ".config/containers/auth.json",
        Kind::Registry,
        cloud::docker,
    ),
    place(".npmrc", Kind::Npm, lines::npm),
    place(".yarnrc.yml", Kind::Npm, lines::yarn),
    place(".pypirc", Kind::Python, lines::python),
    place(".pip/pip.conf", Kind::Python, lines::python),
    place(".config/pip/pip.conf", Kind::Python, lines::python),
    place(".config/pypoetry/auth.toml", Kind::Python, lines::poetry),
    place(".config/uv/uv.toml", Kind::Python, lines::python),
    place(".git-credentials", Kind::GitOrNetrc, lines::url),
    place(".config/git/credentials", Kind::GitOrNetrc, lines::url),
    place(".gitconfig", Kind::GitOrNetrc, lines::git),
    place(".config/git/config", Kind::GitOrNetrc, lines::git),
    place(".config/gh/hosts.yml", Kind::GitOrNetrc, lines::forge),
    place(".netrc", Kind::GitOrNetrc, lines::netrc),
    place(".bash_history", Kind::ShellHistory, lines::text),
    place(".zsh_history", Kind::ShellHistory, lines::text),
    place(".sh_history", Kind::ShellHistory, lines::text),
    place(".ash_history", Kind::ShellHistory, lines::text),
    place(".kube/*config*", Kind::Cluster, lines::kubernetes),
    place(".kube/*.yaml", Kind::Cluster, lines::kubernetes),
    place(".kube/*.yml", Kind::Cluster, lines::kubernetes),
    place(".vault-token", Kind::Cluster, lines::token),
    place(
        ".terraform.d/credentials.tfrc.json",
        Kind::Cluster,
        cloud::terraform,
    ),
    place(".terraformrc", Kind::Cluster, lines::terraform),
];

/// Below `/`, for the whole machine.
pub(super) const OF_THE_MACHINE: &[Place] = &[
    place("etc/gitconfig", Kind::GitOrNetrc, lines::git),
    place("etc/apt/auth.conf", Kind::GitOrNetrc, lines::netrc),
    place("etc/apt/auth.conf.d/*", Kind::GitOrNetrc, lines::netrc),
    place("etc/pip.conf", Kind::Python, lines::python),
    place("etc/npmrc", Kind::Npm, lines::npm),
    place("usr/etc/npmrc", Kind::Npm, lines::npm),
    place("usr/local/etc/npmrc", Kind::Npm, lines::npm),
    place("var/lib/kubelet/config.json", Kind::Registry, cloud::docker),
    place("etc/kubernetes/*.conf", Kind::Cluster, lines::kubernetes),
    place("etc/rancher/k3s/k3s.yaml", Kind::Cluster, lines::kubernetes),
];
