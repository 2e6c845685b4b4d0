// Runs before Pyodide, which would start on a stack of its own (JSPI), where Chromium may crash: see docs/failures.md.
// Calls stay on the page's stack until roomkeep.jspi, which then decides for each, sets roomkeepDecidesOnStacks.
if ('promising' in WebAssembly) {
  const { promising } = WebAssembly;
  WebAssembly.promising = (call) => {
    const callOnOwnStack = promising(call);
    return (...values) => (globalThis.roomkeepDecidesOnStacks ? callOnOwnStack(...values) : call(...values));
  };
}
