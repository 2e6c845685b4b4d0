// The apps of the gallery: a server that can lose the network, and the journeys through them. These use only what
// Playwright and Puppeteer have in common, so that they run in Chromium and in Firefox.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { deflateSync } from 'node:zlib';

const root = fileURLToPath(new URL('../.build/docs/gallery/', import.meta.url));
const types = {
  html: 'text/html', js: 'text/javascript', mjs: 'text/javascript', css: 'text/css', wasm: 'application/wasm', json: 'application/json',
};

/**
 * Serves the built gallery. `replies` says what becomes of the next answers to the form: "fail" is an error of the server,
 * "lose" takes the answer and hangs up, "refuse" refuses it for good. `posts` are the ids of all that arrived, `taken` the
 * answers that were taken, by their ids.
 */
export async function serveGallery() {
  const replies = [];
  const posts = [];
  const taken = new Map();
  const server = createServer(async (request, response) => {
    if (request.method === 'POST') {
      const id = request.headers['idempotency-key'];
      const text = (await request.toArray()).join('');
      posts.push(id);
      const reply = replies.shift();
      if (!reply || reply === 'lose') taken.set(id, JSON.parse(text));
      if (reply === 'lose') request.socket.destroy();
      else response.writeHead({ fail: 503, refuse: 422 }[reply] ?? 200).end();
      return;
    }
    const { pathname } = new URL(request.url, 'http://localhost');
    const file = pathname.endsWith('/') ? `${pathname}index.html` : pathname;
    try {
      const data = await readFile(path.join(root, file));
      response.writeHead(200, { 'content-type': types[file.split('.').pop()] ?? 'application/octet-stream' }).end(data);
    } catch {
      response.writeHead(404).end();
    }
  });
  let port = 0;
  const start = async () => {
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    ({ port } = server.address());
  };
  const stop = async () => {
    if (!server.listening) return;
    const closed = once(server, 'close');
    server.close();
    server.closeAllConnections();
    await closed;
  };
  await start();
  return { url: `http://127.0.0.1:${port}/`, replies, posts, taken, start, stop };
}

/** Opens an app, and waits until it can be used. */
export async function openApp(page, url) {
  await page.goto(url);
  await started(page);
}

const started = (page) => page.waitForFunction('document.querySelector("#fields:enabled")');
const shows = (page, text) => page.waitForFunction(`document.body.innerText.includes(${JSON.stringify(text)})`);

export async function addNote(page, text) {
  await page.locator('#text').fill(text);
  await page.focus('#text');
  await page.keyboard.press('Enter');
  await shows(page, text);
  assert(!page.url().includes('?'), 'the form has left the page');
}

export async function report(page, bird, count) {
  await page.locator('[name=bird]').fill(bird);
  await page.locator('[name=count]').fill(`${count}`);
  await page.locator('#form .main').click();
  await page.waitForFunction('document.querySelector("#fields:enabled") && !document.querySelector("[name=bird]").value');
  assert(!page.url().includes('?'), 'the form has left the page');
}

