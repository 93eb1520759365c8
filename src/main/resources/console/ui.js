// What pages share: templates, and the small parts that look and behave the same everywhere. lit-html writes values as
// text, so nothing that somebody sent becomes HTML. Nothing here or in pages/ may use its unsafe directives.

import { html, svg, nothing, render } from '/console/lib/lit-html/lit-html.js';
import { repeat } from '/console/lib/lit-html/directives/repeat.js';
import { skew } from './api.js';

export { html, svg, nothing, render, repeat };

const ICONS = {
  done: svg`<path d="M2 6.5 5 9.5 10.5 3"/>`,
  failed: svg`<path d="M3 3l6 6M9 3l-6 6"/>`,
  running: svg`<path d="M4 2.5v7l6-3.5z" fill="currentColor"/>`,
  waiting: svg`<circle cx="6" cy="6" r="4.3"/><path d="M6 3.6V6l1.7 1.1"/>`,
  cancelled: svg`<path d="M2.8 6h6.4"/>`,
  plus: svg`<path d="M6 2v8M2 6h8"/>`,
  copy: svg`<rect x="4.2" y="4.2" width="6.3" height="6.3" rx="1.4"/><path d="M7.8 4V2.6c0-.6-.5-1.1-1.1-1.1H2.6c-.6 0-1.1.5-1.1 1.1v4.1c0 .6.5 1.1 1.1 1.1H4"/>`,
  download: svg`<path d="M6 1.5v6.2M3.3 5.2 6 7.9l2.7-2.7M1.8 10.5h8.4"/>`,
  again: svg`<path d="M10.2 6A4.2 4.2 0 1 1 8.6 2.7M8.8.9v2.2H6.6"/>`,
  right: svg`<path d="M4.5 2.5 8 6l-3.5 3.5"/>`,
  left: svg`<path d="M7.5 2.5 4 6l3.5 3.5"/>`,
  film: svg`<rect x="1.5" y="2.5" width="9" height="7" rx="1.2"/><path d="M5 4.6v2.8L7.4 6z" fill="currentColor"/>`,
  list: svg`<path d="M4 3h6.5M4 6h6.5M4 9h6.5M1.5 3h.01M1.5 6h.01M1.5 9h.01"/>`,
  gauge: svg`<path d="M1.5 9a4.5 4.5 0 1 1 9 0M6 9l2-3"/>`,
  letter: svg`<rect x="1.3" y="2.8" width="9.4" height="6.6" rx="1.2"/><path d="m1.8 3.6 4.2 3 4.2-3"/>`,
  flow: svg`<rect x="1.2" y="1.5" width="3.6" height="3" rx=".8"/><rect x="7.2" y="7.5" width="3.6" height="3" rx=".8"/><path d="M4.8 3h2.4c1 0 1.8.8 1.8 1.8v2.7"/>`,
};

/** A small drawing; decoration, so a word must stand beside it. */
export function icon(name) {
  return html`<svg class="icon" viewBox="0 0 12 12" aria-hidden="true">${ICONS[name]}</svg>`;
}

const STATES = {
  QUEUED: ['wait', 'waiting', 'Queued'],
  PROCESSING: ['run', 'running', 'Running'],
  COMPLETED: ['ok', 'done', 'Completed'],
  FAILED: ['bad', 'failed', 'Failed'],
  CANCELLED: ['off', 'cancelled', 'Cancelled'],
};

/** A job's state by shape, colour, and word; `label` says more than the state's own word. */
export function jobState(state, label) {
  const [kind, shape, word] = STATES[state] ?? ['off', 'cancelled', state];
  return badge(kind, shape, label ?? word);
}

/** @param kind ok, bad, run, wait, or off: the colour. @param shape the name of an icon */
export function badge(kind, shape, label) {
  return html`<span class="st ${kind}" title=${label || nothing}>${icon(shape)}<span>${label}</span></span>`;
}

/** The word for a job's state. */
export function stateWord(state) {
  return STATES[state]?.[2] ?? state;
}

const NUMBER = new Intl.NumberFormat();
const EXACT = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'long' });
const CLOCK = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit', second: '2-digit' });
const AGO = new Intl.RelativeTimeFormat(undefined, { numeric: 'auto', style: 'short' });
const UNITS = [['year', 31_536_000], ['month', 2_592_000], ['day', 86_400], ['hour', 3600], ['minute', 60], ['second', 1]];

/** A number as the reader writes it. */
export const number = (value) => NUMBER.format(value);

/** How long ago an instant (ISO 8601) is, with the exact time for a pointer or a screen reader. */
export function ago(iso) {
  return iso ? html`<time datetime=${iso} title=${exact(iso)}>${agoText(iso)}</time>` : '–';
}

export function agoText(iso) {
  const seconds = Math.min(0, (Date.parse(iso) - Date.now() - skew) / 1000);
  const [unit, size] = UNITS.find(([, least]) => -seconds >= least) ?? UNITS.at(-1);
  return AGO.format(Math.round(seconds / size), unit);
}

export const exact = (iso) => EXACT.format(new Date(iso));

/** The time of day of an instant (ISO 8601), with the exact time in its title. */
export function clock(iso) {
  return html`<time datetime=${iso} title=${exact(iso)}>${CLOCK.format(new Date(iso))}</time>`;
}

