//! Least privilege and counting, on what the SDK is really asked to do: one interceptor of a function's clients refuses what
//! the function wasn't granted and counts what it did.

use crate::Location;
use crate::keys::KeyUse;
use crate::tables::Table;
use aws_sdk_dynamodb::config::interceptors::{
    BeforeSerializationInterceptorContextRef, FinalizerInterceptorContextRef,
};
use aws_sdk_dynamodb::config::{ConfigBag, Intercept, RuntimeComponents};
use aws_sdk_dynamodb::error::BoxError;
use aws_sdk_dynamodb::operation::batch_get_item::{BatchGetItemInput, BatchGetItemOutput};
use aws_sdk_dynamodb::operation::delete_item::{DeleteItemInput, DeleteItemOutput};
use aws_sdk_dynamodb::operation::get_item::{GetItemInput, GetItemOutput};
use aws_sdk_dynamodb::operation::put_item::{PutItemInput, PutItemOutput};
use aws_sdk_dynamodb::operation::query::{QueryInput, QueryOutput};
use aws_sdk_dynamodb::operation::transact_write_items::{TransactWriteItemsInput, TransactWriteItemsOutput};
use aws_sdk_dynamodb::operation::update_item::{UpdateItemInput, UpdateItemOutput};
use aws_sdk_dynamodb::types::ConsumedCapacity;
use aws_sdk_ssm::operation::get_parameter::GetParameterInput;
use aws_sdk_ssm::operation::put_parameter::PutParameterInput;
use aws_smithy_runtime_api::client::interceptors::context::{Input, Output};
use aws_smithy_runtime_api::client::interceptors::dyn_dispatch_hint;
use aws_smithy_types::config_bag::{Storable, StoreReplace};
use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};

/// What a function may do with a table or a private key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Verb {
    /// `GetItem`, `BatchGetItem`, `Query`, the table's indexes included; `GetParameter`.
    Read,
    /// `PutItem`, `UpdateItem`; `PutParameter`.
    Write,
    /// `DeleteItem`.
    Remove,
}

/// One thing that a function may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Access {
    /// With a table.
    Table(Table, Verb),
    /// With the private key of a use: who reads it signs.
    Key(KeyUse, Verb),
}

impl Access {
    fn verb(self) -> Verb {
        match self {
            Access::Table(_, verb) | Access::Key(_, verb) => verb,
        }
    }
}

impl std::fmt::Display for Access {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Access::Table(table, verb) => write!(f, "{verb:?} {}", table.name()),
            Access::Key(key_use, Verb::Read) => write!(f, "Sign {}", key_use.name()),
            Access::Key(key_use, verb) => write!(f, "{verb:?} the key of {}", key_use.name()),
        }
    }
}

/// What one invocation cost, counted from the SDK's calls.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Cost {
    /// Sequential round trips: calls that ran side by side count once.
    pub round_trips: u32,
    /// All calls.
    pub calls: u32,
    /// Items written or removed.
    pub items_written: u32,
    /// Read capacity units.
    pub read_units: f64,
    /// Write capacity units.
    pub write_units: f64,
    in_flight: u32,
}

tokio::task_local! {
    static COST: Arc<Mutex<Cost>>;
}

/// Runs an invocation and counts what its calls cost.
pub async fn counted<F: Future>(invocation: F) -> (F::Output, Cost) {
    let cost = Arc::new(Mutex::new(Cost::default()));
    let output = COST.scope(cost.clone(), invocation).await;
    let cost = cost.lock().unwrap_or_else(PoisonError::into_inner).clone();
    (output, cost)
}

fn with_cost(change: impl FnOnce(&mut Cost)) {
    // Outside of an invocation (setting up a test, say) nobody counts.
    let _ = COST.try_with(|cost| change(&mut cost.lock().unwrap_or_else(PoisonError::into_inner)));
}

/// Which grants were used: what all the tests together must have used once.
pub type Used = Arc<Mutex<BTreeSet<Access>>>;

/// The interceptor.
#[derive(Clone, Debug)]
pub struct Guard {
    function: &'static str,
    prefix: String,
    /// What the names of private keys begin with.
    keys: String,
    granted: BTreeSet<Access>,
    used: Used,
}

impl Guard {
    /// Guards the calls of a function that was granted `granted`; what succeeds is noted in `used`.
    pub fn new(function: &'static str, location: &Location, granted: BTreeSet<Access>, used: Used) -> Self {
        let (prefix, keys) = (location.prefix.clone(), location.keys.clone());
        Self { function, prefix, keys, granted, used }
    }

    fn key(&self, parameter: Option<&str>, verb: Verb) -> Result<Access, BoxError> {
        let parameter = parameter.unwrap_or_default();
        let known = parameter.strip_prefix(&self.keys).and_then(KeyUse::named);
        let known =
            known.ok_or_else(|| format!("{} asks for a parameter that isn't ours: {parameter}", self.function))?;
        Ok(Access::Key(known, verb))
    }

    fn access(&self, table: Option<&str>, verb: Verb) -> Result<Access, BoxError> {
        let table = table.unwrap_or_default();
        let known = table.strip_prefix(&self.prefix).and_then(Table::named);
        let table = known.ok_or_else(|| format!("{} asks for a table that isn't ours: {table}", self.function))?;
        Ok(Access::Table(table, verb))
    }

