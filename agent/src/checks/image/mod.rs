//! What was left in the image.

pub(crate) mod machine_id;
