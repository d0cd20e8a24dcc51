//! Names of locales, and what to fall back on.

use crate::error::{Error, Result};

/// What every key has a text in.
const LAST: &str = "en";

/// A locale's name as it is looked up: `zh_CN` and `ZH-cn` are `zh-cn`.
///
/// # Errors
/// `invalid_options` unless it is made of letters and digits with single hyphens (or underscores) between them.
pub(super) fn normal(locale: &str) -> Result<String> {
    let name = locale.trim().replace('_', "-").to_ascii_lowercase();
    let sound = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_alphanumeric());
    if name.split('-').all(sound) {
        return Ok(name);
    }
    let message = format!("locale is {locale:?}; give a language tag such as zh-CN, zh or en");
    Err(Error::options("locale", message))
}

/// The locales to try for one asked for (a normal name): itself, then less and less of it, at last English.
pub(super) fn chain(locale: &str) -> impl Iterator<Item = &str> {
    let shorter = std::iter::successors(Some(locale), |name| name.rsplit_once('-').map(|(head, _)| head));
    shorter.chain([LAST])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn locales_fall_back_to_the_language_and_then_to_english() {
        assert_eq!(normal(" zh_Hans_CN ").expect("a tag"), "zh-hans-cn");
        assert_eq!(chain("zh-hans-cn").collect::<Vec<_>>(), ["zh-hans-cn", "zh-hans", "zh", "en"]);
        for wrong in ["", "zh--cn", "-", "zh/cn", "中文"] {
            assert!(normal(wrong).is_err(), "{wrong}");
        }
    }
}
