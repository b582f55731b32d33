use proptest::prelude::*;
use serde_json::json;

use super::*;

const A: &str = "ami-0c1f3a9b27d5e8846";
const B: &str = "ami-03cf127a";
const PUBLIC: &str = "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64";

fn ami(position: usize, id: &str) -> Entry {
    Entry {
        position,
        source: Source::Ami(id.to_owned()),
        instance_type: None,
        user_data: None,
    }
}

fn parameter(position: usize, name: &str) -> Entry {
    Entry {
        source: Source::Parameter(name.to_owned()),
        ..ami(position, "")
    }
}

fn problems(text: &str) -> Vec<String> {
    parse(text)
        .problems
        .iter()
        .map(Problem::to_string)
        .collect()
}

#[test]
fn the_format_of_the_blog() {
    let text = r##"[
        { "instanceType": "t2.large", "ami-id": "ami-0c1f3a9b27d5e8846",
          "userData": "#!/bin/bash \n wget https://example.com/install;bash install" },
        { "instanceType": "m7i-flex.large", "ami-id": "ami-03cf127a" }
    ]"##;
    let list = parse(text);
    assert_eq!(list.problems, []);
    let [first, second] = list.entries.as_slice() else {
        panic!("{list:?}")
    };
    assert_eq!(first.source, Source::Ami(A.to_owned()));
    assert_eq!(first.instance_type.as_deref(), Some("t2.large"));
    let script = "#!/bin/bash \n wget https://example.com/install;bash install\n";
    assert_eq!(first.user_data.as_deref(), Some(script));
    assert_eq!(second.instance_type.as_deref(), Some("m7i-flex.large"));
}

