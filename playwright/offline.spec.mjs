// Without a network: what was open once opens again, and all of it works.
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
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
  await page.goto('/index.html');
  await ready(page);
  await expect(row(page, 'without one')).toBeVisible();
  const other = await context.newPage();
  await openApp(other);
  await expect(row(other, 'without one')).toBeVisible();
  trouble.length = 0; // what the worker asked of the network in vain
});

test('what is kept for later is of the new version, though the server lets the old one be cached', async ({ page, trouble }) => {
  const worker = await readFile(new URL('../src/roomkeep/app/service-worker.js', import.meta.url), 'utf8');
  let version = 1;
  const answers = {
    '/': ['text/html', () => '<title>page</title>'],
    '/part.txt': ['text/plain', () => `part ${version}`],
    '/service-worker.js': ['text/javascript', () => worker.replace('VERSION', version).replace('[/* FILES */]', '["/", "/part.txt"]')],
  };
  const server = createServer(({ url }, response) => {
    const [type, body] = answers[url] ?? ['text/plain', () => ''];
    response.writeHead(200, { 'content-type': type, 'cache-control': 'max-age=3600' }).end(body());
  });
  await new Promise((resolve) => { server.listen(0, '127.0.0.1', resolve); });
  try {
    await page.goto(`http://127.0.0.1:${server.address().port}/`);
    const kept = () => page.evaluate(async () => (await caches.match('/part.txt'))?.text());
    await page.evaluate(() => navigator.serviceWorker.register('/service-worker.js'));
    await expect.poll(kept).toBe('part 1');
    version = 2;
    await page.evaluate(async () => (await navigator.serviceWorker.ready).update());
    await expect.poll(() => page.evaluate(() => caches.keys())).toEqual(['roomkeep-2']);
    expect(await kept()).toBe('part 2');
  } finally {
    await page.close();
    server.close();
  }
  trouble.length = 0; // that it is another server's page
});
