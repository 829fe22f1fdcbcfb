"""The charts beside the payments table: each answers the one question in its title, and says what it adds up to."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import Any, cast

import altair as alt
import pandas as pd
import streamlit as st

from dashboard.desk import Desk
from dashboard.domain.formatting import units
from dashboard.domain.models import Actor
from dashboard.domain.payment_filter import PaymentFilter
from dashboard.payments.charts import AGES, REST, REST_OF_THEM, Chart, ReturnRate
from dashboard.ui import actions, errors, format
from dashboard.ui.text import plain

# Each stands out from white and from the dark background by 3:1 or more (WCAG 1.4.11); the legend names them.
COLOURS = {"Collected": "#23866a", "Waiting": "#8a8f98", "Failed or returned": "#bf5a2a", REST: "#5b7fa6"}
STEP_WORDS = {"day": "day", "week": "week (from Monday)", "month": "month", "": "day"}
HEIGHT = 260
LISTED = 30  # bars in words below a chart
PRESSED = "chart-pressed"  # the filter of the bar that was pressed last
LEVELS = {
    "ok": ("✓", "below half of the limit"),
    "warning": ("⚠", "above half of the limit"),
    "over": ("✗", "OVER the limit"),
}
RATE_WORDS = {
    "unauthorized": "Unauthorized (R05, R07, R10, R11, R29, R51)",
    "administrative": "Administrative (R02, R03, R04)",
    "overall": "All returns",
}


@st.fragment(parallel=True)
def draw_by_day(desk: Desk, actor: Actor, wanted: PaymentFilter) -> None:
    """Collected by day."""
    st.markdown("##### How much was collected, by debit date?")
    with errors.shown():
        chart = desk.charts.by_day(actor, wanted)
        if not chart.bars:
            st.caption("No payment matches this filter.")
            return
        bars = alt.Chart(_table(chart)).mark_bar().encode(
            x=alt.X("start:T", title=f"Created, by {STEP_WORDS[chart.step]}", axis=alt.Axis(format="%d %b %y")),
            y=alt.Y("money:Q", title=chart.currency.upper(), axis=alt.Axis(format="~s"), stack="zero"),
            color=alt.Color(
                "group:N",
                title=None,
                scale=alt.Scale(domain=list(COLOURS), range=list(COLOURS.values())),
                legend=alt.Legend(orient="top", columns=2),
            ),
            order=alt.Order("place:Q"),
            tooltip=[
                alt.Tooltip("start:T", title=STEP_WORDS[chart.step].capitalize(), format="%a %d %b %Y"),
                alt.Tooltip("group:N", title="Status"),
                *_tips(),
            ],
        )  # fmt: skip
        _show(bars, chart, "by-day", "Money by day of creation, split into collected, waiting, failed and refunded")


@st.fragment(parallel=True)
def draw_ageing(desk: Desk, actor: Actor, wanted: PaymentFilter) -> None:
    """Ageing of what is pending."""
    st.markdown("##### How long have pending payments been waiting?")
    with errors.shown():
        chart = desk.charts.ageing(actor, wanted)
        if not chart.bars:
            st.caption("No payment in this filter is pending.")
            return
        names = _names("Business days", list(AGES))
        color = alt.condition("datum.name == 'Overdue'", alt.value("#bf5a2a"), alt.value("#8a8f98"))
        _show(_level(chart, names, color), chart, "ageing", "Pending money by business days since the debit")


@st.fragment(parallel=True)
def draw_reasons(desk: Desk, actor: Actor, wanted: PaymentFilter) -> None:
    """Failure reasons."""
    st.markdown("##### Why did payments fail or get returned?")
    with errors.shown():
        chart = desk.charts.reasons(actor, wanted)
        if not chart.bars:
            st.caption("No payment in this filter failed or was returned.")
            return
        bars = _level(
            chart, _names(), alt.value("#bf5a2a"), x=alt.X("count:Q", title="Payments", axis=alt.Axis(tickMinStep=1))
        )
        _show(bars, chart, "reasons", "Failed and returned payments by reason code")


@st.fragment(parallel=True)
def draw_by_customer(desk: Desk, actor: Actor, wanted: PaymentFilter) -> None:
    """Collected by customer."""
    st.markdown("##### Which customers paid the most?")
    with errors.shown():
        chart = desk.charts.by_customer(actor, wanted)
        if not chart.bars:
            st.caption("No payment in this filter was collected.")
            return
        named = [bar for bar in chart.bars if bar.group != REST_OF_THEM]
        rest = [bar for bar in chart.bars if bar.group == REST_OF_THEM]
        bars = _level(replace(chart, bars=named), _names(), alt.value("#23866a"))
        below = "".join(
            f" Not drawn, far larger than the others: {bar.name}, {format.money(bar.amount, chart.currency)}."
            for bar in rest
        )
        _show(bars, chart, "by-customer", "Collected money by customer, the largest first", below)


def draw_charts(desk: Desk, actor: Actor, wanted: PaymentFilter) -> None:
    """All four."""
    left, right = st.columns(2, gap="large")
    with left:
        draw_by_day(desk, actor, wanted)
        draw_reasons(desk, actor, wanted)
    with right:
        draw_ageing(desk, actor, wanted)
        draw_by_customer(desk, actor, wanted)


@st.fragment(parallel=True)
def draw_return_rates(desk: Desk, actor: Actor) -> None:
    """Nacha's three rates, each as a gauge up to its limit with a mark at half of it."""
    with errors.shown():
        found = desk.charts.return_rates(actor)
        st.markdown(f"##### How close are returns to Nacha's limits? Debits since {format.day(found.since)} (60 days)")
        for column, rate in zip(st.columns(len(found.rates), gap="large"), found.rates, strict=True):
            with column:
                _gauge(rate)
        st.caption(
            f"{plain(found.source())} Debits that Stripe refused before the bank network saw them are not counted."
            " The filter above does not apply here."
        )


