//! S3: the bucket of launches, scans and reports; the bucket of the agent, advisories and waivers.

pub(crate) mod conflict;

use std::time::Duration;

use aws_config::SdkConfig;
use aws_sdk_s3::error::ProvideErrorMetadata;
use aws_sdk_s3::presigning::PresigningConfig;
use jiff::Timestamp;

use self::conflict::Conflict;
use super::Error;

/// The bucket.
#[derive(Debug, Clone)]
pub struct S3 {
    client: aws_sdk_s3::Client,
    bucket: String,
}

/// An object, as far as it was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Object {
    /// There is none under this key.
    Missing,
    /// It has more bytes than were asked for.
    TooLarge,
    /// The whole of it.
    Body(Vec<u8>),
}

/// What S3 tells of an object beside its content.
#[derive(Debug, Default)]
struct Known {
    modified: Option<Timestamp>,
    tag: String,
}

/// What S3 tells of an object without its content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    /// Its size in bytes.
    pub size: u64,
    /// Its SHA-256, if whoever wrote it said so in the metadata `sha256`.
    pub sha256: Option<String>,
}

impl S3 {
    /// A client for `bucket`.
    #[must_use]
    pub fn new(shared: &SdkConfig, bucket: &str) -> Self {
        let config = aws_sdk_s3::config::Builder::from(shared)
            .retry_classifier(Conflict)
            .build();
        Self {
            client: aws_sdk_s3::Client::from_conf(config),
            bucket: bucket.to_owned(),
        }
    }

    /// Reads an object of at most `limit` bytes; of a larger one not a byte more than that.
    pub async fn get(&self, key: &str, limit: usize) -> Result<Object, Error> {
        Ok(self.get_from(&self.bucket, key, limit).await?.0)
    }

    /// Like [`Self::get`], of any bucket, with the time at which it was written.
    pub async fn get_from(
        &self,
        bucket: &str,
        key: &str,
        limit: usize,
    ) -> Result<(Object, Option<Timestamp>), Error> {
        let (object, known) = self.read(bucket, key, limit).await?;
        Ok((object, known.modified))
    }

    /// Like [`Self::get`], with the ETag; empty if there is no object.
    pub async fn get_tagged(&self, key: &str, limit: usize) -> Result<(Object, String), Error> {
        let (object, known) = self.read(&self.bucket, key, limit).await?;
        Ok((object, known.tag))
    }

    async fn read(&self, bucket: &str, key: &str, limit: usize) -> Result<(Object, Known), Error> {
        let answer = self
            .client
            .get_object()
            .bucket(bucket)
            .key(key)
            .send()
            .await;
        let mut object = match answer {
            Ok(object) => object,
            Err(error) if is_missing(error.code()) => {
                return Ok((Object::Missing, Known::default()));
            }
            Err(error) => return Err(Error::of("GetObject", &error)),
        };
        let broken = |error: &dyn std::error::Error| Error {
            operation: "GetObject",
            code: String::new(),
            message: format!("{key}: {error}"),
            server: false,
        };
        let modified = object.last_modified;
        let known = Known {
            modified: modified.and_then(|at| Timestamp::from_second(at.secs()).ok()),
            tag: object.e_tag.unwrap_or_default(),
        };
        let mut body = Vec::new();
        if usize::try_from(object.content_length.unwrap_or_default())
            .map_or(true, |length| length > limit)
        {
            return Ok((Object::TooLarge, known));
        }
        while let Some(part) = object.body.next().await {
            body.extend_from_slice(&part.map_err(|error| broken(&error))?);
            if body.len() > limit {
                return Ok((Object::TooLarge, known));
            }
        }
        Ok((Object::Body(body), known))
    }

    /// What there is to know of an object; `None` if there is none.
    pub async fn head(&self, bucket: &str, key: &str) -> Result<Option<Head>, Error> {
        let answer = self
            .client
            .head_object()
            .bucket(bucket)
            .key(key)
            .send()
            .await;
        match answer {
            Ok(head) => Ok(Some(Head {
                size: u64::try_from(head.content_length.unwrap_or_default()).unwrap_or_default(),
                sha256: head.metadata.and_then(|mut all| all.remove("sha256")),
            })),
            Err(error) if is_missing(error.code()) => Ok(None),
            Err(error) => Err(Error::of("HeadObject", &error)),
        }
    }

