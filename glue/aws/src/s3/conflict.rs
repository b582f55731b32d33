//! Two conditional writes of one key at once: S3 may refuse one as a conflict, without saying whether there is an
//! object now, and wants it tried again (S3 API Reference, "PutObject", `If-None-Match`).

use aws_sdk_s3::config::interceptors::InterceptorContext;
use aws_sdk_s3::config::retry::{ClassifyRetry, RetryAction};
use aws_sdk_s3::error::ProvideErrorMetadata as _;
use aws_sdk_s3::operation::put_object::PutObjectError;

/// What S3 calls it; it is HTTP 409.
pub(crate) const CODE: &str = "ConditionalRequestConflict";

/// Has the SDK try it again as it does what is throttled: as often, and with a wait between.
#[derive(Debug)]
pub(super) struct Conflict;

impl ClassifyRetry for Conflict {
    fn classify_retry(&self, context: &InterceptorContext) -> RetryAction {
        let error = context.output_or_error().and_then(Result::err);
        let error = error.and_then(|error| error.as_operation_error());
        let code = error.and_then(|error| error.downcast_ref::<PutObjectError>()?.code());
        if code == Some(CODE) {
            RetryAction::transient_error()
        } else {
            RetryAction::NoActionIndicated
        }
    }

    fn name(&self) -> &'static str {
        "a conditional write that met another"
    }
}
