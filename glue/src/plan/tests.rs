use super::*;
use crate::config::tests::config;
use crate::inventory::Ebs;

fn image(tags: &[(&str, &str)]) -> Image {
    Image {
        id: AmiId::parse("ami-0c1f3a9b27d5e8846").unwrap(),
        name: Some("web-2026-11-21".to_owned()),
        state: "available".to_owned(),
        created: None,
        architecture: "x86_64".to_owned(),
        platform: "Linux/UNIX".to_owned(),
        root_device_type: "ebs".to_owned(),
        image_type: "machine".to_owned(),
        source_instance: None,
        devices: vec![Device {
            name: "/dev/xvda".to_owned(),
            ebs: Some(Ebs {
                snapshot: None,
                size: Some(8),
            }),
        }],
        tags: tags
            .iter()
            .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
            .collect(),
    }
}

const HAND: By = By::Hand { again: false };
const AGAIN: By = By::Hand { again: true };

#[test]
fn an_image_that_can_be_scanned_is() {
    let config = config();
    for by in [By::Event, HAND, AGAIN] {
        assert_eq!(
            decide(&image(&[]), by, &config),
            Decision::Scan(&config.x86_64)
        );
    }
}

#[test]
fn what_cannot_be_scanned_says_why() {
    type Change = fn(&mut Image);
    let cases: [(Change, &str); 6] = [
        (
            |image| image.platform = "Windows with SQL Server Web".to_owned(),
            "Windows",
        ),
        (|image| image.platform = "windows".to_owned(), "Windows"),
        (|image| image.architecture = "i386".to_owned(), "i386"),
        (
            |image| image.architecture = "arm64".to_owned(),
            "arm64 is deployed",
        ),
        (
            |image| image.root_device_type = "instance-store".to_owned(),
            "instance store",
        ),
        (|image| image.image_type = "kernel".to_owned(), "kernel"),
    ];
    for (change, expected) in cases {
        let mut image = image(&[]);
        change(&mut image);
        let config = config();
        let Decision::Unsupported(reason) = decide(&image, By::Event, &config) else {
            panic!("{expected} is supported");
        };
        assert!(reason.contains(expected), "{reason}");
    }
}

#[test]
fn what_is_not_there_or_ours_is_left_alone() {
    let config = config();
    let state = |state: &str| Image {
        state: state.to_owned(),
        ..image(&[])
    };
    for image in [
        image(&[(MANAGED, "lab")]),
        state("deregistered"),
        state("failed"),
        state("disabled"),
    ] {
        assert!(
            matches!(decide(&image, AGAIN, &config), Decision::Nothing(_)),
            "{image:?}"
        );
    }
    assert!(matches!(
        decide(&state("pending"), HAND, &config),
        Decision::Later(_)
    ));
}

#[test]
fn who_takes_which_status_for_an_answer() {
    let config = config();
    for (status, version, event, hand) in [
        ("assessed", "0.1.0", true, true),
        ("partial", "0.1.0", true, true),
        ("failed", "0.1.0", true, false),
        ("unsupported", "0.1.0", true, false),
        ("timed-out", "0.1.0", true, false),
        ("assessing", "0.1.0", false, false),
        ("assessed", "0.0.9", false, false),
    ] {
        let image = image(&[
            ("hardtarget:status", status),
            ("hardtarget:agent-version", version),
        ]);
        let is_done = |by| matches!(decide(&image, by, &config), Decision::Nothing(_));
        assert_eq!(is_done(By::Event), event, "{status} {version}, an event");
        assert_eq!(is_done(HAND), hand, "{status} {version}, by hand");
        assert!(!is_done(AGAIN), "{status} {version}, again");
    }
}

#[test]
fn an_answer_is_one_to_the_launch_before_it() {
    let at = |text: &str| text.parse::<Timestamp>().unwrap();
    let launched = at("2026-11-21T12:00:00Z");
    for (status, assessed_at, expected) in [
        ("assessed", "2026-11-21T12:03:00Z", true),
        ("timed-out", "2026-11-21T12:00:00Z", true),
        ("assessed", "2026-11-21T11:59:59Z", false),
        ("assessing", "2026-11-21T12:03:00Z", false),
        ("assessed", "yesterday", false),
    ] {
        let image = image(&[
            ("hardtarget:status", status),
            ("hardtarget:assessed-at", assessed_at),
        ]);
        assert_eq!(
            is_answered(&image, launched, "hardtarget:"),
            expected,
            "{status} {assessed_at}"
        );
    }
}

#[test]
fn spot_is_tried_everywhere_before_on_demand() {
    let mut config = config();
    config.spot = true;
    config.x86_64.instance_types.truncate(2);
    let attempts: Vec<String> = attempts(&config.x86_64, None, &config)
        .into_iter()
        .map(|attempt| {
            format!(
                "{} {} {}",
                attempt.instance_type, attempt.subnet, attempt.spot
            )
        })
        .collect();
    assert_eq!(
        attempts,
        [
            "t3.micro subnet-a true",
            "t3.micro subnet-b true",
            "t3a.micro subnet-a true",
            "t3a.micro subnet-b true",
            "t3.micro subnet-a false",
            "t3.micro subnet-b false",
            "t3a.micro subnet-a false",
            "t3a.micro subnet-b false",
        ]
    );
}

