// Keeps the files that the apps load, and answers with them where the network does not.
const opened = caches.open('gallery');

async function answer(request) {
  const cache = await opened;
  try {
    const response = await fetch(request);
    if (response.ok) await cache.put(request, response.clone());
    return response;
  } catch (error) {
    const kept = await cache.match(request);
    if (kept) return kept;
    throw error;
  }
}

addEventListener('fetch', (event) => {
  const { method, url } = event.request;
  if (method === 'GET' && url.startsWith(location.origin)) event.respondWith(answer(event.request));
});

addEventListener('message', (event) => {
  event.waitUntil(Promise.all(event.data.map((url) => answer(new Request(url)))));
});
