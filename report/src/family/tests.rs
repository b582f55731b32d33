//! Names as they are given out there, and what their successors have in common.

use proptest::prelude::*;

use super::names::NAMES;
use super::{family, of_name};

#[test]
fn a_name_loses_what_its_successor_will_not_have() {
    for (name, expected) in [
        // What vendors give.
        (
            "amzn2-ami-hvm-2.0.20230404.1-x86_64-gp2",
            "amzn2-ami-hvm-x86_64-gp2",
        ),
        (
            "amzn2-ami-ecs-hvm-2.0.20240909-arm64-ebs",
            "amzn2-ami-ecs-hvm-arm64-ebs",
        ),
        (
            "amzn-ami-hvm-2018.03.0.20230404.0-x86_64-gp2",
            "amzn-ami-hvm-x86_64-gp2",
        ),
        (
            "al2023-ami-2023.5.20240916.0-kernel-6.1-x86_64",
            "al2023-ami-kernel-6.1-x86_64",
        ),
        (
            "al2023-ami-minimal-2023.6.20241010.0-kernel-6.1-arm64",
            "al2023-ami-minimal-kernel-6.1-arm64",
        ),
        ("amazon-eks-node-1.29-v20240917", "amazon-eks-node-1.29"),
        (
            "bottlerocket-aws-k8s-1.29-x86_64-v1.21.1-d1c20e6b",
            "bottlerocket-aws-k8s-1.29-x86_64",
        ),
        (
            "ubuntu/images/hvm-ssd/ubuntu-jammy-22.04-amd64-server-20240927",
            "ubuntu-images-hvm-ssd-ubuntu-jammy-22.04-amd64-server",
        ),
        (
            "ubuntu/images/hvm-ssd-gp3/ubuntu-noble-24.04-arm64-server-20240927.1",
            "ubuntu-images-hvm-ssd-gp3-ubuntu-noble-24.04-arm64-server",
        ),
        ("debian-12-amd64-20240717-1811", "debian-12-amd64"),
        ("debian-12-arm64", "debian-12-arm64"),
        (
            "RHEL-9.4.0_HVM-20240605-x86_64-82-Hourly2-GP3",
            "RHEL-9_HVM-x86_64-Hourly2-GP3",
        ),
        (
            "RHEL-9.5.0_HVM-20241211-x86_64-0-Hourly2-GP3",
            "RHEL-9_HVM-x86_64-Hourly2-GP3",
        ),
        ("AlmaLinux OS 9.4.20240805 x86_64", "AlmaLinux-OS-9-x86_64"),
        (
            "Rocky-9-EC2-Base-9.4-20240609.1.x86_64",
            "Rocky-9-EC2-Base-9.4.x86_64",
        ),
        (
            "CentOS-7-2111-20220825_1.x86_64-d9a3032a-921c-4c6d-b150-bde168105e42",
            "CentOS-7-2111.x86_64",
        ),
        (
            "suse-sles-15-sp6-v20240808-hvm-ssd-x86_64",
            "suse-sles-15-sp6-hvm-ssd-x86_64",
        ),
        (
            "Deep Learning Base AMI (Ubuntu 22.04) 20240927",
            "Deep-Learning-Base-AMI-Ubuntu-22.04",
        ),
        (
            "Windows_Server-2022-English-Full-Base-2024.09.11",
            "Windows_Server-2022-English-Full-Base",
        ),
        (
            "Fedora-Cloud-Base-40-1.14.x86_64-hvm-us-east-1-gp3-0",
            "Fedora-Cloud-Base-40-1.14.x86_64-hvm-us-east-1-gp3",
        ),
        // What Packer, Image Builder, Backup and the console make.
        ("packer-nginx-1718900000", "packer-nginx"),
        ("packer-nginx-1718900000123", "packer-nginx"),
        (
            "capa-ami-ubuntu-22.04-v1.28.3-1700000000",
            "capa-ami-ubuntu-22.04",
        ),
        ("my-recipe 2024-09-01T06-00-00.123Z", "my-recipe"),
        ("golden_web_2024-09-01T06-00-00Z", "golden_web"),
        (
            "AwsBackup_i-0a7d1e5c93b2f4608_d9a3032a-921c-4c6d-b150-bde168105e42",
            "AwsBackup_i-0a7d1e5c93b2f4608",
        ),
        (
            "[Copied ami-0c1f3a9b27d5e8846 from us-east-1] golden-web-17",
            "golden-web",
        ),
        // What teams think of.
        ("my-app-v1.2.3", "my-app"),
        ("my-app-1.2.3", "my-app"),
        ("my.app.v1.2.3", "my.app"),
        ("my-app-1.2.3-rc1", "my-app"),
        ("my-app-1.2.3-x86_64", "my-app-x86_64"),
        ("my-app-1.2-arm64", "my-app-arm64"),
        ("my-app-1.2.3-20240927", "my-app"),
        ("web-17", "web"),
        ("web-v2", "web"),
        ("web-v2-20240927", "web-v2"),
        ("web-b142-20240927", "web"),
        ("web-build-142", "web-build"),
        ("web-b142", "web"),
        ("web-main-a1b2c3d", "web-main"),
        ("web-main-a1b2c3d-20240927T181100Z", "web-main"),
        ("golden-ubuntu-22.04-3", "golden-ubuntu-22.04"),
        ("golden-22.04-2024-09", "golden-22.04"),
        ("golden-27-09-2024", "golden"),
        ("golden-linux-2024.09.27", "golden-linux"),
        ("golden 2024-09-27 UTC", "golden"),
        ("nginx-1.25.3-debian-12-202409271811", "nginx-debian-12"),
        ("postgres-15-base-20240927", "postgres-15-base"),
        ("base-image", "base-image"),
        ("Base Image (hardened)", "Base-Image-hardened"),
        // What leaves nothing, or is nothing.
        ("20240927", "20240927"),
        ("v1.2.3", "v1.2.3"),
        ("網頁", "unnamed"),
        ("../..", "unnamed"),
        ("", "unnamed"),
    ] {
        assert_eq!(of_name(name), expected, "{name}");
    }
}

