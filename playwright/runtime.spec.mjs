// The page's start: what loads it, what is seen meanwhile, what is said when it fails, and what the server promises.
import net from 'node:net';
import { expect, test } from '@playwright/test';
import { openApp, ready, watchTrouble } from './helpers.mjs';

const WASM = '/vendor/pyodide/pyodide.asm.wasm';

test('the page gets ready from our origin alone, with nothing amiss and no database of PyScript\'s', async ({ page, baseURL }) => {
  const trouble = watchTrouble(page, new URL(baseURL).origin);
  await openApp(page);
  expect(trouble).toEqual([]);
  const others = () => page.evaluate(async () => (await indexedDB.databases())
    .map(({ name }) => name).filter((name) => !name.startsWith('roomkeep')));
  // One is there for a moment, to protect the others.
  await expect.poll(others).toEqual([]);
});

test('the page gets ready where IndexedDB is missing', async ({ page }) => {
  await page.addInitScript(() => {
    Object.defineProperty(globalThis, 'indexedDB', { value: undefined, configurable: true });
  });
  await openApp(page);
  await expect(page.getByText('Nothing is saved in this browser')).toBeVisible();
});

test('the page gets ready where IndexedDB is refused', async ({ page }) => {
  await page.addInitScript(() => {
    IDBFactory.prototype.open = () => {
      const refused = new DOMException('The user denied permission to access the database.', 'SecurityError');
      refused.stack = new Error().stack;
      throw refused;
    };
  });
  await openApp(page);
  await expect(page.getByText('Nothing is saved in this browser')).toBeVisible();
});

test.describe('splash', () => {
  test('shows how far the start has come, and goes away', async ({ page }) => {
    let release;
    const released = new Promise((resolve) => { release = resolve; });
    await page.route(`**${WASM}`, async (route) => {
      await released;
      await route.continue();
    });
    await page.goto('/', { waitUntil: 'commit' });
    const progress = page.getByRole('progressbar', { name: 'Starting Roomkeep' });
    await expect(progress).toBeVisible();
    await expect.poll(() => progress.evaluate(({ position }) => position)).toBeGreaterThan(0.2);
    await expect(page.getByRole('alert')).toBeHidden();
    release();
    await ready(page);
  });

  const failures = {
    'the WebAssembly does not arrive': [WASM, (route) => route.abort()],
    'the WebAssembly is an error page': [WASM, (route) => route.fulfill({ status: 500 })],
    'a wheel does not arrive': ['/vendor/pyodide/roomkeep-*', (route) => route.abort()],
    'a wheel is an error page': ['/vendor/pyodide/roomkeep-*', (route) => route.fulfill({ status: 500 })],
    'the standard library does not arrive': ['/vendor/pyodide/python_stdlib.zip', (route) => route.abort()],
    'PyScript does not arrive': ['/vendor/pyscript/core*', (route) => route.abort()],
    'the configuration does not arrive': ['/pyscript.toml', (route) => route.abort()],
  };
  test('says what to do when a file does not arrive', async ({ page }) => {
    const alert = page.getByRole('alert').filter({ hasText: 'couldn\'t start' });
    for (const [name, [path, handler]] of Object.entries(failures)) {
      await test.step(name, async () => {
        await page.route(`**${path}`, handler);
        await page.goto('/', { waitUntil: 'commit' });
        await expect(alert).toContainText('because a file didn\'t load');
        await expect(alert).toContainText('reload');
        await expect(page.getByRole('progressbar')).toBeHidden();
        await page.unroute(`**${path}`);
      });
    }
    await page.getByRole('button', { name: 'Reload' }).click();
    await ready(page);
  });

  test('says what to do when Python raises at the start', async ({ page }) => {
    await page.route('/', async (route) => {
      const response = await route.fetch();
      const body = (await response.text()).replace('await main()', 'raise RuntimeError("a broken start")');
      await route.fulfill({ response, body });
    });
    await page.goto('/');
    await expect(page.getByRole('alert')).toContainText('because of an error');
    await page.getByText('Details', { exact: true }).click();
    await expect(page.getByText('a broken start')).toBeVisible();
    await expect(page.getByRole('button', { name: 'Reload' })).toBeVisible();
  });

  test('says so when nothing happens for a long time, and goes on when it does', async ({ page }) => {
    await page.clock.install();
    let release;
    const released = new Promise((resolve) => { release = resolve; });
    const asked = new Promise((resolve) => {
      page.route(`**${WASM}`, async (route) => {
        resolve();
        await released;
        await route.continue();
      });
    });
    await page.goto('/', { waitUntil: 'commit' });
    await asked;
    await expect(async () => {
      await page.clock.fastForward(50_000);
      await expect(page.getByRole('alert')).toContainText('taking a long time to start', { timeout: 500 });
    }).toPass();
    await expect(page.getByRole('button', { name: 'Reload' })).toBeVisible();
    await page.clock.resume();
    release();
    await expect(page.locator('#splash')).toHaveCount(0);
  });

  test('tells a browser without WebAssembly', async ({ page }) => {
    await page.addInitScript(() => { delete globalThis.WebAssembly; });
    await page.goto('/');
    await expect(page.getByRole('alert')).toContainText('can\'t run in this browser');
  });

  test('tells a browser without JavaScript', async ({ browser }) => {
    const context = await browser.newContext({ javaScriptEnabled: false });
    const page = await context.newPage();
    await page.goto('/');
    await expect(page.locator('noscript p')).toHaveText(/needs JavaScript/);
    await expect(page.locator('noscript p')).toBeVisible();
    await expect(page.getByRole('progressbar')).toBeHidden();
    await context.close();
  });

  test('fits a narrow window', async ({ page }) => {
    await page.setViewportSize({ width: 360, height: 560 });
    await page.route(`**${WASM}`, (route) => route.abort());
    await page.goto('/', { waitUntil: 'commit' });
    await expect(page.getByRole('button', { name: 'Reload' })).toBeInViewport({ ratio: 1 });
    const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    expect(overflow).toBeLessThanOrEqual(0);
  });
});

