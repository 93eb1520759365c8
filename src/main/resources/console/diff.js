// The differences of two texts by line (Myers 1986, "An O(ND) Difference Algorithm").

const CONTEXT = 3;
/** Texts that differ in more lines than this are shown as all removed and all added. */
const MOST_CHANGES = 2000;

/** The lines of both: `[{kind: 'same' | 'gone' | 'new', text, before, after}]`, with line numbers from 1. */
export function lines(before, after) {
  const a = split(before);
  const b = split(after);
  let start = 0;
  while (start < a.length && start < b.length && a[start] === b[start]) {
    start++;
  }
  let end = 0;
  while (end < a.length - start && end < b.length - start && a[a.length - 1 - end] === b[b.length - 1 - end]) {
    end++;
  }
  const result = [];
  const put = (kind, x, y) => result.push({ kind, text: kind === 'new' ? b[y] : a[x], before: kind === 'new' ? null : x + 1, after: kind === 'gone' ? null : y + 1 });
  for (let i = 0; i < start; i++) {
    put('same', i, i);
  }
  for (const [kind, x, y] of changes(a.slice(start, a.length - end), b.slice(start, b.length - end))) {
    put(kind, x + start, y + start);
  }
  for (let i = end; i > 0; i--) {
    put('same', a.length - i, b.length - i);
  }
  return result;
}

/** The changed lines with some around them: a list of lists. Empty if nothing differs. */
export function hunks(before, after) {
  const all = lines(before, after);
  const near = all.map(() => false);
  all.forEach((line, index) => {
    if (line.kind !== 'same') {
      near.fill(true, Math.max(0, index - CONTEXT), index + CONTEXT + 1);
    }
  });
  const found = [];
  all.forEach((line, index) => {
    if (near[index]) {
      if (!near[index - 1]) {
        found.push([]);
      }
      found.at(-1).push(line);
    }
  });
  return found;
}

function split(text) {
  const all = text.split('\n');
  return all.at(-1) === '' ? all.slice(0, -1) : all;
}

function changes(a, b) {
  const trace = [];
  const reach = new Map([[1, 0]]);
  const most = Math.min(a.length + b.length, MOST_CHANGES);
  for (let d = 0; d <= most; d++) {
    trace.push(new Map(reach));
    for (let k = -d; k <= d; k += 2) {
      let x = k === -d || (k !== d && reach.get(k - 1) < reach.get(k + 1)) ? reach.get(k + 1) : reach.get(k - 1) + 1;
      while (x < a.length && x - k < b.length && a[x] === b[x - k]) {
        x++;
      }
      reach.set(k, x);
      if (x >= a.length && x - k >= b.length) {
        return path(trace, a, b);
      }
    }
  }
  return [...a.map((_, x) => ['gone', x, 0]), ...b.map((_, y) => ['new', 0, y])];
}

function path(trace, a, b) {
  const steps = [];
  let x = a.length;
  let y = b.length;
  for (let d = trace.length - 1; d >= 0; d--) {
    const reach = trace[d];
    const k = x - y;
    const from = k === -d || (k !== d && reach.get(k - 1) < reach.get(k + 1)) ? k + 1 : k - 1;
    const before = reach.get(from);
    while (x > before && y > before - from && x > 0 && y > 0) {
      steps.push(['same', --x, --y]);
    }
    if (d > 0) {
      steps.push(from === k + 1 ? ['new', x, --y] : ['gone', --x, y]);
    }
  }
  return steps.reverse();
}
