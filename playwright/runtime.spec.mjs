// The start of the page: loading, the splash screen, error messages, and security restrictions.
import { expect, freshTest, test } from './fixtures.mjs';
import { openApp, ready, startApp } from './helpers.mjs';

const WASM = '/vendor/pyodide/pyodide.asm.wasm';

freshTest('the page gets ready from our origin alone, with nothing amiss and no database of PyScript\'s', async ({ page }) => {
  await openApp(page);
  const others = () => page.evaluate(async () => (await indexedDB.databases())
    .map(({ name }) => name).filter((name) => !name.startsWith('roomkeep')));
  // One is there for a moment, to protect the others.
  await expect.poll(others).toEqual([]);
  // A new person can type a name at once.
  await page.keyboard.type('Ada\n');
  await expect(page.getByRole('button', { name: 'Account: Ada' })).toBeVisible();
});

test('Python runs on the stack of the page from the start', async ({ page }) => {
  // On others, Chromium may crash: see docs/failures.md.
  await page.addInitScript(() => {
    const { promising } = WebAssembly;
    globalThis.callsOnOwnStack = 0;
    globalThis.promised = 0;
    WebAssembly.promising = (call) => {
      globalThis.promised += 1;
      const callOnOwnStack = promising(call);
      return (...values) => {
        globalThis.callsOnOwnStack += 1;
        return callOnOwnStack(...values);
      };
    };
  });
  await startApp(page);
  expect(await page.evaluate(() => [globalThis.promised > 0, globalThis.callsOnOwnStack])).toEqual([true, 0]);
});

test('the page gets ready where IndexedDB is missing', async ({ page, trouble }) => {
  await page.addInitScript(() => {
    Object.defineProperty(globalThis, 'indexedDB', { value: undefined, configurable: true });
  });
  await startApp(page);
  await expect(page.getByText('Nothing is saved in this browser')).toBeVisible();
  trouble.length = 0;
});

test.describe('splash', () => {
  // What does not arrive, and what is said of it in the console, is what these tests are about.
  test.afterEach(({ trouble }) => { trouble.length = 0; });

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
    await page.setViewportSize({ width: 360, height: 560 });
    const reload = page.getByRole('button', { name: 'Reload' });
    await expect(reload).toBeInViewport({ ratio: 1 });
    expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0);
    await reload.click();
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

  test('tells a browser without WebAssembly', async ({ page }) => {
    await page.addInitScript(() => { delete globalThis.WebAssembly; });
    await page.goto('/');
    await expect(page.getByRole('alert')).toContainText('can\'t run in this browser');
  });

  test('tells a browser without JavaScript', async ({ page, context }) => {
    const devtools = await context.newCDPSession(page);
    await devtools.send('Emulation.setScriptExecutionDisabled', { value: true });
    await page.goto('/');
    await expect(page.locator('noscript p')).toHaveText(/needs JavaScript/);
    await expect(page.locator('noscript p')).toBeVisible();
    await expect(page.getByRole('progressbar')).toBeHidden();
  });
});

// A clock is that of all pages of a context.
freshTest('the splash says so when nothing happens for a long time, and goes on when it does', async ({ page }) => {
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
    // Other files may still arrive, which ends the warning.
    await expect(page.getByRole('button', { name: 'Reload' })).toBeVisible({ timeout: 500 });
  }).toPass();
  await page.clock.resume();
  release();
  await expect(page.locator('#splash')).toHaveCount(0);
});

test('runs no inline script and no inline handler', async ({ page, trouble }) => {
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
    directives.push(await blocked(() => fetch('http://example.com/').catch(() => {})));
    directives.push(await blocked(() => { new Audio(URL.createObjectURL(new Blob(['x'], { type: 'audio/wav' }))).load(); }));
    const frame = document.createElement('iframe');
    frame.src = URL.createObjectURL(new Blob(['<script>parent.inlineRan = true</script>'], { type: 'text/html' }));
    directives.push(await blocked(() => document.body.append(frame)));
    return { directives, inlineRan: globalThis.inlineRan };
  });
  expect(ran).toEqual({ directives: ['script-src-elem', 'script-src-attr', 'connect-src', 'media-src', 'frame-src'] });
  trouble.length = 0; // the browser says what it forbids
});
