// Offline and on any network: the app opens again after one visit, all of it works, and each page is of one version.
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { findViolations } from './accessibility.mjs';
import { expect, freshTest as test, test as testInProfile } from './fixtures.mjs';
import { openApp, ready } from './helpers.mjs';
import { composer, createRoom, row, signUp, write } from './steps.mjs';

test.use({ serviceWorkers: 'allow' });

const source = (name) => readFile(new URL(`../src/roomkeep/app/${name}`, import.meta.url), 'utf8');
const hash = (text) => createHash('sha256').update(text).digest('base64');

/** A site small enough to look through. */
const smallSite = (version) => ({
  '/': ['text/html', `<!doctype html><title>${version}</title><script src="/part.js"></script>`],
  '/part.js': ['text/javascript', `globalThis.part = ${JSON.stringify(version)}`],
  '/late.txt': ['text/plain', `late ${version}`],
  '/runtime.txt': ['text/plain', 'the same in all versions'],
});

/** Roomkeep app, as it was built; what differs between its versions is its page. */
async function builtSite() {
  const site = new URL('../.build/site/', import.meta.url);
  const script = await readFile(new URL('service-worker.js', site), 'utf8');
  const types = { js: 'text/javascript', mjs: 'text/javascript', css: 'text/css', wasm: 'application/wasm', svg: 'image/svg+xml' };
  const files = {};
  for (const path of Object.keys(JSON.parse(script.match(/FILES = (\{.*?\n\})/s)[1]))) {
    const type = path === '/' ? 'text/html' : types[path.split('.').pop()] ?? 'application/octet-stream';
    files[path] = [type, await readFile(new URL(path === '/' ? 'index.html' : path.slice(1), site))];
  }
  return (version) => {
    const page = `${files['/'][1]}`.replace(/name="version" content="\w*"/, `name="version" content="${version}"`);
    return { ...files, '/': ['text/html', page] };
  };
}

/** Serves a site with Roomkeep's service worker. What a test sets in what it gets is how the site is deployed anew. */
async function serve(files) {
  const worker = await source('service-worker.js');
  const site = { version: 1, mode: 'answers', asked: [], broken: undefined, freshFor: 3600, script: (text) => text };
  const answer = (url) => {
    const deployed = files(site.version);
    if (url !== '/service-worker.js') return deployed[url];
    const hashes = Object.fromEntries(Object.entries(deployed).map(([path, [, text]]) => [path, hash(text)]));
    const script = worker.replace('/* VERSION */', site.version).replace('{/* FILES */}', JSON.stringify(hashes));
    return ['text/javascript', site.script(script)];
  };
  const server = createServer(({ url }, response) => {
    site.asked.push(url);
    if (site.mode === 'hangs') return;
    if (site.mode === 'portal') {
      response.writeHead(200, { 'content-type': 'text/html' }).end('Accept the terms of this network');
      return;
    }
    const [type, text] = (url !== site.broken && answer(url)) || ['text/plain', undefined];
    response.writeHead(text === undefined ? 404 : 200, { 'content-type': type, 'cache-control': `max-age=${site.freshFor}` }).end(text);
  });
  await new Promise((resolve) => { server.listen(0, '127.0.0.1', resolve); });
  site.url = `http://127.0.0.1:${server.address().port}/`;
  site.stop = () => {
    server.close();
    server.closeAllConnections();
  };
  return site;
}

const withSite = test.extend({
  isWhole: [false, { option: true }],
  site: async ({ trouble, isWhole }, use) => {
    const site = await serve(isWhole ? await builtSite() : smallSite);
    await use(site);
    site.stop();
    trouble.length = 0; // that it is another server's page, and what was asked of it in vain
  },
});

/** The versions that are kept on the device, by the names of their caches; it says of one when it is not whole. */
const caches = (page) => page.evaluate(async () => {
  const names = (await globalThis.caches.keys()).filter((name) => name.startsWith('roomkeep-site-')).sort();
  const isWhole = (name) => globalThis.caches.match('/', { cacheName: name });
  return Promise.all(names.map(async (name) => (await isWhole(name) ? name : `${name}, in part`)));
});
const late = (page) => page.evaluate(() => fetch('/late.txt').then((response) => response.text(), () => 'none'));
const part = (page) => page.evaluate(() => globalThis.part);

