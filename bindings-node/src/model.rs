//! A model as a JavaScript object.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};

use beforehand::{Error, ErrorCode, EventId, Model};
use napi::bindgen_prelude::{Buffer, Either, Uint8ArraySlice};
use napi_derive::napi;

use crate::{errors, funnel};

/// What was learned from everyone. Immutable, and shared between threads.
#[napi(js_name = "Model")]
#[derive(Debug)]
pub struct NativeModel {
    model: Arc<Model>,
}

/// Models that were given a handle, so that other threads of the process find them as long as they live.
static SHARED: Mutex<BTreeMap<u32, Weak<Model>>> = Mutex::new(BTreeMap::new());
static NEXT: AtomicU32 = AtomicU32::new(1);

impl NativeModel {
    pub(crate) fn shared(&self) -> Arc<Model> {
        Arc::clone(&self.model)
    }
}

impl From<Model> for NativeModel {
    fn from(model: Model) -> Self {
        Self { model: Arc::new(model) }
    }
}

#[napi]
impl NativeModel {
    /// Reads the bytes of a model file.
    #[napi(factory, catch_unwind)]
    #[allow(clippy::needless_pass_by_value)]
    pub fn from_bytes(bytes: Uint8ArraySlice<'_>) -> napi::Result<Self> {
        funnel::guarded(|| Model::from_bytes(&bytes)).map(Self::from).map_err(|e| errors::raise(&e))
    }

    /// The bytes of the model file.
    #[napi(catch_unwind)]
    pub fn to_bytes(&self) -> napi::Result<Buffer> {
        funnel::guarded(|| self.model.to_bytes()).map(Buffer::from).map_err(|e| errors::raise(&e))
    }

    /// A number by which other threads of the process find the model as long as it lives.
    #[napi(catch_unwind)]
    pub fn handle(&self) -> u32 {
        let mut shared = SHARED.lock().unwrap_or_else(PoisonError::into_inner);
        shared.retain(|_, model| model.strong_count() > 0);
        let known = shared.iter().find(|(_, model)| std::ptr::eq(model.as_ptr(), Arc::as_ptr(&self.model)));
        if let Some((&handle, _)) = known {
            return handle;
        }
        let handle = NEXT.fetch_add(1, Ordering::Relaxed);
        shared.insert(handle, Arc::downgrade(&self.model));
        handle
    }

    /// The model of a handle.
    #[napi(factory, catch_unwind)]
    pub fn from_handle(handle: u32) -> napi::Result<Self> {
        let shared = SHARED.lock().unwrap_or_else(PoisonError::into_inner);
        let model = shared.get(&handle).and_then(Weak::upgrade).ok_or_else(|| {
            let message = format!(
                "no model has the handle {handle}: a handle is good in the process that made it, as long as the model is held there"
            );
            errors::raise(&Error::new(ErrorCode::InvalidOptions, message).with_field("handle"))
        })?;
        Ok(Self { model })
    }

    /// The instant up to which it learned, in milliseconds; how many customers, events and units it learned from; whether it has a layer.
    #[napi(getter, catch_unwind)]
    #[must_use]
    pub fn facts(&self) -> Vec<f64> {
        let model = &self.model;
        let (customers, events) = (model.n_customers() as f64, model.n_events() as f64);
        let layer = if model.has_layer() { 1.0 } else { 0.0 };
        vec![model.as_of().as_micros() as f64 / 1e3, customers, events, model.n_units() as f64, layer]
    }

    /// The civil date of the instant up to which it learned, in the time zone of the log.
    #[napi(getter, catch_unwind)]
    #[must_use]
    pub fn as_of_date(&self) -> String {
        self.model.as_of_date()
    }

    /// The IANA name of the time zone of the log.
    #[napi(getter, catch_unwind)]
    #[must_use]
    pub fn time_zone(&self) -> String {
        self.model.time_zone().to_owned()
    }

    /// Whether it has seen an item, which comes as JSON.
    #[napi(catch_unwind)]
    #[allow(clippy::needless_pass_by_value)]
    pub fn knows_item(&self, item: Either<i64, String>) -> napi::Result<bool> {
        let item = match item {
            Either::A(number) => EventId::from(number),
            Either::B(text) => EventId::from(text),
        };
        funnel::guarded(|| Ok(self.model.knows_item(item))).map_err(|e| errors::raise(&e))
    }

    /// Whether it is the same model.
    #[napi(catch_unwind)]
    #[must_use]
    pub fn equals(&self, other: &NativeModel) -> bool {
        Arc::ptr_eq(&self.model, &other.model) || self.model == other.model
    }
}
