// One job: its video, or how far it is; what has happened to it; and what can be done with it.

import { html, nothing, repeat, heading, loading, failing, empty, jobState, badge, icon, ago, clock, between, duration,
  confirm, copyButton, toast, stateWord, length } from '../ui.js';
import { get, post, poll, follow } from '../api.js';
import { filmOf } from '../film.js';

const BUSY_MS = 5000;
const CALM_MS = 20_000;

export default function ({ path: [id], signal, update }) {
  const place = `/pipeline/job/${encodeURIComponent(id)}`;
  let job = null;
  let problem = null;
  // The stages of the present attempt as far as this page has seen them, in order: name to percent.
  let stages = new Map();
  let deliveries = [];
  let raw = false;
  const film = filmOf({ place: `${place}/artifacts`, signal, update });

  poll(place, {
    signal,
    every: () => (job?.completed_at ? CALM_MS : BUSY_MS),
    // What is the same as before may be older than what this page has read since.
    onAnswer: (answer, same) => { problem = null; same ? update() : accept(answer); },
    onProblem: (failure) => { problem = failure; update(); },
  });

  const reread = () => get(place, { signal }).then(accept, () => {});

  // What the stream says first is only a reason to read the job; progress shows at once.
  follow(`${place}/events`, {
    signal,
    onEvent: ({ type, data }) => {
      if (type === 'progress') {
        note(data);
        update();
      } else {
        reread();
      }
    },
  });

  function accept(answer) {
    const before = job;
    job = answer;
    if (job.status !== 'PROCESSING' || before?.attempt !== job.attempt) {
      stages = new Map();
    }
    note(job.progress);
    film.follow(job);
    if (job.completed_at && !before?.completed_at) {
      readDeliveries();
    }
    update();
  }

  function note(progress) {
    if (progress) {
      stages.set(progress.stage, Math.max(progress.percent, stages.get(progress.stage) ?? 0));
    }
  }

  async function readDeliveries() {
    deliveries = (await get(`${place}/deliveries`, { signal }).catch(() => ({ deliveries }))).deliveries;
    update();
    if (deliveries.some((it) => it.status === 'pending') && !signal.aborted) {
      setTimeout(readDeliveries, 3000);
    }
  }

  const cancel = () => confirm({
    title: 'Cancel this job?', text: 'It stops within seconds, and makes no video.', confirm: 'Cancel the job',
    cancel: 'Let it go on', danger: true,
    action: async () => { accept(await post(`${place}/cancel`)); toast('The job is cancelled.'); },
  });

  async function redeliver(delivery) {
    try {
      await post(`${place}/deliveries/${delivery.delivery_id}/redeliver`);
      toast('The webhook is sent again.');
      readDeliveries();
    } catch (failure) {
      toast(failure.message, 'bad');
    }
  }

  function actions() {
    return html`${job.completed_at ? nothing : html`<button class="btn danger" @click=${cancel}>Cancel</button>`}
      <a class="btn" href="/console/submit?from=${job.job_id}">${icon('again')}Submit again</a>
      ${copyButton('Copy as curl', () => `curl -sS ${location.origin}${place} -H "Authorization: Bearer $TOKEN"`)}`;
  }

  function stage() {
    if (job.status === 'COMPLETED') {
      return film.render(job) ?? html`<div class="panel">${empty('No video', 'This pipeline made no video; its output is below.')}</div>`;
    }
    if (job.status === 'FAILED') {
      const { error_code: code, error_message: text, retryable } = job.result ?? {};
      return html`<div class="panel pad failure"><h2>${icon('failed')}Why it failed</h2>
        <p class="mono code">${code}</p><p dir="auto">${text}</p>
        <p class="quiet">${retryable ? 'The cause may pass: the same job can work later.'
          : 'The same job would fail again: change it first.'}</p>
        <a class="btn ${retryable ? 'pri' : ''}" href="/console/submit?from=${job.job_id}">${icon('again')}
          ${retryable ? 'Submit again' : 'Edit and submit again'}</a></div>`;
    }
    if (job.status === 'CANCELLED') {
      return html`<div class="panel">${empty('Cancelled', 'It stopped before it made a video.')}</div>`;
    }
    return html`<div class="panel pad live"><h2>${job.status === 'QUEUED' ? 'Waiting for a worker' : 'Running'}</h2>
      <p class="big num">${duration(between(job.status === 'QUEUED' ? job.created_at : job.started_at))}</p>
      ${job.status === 'QUEUED' ? html`<p class="quiet">It starts as soon as a worker is free.</p>`
        : stages.size ? html`<ol class="stages">${[...stages].map(([name, percent], index) => {
          const over = index < stages.size - 1 || percent === 100;
          return html`<li><span class="dot">${jobState(over ? 'COMPLETED' : 'PROCESSING', '')}</span><span dir="auto">${name}</span>
            <progress max="100" .value=${over ? 100 : percent} aria-label="Progress of ${name}"></progress>
            <span class="quiet num">${over ? 'done' : `${percent} %`}</span></li>`;
        })}</ol>` : html`<p class="quiet">It has started, and reports its first stage soon.</p>`}</div>`;
  }

  /** The states of the job, with how long each lasted; of an attempt, also where it ran. */
  function timeline() {
    const entries = job.state_history;
    return html`<section class="panel pad"><h2>What happened</h2><ol class="timeline">
      ${repeat(entries, (_, index) => index, (entry, index) => {
        const next = entries[index + 1];
        const ended = ['COMPLETED', 'FAILED', 'CANCELLED'].includes(entry.state);
        const about = entry.metadata ?? {};
        const last = index === entries.length - 1;
        return html`<li><span class="dot">${jobState(entry.state, '')}</span>
          <div><b>${entryTitle(entry, about, index, entries)}</b><div class="quiet small">${entryDetails(entry, about)}</div></div>
          <span class="quiet num">${ended && last ? html`${duration(between(job.created_at, entry.entered_at))} in all`
            : duration(between(entry.entered_at, next?.entered_at))}</span></li>`;
      })}</ol></section>`;
  }

  function webhooks() {
    return deliveries.length ? html`<section class="panel pad"><h2>Webhook</h2><ul class="plain">
      ${repeat(deliveries, (it) => it.delivery_id, (it) => html`<li><div>
        ${it.status === 'delivered' ? badge('ok', 'done', `Delivered, ${it.last_response_status}`)
          : it.status === 'failed' ? badge('bad', 'failed', 'Not delivered')
          : badge('wait', 'waiting', it.paused ? 'Receiver is paused' : it.attempts ? 'Retrying' : 'On its way')}
        <span class="mono">${it.type}</span></div>
        <div class="quiet small url" dir="ltr">${it.url}</div>
        <div class="quiet small">${it.attempts === 1 ? '1 attempt' : `${it.attempts} attempts`}${it.last_attempt_at ? html`, the last ${ago(it.last_attempt_at)}` : nothing}
          ${it.last_error ? html`<span dir="auto">: ${it.last_error}</span>` : nothing}
          ${it.next_attempt_at ? html`, the next at ${clock(it.next_attempt_at)}` : nothing}</div>
        <button class="btn" @click=${() => redeliver(it)}>${icon('again')}Send again</button></li>`)}</ul></section>` : nothing;
  }

  function facts() {
    const output = job.result?.output;
    return html`<section class="panel pad"><h2>The job</h2><dl>
      <dt>Text</dt><dd dir="auto" class="content">${job.content_preview}${[...job.content_preview].length === 100 ? '…' : ''}</dd>
      <dt>Preset</dt><dd>${job.preset}</dd><dt>Length</dt><dd>${length(job.duration_sec ?? output?.duration_sec)}</dd>
      <dt>Language</dt><dd>${job.lang}</dd><dt>Priority</dt><dd>${job.priority}</dd>
      <dt>Submitted</dt><dd>${ago(job.created_at)}</dd>
      ${job.attempt ? html`<dt>Attempts</dt><dd>${job.attempt}</dd>` : nothing}
      ${job.result?.execution_time_ms ? html`<dt>Ran for</dt><dd class="num">${duration(job.result.execution_time_ms)}</dd>` : nothing}
      ${output?.truncated ? html`<dt>Note</dt><dd>The text was longer than the video, which ends before it.</dd>` : nothing}</dl></section>
      ${Object.keys(job.metadata).length ? html`<section class="panel pad"><h2>Metadata</h2>
        <pre tabindex="0" aria-label="Metadata">${JSON.stringify(job.metadata, null, 2)}</pre></section>` : nothing}
      <details class="panel pad" ?open=${raw || (job.status === 'COMPLETED' && !film.has(job) && output)}
        @toggle=${(event) => { raw = event.target.open; }}><summary>The job as JSON</summary>
        <div class="actions raw">${copyButton('Copy', () => JSON.stringify(job, null, 2))}</div>
        <pre tabindex="0" aria-label="The job as JSON">${JSON.stringify(job, null, 2)}</pre></details>`;
  }

  return {
    title: 'Job',
    leave: film.forget,
    render: () => {
      if (!job) {
        return html`${heading('Job', { below: html`<p class="quiet mono id">${id}</p>` })}
          ${problem ? problem.status === 404 ? empty('There is no such job', 'Its address is wrong, or it was deleted: jobs are kept for a limited time.',
            html`<a class="btn" href="/console/jobs">All your jobs</a>`) : failing('The job could not be read', problem) : loading('the job', 6)}`;
      }
      return html`${heading(title(job), { below: html`<p class="below"><span role="status">${jobState(job.status)}</span>
          <span class="quiet mono id">${job.job_id}</span></p>`, actions: actions() })}
        <div class="job"><div class="grid">${stage()}</div><div class="grid">${timeline()}${webhooks()}${facts()}</div></div>`;
    },
  };
}

/** The first sentence or line of the text. */
function title(job) {
  const first = job.content_preview.split(/(?<=[.!?。！？])\s|\n/)[0];
  return first.length > 70 ? first.slice(0, 69).trimEnd() + '…' : first;
}

function entryTitle(entry, about, index, entries) {
  if (entry.state === 'PROCESSING') {
    return `Attempt ${about.attempt ?? ''}`;
  }
  if (entry.state === 'QUEUED' && index > 0) {
    return about.reason ? `Queued again: ${about.reason}` : 'Queued again';
  }
  return stateWord(entry.state);
}

function entryDetails(entry, about) {
  const parts = [clock(entry.entered_at)];
  if (about.worker_id && entry.state === 'PROCESSING') {
    parts.push(html` on <span class="mono">${about.worker_id}</span>`);
  }
  if (about.pipeline) {
    parts.push(html`, ${about.pipeline}${about.revision ? html` revision <span class="mono">${about.revision}</span>` : nothing}`);
  }
  if (about.error_code) {
    parts.push(html`, <span class="mono">${about.error_code}</span>`);
  }
  return parts;
}
