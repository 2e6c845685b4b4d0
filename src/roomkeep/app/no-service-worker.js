// `npm run dev` serves this instead of the service worker. It deletes the caches of a previously installed worker, unregisters
// itself, and reloads the open pages.
addEventListener('install', () => skipWaiting());

addEventListener('activate', (event) => {
  event.waitUntil((async () => {
    const names = (await caches.keys()).filter((name) => name.startsWith('roomkeep-'));
    await Promise.all(names.map((name) => caches.delete(name)));
    const pages = await clients.matchAll({ type: 'window' });
    await registration.unregister();
    for (const page of pages) page.navigate(page.url);
  })());
});
