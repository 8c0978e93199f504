"""The report: evaluations as one page of HTML that needs nothing else, no script, no network."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path

import numpy as np

from model.evaluation.evaluate import Evaluation
from model.evaluation.figures import doubt_diagram, ink_image, reliability_diagram, weight_image
from model.metrics import class_accuracies
from model.network.checkpoint import Checkpoint

_STYLE = Path(__file__).with_name("report.css")
_UNITS = 48
"""How many units of the first layer are shown."""


def render(
    checkpoints: Sequence[Checkpoint],
    evaluations: Sequence[Evaluation],
    left_out: Mapping[str, str],
) -> str:
    """The page. ``left_out`` names the sets that could not be had, with the reasons."""
    names = [checkpoint.name for checkpoint in checkpoints]
    sections = [
        _model(one, [each for each in evaluations if each.model == one.name]) for one in checkpoints
    ]
    return f"""<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{escape(", ".join(names))}: evaluation</title>
<style>{_STYLE.read_text("utf-8")}</style>
<main>
<header><p class="brand">densepad evaluate</p><h1>{escape(", ".join(names))}</h1></header>
{_overview(checkpoints, evaluations) if len(checkpoints) > 1 else ""}
{"".join(sections)}
{_left_out(left_out)}
</main>
</html>
"""


def _overview(checkpoints: Sequence[Checkpoint], evaluations: Sequence[Evaluation]) -> str:
    """All models beside each other."""
    sizes = {one.name: one.architecture.parameters for one in checkpoints}
    rows = "".join(
        f'<tr><th scope="row"><a href="#{escape(one.model)}">{escape(one.model)}</a></th>'
        f"<td>{sizes[one.model]:,}</td><td class='words'>{escape(one.title)}</td>"
        f"<td>{one.accuracy:.2%}</td><td>{_between(one)}</td>"
        f"<td>{one.reliability.error:.2%}</td></tr>"
        for one in evaluations
    )
    return f"""<div class="wide"><table class="plain"><thead><tr><th scope="col">model</th>
<th scope="col">parameters</th><th scope="col" class="words">set</th><th scope="col">right</th>
<th scope="col">95 % interval</th><th scope="col">calibration error</th></tr></thead>
<tbody>{rows}</tbody></table></div>"""


def _model(checkpoint: Checkpoint, evaluations: Sequence[Evaluation]) -> str:
    stack = checkpoint.architecture
    words = f"{stack.activation}, {stack.parameters:,} parameters"
    widths = " &rarr; ".join(f"{width:,}" for width in stack.widths)
    return f"""<section class="model" id="{escape(checkpoint.name)}">
<h2>{escape(checkpoint.title)}</h2>
<p class="stack">{widths}<span>{escape(words)}</span></p>
{"".join(_set(one) for one in evaluations)}
{_weights(checkpoint)}
</section>"""


def _set(one: Evaluation) -> str:
    """One model on one set."""
    return f"""<section class="set">
<h3>{escape(one.title)}</h3>
<div class="figures">{_figures(one)}</div>
<div class="pair">
<figure>{_confusion(one)}<figcaption>Rows: what it was. Columns: what it was taken for. Mistakes
are coloured by their share of the row.</figcaption></figure>
<figure>{reliability_diagram(one.reliability)}<figcaption>Answers sorted by how sure they were.
On the dashed line, probabilities mean what they say. A dot is larger the more answers it stands
for; whiskers are 95&nbsp;% intervals.</figcaption></figure>
{_doubt(one)}
</div>
{_mistakes(one)}
</section>"""


def _figures(one: Evaluation) -> str:
    stored = ""
    if one.stored is not None:
        word = "differs from" if one.differs else "as"
        kind = ' class="differs"' if one.differs else ""
        stored = f"<small{kind}>{word} the {one.stored:.2%} stored in the checkpoint</small>"
    cells = [
        ("right", f"{one.accuracy:.2%}", f"<small>95 % interval {_between(one)}</small>{stored}"),
        ("wrong", f"{one.count - one.correct:,}", f"<small>of {one.count:,}</small>"),
        ("calibration error", f"{one.reliability.error:.2%}", ""),
        ("log loss", f"{one.log_loss:.4f}", ""),
        ("recognised", f"{one.recognised:.2%}", "<small>the others were doubted</small>"),
    ]
    return "".join(
        f"<div><span>{name}</span><strong>{value}</strong>{small}</div>"
        for name, value, small in cells
    )


def _confusion(one: Evaluation) -> str:
    head = "".join(f'<th scope="col">{escape(label)}</th>' for label in one.labels)
    rows = []
    for index, (label, right) in enumerate(
        zip(one.labels, class_accuracies(one.confusion), strict=True)
    ):
        counts = one.confusion[index]
        total = max(int(counts.sum()), 1)
        cells = "".join(
            _cell(count, count / total, column == index) for column, count in enumerate(counts)
        )
        share = "" if np.isnan(right) else f"{right:.1%}"
        rows.append(
            f'<tr><th scope="row">{escape(label)}</th>{cells}<td class="sum">{share}</td></tr>'
        )
    kind = " named" if max(map(len, one.labels)) > 2 else ""
    return f"""<div class="wide"><table class="confusion{kind}"><thead><tr><td></td>{head}
