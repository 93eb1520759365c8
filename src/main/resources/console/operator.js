// What the operators' pages share: their style sheet, and small pieces of pages.

import { html, nothing, badge, icon, number, ago } from './ui.js';

/** Adds a style sheet to the page, once. Resolves when it applies, so that nothing shows without it. */
export function style(href) {
  return new Promise((resolve) => {
    if (document.head.querySelector(`link[href="${href}"]`)) {
      resolve();
      return;
    }
    const link = document.createElement('link');
    link.rel = 'stylesheet';
    link.href = href;
    link.onload = link.onerror = () => resolve();
    document.head.append(link);
  });
}

await style('/console/operator.css');

/** The addresses of lists that a number leads to. */
export const address = {
  jobs: (filters) => `/console/all-jobs?${new URLSearchParams(filters)}`,
  job: (id) => `/console/all-jobs/${id}`,
  group: (id) => `/console/letters/group/${id}`,
  letter: (id) => `/console/letters/${id}`,
  pipeline: (name, revision) =>
    `/console/pipelines/${encodeURIComponent(name)}${revision ? `?revision=${encodeURIComponent(revision)}` : ''}`,
};

/** A count that the API stops at a limit. */
export const limited = (count, limit) => (count > limit ? `over ${number(limit)}` : number(count));

/** "1 letter", "31 letters". */
export const plural = (count, one, many = one + 's') => `${number(count)} ${count === 1 ? one : many}`;

/** Seconds in one unit, for charts: "1.5 min". */
export function shortTime(seconds) {
  if (seconds === null || seconds === undefined) {
    return '–';
  }
  const [value, unit] = seconds < 1 ? [seconds * 1000, 'millisecond'] : seconds < 60 ? [seconds, 'second']
    : seconds < 3600 ? [seconds / 60, 'minute'] : [seconds / 3600, 'hour'];
  return new Intl.NumberFormat(undefined, { style: 'unit', unit, maximumFractionDigits: value < 10 && unit !== 'millisecond' ? 1 : 0 }).format(value);
}

/** An error without the packages of its class. */
export const shortError = (error) => error.replace(/^(?:[a-z]\w*\.)+(?=[A-Z])/, '');

/** Whether redriving alone can help. @param retryable null if that is not known */
export const advice = (retryable) => (retryable === null || retryable === undefined ? ''
  : retryable ? 'The cause may pass: redrive once it has.' : 'Fails again until the cause is mended.');

/** Where something failed: file and line, then the step. */
export function place({ file, line, step, route, pipeline }) {
  const name = file?.split('/').at(-1);
  return name ? html`<span class="mono place" dir="ltr">${name}${line ? `:${line}` : ''}</span>${step
    ? html` <span class="quiet mono place" dir="ltr">${step}</span>` : nothing}`
    : html`<span class="quiet mono place" dir="ltr">${route ?? step ?? pipeline ?? 'unknown'}</span>`;
}

/** Whether a pipeline runs, and whether its newest files do. */
export function pipelineState(live, refused) {
  return refused ? badge('bad', 'failed', live ? 'New files refused' : 'Refused, nothing live')
    : live ? badge('ok', 'done', 'Live') : badge('off', 'cancelled', 'Not live');
}

/** A small note under a heading that says how fresh the page is. */
export function fresh(problem) {
  return problem ? badge('bad', 'failed', 'Not up to date') : html`<span class="quiet live-mark">${icon('running')}Live</span>`;
}

/** "first to last" of a group. */
export const range = (first, last) => html`<span class="nobreak">${ago(first)}</span>${first === last ? nothing
  : html` <span class="quiet">to</span> <span class="nobreak">${ago(last)}</span>`}`;

/** A link in the shape of a small path: "Dead letters / This group". */
export const crumbs = (...links) => html`<p class="crumbs">${links.map(([text, href]) => html`<a href=${href}>${text}</a>
  <span class="quiet" aria-hidden="true">/</span> `)}</p>`;
