//! What is known beside the purchases: traits of customers, and the calendar.
//!
//! *Traits* that do not change act on both processes (Fader & Hardie 2007, "Incorporating Time-Invariant Covariates into the
//! Pareto/NBD and BG/NBD Models"): with the traits `z` centred,
//!
//! - buying: `α_i = α · exp(-γ'z)`, so that the rate of purchases is multiplied by `exp(γ'z)`;
//! - leaving: `a_i = a · exp(δ'z)`, which adds `δ'z` to the log-odds of the mean probability of leaving, or for
//!   Pareto/NBD `β_i = β · exp(-δ'z)`, which multiplies the rate of leaving by `exp(δ'z)`.
//!
//! *The calendar* multiplies the rate of purchases by `m(d) = exp(η'c(d))` on day `d`. A process of rate `λ · m(d)` is one of
//! rate `λ` in *business time* `Λ(d) = Σ m` (the time change of a Poisson process, Cinlar 1975; effects of time on latent
//! attrition: Bachmann, Meierer & Näf 2021). Customers of the BG families leave after purchases, so everything in these
//! models runs in business time, and the likelihood is theirs with `Λ` for the times, times `m` of each purchase's day. In
//! Pareto/NBD customers leave in calendar time; there is no such form, and a calendar is refused.
//!
//! Coefficients have a weak normal prior around 0 (ridge), so that months nobody has seen yet have an effect of 0.

mod buyer;
mod calendar;
mod likelihood;
mod model;

pub use buyer::Buyer;
pub use calendar::Calendar;
pub use model::{Context, ContextModel, Effect, EffectOn};
