// Dead letters: the groups of those that wait, the letters of a group, and one letter. The address names which of them.

import { html, nothing, repeat, heading, empty, failing, loading, badge, jobState, icon, ago, number, copyButton, confirm, toast } from '../ui.js';
import { get, post, remove, poll } from '../api.js';
import { address, advice, limited, plural, place, shortError, range, fresh, crumbs } from '../operator.js';
import { changeLetters } from '../batches.js';

const TICK_MS = 2000;
const PAGE = 50;

export default function (context) {
  const [first, second] = context.path;
  return first === 'group' ? groupPage(second, context) : first ? letterPage(first, context) : groupsPage(context);
}

/** What both lists say about a cause. */
const cause = (it) => html`<b class="mono code">${it.error_code}</b><div class="quiet error" dir="auto">${shortError(it.error)}</div>`;

const aboutGroup = (group) => `${group.error_code}${group.step ? ` at ${group.step}` : ''}: ${shortError(group.error)}`;

function groupsPage({ query, signal, update }) {
  const code = query.get('error_code');
  let answer = null;
  let problem = null;
  const reread = () => get('/admin/dead-letter-groups').then((it) => { answer = it; update(); }, () => {});
  poll('/admin/dead-letter-groups', {
    signal,
    every: TICK_MS,
    onAnswer: (it) => { answer = it; problem = null; update(); },
    onProblem: (failure) => { problem = failure; update(); },
  });
  const change = async (action, group) => {
    await changeLetters(action, { group: group.group, count: group.count, about: aboutGroup(group), advice: advice(group.retryable) });
    reread();
  };

  function list() {
    if (!answer) {
      return problem ? failing('The dead letters could not be read', problem)
        : html`<div class="panel">${loading('the dead letters', 4)}</div>`;
    }
    const groups = answer.groups.filter((it) => !code || it.error_code === code);
    if (!groups.length && code) {
      return html`<div class="panel">${empty('No such dead letters', 'None with this code waits for you.', html`<a class="btn" href="/console/letters">Show all</a>`)}</div>`;
    }
    if (!groups.length) {
      return html`<div class="panel">${empty('No dead letters', 'A job that fails for good, or a message that nobody can read, leaves one here. Nothing waits for you.',
        html`<a class="btn" href="/console/overview">To the overview</a>`)}</div>`;
    }
    return html`<div class="panel"><table class="letters groups"><thead><tr><th>Why</th><th class="wide">Where</th><th class="r">Count</th>
        <th class="wide">First to last</th><th><span class="hidden-text">Actions</span></th></tr></thead>
      <tbody>${repeat(groups, (it) => it.group, (it) => html`<tr>
        <td class="why"><a class="plain-link" href=${address.group(it.group)}>${cause(it)}</a>
          ${it.redrivable ? html`<div class="small">${advice(it.retryable)}</div>` : nothing}<div class="narrow small">${place(it)}</div></td>
        <td class="wide where">${place(it)}${it.pipeline ? html`<div class="small"><a href=${address.pipeline(it.pipeline)}>${it.pipeline}</a></div>` : nothing}</td>
        <td class="r num count">${number(it.count)}</td>
        <td class="wide quiet num">${range(it.first_at, it.last_at)}</td>
        <td class="r do"><div class="actions end">
          ${it.redrivable ? html`<button class="btn" aria-label="Redrive ${plural(it.count, 'dead letter')} of ${it.error_code}"
            @click=${() => change('redrive', it)}>${icon('again')}Redrive ${number(it.count)}</button>`
          : html`<span class="quiet small">names no job</span>`}
          <button class="btn danger" aria-label="Discard ${plural(it.count, 'dead letter')} of ${it.error_code}"
            @click=${() => change('discard', it)}>Discard</button></div></td></tr>`)}</tbody></table></div>
      ${answer.more_groups ? html`<p class="quiet">${plural(answer.more_groups, 'smaller group')} more are not shown.</p>` : nothing}`;
  }

  return {
    title: 'Dead letters',
    render: () => html`${heading('Dead letters', {
      below: answer?.count ? html`<p class="quiet below">${limited(answer.count, 100_000)} waiting, by their cause</p>` : nothing,
      actions: answer ? fresh(problem) : nothing })}
      ${code ? html`<div class="filters"><a class="chip" href="/console/letters" aria-current="true">${code}<span class="hidden-text">, show all</span> ×</a></div>` : nothing}${list()}`,
  };
}

