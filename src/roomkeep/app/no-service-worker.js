// Served in the place of the service worker while one works on the page: it takes away whatever worker this address had, with
// all that it keeps, and loads the pages anew that came from there.
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