/** Opens the page, and does what Roomkeep's does when it is ready; what the worker tells it is kept. */
async function open(page, site) {
  await page.goto(site.url);
  await start(page);
}

async function start(page) {
  await page.evaluate(async () => {
    globalThis.told = [];
    navigator.serviceWorker.addEventListener('message', ({ data }) => told.push(data));
    await navigator.serviceWorker.register('/service-worker.js');
    (await navigator.serviceWorker.ready).active.postMessage(document.title);
  });
}

/** Has the browser look for a new version; gives whether it could. */
const update = (page) => page.evaluate(() => navigator.serviceWorker.getRegistration()
  .then((registration) => registration.update()).then(() => true, () => false));

const told = (page) => page.evaluate(() => globalThis.told.filter(({ isNew }) => isNew).map(({ version }) => version));

withSite.describe('the service worker', () => {
  withSite('answers without asking the network, whatever that does', async ({ page, site }) => {
    await open(page, site);
    await expect.poll(() => caches(page)).toEqual(['roomkeep-site-1']);
    await page.reload();
    expect(await part(page)).toBe(1);
    site.version = 2;
    for (const mode of ['hangs', 'portal']) {
      site.mode = mode;
      site.asked.length = 0;
      await page.reload();
      expect([await part(page), await late(page)], mode).toEqual([1, 'late 1']);
      expect(site.asked.filter((url) => url !== '/service-worker.js'), mode).toEqual([]);
    }
    site.stop();
    await page.goto(`${site.url}index.html?from=elsewhere`);
    expect([await part(page), await late(page)]).toEqual([1, 'late 1']);
  });

  withSite('begins to keep files only when no page is starting', async ({ page, site }) => {
    await page.goto(site.url);
    await page.evaluate(() => new Promise((held) => {
      navigator.locks.request('roomkeep-starting', { mode: 'shared' }, () => new Promise((release) => {
        globalThis.release = release;
        held();
      }));
    }));
    await page.evaluate(() => navigator.serviceWorker.register('/service-worker.js'));
    const waits = () => page.evaluate(async () => (await navigator.locks.query()).pending.length);
    await expect.poll(waits).toBe(1);
    expect(site.asked).not.toContain('/late.txt');
    await page.evaluate(() => release());
    await expect.poll(() => caches(page)).toEqual(['roomkeep-site-1']);
  });

  withSite('gives each page the version that it began with, and deletes one when its last page is gone', async ({ page, context, site }) => {
    await open(page, site);
    await page.reload();
    await start(page);
    site.version = 2;
    expect(await update(page)).toBe(true);
    await expect.poll(() => told(page)).toEqual(['2']);
    // What is the same in both came from the device.
    expect(site.asked.filter((url) => url === '/runtime.txt')).toHaveLength(1);
    const second = await context.newPage();
    await open(second, site);
    expect([await part(page), await late(page)]).toEqual([1, 'late 1']);
    expect([await part(second), await late(second)]).toEqual([2, 'late 2']);

    // A third is deployed while both are open: nobody has the second any more when its page is gone.
    site.version = 3;
    await update(second);
    await expect.poll(() => told(page)).toEqual(['2', '3']);
    expect(await caches(page)).toEqual(['roomkeep-site-1', 'roomkeep-site-2', 'roomkeep-site-3']);
    await second.reload();
    await start(second);
    expect(await part(second)).toBe(3);
    await expect.poll(() => caches(page)).toEqual(['roomkeep-site-1', 'roomkeep-site-3']);

    // The browser ends a worker that has nothing to do: what it knew it must still know.
    const devtools = await context.newCDPSession(page);
    await devtools.send('ServiceWorker.enable');
    await devtools.send('ServiceWorker.stopAllWorkers');
    site.stop();
    expect([await late(page), await late(second)]).toEqual(['late 1', 'late 3']);
    await page.reload();
    expect(await part(page)).toBe(3);
  });

  withSite('fetches nothing again when only the worker is new', async ({ page, site }) => {
    await open(page, site);
    await expect.poll(() => caches(page)).toEqual(['roomkeep-site-1']);
    site.asked.length = 0;
    site.script = (text) => `${text}// new`;
    await update(page);
    await expect.poll(() => told(page)).toContain('1');
    expect(site.asked).toEqual(['/service-worker.js']);
    await page.reload();
    expect([await part(page), await late(page)]).toEqual([1, 'late 1']);
  });

  withSite('keeps all of a version or nothing of it', async ({ page, site }) => {
    await open(page, site);
    await expect.poll(() => caches(page)).toEqual(['roomkeep-site-1']);
    site.version = 2;
    site.broken = '/late.txt';
    await update(page);
    await page.evaluate(async () => {
      const { installing } = await navigator.serviceWorker.getRegistration();
      if (installing) await new Promise((resolve) => { installing.onstatechange = resolve; });
    });
    await expect.poll(() => caches(page)).toEqual(['roomkeep-site-1']);
    await page.reload();
    expect([await part(page), await late(page)]).toEqual([1, 'late 1']);
    site.broken = undefined;
    await start(page);
    await update(page);
    await expect.poll(() => told(page)).toEqual(['2']);
    await page.reload();
    expect([await part(page), await late(page)]).toEqual([2, 'late 2']);
  });

  withSite('keeps nothing that is not of its version', async ({ page, site }) => {
    // Between the worker and its files another version is deployed.
    await open(page, site);
    await expect.poll(() => caches(page)).toEqual(['roomkeep-site-1']);
    const { version } = site;
    site.script = (text) => {
      site.version = 3;
      return text;
    };
    site.version = version + 1;
    await update(page);
    await expect.poll(() => site.version).toBe(3);
    await expect.poll(() => page.evaluate(async () => {
      const { installing, waiting } = await navigator.serviceWorker.getRegistration();
      return installing ?? waiting;
    })).toBe(null);
    expect(await caches(page)).toEqual(['roomkeep-site-1']);
    await page.reload();
    expect(await late(page)).toBe('late 1');
  });

  withSite('goes on where the browser keeps nothing', async ({ page, site }) => {
    site.script = (text) => `Cache.prototype.put = async () => { throw new DOMException('', 'QuotaExceededError'); };${text}`;
    await page.goto(site.url);
    await page.evaluate(() => navigator.serviceWorker.register('/service-worker.js').catch(() => {}));
    await expect.poll(() => page.evaluate(async () => Boolean((await navigator.serviceWorker.getRegistration())?.installing))).toBe(false);
    await page.reload();
    expect([await part(page), await late(page)]).toEqual([1, 'late 1']);
    expect(await caches(page)).toEqual([]);
  });

  withSite('asks the network again for what the browser has deleted, and takes no other version', async ({ page, site }) => {
    site.freshFor = 0;
    await open(page, site);
    await page.reload();
    await start(page);
    await expect.poll(() => caches(page)).toEqual(['roomkeep-site-1']);
    await page.evaluate(() => globalThis.caches.delete('roomkeep-site-1'));
    expect(await late(page)).toBe('late 1');
    site.version = 2;
    expect(await late(page)).toBe('none');
    await page.reload();
    expect([await part(page), await late(page)]).toEqual([2, 'late 2']);
  });

  withSite('is taken away, with all that it kept, by the one that is served to developers', async ({ page, site }) => {
    await open(page, site);
    await page.reload();
    expect(await part(page)).toBe(1);
    const none = await source('no-service-worker.js');
    site.script = () => none;
    site.version = 'of today';
    await page.evaluate(() => { globalThis.isOld = true; });
    await update(page);
    await expect.poll(() => page.evaluate(() => globalThis.isOld).catch(() => true)).toBe(undefined);
    await expect(page).toHaveTitle('of today');
    expect(await caches(page)).toEqual([]);
    expect(await page.evaluate(async () => (await navigator.serviceWorker.getRegistrations()).length)).toBe(0);
  });
});

