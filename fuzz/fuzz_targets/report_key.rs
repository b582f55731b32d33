//! Keys of the bucket: what is read as a report's key is written the same, and what is beside it is found again.
#![no_main]

use hardtarget_ledger::published::key::{FINISHED, ReportKey, of_image};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    if let Some(key) = ReportKey::parse(text) {
        let finished = key.finished.strftime(FINISHED);
        let folder = format!("reports/{}/{}/{finished}", key.family, key.ami);
        assert_eq!(format!("{folder}/report.json"), text);
        assert_eq!(key.as_str(), text);
        assert_eq!(key.diff(), format!("{folder}/diff.json"));
        assert_eq!(of_image(&key.image()), Some((key.family, key.ami)));
        let look = key.look("a");
        assert!(look.len() == 32 && look != key.look("b"));
    }
    if let Some((family, ami)) = of_image(text) {
        assert_eq!(format!("reports/{family}/{ami}/image.json"), text);
        let report = format!("reports/{family}/{ami}/20261121T061501Z/report.json");
        let key = ReportKey::parse(&report).expect("a report of the same AMI has a key");
        assert_eq!((key.family, key.ami), (family, ami));
    }
});
