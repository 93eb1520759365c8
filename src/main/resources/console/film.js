// The video of a job in a player, and its files to download. Files need the token, so that a video element cannot fetch them
// itself: each is read as a whole and shown from memory, where it can be sought without a request.

import { html, nothing, repeat, icon, bytes, failing, toast } from './ui.js';
import { fileUrl } from './api.js';

/**
 * @param place where the job's files are, for example `/pipeline/job/ID/artifacts`
 */
export function filmOf({ place, signal, update }) {
  let film = null;
  const urls = [];

  /** The files of a result. A pipeline of one's own may call something else `artifacts`. */
  function files(job) {
    const listed = job.result?.output?.artifacts;
    return (Array.isArray(listed) ? listed : [])
      .filter((it) => typeof it?.name === 'string' && String(it.url).startsWith(`/pipeline/job/${job.job_id}/artifacts/`))
      .map(({ name, type, bytes: size }) => ({ name, type: String(type ?? ''), size, url: `${place}/${encodeURIComponent(name)}` }));
  }

  const videoOf = (all) => all.find((it) => it.type.startsWith('video/'));

  async function read(job) {
    const all = files(job);
    const video = videoOf(all);
    if (!video || film) {
      return;
    }
    const mine = film = { state: 'loading' };
    const url = async (file) => {
      const found = file ? await fileUrl(file.url, { signal }) : null;
      if (found && mine === film) {
        urls.push(found);
      } else if (found) {
        URL.revokeObjectURL(found);
      }
      return found;
    };
    try {
      [mine.poster, mine.captions] = await Promise.all([
        url(all.find((it) => it.type.startsWith('image/'))), url(all.find((it) => it.type === 'text/vtt'))]);
      update();
      mine.url = await url(video);
      mine.state = 'ready';
    } catch (failure) {
      mine.state = 'failed';
      mine.failure = failure;
    }
    update();
  }

  function forget() {
    urls.splice(0).forEach(URL.revokeObjectURL);
    film = null;
  }

  async function download(file) {
    try {
      const url = await fileUrl(file.url);
      const link = document.createElement('a');
      link.href = url;
      link.download = file.name;
      link.click();
      setTimeout(() => URL.revokeObjectURL(url), 60_000);
    } catch (failure) {
      toast(`${file.name} could not be read: ${failure.message}`, 'bad');
    }
  }

  function player(job) {
    const { state, poster, captions, url, failure } = film;
    const { width, height } = job.result.output;
    return html`<div class="film ${height > width ? 'tall' : ''}">
      ${state === 'ready' ? html`<video controls playsinline preload="metadata" src=${url} poster=${poster ?? nothing}
          width=${width ?? nothing} height=${height ?? nothing} aria-label="The video">
          ${captions ? html`<track kind="captions" srclang=${job.lang} label="Captions" src=${captions}>` : nothing}</video>`
        : state === 'failed' ? failing('The video could not be read', failure, () => { film = null; read(job); update(); })
        : html`<div class="frame" role="status" aria-label="Loading the video"><svg viewBox="0 0 ${width || 16} ${height || 9}" aria-hidden="true"></svg>
          ${poster ? html`<img src=${poster} alt="">` : nothing}</div>`}
      <div class="actions">${repeat(files(job), (file) => file.name, (file) => html`<button class="btn" @click=${() => download(file)}>
        ${icon('download')}${kind(file)}${file.size ? html`<span class="quiet num">${bytes(file.size)}</span>` : nothing}</button>`)}</div></div>`;
  }

  return {
    /** Call it with each document of the job: reads the files once it has completed, and forgets them if it runs again. */
    follow: (job) => (job.completed_at ? read(job) : forget()),
    forget,
    has: (job) => !!videoOf(files(job)),
    /** The player; null for a job whose video was not read. */
    render: (job) => (film ? player(job) : null),
  };
}

function kind({ name, type }) {
  return type.startsWith('video/') ? 'Video' : type === 'text/vtt' ? 'Captions' : name === 'poster.png' ? 'Poster' : name;
}
