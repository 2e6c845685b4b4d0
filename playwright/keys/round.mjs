// One round of a scenario: its start, its keys, and what came of them.
import { setTimeout as pause } from 'node:timers/promises';
import { ADA } from './stage.mjs';
import { CALM, compare } from './verdict.mjs';

/** A round is over when nothing has changed for so many ms, in a page at full speed and in a slow one. */
const PATIENCE = 1_500;
const SLOW_PATIENCE = 4_000;

/** Waits until everything is where it should be and the page has come to rest, or until nothing changes any more. */
async function settle(stage, before, expected, patience) {
  const see = async () => ({ ...await stage.look(before), ...('clipboard' in expected ? { clipboard: await stage.readClipboard() } : {}) });
  let last = '';
  let changed = Date.now();
  let isCalm = false;
  for (;;) {
    const seen = await see();
    if (JSON.stringify(seen) !== last) changed = Date.now();
    last = JSON.stringify(seen);
    const difference = compare(expected, seen);
    if (difference.lines.length === 0) {
      if (isCalm) return difference;
      await stage.idle();
      isCalm = true;
    } else if (Date.now() - changed > patience) {
      return difference;
    } else {
      isCalm = false;
      await pause(30);
    }
  }
}

let number = 0;

/** Brings about the start of a scenario; what an earlier round left behind may need a reload to go. */
async function begin(stage, scenario) {
  number += 1;
  const text = `m${number} ok`;
  try {
    return await scenario(stage, text);
  } catch {
    await stage.reload();
    return scenario(stage, `again ${text}`);
  }
}

/** Plays one round at a pace: `delay` ms between keys, in a page `rate` times as slow. Gives how the outcome differs from what it should be. */
export async function play(stage, scenario, { rate, delay }) {
  const { keys, meanwhile, expected } = await begin(stage, scenario);
  const { place } = await stage.look(await stage.readLedgers());
  const before = await stage.readLedgers();
  await stage.slowDown(rate);
  await Promise.all([stage.hand.play(keys, delay), meanwhile?.hand.play(meanwhile.keys, delay)]);
  const difference = await settle(stage, before, { ...CALM, account: ADA, place, ...expected }, rate === 1 ? PATIENCE : SLOW_PATIENCE);
  await stage.slowDown(1);
  if (difference.lines.length) await stage.reload();
  return difference;
}
