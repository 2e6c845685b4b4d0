// What the page shows until Python runs: how far the start has come, or why it does not go on and what to do.
// The app takes over by removing the element #splash. Errors after that are the app's own.

import './pyscript-storage.js';

const CORE = '/vendor/pyscript/core.js';
const STALLED_AFTER_MS = 45_000;

// What is waited for, with its share of the work in percent: files by how their path begins, and PyScript's
// progress events by their detail. A detail that is not listed still shows that something moves.
const FILES = new Map([
  ['/vendor/pyscript/core', 5],
  ['/vendor/pyodide/pyodide.mjs', 5],
  ['/vendor/pyodide/pyodide.asm.mjs', 10],
  ['/vendor/pyodide/python_stdlib', 20],
  ['/vendor/pyodide/pyodide.asm.wasm', 25],
  ['/vendor/pyodide/roomkeep', 5],
]);
const EVENTS = new Map([
  ['Loading interpreter', 5],
  ['Loaded interpreter', 20],
]);

const element = (name) => document.getElementById(`splash-${name}`);
const splash = document.getElementById('splash');
const wait = element('wait');
const help = element('help');

const reached = new Set();
const running = new AbortController();
let stalledTimer;

function restartStalledTimer() {
  clearTimeout(stalledTimer);
  stalledTimer = setTimeout(() => showProblem('stalled'), STALLED_AFTER_MS);
}

function showProgress(milestone, shares) {
  if (shares.has(milestone) && !reached.has(milestone)) {
    reached.add(milestone);
    element('progress').value += shares.get(milestone);
  }
  if (help.dataset.problem === 'stalled') {
    delete help.dataset.problem;
    help.hidden = true;
  }
  restartStalledTimer();
}

function showProblem(problem, details = '') {
  // The first cause is the one to tell: others follow from it.
  const known = help.dataset.problem;
  if (running.signal.aborted || (known && known !== 'stalled')) return;
  // Each problem has a template in the page, with what happened and what to do.
  const [reason, advice] = element(problem).content.children;
  help.dataset.problem = problem;
  element('reason').textContent = reason.textContent;
  element('advice').textContent = advice.textContent;
  element('details').hidden = !details;
  element('error').textContent = details;
  wait.hidden = problem !== 'stalled';
  help.hidden = false;
}

// A failed load of the WebAssembly is no error to Pyodide, which waits on for ever; so files are watched here.
const files = new PerformanceObserver((list) => {
  for (const { name, responseStatus } of list.getEntries()) {
    const path = new URL(name).pathname;
    if (responseStatus === 0 || responseStatus >= 400) {
      showProblem('file', `${path} (${responseStatus || 'no answer'})`);
    } else {
      showProgress([...FILES.keys()].find((start) => path.startsWith(start)), FILES);
    }
  }
});

function watchStart() {
  const { signal } = running;
  files.observe({ type: 'resource', buffered: true });
  addEventListener('py:progress', ({ detail }) => showProgress(detail, EVENTS), { signal });
  addEventListener('unhandledrejection', ({ reason }) => showProblem('bug', `${reason?.stack ?? reason}`), { signal });
  addEventListener('error', ({ target, message }) => {
    if (target instanceof HTMLScriptElement) showProblem('file', target.src);
    else if (message) showProblem('bug', message);
  }, { signal, capture: true });
  element('reload').addEventListener('click', () => location.reload());
  restartStalledTimer();
}

async function watchPython() {
  const { hooks } = await import(CORE);
  hooks.main.onReady.add(({ io, interpreter }) => {
    // PyScript is about to have Python compile its package `pyscript`, as at every start. Imported from its
    // wheel now, it is there already: a tenth of the start saved.
    interpreter.pyimport('pyscript').destroy();

    const { stderr } = io;
    // Lines that Python prints come here as strings, and what ends its run as an Error.
    io.stderr = (error, ...rest) => {
      if (error instanceof Error) showProblem('bug', error.message);
      return stderr(error, ...rest);
    };
  });
}

new MutationObserver((_, observer) => {
  if (splash.isConnected) return;
  observer.disconnect();
  files.disconnect();
  clearTimeout(stalledTimer);
  running.abort();
}).observe(document.body, { childList: true, subtree: true });

// The service worker fetches what it is to keep when no page is starting any more. Where the browser refuses locks, as
// it does where nothing may be stored, there is no such worker.
navigator.locks?.request('roomkeep-starting', { mode: 'shared' }, () => new Promise((resolve) => {
  running.signal.addEventListener('abort', resolve);
})).catch(() => {});

watchStart();
if (typeof WebAssembly === 'object') {
  watchPython().catch((error) => showProblem('file', `${error}`));
} else {
  showProblem('browser');
}
