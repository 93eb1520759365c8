// The diagram of a pipeline: a column for each depth of calls, in it a lane for each route, in it the steps with their
// branches, and a line from each call to the route that it calls.

import { html, svg, nothing, number } from './ui.js';

const WIDTH = 248;
const GAP = 76;
const STEP = 38;
const BETWEEN = 8;
const INDENT = 16;
const TITLE = 46;
const LABEL = 20;
const MARGIN = 12;
const LETTER = 6.4;
const SMALL_LETTER = 6;

const KINDS = { when: 'when', otherwise: 'otherwise', doCatch: 'on', onFallback: 'else', doFinally: 'at the end' };

/** Where everything is: `{width, height, lanes: [{route, x, y, width, height, rows}], calls: [{from, to}]}`. */
function layout(routes) {
  const byId = new Map(routes.map((route) => [route.id, route]));
  const depths = new Map();
  const visit = (route, depth) => {
    if (!route || depths.has(route.id)) {
      return;
    }
    depths.set(route.id, depth);
    callsOf(route.steps).forEach((id) => visit(byId.get(id), depth + 1));
  };
  routes.forEach((route) => visit(route, 0));
  const columns = [];
  for (const id of depths.keys()) {
    (columns[depths.get(id)] ??= []).push(byId.get(id));
  }
  const lanes = [];
  columns.forEach((column, index) => {
    let free = MARGIN;
    for (const route of column) {
      const rows = [];
      const height = rowsOf(route.steps, 0, TITLE, rows) + MARGIN;
      // Beside the call, if there is room.
      const y = Math.max(free, callTo(route.id, lanes) - TITLE / 2);
      lanes.push({ route, x: MARGIN + index * (WIDTH + GAP), y, height, rows });
      free = y + height + MARGIN;
    }
  });
  const laneOf = new Map(lanes.map((lane) => [lane.route.id, lane]));
  const calls = lanes.flatMap((lane) => lane.rows.filter((row) => laneOf.has(row.step?.calls))
    .map((row) => ({ from: { x: lane.x + WIDTH, y: lane.y + row.y + STEP / 2 }, to: laneOf.get(row.step.calls) })));
  return {
    width: MARGIN * 2 + columns.length * WIDTH + (columns.length - 1) * GAP,
    height: Math.max(0, ...lanes.map((lane) => lane.y + lane.height)) + MARGIN,
    lanes, calls,
  };
}

/** How far down the first call to a route is; 0 if none of these lanes calls it. */
function callTo(id, lanes) {
  for (const lane of lanes) {
    const call = lane.rows.find((row) => row.step?.calls === id);
    if (call) {
      return lane.y + call.y + STEP / 2;
    }
  }
  return 0;
}

function callsOf(steps) {
  return steps.flatMap((step) => [...(step.calls ? [step.calls] : []), ...step.branches.flatMap((it) => callsOf(it.steps))]);
}

/** Adds the rows of some steps, and returns where the next one begins. */
function rowsOf(steps, depth, from, rows) {
  let y = from;
  for (const step of steps) {
    rows.push({ step, y, depth });
    y += STEP + BETWEEN;
    for (const branch of step.branches) {
      const begin = y;
      if (KINDS[branch.kind]) {
        rows.push({ label: branchLabel(branch), y, depth: depth + 1 });
        y += LABEL;
      }
      y = rowsOf(branch.steps, depth + 1, y, rows);
      rows.push({ rule: y - begin - BETWEEN, y: begin, depth: depth + 1 });
    }
  }
  return y;
}

const branchLabel = (branch) => `${KINDS[branch.kind]} ${branch.condition?.replaceAll(/\b[a-z]+(\.[a-z]+)+\./g, '') ?? ''}`.trim();

/** What a step does, in a few words. */
export const what = (step) => (step.calls ? `calls ${step.calls}` : [step.type, step.detail].filter(Boolean).join(' '));

function cut(text, width, letter = SMALL_LETTER) {
  const letters = Math.floor(width / letter);
  return text.length > letters ? text.slice(0, letters - 1) + '…' : text;
}

/**
 * @param routes the `flow` of a revision
 * @param failures counts of failed attempts by step
 * @param about what is said below the name of the first route
 */
export function diagram(routes, failures, about) {
  const { width, height, lanes, calls } = layout(routes);
  return html`<div class="flow" tabindex="0" role="group" aria-label="Diagram, scrolls"><svg width=${width} height=${height}
    viewBox="0 0 ${width} ${height}" role="img" aria-label="Diagram of ${routes.length} routes. The outline below says the same.">
    ${calls.map(({ from, to }) => svg`<path class="call" d="M${from.x} ${from.y} C${from.x + GAP / 2} ${from.y} ${to.x - GAP / 2} ${to.y + TITLE / 2} ${to.x - 5} ${to.y + TITLE / 2}"/>
      <path class="head" d="M${to.x - 7} ${to.y + TITLE / 2 - 4}l6 4-6 4"/>`)}
    ${lanes.map((lane, index) => svg`<g transform="translate(${lane.x} ${lane.y})">
      <rect class="lane" width=${WIDTH} height=${lane.height} rx="10"/>
      <text class="name" x=${MARGIN} y="20">${cut(lane.route.id, WIDTH - 2 * MARGIN, LETTER)}<title>${lane.route.description ?? lane.route.id}</title></text>
      <text class="about" x=${MARGIN} y="36">${cut(index ? lane.route.file : about, WIDTH - 2 * MARGIN)}</text>
      ${lane.rows.map((row) => drawn(row, failures))}</g>`)}</svg></div>`;
}

function drawn(row, failures) {
  const x = MARGIN + row.depth * INDENT;
  if (row.rule !== undefined) {
    return svg`<path class="rule" d="M${x - INDENT / 2} ${row.y - 2}v${Math.max(0, row.rule)}"/>`;
  }
  const width = WIDTH - MARGIN - x;
  if (row.label) {
    return svg`<text class="label" x=${x} y=${row.y + 12}>${cut(row.label, width)}<title>${row.label}</title></text>`;
  }
  const { step, y } = row;
  const failed = failures.get(step.id) ?? 0;
  return svg`<g class=${failed ? 'step failed' : step.calls ? 'step calls' : 'step'} transform="translate(${x} ${y})">
    <rect width=${width} height=${STEP} rx="6"/>
    <text class="id" x="9" y="16">${cut(step.id ?? step.type, width - 18, LETTER)}</text>
    <text class="what" x="9" y="30">${cut(failed ? `✕ ${number(failed)} failed in 24 hours` : what(step), width - 12)}</text>
    <title>${[step.description, what(step)].filter(Boolean).join('\n')}</title></g>`;
}

/** The same as a nested list. */
export function outline(routes, failures) {
  const list = (steps) => (steps.length ? html`<ol>${steps.map((step) => html`<li><span class="mono">${step.id ?? step.type}</span>:
    <span dir="auto">${what(step)}</span>${failures.get(step.id) ? html` <b class="failed-text">${number(failures.get(step.id))} failed in 24 hours</b>` : nothing}
    ${step.branches.map((branch) => (KINDS[branch.kind] ? html`<div class="quiet">${branchLabel(branch)}</div>${list(branch.steps)}` : list(branch.steps)))}</li>`)}</ol>` : nothing);
  return html`<div class="outline">${routes.map((route) => html`<h3>${route.id} <span class="quiet mono">${route.file}:${route.line}</span></h3>
    ${route.description ? html`<p class="quiet" dir="auto">${route.description}</p>` : nothing}${list(route.steps)}`)}</div>`;
}
