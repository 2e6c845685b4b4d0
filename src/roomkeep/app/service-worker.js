// Keeps the page's files on the device, each version of them in a cache of its own, and answers from there without asking
// the network. A page gets all its files in the version that it began with, whatever has been installed since; a version
// is deleted when no page of it is left. The build writes in this version and the SHA-256 of each of its files.
// docs/deployment.md tells how the parts play together.
const VERSION = '/* VERSION */';
const FILES = {/* FILES */};

const PREFIX = 'roomkeep-site-';
const CLIENTS = 'roomkeep-clients';
/** The hashes of all that is in a cache. */
const LIST = '/files.json';
/** Kept last: a cache without it is not whole. */
const PAGE = '/';
/** The lock that a page holds from its first script until it is ready. */
const STARTING = 'roomkeep-starting';
/** The lock of whoever fills or deletes caches. */
const CACHES = 'roomkeep-caches';
const LONGEST_START_MS = 60_000;
/** The browser lists a page among its clients only a while after it has asked for it. */
const BIRTH_MS = 5 * 60_000;

const nameOf = (version) => PREFIX + version;

addEventListener('install', (event) => {
  event.waitUntil((async () => {
    await untilPagesHaveStarted();
    await navigator.locks.request(CACHES, fill);
    // The pages of the version before go on with their files: see `answer`. Not awaited: Chromium more
    // rarely keeps a page waiting that is opened in this moment.
    skipWaiting();
  })());
});

addEventListener('activate', (event) => {
  event.waitUntil((async () => {
    await clients.claim();
    await deleteUnused();
    for (const client of await clients.matchAll({ type: 'window' })) tell(client, true);
  })());
});

addEventListener('message', (event) => {
  // A page tells its version as soon as it is ready: one that came from the network is not known yet.
  const version = event.data;
  event.waitUntil((async () => {
    await remember(event.source.id, version);
    tell(event.source, false);
    if (version === VERSION) await navigator.locks.request(CACHES, fill);
    await deleteUnused();
  })());
});

addEventListener('fetch', (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (request.method !== 'GET' || origin !== location.origin) return;
  if (request.mode === 'navigate') {
    if (pathname === PAGE || pathname === '/index.html') event.respondWith(open(event));
  } else if (event.clientId) {
    event.respondWith(answer(event, pathname));
  }
});

/** Answers with the newest page. */
async function open(event) {
  const page = await find(VERSION, PAGE);
  if (!page) return fetch(event.request);
  event.waitUntil(remember(event.resultingClientId, VERSION));
  return page;
}

/** Answers with a file in the version of the page that asks. */
async function answer({ clientId, request }, pathname) {
  const version = await versionOf(clientId);
  // Not known: the page came from the network, and so do its files, none of those that the browser has kept for a while.
  if (!version) return fetch(request, { cache: 'no-cache' });
  const file = await find(version, pathname);
  if (file) return file;
  if (!(pathname in FILES)) return fetch(request);
  // The browser has deleted the cache. A file of another version would not fit.
  return version === VERSION ? download(pathname) : Response.error();
}

/** Finds a file of a version; undefined where there is none, or where the browser refuses its storage. */
async function find(version, pathname) {
  return caches.match(pathname, { cacheName: nameOf(version), ignoreVary: true }).catch(() => undefined);
}

// The browser ends a worker that has nothing to do, so what is remembered lies in a cache, too.
const known = new Map();

async function remember(id, version) {
  if (known.get(id) === version) return;
  known.set(id, version);
  const kept = await caches.open(CLIENTS);
  await kept.put(`/${id}`, new Response(version, { headers: { date: new Date().toUTCString() } }));
}

async function versionOf(id) {
  if (!known.has(id)) {
    const kept = await caches.match(`/${id}`, { cacheName: CLIENTS }).catch(() => undefined);
    if (kept) known.set(id, await kept.text());
  }
  return known.get(id);
}

/** Tells a page the version that a page gets which opens now; `isNew` where that has just changed. */
function tell(client, isNew) {
  client.postMessage({ version: VERSION, isNew });
}

/** Waits for pages that are about to start: they need the network and the processor more. */
async function untilPagesHaveStarted() {
  const signal = AbortSignal.timeout(LONGEST_START_MS);
  await navigator.locks.request(STARTING, { signal }, () => {}).catch(() => {});
}

/** Puts this version's files into its cache: all, or none. */
async function fill() {
  if (await find(VERSION, PAGE)) return;
  const name = nameOf(VERSION);
  const cache = await caches.open(name);
  try {
    const others = await filesOfOthers();
    const keep = async (path) => {
      const other = others.get(FILES[path]);
      const kept = other && await other.cache.match(other.path, { ignoreVary: true });
      await cache.put(path, kept ?? await download(path));
    };
    await Promise.all(Object.keys(FILES).filter((path) => path !== PAGE).map(keep));
    await cache.put(LIST, new Response(JSON.stringify(FILES)));
    await keep(PAGE);
  } catch (error) {
    await caches.delete(name);
    throw error;
  }
}

/** Finds by their hashes the files of other versions: few change from one to the next. */
async function filesOfOthers() {
  const found = new Map();
  for (const name of await caches.keys()) {
    if (!name.startsWith(PREFIX)) continue;
    const cache = await caches.open(name);
    const list = await cache.match(LIST);
    for (const [path, hash] of Object.entries(await list?.json() ?? {})) found.set(hash, { cache, path });
  }
  return found;
}

/** Gets a file that has the very content which belongs to this version. */
async function download(path) {
  // Asked for again where the browser has kept it. Anything else is refused: a file of a version that was deployed
  // meanwhile, or the page that a café's network shows for every address.
  const response = await fetch(path, { cache: 'no-cache', priority: 'low', integrity: `sha256-${FILES[path]}` });
  if (!response.ok) throw new Error(`${path}: ${response.status}`);
  return response;
}

/** Deletes the versions that no page is left of, and what is remembered of pages that are gone. */
async function deleteUnused() {
  await navigator.locks.request(CACHES, { ifAvailable: true }, async (lock) => {
    // A worker that follows this one has its cache already, and no pages yet.
    if (!lock || registration.installing || registration.waiting || self.serviceWorker?.state === 'redundant') return;
    const living = new Set((await clients.matchAll({ includeUncontrolled: true })).map(({ id }) => id));
    const used = new Set([nameOf(VERSION), CLIENTS]);
    const kept = await caches.open(CLIENTS);
    for (const request of await kept.keys()) {
      const id = new URL(request.url).pathname.slice(1);
      const response = await kept.match(request);
      const age = Date.now() - Date.parse(response.headers.get('date'));
      if (living.has(id) || age < BIRTH_MS) {
        if (living.has(id)) used.add(nameOf(await response.text()));
      } else {
        known.delete(id);
        await kept.delete(request);
      }
    }
    const names = await caches.keys();
    await Promise.all(names.filter((name) => name.startsWith('roomkeep-') && !used.has(name)).map((name) => caches.delete(name)));
  });
}
