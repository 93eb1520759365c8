// Changes many dead letters after a confirmation, in batches that a statement can bear, and shows how far it is.

import { html, nothing, render, toast, number } from './ui.js';
import { post } from './api.js';
import { plural } from './operator.js';

const BATCH = 50;

const WORDS = {
  redrive: { yes: 'Redrive', done: 'redriven', text: 'Their jobs are queued again, with new attempts.' },
  discard: { yes: 'Discard', done: 'discarded', text: 'They leave this list for good. Their jobs stay failed.', danger: true },
};

/**
 * Asks, and then redrives or discards at most the confirmed number. Resolves to how many were changed.
 * @param action `redrive` or `discard`
 * @param count how many the reader saw, and confirms
 * @param which `{group}`, or `{ids}`
 * @param about what they have in common
 * @param advice whether redriving can help; empty if that is not known
 */
export function changeLetters(action, { count, about, advice, ...which }) {
  const words = WORDS[action];
  const letters = plural(count, 'dead letter');
  return new Promise((resolve) => {
    const box = document.createElement('dialog');
    box.setAttribute('aria-labelledby', 'batches-title');
    let state = 'asks';
    let done = 0;
    // Of the given IDs, how many were asked for.
    let asked = 0;
    let stopped = false;
    let fault = null;
    const close = () => {
      box.close();
      box.remove();
      if (done) {
        toast(`${plural(done, 'dead letter')} ${words.done}.`);
      }
      resolve(done);
    };

    async function go() {
      state = 'runs';
      fault = null;
      draw();
      try {
        while ((which.ids ? asked : done) < count && !stopped) {
          const batch = which.ids ? { ids: which.ids.slice(asked, asked + BATCH) }
            : { group: which.group, limit: Math.min(BATCH, count - done) };
          const answer = await post(`/admin/dead-letters/${action}`, batch);
          done += answer.count;
          asked += BATCH;
          draw();
          if (!answer.count && !which.ids) {
            break;
          }
        }
        if (done < count && !stopped) {
          state = 'short';
          draw();
          return;
        }
        close();
      } catch (failure) {
        fault = failure.message;
        state = 'asks';
        draw();
      }
    }

    const draw = () => render(html`<h2 id="batches-title">${words.yes} ${letters}?</h2>
      ${state === 'asks' ? html`<p dir="auto">${about}</p><p>${words.text}</p>${action === 'redrive' && advice ? html`<p><b>${advice}</b></p>` : nothing}`
        : html`<p role="status">${state === 'short' ? `${number(done)} of ${number(count)} ${words.done}. The others have been changed
            by somebody else, or have no job that failed.` : `${number(done)} of ${number(count)} ${words.done}…`}</p>
          <progress max=${count} .value=${done} aria-label="${words.yes}: progress"></progress>`}
      ${fault ? html`<p class="fault" role="alert">${fault}${done ? ` ${number(done)} were ${words.done} before that.` : ''}</p>` : nothing}
      <div class="actions">
        ${state === 'asks' ? html`<button class="btn" @click=${close}>${done ? 'Close' : 'Cancel'}</button>
          <button class="btn ${words.danger ? 'danger' : 'pri'}" @click=${go}>${words.yes} ${number(count - done)}</button>`
        : state === 'short' ? html`<button class="btn pri" @click=${close}>Close</button>`
        : html`<button class="btn" ?disabled=${stopped} @click=${() => { stopped = true; draw(); }}>
            ${stopped ? 'Stopping…' : 'Stop'}</button>`}</div>`, box);
    draw();
    box.addEventListener('cancel', (event) => {
      event.preventDefault();
      if (state !== 'runs') {
        close();
      }
    });
    document.body.append(box);
    box.showModal();
  });
}
