// Attacks that the desktop window blocks, regardless of the code in its page.
import { createServer } from 'node:http';
import { expect, test } from './desktop.mjs';
import { ready } from './helpers.mjs';
import { HAND } from './window.mjs';

/** A server that records every request. It sends `/away` on to another address. */
async function listen(away = '') {
  const reached = [];
  const server = createServer((request, response) => {
    reached.push(`${request.method} ${request.url}`);
    if (request.url === '/away') response.writeHead(302, { Location: away, 'Access-Control-Allow-Origin': '*' });
    else response.setHeader('Access-Control-Allow-Origin', '*');
    response.end('<p>not ours');
  });
  server.on('connection', () => reached.push('connection')).on('upgrade', () => reached.push('upgrade'));
  await new Promise((resolve) => { server.listen(0, '127.0.0.1', resolve); });
  return { reached, port: server.address().port, close: () => server.close() };
}

test('the page reaches one slot, its own files, and nothing else', async ({ start, trouble }) => {
  const foreign = await listen();
  const window = await start({ module: HAND });
  const { page, context } = window;

  await test.step('one slot', async () => {
    const reachable = await page.evaluate(async () => {
      const frame = document.body.appendChild(document.createElement('iframe'));
      const own = window.roomkeepDesktop;
      const refused = [];
      for (const change of [() => { own.command = null; }, () => { window.roomkeepDesktop = null; }, () => { own.more = 1; }]) {
        change();
        refused.push(window.roomkeepDesktop === own && typeof own.command === 'function' && own.more === undefined);
      }
      return {
        names: Object.getOwnPropertyNames(own),
        refused,
        channel: [window, frame.contentWindow].map((world) => [typeof world.qt, typeof world.QWebChannel, typeof world.theBridge]),
        inFrame: typeof frame.contentWindow.roomkeepDesktop,
        answers: await Promise.all(['', '{', '[]', '{"type":"open-account","payload":{"userId":"../../x"},"more":1}',
          '{"type":"__class__","payload":{}}', '{"type":"save-message","account":99,"payload":{"message":{}}}'].map(async (text) => {
          const { error } = JSON.parse(await own.command(text));
          return error.name;
        })),
        long: JSON.parse(await own.query('x'.repeat(100_000_001))).error.name,
      };
    });
    const nothing = ['undefined', 'undefined', 'undefined'];
    expect(reachable).toEqual({
      names: ['onchanges', 'command', 'query'],
      refused: [true, true, true],
      channel: [nothing, nothing],
      inFrame: 'undefined',
      answers: Array(6).fill('InvalidRecord'),
      long: 'InvalidRecord',
    });
  });

  await test.step('its own files', async () => {
    const statuses = await page.evaluate(async () => Promise.all([
      ['/'], ['/static/app.css'], ['/nothing'], ['/static/'], ['/..%2f..%2fpyproject.toml'], ['/%2e%2e/%2e%2e/pyproject.toml'],
      ['//etc/passwd'], ['/%2fetc/passwd'], ['/..%5c..%5cpyproject.toml'], ['/%00'], [`/${'x'.repeat(5000)}`], ['/', { method: 'POST' }],
    ].map(([path, options]) => fetch(path, options).then(({ status }) => status, () => 'refused'))));
    expect(statuses).toEqual([200, 200, 404, 404, 404, 404, 'refused', 404, 404, 404, 404, 403]);
    const [policy, kind, wasm] = await page.evaluate(async () => {
      const { headers } = await fetch('/');
      const module = await fetch('/vendor/pyodide/pyodide.asm.wasm', { cache: 'force-cache' });
      return [headers.get('Content-Security-Policy'), headers.get('Content-Type'), module.headers.get('Content-Type')];
    });
    expect(policy).toContain("default-src 'none'; script-src 'self' 'unsafe-eval'; style-src 'self';");
    expect([kind, wasm]).toEqual(['text/html; charset=utf-8', 'application/wasm']);
    trouble.length = 0;
  });

  await test.step('permissions', async () => {
    const answers = await page.evaluate(async () => {
      await navigator.clipboard.writeText('copied');
      return {
        clipboard: await navigator.clipboard.readText(),
        place: await new Promise((resolve) => { navigator.geolocation.getCurrentPosition(() => resolve('given'), () => resolve('denied')); }),
        notifications: await Notification.requestPermission(),
        microphone: await navigator.mediaDevices.getUserMedia({ audio: true }).then(() => 'given', () => 'denied'),
        screen: await navigator.mediaDevices.getDisplayMedia().then(() => 'given', () => 'denied'),
      };
    });
    expect(answers).toEqual({ clipboard: 'copied', place: 'denied', notifications: 'denied', microphone: 'denied', screen: 'denied' });
    trouble.length = 0;
  });

  await test.step('links', async () => {
    await page.evaluate(() => {
      for (const [text, href, target] of [['web', 'https://example.org/a?b#c', '_blank'], ['mail', 'mailto:ann@example.org', '_blank'],
        ['file', 'file:///etc/passwd', '_blank'], ['file here', 'file:///etc/passwd', ''], ['script', 'javascript:void(window.ran = true)', '_blank'],
        ['page', location.href, '_blank'], ['other', 'tel:112', '_blank'], ['web here', 'https://example.org/here', '']]) {
        const link = document.body.appendChild(document.createElement('a'));
        Object.assign(link, { href, target, rel: 'noopener noreferrer', textContent: `link: ${text}` });
      }
    });
    for (const link of await page.getByRole('link', { name: /^link: / }).all()) await link.dispatchEvent('click');
    await expect.poll(() => window.ask('opened')).toEqual(['https://example.org/a?b#c', 'mailto:ann@example.org']);
    expect(await page.evaluate(() => window.ran)).toBeUndefined();
  });

  await test.step('no other page, and no request, even past the Content-Security-Policy', async () => {
    const devtools = await context.newCDPSession(page);
    await devtools.send('Page.setBypassCSP', { enabled: true });
    await page.reload();
    await ready(page);
    const url = `127.0.0.1:${foreign.port}/`;
    const failed = [];
    page.on('requestfailed', (request) => { if (request.url().includes(url)) failed.push(request.failure().errorText); });
    await page.evaluate((to) => {
      window.loaded = [];
      const add = (tag, fields) => {
        const element = Object.assign(document.createElement(tag), fields);
        element.onload = () => window.loaded.push(tag);
        document.head.append(element);
      };
      const get = (target) => { fetch(target).then(({ status }) => status === 403 || window.loaded.push(target), () => {}); };
      new WebSocket(`ws://${to}`).onopen = () => window.loaded.push('socket');
      navigator.sendBeacon(`http://${to}beacon`, 'x');
      get(`http://${to}fetch`);
      get('file:///etc/passwd');
      get('app://other/');
      add('img', { src: `http://${to}img` });
      add('script', { src: `http://${to}script` });
      add('link', { rel: 'stylesheet', href: `http://${to}style` });
      for (const rel of ['dns-prefetch', 'prefetch', 'modulepreload']) add('link', { rel, href: `http://${to}` });
      const peer = new RTCPeerConnection({ iceServers: [{ urls: `stun:${to.slice(0, -1)}` }] });
      peer.createDataChannel('x');
      peer.setLocalDescription();
    }, url);
    // It is the interceptor that sees to it.
    const refused = (target) => trouble.filter((line) => line === `said: WARNING: refused a request to ${target}`).length;
    await expect.poll(() => ['http://127.0.0.1', 'ws://127.0.0.1', 'app://other'].map(refused)).toEqual([7, 1, 1]);
    // And not only that no host is found, which would keep them from the network, too.
    await expect.poll(() => new Set(failed)).toEqual(new Set(['net::ERR_ACCESS_DENIED']));
    expect(await page.evaluate(() => window.loaded)).toEqual([]);

    const frames = await page.evaluate((to) => {
      for (const src of [`http://${to}frame`, 'app://roomkeep/', 'data:text/html,<p>x', 'file:///etc/passwd']) {
        document.body.append(Object.assign(document.createElement('iframe'), { src, className: 'attack' }));
      }
      return new Promise((resolve) => { setTimeout(() => {
        resolve(Array.from(document.querySelectorAll('.attack'), (frame) => {
          try { return frame.contentWindow.location.href + typeof frame.contentWindow.roomkeepDesktop; } catch { return 'foreign'; }
        }));
      }, 200); });
    }, url);
    for (const frame of frames) expect(['about:blankundefined', 'foreign', 'chrome-error://chromewebdata/undefined']).toContain(frame);

    for (const to of [`http://${url}`, 'file:///etc/passwd', 'data:text/html,x', 'chrome://gpu', 'qrc:/qtwebchannel/qwebchannel.js', 'app://other/', 'view-source:app://roomkeep/']) {
      await page.evaluate((target) => { location.href = target; }, to);
    }
    await page.evaluate((to) => {
      const form = Object.assign(document.createElement('form'), { action: `http://${to}form`, method: 'post' });
      document.body.append(form);
      form.submit();
    }, url);
    expect(await page.evaluate(() => [location.href, document.title])).toEqual(['app://roomkeep/', 'Roomkeep']);
    expect(context.pages()).toHaveLength(1);
    expect(await window.ask('opened')).toHaveLength(2);
    expect(foreign.reached).toEqual([]);
    trouble.length = 0;
  });

  await test.step('a homeserver in use, which is fetched from, and nothing else', async () => {
    const homeserver = await listen(`http://127.0.0.1:${foreign.port}/`);
    const url = `127.0.0.1:${homeserver.port}/`;
    // A page without its policy has no bridge either: another window speaks to the homeserver.
    const opened = context.waitForEvent('page');
    await window.ask('choose', 'File', 'New window');
    const other = await opened;
    await ready(other);
    await other.evaluate((to) => {
      const payload = { servers: [`http://${to}`] };
      return window.roomkeepDesktop.command(JSON.stringify({ type: 'reach-servers', payload }));
    }, url);
    await page.evaluate(async (to) => {
      const say = (target, options) => fetch(target, options).then(({ status, type }) => status || type, () => 'refused');
      window.answers = [await say(`http://${to}fetch`), await say(`http://${to}away`, { redirect: 'manual' }),
        await say(`http://localhost:${new URL(`http://${to}`).port}/`), await say(`https://${to}`)];
      new WebSocket(`ws://${to}`);
      navigator.sendBeacon(`http://${to}beacon`, 'x');
      for (const [tag, fields] of [['img', { src: `http://${to}img` }], ['script', { src: `http://${to}script` }],
        ['link', { rel: 'stylesheet', href: `http://${to}style` }], ['iframe', { src: `http://${to}frame` }]]) {
        document.body.append(Object.assign(document.createElement(tag), fields));
      }
      location.href = `http://${to}page`;
    }, url);
    expect(await page.evaluate(() => window.answers)).toEqual([200, 'opaqueredirect', 'refused', 'refused']);
    const refused = (target) => trouble.filter((line) => line === `said: WARNING: refused a request to ${target}`).length;
    await expect.poll(() => [refused('http://127.0.0.1'), refused('ws://127.0.0.1')]).toEqual([4, 1]);
    expect(homeserver.reached.filter((request) => request !== 'connection')).toEqual(['GET /fetch', 'GET /away']);
    expect(foreign.reached).toEqual([]);
    await window.ask('choose', 'File', 'Close window');
    await expect.poll(() => context.pages().length).toBe(1);
    expect(await page.evaluate((to) => fetch(`http://${to}late`).then(() => 'reached', () => 'refused'), url)).toBe('refused');
    homeserver.close();
    trouble.length = 0;
  });

  await test.step('a page that is not ours, should one ever get there', async () => {
    await window.ask('show_foreign', '<title>foreign</title>', 'https://example.org/');
    await expect.poll(() => window.ask('title')).toBe('foreign');
    await window.ask('run_beside_bridge', `
      new QWebChannel(qt.webChannelTransport, ({ objects: { bridge } }) => {
        bridge.invoke('x/1', 'c{"type":"save-current-user-id","payload":{"userId":"mallory"}}');
      });`);
    await expect.poll(() => trouble.join()).toContain('refused a call from another page');
    trouble.length = 0;
  });
  foreign.close();
});

test('menu, about, and a page that stops', async ({ start, trouble }) => {
  const window = await start({ module: HAND });
  const { page, context } = window;
  expect(await window.ask('menu')).toEqual({
    File: ['New window', 'Open data folder', 'Close window', 'Quit'],
    Edit: ['Undo', 'Redo', 'Cut', 'Copy', 'Paste', 'Paste as plain text', 'Select all'],
    View: ['Reload', 'Zoom in', 'Zoom out', 'Actual size', 'Full screen'],
    Help: ['About Roomkeep'],
  });
  await window.ask('choose', 'Help', 'About Roomkeep');
  expect(await window.ask('dialog')).toMatch(/Roomkeep.*MIT license.*Chromium \d+/);
  await window.ask('answer', 'OK');
  await window.ask('choose', 'File', 'Open data folder');
  expect((await window.ask('opened')).map((url) => new URL(url).protocol)).toEqual(['file:']);

  const opened = context.waitForEvent('page');
  await window.ask('choose', 'File', 'New window');
  await opened;
  await window.ask('choose', 'File', 'Close window');
  await expect.poll(() => context.pages().length).toBe(1);

  await page.evaluate(() => { window.isOld = true; });
  await window.ask('choose', 'View', 'Reload');
  await expect.poll(() => page.evaluate(() => window.isOld).catch(() => true)).toBeUndefined();

  await window.ask('crash');
  await expect.poll(() => window.ask('dialog')).toMatch(/^The page in this window stopped\./);
  trouble.length = 0;
  await window.ask('answer', 'Close window');
  expect(await window.ended).toBe(0);
});
