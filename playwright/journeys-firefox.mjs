// The main journeys of the Playwright tests, and those through the gallery, in Firefox. Playwright drives only its own
// build of Firefox, so these use Puppeteer. `npm run test:browsers` serves the built site and passes its URL and the browser.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { launchFirefox } from './firefox.mjs';
import { journeys as galleryJourneys, serveGallery } from './gallery.mjs';

const TIMEOUT = 30_000;

// The network between the page and the server: Firefox cannot be told to do without, but this can be taken away.
const network = createServer(async ({ method, url, headers }, response) => {
  const answer = await fetch(new URL(url, process.env.ROOMKEEP_URL), { method, headers });
  const kept = [...answer.headers].filter(([name]) => !['content-encoding', 'content-length'].includes(name));
  response.writeHead(answer.status, Object.fromEntries(kept)).end(Buffer.from(await answer.arrayBuffer()));
});
let port = 0;
async function listen() {
  network.listen(port, '127.0.0.1');
  await once(network, 'listening');
  ({ port } = network.address());
}

const named = (role, name) => `::-p-aria([name="${name}"][role="${role}"])`;
const button = (name) => named('button', name);
const rowPath = (text) => `//*[@role="log"]//li[.//*[contains(@class, "message")]][contains(., "${text}")]`;
const rowOf = (text) => `::-p-xpath(${rowPath(text)})`;
const mine = (text, emoji) => `::-p-xpath(${rowPath(text)}//button[@aria-pressed="true"][contains(., "${emoji}")])`;
// Its name holds the picture's letter too, and here names are matched whole.
const account = (name) => `::-p-xpath(//button[contains(., "Account:")][contains(., "${name}")])`;
const composer = 'textarea[aria-label^="Message"]';

const press = (page, name) => page.locator(button(name)).click();
const fill = (page, label, value) => page.locator(named('textbox', label)).fill(value);
const shows = (page, text) => page.waitForSelector(`::-p-text(${text})`, { visible: true });
const row = (page, text) => page.waitForSelector(rowOf(text), { visible: true });
const rowIsGone = (page, text) => page.waitForSelector(rowOf(text), { hidden: true });

async function ready(page) {
  await page.waitForFunction(() => performance.getEntriesByName('roomkeep-ready').length > 0);
  await page.waitForSelector('#splash', { hidden: true });
}

async function newPage(context, trouble) {
  const page = await context.newPage();
  page.setDefaultTimeout(TIMEOUT);
  page.on('console', (message) => {
    if (['error', 'warn'].includes(message.type())) trouble.push(`console: ${message.text()}`);
  });
  page.on('pageerror', (error) => trouble.push(`uncaught: ${error.message}`));
  return page;
}

async function open(context, { before, trouble }) {
  const page = await newPage(context, trouble);
  if (before) await page.evaluateOnNewDocument(before);
  await page.goto(`http://127.0.0.1:${port}/`);
  await ready(page);
  return page;
}

async function signUp(page, name) {
  await fill(page, 'Your name', name);
  await press(page, 'Create account');
  await page.waitForSelector(account(name), { visible: true });
}

async function createRoom(page, name) {
  await press(page, 'New room');
  await fill(page, 'Room name', name);
  await press(page, 'Create room');
  await page.waitForSelector(named('heading', name), { visible: true });
}

async function write(page, text) {
  await page.locator(composer).fill(text);
  await page.focus(composer);
  await page.keyboard.press('Enter');
  await row(page, text);
}

/** Presses a button of a message, which shows while one points at that. */
async function act(page, text, name) {
  const target = await row(page, text);
  await target.hover();
  await (await target.waitForSelector(button(name), { visible: true })).click();
}

/** Presses a button of the open dialog, by its text: to look for its name takes long beside many messages. */
const pressInDialog = (page, text) => page.locator(`::-p-xpath(//dialog[@open]//button[normalize-space()="${text}"])`).click();

