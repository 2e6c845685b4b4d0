// Caches the site's files, one cache per version, and serves them without asking the network. A page gets all its files
// from the version it started with, even after a newer one is installed. A version is deleted when its last page is
// closed. The build inserts this version and the SHA-256 of each of its files.
//
// A worker never replaces another while pages are open, because Chromium would fail the requests of a page that is loading
// at that moment. Any worker can serve any version, so the active one opens the newest.
// docs/deployment.md explains the whole process.
const VERSION = '/* VERSION */';
const FILES = {/* FILES */};

const PREFIX = 'roomkeep-site-';
/** The cache of page versions: the version of each page by its client id, and the newest version. */
const VERSIONS = 'roomkeep-versions';
/** The key of the newest version. Client ids are UUIDs, so none equals it. */
const NEWEST = 'newest';
/** The file in each cache that lists the hashes of its files. */
const LIST = '/files.json';
/** Stored last: a cache without it is incomplete. */
const PAGE = '/';
/** The lock that a page holds from its first script until it is ready. */
const STARTING = 'roomkeep-starting';
/** The lock for filling and deleting caches. */
const CACHES = 'roomkeep-caches';
const LONGEST_START_MS = 60_000;
/** A new page is not in the list of clients until some time after its request. */
const BIRTH_MS = 5 * 60_000;

const nameOf = (version) => PREFIX + version;

addEventListener('install', (event) => {
  event.waitUntil((async () => {
    await untilPagesHaveStarted();
    await navigator.locks.request(CACHES, async () => {
      await fill();
      await remember(NEWEST, VERSION);
    });
    for (const client of await clients.matchAll({ type: 'window', includeUncontrolled: true })) tell(client, VERSION, true);
  })());
});

addEventListener('activate', (event) => {
  event.waitUntil((async () => {
    // After the first visit there is a page to claim; later, a worker waits until there is none.
    await clients.claim();
    await deleteUnused();
  })());
});

addEventListener('message', (event) => {
  // A page tells its version as soon as it is ready: one that came from the network is not known yet.
  const version = event.data;
  event.waitUntil((async () => {
    await remember(event.source.id, version);
    tell(event.source, await newest(), false);
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
  const version = await newest();
  const page = await find(version, PAGE);
  if (!page) return fetch(event.request);
  event.waitUntil(remember(event.resultingClientId, version));
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
  const kept = await caches.open(VERSIONS);
  await kept.put(`/${id}`, new Response(version, { headers: { date: new Date().toUTCString() } }));
}

async function versionOf(id) {
  if (!known.has(id)) {
    const version = await recall(id);
    if (version) known.set(id, version);
  }
  return known.get(id);
}

/** The version that a page gets which opens now. Another worker may have changed it, so it is read each time. */
async function newest() {
  return await recall(NEWEST) ?? VERSION;
}

async function recall(id) {
  const kept = await caches.match(`/${id}`, { cacheName: VERSIONS }).catch(() => undefined);
  return kept?.text();
}

/** Tells a page the newest version; `isNew` where that has just changed. */
function tell(client, version, isNew) {
  client.postMessage({ version, isNew });
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
  return askedForEachTime(response);
}

/** Marks a response as stale: the browser takes what is fresh from its memory, whatever version the page is of. */
function askedForEachTime(response) {
  const headers = new Headers(response.headers);
  headers.set('cache-control', 'no-cache');
  return new Response(response.body, { headers });
}

/** Deletes the versions that no page is left of, and what is remembered of pages that are gone. */
async function deleteUnused() {
  await navigator.locks.request(CACHES, { ifAvailable: true }, async (lock) => {
    if (!lock) return;
    const living = new Set((await clients.matchAll({ includeUncontrolled: true })).map(({ id }) => id));
    const used = new Set([nameOf(await newest()), VERSIONS]);
    const kept = await caches.open(VERSIONS);
    for (const request of await kept.keys()) {
      const id = new URL(request.url).pathname.slice(1);
      if (id === NEWEST) continue;
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
