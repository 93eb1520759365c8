// <line-chart>: a small chart of the last hour, drawn by uPlot. Its summary is its name for those who cannot see it.

import uPlot from '/console/lib/uplot/uPlot.esm.js';

const HEIGHT = 132;
const CLOCK = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit' });

/** Without a pointer, the legend has the latest values. */
function showLatest(plot) {
  const latest = Math.max(...plot.data.slice(1).map((values) => values.findLastIndex((value) => value !== null)));
  if (latest >= 0) {
    plot.setLegend({ idx: latest }, false);
  }
}

/**
 * Properties: `spans` (the overview's, oldest first), `series` (`[{label, colour, of, fill}]`: the name of a CSS variable,
 * and a function of a span), `format` (of a value), and `what` (what it shows).
 */
class LineChart extends HTMLElement {
  #plot = null;
  #size = new ResizeObserver(() => this.#fit());
  #dark = matchMedia('(prefers-color-scheme: dark)');
  #redraw = () => { this.#drop(); this.#draw(); };
  #queued = false;

  set spans(spans) {
    this.data = spans;
    // All properties of one update are set before it is drawn.
    if (!this.#queued) {
      this.#queued = true;
      queueMicrotask(() => { this.#queued = false; this.#draw(); });
    }
  }

  connectedCallback() {
    this.setAttribute('role', 'img');
    this.#size.observe(this);
    this.#dark.addEventListener('change', this.#redraw);
  }

  disconnectedCallback() {
    this.#size.disconnect();
    this.#dark.removeEventListener('change', this.#redraw);
    this.#drop();
  }

  #drop() {
    this.#plot?.destroy();
    this.#plot = null;
  }

  #fit() {
    const width = this.clientWidth;
    if (this.#plot && width && width !== this.#plot.width) {
      this.#plot.setSize({ width, height: HEIGHT });
    } else {
      this.#draw();
    }
  }

  #draw() {
    if (!this.isConnected || !this.data || !this.clientWidth) {
      return;
    }
    const data = [this.data.map((span) => Date.parse(span.start) / 1000),
      ...this.series.map((it) => this.data.map((span) => it.of(span)))];
    this.setAttribute('aria-label', this.#summary(data));
    if (this.#plot) {
      this.#plot.setData(data);
      return;
    }
    const css = getComputedStyle(this);
    // A canvas does not know light-dark(): an element says which of the two it is.
    const shown = (name) => { this.style.color = `var(${name})`; const is = getComputedStyle(this).color; this.style.color = ''; return is; };
    const axis = { stroke: shown('--muted'), font: `11px ${css.fontFamily}`, ticks: { show: false } };
    this.#plot = new uPlot({
      width: this.clientWidth,
      height: HEIGHT,
      padding: [8, 18, 0, 0],
      cursor: { y: false, drag: { x: false, y: false }, points: { size: 6 } },
      legend: { show: true, live: true, markers: { width: 2 } },
      scales: { y: { range: (_, least, most) => [0, (most || 1) * 1.1] } },
      axes: [
        { ...axis, size: 24, grid: { show: false }, space: 70, values: (_, marks) => marks.map((it) => CLOCK.format(it * 1000)) },
        { ...axis, size: 58, space: 34, grid: { stroke: shown('--line'), width: 1 }, values: (_, marks) => marks.map((it) => this.format(it)) },
      ],
      hooks: { ready: [showLatest], setCursor: [(plot) => plot.cursor.idx === null && showLatest(plot)], setData: [showLatest] },
      series: [
        { label: 'at', value: (_, at) => (at === null ? '' : CLOCK.format(at * 1000)) },
        ...this.series.map((it) => ({
          label: it.label,
          stroke: shown(it.colour),
          width: 2,
          fill: it.fill ? shown(it.colour).replace(/^rgb\((.*)\)$/, 'rgba($1, 0.12)') : undefined,
          spanGaps: false,
          // A value between two gaps is no line.
          points: { show: (plot, index, from, to) => plot.data[index].slice(from, to + 1).filter((value) => value !== null).length < 6, size: 5 },
          value: (_, value) => (value === null || value === undefined ? '–' : this.format(value)),
        })),
      ],
    }, data, this);
  }

  #summary(data) {
    const parts = this.series.map((it, index) => {
      const values = data[index + 1].filter((value) => value !== null);
      return values.length ? `${it.label}: ${this.format(values.at(-1))} now, ${this.format(Math.max(...values))} at most`
        : `${it.label}: nothing`;
    });
    return `${this.what}. ${parts.join('; ')}.`;
  }
}

customElements.define('line-chart', LineChart);
