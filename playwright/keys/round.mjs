// Plays one round of a scenario: its start, its keys, and its outcome.
import { setTimeout as pause } from 'node:timers/promises';
import { ADA } from './stage.mjs';
import { CALM, compare } from './verdict.mjs';

/** A round ends when nothing has changed for this many ms, at full speed and in a slowed-down page. */
const PATIENCE = 1_500;
const SLOW_PATIENCE = 4_000;

/** Waits until the outcome is as expected and the page is idle, or until nothing changes any more. */
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

// Short and different each time. None of its letters is a shortcut for a message action.
const LETTERS = 'abdfghijklmnopqstuvwxyz';
let number = 0;

function nextText() {
  number += 1;
  const letterOf = (power) => LETTERS[Math.trunc(number / LETTERS.length ** power) % LETTERS.length];
  return `${letterOf(2)}${letterOf(1)}${letterOf(0)} ok`;
}

/** Sets up the start of a scenario. Leftovers of an earlier round may require a reload. */
async function begin(stage, scenario) {
  try {
    return await scenario(stage, nextText());
  } catch {
    await stage.reload();
    return scenario(stage, nextText());
  }
}

/**
 * Plays one round of a scenario with `delay` ms between keys, in a page slowed down `rate` times. Returns the result of
 * `compare`: how the outcome differs from the expected one.
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
