'use strict';

const SECONDS = 180;
const RECENT = 3;
const MOST_NOTES = 6;

const cards = new Map();

/** What a button says while all is well. */
const labels = new Map([...document.querySelectorAll('button')].map(button => [button, button.textContent]));

/** The colours of the style sheet, light or dark. */
function colour(name) {
  return getComputedStyle(document.documentElement).getPropertyValue('--' + name).trim();
}

function time(instant) {
  return new Date(instant).toLocaleTimeString('en-GB');
}

/** What to check, one under the other. */
function inLines(explanation) {
  return explanation.replace(/ (\(\d\) )/g, '\n$1').replace(' This was the ', '\nThis was the ');
}

/** A plot of the last minutes, with the present at its right end. */
class Plot {
  constructor(canvas, label, series) {
    this.canvas = canvas;
    this.label = label;
    this.series = series;
    this.chart = new Chart(canvas, {
      type: 'bar',
      data: {
        labels: Array.from({ length: SECONDS }, (_, i) => i - SECONDS + 1),
        datasets: series.map((one, i) => ({
          label: one.label,
          type: one.type,
          data: new Array(SECONDS).fill(null),
          pointRadius: 0,
          borderWidth: one.type === 'line' ? 2 : 0,
          fill: one.type === 'line',
          tension: 0.3,
          barThickness: 3,
          minBarLength: one.type === 'bar' ? 4 : 0,
          grouped: false,
          order: series.length - i
        }))
      },
      options: {
        animation: false,
        maintainAspectRatio: false,
        normalized: true,
        events: [],
        plugins: {
          tooltip: { enabled: false },
          legend: { align: 'end', reverse: true, labels: { boxWidth: 10, boxHeight: 10, font: { size: 11 } } }
        },
        scales: {
          x: {
            grid: { display: false },
            ticks: {
              autoSkip: false,
              maxRotation: 0,
              font: { size: 10 },
              callback: (_, i) => i === SECONDS - 1 ? 'now' : i % 60 === 0 ? '\u2212' + (SECONDS - i) / 60 + ' min' : null
            }
          },
          y: { beginAtZero: true, suggestedMax: series[0].most, ticks: { precision: 0, maxTicksLimit: 4, font: { size: 10 } } }
        }
      }
    });
    this.paint();
  }

  paint() {
    this.series.forEach((one, i) => {
      const dataset = this.chart.data.datasets[i];
      dataset.borderColor = colour(one.colour);
      dataset.backgroundColor = one.type === 'line' ? colour(one.colour) + '26' : colour(one.colour);
    });
    const { x, y } = this.chart.options.scales;
    x.ticks.color = y.ticks.color = this.chart.options.plugins.legend.labels.color = colour('soft');
    y.grid = { color: colour('line') };
    this.chart.update();
  }

  add(values) {
    this.chart.data.datasets.forEach((dataset, i) => {
      dataset.data.push(values[i] || (this.series[i].type === 'line' ? 0 : null)); // no bar for none
      dataset.data.shift();
    });
  }

  draw() {
    this.chart.update();
    const sums = this.chart.data.datasets.map(dataset => dataset.data.reduce((sum, value) => sum + (value || 0), 0));
    this.canvas.setAttribute('aria-label',
      this.label + ': ' + this.series.map((one, i) => sums[i] + ' ' + one.label).join(', ') + ' in the last 3 minutes');
  }
}

/** One database. */
class Card {
  constructor(name) {
    const root = document.getElementById('database').content.cloneNode(true).firstElementChild;
    root.dataset.database = name;
    document.getElementById('databases').append(root);
    this.root = root;
    this.find = selector => root.querySelector(selector);
    this.orders = new Plot(this.find('.orders'), 'Orders', [
      { label: 'placed', type: 'line', colour: 'good', most: 20 },
      { label: 'failed', type: 'bar', colour: 'bad' }
    ]);
    this.logins = new Plot(this.find('.logins'), 'Logins', [
      { label: 'logins', type: 'bar', colour: 'accent', most: 5 },
      { label: 'refusals', type: 'bar', colour: 'bad' }
    ]);
    this.recent = [];
    this.failing = false;
  }

  add(sample) {
    this.orders.add([sample.placed, sample.failed]);
    this.logins.add([sample.logins, sample.refused]);
    this.recent.push(sample);
    this.recent = this.recent.slice(-RECENT);
  }

  show(sample, load) {
    const { token, connections, explanation } = sample;
    this.text('.server', sample.server);
    this.text('.endpoint', sample.endpoint);
    this.text('.rate', sample.placed);
    this.text('.placed', sample.placedInAll);
    this.text('.failed', sample.failedInAll);
    this.find('.failed').classList.toggle('bad', sample.failedInAll > 0);
    this.text('.connections', connections.total);
    this.orders.draw();
    this.logins.draw();
    this.showToken(token);
    this.showAges(sample.ages, sample.maxAge);
    this.explain(sample, explanation, load);
  }

