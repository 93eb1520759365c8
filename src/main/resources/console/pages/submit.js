// A new job. `?from=JOB` begins with the request of an earlier one.

import { html, nothing, heading, loading, failing, copyButton, icon, quoted, duration } from '../ui.js';
import { get, request, Problem } from '../api.js';
import { user } from '../session.js';

const EXAMPLE = 'The sea at night. The tide comes and goes. Nothing stays, and nothing is lost.';
const MAX_CONTENT = 10_000;

export default function ({ query, signal, update, go }) {
  let presets = null;
  let problem = null;
  let faults = {};
  let sending = false;
  // One for each thing to submit: a second click, or a repeat after a lost answer, makes no second job.
  let key = crypto.randomUUID();
  // What somebody has typed stays with the tab, for a reload or a visit to the issuer.
  const draft = `aiprod.draft.${user.id}`;
  let job = { content: EXAMPLE, preset: '', lang: '', duration_sec: '', priority: 'low', metadata: '', callback_url: '',
    ...JSON.parse(sessionStorage.getItem(draft) ?? '{}') };

  read();

  async function read() {
    problem = null;
    try {
      const [offered, from] = await Promise.all([
        get('/presets', { signal }), query.has('from') ? get(`/pipeline/job/${encodeURIComponent(query.get('from'))}/request`, { signal }) : null]);
      presets = offered.presets;
      if (from) {
        job = { ...job, ...from, callback_url: from.callback_url ?? '', duration_sec: String(from.duration_sec ?? ''),
          metadata: Object.keys(from.metadata).length ? JSON.stringify(from.metadata, null, 2) : '' };
      }
      if (!presets.some((it) => it.name === job.preset)) {
        job.preset = presets[0]?.name ?? '';
      }
    } catch (failure) {
      if (signal.aborted) {
        return;
      }
      problem = failure;
    }
    update();
  }

  function set(name, value) {
    job[name] = value;
    key = crypto.randomUUID();
    delete faults[name];
    sessionStorage.setItem(draft, JSON.stringify(job));
    update();
  }

  /** The request as JSON text. Metadata goes as it was typed: parsing would change large numbers. */
  function body() {
    const plain = { content: job.content, preset: job.preset };
    if (job.lang.trim()) {
      plain.lang = job.lang.trim();
    }
    if (job.duration_sec !== '') {
      plain.duration_sec = Number(job.duration_sec);
    }
    if (job.priority !== 'low') {
      plain.priority = job.priority;
    }
    if (job.callback_url.trim()) {
      plain.callback_url = job.callback_url.trim();
    }
    const text = JSON.stringify(plain);
    return job.metadata.trim() ? `${text.slice(0, -1)},"metadata":${job.metadata.trim()}}` : text;
  }

  function curl() {
    return `curl -sS ${location.origin}/pipeline/run \\
  -H "Authorization: Bearer $TOKEN" \\
  -H 'Content-Type: application/json' \\
  -d ${quoted(body())}`;
  }

  function metadataFault() {
    if (!job.metadata.trim()) {
      return null;
    }
    try {
      const value = JSON.parse(job.metadata);
      return typeof value === 'object' && value !== null && !Array.isArray(value) ? null
        : 'must be a JSON object, such as {"campaign": "spring"}';
    } catch (failure) {
      return `is not JSON: ${failure.message}`;
    }
  }

  async function submit(event) {
    event.preventDefault();
    if (sending) {
      return;
    }
    const fault = metadataFault();
    faults = fault ? { metadata: fault } : {};
    if (!fault) {
      sending = true;
      update();
      try {
        const answer = await (await request('/pipeline/run', {
          method: 'POST', body: body(), headers: { 'Idempotency-Key': key } })).json();
        sessionStorage.removeItem(draft);
        go(`/console/jobs/${answer.job_id}`);
        return;
      } catch (failure) {
        faults = {};
        for (const { field, message } of failure.errors ?? []) {
          // A fault deep in metadata belongs to that field.
          const name = field.split(/[.[]/)[0];
          const mine = name in job ? name : 'form';
          faults[mine] = (faults[mine] ? faults[mine] + '; ' : '') + (mine === field ? message : `${field} ${message}`);
        }
        if (!Object.keys(faults).length) {
          faults.form = failure instanceof Problem ? failure.message : `The console has a fault: ${failure.message}`;
        }
      }
      sending = false;
    }
    update();
    // After the page has been drawn.
    setTimeout(() => document.querySelector('[aria-invalid=true], .form-fault')?.focus());
  }

  /** A field with its label, its hint, and what the API has against it. */
  function field(name, label, input, hint = nothing) {
    return html`<div class="field"><label for=${name}>${label}</label>${input}
      ${hint === nothing ? nothing : html`<p class="hint" id="${name}-hint">${hint}</p>`}
      ${faults[name] ? html`<p class="fault" id="${name}-fault" dir="auto">${faults[name]}</p>` : nothing}</div>`;
  }

  const typed = (name) => (event) => set(name, event.target.value);
  const invalid = (name) => (faults[name] ? 'true' : nothing);
  const described = (name) => (faults[name] ? `${name}-fault` : nothing);

  function cards() {
    return html`<fieldset class="cards"><legend class="label">Preset</legend><div>${presets.map((preset) => html`
      <label class="card"><input type="radio" name="preset" value=${preset.name} .checked=${preset.name === job.preset}
          @change=${typed('preset')}>
        <span class="shape" aria-hidden="true">${shape(preset)}</span>
        <span><b>${preset.name.replaceAll('_', ' ')}</b>
          <span class="quiet small">${preset.description}</span>
          <span class="quiet small num">${[preset.width ? `${preset.width} × ${preset.height}` : null,
            `${preset.default_duration_sec ? `${duration(preset.default_duration_sec * 1000)}, ` : ''}up to ${duration(preset.max_duration_sec * 1000)}`]
            .filter(Boolean).join(' · ')}</span></span></label>`)}</div>
      ${faults.preset ? html`<p class="fault">${faults.preset}</p>` : nothing}</fieldset>`;
  }

  function form() {
    const chosen = presets.find((it) => it.name === job.preset);
    const length = [...job.content.trim()].length;
    return html`<form class="submit" novalidate @submit=${submit}>
      <div class="grid">
        ${field('content', 'Text', html`<textarea id="content" rows="7" dir="auto" .value=${job.content} aria-invalid=${invalid('content')} aria-describedby=${described('content')} @input=${typed('content')}></textarea>`,
          html`<span class="num">${length.toLocaleString()} of ${MAX_CONTENT.toLocaleString()} characters</span>`)}
        ${cards()}
        <div class="row">
          ${field('duration_sec', 'Seconds', html`<input id="duration_sec" inputmode="numeric" autocomplete="off"
            .value=${job.duration_sec} placeholder=${chosen?.default_duration_sec ?? ''} aria-invalid=${invalid('duration_sec')}
            aria-describedby=${described('duration_sec')} @input=${typed('duration_sec')}>`,
            chosen ? `1 to ${chosen.max_duration_sec}${chosen.default_duration_sec ? '' : ', or as long as the text needs'}` : nothing)}
          ${field('lang', 'Language', html`<input id="lang" autocomplete="off" placeholder="en" .value=${job.lang}
            aria-invalid=${invalid('lang')} aria-describedby=${described('lang')} @input=${typed('lang')}>`, 'A tag such as en or pt-BR')}
          ${field('priority', 'Priority', html`<select id="priority" @change=${typed('priority')}>
            ${['low', 'normal', 'high'].map((it) => html`<option ?selected=${it === job.priority}>${it}</option>`)}</select>`,
            'Among your own jobs')}
        </div>
        <details ?open=${!!(job.metadata || job.callback_url || faults.metadata || faults.callback_url)}>
          <summary>Metadata and webhook</summary>
          <div class="grid">
          ${field('metadata', 'Metadata', html`<textarea id="metadata" class="mono" rows="4" spellcheck="false"
            placeholder='{"campaign": "spring"}' .value=${job.metadata} aria-invalid=${invalid('metadata')}
            aria-describedby=${described('metadata')} @input=${typed('metadata')}
            @change=${() => { const fault = metadataFault(); if (fault) { faults = { ...faults, metadata: fault }; update(); } }}></textarea>`,
            'A JSON object of your own, which the job carries and returns')}
          ${field('callback_url', 'Webhook', html`<input id="callback_url" type="url" autocomplete="off"
            placeholder="https://example.com/hook" .value=${job.callback_url} aria-invalid=${invalid('callback_url')}
            aria-describedby=${described('callback_url')} @input=${typed('callback_url')}>`, 'Where to post the end of the job')}
          </div></details>
        ${faults.form ? html`<p class="fault form-fault" role="alert" tabindex="-1" dir="auto">${faults.form}</p>` : nothing}
        <div class="actions"><button class="btn pri" ?disabled=${sending}>${icon('film')}${sending ? 'Submitting…' : 'Make the video'}</button></div>
      </div>
      <aside class="panel pad curl"><div class="head"><h2>As curl</h2>${copyButton('Copy', curl)}</div>
        <pre tabindex="0" aria-label="The call as curl">${curl()}</pre>
        <p class="hint">The same call by any HTTP client: <a href="/docs">the API's documentation</a>.</p></aside></form>`;
  }

  return {
    title: 'New video',
    render: () => html`${heading('New video')}
      ${presets ? form() : problem ? failing('The presets could not be read', problem, () => { problem = null; update(); read(); })
        : loading('the presets', 4)}`,
  };
}

/** The picture's proportions, drawn. */
function shape({ width = 16, height = 9 }) {
  const scale = 36 / Math.max(width, height);
  const [w, h] = [width * scale, height * scale];
  return html`<svg viewBox="0 0 40 40" width="40" height="40"><rect x=${20 - w / 2} y=${20 - h / 2} width=${w} height=${h} rx="3"/></svg>`;
}