test.describe('server', () => {
  test('forbids what the page does not need', async ({ request }) => {
    const headers = (await request.get('/')).headers();
    const policy = headers['content-security-policy'];
    expect(policy).toContain("default-src 'none'");
    expect(policy).not.toContain('unsafe-inline');
    expect(policy).not.toMatch(/https?:|\*/);
    expect(headers['x-content-type-options']).toBe('nosniff');
    expect(headers['referrer-policy']).toBe('no-referrer');
    expect(headers['cross-origin-opener-policy']).toBe('same-origin');
  });

  test('runs no inline script and no inline handler', async ({ page }) => {
    await openApp(page);
    const ran = await page.evaluate(async () => {
      const blocked = (act) => new Promise((resolve) => {
        addEventListener('securitypolicyviolation', (event) => resolve(event.effectiveDirective), { once: true });
        act();
      });
      const script = document.createElement('script');
      script.textContent = 'globalThis.inlineRan = true';
      const directives = [await blocked(() => document.body.append(script))];
      const image = document.createElement('img');
      directives.push(await blocked(() => image.setAttribute('onerror', 'globalThis.inlineRan = true')));
      directives.push(await blocked(() => fetch('https://example.com/').catch(() => {})));
      directives.push(await blocked(() => { new Audio(URL.createObjectURL(new Blob(['x'], { type: 'audio/wav' }))).load(); }));
      const frame = document.createElement('iframe');
      frame.src = URL.createObjectURL(new Blob(['<script>parent.inlineRan = true</script>'], { type: 'text/html' }));
      directives.push(await blocked(() => document.body.append(frame)));
      return { directives, inlineRan: globalThis.inlineRan };
    });
    expect(ran).toEqual({ directives: ['script-src-elem', 'script-src-attr', 'connect-src', 'media-src', 'frame-src'] });
  });

  test('serves the types that browsers ask for', async ({ request }) => {
    const types = {
      '/': 'text/html; charset=utf-8',
      [WASM]: 'application/wasm',
      '/vendor/pyodide/pyodide.mjs': 'text/javascript; charset=utf-8',
      '/vendor/pyodide/pyodide-lock.json': 'application/json',
      '/static/icon.svg': 'image/svg+xml',
      '/pyscript.toml': 'text/plain; charset=utf-8',
    };
    for (const [path, type] of Object.entries(types)) {
      expect((await request.head(path)).headers()['content-type'], path).toBe(type);
    }
  });

  test('lets a browser keep a file and ask whether it changed', async ({ request }) => {
    const first = await request.get('/static/splash.js');
    const { etag, 'cache-control': cacheControl } = first.headers();
    expect(cacheControl).toBe('no-cache');
    const again = await request.get('/static/splash.js', { headers: { 'If-None-Match': etag } });
    expect(again.status()).toBe(304);
    expect((await again.body()).length).toBe(0);
    const other = await request.get('/static/splash.js', { headers: { 'If-None-Match': '"another"' } });
    expect(other.status()).toBe(200);
  });

  test('gives nothing from outside the site, and lists no directory', async ({ baseURL }) => {
    const paths = [
      '/../../pyproject.toml', '/%2e%2e/%2e%2e/pyproject.toml', '/..%2f..%2fpyproject.toml',
      '/static/../../../pyproject.toml', '//etc/passwd', '/%2fetc/passwd', '/..%5c..%5cpyproject.toml',
      '/static/', '/static', '/vendor/pyodide/', '/index.html/', '/%00', '/.writing-',
    ];
    for (const path of paths) expect(await rawStatus(baseURL, 'GET', path), path).toBe(404);
  });

  test('takes nothing in', async ({ baseURL }) => {
    for (const method of ['POST', 'PUT', 'DELETE']) expect(await rawStatus(baseURL, method, '/')).toBe(501);
  });
});

/** Asks for a path exactly as it is written: URL parsers would tidy it up. */
function rawStatus(baseURL, method, path) {
  const { hostname, port } = new URL(baseURL);
  return new Promise((resolve, reject) => {
    const socket = net.connect(Number(port), hostname, () => {
      socket.write(`${method} ${path} HTTP/1.1\r\nHost: ${hostname}\r\nConnection: close\r\n\r\n`);
    });
    let answer = '';
    socket.setEncoding('latin1');
    socket.on('data', (data) => { answer += data; });
    socket.on('end', () => resolve(Number(answer.split(' ')[1])));
    socket.on('error', reject);
  });
}
