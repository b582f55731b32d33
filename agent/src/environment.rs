//! The environment variables that an upload respects.

/// A variable's value; set to nothing counts as not set, as AWS's own tools have it.
pub(crate) fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

/// Where S3 is, if not where the region has it (AWS SDKs and Tools Reference Guide,
/// "Service-specific endpoints").
pub(crate) fn endpoint() -> Option<String> {
    variable("AWS_ENDPOINT_URL_S3").or_else(|| variable("AWS_ENDPOINT_URL"))
}