/** The length of a video in words; null or undefined if the pipeline decides on it. */
export function length(seconds) {
  return seconds === null || seconds === undefined ? 'as long as its text needs' : duration(seconds * 1000);
}

/** Milliseconds in words: "140 ms", "7.4 sec", "2 min 5 sec". */
export function duration(ms) {
  if (ms === null || ms === undefined || Number.isNaN(ms)) {
    return '–';
  }
  if (ms < 1000) {
    return unit(Math.max(0, Math.round(ms)), 'millisecond');
  }
  const seconds = ms / 1000;
  if (seconds < 60) {
    return unit(seconds, 'second', seconds < 10 ? 1 : 0);
  }
  const [big, size, small, least] = seconds < 3600 ? ['minute', 60, 'second', 1]
    : seconds < 86_400 ? ['hour', 3600, 'minute', 60] : ['day', 86_400, 'hour', 3600];
  const rest = Math.floor((seconds % size) / least);
  return unit(Math.floor(seconds / size), big) + (rest ? ' ' + unit(rest, small) : '');
}

/** The milliseconds from one instant (ISO 8601) to another, or to now. */
export function between(from, to) {
  return (to ? Date.parse(to) : Date.now() + skew) - Date.parse(from);
}

/** A size in bytes, in words. */
export function bytes(count) {
  return count < 1000 ? unit(count, 'byte') : count < 1e6 ? unit(count / 1e3, 'kilobyte', 0) : unit(count / 1e6, 'megabyte', 1);
}

function unit(value, name, digits = 0) {
  return new Intl.NumberFormat(undefined, { style: 'unit', unit: name, maximumFractionDigits: digits }).format(value);
}

/** The heading of a page, and what can be done on it. */
export function heading(title, { below = nothing, actions = nothing } = {}) {
  return html`<header class="head"><div><h1 tabindex="-1" dir="auto">${title}</h1>${below}</div>
    <div class="actions">${actions}</div></header>`;
}

/** Says that there is nothing to show, why, and what to do about it. */
export function empty(title, text, action = nothing) {
  return html`<div class="note"><h2>${title}</h2><p>${text}</p>${action}</div>`;
}

/** The place of something that is on its way. */
export function loading(what, rows = 5) {
  return html`<div class="skeleton" role="status" aria-label="Loading ${what}">
    ${Array.from({ length: rows }, () => html`<div></div>`)}</div>`;
}

/** Says what failed, whether it is tried again, and how to report it. */
export function failing(what, problem, retry) {
  const advice = problem.status === 403 ? 'This account may not see it.'
    : problem.passes ? 'It is tried again by itself.' : '';
  return html`<div class="note bad-note" role="alert"><h2>${what}</h2><p dir="auto">${problem.message} ${advice}</p>
    ${problem.requestId ? html`<p class="quiet">Request <code>${problem.requestId}</code></p>` : nothing}
    ${retry ? html`<button class="btn" @click=${retry}>Try again</button>` : nothing}</div>`;
}

/** A button that puts text on the clipboard. @param text a string, or a function that returns it */
export function copyButton(label, text) {
  return html`<button class="btn" type="button" @click=${async () => {
    try {
      await navigator.clipboard.writeText(typeof text === 'function' ? text() : text);
      toast('Copied.');
    } catch {
      toast('The browser does not allow this page to copy. Select the text instead.', 'bad');
    }
  }}>${icon('copy')}${label}</button>`;
}

/** Says for some seconds what an action has done. @param kind `ok`, or `bad` for a failure */
export function toast(text, kind = 'ok') {
  const box = document.createElement('div');
  box.className = `toast ${kind}`;
  box.dir = 'auto';
  box.textContent = text;
  document.getElementById('toasts').append(box);
  setTimeout(() => box.remove(), kind === 'bad' ? 10_000 : 4000);
}

/**
 * Asks something in a dialog. Resolves to `true` if it was confirmed.
 * @param action is awaited on confirmation while the dialog shows that it goes on; if it throws, the dialog says so and
 *     stays
 */
export function confirm({ title, text, confirm: yes, cancel: no = 'Cancel', danger = false, action = () => {} }) {
  return new Promise((resolve) => {
    const box = document.createElement('dialog');
    box.setAttribute('aria-labelledby', 'dialog-title');
    let busy = false;
    let fault = null;
    const close = (answer) => { box.close(); box.remove(); resolve(answer); };
    const go = async () => {
      busy = true;
      fault = null;
      draw();
      try {
        await action();
        close(true);
      } catch (failure) {
        busy = false;
        fault = failure.message;
        draw();
      }
    };
    const draw = () => render(html`<h2 id="dialog-title">${title}</h2><p dir="auto">${text}</p>
      ${fault ? html`<p class="fault" role="alert">${fault}</p>` : nothing}
      <div class="actions">
        ${no ? html`<button class="btn" ?disabled=${busy} @click=${() => close(false)}>${no}</button>` : nothing}
        <button class="btn ${danger ? 'danger' : 'pri'}" ?disabled=${busy} @click=${go}>
          ${busy ? 'One moment…' : yes}</button></div>`, box);
    draw();
    box.addEventListener('cancel', (event) => {
      event.preventDefault();
      if (!busy && no) {
        close(false);
      }
    });
    document.body.append(box);
    box.showModal();
  });
}

/** Text for the POSIX shell. */
export function quoted(text) {
  return `'${String(text).replaceAll("'", "'\\''")}'`;
}
