// Measures how long a message, and the new name of a channel, take from pressing Enter in one browser to the screen of another.
// Prints one JSON line. Arguments: how many of each. The environment names the site and the homeserver, as for the tests.
import process from 'node:process';
import { chromium, expect } from '@playwright/test';
import { launchOptions } from '../playwright/browser.mjs';
import { openApp } from '../playwright/helpers.mjs';
import { createSharedRoom, joinRoom, signIn } from '../playwright/homeserver.mjs';
import { composer } from '../playwright/steps.mjs';

const [times] = process.argv.slice(2).map(Number);
const ROOM = 'Stopwatch';

/** Notes the time at which a text is on the screen: in the first frame that has it. Call `seen` to wait for it. */
const watch = (page, place, wanted) => page.evaluate(([selector, text]) => {
  const find = () => document.querySelector(selector)?.textContent.includes(text);
  globalThis.seen = new Promise((resolve) => {
    const look = () => {
      if (find()) resolve(performance.timeOrigin + performance.now());
      else requestAnimationFrame(look);
    };
    look();
  });
}, [place, wanted]);
const seen = (page) => page.evaluate(() => globalThis.seen);

/** Notes when Enter is pressed, before the page handles the key. */
const noteKeys = (page) => page.evaluate(() => {
  globalThis.addEventListener('keydown', ({ key }) => {
    if (key === 'Enter') globalThis.pressed = performance.timeOrigin + performance.now();
  }, true);
});
const pressed = (page) => page.evaluate(() => globalThis.pressed);

async function open(name) {
  const browser = await chromium.launch(launchOptions);
  const page = await browser.newPage({ serviceWorkers: 'block' });
  await openApp(page);
  await signIn(page, page.locator('#welcome'), name);
  return page;
}

const [ada, ben] = [await open('ada'), await open('ben')];
await createSharedRoom(ada, ROOM);
await joinRoom(ben, ROOM);
await noteKeys(ada);

const messages = [];
for (let n = 0; n < times; n += 1) {
  const text = `message ${n} of ${times}.`;
  await composer(ada).fill(text);
  await watch(ben, '#messages', text);
  await composer(ada).press('Enter');
  messages.push(await seen(ben) - await pressed(ada));
}

await ada.getByRole('button', { name: 'Room menu' }).click();
await ada.getByRole('menuitem', { name: 'Channels…' }).click();
const dialog = ada.getByRole('dialog', { name: /^Channels in/ });
await dialog.getByLabel('New channel name').fill('porch');
await dialog.getByRole('button', { name: 'Add channel' }).click();
await expect(ben.locator('ul.channel-list')).toContainText('porch');
const field = dialog.locator('#channels-list input').first();
const channels = [];
for (let n = 0; n < times; n += 1) {
  const text = `name ${n} of ${times}.`;
  await field.fill(text);
  await watch(ben, 'ul.channel-list', text);
  await field.press('Enter');
  channels.push(await seen(ben) - await pressed(ada));
}

process.stdout.write(JSON.stringify({ messages, channels }) + '\n');
await Promise.all([ada, ben].map((page) => page.context().browser().close()));
