// Runs before the scripts of our page, in a world of its own, which they cannot reach: holds the channel to the main
// process, and passes on texts between it and page.js. A text is sent in parts, for a message of many megabytes stops
// the window; a part's first sign says what it is: "+" more follows, else the last one of a command, query or reply.
if (location.origin === 'app://roomkeep') {
  const LONGEST = 1 << 20;
  // A reply that comes after a reload must not be taken for that of the new page's call.
  const visit = `${crypto.randomUUID()}/`;
  const parts = new Map();
  const tell = (name, detail) => document.dispatchEvent(new CustomEvent(`roomkeep-${name}`, { detail }));

  const receive = (id, part) => {
    if (!id.startsWith(visit)) return;
    const text = (parts.get(id) ?? '') + part.slice(1);
    if (part[0] === '+') {
      parts.set(id, text);
    } else {
      parts.delete(id);
      tell('reply', [Number(id.slice(visit.length)), text]);
    }
  };

  const connected = new Promise((resolve) => {
    new QWebChannel(qt.webChannelTransport, ({ objects: { bridge } }) => {
      bridge.reply.connect(receive);
      bridge.changed.connect((json) => tell('changes', json));
      resolve(bridge);
    });
  });

  document.addEventListener('roomkeep-call', async ({ detail: [number, kind, json] }) => {
    const bridge = await connected;
    const id = visit + number;
    let rest = json;
    while (rest.length > LONGEST) {
      // A sign outside the basic plane is two units, which must stay together.
      const cut = LONGEST - (/[\uD800-\uDBFF]/.test(rest[LONGEST - 1]) ? 1 : 0);
      bridge.invoke(id, `+${rest.slice(0, cut)}`);
      rest = rest.slice(cut);
    }
    bridge.invoke(id, kind[0] + rest);
  });
}