function groupPage(id, { query, signal, update }) {
  let group = null;
  let page = null;
  let problem = null;
  const chosen = new Set();
  poll('/admin/dead-letter-groups', {
    signal,
    every: TICK_MS,
    onAnswer: (it) => { group = it.groups.find((one) => one.group === id) ?? { gone: true }; update(); },
    onProblem: (failure) => { problem = failure; update(); },
  });
  const wanted = new URLSearchParams({ group: id, limit: PAGE, ...(query.get('cursor') && { cursor: query.get('cursor') }) });
  poll(`/admin/dead-letters?${wanted}`, {
    signal,
    every: TICK_MS * 2,
    onAnswer: accept,
    onProblem: (failure) => { problem = failure; update(); },
  });

  function accept(answer) {
    page = answer;
    problem = null;
    const shown = new Set(page.dead_letters.map((it) => it.id));
    chosen.forEach((it) => shown.has(it) || chosen.delete(it));
    update();
  }

  const reread = () => get(`/admin/dead-letters?${wanted}`).then(accept, () => {});
  const change = async (action, which, count) => {
    await changeLetters(action, { ...which, count, about: aboutGroup(group?.error_code ? group : page.dead_letters[0]), advice: advice(group?.retryable) });
    chosen.clear();
    reread();
  };
  const choose = (letter, on) => { on ? chosen.add(letter) : chosen.delete(letter); update(); };

  function actions() {
    if (!group?.count) {
      return nothing;
    }
    return chosen.size ? html`<span class="quiet">${number(chosen.size)} chosen</span>
      ${group.redrivable ? html`<button class="btn pri" @click=${() => change('redrive', { ids: [...chosen] }, chosen.size)}>${icon('again')}Redrive ${number(chosen.size)}</button>` : nothing}
      <button class="btn danger" @click=${() => change('discard', { ids: [...chosen] }, chosen.size)}>Discard ${number(chosen.size)}</button>`
      : html`${group.redrivable ? html`<button class="btn pri" @click=${() => change('redrive', { group: id }, group.count)}>${icon('again')}Redrive all ${number(group.count)}</button>` : nothing}
      <button class="btn danger" @click=${() => change('discard', { group: id }, group.count)}>Discard all ${number(group.count)}</button>`;
  }

  function list() {
    if (!page) {
      return problem ? failing('The dead letters could not be read', problem)
        : html`<div class="panel">${loading('the dead letters', 5)}</div>`;
    }
    const letters = page.dead_letters;
    if (!letters.length) {
      return html`<div class="panel">${empty('Nothing is left', 'All dead letters of this group are redriven, discarded, or settled.',
        html`<a class="btn" href="/console/letters">All dead letters</a>`)}</div>`;
    }
    return html`<div class="panel"><table class="letters"><thead><tr>
        <th class="pick"><input type="checkbox" aria-label="Choose all on this page" .checked=${chosen.size === letters.length}
          @change=${(event) => { letters.forEach((it) => event.target.checked ? chosen.add(it.id) : chosen.delete(it.id)); update(); }}></th>
        <th>Error</th><th class="wide">Job</th><th class="r wide">Attempts</th><th class="r">Age</th></tr></thead>
      <tbody>${repeat(letters, (it) => it.id, (it) => html`<tr>
        <td class="pick"><input type="checkbox" aria-label="Choose the letter of ${it.job_id ?? it.id}" .checked=${chosen.has(it.id)}
          @change=${(event) => choose(it.id, event.target.checked)}></td>
        <td class="why"><a class="plain-link error" href=${address.letter(it.id)} dir="auto">${shortError(it.error)}</a></td>
        <td class="wide">${it.job_id ? html`<a class="mono small nobreak" href=${address.job(it.job_id)} title=${it.job_id}>…${it.job_id.slice(-12)}</a>` : html`<span class="quiet">none</span>`}</td>
        <td class="r num quiet wide">${number(it.attempts)}</td>
        <td class="r num quiet nobreak">${ago(it.created_at)}</td></tr>`)}</tbody></table></div>
      ${page.next_cursor || query.has('cursor') ? html`<nav class="pager" aria-label="Pages">
        ${query.has('cursor') ? html`<a class="btn" href=${address.group(id)}>${icon('left')}Newest</a>` : nothing}
        ${page.next_cursor ? html`<a class="btn" href="${address.group(id)}?cursor=${page.next_cursor}">Older${icon('right')}</a>` : nothing}</nav>` : nothing}`;
  }

  return {
    title: 'Dead letters of a group',
    render: () => html`${crumbs(['Dead letters', '/console/letters'])}
      ${heading(group?.error_code ?? page?.dead_letters[0]?.error_code ?? 'Dead letters of a group', {
        below: group?.count ? html`<p class="quiet below">${place(group)} <span class="num">${range(group.first_at, group.last_at)}</span></p>
          ${group.redrivable ? html`<p class="below">${advice(group.retryable)}</p>` : nothing}` : nothing,
        actions: actions() })}${list()}`,
  };
}

