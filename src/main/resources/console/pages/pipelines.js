// The pipelines, and one of them: what is live, what was refused and why, its flow, its files, and what has changed.

import { html, nothing, repeat, heading, empty, failing, loading, badge, icon, ago, number, stateWord, confirm, toast } from '../ui.js';
import { get, post, poll } from '../api.js';
import { address, limited, plural, pipelineState, fresh, crumbs } from '../operator.js';
import { diagram, outline } from '../flow.js';
import { hunks } from '../diff.js';

const TICK_MS = 3000;
const AROUND = 3;

export default function (context) {
  return context.path.length ? pipelinePage(context.path[0], context) : listPage(context);
}

function listPage({ signal, update }) {
  let answer = null;
  let problem = null;
  poll('/admin/pipelines', {
    signal,
    every: TICK_MS,
    onAnswer: (it) => { answer = it; problem = null; update(); },
    onProblem: (failure) => { problem = failure; update(); },
  });

  function card(it) {
    const fault = it.refused?.faults?.[0];
    return html`<li class="panel pad pipeline"><div class="top"><h2><a href=${address.pipeline(it.name)}>${it.name}</a></h2>${pipelineState(it.live, it.refused)}</div>
      ${it.live ? html`<p class="quiet"><span class="mono">${it.live.revision}</span> live ${ago(it.live.published_at)}${it.live.published_by
        ? html`, by <span dir="auto">${it.live.published_by}</span>` : nothing}</p>` : html`<p class="quiet">No revision is live.</p>`}
      ${fault ? html`<p class="refusal"><a class="mono" href=${address.pipeline(it.name)}>${fault.file.split('/').at(-1)}:${fault.line}</a>
        <span dir="auto">${fault.message}</span></p>` : nothing}
      ${it.live?.presets?.length ? html`<ul class="tags">${it.live.presets.map((name) => html`<li class="mono">${name}</li>`)}</ul>`
        : html`<p class="quiet small">Offers no presets.</p>`}</li>`;
  }

  return {
    title: 'Pipelines',
    render: () => html`${heading('Pipelines', { actions: answer ? fresh(problem) : nothing })}
      ${!answer ? problem ? failing('The pipelines could not be read', problem) : html`<div class="panel">${loading('the pipelines', 4)}</div>`
        : answer.pipelines.length ? html`<ul class="cards-list">${repeat(answer.pipelines, (it) => it.name, card)}</ul>`
        : html`<div class="panel">${empty('No pipelines yet', 'A worker publishes those in its files when it starts.')}</div>`}`,
  };
}

