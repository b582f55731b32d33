//! What an upload talks to, on one port of this machine: S3 and the instance metadata service. Both
//! may misbehave as told.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tiny_http::{Header, Method, Request, Response, Server};

/// The instance that the metadata service speaks of.
pub const INSTANCE: &str = "i-0123456789abcdef0";
/// Its AMI.
pub const AMI: &str = "ami-0fedcba9876543210";
/// The access key of its role.
pub const ROLE_KEY: &str = "ASIAROLEOFINSTANCE";

/// What a server does with a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// Does what is asked.
    Fine,
    /// Refuses with this status and this error code of S3.
    Error(u16, &'static str),
    /// Never answers.
    Hang,
    /// Takes only what was signed in 2031, which its clock says it is (`RequestTimeTooSkewed`).
    Later,
}

/// How the metadata service behaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Metadata {
    /// As on EC2 with `HttpTokens=required`.
    V2,
    /// As on an old emulation: no tokens, everything for anybody.
    V1,
    /// It takes connections and says nothing.
    Hangs,
}

/// An object that was put.
#[derive(Debug, Clone)]
pub struct Put {
    /// `/bucket/key`.
    pub path: String,
    /// Names in small letters, values as they came.
    pub headers: Vec<(String, String)>,
    /// What it holds.
    pub body: Vec<u8>,
}

impl Put {
    /// A header's value.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(given, _)| given == name)
            .map(|(_, value)| value.as_str())
    }

    /// The last part of its key.
    #[must_use]
    pub fn name(&self) -> &str {
        self.path.rsplit('/').next().unwrap_or_default()
    }
}

#[derive(Debug, Default)]
struct Log {
    requests: Vec<String>,
    puts: Vec<Put>,
}

/// The servers, until they are dropped.
pub struct Cloud {
    address: String,
    log: Arc<Mutex<Log>>,
    server: Arc<Server>,
}

impl std::fmt::Debug for Cloud {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Cloud").field(&self.address).finish()
    }
}

impl Cloud {
    /// Starts them. `s3` says what becomes of an object: it gets the object's name and how many
    /// requests for that name came before.
    ///
    /// # Panics
    ///
    /// Where no port can be had.
    #[must_use]
    pub fn start(metadata: Metadata, s3: impl Fn(&str, usize) -> Answer + Send + 'static) -> Self {
        let server = Arc::new(Server::http("127.0.0.1:0").expect("a port of this machine"));
        let address = server.server_addr().to_string();
        let log = Arc::new(Mutex::new(Log::default()));
        let (serving, logging) = (Arc::clone(&server), Arc::clone(&log));
        std::thread::spawn(move || {
            // Dropping a request answers it: those that hang are held.
            let mut held = Vec::new();
            while let Ok(mut request) = serving.recv() {
                let line = format!("{} {}", request.method(), request.url());
                let put = read(&mut request);
                let before = {
                    let mut log = lock(&logging);
                    let before = log.requests.iter().filter(|given| **given == line).count();
                    log.requests.push(line);
                    before
                };
                let answer = if put.path.starts_with("/latest/") {
                    tell(metadata, request.method(), &put)
                } else {
                    take(s3(put.name(), before), put, &logging)
                };
                match answer {
                    Some((status, body)) => respond(request, status, &body),
                    None => held.push(request),
                }
            }
        });
        Self {
            address,
            log,
            server,
        }
    }

    /// Servers that do what they should.
    #[must_use]
    pub fn fine() -> Self {
        Self::start(Metadata::V2, |_, _| Answer::Fine)
    }

    /// Where they are.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The objects that were put, in their order.
    #[must_use]
    pub fn puts(&self) -> Vec<Put> {
        lock(&self.log).puts.clone()
    }

    /// All requests, as `METHOD path`.
    #[must_use]
    pub fn requests(&self) -> Vec<String> {
        lock(&self.log).requests.clone()
    }
}

impl Drop for Cloud {
    fn drop(&mut self) {
        self.server.unblock();
    }
}

fn lock(log: &Mutex<Log>) -> MutexGuard<'_, Log> {
    log.lock().unwrap_or_else(PoisonError::into_inner)
}

fn read(request: &mut Request) -> Put {
    let mut body = Vec::new();
    let _cut = std::io::copy(request.as_reader(), &mut body);
    let headers = request.headers().iter().map(|header| {
        (
            header.field.as_str().as_str().to_ascii_lowercase(),
            header.value.as_str().to_owned(),
        )
    });
    Put {
        headers: headers.collect(),
        // The query only repeats the operation's name.
        path: request
            .url()
            .split('?')
            .next()
            .unwrap_or_default()
            .to_owned(),
        body,
    }
}

fn respond(request: Request, status: u16, body: &str) {
    let mut response = Response::from_string(body).with_status_code(status);
    if status == 200
        && let Ok(ttl) = Header::from_bytes("X-aws-ec2-metadata-token-ttl-seconds", "21600")
    {
        response.add_header(ttl);
    }
    if status == 403
        && let Ok(date) = Header::from_bytes("Date", "Fri, 21 Nov 2031 12:00:00 GMT")
    {
        response.add_header(date);
    }
    let _gone = request.respond(response);
}

/// What S3 says; `None` for nothing.
fn take(answer: Answer, put: Put, log: &Mutex<Log>) -> Option<(u16, String)> {
    match answer {
        Answer::Fine => {
            lock(log).puts.push(put);
            Some((200, String::new()))
        }
        Answer::Error(status, code) => Some((
            status,
            format!("<Error><Code>{code}</Code><Message>told so by a test</Message></Error>"),
        )),
        Answer::Hang => None,
        Answer::Later
            if put
                .header("x-amz-date")
                .is_some_and(|date| date.starts_with("2031")) =>
        {
            take(Answer::Fine, put, log)
        }
        Answer::Later => take(Answer::Error(403, "RequestTimeTooSkewed"), put, log),
    }
}

/// What the metadata service says; `None` for nothing.
fn tell(metadata: Metadata, method: &Method, request: &Put) -> Option<(u16, String)> {
    const TOKEN: &str = "a-token";
    match metadata {
        Metadata::Hangs => return None,
        Metadata::V1 if *method == Method::Put => return Some((405, String::new())),
        Metadata::V2 if request.path == "/latest/api/token" => {
            return Some(
                match request.header("x-aws-ec2-metadata-token-ttl-seconds") {
                    Some(_) if *method == Method::Put => (200, TOKEN.to_owned()),
                    _ => (400, String::new()),
                },
            );
        }
        Metadata::V2 if request.header("x-aws-ec2-metadata-token") != Some(TOKEN) => {
            return Some((401, String::new()));
        }
        Metadata::V1 | Metadata::V2 => {}
    }
    Some(match request.path.as_str() {
        "/latest/dynamic/instance-identity/document" => (
            200,
            format!(
                r#"{{"accountId": "123456789012", "imageId": "{AMI}", "instanceId": "{INSTANCE}", "instanceType": "t3.micro", "region": "eu-central-1"}}"#
            ),
        ),
        "/latest/meta-data/iam/security-credentials/" => (200, "role".to_owned()),
        "/latest/meta-data/iam/security-credentials/role" => (
            200,
            format!(
                r#"{{"Code": "Success", "Type": "AWS-HMAC", "AccessKeyId": "{ROLE_KEY}", "SecretAccessKey": "c2VjcmV0", "Token": "session", "Expiration": "2099-01-01T00:00:00Z", "LastUpdated": "2026-01-01T00:00:00Z"}}"#
            ),
        ),
        _ => (404, String::new()),
    })
}
