// Compiles archives of Python sources inside Pyodide: only its own Python writes bytecode that it can read.
// Standard input is a JSON array of {input, output}, paths of zips; of a library also {library: {names, without}}: see archives.py.
import fs from 'node:fs';
import { loadPyodide } from 'pyodide';

const jobs = JSON.parse(fs.readFileSync(0, 'utf8'));
const pyodide = await loadPyodide();
pyodide.FS.mkdirTree('/build/tools');
for (const name of ['archives.py', 'imports.py']) {
  pyodide.FS.writeFile(`/build/tools/${name}`, fs.readFileSync(new URL(name, import.meta.url)));
}
pyodide.runPython(`
import json, sys
from pathlib import Path

sys.path.insert(0, "/build")
from tools.archives import compile_archive, compile_library

def compile_file(job):
    data = Path("/input.zip").read_bytes()
    library = json.loads(job)
    compiled = compile_library(data, **library) if library else compile_archive(data)
    Path("/output.zip").write_bytes(compiled)
`);
const compileFile = pyodide.globals.get('compile_file');

for (const { input, output, library } of jobs) {
  pyodide.FS.writeFile('/input.zip', fs.readFileSync(input));
  compileFile(JSON.stringify(library));
  // Renamed when whole, so that no half of a file is ever taken for a result.
  fs.writeFileSync(`${output}.${process.pid}`, pyodide.FS.readFile('/output.zip'));
  fs.renameSync(`${output}.${process.pid}`, output);
}
