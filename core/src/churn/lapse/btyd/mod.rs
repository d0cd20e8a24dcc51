//! Models of customers who buy for a while and then leave unseen ("buy till you die").

mod answers;
mod context;
mod customer;
mod gamma_gamma;
mod geometric;
mod geometric_fit;
mod interval;
mod model;
mod pareto;
mod prior;
mod status;

pub use context::{Buyer, Calendar, Context, ContextModel, Effect, EffectOn};
pub use customer::CustomerSummary;
pub use gamma_gamma::GammaGamma;
pub use interval::Expectation;
pub use model::{Family, Parameter, PurchaseModel};
pub use status::FitStatus;

pub(crate) use customer::Groups;
pub(crate) use geometric::{Geometric, MAX_K, Standing};
pub(crate) use geometric_fit::Kind;
