//! A decision in plain words, in English and Chinese.

use std::fmt::{self, Display, Formatter, Write};

use super::decision::{AbstainReason, Candidate, ChangeOf, Decision, EvidenceKind, HandOffReason, Reasoning};

/// Whose words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Language {
    English,
    Chinese,
}

/// An amount or a probability as it is read: to two places, and to four where these would show nothing.
#[derive(Debug, Clone, Copy)]
struct Number(f64);

impl Display for Number {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let places = if (5e-5..5e-3).contains(&self.0.abs()) { 4 } else { 2 };
        // What rounds to nothing has no sign.
        let value = if self.0.abs() < 5e-5 { 0.0 } else { self.0 };
        if f.sign_plus() { write!(f, "{value:+.places$}") } else { write!(f, "{value:.places$}") }
    }
}

/// Room for the words of most decisions.
const USUAL_BYTES: usize = 1024;

/// What a decision says, a line per thought: what is done, why, what else was weighed, what would change it. Chinese for locales that
/// begin with `zh`, else English.
pub(super) fn words(decision: &Decision, locale: &str) -> String {
    let language = if locale.to_ascii_lowercase().starts_with("zh") { Language::Chinese } else { Language::English };
    let mut out = headline(decision, language);
    out.reserve(USUAL_BYTES);
    for line in lines(decision.reasoning(), language) {
        out.push('\n');
        out.push_str(&line);
    }
    out
}

fn headline(decision: &Decision, language: Language) -> String {
    use Language::{Chinese, English};
    let of = |item: &Option<crate::EventId>| item.as_ref().map(ToString::to_string).unwrap_or_default();
    match (decision, language) {
        (Decision::Contact(c), English) => format!(
            "Contact about {} at {} over {} with {}: expected to earn {} more than doing nothing.",
            of(&c.item),
            c.contact_at,
            c.channel,
            c.offer,
            Number(c.expected_margin)
        ),
        (Decision::Contact(c), Chinese) => format!(
            "建议联系：{}，{}，渠道 {}，方案 {}；预计比不联系多赚 {}。",
            of(&c.item),
            c.contact_at,
            c.channel,
            c.offer,
            Number(c.expected_margin)
        ),
        (Decision::Wait(w), English) => format!(
            "Wait until {}: a contact about {} is then expected to earn {}.",
            w.until_at.date(),
            of(&w.item),
            Number(w.expected_margin)
        ),
        (Decision::Wait(w), Chinese) => {
            format!(
                "建议等到 {}：届时联系（{}）预计多赚 {}。",
                w.until_at.date(),
                of(&w.item),
                Number(w.expected_margin)
            )
        }
        (Decision::Abstain(a), language) => nothing(a.because, &a.missing, language),
        (Decision::HandOff(h), English) => {
            let why = match h.because {
                HandOffReason::Doubt => "the gain is doubtful, and knowing it is worth a person's time",
                HandOffReason::Rule => "a rule says so",
            };
            format!(
                "Hand to {}: {why}. The machine would offer {} over {} (expected {}).",
                h.to,
                h.offer,
                h.channel,
                Number(h.expected_margin)
            )
        }
        (Decision::HandOff(h), Chinese) => {
            let why = match h.because {
                HandOffReason::Doubt => "收益存疑，值得人工判断",
                HandOffReason::Rule => "规则要求人工处理",
            };
            format!(
                "转交 {}：{why}。机器方案：{}，渠道 {}（预计 {}）。",
                h.to,
                h.offer,
                h.channel,
                Number(h.expected_margin)
            )
        }
    }
}

fn nothing(because: AbstainReason, missing: &[String], language: Language) -> String {
    let (english, chinese) = match because {
        AbstainReason::NoGain => ("no contact is expected to gain anything", "任何联系预计都不会带来收益"),
        AbstainReason::Doubt => ("the gain is too doubtful", "收益过于不确定"),
        AbstainReason::Limit => {
            ("limits leave no day on which a contact would gain anything", "限制条件下没有合适的联系日期")
        }
        AbstainReason::Capacity => ("others gain more from the capacity there is", "名额有限，其他客户收益更高"),
        AbstainReason::Holdout => ("the customer is held out, to measure what contacts earn", "该客户属于对照组"),
        AbstainReason::Explore => {
            ("a lottery chose to do nothing, to learn what contacts earn", "随机抽中不联系，以便学习效果")
        }
        AbstainReason::Refused => ("a person has refused it, or would most likely", "人工已否决，或很可能否决该方案"),
        AbstainReason::Missing => ("something is missing", "缺少信息"),
    };
    match language {
        Language::English if missing.is_empty() => format!("Do nothing: {english}."),
        Language::English => format!("Do nothing: {english}: {}.", missing.join("; ")),
        Language::Chinese => format!("不联系：{chinese}。"),
    }
}

