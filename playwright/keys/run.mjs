// Plays each scenario at each pace, again and again, and counts what is lost and what goes astray. `npm run test:keys`
// runs it and gives what it is to do, as JSON.
import process from 'node:process';
import { moving } from './moving.mjs';
import { play } from './round.mjs';
import { Stage } from './stage.mjs';
import { writing } from './writing.mjs';

const SLOW = 6;
const RATES = [1, SLOW];
const COLUMN = 9;

const { rounds, delays, only, worker } = JSON.parse(process.argv[2]);
const paces = RATES.flatMap((rate) => delays.map((delay) => ({ rate, delay })));
const scenarios = Object.entries({ ...writing, ...moving })
  .filter(([name]) => !only.length || only.some((part) => name.toLowerCase().includes(part.toLowerCase())));
if (!scenarios.length) throw new Error(`No scenario has “${only.join('” or “')}” in its name.`);

const nameOf = ({ rate, delay }) => `${delay} ms${rate === 1 ? '' : ` ×${rate}`}`;
const cells = (texts) => texts.map((text) => text.padStart(COLUMN)).join('');
const width = Math.max(...scenarios.map(([name]) => name.length));
const total = { lost: 0, astray: 0 };
const examples = [];
const started = Date.now();
const stage = await Stage.open({ worker });
try {
  console.log(`${rounds} rounds each. “2+1”: what was typed was lost in 2 of them, and went astray in 1. “×${SLOW}”: the page ${SLOW} times as slow.`);
  console.log(''.padEnd(width) + cells(paces.map(nameOf)));
  for (const [name, scenario] of scenarios) {
    process.stdout.write(name.padEnd(width));
    let example;
    const began = Date.now();
    for (const pace of paces) {
      const found = { lost: 0, astray: 0 };
      for (let round = 0; round < rounds; round += 1) {
        const { lines, isAstray } = await play(stage, scenario, pace);
        if (lines.length) {
          found[isAstray ? 'astray' : 'lost'] += 1;
          example ??= `${name}, ${nameOf(pace)}:\n    ${lines.join('\n    ')}`;
        }
      }
      total.lost += found.lost;
      total.astray += found.astray;
      process.stdout.write(cells([found.lost || found.astray ? `${found.lost}+${found.astray}` : '0']));
    }
    console.log(`  ${Math.round((Date.now() - began) / 1000)} s`);
    if (example) examples.push(example);
    await stage.closeOther();
  }
} finally {
  if (examples.length) console.log(`\nFor example:\n  ${examples.join('\n  ')}`);
  await stage.close();
}
console.log(`\nLost: ${total.lost}; astray: ${total.astray}; of ${scenarios.length * paces.length * rounds} rounds, in ${Math.round((Date.now() - started) / 1000)} s.`);
process.exitCode = total.lost + total.astray ? 1 : 0;
