// Starts the desktop app like a user, and drives it through the browser engine's debugging port.
import { spawn } from 'node:child_process';
import net from 'node:net';
import path from 'node:path';
import process from 'node:process';
import readline from 'node:readline';
import { fileURLToPath } from 'node:url';
import { chromium } from '@playwright/test';
import { ready } from './helpers.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const NOISE = /^(DevTools listening|Remote debugging|Sandboxing disabled|QRhi|Failed to create RHI|This plugin|QVulkan|GBM is not|GPUInfo|Added \{|\s*$|\[\d+:\d+:|propagateSizeHints)/;

const PROGRAM = 'roomkeep.desktop';
export const HAND = 'support.window_host';

/** Runs the program. */
function run(folder, { module = PROGRAM, args = [], env = {} } = {}) {
  return spawn(process.env.ROOMKEEP_PYTHON, ['-m', module, '--data', folder, ...args], {
    cwd: root,
    env: {
      ...process.env,
      PYTHONPATH: [root + 'src', root + 'tests'].join(path.delimiter),
      QT_QPA_PLATFORM: 'offscreen',
      // The browser engine has no sandbox for root.
      ...(process.getuid?.() === 0 ? { QTWEBENGINE_DISABLE_SANDBOX: '1' } : {}),
      ...env,
    },
  });
}

/** Starts the program again with a data folder that is already in use. Returns its exit status. */
export function startAgain(folder, ...args) {
  return new Promise((resolve) => {
    run(folder, { args }).on('exit', resolve);
  });
}

/** Finds a free port. */
function freePort() {
  return new Promise((resolve, reject) => {
    const server = net.createServer().on('error', reject).listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

/**
 * Waits until the debugging port lists the page with its title. The address is listed before the page is there, and connecting
 * meanwhile may never finish.
 */
async function pageShown(address, ended) {
  const { host } = new URL(address);
  let status;
  ended.then((value) => { status = value; });
  while (status === undefined) {
    const targets = await fetch(`http://${host}/json/list`).then((answer) => answer.json());
    if (targets.some(({ type, url, title }) => type === 'page' && url.startsWith('app:') && title !== '')) return `http://${host}`;
    await new Promise((resolve) => { setTimeout(resolve, 20); });
  }
  throw new Error(`the program has ended with ${status}`);
}

/** A running desktop app. */
export class Window {
  /**
   * Starts it with a data folder, and waits until the app is ready, or with `early` only until the page exists. Collects the
   * program's output in `trouble`. With `HAND` as the module, the program accepts commands: see `ask`.
   */
  static async start(folder, { module = PROGRAM, args = [], trouble = [], early = false } = {}) {
    const started = run(folder, { module, args, env: { QTWEBENGINE_REMOTE_DEBUGGING: `127.0.0.1:${await freePort()}` } });
    process.on('exit', () => started.kill('SIGKILL'));
    const window = new Window(started);
    const said = [];
    window.said = said;
    const address = new Promise((resolve, reject) => {
      readline.createInterface({ input: started.stderr }).on('line', (line) => {
        const found = /^DevTools listening on (ws:\S+)/.exec(line);
        if (found) resolve(found[1]);
        else if (!NOISE.test(line)) {
          said.push(line);
          trouble.push(`said: ${line}`);
        }
      });
      window.ended.then((status) => reject(new Error(`the program has ended with ${status}: ${said.join('\n')}`)));
    });
    try {
      window.browser = await chromium.connectOverCDP(await pageShown(await address, window.ended), { noDefaults: true });
      [window.context] = window.browser.contexts();
      window.page = window.context.pages()[0] ?? await window.context.waitForEvent('page');
      if (!early) await ready(window.page);
    } catch (error) {
      window.kill();
      throw error;
    }
    return window;
  }

  constructor(started) {
    this.process = started;
    this.ended = new Promise((resolve) => {
      started.on('exit', (status, signal) => resolve(signal ?? status));
    });
    this.ended.catch(() => {});
  }

  /** Sends a command to support.window_host and returns its answer. */
  async ask(name, ...args) {
    this.answers ??= readline.createInterface({ input: this.process.stdout })[Symbol.asyncIterator]();
    this.process.stdin.write(`${JSON.stringify([name, ...args])}\n`);
    const { value, done } = await this.answers.next();
    if (done) throw new Error(`the program has ended: ${this.said.join('\n')}`);
    return JSON.parse(value);
  }

  /** Quits as at the end of a desktop session, waits, and returns the exit status. */
  async stop() {
    await this.browser?.close();
    this.process.kill('SIGTERM');
    return this.ended;
  }

  /** Kills it at once. */
  async kill() {
    this.process.kill('SIGKILL');
    return this.ended;
  }
}