def say_near_limits(desk: Desk, actor: Actor) -> str:
    """A sentence where a rate has reached half of its limit; empty otherwise."""
    near = desk.charts.near_limits(actor, desk.sync.status().last_finished_at)
    words = "; ".join(f"{rate.name} {rate.rate:.2%} (limit {rate.limit:.1%})" for rate in near)
    return f"Returns near Nacha's limits: {words}. See Return rates." if near else ""


def _gauge(rate: ReturnRate) -> None:
    sign, words = LEVELS[rate.level]
    st.metric(RATE_WORDS[rate.name], f"{sign} {rate.rate:.2%}")
    share = min(1.0, rate.rate / rate.limit)
    color = {"ok": "#23866a", "warning": "#c98a1b", "over": "#c0392b"}[rate.level]
    limit = f"{rate.limit:.1%}"
    st.html(
        f'<div role="meter" aria-label="{RATE_WORDS[rate.name]}" aria-valuemin="0" aria-valuemax="{rate.limit * 100:g}"'
        f' aria-valuenow="{rate.rate * 100:.2f}" style="position:relative;height:.7rem;border:1px solid #8a8f98;'
        f'border-radius:.35rem;overflow:hidden"><div style="width:{share:.1%};height:100%;background:{color}"></div>'
        '<div style="position:absolute;left:50%;top:0;bottom:0;width:1px;background:#8a8f98"></div></div>'
    )
    st.caption(
        f"{rate.returned:,} of {format.count(rate.originated, 'debit')}; limit {limit},"
        f" warning from half of it: {words}."
    )


def _level(chart: Chart, names: alt.Y, color: object, x: alt.X | None = None) -> alt.Chart:
    money = alt.X("money:Q", title=chart.currency.upper(), axis=alt.Axis(format="~s", tickCount=6))
    tips = [alt.Tooltip("name:N", title=" "), *_tips()]
    bars: alt.Chart = alt.Chart(_table(chart)).mark_bar().encode(x=x or money, y=names, color=color, tooltip=tips)
    return bars