withSite.describe('Roomkeep', () => {
  withSite.use({ isWhole: true });

  withSite('opens and works without a network, and where the server hangs', async ({ page, context, site }) => {
    await page.goto(site.url);
    await ready(page);
    await signUp(page, 'Ada');
    await createRoom(page, 'Tea');
    await write(page, 'with a network');
    await expect.poll(() => caches(page)).toEqual(['roomkeep-site-1']);
    site.mode = 'hangs';
    await page.reload();
    await ready(page);
    await expect(row(page, 'with a network')).toBeVisible();
    site.stop();
    const other = await context.newPage();
    await other.goto(site.url);
    await ready(other);
    await expect(row(other, 'with a network')).toBeVisible();
    await write(other, 'without one');
    // What is fetched only when it is wanted is there, too.
    await other.getByRole('button', { name: 'Emoji', exact: true }).click();
    await expect(other.getByRole('dialog', { name: 'Emoji' }).getByRole('combobox')).toBeVisible();
  });

  withSite('offers to reload when a new version is there, does not do it by itself, and loses nothing', async ({ page, context, site }) => {
    await page.goto(site.url);
    await ready(page);
    await signUp(page, 'Ada');
    await createRoom(page, 'Tea');
    await expect.poll(() => caches(page)).toEqual(['roomkeep-site-1']);
    const offer = page.getByRole('status').filter({ hasText: 'A new version is ready.' });
    await expect(offer).toBeHidden();
    await composer(page).pressSequentially('half a sent');
    site.version = 2;
    await update(page);
    await expect(offer).toBeVisible();
    await expect(composer(page)).toBeFocused();
    expect(await findViolations(page)).toEqual([]);
    await composer(page).pressSequentially('ence');

    // The other tab has the new version at once, and is offered nothing.
    const version = (tab) => tab.locator('meta[name=version]').getAttribute('content');
    const other = await context.newPage();
    await other.goto(site.url);
    await ready(other);
    expect(await version(other)).toBe('2');
    await expect(other.getByText('A new version is ready.')).toBeHidden();
    await page.bringToFront();
    await offer.getByRole('button', { name: 'Not now' }).click();
    await expect(offer).toBeHidden();
    expect(await version(page)).toBe('1');

    site.version = 3;
    await update(page);
    await expect(offer).toBeVisible();
    site.stop();
    await offer.getByRole('button', { name: 'Reload to update' }).click();
    await expect.poll(() => version(page)).toBe('3');
    await ready(page);
    await expect(composer(page)).toHaveValue('half a sentence');
  });

  withSite('has the browser forget all that it kept, where it is served to developers', async ({ page, site }) => {
    site.version = '';
    await page.goto(`${site.url}static/icon.svg`);
    await page.evaluate(async () => {
      await navigator.serviceWorker.register('/service-worker.js');
      await navigator.serviceWorker.ready;
    });
    await page.goto(site.url);
    await ready(page);
    await expect.poll(() => page.evaluate(async () => (await navigator.serviceWorker.getRegistrations()).length)).toBe(0);
    await expect.poll(() => page.evaluate(() => globalThis.caches.keys())).toEqual([]);
  });
});

// Not in a private window: there nothing is installed.
testInProfile('can be installed', async ({ page, context }) => {
  await openApp(page);
  const devtools = await context.newCDPSession(page);
  expect((await devtools.send('Page.getInstallabilityErrors')).installabilityErrors).toEqual([]);
  const { errors, data, url } = await devtools.send('Page.getAppManifest');
  expect(errors).toEqual([]);
  for (const { src, sizes, type } of JSON.parse(data).icons) {
    const response = await page.request.get(new URL(src, url).href);
    expect(response.headers()['content-type'], src).toBe(type);
    if (type !== 'image/png') continue;
    const size = await page.evaluate(async (address) => {
      const { width, height } = await createImageBitmap(await (await fetch(address)).blob());
      return `${width}x${height}`;
    }, src);
    expect(size, src).toBe(sizes);
  }
});
