use std::cell::{Cell, RefCell};

use super::*;

/// What a store does with the next put.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Answer {
    Takes,
    Refuses,
    Fails,
    Hangs,
}

/// A store that does as told for each object, the last answer for ever.
#[derive(Debug, Default)]
struct Fake {
    answers: Vec<(&'static str, Vec<Answer>)>,
    asked: RefCell<Vec<String>>,
    taken: RefCell<Vec<String>>,
    count: Cell<usize>,
}

impl Fake {
    fn with(answers: &[(&'static str, &[Answer])]) -> Self {
        Self {
            answers: answers
                .iter()
                .map(|(name, answers)| (*name, answers.to_vec()))
                .collect(),
            ..Self::default()
        }
    }
}

impl Store for Fake {
    async fn put(&self, object: &Object) -> Result<(), PutError> {
        let before = self
            .asked
            .borrow()
            .iter()
            .filter(|name| **name == object.name)
            .count();
        self.asked.borrow_mut().push(object.name.clone());
        self.count.set(self.count.get() + 1);
        let answer = self
            .answers
            .iter()
            .find(|(name, _)| *name == object.name)
            .and_then(|(_, answers)| answers.get(before).or_else(|| answers.last()))
            .copied()
            .unwrap_or(Answer::Takes);
        match answer {
            Answer::Takes => {
                self.taken.borrow_mut().push(object.name.clone());
                Ok(())
            }
            Answer::Refuses => Err(PutError {
                refused: true,
                words: "S3 refused it: AccessDenied".to_owned(),
            }),
            Answer::Fails => Err(PutError {
                refused: false,
                words: "S3 could not be reached: connection refused".to_owned(),
            }),
            Answer::Hangs => std::future::pending().await,
        }
    }
}

const QUICK: Patience = Patience {
    attachments: Duration::from_millis(200),
    refused: Duration::from_millis(50),
    pause: Duration::from_millis(1),
    longest_pause: Duration::from_millis(4),
};

fn object(name: &str) -> Object {
    Object {
        name: name.to_owned(),
        content_type: "text/plain",
        body: name.into(),
    }
}

fn run(store: &Fake, budget: Duration) -> (Result<(), PutError>, Vec<String>) {
    let notes = RefCell::new(Vec::new());
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let result = runtime.block_on(deliver(
        store,
        &[object("lynis-report.dat"), object("lynis.log.gz")],
        &object("report.json"),
        &Budget::until(Instant::now() + budget),
        &QUICK,
        &|line| notes.borrow_mut().push(line.to_owned()),
    ));
    (result, notes.into_inner())
}

const LONG: Duration = Duration::from_secs(60);
const SHORT: Duration = Duration::from_millis(300);

#[test]
fn the_report_comes_last() {
    let store = Fake::default();
    let (result, notes) = run(&store, LONG);
    assert_eq!(result, Ok(()));
    assert!(notes.is_empty(), "{notes:?}");
    assert_eq!(
        *store.taken.borrow(),
        ["lynis-report.dat", "lynis.log.gz", "report.json"]
    );
}

#[test]
fn a_store_that_comes_back_gets_everything() {
    use Answer::{Fails, Refuses, Takes};
    let store = Fake::with(&[
        ("lynis-report.dat", &[Fails, Fails, Takes]),
        ("report.json", &[Refuses, Fails, Refuses, Takes]),
    ]);
    let (result, notes) = run(&store, LONG);
    assert_eq!(result, Ok(()));
    assert_eq!(
        *store.taken.borrow(),
        ["lynis-report.dat", "lynis.log.gz", "report.json"]
    );
    // One line for each thing that changed, not one for each attempt.
    assert_eq!(notes.len(), 4, "{notes:?}");
}

#[test]
fn attachments_that_hang_do_not_cost_the_report() {
    let store = Fake::with(&[("lynis-report.dat", &[Answer::Hangs])]);
    let (result, notes) = run(&store, LONG);
    assert_eq!(result, Ok(()));
    assert_eq!(*store.taken.borrow(), ["report.json"]);
    assert_eq!(notes.len(), 2, "{notes:?}");
    assert!(notes[1].contains("lynis.log.gz"), "{notes:?}");
}

#[test]
fn an_attachment_that_is_refused_is_a_warning() {
    let store = Fake::with(&[("lynis.log.gz", &[Answer::Refuses])]);
    let (result, notes) = run(&store, LONG);
    assert_eq!(result, Ok(()));
    assert_eq!(*store.taken.borrow(), ["lynis-report.dat", "report.json"]);
    assert!(
        notes
            .iter()
            .any(|note| note.contains("lynis.log.gz was not uploaded: S3 refused it")),
        "{notes:?}"
    );
}

#[test]
fn a_no_that_stays_ends_before_the_budget_does() {
    let store = Fake::with(&[("report.json", &[Answer::Refuses])]);
    let (result, _) = run(&store, LONG);
    let error = result.unwrap_err();
    assert!(error.refused);
    assert!(store.count.get() > 4, "{}", store.count.get());
}

#[test]
fn a_store_out_of_reach_is_tried_to_the_end_of_the_budget() {
    let store = Fake::with(&[("report.json", &[Answer::Fails])]);
    let (result, _) = run(&store, SHORT);
    assert_eq!(
        result.unwrap_err().words,
        "S3 could not be reached: connection refused"
    );
}

#[test]
fn silence_ends_with_the_budget() {
    let store = Fake::with(&[("report.json", &[Answer::Hangs])]);
    let (result, _) = run(&store, SHORT);
    assert!(result.unwrap_err().words.contains("no answer in time"));
}
