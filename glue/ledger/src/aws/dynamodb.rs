//! DynamoDB: a table as [`crate::table`] wants it. What is throttled the SDK tries again.

use std::collections::HashMap;
use std::time::Duration;

use aws_config::SdkConfig;
use aws_sdk_dynamodb::config::retry::{RetryConfig, RetryPartition, TokenBucket};
use aws_sdk_dynamodb::error::{ProvideErrorMetadata as _, SdkError};
use aws_sdk_dynamodb::operation::put_item::PutItemError;
use aws_sdk_dynamodb::types::AttributeValue;
use jiff::Timestamp;
use serde_json::{Map, Value};

use super::Error;
use crate::table::{Expected, Row, Table, TableError};

/// How often a call is tried: of thousands of writes to a throttled table none shall fail.
const ATTEMPTS: u32 = 8;

/// What all tries beyond the first may cost before calls fail at once; a try costs 5 (SDK's standard mode, which
/// begins with 500: a hundred tries).
const RETRY_TOKENS: usize = 50_000;

/// A table.
#[derive(Debug, Clone)]
pub struct DynamoDb {
    client: aws_sdk_dynamodb::Client,
    table: String,
}

impl DynamoDb {
    /// A client for `table`.
    #[must_use]
    pub fn new(shared: &SdkConfig, table: &str) -> Self {
        // Backs off from tens of milliseconds on, as throttled partitions have room again within the second.
        let retries = RetryConfig::standard()
            .with_max_attempts(ATTEMPTS)
            .with_initial_backoff(Duration::from_millis(50))
            .with_max_backoff(Duration::from_secs(2));
        let tokens = TokenBucket::builder().capacity(RETRY_TOKENS).build();
        let partition = RetryPartition::custom("dynamodb").token_bucket(tokens);
        let config = aws_sdk_dynamodb::config::Builder::from(shared)
            .retry_config(retries)
            .retry_partition(partition.build())
            .build();
        Self {
            client: aws_sdk_dynamodb::Client::from_conf(config),
            table: table.to_owned(),
        }
    }

    /// All rows of a partition that fit a condition, which names them `:pk` and by `values`.
    async fn all(
        &self,
        pk: &str,
        condition: &str,
        values: &[(&str, &str)],
    ) -> Result<Vec<Row>, TableError> {
        let mut query = self
            .client
            .query()
            .table_name(&self.table)
            .key_condition_expression(condition)
            .expression_attribute_values(":pk", AttributeValue::S(pk.to_owned()))
            .consistent_read(true);
        for (name, value) in values {
            query =
                query.expression_attribute_values(*name, AttributeValue::S((*value).to_owned()));
        }
        let mut pages = query.into_paginator().send();
        let mut rows = Vec::new();
        while let Some(page) = pages.next().await {
            let page = page.map_err(|error| Error::of("Query", &error))?;
            for item in page.items.into_iter().flatten() {
                rows.push(row(item, "Query")?);
            }
        }
        Ok(rows)
    }
}

impl From<Error> for TableError {
    fn from(error: Error) -> Self {
        let code = if error.code.is_empty() {
            String::new()
        } else {
            format!("{}: ", error.code)
        };
        Self {
            operation: error.operation,
            message: format!("{code}{}", error.message),
        }
    }
}

impl Table for DynamoDb {
    async fn get(&self, pk: &str, sk: &str) -> Result<Option<Row>, TableError> {
        let answer = self
            .client
            .get_item()
            .table_name(&self.table)
            .key("pk", AttributeValue::S(pk.to_owned()))
            .key("sk", AttributeValue::S(sk.to_owned()))
            .consistent_read(true)
            .send()
            .await
            .map_err(|error| Error::of("GetItem", &error))?;
        answer.item.map(|item| row(item, "GetItem")).transpose()
    }

    async fn query(&self, pk: &str, prefix: &str) -> Result<Vec<Row>, TableError> {
        // DynamoDB takes no empty text for a key.
        if prefix.is_empty() {
            return self.all(pk, "pk = :pk", &[]).await;
        }
        let condition = "pk = :pk AND begins_with(sk, :from)";
        self.all(pk, condition, &[(":from", prefix)]).await
    }

    async fn between(&self, pk: &str, from: &str, to: &str) -> Result<Vec<Row>, TableError> {
        let condition = "pk = :pk AND sk BETWEEN :from AND :to";
        self.all(pk, condition, &[(":from", from), (":to", to)])
            .await
    }

    async fn put(&self, row: &Row, expected: Expected) -> Result<bool, TableError> {
        let put = self
            .client
            .put_item()
            .table_name(&self.table)
            .set_item(Some(item(row, expected)));
        let put = match expected {
            Expected::Any => put,
            Expected::Absent => put.condition_expression("attribute_not_exists(pk)"),
            Expected::Version(version) => put
                .condition_expression("#version = :version")
                .expression_attribute_names("#version", "version")
                .expression_attribute_values(":version", AttributeValue::N(version.to_string())),
        };
        match put.send().await {
            Ok(_) => Ok(true),
            Err(error) if is_refused(&error) => Ok(false),
            Err(error) => Err(Error::of("PutItem", &error).into()),
        }
    }

    async fn delete(&self, pk: &str, sk: &str) -> Result<(), TableError> {
        self.client
            .delete_item()
            .table_name(&self.table)
            .key("pk", AttributeValue::S(pk.to_owned()))
            .key("sk", AttributeValue::S(sk.to_owned()))
            .send()
            .await
            .map_err(|error| Error::of("DeleteItem", &error))?;
        Ok(())
    }

