"""A backtest in words."""

from __future__ import annotations

from .._types import Backtest


def in_words(test: Backtest) -> str:
    """Its scores as a table, then what became of intervals and reminders."""
    dates = ", ".join(str(at.date()) for at in test.cutoffs)
    within = f"within {test.horizon_days:g} days"
    lines = [f"Backtest at {dates}; {test.all.n_forecasts:,} forecasts of purchases {within}", ""]
    lines.append(f"{'':<28}{'log-loss':>10}{'base rate':>11}{'gain':>8}{'forecast':>10}{'bought':>8}{'calibration error':>19}")
    rows = [
        ("all pairs", test.all),
        ("bought twice or more", test.repeated),
        ("all pairs, without layer", test.structure),
    ]
    for name, scores in rows:
        if scores is not None:
            gain = "-" if scores.log_loss_skill is None else f"{100 * scores.log_loss_skill:.1f} %"
            lines.append(
                f"{name:<28}{scores.log_loss:>10.4f}{scores.log_loss_base:>11.4f}{gain:>8}"
                f"{100 * scores.mean_prob:>8.2f} %{100 * scores.base_rate:>6.2f} %{scores.ece:>19.4f}"
            )
    lines.append("")
    if test.coverage is not None and test.coverage.share is not None:
        level, share = 100 * test.coverage.level, 100 * test.coverage.share
        lines.append(f"The {level:.0f} % interval of the run-out date held {share:.1f} % of the purchases.")
    if test.reminders is None or not test.reminders.points:
        lines.append("No reminder could be judged: the log ends too early, or none was due.")
    else:
        options = test.reminders.options
        lines.append(f"Reminders of run-outs within {options.horizon_days:g} days, right to ±{options.tolerance_days:g} days:")
        lines.append(f"{'P at least':>12}{'reminders':>12}{'precision':>12}{'recall':>10}")
        points = test.reminders.points
        for point in points[:: max(1, len(points) // 6)]:
            recall = "-" if point.recall is None else f"{100 * point.recall:.1f} %"
            lines.append(f"{point.prob_threshold:>12.2f}{point.n_reminders:>12,}{100 * point.precision:>10.1f} %{recall:>10}")
    return "\n".join(lines)