#[test]
fn plain_lists_of_ids_and_paths_mixed() {
    let all = vec![ami(1, A), parameter(2, PUBLIC), ami(3, B)];
    for text in [
        format!("{A},{PUBLIC},{B}"),
        format!("\u{feff}{A}, {PUBLIC}\n\t{B}\n"),
        json!([A, PUBLIC, B]).to_string(),
        json!([{"ami-id": A}, {"ami-id": format!("resolve:ssm:{PUBLIC}")}, B]).to_string(),
    ] {
        let list = parse(&text);
        assert_eq!(
            (list.entries, list.problems),
            (all.clone(), vec![]),
            "{text}"
        );
    }
    assert_eq!(parse(r#"{"ami-id": "ami-03cf127a"}"#).entries, [ami(1, B)]);
    let own = parse("resolve:ssm:golden-web:3");
    assert_eq!(own.entries, [parameter(1, "golden-web:3")]);
}

#[test]
fn a_bad_entry_is_told_by_its_position_and_the_others_go_on() {
    let text = json!([
        A,
        7,
        {"ami-id": "i-03cf127a"},
        {"instanceType": "t3.micro"},
        {"ami-id": B, "instanceType": "t3 micro"},
        {"ami-id": B, "instanceType": 3},
        {"ami-id": B, "userData": "#cloud-config"},
        {"ami-id": "resolve:ssm:a b"},
        {"ami-id": ["ami-03cf127a"]},
        {"ami-id": B, "instanceType": null, "Name": "web", "userData": ""},
    ])
    .to_string();
    let list = parse(&text);
    assert_eq!(list.entries, [ami(1, A), ami(10, B)]);
    insta::assert_snapshot!(problems(&text).join("\n"));
}

#[test]
fn what_is_no_list_says_so() {
    assert_eq!(problems(" \n"), ["the golden list is empty"]);
    assert_eq!(problems("[]"), ["the golden list is empty"]);
    assert!(problems("[{]")[0].starts_with("the golden list is no JSON: "));
    assert!(problems(&"x".repeat(LONGEST + 1))[0].contains("more than"));
    assert_eq!(
        problems("web\u{202e}"),
        ["entry 1: \"web\u{fffd}\" is neither an AMI's id nor a parameter's path"]
    );
}

#[test]
fn instance_types() {
    for good in [
        "t3.micro",
        "m7i-flex.large",
        "u-6tb1.112xlarge",
        "r8gd.metal-24xl",
        "c7gn.16xlarge",
    ] {
        assert!(is_instance_type(good), "{good}");
    }
    for bad in [
        "",
        "t3",
        "t3.",
        ".micro",
        "T3.micro",
        "t3.micro.",
        "t3.micro;id",
        "-t.micro",
    ] {
        assert!(!is_instance_type(bad), "{bad}");
    }
}

#[test]
fn what_a_parameter_holds() {
    assert_eq!(ami_in(&format!(" {A}\n")).as_deref(), Some(A));
    let ecs = json!({"ecs_agent_version": "1.89.0", "image_id": B, "os": "Amazon Linux 2023"});
    assert_eq!(ami_in(&ecs.to_string()).as_deref(), Some(B));
    for nothing in [
        "",
        "ami-",
        "{}",
        r#"{"image_id": 3}"#,
        r#"{"image_id": "x"}"#,
        "[1]",
    ] {
        assert_eq!(ami_in(nothing), None, "{nothing}");
    }
}

#[test]
fn an_ami_is_wanted_once_and_problems_are_in_the_order_of_the_list() {
    let list = parse(
        &json!([PUBLIC, "/gone", A, "?", {"ami-id": B, "instanceType": "t3.nano"}, A]).to_string(),
    );
    assert_eq!(list.parameters(), BTreeSet::from([PUBLIC, "/gone"]));
    let found = BTreeMap::from([
        (PUBLIC.to_owned(), Ok(A.to_owned())),
        (
            "/gone".to_owned(),
            Err("there is no such parameter".to_owned()),
        ),
    ]);
    let (wanted, problems) = list.wanted(&found);
    let wanted: Vec<_> = wanted
        .iter()
        .map(|one| (one.ami.as_str(), one.instance_type.as_deref()))
        .collect();
    assert_eq!(wanted, [(A, None), (B, Some("t3.nano"))]);
    let problems: Vec<_> = problems.iter().map(Problem::to_string).collect();
    assert_eq!(
        problems,
        [
            "entry 2: /gone: there is no such parameter".to_owned(),
            format!("entry 3: it is {A}, as entry 1 is, which counts"),
            "entry 4: \"?\" is neither an AMI's id nor a parameter's path".to_owned(),
            format!("entry 6: it is {A}, as entry 1 is, which counts"),
        ]
    );
}

#[test]
fn of_very_many_problems_the_first_are_told_and_how_many_more_there_are() {
    let (_, problems) = parse(&"x,".repeat(4000)).wanted(&BTreeMap::new());
    let problems: Vec<_> = problems.iter().map(Problem::to_string).collect();
    assert_eq!(problems.len(), 101);
    assert_eq!(
        problems[0],
        "3900 more problems than the first 100 are not named"
    );
    assert!(
        problems[100].starts_with("entry 100: "),
        "{}",
        problems[100]
    );
}

proptest! {
    #[test]
    fn nothing_makes_it_stumble(text in any::<String>()) {
        let list = parse(&text);
        prop_assert!(!list.entries.is_empty() || !list.problems.is_empty());
        let _ = list.wanted(&BTreeMap::new());
        let _ = ami_in(&text);
    }

    #[test]
    fn no_json_makes_it_stumble(
        items in prop::collection::vec(
            prop::collection::btree_map("ami-id|instanceType|userData|x", any::<Option<String>>(), 0..4), 0..5)
    ) {
        let _ = parse(&json!(items).to_string());
    }

    /// Every item of a list is an entry or a problem, under its own position.
    #[test]
    fn positions_are_those_of_the_list(kinds in prop::collection::vec(0..4_usize, 1..30), plain: bool) {
        let kinds: Vec<usize> = kinds.into_iter().map(|kind| if plain { kind % 2 } else { kind }).collect();
        let item = |(index, kind): (usize, &usize)| match kind {
            0 => json!(format!("ami-{index:08x}")),
            1 => json!(format!("bad-{index}")),
            2 => json!({"ami-id": format!("ami-{index:08x}"), "instanceType": "t3.micro"}),
            _ => json!({"ami-id": format!("ami-{index:08x}"), "instanceType": "?"}),
        };
        let items: Vec<Value> = kinds.iter().enumerate().map(item).collect();
        let text = if plain {
            let texts: Vec<&str> = items.iter().filter_map(Value::as_str).collect();
            texts.join(",\n")
        } else {
            json!(items).to_string()
        };
        let list = parse(&text);
        let is_good = |kind: &usize| kind.is_multiple_of(2);
        let positions = |good: bool| -> Vec<usize> {
            let all = kinds.iter().enumerate();
            all.filter(|(_, kind)| is_good(kind) == good).map(|(index, _)| index + 1).collect()
        };
        prop_assert_eq!(list.entries.iter().map(|one| one.position).collect::<Vec<_>>(), positions(true));
        prop_assert_eq!(list.problems.iter().map(|one| one.position).collect::<Vec<_>>(), positions(false));
        for entry in &list.entries {
            let id = format!("ami-{:08x}", entry.position - 1);
            prop_assert_eq!(&entry.source, &Source::Ami(id));
        }
    }
}
