//! HTTP for the few requests that an upload makes: HTTP/1.1 by hyper, TLS by rustls with ring, a
//! connection for each request.
//!
//! The SDK's own client would do as well, but for its size: pooling, HTTP/2 and proxies, which a
//! handful of requests to one bucket have no use for, took a tenth of the program.

use std::fmt;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use aws_sdk_s3::config::SharedHttpClient;
use aws_sdk_s3::primitives::SdkBody;
use aws_smithy_runtime_api::client::http::{
    HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector, http_client_fn,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_types::retry::ErrorKind;
use http::{HeaderValue, Request, Uri, header};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use rustls::pki_types::ServerName;
use rustls::{ClientConfig, RootCertStore};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

/// Any error, as the SDK takes it.
type Source = Box<dyn std::error::Error + Send + Sync>;

/// A client that speaks TLS where the address says `https`. It trusts the machine's own certificate
/// authorities and Mozilla's, which are compiled in: an image without any can still upload.
pub(crate) fn tls() -> Result<SharedHttpClient, rustls::Error> {
    let mut roots = RootCertStore::empty();
    roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
    // What cannot be read or is no certificate is left out: Mozilla's are there.
    let own = rustls_native_certs::load_native_certs();
    roots.add_parsable_certificates(own.certs);
    Ok(client(Some(trusting(roots)?)))
}

/// A client for the metadata service, which is reached over a link of its own without TLS.
pub(crate) fn plain() -> SharedHttpClient {
    client(None)
}

fn trusting(roots: RootCertStore) -> Result<TlsConnector, rustls::Error> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(Arc::new(config).into())
}

fn client(tls: Option<TlsConnector>) -> SharedHttpClient {
    http_client_fn(move |settings, _| {
        SharedHttpConnector::new(Connector {
            tls: tls.clone(),
            settings: settings.clone(),
        })
    })
}

/// Makes one connection for each request.
struct Connector {
    /// Without it there is no `https`.
    tls: Option<TlsConnector>,
    settings: HttpConnectorSettings,
}

impl fmt::Debug for Connector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connector")
            .field("settings", &self.settings)
            .finish_non_exhaustive()
    }
}

impl HttpConnector for Connector {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let (tls, settings) = (self.tls.clone(), self.settings.clone());
        HttpConnectorFuture::new(async move {
            let request = request.try_into_http1x();
            let request = request.map_err(|error| ConnectorError::user(error.into()))?;
            let to = Place::of(request.uri())?;
            let connected = within(settings.connect_timeout(), to.connect()).await?;
            match tls.filter(|_| to.secure) {
                Some(tls) => {
                    let name = ServerName::try_from(to.host.clone());
                    let name = name.map_err(|error| ConnectorError::user(error.into()))?;
                    let agreed = async { tls.connect(name, connected).await.map_err(io) };
                    let stream = within(settings.connect_timeout(), agreed).await?;
                    send(request, stream, settings.read_timeout()).await
                }
                None if to.secure => Err(ConnectorError::user(
                    "this client speaks no TLS".to_owned().into(),
                )),
                None => send(request, connected, settings.read_timeout()).await,
            }
        })
    }
}

/// Where a request goes.
#[derive(Debug, PartialEq, Eq)]
struct Place {
    secure: bool,
    /// Name or address, an address of IPv6 without its brackets.
    host: String,
    port: u16,
}

impl Place {
    fn of(uri: &Uri) -> Result<Self, ConnectorError> {
        let secure = match uri.scheme_str() {
            Some("https") => true,
            Some("http") => false,
            _ => return Err(ConnectorError::user(format!("{uri} is no address").into())),
        };
        let host = uri.host().unwrap_or_default();
        let host = host
            .strip_prefix('[')
            .and_then(|host| host.strip_suffix(']'))
            .unwrap_or(host);
        Ok(Self {
            secure,
            host: host.to_owned(),
            port: uri.port_u16().unwrap_or(if secure { 443 } else { 80 }),
        })
    }

    async fn connect(&self) -> Result<TcpStream, ConnectorError> {
        let stream = TcpStream::connect((self.host.as_str(), self.port)).await;
        let stream = stream.map_err(io)?;
        stream.set_nodelay(true).map_err(io)?;
        Ok(stream)
    }
}

/// Sends one request and reads the answer's head; its body comes as it is asked for.
async fn send(
    mut request: Request<SdkBody>,
    stream: impl AsyncRead + AsyncWrite + Send + Unpin + 'static,
    limit: Option<Duration>,
) -> Result<HttpResponse, ConnectorError> {
    address(&mut request)?;
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await.map_err(said)?;
    // It ends with the answer's body; an error in it reaches whoever reads that.
    tokio::spawn(connection);
    let answer = async { sender.send_request(request).await.map_err(said) };
    let answer = within(limit, answer).await?;
    HttpResponse::try_from(answer.map(SdkBody::from_body_1_x))
        .map_err(|error| ConnectorError::other(error.into(), None))
}

