// The frame of the console: signs in, finds the page that the address names, and keeps the navigation.
//
// A page is a module in pages/ with `export default function (context)`. It returns an object with
//   title     for the window
//   render()  a template; called after `context.update()`, and each second for what depends on the time
//   leave()   optional: the page is left. `context.signal` aborts then too
// The context has `path` (what follows the page's name in the address, split at /), `query` (URLSearchParams),
// `update()`, `go(address)`, `setQuery({name: value})`, and `signal`.

import { html, nothing, render, icon, confirm, failing } from './ui.js';
import * as session from './session.js';
import { connection } from './api.js';

const PAGES = [
  { name: 'jobs', title: 'Jobs', icon: 'list', load: () => import('./pages/jobs.js') },
  { name: 'job', load: () => import('./pages/job.js') },
  { name: 'submit', title: 'New video', icon: 'film', load: () => import('./pages/submit.js') },
  { name: 'overview', title: 'Overview', icon: 'gauge', admin: true, load: () => import('./pages/overview.js') },
  { name: 'all-jobs', title: 'All jobs', icon: 'list', admin: true, load: () => import('./pages/all-jobs.js') },
  { name: 'letters', title: 'Dead letters', icon: 'letter', admin: true, load: () => import('./pages/letters.js') },
  { name: 'pipelines', title: 'Pipelines', icon: 'flow', admin: true, load: () => import('./pages/pipelines.js') },
];

const main = document.getElementById('main');
let current = null;

async function begin() {
  try {
    if (await session.start() === 'out') {
      return alone('You are signed out', 'Nothing of your session is left in this window.', 'Sign in', 'select_account');
    }
  } catch (failure) {
    return alone('Signing in did not work', failure.message, 'Try again');
  }
  document.body.classList.remove('alone');
  drawNavigation();
  addEventListener('popstate', () => show());
  document.addEventListener('click', follow);
  setInterval(() => document.visibilityState === 'visible' && current?.draw(), 1000);
  show();
}

/** A page without navigation, for those who are not signed in. */
function alone(title, text, label, prompt) {
  document.body.classList.add('alone');
  document.title = `${title} · AIPROD Pipeline`;
  render(html`<div class="panel pad"><h1>${title}</h1><p>${text}</p>
    <button class="btn pri" @click=${() => session.signIn(prompt).catch((failure) =>
      alone('Signing in did not work', failure.message, 'Try again'))}>${label}</button></div>`, emptied(main));
}

/** lit-html keeps what else is in an element. */
function emptied(element) {
  if (!element.hasAttribute('data-drawn')) {
    element.replaceChildren();
    element.setAttribute('data-drawn', '');
  }
  return element;
}

/** Shows the page of the present address. */
async function show() {
  current?.abort.abort();
  current?.page?.leave?.();
  const [first = '', ...path] = location.pathname.replace(/^\/console\/?/, '').split('/').filter(Boolean).map(decodeURIComponent);
  const name = first === '' ? (session.user.admin ? 'overview' : 'jobs') : first === 'jobs' && path.length ? 'job' : first;
  const found = PAGES.find((page) => page.name === name && (!page.admin || session.user.admin));
  const abort = new AbortController();
  const mine = current = { abort, name, page: null, draw: () => {} };
  drawNavigation();
  let draws = false;
  mine.draw = () => {
    if (mine.page && mine === current && !draws) {
      draws = true;
      // Several updates in a row are one.
      queueMicrotask(() => { draws = false; if (mine === current) { render(mine.page.render(), emptied(main)); } });
    }
  };
  if (!found) {
    mine.page = missing();
  } else {
    try {
      const module = await found.load();
      if (mine !== current) {
        return;
      }
      mine.page = module.default({
        path, query: new URLSearchParams(location.search), signal: abort.signal, update: mine.draw, go, setQuery });
    } catch (failure) {
      console.error(failure);
      mine.page = { title: 'Error', render: () => failing('This page could not be loaded', failure, () => location.reload()) };
    }
  }
  // A page of the same kind would otherwise keep what the last one has drawn: the state of a video, a typed text.
  render(nothing, emptied(main));
  render(mine.page.render(), main);
  document.title = `${mine.page.title} · AIPROD Pipeline`;
  scrollTo(0, 0);
  main.querySelector('h1')?.focus({ preventScroll: true });
}

function missing() {
  return { title: 'Not found', render: () => html`<div class="note"><h1 tabindex="-1">There is no such page</h1>
    <p>The address names nothing that this account can see.</p><a class="btn" href="/console/">To the start</a></div>` };
}

/** Goes to an address of the console. */
function go(address, { replace = false } = {}) {
  history[replace ? 'replaceState' : 'pushState'](null, '', address);
  show();
}

/** Changes parameters of the address, and so the page; an empty value removes one. */
function setQuery(changes, options) {
  const query = new URLSearchParams(location.search);
  for (const [name, value] of Object.entries(changes)) {
    if (value === null || value === undefined || value === '') {
      query.delete(name);
    } else {
      query.set(name, value);
    }
  }
  go(location.pathname + (query.size ? '?' + query : ''), options);
}

/** Links within the console change the address without loading it anew. */
function follow(event) {
  const link = event.target.closest?.('a[href]');
  if (!link || event.defaultPrevented || event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey
      || link.target || link.hasAttribute('download')) {
    return;
  }
  const url = new URL(link.href, location);
  if (url.origin === location.origin && url.pathname.startsWith('/console') && !(url.hash && url.pathname === location.pathname)) {
    event.preventDefault();
    go(url.pathname + url.search);
  }
}

function drawNavigation() {
  const here = current?.name === 'job' ? 'jobs' : current?.name;
  const entry = (page) => html`<a href="/console/${page.name}" aria-current=${page.name === here ? 'page' : nothing}>
    ${icon(page.icon)}<span>${page.title}</span></a>`;
  const of = (admin) => PAGES.filter((page) => page.title && !!page.admin === admin).map(entry);
  render(html`<a class="brand" href="/console/"><img src="/console/icon.svg" alt="" width="20" height="20">AIPROD Pipeline</a>
    ${session.user.admin ? html`<h2>Operations</h2>${of(true)}<h2>Your own</h2>` : nothing}${of(false)}
    <div class="who"><span class="name" title=${session.user.id}>${session.user.name}</span>
      <span class="quiet">${session.user.admin ? 'operator' : 'developer'}</span>
      <button class="link" @click=${session.signOut}>Sign out</button></div>`, document.getElementById('nav'));
}

session.events.addEventListener('ended', () => confirm({
  title: 'Your session has ended',
  text: 'Sign in again to go on. Everything on this page stays as it is.',
  confirm: 'Sign in again',
  cancel: null,
  action: async () => {
    if (!await session.signInAgain()) {
      throw new Error('You are not signed in yet.');
    }
  },
}));
session.events.addEventListener('renewed', () => { drawNavigation(); current?.draw(); });

const banner = document.getElementById('banner');
connection.addEventListener('away', () => render(html`<p class="away">The API does not answer. What you see may be old;
  this page goes on by itself when the API is back.</p>`, banner));
connection.addEventListener('back', () => render(nothing, banner));

begin();
