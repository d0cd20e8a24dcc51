//! The built-in texts.

use super::key::MessageKey;

/// Locales with a text for every key.
pub(super) const LOCALES: [&str; 2] = ["zh", "en"];

/// The text of a key in one of [`LOCALES`].
pub(super) fn text(key: MessageKey, locale: &str) -> &'static str {
    let (chinese, english) = match key {
        MessageKey::Reminder => (
            "您上次购买的{{ item }}已使用{{ days_used }}天，按照您的使用频率，建议提前{{ lead_days }}天备货。需要为您加入购物车吗？",
            "It has been {{ days_used }} day{{ '' if days_used == 1 else 's' }} since you bought {{ item }}. \
             At the rate you use it, we suggest ordering {{ lead_days }} day{{ '' if lead_days == 1 else 's' }} before it runs out. \
             Shall we add it to your cart?",
        ),
        MessageKey::ReminderOffer => (
            "您上次购买的{{ item }}已使用{{ days_used }}天，按照您的使用频率，建议提前{{ lead_days }}天备货。\
             现在下单可享老客户{{ discount | zhe }}优惠，需要为您加入购物车吗？",
            "It has been {{ days_used }} day{{ '' if days_used == 1 else 's' }} since you bought {{ item }}. \
             At the rate you use it, we suggest ordering {{ lead_days }} day{{ '' if lead_days == 1 else 's' }} before it runs out. \
             As a returning customer you get {{ discount | percent }} off if you order now. Shall we add it to your cart?",
        ),
        MessageKey::NextStage => (
            "您的{{ item }}还剩约{{ days_left }}天量，根据您宝宝的成长阶段，建议升级到{{ next_item }}。",
            "Your {{ item }} will last about {{ days_left }} more day{{ '' if days_left == 1 else 's' }}. \
             At this stage of growth we suggest moving on to {{ next_item }}.",
        ),
        MessageKey::NextStageOffer => (
            "您的{{ item }}还剩约{{ days_left }}天量，根据您宝宝的成长阶段，建议升级到{{ next_item }}。点击查看优惠。",
            "Your {{ item }} will last about {{ days_left }} more day{{ '' if days_left == 1 else 's' }}. \
             At this stage of growth we suggest moving on to {{ next_item }}. Tap to see your offer.",
        ),
        MessageKey::UsageTips => (
            "我们注意到您团队在{{ module }}模块使用较少，这里有{{ n_tips }}个提升效率的小技巧，希望对您有帮助。",
            "We noticed that your team makes little use of {{ module }}. Here {{ 'is' if n_tips == 1 else 'are' }} \
             {{ n_tips }} {{ 'tip' if n_tips == 1 else 'tips' }} to save time; we hope this helps.",
        ),
        MessageKey::Instalments => (
            "您本期账单较大，建议选择{{ n_instalments }}期免息分期，每月仅需{{ monthly_amount }}元，不占用现金流。",
            "Your bill is larger than usual this time. You can pay it in {{ n_instalments }} interest-free instalments of \
             {{ monthly_amount }} a month, which leaves your cash free.",
        ),
    };
    if locale == LOCALES[0] { chinese } else { english }
}