/// To the server itself a request names the path alone, and the server in `Host` (RFC 9112, 3.2.1).
fn address(request: &mut Request<SdkBody>) -> Result<(), ConnectorError> {
    let path = request.uri().path_and_query().cloned();
    if let Some(authority) = request.uri().authority()
        && !request.headers().contains_key(header::HOST)
    {
        let host = HeaderValue::from_str(authority.as_str());
        let host = host.map_err(|error| ConnectorError::user(error.into()))?;
        request.headers_mut().insert(header::HOST, host);
    }
    *request.uri_mut() = path.map_or_else(|| Uri::from_static("/"), Uri::from);
    Ok(())
}

/// What comes of something that may take so long and no longer.
async fn within<T>(
    limit: Option<Duration>,
    what: impl Future<Output = Result<T, ConnectorError>>,
) -> Result<T, ConnectorError> {
    let Some(limit) = limit else {
        return what.await;
    };
    match tokio::time::timeout(limit, what).await {
        Ok(done) => done,
        Err(_) => Err(ConnectorError::timeout(
            format!("no answer within {limit:?}").into(),
        )),
    }
}

fn io(error: std::io::Error) -> ConnectorError {
    ConnectorError::io(error.into())
}

/// What hyper says, in the SDK's words: an answer that was cut short is worth another attempt.
fn said(error: hyper::Error) -> ConnectorError {
    let source = |error: hyper::Error| -> Source { error.into() };
    if error.is_user() {
        ConnectorError::user(source(error))
    } else if error.is_incomplete_message() {
        ConnectorError::other(source(error), Some(ErrorKind::TransientError))
    } else {
        ConnectorError::io(source(error))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amazons_own_authority_is_compiled_in() {
        let amazon = webpki_roots::TLS_SERVER_ROOTS
            .iter()
            .any(|root| String::from_utf8_lossy(&root.subject).contains("Amazon Root CA 1"));
        assert!(amazon);
        assert!(tls().is_ok());
    }

    #[test]
    fn an_address_is_taken_apart() {
        let place = |uri: &'static str| Place::of(&Uri::from_static(uri)).unwrap();
        let expected = |secure, host: &str, port| Place {
            secure,
            host: host.to_owned(),
            port,
        };
        assert_eq!(
            place("https://b.s3.eu-west-1.amazonaws.com/a?x=1"),
            expected(true, "b.s3.eu-west-1.amazonaws.com", 443)
        );
        assert_eq!(
            place("http://[fd00:ec2::254]/latest"),
            expected(false, "fd00:ec2::254", 80)
        );
        assert_eq!(
            place("http://127.0.0.1:5000/"),
            expected(false, "127.0.0.1", 5000)
        );
        assert!(Place::of(&Uri::from_static("/path")).is_err());
    }

    #[test]
    fn a_request_names_its_server_in_the_header() {
        let mut request = Request::get("https://bucket.example:8443/key?x-id=PutObject")
            .body(SdkBody::empty())
            .unwrap();
        address(&mut request).unwrap();
        assert_eq!(request.uri(), "/key?x-id=PutObject");
        assert_eq!(request.headers()["host"], "bucket.example:8443");
    }

    /// What a client gets from a server on this machine that shows a certificate for `localhost`;
    /// `trust` is what the client makes of that certificate.
    fn over_tls(
        trust: impl FnOnce(&mut RootCertStore, rustls::pki_types::CertificateDer<'static>),
    ) -> Result<(u16, Vec<u8>), String> {
        use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

        let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
        let mut roots = RootCertStore::empty();
        trust(&mut roots, made.cert.der().clone());
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = rustls::ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(
                vec![made.cert.der().clone()],
                made.signing_key.serialize_der().try_into().unwrap(),
            )
            .unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        runtime.block_on(async {
            let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
            let port = listener.local_addr().unwrap().port();
            let server = tokio::spawn(async move {
                let (stream, _) = listener.accept().await.unwrap();
                let acceptor = tokio_rustls::TlsAcceptor::from(Arc::new(config));
                let Ok(mut stream) = acceptor.accept(stream).await else {
                    return;
                };
                let mut request = vec![0; 4096];
                let length = stream.read(&mut request).await.unwrap();
                assert!(request[..length].starts_with(b"GET /path HTTP/1.1\r\n"));
                let answer = b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello";
                stream.write_all(answer).await.unwrap();
                stream.flush().await.unwrap();
            });
            let connector = Connector {
                tls: Some(trusting(roots).unwrap()),
                settings: HttpConnectorSettings::default(),
            };
            let uri = format!("https://localhost:{port}/path");
            let request = Request::get(uri).body(SdkBody::empty()).unwrap();
            let answer = connector
                .call(HttpRequest::try_from(request).unwrap())
                .await;
            let answer = answer.map_err(|error| format!("{:?}", error.into_source()))?;
            let status = answer.status().as_u16();
            let body = aws_sdk_s3::primitives::ByteStream::new(answer.into_body());
            let body = body.collect().await.unwrap().to_vec();
            server.await.unwrap();
            Ok((status, body))
        })
    }

    #[test]
    fn a_server_that_a_trusted_authority_vouches_for_is_spoken_to() {
        let answer = over_tls(|roots, certificate| roots.add(certificate).unwrap());
        assert_eq!(answer, Ok((200, b"hello".to_vec())));
    }

    #[test]
    fn a_server_that_nobody_vouches_for_gets_nothing() {
        let error = over_tls(|roots, _| {
            roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
        })
        .unwrap_err();
        assert!(error.contains("UnknownIssuer"), "{error}");
    }
}