def _names(title: str | None = None, sort: list[str] | None = None) -> alt.Y:
    return alt.Y("name:N", title=title, sort=sort, axis=alt.Axis(labelLimit=220, labelOverlap=False))


def _tips() -> list[alt.Tooltip]:
    return [alt.Tooltip("sum:N", title="Amount"), alt.Tooltip("count:Q", title="Payments", format=",")]


def _table(chart: Chart) -> pd.DataFrame:
    """The bars as the chart library takes them; money becomes a fraction only here, to be drawn."""
    places = list(COLOURS)
    return pd.DataFrame(
        [
            {
                "name": bar.name,
                "group": bar.group,
                "place": places.index(bar.group) if bar.group in COLOURS else 0,
                "start": None if bar.start is None else bar.start.isoformat(),
                "money": units(bar.amount, chart.currency),
                "sum": format.money(bar.amount, chart.currency),
                "count": bar.count,
                "bar": number,
            }
            for number, bar in enumerate(chart.bars)
        ]
    )


def _show(bars: alt.Chart, chart: Chart, name: str, alt_text: str, below: str = "") -> None:
    key = f"chart-{name}"
    event = st.altair_chart(
        bars.properties(height=HEIGHT).add_params(alt.selection_point(name="pressed", fields=["bar"])),
        width="stretch",
        alt=alt_text,
        key=key,
        on_select="rerun",
    )
    _follow(key, chart, cast(Any, event).selection.get("pressed") or [])
    count = format.payments(chart.count)
    left_out = f" Not in this chart: {', '.join(one.upper() for one in chart.others)}." if chart.others else ""
    st.caption(plain(f"Adds up to {count}, {format.money(chart.amount, chart.currency)}.{below}{left_out}"))
    listed = st.expander("As a list", on_change="rerun", key=f"{key}-list")
    if listed.open:
        with listed:
            _list(key, chart)


def _list(key: str, chart: Chart) -> None:
    """The newest or largest bars in words; each leads to its payments, by keyboard too."""
    bars = [bar for bar in (reversed(chart.bars) if chart.step else chart.bars) if bar.count]
    for number, bar in enumerate(bars[:LISTED]):
        name = bar.name if bar.start is None else f"{format.day(bar.start)}, {bar.group}"
        words = plain(f"{name}: {format.payments(bar.count)}, {format.money(bar.amount, chart.currency)}")
        if bar.within is None:
            st.markdown(words)
        else:
            actions.button(words, _show_bar(bar.within), key=f"{key}-bar-{number}", type="tertiary")
    if len(bars) > LISTED:
        st.caption(f"And {len(bars) - LISTED:,} more: choose fewer days in the filter.")


def _show_bar(wanted: PaymentFilter) -> actions.Work:
    return lambda _actor, _fields: actions.Then(keep={PRESSED: _pressed(wanted)})


def _pressed(wanted: PaymentFilter) -> dict[str, Any]:
    return {"at": time.time_ns() // 1_000_000, "query": wanted.to_query()}


def _follow(key: str, chart: Chart, pressed: list[dict[str, Any]]) -> None:
    """Ask for the table of the payments of a bar that was pressed; what stays pressed asks once."""
    seen = f"{key}-seen"
    if pressed == st.session_state.get(seen, []):
        return
    st.session_state[seen] = pressed
    number = pressed[0].get("bar") if pressed else None
    bar = chart.bars[number] if isinstance(number, int) and 0 <= number < len(chart.bars) else None
    if bar is not None and bar.within is not None:
        st.session_state[PRESSED] = _pressed(bar.within)
        st.rerun()  # the table is drawn outside of this part


def pressed_bar() -> dict[str, Any] | None:
    """The filter of the bar that was pressed last, as in an address, and when (epoch milliseconds)."""
    found: dict[str, Any] | None = st.session_state.get(PRESSED)
    return found
