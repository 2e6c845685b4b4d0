// Compiles archives of Python sources inside Pyodide: only its own Python writes bytecode that it can read.
// Standard input is a JSON array of {input, output}, paths of zips.
import fs from 'node:fs';
import { loadPyodide } from 'pyodide';

const jobs = JSON.parse(fs.readFileSync(0, 'utf8'));
const pyodide = await loadPyodide();
pyodide.runPython(fs.readFileSync(new URL('archives.py', import.meta.url), 'utf8'));
pyodide.runPython(`
from pathlib import Path

def compile_file():
    Path("/output.zip").write_bytes(compile_archive(Path("/input.zip").read_bytes()))
`);
const compileFile = pyodide.globals.get('compile_file');

for (const { input, output } of jobs) {
  pyodide.FS.writeFile('/input.zip', fs.readFileSync(input));
  compileFile();
  // Renamed when whole, so that no half of a file is ever taken for a result.
  fs.writeFileSync(`${output}.${process.pid}`, pyodide.FS.readFile('/output.zip'));
  fs.renameSync(`${output}.${process.pid}`, output);
}
