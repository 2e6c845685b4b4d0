// Draws the icons of the installed app from icon.svg, in the Chromium that ROOMKEEP_CHROMIUM names. The results are in git:
// run this when icon.svg has changed.
import fs from 'node:fs';
import process from 'node:process';
import { chromium } from '@playwright/test';

const folder = new URL('../roomkeep/app/static/', import.meta.url);
const icon = fs.readFileSync(new URL('icon.svg', folder), 'utf8');
const [, accent, inner] = icon.match(/fill="(#\w+)".*fill="(#\w+)"/s);

// A system cuts a maskable icon to its own shape: the ground reaches to the edge, and what matters is in the middle.
const swapped = icon.replace(/fill="#\w+"/g, (fill) => (fill.includes(accent) ? `fill="${inner}"` : `fill="${accent}"`));
const icons = [
  ['icon-192.png', 192, icon, '100%', 'transparent'],
  ['icon-512.png', 512, icon, '100%', 'transparent'],
  ['icon-maskable-512.png', 512, swapped, '60%', accent],
];

const browser = await chromium.launch({
  executablePath: process.env.ROOMKEEP_CHROMIUM,
  args: process.getuid?.() === 0 ? ['--no-sandbox'] : [],
});
const page = await browser.newPage();
for (const [name, size, drawing, share, ground] of icons) {
  await page.setViewportSize({ width: size, height: size });
  await page.setContent(`<style>
    body { display: grid; place-items: center; height: 100vh; margin: 0; background: ${ground}; }
    svg { width: ${share}; height: ${share}; }
  </style>${drawing}`);
  await page.screenshot({ path: new URL(name, folder).pathname, omitBackground: true });
}
await browser.close();
