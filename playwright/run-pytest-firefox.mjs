// Like run-pytest.mjs, in Firefox. Playwright drives only its own build of Firefox, so this uses Puppeteer.
import process from 'node:process';
import { launchFirefox } from './firefox.mjs';

const browser = await launchFirefox();
process.stdin.resume().on('end', async () => {
  await browser.close();
});
const page = await browser.newPage();
await page.exposeFunction('tellHost', (line) => { process.stdout.write(line + '\n'); });
page.on('console', (message) => process.stderr.write(`page: ${message.text()}\n`));
page.on('pageerror', (error) => process.stdout.write(JSON.stringify({ end: String(error.stack ?? error) }) + '\n'));
await page.goto(process.argv[2]);
