// Has two tabs of one browser write into one account and index it at once, and closes one of them in the midst of it.
// Prints one JSON object: what was seen on the way. Arguments: the URL of the tabs' page, and the profile folder.
import process from 'node:process';
import { chromium } from '@playwright/test';
import { launchOptions } from './browser.mjs';

const [url, folder] = process.argv.slice(2);
const context = await chromium.launchPersistentContext(folder, launchOptions);

/** Opens a tab; gives what asks its Python, and what waits until it says something. */
async function open() {
  const page = await context.newPage();
  const said = {};
  const hear = (what) => (said[what] ??= withResolvers());
  page.on('pageerror', (error) => { throw error; });
  page.on('console', (message) => { if (message.type() === 'error') console.error(message.text()); });
  await page.exposeFunction('tellHost', (what) => hear(what).resolve());
  await page.goto(url);
  await hear('ready').promise;
  const ask = (...args) => page.evaluate((asked) => globalThis.ask(...asked), args);
  return { page, ask, says: (what) => hear(what).promise };
}

/** Returns a promise, and what settles it. */
function withResolvers() {
  const made = {};
  made.promise = new Promise((resolve) => { made.resolve = resolve; });
  return made;
}

const look = async (tab) => JSON.parse(await tab.ask('look'));
const compare = async (tab) => JSON.parse(await tab.ask('compare'));

const [one, two] = [await open(), await open()];
await Promise.all([one.ask('write', 'one', 1, 20), two.ask('write', 'two', 1, 20)]);

// The first one pauses amid its work; the second one has to wait, and both can write meanwhile.
one.ask('index_and_pause').catch(() => {}); // it ends with its tab
await one.says('pauses');
const waiting = two.ask('index');
await Promise.all([one.ask('write', 'one', 21, 5), two.ask('write', 'two', 21, 5)]);
const whileOneWorks = { one: await look(one), two: await look(two), found: await compare(two) };

// The first one is closed; the second one goes on.
await one.page.close();
await waiting;
const afterOneIsClosed = { two: await look(two), found: await compare(two) };

// Both write and index at the same time, again and again.
const three = await open();
for (let n = 30; n < 50; n += 5) {
  await Promise.all([
    two.ask('write', 'two', n, 5), two.ask('index'), three.ask('write', 'three', n, 5), three.ask('index'),
  ]);
}
await Promise.all([two.ask('index'), three.ask('index')]);
const inTheEnd = { two: await compare(two), three: await compare(three), locks: await look(two) };

console.log(JSON.stringify({ whileOneWorks, afterOneIsClosed, inTheEnd }));
await context.close();
process.exit();
