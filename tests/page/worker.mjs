// Runs Python in a worker: each message is a program, and the answer is what it returns.
import { loadPyodide } from '/vendor/pyodide/pyodide.mjs';

const loading = loadPyodide({ packages: ['roomkeep'] });

addEventListener('message', async ({ data }) => {
  const pyodide = await loading;
  postMessage(await pyodide.runPythonAsync(data));
});
addEventListener('unhandledrejection', ({ reason }) => postMessage(String(reason)));
