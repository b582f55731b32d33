//! Upload runs: what arrives in S3 in which order, and that whatever is in the way is told on the
//! console, in time, and ends in a machine that is off.
//!
//! The agent runs in a mount namespace of its own with a file for a console. Only
//! [`powering_off`] passes `--power-off`, in namespaces from which this machine is out of reach.
#![allow(
    clippy::disallowed_methods,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "tests may: a failure here is a failed test"
)]

use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};

use hardtarget_report::{Report, Status};
use hardtarget_tests::cloud::{AMI, Answer, Cloud, INSTANCE, Metadata, Put, ROLE_KEY};
use hardtarget_tests::processes::wait_until;
use hardtarget_tests::{agent, lynis};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

const PLACE: &str = "s3://bucket/scans/AROAX:{instance-id}/";

/// What a Lynis does that comes to its end with a score of 50, and has a log.
const SCORES: &str = r#"
{ echo 'lynis_version=3.1.4'; echo 'hardening_index=50'; echo 'finish=true'; } >> $REPORT
{ echo '2026-11-21 12:00:00 Performing test ID SSH-7402 (Check for running SSH daemon)'
  echo '2026-11-21 12:00:00 Hardening: assigned partial number of hardening points (1 of 2). Currently having 1 points (out of 2)'
  echo '2026-11-21 12:00:00 Hardening index : [50] [##########          ]'; } >> $LOG
"#;

/// A machine for an upload run: a root to scan, a Lynis, a home, a console.
struct Machine {
    directory: tempfile::TempDir,
    environment: Vec<(&'static str, String)>,
}

impl Machine {
    fn new(cloud: &Cloud) -> Self {
        let machine = Self {
            directory: tempfile::tempdir().unwrap(),
            environment: vec![
                ("AWS_ENDPOINT_URL", cloud.url()),
                ("AWS_EC2_METADATA_SERVICE_ENDPOINT", cloud.url()),
            ],
        };
        for name in ["home", "root", "root/etc"] {
            std::fs::create_dir(machine.path(name)).unwrap();
        }
        std::fs::write(machine.path("root/etc/machine-id"), "uninitialized\n").unwrap();
        std::fs::write(machine.path("console"), "").unwrap();
        machine.lynis(SCORES);
        machine
    }

    fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    fn lynis(&self, script: &str) {
        let started = self.path("started");
        lynis::pretend(
            &self.path("lynis"),
            &format!("STARTED={}\n{script}", started.display()),
        );
    }

    fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.environment.retain(|(given, _)| *given != name);
        self.environment.push((name, value.into()));
        self
    }

