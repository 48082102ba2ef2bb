"""livestyle doctor: what is here, what works, and the command that fixes what doesn't."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from typing import Annotated

import typer

from livestyle import __version__
from livestyle.doctor.checks import examine
from livestyle.doctor.finding import Finding, State

NAME = "doctor"
STYLES = {State.OK: "green", State.ABSENT: "dim", State.WARNING: "yellow", State.FAILED: "bold red"}


def main(
    as_json: Annotated[bool, typer.Option("--json", help="Print the findings as JSON.")] = False,
) -> None:
    """Say what is installed, what works here, and how to fix what doesn't.

    Exits with 0 when the live app can run, else with 1.
    """
    findings = examine()
    healthy = all(finding.state is not State.FAILED for finding in findings)
    if as_json:
        report = {"version": __version__, "ok": healthy, "findings": [asdict(f) for f in findings]}
        typer.echo(json.dumps(report, indent=2, ensure_ascii=False))
    else:
        show(findings, healthy)
    raise typer.Exit(0 if healthy else 1)


def show(findings: Sequence[Finding], healthy: bool) -> None:
    """Print a table, a section for each topic, and the verdict."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(title=f"livestyle {__version__}", show_header=False, show_edge=False, pad_edge=False)
    topic = ""
    for finding in findings:
        if finding.topic != topic:
            table.add_section()
        label, topic = "" if finding.topic == topic else finding.topic, finding.topic
        found = Text(finding.found, overflow="fold")
        if finding.fix:
            found.append(f"\n→ {finding.fix}", style="cyan")
        state = Text(finding.state, STYLES[finding.state])
        table.add_row(Text(label), Text(finding.name), state, found)
    console = Console(highlight=False, markup=False)
    console.print(table)
    verdict = "The live app can run." if healthy else "The live app can't run here; see the rows that failed."
    if healthy and any(f.name == "window" and f.state is not State.OK for f in findings):
        verdict = "The live app can run, but opens no window here: use --no-window, or see the row 'window'."
    console.print(f"\n{verdict}", style=STYLES[State.OK if healthy else State.FAILED])
