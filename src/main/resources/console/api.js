// Calls of the API, which needs the user's token for everything.

import * as session from './session.js';

/** An answer of the API that is an error (RFC 9457), or none at all: then `status` is 0. */
export class Problem extends Error {
  constructor(status, body = {}) {
    super(body.detail || body.title || (status ? `Status ${status}` : 'The API does not answer.'));
    this.status = status;
    this.title = body.title;
    /** Faults of the request: `[{field, message}]`. */
    this.errors = body.errors ?? [];
    this.requestId = body.request_id;
  }

  /** Whether the same call can work later. */
  get passes() {
    return this.status === 0 || this.status === 429 || this.status >= 502;
  }
}

/** Fires `away` and `back`. */
export const connection = new EventTarget();
let away = false;

/** The server's clock minus this machine's, in milliseconds, if they differ noticeably. */
export let skew = 0;

/** Returns the response, whatever its status is below 400. Throws a Problem otherwise. */
export async function request(path, { method = 'GET', body, headers = {}, signal } = {}) {
  for (let first = true; ; first = false) {
    const token = await session.token().catch(unreachable);
    const response = await fetch(path, {
      method,
      signal,
      cache: 'no-store',
      headers: {
        Authorization: `Bearer ${token}`,
        ...(body !== undefined && { 'Content-Type': 'application/json' }),
        ...headers,
      },
      body: body === undefined ? undefined : typeof body === 'string' ? body : JSON.stringify(body),
    }).catch((failure) => {
      if (failure.name === 'AbortError') {
        throw failure;
      }
      return unreachable();
    });
    if (response.status === 401 && first) {
      await session.replaceToken(token).catch(unreachable);
      continue;
    }
    note(response);
    if (response.status >= 400) {
      throw new Problem(response.status, await response.json().catch(() => ({})));
    }
    return response;
  }
}

/** Returns the JSON of the response; null for an empty one. */
export async function call(path, options) {
  const response = await request(path, options);
  return parsed(await response.text());
}

/** JSON with its numbers as they are: metadata can hold some that JavaScript would round. Null for an empty text. */
function parsed(text) {
  return text ? JSON.parse(text, (_, value, context) => (typeof value === 'number' && context?.source && JSON.rawJSON
    && context.source.replace(/[eE].*|^-|\.|^-?0\./g, '').length > 15 ? JSON.rawJSON(context.source) : value)) : null;
}

export const get = (path, options) => call(path, options);
export const post = (path, body, options) => call(path, { ...options, method: 'POST', body });
export const remove = (path, options) => call(path, { ...options, method: 'DELETE' });

/** Returns a file as a URL for img, video, or a link. Call `URL.revokeObjectURL` when it is not shown any more. */
export async function fileUrl(path, options) {
  const response = await request(path, options);
  return URL.createObjectURL(await response.blob());
}

/**
 * Reads `path` again and again while the page is visible, until `signal` aborts or the API says that it never will.
 * @param onAnswer is called with the answer and whether it is the same as before, by its ETag
 * @param every milliseconds, or a function of the last answer that returns them
 */
export async function poll(path, { every, signal, onAnswer, onProblem }) {
  let tag = null;
  let last = null;
  let failures = 0;
  while (!signal.aborted) {
    try {
      const response = await request(path, { signal, headers: tag ? { 'If-None-Match': tag } : {} });
      failures = 0;
      if (response.status !== 304) {
        tag = response.headers.get('ETag');
        last = parsed(await response.text());
      }
      if (!signal.aborted) {
        onAnswer(last, response.status === 304);
      }
    } catch (failure) {
      if (signal.aborted) {
        return;
      }
      failures++;
      const problem = asProblem(failure);
      onProblem(problem);
      if (isFinal(problem)) {
        return;
      }
    }
    const pause = failures ? backOff(failures) : typeof every === 'function' ? every(last) : every;
    await sleep(pause, signal);
    await visible(signal);
  }
}

/**
 * Follows an event stream until it has sent everything or `signal` aborts. EventSource cannot send a token.
 * @param onEvent is called with `{type, id, data}`, the data parsed
 */
export async function follow(path, { signal, onEvent, onProblem = () => {} }) {
  let lastId = null;
  let failures = 0;
  while (!signal.aborted) {
    try {
      const response = await request(path, {
        signal, headers: { Accept: 'text/event-stream', ...(lastId && { 'Last-Event-ID': lastId }) } });
      if (response.status === 204) {
        return;
      }
      failures = 0;
      for await (const event of eventsOf(response.body)) {
        lastId = event.id ?? lastId;
        onEvent(event);
      }
    } catch (failure) {
      if (signal.aborted) {
        return;
      }
      const problem = asProblem(failure);
      onProblem(problem);
      if (isFinal(problem)) {
        return;
      }
      failures++;
    }
    await sleep(failures ? backOff(failures) : 500, signal);
    await visible(signal);
  }
}

/** The events of a text/event-stream, as the HTML standard splits them. */
async function* eventsOf(body) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = '';
  for (let read = await reader.read(); !read.done; read = await reader.read()) {
    const blocks = (rest + read.value).split(/\r?\n\r?\n/);
    rest = blocks.pop();
    for (const block of blocks) {
      const event = { type: 'message', id: null, data: '' };
      for (const line of block.split(/\r?\n/)) {
        const [, field, value] = /^([a-z]+): ?(.*)$/.exec(line) ?? [];
        if (field === 'data') {
          event.data += (event.data && '\n') + value;
        } else if (field === 'event') {
          event.type = value;
        } else if (field === 'id') {
          event.id = value;
        }
      }
      if (event.data) {
        yield { ...event, data: JSON.parse(event.data) };
      }
    }
  }
}

function asProblem(failure) {
  if (failure instanceof Problem) {
    return failure;
  }
  console.error(failure);
  return unreachableProblem();
}

/** Whether the same request will get the same answer: it is not the user's, or not there. */
function isFinal({ status, passes }) {
  return status >= 400 && status < 500 && !passes;
}

function unreachableProblem() {
  setAway(true);
  return new Problem(0);
}

function unreachable() {
  throw unreachableProblem();
}

function note(response) {
  setAway(response.status === 503 || response.status === 502 || response.status === 504);
  const date = Date.parse(response.headers.get('Date') ?? '');
  if (Number.isFinite(date)) {
    const difference = date - Date.now();
    // The header has whole seconds.
    skew = Math.abs(difference) > 3000 ? difference : 0;
  }
}

function setAway(now) {
  if (now !== away) {
    away = now;
    connection.dispatchEvent(new Event(now ? 'away' : 'back'));
  }
}

/** Some more each time, up to 10 s, and never all clients at once. */
function backOff(failures) {
  return Math.min(10_000, 500 * 2 ** failures) * (0.75 + Math.random() / 2);
}

function sleep(ms, signal) {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal?.addEventListener('abort', () => { clearTimeout(timer); resolve(); }, { once: true });
  });
}

function visible(signal) {
  return document.visibilityState === 'visible' ? undefined : new Promise((resolve) => {
    const look = () => {
      if (document.visibilityState === 'visible' || signal.aborted) {
        document.removeEventListener('visibilitychange', look);
        resolve();
      }
    };
    document.addEventListener('visibilitychange', look);
    signal.addEventListener('abort', look, { once: true });
  });
}
