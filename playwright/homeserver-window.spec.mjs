// The desktop's window on a homeserver: it reaches the one that a person signs in to, and nothing else.
import { createServer } from 'node:http';
import { expect, test } from './desktop.mjs';
import { openApp, ready } from './helpers.mjs';
import { createSharedRoom, joinRoom, server, signIn } from './homeserver.mjs';
import { openAccounts, row, write } from './steps.mjs';

/** A server that knows the homeserver of a name, as `.well-known` files do. It records the requests. */
async function serveWellKnown() {
  const asked = [];
  const site = createServer((request, response) => {
    asked.push(request.url);
    response.setHeader('Access-Control-Allow-Origin', '*');
    response.end(JSON.stringify({ 'm.homeserver': { base_url: server } }));
  });
  await new Promise((resolve) => { site.listen(0, '127.0.0.1', resolve); });
  return { asked, address: `http://127.0.0.1:${site.address().port}`, close: () => site.close() };
}

const canReach = (page, address) => page.evaluate((to) => fetch(`${to}/_matrix/client/versions`).then(() => true, () => false), address);

test('two people talk, one of them in the window', async ({ start, browser, baseURL, trouble }) => {
  test.slow();
  const typed = await serveWellKnown();
  let window = await start();
  let { page: ada } = window;
  await ready(ada);
  expect(await canReach(ada, server)).toBe(false);
  expect(typed.asked).toEqual([]);
  expect(trouble.splice(0)).toEqual(['said: WARNING: refused a request to http://localhost']);

  await signIn(ada, ada.locator('#welcome'), 'ada', { address: typed.address });
  await createSharedRoom(ada, 'Greenhouse');
  expect(typed.asked).toEqual(['/.well-known/matrix/client']);
  // The address that was typed is of no use any more.
  expect(await canReach(ada, typed.address)).toBe(false);
  expect(await canReach(ada, server)).toBe(true);
  expect(trouble.splice(0)).toEqual(['said: WARNING: refused a request to http://127.0.0.1']);

  const away = await browser.newContext({ baseURL, serviceWorkers: 'block' });
  const ben = await away.newPage();
  await openApp(ben);
  await signIn(ben, ben.locator('#welcome'), 'ben');
  await joinRoom(ben, 'Greenhouse');
  await write(ben, 'The tomatoes are ripe.');
  await expect(row(ada, 'The tomatoes are ripe.')).toBeVisible();
  await write(ada, 'I will bring a basket.');
  await expect(row(ben, 'I will bring a basket.')).toBeVisible();
  await expect(row(ada, 'I will bring a basket.').getByText('Sending…')).toBeHidden();

  expect(await window.stop()).toBe(0);
  await write(ben, 'A large one.');
  window = await start();
  ({ page: ada } = window);
  await expect(row(ada, 'A large one.')).toBeVisible();
  const dialog = await openAccounts(ada);
  await expect(ada.locator('#homeserver-state')).toContainText('Connected');
  await dialog.getByRole('button', { name: /^Sign out of/ }).click();
  await expect(ada.locator('#homeserver-state')).toBeHidden();
  await expect.poll(() => canReach(ada, server)).toBe(false);
  expect(new Set(trouble.splice(0))).toEqual(new Set(['said: WARNING: refused a request to http://localhost']));
  await away.close();
  typed.close();
});
