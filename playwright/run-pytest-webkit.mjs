// Like run-pytest.mjs, in WebKitGTK, through WebDriver: https://www.w3.org/TR/webdriver2/
// It only opens the page and runs a script, so it needs no WebDriver library.
import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const LOOK = 50; // How often the page is asked what it has to tell, in ms: it cannot call.
const START = 30_000; // How long the driver may take to listen, in ms.

const port = await new Promise((resolve) => {
  const server = createServer().listen(0, '127.0.0.1', () => {
    const { port: free } = server.address();
    server.close(() => resolve(free));
  });
});
const profile = await mkdtemp(path.join(tmpdir(), 'roomkeep-webkit-'));
// A group of its own, for the screen, the driver and the browser to be ended together.
const driver = spawn('xvfb-run', ['-a', 'WebKitWebDriver', `--port=${port}`], { detached: true, stdio: ['ignore', 2, 2] });

async function ask(method, place, body) {
  const answer = await fetch(`http://127.0.0.1:${port}${place}`, { method, body: body && JSON.stringify(body) });
  const { value } = await answer.json();
  if (!answer.ok) throw new Error(`${place}: ${value.error}: ${value.message}`);
  return value;
}

async function listening() {
  for (const end = Date.now() + START; ; await setTimeout(LOOK)) {
    try {
      return await ask('GET', '/status');
    } catch (error) {
      if (driver.exitCode !== null || Date.now() > end) throw error;
    }
  }
}

let ended = false;
const end = () => { ended = true; };
process.stdin.resume().on('end', end);
process.stdout.on('error', end);
// They end this process alone otherwise, and leave the group.
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, end);
let session;
try {
  await listening();
  const binary = fileURLToPath(new URL('webkit_browser.py', import.meta.url));
  const options = { binary, args: [`--profile=${profile}`] };
  const { sessionId } = await ask('POST', '/session', { capabilities: { alwaysMatch: { 'webkitgtk:browserOptions': options } } });
  session = `/session/${sessionId}`;
  await ask('POST', `${session}/url`, { url: process.argv[2] });
  while (!ended) {
    const lines = await ask('POST', `${session}/execute/sync`, { script: 'return globalThis.told?.splice(0) ?? []', args: [] });
    for (const line of lines) process.stdout.write(line + '\n');
    await setTimeout(LOOK);
  }
} catch (error) {
  process.stdout.write(JSON.stringify({ end: String(error.stack ?? error) }) + '\n');
} finally {
  if (session) await ask('DELETE', session).catch((error) => process.stderr.write(`${error}\n`));
  if (driver.exitCode === null) {
    const closed = new Promise((resolve) => { driver.on('close', resolve); });
    process.kill(-driver.pid);
    await closed;
  }
  await rm(profile, { recursive: true, force: true, maxRetries: 5 });
}
process.exit();