function letterPage(id, { signal, update, go }) {
  const path = `/admin/dead-letters/${encodeURIComponent(id)}`;
  let letter = null;
  let problem = null;
  poll(path, {
    signal,
    every: TICK_MS * 2,
    onAnswer: (answer) => { letter = answer; problem = null; update(); },
    onProblem: (failure) => { problem = failure; update(); },
  });

  const redrive = () => confirm({
    title: 'Redrive this job?', text: 'It is queued again, with new attempts.', confirm: 'Redrive',
    action: async () => { letter = await post(`${path}/redrive`); toast('The job is queued again.'); update(); },
  });
  const discard = () => confirm({
    title: 'Discard this dead letter?', text: 'It leaves the list for good. Its job stays failed.', confirm: 'Discard', danger: true,
    action: async () => { await remove(path); toast('The dead letter is discarded.'); go(address.group(letter.group), { replace: true }); },
  });

  /** The message as it arrived: JSON if it is that. */
  function message() {
    const { data, data_base64: binary, data_bytes: size } = letter.metadata;
    let text = data ?? binary ?? '';
    try {
      text = JSON.stringify(JSON.parse(text), null, 2);
    } catch {
      // Shown as it is.
    }
    return html`<section class="panel pad"><h2>The original message${binary !== undefined ? ' (Base64)' : ''}</h2>
      ${size ? html`<p class="quiet">It had ${number(size)} bytes; the beginning is kept.</p>` : nothing}
      <pre tabindex="0" aria-label="The original message" dir="auto">${text}</pre>
      <div class="actions after">${copyButton('Copy', text)}</div></section>`;
  }

  function state() {
    return letter.redriven_at ? badge('ok', 'done', 'Redriven') : letter.settled_at ? badge('off', 'done', 'Settled')
      : badge('bad', 'failed', 'Waits for you');
  }

  function body() {
    const { data, data_base64, data_bytes, attributes, ...rest } = letter.metadata;
    return html`<div class="job"><div class="grid">
        <section class="panel pad failure"><h2>${icon('failed')}What failed</h2><p class="mono code">${letter.error_code}</p>
          <p dir="auto" class="whole">${letter.error}</p>
          <dl><dt>Where</dt><dd>${place(letter)}</dd>
            ${letter.pipeline ? html`<dt>Pipeline</dt><dd><a href=${address.pipeline(letter.pipeline, rest.revision)}>${letter.pipeline}</a>
              ${rest.revision ? html`<span class="mono quiet">${rest.revision}</span>` : nothing}</dd>` : nothing}
            ${rest.missing_key ? html`<dt>Missing key</dt><dd class="mono">${rest.missing_key}</dd>` : nothing}
            <dt>Attempt</dt><dd class="num">${letter.attempt ?? '–'}, ${plural(letter.attempts, 'try', 'tries')}</dd>
            <dt>When</dt><dd>${ago(letter.created_at)}</dd>
            ${letter.redriven_at ? html`<dt>Redriven</dt><dd>${ago(letter.redriven_at)} by ${letter.redriven_by}</dd>` : nothing}
            ${letter.settled_at ? html`<dt>Settled</dt><dd>${ago(letter.settled_at)}: ${letter.settled_why}</dd>` : nothing}</dl></section>
        <section class="panel pad"><h2>Its job</h2>${letter.job_id ? html`<p>${jobState(letter.job_status)}</p>
          <p><a class="mono" href=${address.job(letter.job_id)}>${letter.job_id}</a></p>`
          : html`<p class="quiet">The message names no job, so that it cannot be redriven.</p>`}</section></div>
      <div class="grid">${message()}
        <section class="panel pad"><h2>Attributes</h2>${Object.keys(attributes ?? {}).length ? html`<dl class="attributes">${Object.entries(attributes).map(([name, value]) => html`
          <dt class="mono">${name}</dt><dd class="mono" dir="auto">${String(value)}</dd>`)}</dl>` : html`<p class="quiet">None.</p>`}</section></div></div>`;
  }

  return {
    title: 'Dead letter',
    render: () => {
      if (!letter) {
        return html`${crumbs(['Dead letters', '/console/letters'])}${heading('Dead letter')}
          ${!problem ? html`<div class="panel">${loading('the dead letter', 6)}</div>`
            : problem.status === 404 ? html`<div class="panel">${empty('There is no such dead letter', 'It was discarded, or it was deleted with its job.',
              html`<a class="btn" href="/console/letters">All dead letters</a>`)}</div>` : failing('The dead letter could not be read', problem)}`;
      }
      const open = !letter.redriven_at && !letter.settled_at;
      return html`${crumbs(['Dead letters', '/console/letters'], ['Its group', address.group(letter.group)])}
        ${heading(letter.error_code, { below: html`<p class="below">${state()}<span class="quiet mono id">${letter.id}</span></p>`,
          actions: open ? html`${letter.job_status === 'FAILED' ? html`<button class="btn pri" @click=${redrive}>${icon('again')}Redrive</button>` : nothing}
            <button class="btn danger" @click=${discard}>Discard</button>` : nothing })}${body()}`;
    },
  };
}
