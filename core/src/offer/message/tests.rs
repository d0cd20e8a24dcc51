//! The texts of the cases, to the letter, and templates of one's own.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::collections::BTreeMap;

use super::*;
use crate::error::ErrorCode;

fn values(list: &[(&str, Parameter)]) -> BTreeMap<String, Parameter> {
    list.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect()
}

fn say(key: MessageKey, locale: &str, list: &[(&str, Parameter)]) -> String {
    Templates::new(&[]).unwrap().render(key, locale, &values(list), Escape::None).unwrap()
}

fn filter(discount: f64) -> Vec<(&'static str, Parameter)> {
    vec![("item", "滤芯".into()), ("days_used", 90.0.into()), ("lead_days", 7.0.into()), ("discount", discount.into())]
}

#[test]
fn the_water_filter() {
    assert_eq!(
        say(MessageKey::ReminderOffer, "zh-CN", &filter(0.10)),
        "您上次购买的滤芯已使用90天，按照您的使用频率，建议提前7天备货。现在下单可享老客户9折优惠，需要为您加入购物车吗？"
    );
    assert!(say(MessageKey::ReminderOffer, "zh", &filter(0.05)).contains("老客户95折优惠"));
    assert_eq!(
        say(MessageKey::Reminder, "zh-CN", &filter(0.10)[..3]),
        "您上次购买的滤芯已使用90天，按照您的使用频率，建议提前7天备货。需要为您加入购物车吗？"
    );
    assert_eq!(
        say(MessageKey::ReminderOffer, "en-US", &filter(0.15)),
        "It has been 90 days since you bought 滤芯. At the rate you use it, we suggest ordering 7 days before it runs \
         out. As a returning customer you get 15% off if you order now. Shall we add it to your cart?"
    );
}

#[test]
fn the_milk_powder() {
    let list = [("item", "奶粉".into()), ("days_left", 3.0.into()), ("next_item", "下一阶段配方".into())];
    assert_eq!(
        say(MessageKey::NextStageOffer, "zh-CN", &list),
        "您的奶粉还剩约3天量，根据您宝宝的成长阶段，建议升级到下一阶段配方。点击查看优惠。"
    );
}

#[test]
fn the_account_and_the_card() {
    let tips = [("module", "XX".into()), ("n_tips", 3.0.into())];
    assert_eq!(
        say(MessageKey::UsageTips, "zh-CN", &tips),
        "我们注意到您团队在XX模块使用较少，这里有3个提升效率的小技巧，希望对您有帮助。"
    );
    let one = [("module", "Reports".into()), ("n_tips", 1.0.into())];
    assert!(say(MessageKey::UsageTips, "fr", &one).contains("Here is 1 tip to"));
    let card = [("n_instalments", 6.0.into()), ("monthly_amount", "XXX".into())];
    assert_eq!(
        say(MessageKey::Instalments, "zh-CN", &card),
        "您本期账单较大，建议选择6期免息分期，每月仅需XXX元，不占用现金流。"
    );
}

fn own(locale: &str, text: &str) -> Template {
    Template { key: MessageKey::Reminder, locale: locale.into(), text: text.into() }
}

#[test]
fn a_wrong_template_is_refused_when_it_is_read() {
    for (text, words) in [
        ("{{ itme }}", "uses \"itme\", which is no parameter of it; allowed are item, days_used, lead_days"),
        ("{{ discount | zhe }}", "uses \"discount\""),
        ("{% for x in item %}{{ y }}{% endfor %}", "uses \"y\""),
        ("line\n{{ item", "cannot be read"),
        ("{% if item %}", "cannot be read"),
        ("{{ item | shout }}", "shout"),
        ("{{ days_used | zhe }}", "a discount of 3 cannot be said"),
        ("{{ item.price }}", "fails"),
        ("{% for a in range(9999) %}x{% endfor %}", "uses \"range\""),
        ("{% include 'other' %}", "cannot be read"),
    ] {
        let error = Templates::new(&[own("zh-CN", text)]).unwrap_err();
        assert_eq!(
            (error.code(), error.field()),
            (ErrorCode::InvalidOptions, Some("templates.reminder.zh-CN")),
            "{text}"
        );
        let message = error.to_string();
        assert!(message.contains(words) && message.contains("reminder") && message.contains("zh-CN"), "{message}");
    }
    assert_eq!(Templates::new(&[own("not a tag", "x")]).unwrap_err().field(), Some("locale"));
    assert!(serde_json::from_str::<Template>(r#"{"key": "farewell", "locale": "en", "text": "x"}"#).is_err());
}

#[test]
fn locales_and_overriding() {
    let templates = [own("zh-CN", "大陆"), own("zh", "first"), own("zh", "中文"), own("EN_gb", "{{ item | upper }}!")];
    let templates = Templates::new(&templates).unwrap();
    let say = |locale: &str| {
        let list = values(&[("item", "tea".into()), ("days_used", 1.0.into()), ("lead_days", 2.0.into())]);
        templates.render(MessageKey::Reminder, locale, &list, Escape::None).unwrap()
    };
    assert_eq!((say("zh-CN").as_str(), say("zh_cn").as_str()), ("大陆", "大陆"));
    assert_eq!((say("zh-TW").as_str(), say("en-GB").as_str()), ("中文", "TEA!"));
    assert!(say("de").starts_with("It has been 1 day since you bought tea"));
    assert!(templates.render(MessageKey::Reminder, "", &values(&[]), Escape::None).is_err());
}

#[test]
fn parameters_are_checked_and_escaped() {
    let templates = Templates::new(&[own("en", "<b>{{ item }}</b>")]).unwrap();
    let render =
        |list: &[(&str, Parameter)], escape| templates.render(MessageKey::Reminder, "en", &values(list), escape);
    let evil = ("item", Parameter::from("<i>\"A\" & {{ days_used }}</i>"));
    assert_eq!(render(std::slice::from_ref(&evil), Escape::None).unwrap(), "<b><i>\"A\" & {{ days_used }}</i></b>");
    let html = render(&[evil], Escape::Html).unwrap();
    assert!(html.starts_with("<b>&lt;i&gt;&quot;A&quot; &amp; {{ days_used }}&lt;"), "{html}");

    let error = render(&[("days_used", 3.0.into())], Escape::None).unwrap_err();
    assert_eq!((error.code(), error.field()), (ErrorCode::InvalidData, Some("item")));
    assert!(error.to_string().contains("needs the parameter item"), "{error}");
    let error = render(&[("item", "x".into()), ("itme", "x".into())], Escape::None).unwrap_err();
    assert_eq!(error.field(), Some("itme"));
    let error = render(&[("item", f64::NAN.into())], Escape::None).unwrap_err();
    assert_eq!(error.field(), Some("item"));
    let error = Templates::new(&[])
        .unwrap()
        .render(MessageKey::ReminderOffer, "zh", &values(&filter(2.0)), Escape::None)
        .unwrap_err();
    assert!(error.to_string().contains("a discount of 2 cannot be said"), "{error}");
}
