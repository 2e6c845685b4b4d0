// Runs before the scripts of our page, in their world: puts window.roomkeepDesktop in place. It passes texts on to
// bridge.js, which alone can reach the main process; the two share the document and its events, and nothing else.
if (location.origin === 'app://roomkeep') {
  const calls = new Map();
  let number = 0;
  const call = (kind, json) => new Promise((resolve) => {
    number += 1;
    calls.set(number, resolve);
    document.dispatchEvent(new CustomEvent('roomkeep-call', { detail: [number, kind, `${json}`] }));
  });
  const desktop = Object.seal(Object.defineProperties({ onchanges: undefined }, {
    command: { value: (json) => call('command', json), enumerable: true },
    query: { value: (json) => call('query', json), enumerable: true },
  }));
  document.addEventListener('roomkeep-reply', ({ detail: [answered, json] }) => {
    calls.get(answered)?.(json);
    calls.delete(answered);
  });
  document.addEventListener('roomkeep-changes', ({ detail }) => desktop.onchanges?.(detail));
  Object.defineProperty(window, 'roomkeepDesktop', { value: desktop, enumerable: true });
}
