"""The report: all that was run, as HTML and as Markdown."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from itertools import groupby
from string import Template

from livestyle.workshop.reproduction.findings import Verdict
from livestyle.workshop.reproduction.record import Record
from livestyle.workshop.reproduction.registry import EXPERIMENTS

HTML_NAME, MARKDOWN_NAME = "index.html", "reproduction.md"
TITLES = {e.name: f"{e.paper}: {e.title[0].lower()}{e.title[1:]}" for e in EXPERIMENTS}
HEAD = ("claim", "asked", "reached", "holds")
MADE_BY = "livestyle reproduce"

PAGE = Template("""<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="generator" content="$made_by">
<meta name="viewport" content="width=device-width">
<title>Reproduction</title>
<style>
body { font: 16px/1.5 system-ui, sans-serif; color: #222; }
body { max-width: 62rem; margin: 2rem auto; padding: 0 1rem; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; vertical-align: top; padding: .3rem .8rem .3rem 0; border-top: 1px solid #ddd; }
.yes { color: #2c7a3f; } .no { color: #b3261e; } .not { color: #777; }
img { max-width: 100%; } figure { margin: 1.5rem 0; } figcaption, .on { color: #666; font-size: .9rem; }
</style>
<h1>Reproduction</h1>
<p>$summary</p>
$sections
</html>
""")

INTRODUCTION = """# Reproduction

What each paper claims, the figure or threshold asked for, and what this code reached. `{made_by} --all` makes
this page; `{made_by} NAME` one section of it. The sizes are small, for minutes on two cores: a section says
which, and what it ran on. A claim that was not reached says so.
"""


def summarize(records: Sequence[Record]) -> str:
    """'30 claims: 25 hold, 3 do not, 2 are not shown.'"""
    verdicts = [c.verdict for r in records for c in r.claims]
    yes, no, open_ = (verdicts.count(v) for v in (Verdict.YES, Verdict.NO, Verdict.OPEN))
    trial = " A trial: the sizes are tiny, the figures mean nothing." if any(r.trial for r in records) else ""
    return f"{len(verdicts)} claims: {yes} hold, {no} do not, {open_} are not shown.{trial}"


def html(records: Sequence[Record]) -> str:
    """One page; its pictures lie where the records say, beside it."""
    sections = "\n".join(_html_section(record) for record in records)
    return PAGE.substitute(made_by=MADE_BY, summary=escape(summarize(records)), sections=sections)


def _html_section(record: Record) -> str:
    rows = "\n".join(
        f"<tr><td>{escape(c.text)}<td>{escape(c.asked)}<td>{escape(c.reached)}"
        f'<td class="{c.verdict.value.split()[0]}">{c.verdict.value}'
        for c in record.claims
    )
    figures = "\n".join(
        f'<figure><img src="{escape(p.file)}" alt="{escape(p.caption)}">'
        f"<figcaption>{escape(p.caption)}</figcaption></figure>"
        for p in record.pictures
    )
    head = "".join(f"<th>{name}" for name in HEAD)
    return (
        f'<h2 id="{record.name}">{escape(TITLES[record.name])}</h2>\n<p>{escape(record.setup)}</p>\n'
        f"<table>\n<tr>{head}\n{rows}\n</table>\n{figures}\n<p class=on>{escape(_ran_on(record))}</p>"
    )


def markdown(records: Sequence[Record]) -> str:
    """The same without the sheets of paintings: with the plots alone."""
    sections = [_markdown_section(record) for record in records]
    same = [list(group) for _, group in groupby(records, lambda r: (r.machine, r.material))]
    ran_on = [
        f"{', '.join(r.name for r in group)}: {group[0].machine}; {group[0].material}." for group in same
    ]
    head = [
        INTRODUCTION.format(made_by=MADE_BY),
        summarize(records),
        "Measured on",
        *(f"- {r}" for r in ran_on),
    ]
    return "\n\n".join([*head[:3], "\n".join(head[3:]), *sections]) + "\n"


def _markdown_section(record: Record) -> str:
    rows = [" | ".join(_cell(t) for t in (c.text, c.asked, c.reached, c.verdict)) for c in record.claims]
    table = "\n".join(f"| {row} |" for row in (" | ".join(HEAD), " | ".join("---" for _ in HEAD), *rows))
    plots = [f"![{p.caption}]({p.file})" for p in record.pictures if p.plot]
    text = f"{record.setup} {record.seconds / 60:.1f} minutes."
    return "\n\n".join([f"## {TITLES[record.name]}", text, table, *plots])


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def _ran_on(record: Record) -> str:
    return f"{record.seconds / 60:.1f} minutes on {record.machine}; {record.material}."
