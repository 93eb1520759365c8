// The user's own jobs, newest first, kept up to date. The filters and the page are in the address.

import { html, nothing, repeat, heading, empty, loading, failing, jobState, stateWord, icon, ago, between, duration, toast } from '../ui.js';
import { get, post, poll, fileUrl } from '../api.js';

const STATES = ['QUEUED', 'PROCESSING', 'COMPLETED', 'FAILED', 'CANCELLED'];
const BUSY_MS = 1500;
const CALM_MS = 5000;
const EXAMPLE = 'The sea at night. The tide comes and goes. Nothing stays, and nothing is lost.';

export default function ({ query, signal, update, go, setQuery }) {
  const status = query.get('status');
  const preset = query.get('preset');
  let page = null;
  let problem = null;
  let presets = [];

  const wanted = new URLSearchParams({ limit: 20 });
  for (const name of ['status', 'preset', 'cursor']) {
    if (query.get(name)) {
      wanted.set(name, query.get(name));
    }
  }
  poll(`/pipeline/jobs?${wanted}`, {
    signal,
    every: (last) => (last?.jobs.some((job) => !job.completed_at) ? BUSY_MS : CALM_MS),
    onAnswer: (answer) => { page = answer; problem = null; update(); },
    onProblem: (failure) => { problem = failure; update(); },
  });
  // Without them, the filter still has the presets of the jobs that are shown.
  get('/presets', { signal }).then((answer) => { presets = answer.presets.map((it) => it.name); update(); }, () => {});

  const key = crypto.randomUUID();
  let making = false;
  async function makeExample() {
    making = true;
    update();
    try {
      const job = await post('/pipeline/run', { content: EXAMPLE }, { headers: { 'Idempotency-Key': key } });
      go(`/console/jobs/${job.job_id}`);
    } catch (failure) {
      making = false;
      toast(failure.message, 'bad');
      update();
    }
  }

  const address = (changes) => {
    const next = new URLSearchParams();
    for (const [name, value] of Object.entries({ status, preset, ...changes })) {
      if (value) {
        next.set(name, value);
      }
    }
    return '/console/jobs' + (next.size ? '?' + next : '');
  };
  const chip = (value, word) => html`<a class="chip" href=${address({ status: value })}
    aria-current=${status === value ? 'true' : nothing}>${word}</a>`;

  function filters() {
    const names = [...new Set([...presets, ...(page?.jobs.map((job) => job.preset) ?? []), ...(preset ? [preset] : [])])];
    return html`<div class="filters" role="group" aria-label="Filters">${chip(null, 'All')}
      ${STATES.map((state) => chip(state, stateWord(state)))}
      <label class="hidden-text" for="preset">Preset</label>
      <select id="preset" @change=${(event) => setQuery({ preset: event.target.value, cursor: '' })}>
        <option value="">Any preset</option>
        ${names.map((name) => html`<option value=${name} ?selected=${name === preset}>${name}</option>`)}</select></div>`;
  }

  function list() {
    if (!page) {
      return problem ? failing('The jobs could not be read', problem)
        : html`<div class="panel">${loading('the jobs', 6)}</div>`;
    }
    if (!page.jobs.length) {
      return status || preset || query.has('cursor')
        ? empty('No such jobs', 'None of your jobs is like that.', html`<a class="btn" href="/console/jobs">Show all</a>`)
        : empty('No videos yet', 'Write a text, choose a shape, and watch it become a video. Or begin with an example.',
          html`<div class="actions"><button class="btn pri" ?disabled=${making} @click=${makeExample}>${icon('film')}Make an example</button>
            <a class="btn" href="/console/submit">Write a text</a></div>`);
    }
    return html`<div class="panel"><table class="jobs">
      <thead><tr><th class="pic"><span class="hidden-text">Picture</span></th><th>Text</th><th class="state wide">Status</th>
        <th class="r took wide">Took</th><th class="r age wide">Age</th></tr></thead>
      <tbody>${repeat(page.jobs, (job) => job.job_id, (job) => html`<tr>
        <td class="pic"><job-poster .path=${job.poster} .state=${job.status}></job-poster></td>
        <td><a class="text" dir="auto" href="/console/jobs/${job.job_id}">${job.content_preview}</a>
          <div class="quiet small num">${job.preset}${job.duration_sec ? ` · ${duration(job.duration_sec * 1000)}` : nothing}<span class="narrow"> · ${ago(job.created_at)}</span></div>
          <div class="narrow">${jobState(job.status, label(job))}</div></td>
        <td class="state wide">${jobState(job.status, label(job))}</td>
        <td class="r quiet num wide">${took(job)}</td>
        <td class="r quiet num wide">${ago(job.created_at)}</td></tr>`)}</tbody></table></div>
      ${pager()}`;
  }

  function pager() {
    return page.next_cursor || query.has('cursor') ? html`<nav class="pager" aria-label="Pages">
      ${query.has('cursor') ? html`<a class="btn" href=${address({})}>${icon('left')}Newest</a>` : nothing}
      ${page.next_cursor ? html`<a class="btn" href=${address({ cursor: page.next_cursor })}>Older${icon('right')}</a>` : nothing}
      </nav>` : nothing;
  }

  return {
    title: 'Jobs',
    render: () => html`${heading('Jobs', {
      actions: html`<a class="btn pri" href="/console/submit">${icon('plus')}New video</a>` })}
      ${filters()}${list()}`,
  };
}

function label(job) {
  if (job.status === 'PROCESSING' && job.progress) {
    return `${job.progress.stage} ${job.progress.percent} %`;
  }
  return job.status === 'FAILED' && job.error_code ? `Failed: ${job.error_code}` : stateWord(job.status);
}

/** From the submission to the end, or to now. */
function took(job) {
  return job.status === 'QUEUED' ? 'waiting' : duration(between(job.created_at, job.completed_at));
}

/**
 * The picture of a job. Files need the token, so that an img cannot fetch them itself. A picture is fetched once it is
 * near the part that shows.
 */
class JobPoster extends HTMLElement {
  #path = null;
  #url = null;
  #seen = new IntersectionObserver((entries) => entries.some((it) => it.isIntersecting) && this.#load(), { rootMargin: '200px' });

  set path(path) {
    if (path !== this.#path) {
      this.#path = path;
      this.#drop();
      this.#seen.unobserve(this);
      this.#seen.observe(this);
    }
  }

  set state(state) {
    this.dataset.state = state;
  }

  connectedCallback() {
    this.#seen.observe(this);
  }

  disconnectedCallback() {
    this.#seen.disconnect();
    this.#drop();
  }

  async #load() {
    this.#seen.unobserve(this);
    const path = this.#path;
    if (!path || this.#url) {
      return;
    }
    const url = await fileUrl(path).catch(() => null);
    if (!url || path !== this.#path || !this.isConnected) {
      if (url) {
        URL.revokeObjectURL(url);
      }
      return;
    }
    this.#url = url;
    const picture = new Image();
    picture.alt = '';
    picture.src = url;
    await picture.decode().catch(() => {});
    this.replaceChildren(picture);
  }

  #drop() {
    if (this.#url) {
      URL.revokeObjectURL(this.#url);
      this.#url = null;
      this.replaceChildren();
    }
  }
}

customElements.define('job-poster', JobPoster);