/** Chooses an item of the room's menu. */
async function choose(page, item) {
  await page.locator('button[aria-label="Room menu"]').click();
  await page.locator(`::-p-xpath(//*[@role="menuitem"][contains(., "${item}")])`).click();
}

const journeys = {
  'account, room, message, reaction, edit, deletion, reload': async (start) => {
    const page = await start();
    await shows(page, 'Welcome to Roomkeep');
    await signUp(page, 'Ada');
    await createRoom(page, 'Tea');
    for (const text of ['one', 'two', 'three']) await write(page, text);
    await act(page, 'one', 'React with 🎉');
    const chip = mine('one', '🎉');
    await page.waitForSelector(chip, { visible: true });
    await act(page, 'two', 'Edit');
    await fill(page, 'Edit message', 'two and a half');
    await press(page, 'Save');
    await row(page, '(edited)');
    await act(page, 'three', 'Delete');
    const dialog = await page.waitForSelector(named('dialog', 'Delete message?'), { visible: true });
    await (await dialog.waitForSelector(button('Delete'))).click();
    await row(page, 'Message deleted');
    await rowIsGone(page, 'three');

    await page.reload();
    await ready(page);
    await page.waitForSelector(named('heading', 'Tea'), { visible: true });
    await row(page, 'two and a half');
    await row(page, 'Message deleted');
    await page.locator(chip).click();
    await page.waitForSelector(chip, { hidden: true });
  },

  'a message shows in the other tab, and so do its changes': async (start) => {
    const page = await start();
    await signUp(page, 'Ada');
    await createRoom(page, 'Tea');
    const other = await start();
    await write(other, 'from the other tab');
    await row(page, 'from the other tab');
    await page.bringToFront();
    await act(page, 'from the other tab', 'React with 👍');
    await other.bringToFront();
    await other.waitForSelector(mine('from the other tab', '👍'), { visible: true });
  },

  'nothing of one account is left in the next': async (start) => {
    const page = await start();
    await signUp(page, 'Ada');
    await createRoom(page, 'Secret room');
    await write(page, 'secret message');
    await page.locator(account('Ada')).click();
    await fill(page, 'New account name', 'Grace');
    await press(page, 'Create account');
    await shows(page, 'No rooms yet');
    const left = await page.evaluate(() => document.documentElement.outerHTML.toLowerCase());
    assert(!left.includes('secret'));
    await page.locator(account('Grace')).click();
    await press(page, 'Ada');
    await row(page, 'secret message');
  },

  'a picture goes with a message, and is kept': async (start, folder) => {
    const page = await start();
    await signUp(page, 'Ada');
    await createRoom(page, 'Tea');
    const file = path.join(folder, 'dot.png');
    const dot = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';
    await writeFile(file, Buffer.from(dot, 'base64'));
    await (await page.$('input[aria-label="Files to attach"]')).uploadFile(file);
    await page.waitForSelector(named('list', 'Files to send'), { visible: true });
    await page.locator(composer).fill('look');
    await press(page, 'Send');
    const seen = async () => {
      const picture = await (await row(page, 'look')).waitForSelector(button('Open picture dot.png'));
      const image = await picture.waitForSelector('img');
      await page.waitForFunction((shown) => shown.complete && shown.naturalWidth === 1, {}, image);
    };
    await seen();
    await page.reload();
    await ready(page);
    await seen();
  },

  'an archive is imported, searched, gone through by date, exported, and undone': async (start, folder) => {
    const page = await start();
    await signUp(page, 'Ada');
    const lines = Array.from({ length: 500 }, (_, n) => JSON.stringify({
      id: `m${n}`, roomId: 'room-0', channelId: 'general', senderId: `s${n % 9}`, senderName: `Sender ${n % 9}`,
      content: `message ${n}`, timestamp: Date.UTC(2020, 0, 1, 12) + n * 86_400_000, replyToId: null,
    }));
    const file = path.join(folder, 'archive.jsonl');
    await writeFile(file, lines.join('\n'));
    await press(page, 'Import messages');
    await (await page.waitForSelector('dialog[open] input[type=file]')).uploadFile(file);
    await pressInDialog(page, 'Import 500 messages');
    await shows(page, 'Imported');
    await pressInDialog(page, 'Close');
    await page.locator('::-p-xpath(//nav//button[contains(., "room-0")])').click();
    await row(page, 'message 499');

    await page.keyboard.down('Control');
    await page.keyboard.press('f');
    await page.keyboard.up('Control');
    await page.keyboard.type('"message 17"');
    await page.locator('::-p-xpath(//*[@role="option"][contains(., "message 17")])').click();
    await page.waitForSelector('[role="log"] .row[data-lit]', { visible: true });
    await row(page, 'message 17');
    await page.focus('[role="combobox"]');
    await page.keyboard.press('Escape');

    await choose(page, 'Go to date…');
    await page.locator('dialog[open] input[type=date]').fill('2020-07-19');
    await pressInDialog(page, 'Go');
    await row(page, 'message 200');
    await page.focus('[role="slider"]');
    await page.keyboard.press('Home');
    await row(page, 'message 0');

    await choose(page, 'Export messages…');
    await pressInDialog(page, 'Export');
    await shows(page, 'Exported 500 messages');
    await pressInDialog(page, 'Close');

    await page.locator('::-p-xpath(//button[normalize-space()="Import messages"])').click();
    await page.locator('button[aria-label="Undo the import of archive.jsonl…"]').click();
    await pressInDialog(page, 'Undo import');
    await shows(page, 'was undone');
    await pressInDialog(page, 'Close');
    await shows(page, 'No rooms yet');
  },

  'without a network it opens and works': async (start, _folder, trouble) => {
    const page = await start();
    await signUp(page, 'Ada');
    await createRoom(page, 'Tea');
    await write(page, 'before');
    await page.evaluate(async () => { await navigator.serviceWorker.ready; });
    network.close();
    network.closeAllConnections();
    await page.reload();
    await ready(page);
    await row(page, 'before');
    await write(page, 'meanwhile');
    await listen();
    trouble.length = 0; // what was asked of the network in vain
  },

  'where nothing can be kept, the page says so and works': async (start, _folder, trouble) => {
    const page = await start(() => {
      IDBFactory.prototype.open = () => {
        // Like one of the browser's own, it has a stack.
        throw Object.assign(new DOMException('Denied', 'SecurityError'), { stack: 'at open' });
      };
    });
    await shows(page, 'Nothing is saved in this browser');
    await signUp(page, 'Ada');
    await createRoom(page, 'Tea');
    await write(page, 'for now');
    trouble.length = 0;
  },
};

for (const [name, journey] of Object.entries(galleryJourneys)) {
  journeys[name] = async (_start, folder, trouble, context) => {
    const site = await serveGallery();
    try {
      await journey({ site, newPage: () => newPage(context, trouble), folder });
    } finally {
      await site.stop();
    }
  };
}

await listen();
const browser = await launchFirefox();
const folder = await mkdtemp(path.join(tmpdir(), 'roomkeep-journeys-'));
const chosen = Object.entries(journeys).filter(([name]) => name.includes(process.argv[2] ?? ''));
let failed = 0;
for (const [name, journey] of chosen) {
  // Each has a profile of its own.
  const context = await browser.createBrowserContext();
  const trouble = [];
  try {
    await journey((before) => open(context, { before, trouble }), folder, trouble, context);
    assert.deepEqual(trouble, [], 'something went wrong in the page');
    console.log(`ok   ${name}`);
  } catch (error) {
    failed += 1;
    console.log(`FAIL ${name}\n${error.stack}\n${trouble.join('\n')}`);
  }
  await context.close();
}
await browser.close();
network.close();
await rm(folder, { recursive: true, force: true });
console.log(`${chosen.length - failed} of ${chosen.length}`);
process.exitCode = failed ? 1 : 0;