function pipelinePage(name, { query, signal, update }) {
  let pipeline = null;
  let problem = null;
  const read = new Map();
  poll('/admin/pipelines', {
    signal,
    every: TICK_MS,
    onAnswer: ({ pipelines }) => {
      pipeline = pipelines.find((it) => it.name === name) ?? { missing: true };
      problem = null;
      [shownId(), pipeline.live?.revision, pipeline.refused?.revision].forEach(load);
      update();
    },
    onProblem: (failure) => { problem = failure; update(); },
  });

  const shownId = () => query.get('revision') ?? pipeline.live?.revision ?? pipeline.refused?.revision ?? pipeline.revisions?.[0]?.revision;

  async function load(revision) {
    if (!revision || (read.get(revision)?.at > Date.now() - 15_000)) {
      return;
    }
    const before = read.get(revision);
    read.set(revision, { ...before, at: Date.now() });
    const path = `/admin/pipelines/${encodeURIComponent(name)}/revisions/${encodeURIComponent(revision)}`;
    try {
      read.set(revision, { at: Date.now(), page: await get(path, { signal }) });
    } catch (failure) {
      read.set(revision, { ...before, at: Date.now(), problem: failure });
    }
    update();
  }

  const goBack = (revision) => confirm({
    title: `Make ${revision} live?`,
    text: `New attempts of ${name} run on it within a second; those that run now end on theirs. It stays until the files change.`,
    confirm: 'Make it live',
    action: async () => {
      await post(`/admin/pipelines/${encodeURIComponent(name)}/revisions/${encodeURIComponent(revision)}/publish`);
      pipeline = (await get('/admin/pipelines')).pipelines.find((it) => it.name === name) ?? pipeline;
      toast(`${revision} is live.`);
      update();
    },
  });

  const counts = (jobs) => Object.entries(jobs).map(([state, count]) =>
    html`<a class="plain-link" href="/console/all-jobs?${new URLSearchParams({ status: state, pipeline: name })}">${limited(count, 10_000)} ${stateWord(state).toLowerCase()}</a>`)
    .flatMap((it, index) => (index ? [', ', it] : [it]));

  function refusal() {
    const { refused } = pipeline;
    if (!refused) {
      return nothing;
    }
    const files = read.get(refused.revision)?.page?.files;
    return html`<section class="panel pad refused"><h2>${icon('failed')}<span>Refused ${ago(refused.refused_at)}: <span class="mono">${refused.revision}</span></span></h2>
      <p class="quiet">${pipeline.live ? html`Jobs go on with <span class="mono">${pipeline.live.revision}</span>. ` : 'No job of this pipeline can run. '}Mend the files, and
        the new content is checked by itself.</p>
      <ul class="plain">${refused.faults.map((fault) => html`<li class="fault-item"><div><b class="mono" dir="ltr">${fault.file}${fault.line ? `:${fault.line}` : ''}</b>
        ${fault.step ? html`<span class="quiet">step <span class="mono">${fault.step}</span></span>` : nothing}</div>
        <p dir="auto" class="whole">${fault.message}</p>${excerpt(files, fault)}</li>`)}</ul>
      <a class="btn after" href=${address.pipeline(name, refused.revision)}>What has changed${icon('right')}</a></section>`;
  }

  /** The lines around a fault. */
  function excerpt(files, { file, line }) {
    const found = Object.entries(files ?? {}).find(([known, { location }]) => location === file || file.endsWith(`/${known}`) || known === file);
    if (!found || !line) {
      return nothing;
    }
    const all = found[1].text.split('\n');
    const first = Math.max(0, line - 1 - AROUND);
    return html`<pre class="code-lines" tabindex="0" aria-label="Lines around the fault">${all.slice(first, line + AROUND).map((text, index) =>
      codeLine(first + index + 1 === line ? 'gone' : '', first + index + 1, text, first + index + 1 === line ? '›' : ' '))}</pre>`;
  }

  const codeLine = (kind, line, text, sign) => html`<span class="line ${kind}"><span class="n">${line ?? ''}</span><span class="sign">${sign}</span><span class="t">${text}</span></span>`;

  function flow(page) {
    if (!page.flow) {
      return html`<section class="panel pad"><h2>Flow</h2><p class="quiet">A file of this revision cannot be read, so that there is nothing to draw.</p></section>`;
    }
    if (!page.flow.length) {
      return html`<section class="panel pad"><h2>Flow</h2><p class="quiet">Its files contain no routes.</p></section>`;
    }
    const failures = new Map();
    page.failures.forEach((it) => it.step && failures.set(it.step, (failures.get(it.step) ?? 0) + it.count));
    const elsewhere = page.failures.filter((it) => !it.step).reduce((sum, it) => sum + it.count, 0);
    const { COMPLETED = 0, FAILED = 0, PROCESSING = 0 } = page.jobs;
    const about = `${limited(COMPLETED, 10_000)} completed, ${limited(FAILED, 10_000)} failed, ${limited(PROCESSING, 10_000)} running`;
    return html`<section class="panel pad"><h2>Flow</h2>${diagram(page.flow, failures, about)}
      <p class="quiet small">The counts at the first route are the jobs whose last attempt began on this revision. The failures at steps are the dead letters
        of the last 24 hours, of all revisions, without discarded ones.${elsewhere ? ` ${plural(elsewhere, 'more')} failed at no known step.` : ''}</p>
      <details><summary>As an outline</summary>${outline(page.flow, failures)}</details></section>`;
  }

  function files(page) {
    const live = pipeline.live && read.get(pipeline.live.revision)?.page;
    if (page.live || !live) {
      return html`<section class="panel pad"><h2>Files</h2>${Object.entries(page.files).map(([file, { text }]) => html`<details class="file"><summary class="mono">${file}</summary>
        <pre class="code-lines" tabindex="0" aria-label=${file}>${text.split('\n').map((line, index) => codeLine('', index + 1, line, ' '))}</pre></details>`)}</section>`;
    }
    const names = [...new Set([...Object.keys(live.files), ...Object.keys(page.files)])].sort();
    const changed = names.filter((file) => live.files[file]?.text !== page.files[file]?.text);
    return html`<section class="panel pad"><h2>Changes from the live revision</h2>${changed.length ? changed.map((file) => html`<div class="file">
      <h3 class="mono">${file} ${!live.files[file] ? badge('ok', 'plus', 'New file') : !page.files[file] ? badge('bad', 'cancelled', 'Gone') : nothing}</h3>
      <pre class="code-lines" tabindex="0" aria-label="Changes of ${file}">${hunks(live.files[file]?.text ?? '', page.files[file]?.text ?? '').map((hunk, index) => html`${index
        ? html`<span class="line skip-line">⋯</span>` : nothing}${hunk.map(({ kind, text, before, after }) => codeLine(kind, kind === 'gone' ? before : after, text, { same: ' ', gone: '−', new: '+' }[kind]))}`)}</pre></div>`)
      : html`<p class="quiet">Its files are the same.</p>`}</section>`;
  }

  function revisions() {
    return html`<section class="panel"><h2 class="pad-h">Revisions</h2><table class="revisions"><thead><tr><th>Revision</th><th class="wide">Seen</th><th class="wide">Jobs</th>
        <th><span class="hidden-text">Actions</span></th></tr></thead>
      <tbody>${repeat(pipeline.revisions ?? [], (it) => it.revision, (it) => html`<tr>
        <td><a class="mono" href=${address.pipeline(name, it.revision)} aria-current=${it.revision === shownId() ? 'true' : nothing}>${it.revision}</a>
          ${it.revision === pipeline.live?.revision ? badge('ok', 'done', 'Live') : it.good ? nothing : badge('bad', 'failed', 'Refused')}</td>
        <td class="wide quiet">${ago(it.seen_at)}</td>
        <td class="wide quiet">${Object.keys(it.jobs).length ? counts(it.jobs) : 'none'}</td>
        <td class="r">${it.good && it.revision !== pipeline.live?.revision ? html`<button class="btn" aria-label="Go back to ${it.revision}"
          @click=${() => goBack(it.revision)}>Go back to it</button>` : nothing}</td></tr>`)}</tbody></table></section>`;
  }

  function shown() {
    const it = read.get(shownId());
    return it?.page ? html`${flow(it.page)}${files(it.page)}` : it?.problem
      ? html`<div class="panel">${it.problem.status === 404 ? empty('There is no such revision', 'It was never seen here.', html`<a class="btn" href=${address.pipeline(name)}>The live revision</a>`)
        : failing('The revision could not be read', it.problem)}</div>`
      : html`<div class="panel">${loading('the revision', 6)}</div>`;
  }

  return {
    title: name,
    render: () => {
      if (!pipeline || pipeline.missing) {
        return html`${crumbs(['Pipelines', '/console/pipelines'])}${heading(name)}<div class="panel">${pipeline
          ? empty('There is no such pipeline', 'No worker has published it.', html`<a class="btn" href="/console/pipelines">All pipelines</a>`)
          : problem ? failing('The pipeline could not be read', problem) : loading('the pipeline', 6)}</div>`;
      }
      const { live } = pipeline;
      const id = shownId();
      const known = pipeline.revisions?.find((it) => it.revision === id);
      return html`${crumbs(['Pipelines', '/console/pipelines'])}
        ${heading(name, {
          below: html`<p class="below">${pipelineState(live, pipeline.refused)}${live ? html`<span class="quiet"><span class="mono">${live.revision}</span> since
            ${ago(live.published_at)}${live.published_by ? html`, by <span dir="auto">${live.published_by}</span>` : nothing}</span>` : nothing}</p>`,
          actions: known?.good && id !== live?.revision ? html`<button class="btn pri" @click=${() => goBack(id)}>Go back to ${id}</button>` : fresh(problem) })}
        ${live?.presets?.length ? html`<ul class="tags below-head" aria-label="Presets">${live.presets.map((it) => html`<li class="mono">${it}</li>`)}</ul>` : nothing}
        ${id !== live?.revision && live ? html`<p class="seen">You see revision <b class="mono">${id}</b>, which is not live.
          <a href=${address.pipeline(name)}>Show the live one</a></p>` : nothing}
        <div class="grid">${refusal()}${shown()}${revisions()}</div>`;
    },
  };
}
