//! The HTTP clients: one that speaks TLS to S3, one that does not, for the metadata service.

use aws_sdk_s3::config::SharedHttpClient;
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use aws_smithy_http_client::tls::{Provider, TlsContext, TrustStore};
use aws_smithy_http_client::{Builder, HttpClientError};
use data_encoding::BASE64;

/// A client that speaks TLS by rustls with ring. It trusts the machine's own certificate
/// authorities and Mozilla's, which are compiled in: an image without any can still upload.
pub(crate) fn tls() -> Result<SharedHttpClient, HttpClientError> {
    let roots = TrustStore::default()
        .with_native_roots(true)
        .with_pem_certificate(mozilla());
    let context = TlsContext::builder().with_trust_store(roots).build()?;
    Ok(Builder::new()
        .tls_provider(Provider::rustls(CryptoMode::Ring))
        .tls_context(context)
        .build_https())
}

/// A client for the metadata service, which is reached over a link of its own without TLS.
pub(crate) fn plain() -> SharedHttpClient {
    Builder::new().build_http()
}

/// Mozilla's certificate authorities in PEM (RFC 7468), which is all that the client takes.
fn mozilla() -> String {
    let mut pem = String::new();
    for root in webpki_root_certs::TLS_SERVER_ROOT_CERTS {
        pem.push_str("-----BEGIN CERTIFICATE-----\n");
        pem.push_str(&BASE64.encode(root));
        pem.push_str("\n-----END CERTIFICATE-----\n");
    }
    pem
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amazons_own_authority_is_compiled_in() {
        let subjects: Vec<String> = webpki_root_certs::TLS_SERVER_ROOT_CERTS
            .iter()
            .filter_map(|root| x509_parser::parse_x509_certificate(root).ok())
            .map(|(_, certificate)| certificate.subject().to_string())
            .collect();
        assert!(
            subjects
                .iter()
                .any(|name| name.contains("Amazon Root CA 1")),
            "{subjects:?}"
        );
        assert!(tls().is_ok());
    }
}