#[test]
fn successors_are_of_one_family_and_neighbours_of_another() {
    assert!(NAMES.len() >= 100);
    let mut seen = std::collections::BTreeSet::new();
    for [name, successor, neighbour] in NAMES {
        assert!(seen.insert(name), "{name} is there twice");
        assert_ne!(name, successor);
        assert_eq!(of_name(name), of_name(successor), "{name}");
        assert_ne!(of_name(name), of_name(neighbour), "{name}");
        assert_ne!(of_name(successor), of_name(neighbour), "{successor}");
    }
}

#[test]
fn a_tag_of_ours_comes_before_image_builder_and_that_before_the_name() {
    let arn = "arn:aws:imagebuilder:eu-central-1:123456789012:image/web-recipe/1.0.3/2";
    let ours = ("hardtarget:family", "The Web/1");
    let theirs = ("Ec2ImageBuilderArn", arn);
    let name = Some("web-recipe 2024-09-01T06-00-00.123Z");
    let of =
        |tags: &[(&'static str, &'static str)]| family(tags.iter().copied(), "hardtarget:", name);
    assert_eq!(of(&[theirs, ours]), "The-Web-1");
    assert_eq!(of(&[theirs]), "web-recipe");
    assert_eq!(of(&[("hardtarget:family", " / "), theirs]), "web-recipe");
    assert_eq!(
        of(&[("family", "x"), ("Ec2ImageBuilderArn", "web")]),
        "web-recipe"
    );
    let other = "arn:aws:imagebuilder:eu-central-1:123456789012:image-pipeline/p/1";
    assert_eq!(of(&[("Ec2ImageBuilderArn", other)]), "web-recipe");
    assert_eq!(family([], "hardtarget:", None), "unnamed");
}

proptest! {
    #[test]
    fn a_family_is_a_safe_segment_of_a_key(name in any::<String>()) {
        let family = of_name(&name);
        prop_assert!((1..=128).contains(&family.len()));
        prop_assert!(family.chars().all(|c| c.is_ascii_alphanumeric() || "._-".contains(c)));
        prop_assert!(family.starts_with(|c: char| c.is_ascii_alphanumeric()));
        prop_assert!(family.ends_with(|c: char| c.is_ascii_alphanumeric()));
    }

    #[test]
    fn successors_have_one_family(
        what in "[a-z]{3,6}(-[a-z]{3,6}){0,2}", one in 1_600_000_000_u64..1_900_000_000,
        other in 1_600_000_000_u64..1_900_000_000, day in 1_u8..29
    ) {
        prop_assert_eq!(of_name(&format!("{what}-{one}")), of_name(&format!("{what}-{other}")));
        let on = |day: u8| of_name(&format!("{what}-22.04-202409{day:02}-{other}-x86_64"));
        prop_assert_eq!(on(day), on(29));
    }
}
