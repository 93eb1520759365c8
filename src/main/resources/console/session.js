// Who is signed in: OpenID Connect, authorization code with PKCE (RFC 7636). Tokens are only in this module's memory.
// What survives the visit to the issuer, in sessionStorage, is the sign-in's own secrets and where to return to.

const PENDING = 'aiprod.sign-in';
const SIGNED_OUT = 'aiprod.signed-out';
const RETURN = '/console/signed-in';
const POPUP = 'popup.';
// A token is renewed when this share of its life is over.
const RENEW_AT = 0.8;

let config;
let endpoints;
let tokens = null;
let renewal = null;
let again = null;
let timer;

/** Who is signed in: `{id, name, admin}`, or null. */
export let user = null;

/** Fires `ended` when the session cannot be renewed, and `renewed` when somebody has signed in again. */
export const events = new EventTarget();

/** The session cannot go on without the user. */
export class SessionEnded extends Error {}

/**
 * Resolves to `in` when somebody is signed in, `out` when nobody wants to be, and never when the browser leaves for
 * the issuer or this is a popup that has done its work. Rejects if the issuer refuses or is away.
 */
export async function start() {
  const query = new URLSearchParams(location.search);
  if (location.pathname === RETURN && query.get('state')?.startsWith(POPUP)) {
    new BroadcastChannel(PENDING).postMessage(location.search);
    window.close();
    return new Promise(() => {});
  }
  await discover();
  if (location.pathname === RETURN) {
    const pending = JSON.parse(sessionStorage.getItem(PENDING));
    sessionStorage.removeItem(PENDING);
    history.replaceState(null, '', pending?.back ?? '/console/');
    // Without them, this is an old link or a reloaded page: begin anew.
    if (pending) {
      await redeem(query, pending);
      return 'in';
    }
  }
  if (sessionStorage.getItem(SIGNED_OUT)) {
    return 'out';
  }
  await signIn();
  return new Promise(() => {});
}

/** Leaves for the issuer, and comes back to the present address. */
export async function signIn(prompt) {
  await discover();
  sessionStorage.removeItem(SIGNED_OUT);
  const attempt = newAttempt('');
  const back = location.pathname === RETURN ? '/console/' : location.pathname + location.search;
  sessionStorage.setItem(PENDING, JSON.stringify({ ...attempt, back }));
  // Replaces the present entry, so that the Back button does not lead to the issuer.
  location.replace(await authorizeUrl(attempt, prompt));
}

/** Signs in again in a window of its own, so that nothing on the page is lost. Resolves to whether it worked. */
export async function signInAgain() {
  const popup = window.open('', 'aiprod-sign-in', 'popup,width=480,height=640');
  if (!popup) {
    throw new Error('The browser blocked the sign-in window. Allow it for this page, and try again.');
  }
  const attempt = newAttempt(POPUP);
  const channel = new BroadcastChannel(PENDING);
  const query = await new Promise((resolve, reject) => {
    const answer = (event) => resolve(new URLSearchParams(event.data));
    channel.addEventListener('message', answer);
    const look = setInterval(() => {
      if (popup.closed) {
        clearInterval(look);
        // The message can be on its way when the window is gone.
        setTimeout(() => resolve(null), 500);
      }
    }, 300);
    authorizeUrl(attempt).then((url) => { popup.location = url; }, reject);
  }).finally(() => channel.close());
  if (!query) {
    return false;
  }
  const before = user;
  await redeem(query, attempt);
  if (before && before.id !== user.id) {
    // What is on the page belongs to somebody else.
    location.assign('/console/');
    return false;
  }
  again?.resolve();
  again = null;
  events.dispatchEvent(new Event('renewed'));
  return true;
}

/** Ends the session here and, if the issuer offers that, there. */
export function signOut() {
  const hint = tokens?.id_token;
  tokens = null;
  sessionStorage.clear();
  clearTimeout(timer);
  sessionStorage.setItem(SIGNED_OUT, '1');
  const home = location.origin + '/console/';
  if (!endpoints?.end_session_endpoint) {
    location.assign(home);
    return;
  }
  const url = new URL(endpoints.end_session_endpoint);
  url.search = new URLSearchParams({
    client_id: config.client_id, post_logout_redirect_uri: home, ...(hint && { id_token_hint: hint }) });
  location.assign(url);
}

/** The token for the API, renewed if it is about to end; waits for the user if it cannot be renewed. */
export async function token() {
  if (tokens && Date.now() > tokens.ends - 5000) {
    await renew().catch((failure) => {
      if (!(failure instanceof SessionEnded)) {
        throw failure;
      }
      return awaitUser();
    });
  } else if (!tokens) {
    await awaitUser();
  }
  return tokens.api;
}