  showToken(token) {
    const bar = this.find('.token');
    bar.firstElementChild.style.width = 100 * token.remaining / token.life + '%';
    bar.classList.toggle('due', token.remaining <= token.life / 5);
    bar.classList.toggle('ended', token.remaining === 0);
    bar.setAttribute('aria-valuemax', token.life);
    bar.setAttribute('aria-valuenow', token.remaining);
    const left = token.remaining + ' of ' + token.life + ' s left.';
    this.text('.remaining', token.awaited > 1 ? left + ' AWS credentials are awaited for ' + token.awaited + ' s.'
      : token.remaining > 0 ? left
      : 'It has ended. The next login gets a new one.');
    this.text('.signed', token.signed + (token.signed === 1 ? ' token' : ' tokens') + ' signed so far.');
  }

  showAges(ages, maxAge) {
    const list = this.find('.ages');
    while (list.children.length > ages.length) {
      list.lastElementChild.remove();
    }
    ages.forEach((age, i) => {
      let row = list.children[i];
      if (!row) {
        row = document.createElement('li');
        const bar = document.createElement('div');
        bar.className = 'bar';
        bar.append(document.createElement('span'));
        row.append(bar, document.createElement('b'));
        list.append(row);
      }
      row.firstElementChild.firstElementChild.style.width = Math.min(100, 100 * age / maxAge) + '%';
      row.lastElementChild.textContent = age + ' s';
    });
  }

  explain(sample, explanation, load) {
    const failing = this.recent.some(one => one.failed > 0);
    const placing = this.recent.some(one => one.placed > 0);
    const over = !failing && sample.failedInAll > 0;
    const box = this.find('.explanation');
    if (box.classList.toggle('failing', failing) !== this.failing) {
      box.open = this.failing = failing;
    }
    box.classList.toggle('over', over);
    this.text('summary', failing ? 'Orders fail, because:'
      : over && explanation ? 'Orders are placed again. The last one failed at ' + time(explanation.at) + ', because:'
      : 'No order has failed.');
    this.text('.text', explanation ? inLines(explanation.text) : '');
    const verdict = this.find('.verdict');
    verdict.textContent = failing ? 'orders fail' : !load ? 'no load' : placing ? 'orders are placed' : 'waiting';
    verdict.classList.toggle('bad', failing);
    verdict.classList.toggle('good', load && placing && !failing);
  }

  text(selector, text) {
    const element = this.find(selector);
    if (element.textContent !== String(text)) {
      element.textContent = text;
    }
  }
}

function add(sample) {
  for (const [name, database] of Object.entries(sample.databases)) {
    if (!cards.has(name)) {
      cards.set(name, new Card(name));
    }
    cards.get(name).add(database);
  }
  sample.notes.forEach(note => addNote(sample.at, note));
}

function show(sample) {
  for (const [name, database] of Object.entries(sample.databases)) {
    cards.get(name).show(database, sample.load);
  }
  showButtons(sample);
}

function addNote(at, note) {
  const list = document.getElementById('notes');
  list.querySelector('.none')?.remove();
  const item = document.createElement('li');
  const when = document.createElement('time');
  when.textContent = time(at);
  item.append(when, note);
  list.prepend(item);
  while (list.children.length > MOST_NOTES) {
    list.lastElementChild.remove();
  }
}

function showButtons(sample) {
  const local = sample.local;
  document.querySelectorAll('[data-part=local]').forEach(part => { part.hidden = !local; });
  document.getElementById('controls-title').textContent = local ? 'Break something' : 'Try something';
  const states = { load: sample.load };
  if (local) {
    states.key = local.keyRevoked;
    states.credentials = local.credentialsHang;
    for (const name of Object.keys(sample.databases)) {
      states[name] = local.stopped.includes(name);
    }
  }
  document.querySelectorAll('button[data-state]').forEach(button => {
    const on = Boolean(states[button.dataset.state]);
    button.classList.toggle('on', on && !button.classList.contains('quiet'));
    button.dataset.press = on ? button.dataset.on : button.dataset.off;
    button.textContent = on ? button.dataset.text : labels.get(button);
  });
  document.querySelectorAll('button').forEach(button => { button.disabled = false; });
}

async function press(button) {
  button.disabled = true; // until the next sample shows what it did
  await fetch('/demo/' + button.dataset.press, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: '{}'
  });
}

function listen() {
  const stream = document.getElementById('stream');
  const events = new EventSource('/events');
  const state = (text, kind) => {
    stream.textContent = text;
    stream.className = 'pill ' + kind;
  };
  events.addEventListener('open', () => state('live', 'good'));
  events.addEventListener('error', () => state('the service is gone', 'bad'));
  events.addEventListener('history', event => {
    document.getElementById('databases').replaceChildren();
    cards.clear();
    const samples = JSON.parse(event.data);
    samples.forEach(add);
    if (samples.length > 0) {
      show(samples[samples.length - 1]);
    }
  });
  events.addEventListener('sample', event => {
    const sample = JSON.parse(event.data);
    add(sample);
    show(sample);
  });
}

document.querySelectorAll('button').forEach(button => button.addEventListener('click', () => press(button)));
matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => cards.forEach(card => {
  card.orders.paint();
  card.logins.paint();
}));
listen();
