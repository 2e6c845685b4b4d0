// Has an app open without a network after the first visit.
if (navigator.serviceWorker) {
  await navigator.serviceWorker.register('../service-worker.js');
  const { active } = await navigator.serviceWorker.ready;
  if (!navigator.serviceWorker.controller) {
    // This visit loads its files without the service worker, which is told what they are.
    active.postMessage([location.href]);
    new PerformanceObserver((list) => {
      const files = list.getEntries().map(({ name }) => name);
      active.postMessage(files.filter((url) => url.startsWith(location.origin) && /\.\w+$/.test(url)));
    }).observe({ type: 'resource', buffered: true });
  }
}
