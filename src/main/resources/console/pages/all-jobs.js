// The jobs of all users, and one of them. The filters and the page are in the address.

import { html, nothing, repeat, heading, empty, failing, loading, jobState, stateWord, icon, ago, clock, between, duration, badge, number, copyButton, length } from '../ui.js';
import { get, poll } from '../api.js';
import { address, crumbs, fresh } from '../operator.js';
import { filmOf } from '../film.js';

const STATES = ['QUEUED', 'PROCESSING', 'COMPLETED', 'FAILED', 'CANCELLED'];
const FIELDS = ['user', 'preset', 'pipeline', 'error_code', 'since', 'until'];
const TICK_MS = 3000;
const ENDED = ['COMPLETED', 'FAILED', 'CANCELLED'];

export default function (context) {
  return context.path.length ? jobPage(context.path[0], context) : listPage(context);
}

function listPage({ query, signal, update, setQuery }) {
  let page = null;
  let problem = null;
  let presets = [];
  let pipelines = [];
  const wanted = new URLSearchParams({ limit: 25 });
  for (const name of ['status', 'cursor', ...FIELDS]) {
    if (query.get(name)) {
      wanted.set(name, query.get(name));
    }
  }
  poll(`/admin/jobs?${wanted}`, {
    signal,
    every: TICK_MS,
    onAnswer: (answer) => { page = answer; problem = null; update(); },
    onProblem: (failure) => { problem = failure; update(); },
  });
  get('/presets', { signal }).then((it) => { presets = it.presets.map((one) => one.name); update(); }, () => {});
  get('/admin/pipelines', { signal }).then((it) => { pipelines = it.pipelines.map((one) => one.name); update(); }, () => {});

  const filtered = [...FIELDS, 'status'].some((name) => query.get(name));
  const to = (changes) => {
    const next = new URLSearchParams();
    for (const name of ['status', ...FIELDS, 'cursor']) {
      const value = name in changes ? changes[name] : name === 'cursor' ? null : query.get(name);
      if (value) {
        next.set(name, value);
      }
    }
    return '/console/all-jobs' + (next.size ? '?' + next : '');
  };
  const chip = (state, word) => html`<a class="chip" href=${to({ status: state })}
    aria-current=${query.get('status') === state ? 'true' : nothing}>${word}</a>`;

  function apply(event) {
    event.preventDefault();
    const given = new FormData(event.target);
    const changes = { cursor: '' };
    for (const name of FIELDS) {
      const value = given.get(name)?.trim() ?? '';
      changes[name] = value && ['since', 'until'].includes(name) ? new Date(value).toISOString() : value;
    }
    if (changes.error_code && query.get('status') !== 'FAILED') {
      changes.status = '';
    }
    setQuery(changes);
  }

  function field(name, label, options) {
    const fault = problem?.errors?.find((it) => it.field === name)?.message;
    const time = ['since', 'until'].includes(name);
    const value = time && query.get(name) ? localTime(query.get(name)) : query.get(name) ?? '';
    return html`<div><label for="f-${name}">${label}</label>
      <input id="f-${name}" name=${name} .value=${value} type=${time ? 'datetime-local' : 'text'} list=${options ? `l-${name}` : nothing}
        autocomplete="off" spellcheck="false" aria-invalid=${fault ? 'true' : nothing} aria-describedby=${fault ? `e-${name}` : nothing}>
      ${options ? html`<datalist id="l-${name}">${options.map((it) => html`<option value=${it}></option>`)}</datalist>` : nothing}
      ${fault ? html`<p class="fault" id="e-${name}">${fault}</p>` : nothing}</div>`;
  }

  function filters() {
    return html`<div class="filters" role="group" aria-label="Status">${chip(null, 'All')}${STATES.map((it) => chip(it, stateWord(it)))}</div>
      <details class="panel search" ?open=${FIELDS.some((name) => query.get(name)) || problem?.errors?.length}><summary>Search
        <span class="quiet">by user, preset, pipeline, error, time</span></summary>
        <form @submit=${apply}>${field('user', 'User')}${field('preset', 'Preset', presets)}${field('pipeline', 'Pipeline', pipelines)}
        ${field('error_code', 'Error code')}${field('since', 'Submitted from')}${field('until', 'Submitted before')}
        <div class="actions"><button class="btn pri">Search</button>${filtered ? html`<a class="btn" href="/console/all-jobs">Clear</a>` : nothing}</div></form></details>`;
  }

  function list() {
    if (!page) {
      return problem ? failing('The jobs could not be read', problem) : html`<div class="panel">${loading('the jobs', 8)}</div>`;
    }
    if (!page.jobs.length) {
      return html`<div class="panel">${filtered || query.has('cursor')
        ? empty('No such jobs', 'No job is like that.', html`<a class="btn" href="/console/all-jobs">Show all</a>`)
        : empty('No jobs yet', 'Nobody has submitted one.', html`<a class="btn" href="/console/submit">Submit one</a>`)}</div>`;
    }
    return html`<div class="panel"><table class="all-jobs"><thead><tr><th>Text</th><th>Status</th><th class="wide">User</th>
        <th class="wide">Preset</th><th class="wide roomy">Pipeline</th><th class="r wide roomy">Took</th><th class="r wide">Age</th></tr></thead>
      <tbody>${repeat(page.jobs, (it) => it.job_id, (it) => html`<tr>
        <td class="what"><a class="plain-link" dir="auto" href=${address.job(it.job_id)}>${it.content_preview}</a>
          <div class="narrow quiet small who-line">${ago(it.created_at)}, <span dir="auto">${it.user_id}</span></div>
          ${it.error_code ? html`<div class="narrow mono small who-line">${it.error_code}</div>` : nothing}</td>
        <td class="state">${jobState(it.status, it.error_code ? `Failed: ${it.error_code}` : stateWord(it.status))}</td>
        <td class="wide user"><a class="plain-link" dir="auto" href=${to({ user: it.user_id })} title="Only jobs of ${it.user_id}">${it.user_id}</a></td>
        <td class="wide quiet">${it.preset}</td>
        <td class="wide roomy quiet">${it.pipeline ? html`${it.pipeline}<div class="mono small">${it.revision ?? ''}</div>` : '–'}</td>
        <td class="r quiet num wide roomy nobreak">${it.status === 'QUEUED' ? 'waiting' : duration(between(it.created_at, it.completed_at))}</td>
        <td class="r quiet num nobreak wide">${ago(it.created_at)}</td></tr>`)}</tbody></table></div>
      ${page.next_cursor || query.has('cursor') ? html`<nav class="pager" aria-label="Pages">
        ${query.has('cursor') ? html`<a class="btn" href=${to({})}>${icon('left')}Newest</a>` : nothing}
        ${page.next_cursor ? html`<a class="btn" href=${to({ cursor: page.next_cursor })}>Older${icon('right')}</a>` : nothing}</nav>` : nothing}`;
  }

  return {
    title: 'All jobs',
    render: () => html`${heading('All jobs', { actions: page ? fresh(problem) : nothing })}${filters()}${list()}`,
  };
}

