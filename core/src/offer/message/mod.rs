//! The words of a contact: templates by key and locale, with declared parameters.
//!
//! `key` (what is said, and with which parameters) · `defaults` (the built-in texts) · `locale` (what to fall back on) · `filters`
//! (a discount as people say it) · `templates` (reading and rendering).

mod defaults;
mod filters;
mod key;
mod locale;
mod templates;
#[cfg(test)]
mod tests;

pub use key::{MessageKey, Parameter};
pub use templates::{Escape, Template, Templates};
