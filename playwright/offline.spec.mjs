// Without a network: what was open once opens again, and all of it works.
import { expect, freshTest as test } from './fixtures.mjs';
import { openApp, ready } from './helpers.mjs';
import { createRoom, row, signUp, write } from './steps.mjs';

test.use({ serviceWorkers: 'allow' });

test('the page opens and works without a network', async ({ page, context, trouble }) => {
  await openApp(page);
  await signUp(page, 'Ada');
  await createRoom(page, 'Tea');
  await write(page, 'with a network');
  await page.evaluate(() => navigator.serviceWorker.ready);

  await context.setOffline(true);
  expect(await page.evaluate(() => fetch('/static/icon.svg', { cache: 'no-store' }).then(({ ok }) => ok))).toBe(true);
  await page.reload();
  await ready(page);
  await expect(row(page, 'with a network')).toBeVisible();
  await write(page, 'without one');
  const other = await context.newPage();
  await openApp(other);
  await expect(row(other, 'without one')).toBeVisible();
  trouble.length = 0; // what the worker asked of the network in vain
});