    /// Writes an object, in the place of what is there.
    pub async fn put(&self, key: &str, content_type: &str, body: Vec<u8>) -> Result<(), Error> {
        self.client
            .put_object()
            .bucket(&self.bucket)
            .key(key)
            .content_type(content_type)
            .body(body.into())
            .send()
            .await
            .map_err(|error| Error::of("PutObject", &error))?;
        Ok(())
    }

    /// Writes an object unless there is one already; whether it was written.
    pub async fn put_once(
        &self,
        key: &str,
        content_type: &str,
        body: Vec<u8>,
    ) -> Result<bool, Error> {
        let answer = self
            .client
            .put_object()
            .bucket(&self.bucket)
            .key(key)
            .if_none_match("*")
            .content_type(content_type)
            .body(body.into())
            .send()
            .await;
        match answer {
            Ok(_) => Ok(true),
            Err(error) if error.code() == Some("PreconditionFailed") => Ok(false),
            Err(error) => Err(Error::of("PutObject", &error)),
        }
    }

    /// Writes an object in the place of the one that has this ETag, or where there is none; gives its own ETag, or
    /// `None` if somebody else was faster: 412, 409 while another write is under way, 404 if the object is gone
    /// (Amazon S3 User Guide, "How to prevent object overwrites with conditional writes").
    pub async fn replace(
        &self,
        key: &str,
        content_type: &str,
        body: Vec<u8>,
        there: Option<&str>,
    ) -> Result<Option<String>, Error> {
        let put = self
            .client
            .put_object()
            .bucket(&self.bucket)
            .key(key)
            .content_type(content_type)
            .body(body.into());
        let put = match there {
            Some(tag) => put.if_match(tag),
            None => put.if_none_match("*"),
        };
        match put.send().await {
            Ok(done) => Ok(Some(done.e_tag.unwrap_or_default())),
            Err(error) if is_missing(error.code()) || is_beaten(error.code()) => Ok(None),
            Err(error) => Err(Error::of("PutObject", &error)),
        }
    }

    /// An object's ETag; `None` if there is none.
    pub async fn tag(&self, key: &str) -> Result<Option<String>, Error> {
        let asked = self.client.head_object().bucket(&self.bucket).key(key);
        match asked.send().await {
            Ok(head) => Ok(head.e_tag),
            Err(error) if is_missing(error.code()) => Ok(None),
            Err(error) => Err(Error::of("HeadObject", &error)),
        }
    }

    /// The keys that begin with `prefix`, in the order of their bytes.
    pub async fn keys(&self, prefix: &str) -> Result<Vec<String>, Error> {
        let listed = self.client.list_objects_v2();
        let mut pages = listed
            .bucket(&self.bucket)
            .prefix(prefix)
            .into_paginator()
            .send();
        let mut keys = Vec::new();
        while let Some(page) = pages.next().await {
            let page = page.map_err(|error| Error::of("ListObjectsV2", &error))?;
            keys.extend(
                page.contents
                    .into_iter()
                    .flatten()
                    .filter_map(|one| one.key),
            );
        }
        Ok(keys)
    }

    /// A URL under which anyone may read the object for as long as `lifetime`, or until the
    /// credentials end that it is signed with.
    pub async fn presigned(
        &self,
        bucket: &str,
        key: &str,
        lifetime: Duration,
    ) -> Result<String, Error> {
        let failed = |message: String| Error {
            operation: "GetObject (presigned)",
            code: String::new(),
            message,
            server: false,
        };
        let signing =
            PresigningConfig::expires_in(lifetime).map_err(|error| failed(error.to_string()))?;
        let request = self
            .client
            .get_object()
            .bucket(bucket)
            .key(key)
            .presigned(signing)
            .await
            .map_err(|error| Error::of("GetObject (presigned)", &error))?;
        Ok(request.uri().to_owned())
    }
}

fn is_beaten(code: Option<&str>) -> bool {
    matches!(
        code,
        Some("PreconditionFailed" | "ConditionalRequestConflict")
    )
}

fn is_missing(code: Option<&str>) -> bool {
    matches!(code, Some("NoSuchKey" | "NotFound"))
}
