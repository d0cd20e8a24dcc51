//! What holds for every list that is given as an option.

use std::fmt::Display;

use crate::error::{Error, Result};

/// The first value that stands a second time. It looks through all that went before: lists of options are short.
pub(crate) fn repeated<T: PartialEq>(list: impl IntoIterator<Item = T>) -> Option<T> {
    let mut before = Vec::new();
    for value in list {
        if before.contains(&value) {
            return Some(value);
        }
        before.push(value);
    }
    None
}

/// Each value is allowed, and none stands twice: a table would have two columns of one name.
///
/// # Errors
/// `invalid_options` naming the option, the value and the values allowed.
pub(crate) fn check_list<T: PartialEq + Display>(
    option: &str,
    list: &[T],
    allowed: &str,
    is_allowed: impl Fn(&T) -> bool,
) -> Result<()> {
    if let Some(x) = list.iter().find(|x| !is_allowed(x)) {
        return Err(Error::options(option, format!("{option} holds {x}; allowed are {allowed}")));
    }
    match repeated(list) {
        Some(x) => Err(Error::options(option, format!("{option} holds {x} twice; give each value once"))),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_value_that_comes_again_is_named() {
        assert_eq!(repeated([1, 2, 3, 2, 1]), Some(2));
        assert_eq!(repeated(["a", "b"]), None);
        let check = |list: &[f64]| check_list("days", list, "numbers above 0", |d| *d > 0.0).map_err(|e| e.to_string());
        assert_eq!(check(&[1.0, 7.0]), Ok(()));
        for (list, said) in
            [(vec![1.0, f64::NAN], "days holds NaN; allowed"), (vec![7.0, 1.0, 7.0], "days holds 7 twice")]
        {
            let message = check(&list).expect_err(said);
            assert!(message.contains(said), "{message}");
        }
    }
}
