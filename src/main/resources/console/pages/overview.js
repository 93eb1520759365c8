// What an operator looks at first. It says what is wrong, then the numbers behind it; each number leads to its list.

import { html, nothing, repeat, heading, failing, loading, badge, icon, number, ago, agoText, between, duration } from '../ui.js';
import { poll } from '../api.js';
import { address, limited, plural, pipelineState, fresh, shortTime, style } from '../operator.js';
import '../chart.js';

await style('/console/lib/uplot/uPlot.min.css');

const TICK_MS = 2000;
/** A job that waits longer than this is worth a look. */
const LONG_WAIT_MS = 60_000;
const STATES = { QUEUED: 'Queued', PROCESSING: 'Running', COMPLETED: 'Completed', FAILED: 'Failed', CANCELLED: 'Cancelled' };

export default function ({ signal, update }) {
  let overview = null;
  let problem = null;
  poll('/admin/overview', {
    signal,
    every: TICK_MS,
    onAnswer: (answer) => { overview = answer; problem = null; update(); },
    onProblem: (failure) => { problem = failure; update(); },
  });

  const letters = () => Object.values(overview.stats.dead_letters).reduce((sum, count) => sum + count, 0);

  /** What needs somebody, the worst first: [kind, text, address]. */
  function troubles() {
    const found = [];
    const { workers, pipelines, stats, oldest_waiting: oldest } = overview;
    const lost = workers.filter((it) => !it.alive);
    if (!workers.some((it) => it.alive)) {
      found.push(['No worker is alive: jobs wait until one starts.', address.jobs({ status: 'QUEUED' })]);
    }
    if (lost.length) {
      found.push([`${plural(lost.length, 'worker')} with running jobs did not report: their jobs run again soon.`, '#workers']);
    }
    for (const it of pipelines.filter((one) => one.refused_revision)) {
      const fault = it.fault ? `, ${it.fault.file.split('/').at(-1)}:${it.fault.line}` : '';
      found.push([`Pipeline ${it.name}: the new files were refused${fault}.`, address.pipeline(it.name)]);
    }
    if (letters()) {
      const [[code]] = Object.entries(stats.dead_letters);
      found.push([`${plural(letters(), 'dead letter')} ${letters() === 1 ? 'waits' : 'wait'} for you, most with ${code}.`,
        '/console/letters']);
    }
    if (oldest && between(oldest.since) > LONG_WAIT_MS) {
      found.push([`A job has waited for ${duration(between(oldest.since))}.`, address.job(oldest.job_id)]);
    }
    return found;
  }

  function verdict() {
    const found = troubles();
    return found.length ? html`<section class="verdict trouble" aria-label="What needs you"><ul>${found.map(([text, href]) => html`
        <li><a href=${href}>${icon('failed')}<span dir="auto">${text}</span>${icon('right')}</a></li>`)}</ul></section>`
      : html`<section class="verdict calm" aria-label="What needs you"><p>${icon('done')}<span>All is well: nothing waits for
        you.</span></p></section>`;
  }

  const tile = (label, value, href, note, chart) => html`<section class="panel tile">
    <a href=${href}><span class="label">${label}</span><b class="num">${value}</b></a>
    <p class="quiet">${note}</p>${chart ?? nothing}</section>`;

  const seconds = (value) => (value === null ? '–' : duration(value * 1000));

  function times(name, label, colour) {
    const hour = overview.last_hour[`${name}_sec`];
    const spans = overview.last_hour.spans;
    return tile(`${label}, 95 % within`, seconds(hour.p95), address.jobs({ since: spans[0].start }),
      hour.p50 === null ? 'no job ended in the last hour' : `half within ${seconds(hour.p50)}, last hour`,
      html`<line-chart .spans=${spans} .series=${[
        { label: 'half', colour: '--muted', of: (span) => span[`${name}_sec`].p50 },
        { label: '95 %', colour, of: (span) => span[`${name}_sec`].p95, fill: true }]}
        .format=${shortTime} .what=${`${label} in the last hour`}></line-chart>`);
  }

  function numbers() {
    const { stats, last_hour: { spans }, oldest_waiting: oldest } = overview;
    const ended = spans.reduce((sum, it) => sum + it.completed + it.failed + it.cancelled, 0);
    const failed = spans.reduce((sum, it) => sum + it.failed, 0);
    const about = spans.some((it) => it.estimated) ? 'about ' : '';
    const dead = letters();
    return html`<div class="tiles">
      ${tile('Waiting', limited(stats.jobs.QUEUED, 100_000), address.jobs({ status: 'QUEUED' }),
        oldest ? html`the oldest for <span class="num">${duration(between(oldest.since))}</span>${stats.outbox_depth
          ? `, ${limited(stats.outbox_depth, 100_000)} to be published` : nothing}` : 'no job waits')}
      ${tile('Running', limited(stats.jobs.PROCESSING, 100_000), address.jobs({ status: 'PROCESSING' }), slots())}
      ${tile('Failed in the last hour', about + number(failed), address.jobs({ status: 'FAILED', since: spans[0].start }),
        ended ? `${new Intl.NumberFormat(undefined, { style: 'percent', maximumFractionDigits: 1 }).format(failed / ended)} of those that ended` : 'no job ended')}
      ${tile('Dead letters', limited(dead, 100_000), '/console/letters', dead ? `${plural(Object.keys(stats.dead_letters).length, 'error code')}` : 'none waits for you')}
      ${tile('Ended in the last hour', about + number(ended), address.jobs({ since: spans[0].start }), 'each two minutes',
        // The current span is not over.
        html`<line-chart .spans=${spans} .series=${[
          { label: 'completed', colour: '--ok', of: (span) => (span === spans.at(-1) ? null : span.completed), fill: true },
          { label: 'failed', colour: '--bad', of: (span) => (span === spans.at(-1) ? null : span.failed) }]}
          .format=${number} .what=${'Jobs that ended in the last hour, each two minutes'}></line-chart>`)}
      ${times('wait', 'Wait', '--wait')}${times('run', 'Run', '--run')}${times('total', 'End to end', '--accent')}</div>`;
  }

  function slots() {
    const alive = overview.workers.filter((it) => it.alive);
    const all = alive.reduce((sum, it) => sum + it.slots, 0);
    return `${plural(all, 'slot')} on ${plural(alive.length, 'worker')}`;
  }

  function states() {
    const { stats } = overview;
    return html`<section class="panel pad"><h2>Jobs by state</h2><ul class="states">${Object.entries(STATES).map(([state, word]) => html`
      <li><a href=${address.jobs({ status: state })}><span>${word}</span><b class="num">${stats.ended_jobs_estimated
        && !['QUEUED', 'PROCESSING'].includes(state) ? '≈ ' : ''}${number(stats.jobs[state])}</b></a></li>`)}</ul></section>`;
  }

  function workers() {
    const listed = overview.workers;
    return html`<section class="panel" id="workers"><h2 class="pad-h">Workers</h2>
      ${listed.length ? html`<table class="workers"><thead><tr><th>Worker</th><th>Slots</th><th>Runs</th></tr></thead><tbody>
        ${repeat(listed, (it) => it.worker_id, (it) => html`<tr>
          <td class="name"><span class="mono" dir="ltr">${it.worker_id}</span>${it.alive ? nothing
            : html`<div>${badge('bad', 'failed', 'Does not report')}</div>`}</td>
          <td class="slots"><progress max=${it.slots || 1} .value=${Math.min(it.running, it.slots || 1)}
            aria-label="Slots in use on ${it.worker_id}"></progress>
            <span class="num quiet">${number(it.running)} of ${it.slots ?? '?'}</span></td>
          <td class="runs">${it.jobs.length ? it.jobs.slice(0, 4).map((job) => html`<a href=${address.job(job.job_id)}>${job.preset}
            <span class="num">${job.stage ? `${job.stage} ${job.percent} %` : duration(between(job.started_at))}</span></a>`)
            : html`<span class="quiet">${it.slots === 0 ? 'accepts no jobs' : 'nothing'}</span>`}
            ${it.running > 4 ? html`<span class="quiet">and ${number(it.running - 4)} more</span>` : nothing}</td></tr>`)}</tbody></table>`
        : html`<p class="none">No worker has reported. Jobs wait until one starts.</p>`}</section>`;
  }

  function pipelines() {
    const listed = overview.pipelines;
    return html`<section class="panel"><h2 class="pad-h">Pipelines</h2>
      ${listed.length ? html`<table><tbody>${repeat(listed, (it) => it.name, (it) => html`<tr>
        <td><a href=${address.pipeline(it.name)}>${it.name}</a></td>
        <td class="mono quiet wide">${it.live_revision ?? '–'}<div class="small">${it.published_at ? agoText(it.published_at) : ''}</div></td>
        <td class="r">${pipelineState(it.live_revision, it.refused_revision)}</td></tr>`)}</tbody></table>`
        : html`<p class="none">No pipeline is published yet: a worker does that when it starts.</p>`}</section>`;
  }

  function codes() {
    const listed = Object.entries(overview.stats.dead_letters);
    return html`<section class="panel"><h2 class="pad-h">Dead letters by code</h2>
      ${listed.length ? html`<table><tbody>${listed.slice(0, 8).map(([code, count]) => html`<tr>
        <td><a class="mono code" href="/console/letters?error_code=${encodeURIComponent(code)}">${code}</a></td><td class="r num">${number(count)}</td></tr>`)}</tbody></table>`
        : html`<p class="none">None waits for you.</p>`}</section>`;
  }

  return {
    title: 'Overview',
    render: () => html`${heading('Overview', { actions: overview ? fresh(problem) : nothing })}
      ${overview ? html`${verdict()}${numbers()}<div class="halves"><div class="grid">${workers()}${states()}</div>
        <div class="grid">${pipelines()}${codes()}</div></div>`
        : problem ? failing('The overview could not be read', problem)
        : html`<div class="tiles">${[1, 2, 3, 4].map(() => html`<div class="panel tile">${loading('the overview', 2)}</div>`)}</div>`}`,
  };
}