fn lines(reasoning: &Reasoning, language: Language) -> Vec<String> {
    let is_english = language == Language::English;
    let mut out = Vec::new();
    if let Some(best) = reasoning.candidates.first() {
        out.push(made_of(best, is_english));
    }
    let evidence = reasoning.evidence.iter().map(|e| {
        let (english, chinese) = match e.kind {
            EvidenceKind::DueSoon => {
                ("the need falls due while a contact today works best", "需求在联系最有效期内到期")
            }
            EvidenceKind::DueLater => ("it falls due only much later", "需求很久以后才到期"),
            EvidenceKind::BuysUnprompted => ("the customer buys unprompted", "客户不联系也会购买"),
            EvidenceKind::Effect => ("a contact wins a customer who would not buy", "联系能赢回本不会购买的客户"),
            EvidenceKind::IgnoredContacts => ("contacts ignored of late", "近期被忽略的联系"),
            EvidenceKind::UseFell => ("share of the use that was lost", "使用量下降"),
            EvidenceKind::FalseAlarm => {
                ("healthy customers that show as much in a year", "一年内正常客户出现同样迹象的比例")
            }
            EvidenceKind::Approved => ("a person approves the proposal", "人工批准该方案"),
            EvidenceKind::Recovers => ("the use recovers without help", "无需帮助自行恢复"),
        };
        let number = if e.kind == EvidenceKind::IgnoredContacts {
            format!("{:.1}", e.value)
        } else {
            format!("{:.0} %", 100.0 * e.value)
        };
        match (is_english, e.is_for) {
            (true, true) => format!("For: {english}: {number} (from {} observations).", e.n),
            (true, false) => format!("Against: {english}: {number} (from {} observations).", e.n),
            (false, true) => format!("支持：{chinese}：{number}（依据 {} 次观察）。", e.n),
            (false, false) => format!("反对：{chinese}：{number}（依据 {} 次观察）。", e.n),
        }
    });
    out.extend(evidence);
    let other = reasoning.candidates.get(1);
    if let Some(other) = other {
        out.push(if is_english {
            format!("Next best offer: {} over {}, {}.", other.offer, other.channel, Number(other.expected_margin))
        } else {
            format!("次优方案：{}，渠道 {}，{}。", other.offer, other.channel, Number(other.expected_margin))
        });
    }
    if let Some(binding) = &reasoning.binding {
        out.push(if is_english {
            format!("The limit {} costs {}.", binding.limit, Number(binding.costs))
        } else {
            format!("限制 {} 的代价为 {}。", binding.limit, Number(binding.costs))
        });
    }
    for change in &reasoning.would_change {
        let (english, chinese) = match change.of {
            ChangeOf::ProbWinBack => ("the chance that a contact wins the customer", "联系赢回客户的概率"),
            ChangeOf::ProbOwn => ("the chance that the customer buys unprompted", "客户自行购买的概率"),
            ChangeOf::OrderValue => ("the order's value", "订单金额"),
            ChangeOf::ContactCost => ("the contact's cost", "联系成本"),
        };
        let (value, threshold) = (Number(change.value), Number(change.threshold));
        out.push(if is_english {
            format!("It would turn if {english} were {threshold} instead of {value}.")
        } else {
            format!("若{chinese}由 {value} 变为 {threshold}，结论将改变。")
        });
    }
    out
}

/// Of what a gain is made.
fn made_of(candidate: &Candidate, is_english: bool) -> String {
    let p = &candidate.parts;
    let parts = [
        (p.win_back, "won back", "赢回"),
        (p.cannibalised, "given away", "让利"),
        (p.ignored, "ignored", "被忽略"),
        (p.lost, "customers lost", "流失"),
        (p.timing, "timing", "时机"),
        (p.contact, "contact", "联系成本"),
    ];
    let mut out = String::from(if is_english { "Made of" } else { "构成" });
    // Those that show in two places; where none does, those that are a hundredth of the largest.
    let largest = parts.iter().fold(0.0, |most: f64, p| most.max(p.0.abs()));
    let least = if largest >= 5e-3 { 5e-3 } else { (0.01 * largest).max(f64::MIN_POSITIVE) };
    for (i, (value, english, chinese)) in parts.iter().filter(|p| p.0.abs() >= least).enumerate() {
        let value = Number(*value);
        let name = if is_english { english } else { chinese };
        // Writing to a String cannot fail.
        let _ = write!(out, "{} {name} {value:+}", if i == 0 { ":" } else { "," });
    }
    let (low, high) = (Number(candidate.margin_low), Number(candidate.margin_high));
    let _ = if is_english {
        write!(out, "; between {low} and {high}.")
    } else {
        write!(out, "；区间 {low} 至 {high}。")
    };
    out
}

#[cfg(test)]
mod tests {
    use super::super::gains::Parts;
    use super::*;

    #[test]
    fn small_numbers_show_and_nothing_has_no_sign() {
        let shown = [12.345, -0.05, 0.004_2, -0.000_2, -0.000_01, 0.0].map(|x| Number(x).to_string());
        assert_eq!(shown, ["12.35", "-0.05", "0.0042", "-0.0002", "0.00", "0.00"]);
        assert_eq!(format!("{:+} {:+}", Number(0.5), Number(-0.5)), "+0.50 -0.50");
    }

    #[test]
    fn a_gain_near_nothing_still_says_of_what_it_is_made() {
        let candidate = Candidate {
            item: None,
            offer: "reminder".to_owned(),
            channel: "app".to_owned(),
            in_days: 27,
            expected_margin: -0.0002,
            margin_low: -0.0003,
            margin_high: -0.0001,
            parts: Parts { win_back: 0.000_24, contact: -0.000_44, lost: -0.000_001, ..Parts::default() },
        };
        let words = made_of(&candidate, true);
        assert_eq!(words, "Made of: won back +0.0002, contact -0.0004; between -0.0003 and -0.0001.");
    }
}