/** Gets new tokens for the refresh token. Rejects with SessionEnded if the issuer does not want to. */
export function renew() {
  renewal ??= refresh().finally(() => { renewal = null; });
  return renewal;
}

/** The API refused the token: a new one, from the issuer or from the user. */
export async function replaceToken(refused) {
  if (tokens?.api !== refused) {
    return;
  }
  await renew().catch((failure) => {
    if (!(failure instanceof SessionEnded)) {
      throw failure;
    }
    return awaitUser();
  });
}

function awaitUser() {
  tokens = null;
  clearTimeout(timer);
  if (!again) {
    again = {};
    again.promise = new Promise((resolve) => { again.resolve = resolve; });
    events.dispatchEvent(new Event('ended'));
  }
  return again.promise;
}

async function discover() {
  config ??= await fetched('/console/config.json');
  endpoints ??= await fetched(config.issuer.replace(/\/$/, '') + '/.well-known/openid-configuration');
}

async function fetched(url) {
  const response = await fetch(url).catch(() => null);
  if (!response?.ok) {
    const place = new URL(url, location).host;
    throw new Error(`${place} does not say how to sign in (${response ? 'status ' + response.status : 'no answer'}).`);
  }
  return response.json();
}

async function redeem(query, attempt) {
  if (query.get('error')) {
    throw new Error(`The issuer did not sign you in: ${query.get('error_description') ?? query.get('error')}.`);
  }
  if (query.get('state') !== attempt.state) {
    throw new Error('The sign-in was begun elsewhere. Sign in again.');
  }
  const response = await post({
    grant_type: 'authorization_code', code: query.get('code') ?? '', code_verifier: attempt.verifier,
    redirect_uri: location.origin + RETURN });
  if (claims(response.id_token).nonce !== attempt.nonce) {
    throw new Error('The issuer answered another sign-in. Sign in again.');
  }
  accept(response);
}

async function refresh() {
  if (!tokens?.refresh_token) {
    throw new SessionEnded('The session has ended.');
  }
  accept(await post({ grant_type: 'refresh_token', refresh_token: tokens.refresh_token }));
}

async function post(parameters) {
  const response = await fetch(endpoints.token_endpoint, {
    method: 'POST',
    body: new URLSearchParams({ ...parameters, client_id: config.client_id }),
  });
  if (response.status >= 400 && response.status < 500) {
    throw new SessionEnded('The issuer does not continue the session.');
  }
  if (!response.ok) {
    throw new Error(`The issuer answered with status ${response.status}.`);
  }
  return response.json();
}

function accept(response) {
  const api = response[config.token];
  const about = { ...claims(response.id_token), ...claims(api) };
  const seconds = response.expires_in ?? (about.exp ? about.exp - Date.now() / 1000 : 300);
  // A renewal may leave out what has not changed.
  tokens = { refresh_token: tokens?.refresh_token, id_token: tokens?.id_token, ...response,
    api, ends: Date.now() + seconds * 1000 };
  user = {
    id: about.sub,
    name: about.email ?? about.name ?? about.preferred_username ?? about.sub,
    admin: Array.isArray(about.roles) && about.roles.includes('admin'),
  };
  clearTimeout(timer);
  if (tokens.refresh_token) {
    // What fails here is tried again when a token is needed.
    timer = setTimeout(() => renew().catch(() => {}), Math.min(seconds * RENEW_AT * 1000, 2 ** 31 - 1));
  }
}

function newAttempt(kind) {
  return { state: kind + random(), nonce: random(), verifier: random() };
}

async function authorizeUrl(attempt, prompt) {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(attempt.verifier));
  const url = new URL(endpoints.authorization_endpoint);
  for (const [name, value] of Object.entries({
    response_type: 'code', client_id: config.client_id, redirect_uri: location.origin + RETURN, scope: config.scopes,
    state: attempt.state, nonce: attempt.nonce, code_challenge: base64url(new Uint8Array(digest)),
    code_challenge_method: 'S256', ...(prompt && { prompt }) })) {
    url.searchParams.set(name, value);
  }
  return url.href;
}

function random() {
  return base64url(crypto.getRandomValues(new Uint8Array(32)));
}

function base64url(bytes) {
  return btoa(String.fromCharCode(...bytes)).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}

/** What a JWT says; nothing if it is another kind of token. The API checks signatures, this page does not. */
function claims(jwt) {
  try {
    const bytes = Uint8Array.from(atob(jwt.split('.')[1].replaceAll('-', '+').replaceAll('_', '/')), (c) => c.charCodeAt(0));
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    return {};
  }
}
