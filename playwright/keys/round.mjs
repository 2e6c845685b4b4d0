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

// Short, another one each time, and no key of it does anything to a message.
const LETTERS = 'abdfghijklmnopqstuvwxyz';
let number = 0;

function nextText() {
  number += 1;
  const letterOf = (power) => LETTERS[Math.trunc(number / LETTERS.length ** power) % LETTERS.length];
  return `${letterOf(2)}${letterOf(1)}${letterOf(0)} ok`;
}

/** Brings about the start of a scenario; what an earlier round left behind may need a reload to go. */
async function begin(stage, scenario) {
  try {
    return await scenario(stage, nextText());
  } catch {
    await stage.reload();
    return scenario(stage, nextText());
  }
}

/**
 * Plays a round of a scenario, with `delay` ms between two keys, in a page that is `rate` times as slow as it can be. Gives how
 * the outcome differs from what it should be, as `compare` does.
 */
export async function play(stage, scenario, { rate, delay }) {
  const { keys, meanwhile, expected } = await begin(stage, scenario);
  const before = await stage.readLedgers();
  await stage.slowDown(rate);
  await Promise.all([stage.hand.play(keys, delay), meanwhile?.hand.play(meanwhile.keys, delay)]);
  const difference = await settle(stage, before, { ...CALM, account: ADA, place: stage.place, ...expected }, rate === 1 ? PATIENCE : SLOW_PATIENCE);
  await stage.slowDown(1);
  if (difference.lines.length) {
    await stage.reload();
    await stage.clear();
  }
  return difference;
}
