// Pages that the browser suspends and resumes: frozen in the background, or in the back-forward cache.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import readline from 'node:readline';
import { chromium } from '@playwright/test';
import { launchOptions } from './browser.mjs';
import { expect, freshTest } from './fixtures.mjs';
import { ready } from './helpers.mjs';
import { begin, composer, editedMark, openBehind, row, write } from './steps.mjs';

/**
 * Runs in a browser started the usual way. A browser started by Playwright has no back-forward cache and treats every
 * page as visible, so that none is ever frozen.
 */
const test = freshTest.extend({
  context: async ({}, use) => {
    const folder = await mkdtemp(path.join(tmpdir(), 'roomkeep-profile-'));
    const started = spawn(launchOptions.executablePath, [
      ...launchOptions.args, '--headless', '--disable-gpu', '--remote-debugging-port=0', `--user-data-dir=${folder}`, 'about:blank',
    ]);
    const ended = once(started, 'exit');
    let address;
    for await (const line of readline.createInterface(started.stderr)) {
      address = /^DevTools listening on (\S+)/.exec(line)?.[1];
      if (address) break;
    }
    started.stderr.resume();
    const browser = await chromium.connectOverCDP(address, { noDefaults: true });
    await use(browser.contexts()[0]);
    await browser.close();
    started.kill();
    await ended;
    await rm(folder, { recursive: true, force: true, maxRetries: 10 });
  },
  page: async ({ context }, use) => use(await context.newPage()),
});

/** Notes the page's events of that kind, so that a test can tell that they happened. */
const note = (page, kind) => page.evaluate((type) => {
  const events = [];
  globalThis.noted = events;
  addEventListener(type, (event) => events.push(event.persisted ?? type), { capture: true });
}, kind);
const noted = (page) => page.evaluate(() => globalThis.noted);

/** Changes a message. What one writes in a channel is in all tabs, so a new one would take its place. */
async function change(page, before, text) {
  await row(page, before).press('e');
  const editor = page.getByRole('textbox', { name: 'Edit message' });
  await editor.fill(text);
  await editor.press('Enter');
  // The new text shows at once, the mark once it is saved.
  await expect(editedMark(page, text)).toBeVisible();
}

test('pages that were set aside hold no other up, show what they missed, and go on', async ({ page, context }) => {
  await begin(page);
  await write(page, 'before');
  const other = await openBehind(page);
  await composer(page).fill('half a sentence');

  await test.step('frozen in the background', async () => {
    await note(page, 'freeze');
    await other.bringToFront();
    const devtools = await context.newCDPSession(page);
    await devtools.send('Page.setWebLifecycleState', { state: 'frozen' });
    await change(other, 'before', 'meanwhile');
    await other.reload();
    await ready(other);
    await expect(row(other, 'meanwhile')).toBeVisible();

    await devtools.send('Page.setWebLifecycleState', { state: 'active' });
    await page.bringToFront();
    await expect(row(page, 'meanwhile')).toBeVisible();
    expect(await noted(page)).toEqual(['freeze']);
    await expect(composer(page)).toHaveValue('half a sentence');
  });

  await test.step('kept while one is elsewhere', async () => {
    await note(page, 'pageshow');
    await page.goto('about:blank');
    await other.bringToFront();
    await change(other, 'meanwhile', 'later');

    await page.bringToFront();
    await page.goBack({ waitUntil: 'commit' });
    await expect(row(page, 'later')).toBeVisible();
    // A busy browser may drop a page that it could keep; nothing of ours may be the reason.
    const reasons = await page.evaluate(() => performance.getEntriesByType('navigation')[0].notRestoredReasons?.reasons ?? []);
    if ((await noted(page))?.[0] !== true) expect(reasons).toEqual([{ reason: 'masked' }]);
    await expect(composer(page)).toHaveValue('half a sentence');
  });
  await composer(page).press('Enter');
  await expect(row(other, 'half a sentence')).toBeVisible();
});
