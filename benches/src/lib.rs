//! Logs for measuring speed: the shipped order log, and synthetic logs of any size that are made from it.

pub mod log_file;
pub mod predict;
pub mod profile;
pub mod random;
pub mod real_log;
pub mod request;
pub mod synthetic;
pub mod system;
