//! The Lambda function `hardtarget-glue`.

fn main() {}