#[test]
fn what_the_order_asks_for_is_tried_first_and_what_it_cannot_have_is_left() {
    let mut config = config();
    config.x86_64.instance_types.truncate(1);
    let attempts = attempts(&config.x86_64, Some("m5.large"), &config);
    let types = attempts.iter().map(|one| &*one.instance_type);
    let types: Vec<&str> = types.collect();
    assert_eq!(types, ["m5.large", "m5.large", "t3.micro", "t3.micro"]);
    for (code, server, goes_on) in [
        ("InvalidParameterValue", false, true),
        ("Unsupported", false, true),
        ("UnauthorizedOperation", false, true),
        ("InsufficientInstanceCapacity", true, true),
        ("VcpuLimitExceeded", false, true),
        ("RequestLimitExceeded", false, false),
        ("InternalError", true, false),
        ("InvalidAMIID.NotFound", false, false),
        ("IdempotentParameterMismatch", false, false),
        ("OptInRequired", false, false),
    ] {
        let (code, message) = (code.to_owned(), String::new());
        let error = Error {
            operation: "RunInstances",
            code,
            message,
            server,
        };
        assert_eq!(is_of_place(&judge(&error), &error), goes_on, "{error}");
    }
}

#[test]
fn copied_tags_carry_nothing_of_ours_and_fit() {
    let ours: Tags = [(MANAGED, "lab"), ("Name", "hardtarget ami-1")]
        .map(|(key, value)| (key.to_owned(), value.to_owned()))
        .to_vec();
    let tagged = image(&[
        ("team", "web"),
        ("Name", "web"),
        ("name", "web"),
        (MANAGED, "another"),
        ("HardTarget:Managed", "another"),
        ("hardtarget:family", "web"),
        ("Score/status", "assessed"),
        ("aws:cloudformation:stack-name", "x"),
        ("AWS:x", "x"),
        ("cost-centre", ""),
        ("ä", "short"),
    ]);
    let keys = |image: &Image| -> Vec<String> {
        let copied = copied_tags(image, &ours, "score/");
        copied.into_iter().map(|(key, _)| key).collect()
    };
    assert_eq!(keys(&tagged), ["team", "cost-centre", "ä"]);
    let mut full = image(&[]);
    full.tags = (0..50).map(|n| (format!("t{n}"), String::new())).collect();
    assert_eq!(keys(&full).len(), 48);
}

#[test]
fn the_token_is_that_of_the_order_and_the_place() {
    let ami = AmiId::parse("ami-0c1f3a9b27d5e8846").unwrap();
    let place = |kind: &str, spot| Attempt {
        instance_type: kind.to_owned(),
        subnet: "subnet-a".to_owned(),
        spot,
    };
    let token = client_token(&ami, "0.1.0", "", &place("t3.micro", false));
    assert_eq!(token.len(), 64);
    assert_eq!(
        token,
        client_token(&ami, "0.1.0", "", &place("t3.micro", false))
    );
    for other in [
        client_token(&ami, "0.1.1", "", &place("t3.micro", false)),
        client_token(&ami, "0.1.0", "message", &place("t3.micro", false)),
        client_token(&ami, "0.1.0", "", &place("t3a.micro", false)),
        client_token(&ami, "0.1.0", "", &place("t3.micro", true)),
    ] {
        assert_ne!(token, other);
    }
}

#[test]
fn what_each_refusal_means() {
    let failure = |code: &str, server| {
        let message = "You are not authorized to perform this operation. User: arn:aws:sts::1:assumed-role/glue \
            is not authorized to perform: ec2:CreateTags on resource: x. Encoded authorization failure message: abc";
        let (code, message) = (code.to_owned(), message.to_owned());
        judge(&Error {
            operation: "RunInstances",
            code,
            message,
            server,
        })
    };
    for code in [
        "InsufficientInstanceCapacity",
        "InsufficientFreeAddressesInSubnet",
        "SpotMaxPriceTooLow",
    ] {
        assert_eq!(
            failure(code, code.starts_with("InsufficientI")),
            Failure::Capacity,
            "{code}"
        );
    }
    for code in [
        "",
        "RequestLimitExceeded",
        "Throttling",
        "ThrottlingException",
        "Unavailable",
        "ServiceUnavailable",
        "InstanceLimitExceeded",
        "VcpuLimitExceeded",
        "PendingVerification",
    ] {
        assert_eq!(failure(code, false), Failure::Later, "{code:?}");
    }
    assert_eq!(failure("InternalError", true), Failure::Later);
    for code in [
        "InvalidAMIID.NotFound",
        "InvalidAMIID.Unavailable",
        "InvalidAMIID.Malformed",
    ] {
        assert_eq!(failure(code, false), Failure::Gone, "{code}");
    }
    for code in [
        "IdempotentParameterMismatch",
        "IdempotentInstanceTerminated",
    ] {
        assert_eq!(failure(code, false), Failure::Launched, "{code}");
    }
    for code in ["Unsupported", "InvalidParameterCombination"] {
        assert!(matches!(failure(code, false), Failure::Place(_)), "{code}");
    }
    for code in [
        "InvalidParameterValue",
        "InvalidBlockDeviceMapping",
        "Blocked",
    ] {
        assert!(matches!(failure(code, false), Failure::Never(_)), "{code}");
    }
    assert!(matches!(
        failure("OptInRequired", false),
        Failure::NotSubscribed(_)
    ));
    assert_eq!(
        failure("UnauthorizedOperation", false),
        Failure::Never("the function may not ec2:CreateTags (UnauthorizedOperation)".to_owned())
    );
}