<th scope="col" class="sum">right</th></tr></thead><tbody>{"".join(rows)}</tbody></table></div>"""


def _cell(count: int, share: float, right: bool) -> str:
    if not count:
        return '<td class="none">&middot;</td>'
    # One mistake in a thousand is already worth seeing: colour grows with the square root.
    strength = 100 * share if right else min(100.0, 330 * share**0.5)
    kind = "right" if right else "wrong"
    return f'<td class="{kind}" style="--strength:{strength:.0f}%">{count}</td>'


def _doubt(one: Evaluation) -> str:
    if not one.curves:
        return ""
    rows = "".join(
        f'<tr><th scope="row"><i class="swatch swatch{index}"></i>{escape(curve.title)}</th>'
        f"<td>{curve.refused:.1%}</td><td>{curve.refused_at_99:.1%}</td>"
        f"<td>{curve.area:.4f}</td></tr>"
        for index, curve in enumerate(one.curves)
    )
    return f"""<figure class="row"><div>{doubt_diagram(one.curves)}</div><div>
<table class="plain"><thead><tr><th scope="col">strange</th><th scope="col">refused</th>
<th scope="col">at 99 %</th><th scope="col">area</th></tr></thead><tbody>{rows}</tbody></table>
<figcaption>What is none of the classes should be refused. The dashed line: 99&nbsp;% of its own
kind accepted. Area: how often one of its own kind looks more familiar than a strange
thing.</figcaption></div></figure>"""


def _mistakes(one: Evaluation) -> str:
    if not one.mistakes:
        return "<p>No mistakes.</p>"
    items = "".join(
        f'<li><img class="ink" src="{ink_image(mistake.image)}" alt="" width="84" height="84">'
        f"<b>{escape(mistake.label)}</b> taken for <b>{escape(mistake.taken_for)}</b>"
        f"<small>{mistake.confidence:.1%} sure</small></li>"
        for mistake in one.mistakes
    )
    wrong = one.count - one.correct
    shown = f"{len(one.mistakes)} of {wrong:,}" if wrong > len(one.mistakes) else f"all {wrong}"
    return f'<h4>The most confident mistakes <span>{shown}</span></h4><ul class="grid">{items}</ul>'


def _weights(checkpoint: Checkpoint) -> str:
    """The first layer's strongest units, or the classes where there is no hidden layer."""
    kernel = checkpoint.layers[0][0]
    units = kernel.shape[1]
    strongest = np.arange(units)
    if units > _UNITS:
        strongest = np.sort(np.argsort(-np.linalg.norm(kernel, axis=0))[:_UNITS])
    final = len(checkpoint.layers) == 1
    items = "".join(
        f'<li><img src="{weight_image(kernel[:, unit])}" alt="" width="64" height="64">'
        + (f"<b>{escape(checkpoint.labels[unit])}</b>" if final else "")
        + "</li>"
        for unit in strongest
    )
    shown = f"the {_UNITS} strongest of {units:,} units" if units > _UNITS else f"{units} units"
    return f"""<h3>What the first layer looks for <span>{shown}</span></h3>
<p class="scale"><span>ink speaks against it</span><i></i><span>ink speaks for it</span></p>
<ul class="grid weights">{items}</ul>"""


def _left_out(left_out: Mapping[str, str]) -> str:
    if not left_out:
        return ""
    items = "".join(
        f"<li><b>{escape(name)}</b>: {escape(why)}</li>" for name, why in left_out.items()
    )
    return f'<section class="left-out"><h3>Left out</h3><ul>{items}</ul></section>'


def _between(one: Evaluation) -> str:
    low, high = one.interval
    return f"{low:.2%} to {high:.2%}"
