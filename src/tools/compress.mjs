// Compresses files for the web. Standard input is a JSON array of {input, output, encoding}; encoding is br or gz.
import fs from 'node:fs';
import process from 'node:process';
import { promisify } from 'node:util';
import zlib from 'node:zlib';

const { BROTLI_MAX_QUALITY, BROTLI_PARAM_LGWIN, BROTLI_PARAM_QUALITY, BROTLI_PARAM_SIZE_HINT } = zlib.constants;
const brotli = promisify(zlib.brotliCompress);
const gzip = promisify(zlib.gzip);

const compress = {
  br: (data) => brotli(data, {
    params: {
      [BROTLI_PARAM_QUALITY]: BROTLI_MAX_QUALITY,
      // 16 MB, the most that browsers take.
      [BROTLI_PARAM_LGWIN]: 24,
      [BROTLI_PARAM_SIZE_HINT]: data.length,
    },
  }),
  gz: (data) => gzip(data, { level: 9 }),
};

// All at once: Node.js spreads them over the processor's cores.
await Promise.all(JSON.parse(fs.readFileSync(0, 'utf8')).map(async ({ input, output, encoding }) => {
  const compressed = await compress[encoding](fs.readFileSync(input));
  // Renamed when whole, so that no half of a file is ever taken for a result.
  fs.writeFileSync(`${output}.${process.pid}`, compressed);
  fs.renameSync(`${output}.${process.pid}`, output);
}));