    /// What a call would do. A call of an operation that isn't listed here is refused: no `Scan`, for one.
    fn wanted(&self, input: &Input) -> Result<(Vec<Access>, u32), BoxError> {
        if let Some(call) = input.downcast_ref::<GetItemInput>() {
            return Ok((vec![self.access(call.table_name(), Verb::Read)?], 0));
        }
        if let Some(call) = input.downcast_ref::<QueryInput>() {
            return Ok((vec![self.access(call.table_name(), Verb::Read)?], 0));
        }
        if let Some(call) = input.downcast_ref::<BatchGetItemInput>() {
            let tables = call.request_items().into_iter().flat_map(|items| items.keys());
            return Ok((tables.map(|table| self.access(Some(table), Verb::Read)).collect::<Result<_, _>>()?, 0));
        }
        if let Some(call) = input.downcast_ref::<PutItemInput>() {
            return Ok((vec![self.access(call.table_name(), Verb::Write)?], 1));
        }
        if let Some(call) = input.downcast_ref::<UpdateItemInput>() {
            return Ok((vec![self.access(call.table_name(), Verb::Write)?], 1));
        }
        if let Some(call) = input.downcast_ref::<DeleteItemInput>() {
            return Ok((vec![self.access(call.table_name(), Verb::Remove)?], 1));
        }
        if let Some(call) = input.downcast_ref::<TransactWriteItemsInput>() {
            let mut wanted = Vec::new();
            for item in call.transact_items() {
                if let Some(put) = item.put() {
                    wanted.push(self.access(Some(put.table_name()), Verb::Write)?);
                }
                if let Some(update) = item.update() {
                    wanted.push(self.access(Some(update.table_name()), Verb::Write)?);
                }
                if let Some(delete) = item.delete() {
                    wanted.push(self.access(Some(delete.table_name()), Verb::Remove)?);
                }
            }
            let items = u32::try_from(call.transact_items().len()).unwrap_or(u32::MAX);
            return Ok((wanted, items));
        }
        if let Some(call) = input.downcast_ref::<GetParameterInput>() {
            return Ok((vec![self.key(call.name(), Verb::Read)?], 0));
        }
        if let Some(call) = input.downcast_ref::<PutParameterInput>() {
            return Ok((vec![self.key(call.name(), Verb::Write)?], 1));
        }
        Err(format!("{} calls an operation that no function is granted", self.function).into())
    }
}

/// What an admitted call would do, kept from its beginning to its end: by then the SDK has taken the input apart.
#[derive(Clone, Debug)]
struct Admitted(Vec<Access>);

impl Storable for Admitted {
    type Storer = StoreReplace<Self>;
}

#[dyn_dispatch_hint]
impl Intercept for Guard {
    fn name(&self) -> &'static str {
        "Guard"
    }

    fn read_before_execution(
        &self,
        context: &BeforeSerializationInterceptorContextRef<'_>,
        cfg: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let (wanted, items) = self.wanted(context.input())?;
        if let Some(access) = wanted.iter().find(|access| !self.granted.contains(access)) {
            return Err(format!("{} was not granted {access}", self.function).into());
        }
        with_cost(|cost| {
            cost.calls += 1;
            cost.round_trips += u32::from(cost.in_flight == 0);
            cost.in_flight += 1;
            cost.items_written += items;
        });
        cfg.interceptor_state().store_put(Admitted(wanted));
        Ok(())
    }

    fn read_after_execution(
        &self,
        context: &FinalizerInterceptorContextRef<'_>,
        _components: &RuntimeComponents,
        cfg: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        // A call that was refused leaves nothing here.
        let Some(Admitted(wanted)) = cfg.load::<Admitted>() else { return Ok(()) };
        let output = context.output_or_error().and_then(Result::ok);
        let writes = wanted.iter().any(|access| access.verb() != Verb::Read);
        with_cost(|cost| {
            cost.in_flight = cost.in_flight.saturating_sub(1);
            let units = output.map_or(0.0, capacity);
            *(if writes { &mut cost.write_units } else { &mut cost.read_units }) += units;
        });
        if output.is_some() {
            self.used.lock().unwrap_or_else(PoisonError::into_inner).extend(wanted.iter().copied());
        }
        Ok(())
    }
}

fn capacity(output: &Output) -> f64 {
    let one = |consumed: Option<&ConsumedCapacity>| consumed.and_then(ConsumedCapacity::capacity_units).unwrap_or(0.0);
    let all = |consumed: &[ConsumedCapacity]| consumed.iter().filter_map(ConsumedCapacity::capacity_units).sum();
    if let Some(output) = output.downcast_ref::<GetItemOutput>() {
        one(output.consumed_capacity())
    } else if let Some(output) = output.downcast_ref::<QueryOutput>() {
        one(output.consumed_capacity())
    } else if let Some(output) = output.downcast_ref::<PutItemOutput>() {
        one(output.consumed_capacity())
    } else if let Some(output) = output.downcast_ref::<UpdateItemOutput>() {
        one(output.consumed_capacity())
    } else if let Some(output) = output.downcast_ref::<DeleteItemOutput>() {
        one(output.consumed_capacity())
    } else if let Some(output) = output.downcast_ref::<BatchGetItemOutput>() {
        all(output.consumed_capacity())
    } else if let Some(output) = output.downcast_ref::<TransactWriteItemsOutput>() {
        all(output.consumed_capacity())
    } else {
        0.0
    }
}