    async fn scan(&self, prefix: &str) -> Result<Vec<Row>, TableError> {
        let mut pages = self
            .client
            .scan()
            .table_name(&self.table)
            .filter_expression("begins_with(sk, :sk)")
            .expression_attribute_values(":sk", AttributeValue::S(prefix.to_owned()))
            .consistent_read(true)
            .into_paginator()
            .send();
        let mut rows = Vec::new();
        while let Some(page) = pages.next().await {
            let page = page.map_err(|error| Error::of("Scan", &error))?;
            for item in page.items.into_iter().flatten() {
                rows.push(row(item, "Scan")?);
            }
        }
        Ok(rows)
    }
}

fn is_refused<R>(error: &SdkError<PutItemError, R>) -> bool {
    error.code() == Some("ConditionalCheckFailedException")
}

/// What a row is as an item: its body's members, `pk`, `sk`, `version`, and `expires` in seconds since 1970,
/// which is what DynamoDB's time to live reads.
fn item(row: &Row, expected: Expected) -> HashMap<String, AttributeValue> {
    let version = expected.next();
    let body = row
        .body
        .iter()
        .map(|(name, value)| (name.clone(), attribute(value)));
    let mut item: HashMap<String, AttributeValue> = body.collect();
    item.insert("pk".to_owned(), AttributeValue::S(row.pk.clone()));
    item.insert("sk".to_owned(), AttributeValue::S(row.sk.clone()));
    item.insert("version".to_owned(), AttributeValue::N(version.to_string()));
    if let Some(expires) = row.expires {
        let seconds = expires.as_second().to_string();
        item.insert("expires".to_owned(), AttributeValue::N(seconds));
    }
    item
}

fn row(
    mut item: HashMap<String, AttributeValue>,
    operation: &'static str,
) -> Result<Row, TableError> {
    let strange = |name: &str| TableError {
        operation,
        message: format!("a row of the table has no {name} that could be read"),
    };
    let mut text = |name: &str| match item.remove(name) {
        Some(AttributeValue::S(text)) => Ok(text),
        _ => Err(strange(name)),
    };
    let (pk, sk) = (text("pk")?, text("sk")?);
    let mut number = |name: &str| match item.remove(name) {
        Some(AttributeValue::N(number)) => number.parse::<i64>().ok(),
        _ => None,
    };
    let version = number("version").and_then(|number| u64::try_from(number).ok());
    let expires = number("expires").and_then(|seconds| Timestamp::from_second(seconds).ok());
    Ok(Row {
        pk,
        sk,
        version: version.ok_or_else(|| strange("version"))?,
        expires,
        body: map(item),
    })
}

fn map(item: HashMap<String, AttributeValue>) -> Map<String, Value> {
    let mut members: Vec<_> = item.into_iter().collect();
    members.sort_by(|(a, _), (b, _)| a.cmp(b));
    members
        .into_iter()
        .map(|(name, one)| (name, value(one)))
        .collect()
}

fn attribute(value: &Value) -> AttributeValue {
    match value {
        Value::Null => AttributeValue::Null(true),
        Value::Bool(value) => AttributeValue::Bool(*value),
        Value::Number(number) => AttributeValue::N(number.to_string()),
        Value::String(text) => AttributeValue::S(text.clone()),
        Value::Array(all) => AttributeValue::L(all.iter().map(attribute).collect()),
        Value::Object(all) => {
            let members = all.iter().map(|(name, one)| (name.clone(), attribute(one)));
            AttributeValue::M(members.collect())
        }
    }
}

fn value(attribute: AttributeValue) -> Value {
    match attribute {
        AttributeValue::Bool(value) => Value::Bool(value),
        AttributeValue::N(number) => number.parse().map_or(Value::String(number), Value::Number),
        AttributeValue::S(text) => Value::String(text),
        AttributeValue::L(all) => Value::Array(all.into_iter().map(value).collect()),
        AttributeValue::M(all) => Value::Object(map(all)),
        _ => Value::Null,
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt as _;
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;
    use crate::table::Memory;

    #[test]
    fn a_row_comes_back_as_it_was_put() {
        let body = json!({"text": "ü", "number": 7, "yes": true, "nothing": null,
            "list": [1, "two"], "map": {"a": {"b": -1.5}}});
        let Value::Object(body) = body else {
            unreachable!()
        };
        let put = Row {
            pk: "family:web".to_owned(),
            sk: "F#1".to_owned(),
            version: 3,
            expires: Some(Timestamp::constant(1_795_241_600, 0)),
            body,
        };
        let mut back = row(item(&put, Expected::Version(3)), "GetItem").unwrap();
        assert_eq!(back.version, 4);
        back.version = 3;
        assert_eq!(back, put);
        assert!(row(HashMap::new(), "GetItem").is_err());
    }

    proptest! {
        /// What tests on a table in memory prove of versions holds of DynamoDB's.
        #[test]
        fn versions_are_those_of_a_table_in_memory(writes in prop::collection::vec(0..4_u64, 1..12)) {
            let memory = Memory::default();
            let put = Row {
                pk: "family:web".to_owned(),
                sk: "F#1".to_owned(),
                version: 7,
                expires: None,
                body: Map::new(),
            };
            for write in writes {
                let expected = match write {
                    0 => Expected::Any,
                    1 => Expected::Absent,
                    version => Expected::Version(version - 1),
                };
                if memory.put(&put, expected).now_or_never().unwrap().unwrap() {
                    let there = memory.get(&put.pk, &put.sk).now_or_never().unwrap().unwrap();
                    prop_assert_eq!(there, Some(row(item(&put, expected), "GetItem").unwrap()));
                }
            }
        }
    }
}
