//! A table for tests of what may be cut off anywhere: calls take their time, and one of them ends the function.

use std::future::Future;
use std::sync::{Mutex, MutexGuard};

use super::{Expected, Memory, Row, Table, TableError};

/// The number of the call that kills the function, counted from 0, and whether it is done before.
pub(crate) type Kill = (usize, bool);

/// A table in memory that lets others go first as chance has it, and can be cut off.
#[derive(Debug, Default)]
pub(crate) struct Troubled {
    /// The same without the trouble.
    pub(crate) table: Memory,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    chance: u64,
    calls: usize,
    kill: Option<Kill>,
}

impl Troubled {
    pub(crate) fn new(chance: u64) -> Self {
        let troubled = Self::default();
        troubled.state().chance = chance;
        troubled
    }

    /// Which call kills, counted from now on; after it nothing is done until this is called again.
    pub(crate) fn kill_at(&self, kill: Option<Kill>) {
        let mut state = self.state();
        (state.kill, state.calls) = (kill, 0);
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }

    /// A call of the function, to this table or to another place.
    pub(crate) async fn call<T>(
        &self,
        call: impl Future<Output = Result<T, TableError>>,
    ) -> Result<T, TableError> {
        let (waits, kill) = {
            let mut state = self.state();
            // Knuth's MMIX generator: its high bits are the good ones.
            state.chance = state
                .chance
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1);
            let number = state.calls;
            state.calls += 1;
            let kill = state.kill.filter(|(at, _)| *at <= number);
            let kill = kill.map(|(at, done)| at == number && done);
            (state.chance >> 61, kill)
        };
        for _ in 0..waits {
            tokio::task::yield_now().await;
        }
        let broken = TableError {
            operation: "Call",
            message: "the function is killed".to_owned(),
        };
        match kill {
            None => call.await,
            Some(true) => call.await.and(Err(broken)),
            Some(false) => Err(broken),
        }
    }
}

impl Table for Troubled {
    async fn get(&self, pk: &str, sk: &str) -> Result<Option<Row>, TableError> {
        self.call(self.table.get(pk, sk)).await
    }

    async fn query(&self, pk: &str, prefix: &str) -> Result<Vec<Row>, TableError> {
        self.call(self.table.query(pk, prefix)).await
    }

    async fn between(&self, pk: &str, from: &str, to: &str) -> Result<Vec<Row>, TableError> {
        self.call(self.table.between(pk, from, to)).await
    }

    async fn put(&self, row: &Row, expected: Expected) -> Result<bool, TableError> {
        self.call(self.table.put(row, expected)).await
    }

    async fn delete(&self, pk: &str, sk: &str) -> Result<(), TableError> {
        self.call(self.table.delete(pk, sk)).await
    }

    async fn scan(&self, prefix: &str) -> Result<Vec<Row>, TableError> {
        self.call(self.table.scan(prefix)).await
    }
}