    fn start(&self, args: &[&str]) -> Child {
        Command::new("unshare")
            .args(["--mount", "--propagation", "private", "sh", "-ec"])
            .arg("mount --bind \"$HERE/console\" /dev/console; unset HERE; exec \"$@\"")
            .arg("sh")
            .arg(agent::path())
            .args(args)
            .env_clear()
            .env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin")
            .env("HERE", self.directory.path())
            .env("HOME", self.path("home"))
            // Should an agent take one for a dry run, its files go here.
            .current_dir(self.directory.path())
            .envs(self.environment.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap()
    }

    /// A quick scan: of a small root, by the native engine.
    fn scan_root(&self, args: &[&str]) -> (Option<i32>, String) {
        let root = self.path("root").display().to_string();
        let mut all = vec!["--engine", "native", "--root", &root];
        all.extend(args);
        self.run(&all)
    }

    /// A scan of this machine by a Lynis that does as told.
    fn scan_live(&self, args: &[&str]) -> (Option<i32>, String) {
        let lynis = self.path("lynis").display().to_string();
        let mut all = vec!["--engine", "lynis", "--lynis", &lynis];
        all.extend(args);
        self.run(&all)
    }

    /// The exit code, and what the console says.
    fn run(&self, args: &[&str]) -> (Option<i32>, String) {
        let output = self.start(args).wait_with_output().unwrap();
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert!(!stderr.contains("panicked"), "{stderr}");
        (output.status.code(), self.console())
    }

    fn console(&self) -> String {
        std::fs::read_to_string(self.path("console")).unwrap()
    }
}

fn names(puts: &[Put]) -> Vec<&str> {
    puts.iter().map(Put::name).collect()
}

fn report(put: &Put) -> Report {
    assert_eq!(put.name(), "report.json");
    hardtarget_report::v1::parse(&put.body).unwrap()
}

/// The line that the glue looks for: the only one of its kind.
fn gave_up(console: &str) -> &str {
    let lines: Vec<&str> = console
        .lines()
        .filter(|line| line.starts_with("hardtarget: gave up: "))
        .collect();
    assert_eq!(lines.len(), 1, "{console}");
    lines[0]
}

#[test]
fn everything_arrives_and_the_report_last() {
    let cloud = Cloud::fine();
    let machine = Machine::new(&cloud);
    let (code, console) = machine.scan_live(&["--upload", PLACE, "--expect-ami", AMI]);
    assert_eq!(code, Some(0), "{console}");
    let puts = cloud.puts();
    assert_eq!(
        names(&puts),
        ["lynis-report.dat", "lynis.log.gz", "report.json"]
    );
    for (put, content_type) in puts.iter().zip([
        "text/plain; charset=utf-8",
        "application/gzip",
        "application/json",
    ]) {
        assert_eq!(
            put.path,
            format!("/bucket/scans/AROAX%3A{INSTANCE}/{}", put.name())
        );
        assert_eq!(put.header("content-type"), Some(content_type));
        assert!(put.header("x-amz-checksum-crc32").is_some(), "{put:?}");
        let authorization = put.header("authorization").unwrap();
        assert!(authorization.contains(ROLE_KEY), "{authorization}");
        assert!(
            authorization.contains("/eu-central-1/s3/"),
            "{authorization}"
        );
        assert_eq!(put.header("x-amz-security-token"), Some("session"));
    }
    assert!(
        puts[0]
            .body
            .windows(11)
            .any(|words| words == b"finish=true")
    );
    let report = report(&puts[2]);
    assert_eq!(report.score.map(|score| score.index), Some(50));
    assert_eq!(report.target.ami.as_deref(), Some(AMI));
    assert_eq!(report.target.instance.as_deref(), Some(INSTANCE));
    assert_eq!(report.target.account.as_deref(), Some("123456789012"));
    assert_eq!(report.target.region.as_deref(), Some("eu-central-1"));
    assert_eq!(report.target.instance_type.as_deref(), Some("t3.micro"));
    assert!(console.contains("score 50 (Lynis 3.1.4)"), "{console}");
    assert!(
        console.contains(&format!(
            "the report is in s3://bucket/scans/AROAX:{INSTANCE}/"
        )),
        "{console}"
    );
    for line in console.lines() {
        assert!(line.starts_with("hardtarget: "), "{line}");
    }
}

#[test]
fn a_dry_run_asks_nobody() {
    let cloud = Cloud::fine();
    let machine = Machine::new(&cloud);
    let (code, console) = machine.scan_root(&["--dry-run", "--format", "json"]);
    assert_eq!(code, Some(0));
    assert_eq!(console, "");
    assert_eq!(cloud.requests(), Vec::<String>::new());
}

#[test]
fn the_files_are_kept_here_as_well_where_that_was_asked_for() {
    let cloud = Cloud::fine();
    let machine = Machine::new(&cloud);
    let out = machine.path("out");
    let (code, console) =
        machine.scan_root(&["--upload", PLACE, "--output", out.to_str().unwrap()]);
    assert_eq!(code, Some(0), "{console}");
    assert_eq!(
        std::fs::read(out.join("report.json")).unwrap(),
        cloud.puts().last().unwrap().body
    );
    // A place that cannot be written costs nothing but itself.
    let (code, console) = machine.scan_root(&["--upload", PLACE, "--output", "/proc/nowhere"]);
    assert_eq!(code, Some(0), "{console}");
    assert!(
        console.contains("warning: nothing is kept here"),
        "{console}"
    );
    assert_eq!(cloud.puts().len(), 2);
}

#[test]
fn an_s3_that_is_overloaded_for_a_while_gets_everything() {
    let cloud = Cloud::start(Metadata::V2, |_, before| match before {
        0..4 => Answer::Error(503, "SlowDown"),
        _ => Answer::Fine,
    });
    let machine = Machine::new(&cloud);
    let (code, console) = machine.scan_live(&["--upload", PLACE, "--deadline", "5m"]);
    assert_eq!(code, Some(0), "{console}");
    assert_eq!(
        names(&cloud.puts()),
        ["lynis-report.dat", "lynis.log.gz", "report.json"]
    );
    assert!(console.contains("S3 failed: SlowDown"), "{console}");
}

#[test]
fn attachments_that_get_no_answer_do_not_cost_the_report() {
    let cloud = Cloud::start(Metadata::V2, |name, _| match name {
        "report.json" => Answer::Fine,
        _ => Answer::Hang,
    });
    let machine = Machine::new(&cloud);
    let (code, console) = machine.scan_live(&["--upload", PLACE, "--deadline", "20s"]);
    assert_eq!(code, Some(0), "{console}");
    assert_eq!(names(&cloud.puts()), ["report.json"]);
    for name in ["lynis-report.dat", "lynis.log.gz"] {
        assert!(
            console.contains(&format!("warning: {name} was not uploaded")),
            "{console}"
        );
    }
}

#[test]
fn a_refusal_that_stays_is_told_with_the_score() {
    let cloud = Cloud::start(Metadata::V2, |_, _| Answer::Error(403, "AccessDenied"));
    let machine = Machine::new(&cloud);
    let (code, console) = machine.scan_live(&["--upload", PLACE, "--deadline", "15s"]);
    assert_eq!(code, Some(1), "{console}");
    let line = gave_up(&console);
    for words in [
        "S3 refused it: AccessDenied",
        "told so by a test",
        "score 50 (Lynis 3.1.4)",
        "0 critical",
        INSTANCE,
    ] {
        assert!(line.contains(words), "{words}: {line}");
    }
    // It was tried more than once: a new role takes a while to be known.
    let asked = cloud
        .requests()
        .iter()
        .filter(|line| line.contains("report.json"))
        .count();
    assert!(asked > 1, "{asked}");
}

#[test]
fn an_s3_that_never_answers_is_told() {
    let cloud = Cloud::start(Metadata::V2, |_, _| Answer::Hang);
    let machine = Machine::new(&cloud);
    let (code, console) = machine.scan_root(&["--upload", PLACE, "--deadline", "15s"]);
    assert_eq!(code, Some(1), "{console}");
    assert!(gave_up(&console).contains("no answer"), "{console}");
}

#[test]
fn an_s3_that_is_not_there_is_told() {
    let cloud = Cloud::fine();
    let machine = Machine::new(&cloud).with("AWS_ENDPOINT_URL", "http://127.0.0.1:1");
    let (code, console) = machine.scan_root(&["--upload", PLACE, "--deadline", "10s"]);
    assert_eq!(code, Some(1), "{console}");
    assert!(
        gave_up(&console).contains("Connection refused"),
        "{console}"
    );
}

#[test]
fn a_clock_that_is_years_off_does_not_cost_the_report() {
    let cloud = Cloud::start(Metadata::V2, |_, _| Answer::Later);
    let machine = Machine::new(&cloud);
    let (code, console) = machine.scan_root(&["--upload", PLACE, "--deadline", "1m"]);
    assert_eq!(code, Some(0), "{console}");
    assert_eq!(names(&cloud.puts()), ["report.json"]);
}

#[test]
fn credentials_of_the_environment_come_first() {
    let cloud = Cloud::fine();
    let machine = Machine::new(&cloud)
        .with("AWS_ACCESS_KEY_ID", "AKIAENVIRONMENT")
        .with("AWS_SECRET_ACCESS_KEY", "secret")
        .with("AWS_REGION", "us-east-2");
    let (code, console) = machine.scan_root(&["--upload", PLACE]);
    assert_eq!(code, Some(0), "{console}");
    let puts = cloud.puts();
    let authorization = puts[0].header("authorization").unwrap();
    assert!(authorization.contains("AKIAENVIRONMENT"), "{authorization}");
    assert!(authorization.contains("/us-east-2/s3/"), "{authorization}");
    // An option says more than the environment.
    let (code, console) = machine.scan_root(&["--upload", PLACE, "--region", "eu-west-1"]);
    assert_eq!(code, Some(0), "{console}");
    let authorization = cloud.puts()[1].header("authorization").unwrap().to_owned();
    assert!(authorization.contains("/eu-west-1/s3/"), "{authorization}");
}

#[test]
fn profiles_that_the_image_brought_along_are_not_read() {
    let cloud = Cloud::fine();
    let elsewhere = Cloud::fine();
    let machine = Machine::new(&cloud);
    let aws = machine.path("home/.aws");
    std::fs::create_dir(&aws).unwrap();
    std::fs::write(
        aws.join("credentials"),
        "[default]\naws_access_key_id = AKIAIMAGE\naws_secret_access_key = x\n",
    )
    .unwrap();
    std::fs::write(
        aws.join("config"),
        format!(
            "[default]\nregion = us-west-1\nendpoint_url = {0}\nec2_metadata_service_endpoint = {0}\nec2_metadata_service_endpoint_mode = IPv6\n",
            elsewhere.url()
        ),
    )
    .unwrap();
    let (code, console) = machine.scan_root(&["--upload", PLACE]);
    assert_eq!(code, Some(0), "{console}");
    let authorization = cloud.puts()[0].header("authorization").unwrap().to_owned();
    assert!(authorization.contains(ROLE_KEY), "{authorization}");
    assert!(
        authorization.contains("/eu-central-1/s3/"),
        "{authorization}"
    );
    assert_eq!(elsewhere.requests(), Vec::<String>::new());

    // Whoever opened these would wait for ever.
    for name in ["credentials", "config"] {
        std::fs::remove_file(aws.join(name)).unwrap();
        nix::unistd::mkfifo(&aws.join(name), nix::sys::stat::Mode::S_IRWXU).unwrap();
    }
    let machine = machine
        .with("AWS_PROFILE", "default")
        .with("AWS_CONFIG_FILE", aws.join("config").display().to_string())
        .with(
            "AWS_SHARED_CREDENTIALS_FILE",
            aws.join("credentials").display().to_string(),
        );
    let (code, console) = machine.scan_root(&["--upload", PLACE, "--deadline", "30s"]);
    assert_eq!(code, Some(0), "{console}");
    assert_eq!(cloud.puts().len(), 2);
}

#[test]
fn a_metadata_service_without_tokens_is_not_believed() {
    for metadata in [Metadata::V1, Metadata::Hangs] {
        let cloud = Cloud::start(metadata, |_, _| Answer::Fine);
        let machine = Machine::new(&cloud);
        let (code, console) = machine.scan_live(&["--upload", PLACE, "--deadline", "15s"]);
        assert_eq!(code, Some(1), "{console}");
        let line = gave_up(&console);
        assert!(line.contains("instance metadata service"), "{line}");
        assert!(line.contains("score 50"), "{line}");
        assert_eq!(cloud.puts().len(), 0);
        assert!(
            cloud.requests().iter().all(|line| line.starts_with("PUT ")),
            "{:?}",
            cloud.requests()
        );
    }
}

#[test]
fn where_nobody_gives_credentials_it_says_who_did_not() {
    let place = ["--upload", "s3://bucket/x", "--region", "eu-central-1"];
    let args = [&place[..], &["--deadline", "15s"]].concat();
    let dead = Cloud::start(Metadata::Hangs, |_, _| Answer::Fine);
    let (code, console) = Machine::new(&dead).scan_root(&args);
    assert_eq!(code, Some(1), "{console}");
    let line = gave_up(&console);
    let said = "the instance metadata service gave no credentials: ";
    assert!(line.contains(said), "{line}");

    let machine = Machine::new(&dead).with("AWS_ACCESS_KEY_ID", "AKIAENVIRONMENT");
    let (code, console) = machine.scan_root(&args);
    assert_eq!(code, Some(1), "{console}");
    let line = gave_up(&console);
    assert!(
        line.contains("the environment gave no credentials: "),
        "{line}"
    );
}

#[test]
fn a_place_that_names_no_instance_needs_no_metadata_service() {
    let cloud = Cloud::fine();
    let machine = Machine::new(&cloud)
        .with("AWS_EC2_METADATA_SERVICE_ENDPOINT", "http://127.0.0.1:1")
        .with("AWS_ACCESS_KEY_ID", "AKIAENVIRONMENT")
        .with("AWS_SECRET_ACCESS_KEY", "secret");
    let args = ["--upload", "s3://bucket/x", "--region", "eu-central-1"];
    let (code, console) = machine.scan_root(&[&args[..], &["--deadline", "30s"]].concat());
    assert_eq!(code, Some(0), "{console}");
    assert_eq!(cloud.puts()[0].path, "/bucket/x/report.json");
    assert_eq!(report(&cloud.puts()[0]).target.instance, None);
}

#[test]
fn another_ami_than_the_expected_one_is_not_reported_in_its_name() {
    let cloud = Cloud::fine();
    let machine = Machine::new(&cloud);
    let other = "ami-00000000000000001";
    let (code, console) = machine.scan_root(&["--upload", PLACE, "--expect-ami", other]);
    assert_eq!(code, Some(1), "{console}");
    let line = gave_up(&console);
    assert!(line.contains(AMI) && line.contains(other), "{line}");
    assert_eq!(cloud.puts().len(), 0);
}

#[test]
fn a_machine_that_is_told_to_stop_reports_what_it_has() {
    for signal in [Signal::SIGTERM, Signal::SIGHUP] {
        let cloud = Cloud::fine();
        let machine = Machine::new(&cloud);
        machine.lynis("touch $STARTED; sleep 1000");
        let lynis = machine.path("lynis").display().to_string();
        let child = machine.start(&[
            "--upload", PLACE, "--engine", "lynis", "--engine", "packages", "--lynis", &lynis,
        ]);
        wait_until("packages to be done and Lynis to be at work", || {
            machine.console().contains("packages: done") && machine.path("started").exists()
        });
        kill(Pid::from_raw(child.id().cast_signed()), signal).unwrap();
        let status = child.wait_with_output().unwrap().status;
        assert_eq!(status.code(), Some(3), "{}", machine.console());
        let puts = cloud.puts();
        assert!(
            names(&puts).contains(&"sbom.cdx.json"),
            "{:?}",
            names(&puts)
        );
        let report = report(puts.last().unwrap());
        assert_eq!(report.scan.status, Status::Partial);
        assert_eq!(agent::outcome(&report, "packages").0, "ran");
        let (outcome, why) = agent::outcome(&report, "lynis");
        assert_eq!(outcome, "failed");
        assert_eq!(why, format!("stopped by {}", signal.as_str()));
    }
}

#[test]
fn a_scan_that_cannot_begin_is_reported_all_the_same() {
    let cloud = Cloud::fine();
    let machine = Machine::new(&cloud);
    let (code, console) = machine.run(&["--upload", PLACE, "--lynis", "/nowhere"]);
    assert_eq!(code, Some(5), "{console}");
    let report = report(cloud.puts().last().unwrap());
    assert_eq!(report.scan.status, Status::Failed);
    assert!(
        report.scan.why[0].contains("there is no Lynis in /nowhere"),
        "{:?}",
        report.scan.why
    );
}

#[test]
fn a_wrong_command_line_is_told_before_anything_is_asked() {
    let cloud = Cloud::fine();
    let machine = Machine::new(&cloud);
    for (args, says) in [
        (vec!["--upload", PLACE, "--dry-run"], "--dry-run"),
        (vec!["--power-off"], "--upload"),
        (vec!["--dry-run", "--region", "eu-central-1"], "--region"),
        (vec!["--dry-run", "--power-off"], "--power-off"),
        (vec!["--upload", "bucket/x"], "s3://BUCKET/PREFIX/"),
        (vec!["--upload", PLACE, "--region", "a b"], "--region"),
        (vec!["--upload", PLACE, "--expect-ami", "x"], "--expect-ami"),
        (vec!["--upload", PLACE, "--skip", "a b"], "--skip"),
    ] {
        let output = machine.start(&args).wait_with_output().unwrap();
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{args:?}: {stderr}");
        assert!(stderr.contains(says), "{args:?}: {stderr}");
    }
    assert_eq!(cloud.requests(), Vec::<String>::new());
}

/// Runs the agent with `--power-off` where that ends nothing but the agent's own little world: a
/// new process namespace, in which reboot(2) kills the namespace's first process by SIGINT
/// (pid_namespaces(7)); a new user namespace, whose root may not power off anything outside; and a
/// root directory that holds the agent and nothing that could be asked to power a machine off. Where it
/// is `stuck`, nobody reads what it prints, and the pipe is full.
fn powering_off(machine: &Machine, stuck: bool, args: &[&str]) -> (ExitStatus, String) {
    let world = machine.path("world");
    for name in ["dev", "etc", "run", "tmp"] {
        std::fs::create_dir_all(world.join(name)).unwrap();
    }
    std::fs::copy(agent::path(), world.join("agent")).unwrap();
    std::fs::write(world.join("dev/console"), "").unwrap();
    let ours = std::fs::read_link("/proc/self/ns/pid").unwrap();
    let output = Command::new("unshare")
        .args(["--user", "--map-root-user", "--pid", "--fork", "--mount"])
        .args(["--kill-child", "--propagation", "private", "sh", "-uc"])
        .arg(
            "[ $$ = 1 ] || exit 97
             [ \"$(readlink /proc/self/ns/pid)\" != \"$OURS\" ] || exit 98
             case $STUCK in
                 yes) { head -c 65536 /dev/zero; chroot \"$WORLD\" /agent \"$@\"; } | sleep 1000 ;;
                 no) chroot \"$WORLD\" /agent \"$@\" ;;
             esac
             exit 99",
        )
        .arg("sh")
        .args(["--engine", "native", "--power-off"])
        .args(args)
        .env_clear()
        .env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin")
        .env("OURS", ours)
        .env("STUCK", if stuck { "yes" } else { "no" })
        .env("WORLD", &world)
        .envs(
            machine
                .environment
                .iter()
                .map(|(name, value)| (name, value)),
        )
        .stdin(Stdio::null())
        .output()
        .unwrap();
    (output.status, console_of(&world))
}

fn console_of(world: &Path) -> String {
    std::fs::read_to_string(world.join("dev/console")).unwrap()
}

/// The little world was powered off.
fn assert_off(status: ExitStatus, console: &str) {
    use std::os::unix::process::ExitStatusExt as _;
    assert_eq!(
        status.signal(),
        Some(Signal::SIGINT as i32),
        "{status}: {console}"
    );
    assert!(console.ends_with("hardtarget: powering off\n"), "{console}");
}

#[test]
fn whatever_happens_the_machine_is_off_in_the_end() {
    let cloud = Cloud::fine();
    let machine = Machine::new(&cloud);
    let (status, console) = powering_off(&machine, false, &["--upload", PLACE]);
    assert_off(status, &console);
    assert!(console.contains("the report is in "), "{console}");
    assert_eq!(names(&cloud.puts()), ["report.json"]);

    let (status, console) = powering_off(&machine, false, &["--upload", "nonsense"]);
    assert!(gave_up(&console).contains("--upload"), "{console}");
    assert_off(status, &console);

    let machine = machine.with("AWS_ENDPOINT_URL", "http://127.0.0.1:1");
    let (status, console) =
        powering_off(&machine, false, &["--upload", PLACE, "--deadline", "10s"]);
    assert!(
        gave_up(&console).contains("Connection refused"),
        "{console}"
    );
    assert_off(status, &console);
}

#[test]
fn a_run_that_is_stuck_is_ended_at_the_deadline() {
    let cloud = Cloud::fine();
    let machine = Machine::new(&cloud);
    let args = ["--upload", PLACE, "--format", "json", "--deadline", "10s"];
    let (status, console) = powering_off(&machine, true, &args);
    assert_off(status, &console);
    assert_eq!(names(&cloud.puts()), ["report.json"]);
    assert!(!console.contains("gave up"), "{console}");
}