/** Writes a picture of one color and of a width in pixels. */
export async function makePicture(folder, width) {
  const crc = (data) => {
    let sum = ~0;
    for (const byte of data) {
      sum ^= byte;
      for (let bit = 0; bit < 8; bit += 1) sum = (sum >>> 1) ^ (0xEDB88320 & -(sum & 1));
    }
    return ~sum >>> 0;
  };
  const chunk = (name, data) => {
    const body = Buffer.concat([Buffer.from(name), data]);
    const [size, check] = [Buffer.alloc(4), Buffer.alloc(4)];
    size.writeUInt32BE(data.length);
    check.writeUInt32BE(crc(body));
    return Buffer.concat([size, body, check]);
  };
  const header = Buffer.from([0, 0, 0, width, 0, 0, 0, 1, 8, 2, 0, 0, 0]);
  const row = Buffer.concat([Buffer.from([0]), Buffer.alloc(3 * width, Buffer.from([40, 140 + width, 90]))]);
  const file = path.join(folder, `picture-${width}.png`);
  const parts = [chunk('IHDR', header), chunk('IDAT', deflateSync(row)), chunk('IEND', Buffer.alloc(0))];
  await writeFile(file, Buffer.concat([Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'), ...parts]));
  return file;
}

export async function addPicture(page, folder, width) {
  const input = await page.$('#files');
  await (input.uploadFile ?? input.setInputFiles).call(input, await makePicture(folder, width));
  await showsPicture(page, width);
}

const showsPicture = (page, width) => page.waitForFunction(`[...document.images].some((one) => one.naturalWidth === ${width})`);

/** Waits until the service worker has kept the page and all that it has loaded. */
const isKept = (page) => page.evaluate(async () => {
  const urls = () => [location.href, ...performance.getEntriesByType('resource').map(({ name }) => name)];
  const cache = await caches.open('gallery');
  for (;;) {
    const ours = urls().filter((url) => url.startsWith(location.origin));
    if ((await Promise.all(ours.map((url) => cache.match(url)))).every(Boolean)) return;
    await new Promise((again) => { setTimeout(again, 20); });
  }
});

/** Waits until something holds here, not in a page. */
async function until(holds) {
  while (!holds()) await new Promise((again) => { setTimeout(again, 20); });
}

export const journeys = {
  'notes: two tabs agree, and keep them': async ({ site, newPage }) => {
    const page = await newPage();
    await openApp(page, `${site.url}notes/`);
    await shows(page, 'No notes yet.');
    await addNote(page, 'Water the plants');
    await addNote(page, 'Sow beans');
    const other = await newPage();
    await openApp(other, `${site.url}notes/`);
    await shows(other, '2 to do, 0 done');
    await other.locator('#notes li:first-child input').click();
    await shows(page, '1 to do, 1 done');
    assert(await page.evaluate('document.querySelector("#notes input").checked'));
    await page.bringToFront();
    await page.locator('#notes li:last-child button').click();
    await shows(other, '0 to do, 1 done');
    await other.reload();
    await shows(other, '0 to do, 1 done');
    assert.match(await other.evaluate('document.body.innerText'), /Water the plants/);
    assert.doesNotMatch(await other.evaluate('document.body.innerText'), /Sow beans/);
  },

  'photo box: works without a network once it was loaded': async ({ site, newPage, folder }) => {
    const page = await newPage();
    await openApp(page, `${site.url}photo-box/`);
    await addPicture(page, folder, 3);
    await isKept(page);
    await site.stop();
    await page.reload();
    await started(page);
    await showsPicture(page, 3);
    await addPicture(page, folder, 5);
    await shows(page, 'Photos: 2');
    await page.locator('#photos li:last-child button').click();
    await shows(page, 'Photos: 1');
    await page.reload();
    await showsPicture(page, 5);
    assert.equal(await page.evaluate('document.images.length'), 1);
  },

  'form queue: answers wait for the network, and arrive once and in order': async ({ site, newPage }) => {
    const page = await newPage();
    await openApp(page, `${site.url}form-queue/`);
    const other = await newPage();
    await openApp(other, `${site.url}form-queue/`);
    await page.bringToFront();
    await site.stop();
    await report(page, 'Robin', 3);
    await report(page, 'Wren', 1);
    await shows(page, '2 waiting to be sent.');
    await shows(other, 'Robin: 3');

    site.replies.push('fail', 'lose');
    await site.start();
    const trying = '(dispatchEvent(new Event("online")), document.body.innerText.includes("Nothing is waiting."))';
    await page.waitForFunction(trying);
    assert.deepEqual([...site.taken.values()].map(({ bird, count }) => [bird, count]), [['Robin', '3'], ['Wren', '1']]);
    const [robin, wren] = site.taken.keys();
    assert.deepEqual(site.posts, [robin, robin, robin, wren]);

    site.replies.push('refuse');
    await report(page, 'Dodo', 1);
    await shows(page, 'Refused by the server');
    await report(page, 'Crow', 2);
    // Until it is in the database, the page says that nothing is waiting.
    await until(() => site.taken.size === 3);
    await shows(page, 'Nothing is waiting.');
    assert.deepEqual([...site.taken.values()].map(({ bird }) => bird), ['Robin', 'Wren', 'Crow']);
    assert.equal(site.posts.length, 6);
  },
};