/** An instant as a field for local time shows it. */
function localTime(iso) {
  const at = new Date(iso);
  return Number.isNaN(at.getTime()) ? '' : new Date(at - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}

function jobPage(id, { signal, update }) {
  let it = null;
  let problem = null;
  let raw = false;
  // Somebody else's video is only read when the operator wants to see it, because the audit log says so.
  let watches = false;
  const place = `/admin/jobs/${encodeURIComponent(id)}`;
  const film = filmOf({ place: `${place}/artifacts`, signal, update });
  poll(place, {
    signal,
    every: () => (it?.job.completed_at ? 5 * TICK_MS : TICK_MS),
    onAnswer: (answer) => { it = answer; problem = null; watches && film.follow(it.job); update(); },
    onProblem: (failure) => { problem = failure; update(); },
  });

  function now() {
    const { job } = it;
    if (job.status === 'FAILED') {
      const { error_code: code, error_message: text, retryable } = job.result ?? {};
      const letter = it.dead_letters.find((one) => !one.redriven_at && !one.discarded_at && !one.settled_at);
      return html`<section class="panel pad failure"><h2>${icon('failed')}Why it failed</h2><p class="mono code">${code}</p>
        <p dir="auto" class="whole">${text}</p><p class="quiet">${retryable ? 'The cause may pass.' : 'The same job would fail again unless its cause is mended.'}</p>
        ${letter ? html`<a class="btn pri" href=${address.letter(letter.id)}>To its dead letter${icon('right')}</a>` : nothing}</section>`;
    }
    if (job.completed_at) {
      return film.render(job) ?? (film.has(job) ? html`<section class="panel pad"><h2>The video</h2>
        <p class="quiet">It is the user's own. The audit log records that you watch it.</p>
        <button class="btn" @click=${() => { watches = true; film.follow(job); update(); }}>${icon('film')}Watch the video</button></section>` : nothing);
    }
    return html`<section class="panel pad live"><h2>${job.status === 'QUEUED' ? 'Waiting for a worker' : html`Running on <span class="mono" dir="ltr">${it.worker_id}</span>`}</h2>
      <p class="big num">${duration(between(job.state_history.at(-1).entered_at))}</p>
      ${job.progress ? html`<p dir="auto">${job.progress.stage} ${job.progress.percent} %</p>
        <progress max="100" .value=${job.progress.percent} aria-label="Progress of ${job.progress.stage}"></progress>` : nothing}</section>`;
  }

  function timeline() {
    const entries = it.job.state_history;
    return html`<section class="panel pad"><h2>What happened</h2><ol class="timeline">${repeat(entries, (_, index) => index, (entry, index) => {
      const about = entry.metadata ?? {};
      const last = index === entries.length - 1;
      return html`<li><span class="dot">${jobState(entry.state, '')}</span>
        <div><b>${entry.state === 'PROCESSING' ? `Attempt ${about.attempt ?? ''}` : entry.state === 'QUEUED' && index
          ? `Queued again${about.reason ? `: ${about.reason}` : ''}` : stateWord(entry.state)}</b>
          <div class="quiet small">${clock(entry.entered_at)}${about.worker_id ? html` on <span class="mono" dir="ltr">${about.worker_id}</span>` : nothing}${about.pipeline ? html`, ${about.pipeline}${about.revision ? html` revision <a class="mono" href=${address.pipeline(about.pipeline, about.revision)}>${about.revision}</a>` : nothing}` : nothing}${about.error_code ? html`, <span class="mono">${about.error_code}</span>` : nothing}${about.redriven_by ? html`, by <span dir="auto">${about.redriven_by}</span>` : nothing}</div></div>
        <span class="quiet num">${last && ENDED.includes(entry.state) ? html`${duration(between(it.job.created_at, entry.entered_at))} in all`
          : duration(between(entry.entered_at, entries[index + 1]?.entered_at))}</span></li>`;
    })}</ol></section>`;
  }

  function letters() {
    return it.dead_letters.length ? html`<section class="panel pad"><h2>Dead letters</h2><ul class="plain">${repeat(it.dead_letters, (one) => one.id, (one) => html`
      <li><div>${one.redriven_at ? badge('ok', 'done', 'Redriven') : one.discarded_at ? badge('off', 'cancelled', 'Discarded')
          : one.settled_at ? badge('off', 'done', 'Settled') : badge('bad', 'failed', 'Waits')}
        ${one.discarded_at ? html`<span class="mono">${one.error_code}</span>` : html`<a class="mono" href=${address.letter(one.id)}>${one.error_code}</a>`}</div>
        <div class="quiet small" dir="auto">${one.attempt ? `Attempt ${one.attempt}, ` : ''}${ago(one.created_at)}</div></li>`)}</ul></section>` : nothing;
  }

  function webhooks() {
    return it.deliveries.length ? html`<section class="panel pad"><h2>Webhook</h2><ul class="plain">${repeat(it.deliveries, (one) => one.delivery_id, (one) => html`
      <li><div>${one.status === 'delivered' ? badge('ok', 'done', `Delivered, ${one.last_response_status}`)
          : one.status === 'failed' ? badge('bad', 'failed', 'Not delivered') : badge('wait', 'waiting', one.paused ? 'Receiver is paused' : 'On its way')}
        <span class="mono">${one.type}</span></div><div class="quiet small url" dir="ltr">${one.url}</div>
        <div class="quiet small">${number(one.attempts)} attempts${one.last_error ? html`<span dir="auto">: ${one.last_error}</span>` : nothing}</div></li>`)}</ul></section>` : nothing;
  }

  function facts() {
    const { job } = it;
    return html`<section class="panel pad"><h2>The job</h2><dl>
      <dt>User</dt><dd dir="auto"><a href=${address.jobs({ user: it.user_id })}>${it.user_id}</a></dd>
      <dt>Preset</dt><dd>${job.preset}, ${length(job.duration_sec ?? job.result?.output?.duration_sec)}, ${job.lang}</dd><dt>Priority</dt><dd>${job.priority}</dd>
      <dt>Submitted</dt><dd>${ago(job.created_at)}</dd>
      ${it.request_id ? html`<dt>Request</dt><dd class="mono">${it.request_id}</dd>` : nothing}
      ${it.pipeline ? html`<dt>Pipeline</dt><dd><a href=${address.pipeline(it.pipeline, it.revision)}>${it.pipeline}</a> <span class="mono quiet">${it.revision ?? ''}</span></dd>` : nothing}
      <dt>Attempts</dt><dd class="num">${number(job.attempt)}</dd>
      ${it.lease_expires_at ? html`<dt>Lease ends</dt><dd>${clock(it.lease_expires_at)}</dd>` : nothing}</dl></section>
      <section class="panel pad"><h2>Text</h2><p class="whole content" dir="auto">${it.content}</p></section>
      ${Object.keys(job.metadata).length ? html`<section class="panel pad"><h2>Metadata</h2>
        <pre tabindex="0" aria-label="Metadata">${JSON.stringify(job.metadata, null, 2)}</pre></section>` : nothing}
      <details class="panel pad" ?open=${raw} @toggle=${(event) => { raw = event.target.open; }}><summary>As JSON</summary>
        <div class="actions raw">${copyButton('Copy', () => JSON.stringify(it, null, 2))}</div>
        <pre tabindex="0" aria-label="The job as JSON">${JSON.stringify(it, null, 2)}</pre></details>`;
  }

  return {
    title: 'A job',
    leave: film.forget,
    render: () => {
      if (!it) {
        return html`${crumbs(['All jobs', '/console/all-jobs'])}${heading('Job', { below: html`<p class="quiet mono id">${id}</p>` })}
          <div class="panel">${!problem ? loading('the job', 6) : problem.status === 404
            ? empty('There is no such job', 'Its ID is wrong, or it was deleted: jobs are kept for a limited time.', html`<a class="btn" href="/console/all-jobs">All jobs</a>`)
            : failing('The job could not be read', problem)}</div>`;
      }
      return html`${crumbs(['All jobs', '/console/all-jobs'])}
        ${heading(it.job.content_preview.slice(0, 70), { below: html`<p class="below">${jobState(it.job.status)}<span class="quiet mono id">${it.job.job_id}</span></p>` })}
        <div class="job"><div class="grid">${now()}${timeline()}${letters()}${webhooks()}</div><div class="grid">${facts()}</div></div>`;
    },
  };
}
