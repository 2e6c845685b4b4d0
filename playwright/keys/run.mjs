// Plays each scenario several times at each pace, and counts lost and astray input. `npm run test:keys` runs it and passes
// the options as JSON.
import process from 'node:process';
import { moving } from './moving.mjs';
import { play } from './round.mjs';
import { Stage } from './stage.mjs';
import { writing } from './writing.mjs';

const SLOW = 6;
const RATES = [1, SLOW];
const COLUMN = 9;

const { rounds, delays, only, worker, browsers } = JSON.parse(process.argv[2]);
const paces = RATES.flatMap((rate) => delays.map((delay) => ({ rate, delay })));
const nameOf = ({ rate, delay }) => `${delay} ms${rate === 1 ? '' : ` ×${rate}`}`;
const scenarios = Object.entries({ ...writing, ...moving })
  .filter(([name]) => !only.length || only.some((part) => name.toLowerCase().includes(part.toLowerCase())));
if (!scenarios.length) throw new Error(`No scenario has “${only.join('” or “')}” in its name.`);

const width = Math.max(...scenarios.map(([name]) => name.length));
const line = (name, cells) => console.log(name.padEnd(width) + cells.map((text) => text.padStart(COLUMN)).join(''));
const seconds = (since) => `${Math.round((Date.now() - since) / 1000)} s`;
const total = { lost: 0, astray: 0 };

/** Plays all rounds of a scenario and prints the results. */
async function playAll(stage, [name, scenario]) {
  const began = Date.now();
  const cells = [];
  let example;
  for (const pace of paces) {
    const found = { lost: 0, astray: 0 };
    for (let round = 0; round < rounds; round += 1) {
      const { lines, isAstray } = await play(stage, scenario, pace);
      if (lines.length) {
        found[isAstray ? 'astray' : 'lost'] += 1;
        example ??= `  ${nameOf(pace)}: ${lines.join('; ')}`;
      }
    }
    total.lost += found.lost;
    total.astray += found.astray;
    cells.push(found.lost || found.astray ? `${found.lost}+${found.astray}` : '0');
  }
  line(name, [...cells, seconds(began)]);
  if (example) console.log(example);
}

/** Plays scenarios in its own browser until none are left. */
async function playInBrowser(waiting) {
  const stage = await Stage.open({ worker });
  try {
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      await playAll(stage, next);
      await stage.clear();
    }
  } finally {
    await stage.close();
  }
}

const started = Date.now();
console.log(`${rounds} rounds each. “2+1”: something was lost in 2 of them, and went astray in 1. “×${SLOW}”: in a page ${SLOW} times as slow.`);
line('', [...paces.map(nameOf), 'took']);
const waiting = [...scenarios];
const played = await Promise.allSettled(Array.from({ length: browsers }, () => playInBrowser(waiting)));
console.log(`\nLost: ${total.lost}; astray: ${total.astray}; of ${scenarios.length * paces.length * rounds} rounds, in ${seconds(started)}.`);
for (const { reason } of played) if (reason) throw reason;
process.exitCode = total.lost + total.astray ? 1 : 0;
