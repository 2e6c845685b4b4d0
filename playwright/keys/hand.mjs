// Real keyboard and mouse input, sent on schedule regardless of what the page is doing.
import { setTimeout as pause } from 'node:timers/promises';

const CONTROL = 2;
const named = (key, windowsVirtualKeyCode, more) => ({ key, code: key, windowsVirtualKeyCode, ...more });

export const ENTER = named('Enter', 13, { text: '\r' });
export const ESCAPE = named('Escape', 27);
export const UP = named('ArrowUp', 38);
export const DOWN = named('ArrowDown', 40);
export const CTRL_K = { key: 'k', code: 'KeyK', windowsVirtualKeyCode: 75, modifiers: CONTROL };
/** Pastes the clipboard. */
export const CTRL_F = { key: 'f', code: 'KeyF', windowsVirtualKeyCode: 70, modifiers: CONTROL };
export const CTRL_V = { key: 'v', code: 'KeyV', windowsVirtualKeyCode: 86, modifiers: CONTROL, commands: ['paste'] };

const SPACE = { key: ' ', code: 'Space', windowsVirtualKeyCode: 32, text: ' ' };
const letter = (character) => (character === ' ' ? SPACE : { key: character, text: character });

/** A click at a point of the window. */
export const click = (point) => ({ point });

/** A click on something that earlier steps bring up. It waits until the target is visible, as a person would. */
export const clickOnceSeen = (locator) => ({ locator });

/** Returns the center of an element. */
export async function middleOf(locator) {
  await locator.scrollIntoViewIfNeeded();
  const { x, y, width, height } = await locator.boundingBox();
  return { x: x + width / 2, y: y + height / 2 };
}

export class Hand {
  #devtools;

  /** `devtools` is a session with the page that receives the input. */
  constructor(devtools) {
    this.#devtools = devtools;
  }

  /**
   * Performs `steps`, each followed by `delay` ms, and returns when the page has received all of them. A step is a text to
   * type, a key or a click.
   */
  async play(steps, delay) {
    const heard = [];
    const strokes = steps.flatMap((step) => (typeof step === 'string' ? [...step].map(letter) : [step]));
    for (const { point, locator, ...key } of strokes) {
      if (locator) heard.push(...await this.#clickOnceSeen(locator));
      else heard.push(...(point ? this.#click(point) : this.#press(key)));
      if (delay) await pause(delay);
    }
    await Promise.all(heard);
  }

  #press({ text, commands, ...key }) {
    return [
      this.#devtools.send('Input.dispatchKeyEvent', { type: text ? 'keyDown' : 'rawKeyDown', text, commands, ...key }),
      this.#devtools.send('Input.dispatchKeyEvent', { type: 'keyUp', ...key }),
    ];
  }

  #click(point) {
    const send = (type, more) => this.#devtools.send('Input.dispatchMouseEvent', { type, ...point, ...more });
    const button = { button: 'left', clickCount: 1 };
    return [send('mouseMoved'), send('mousePressed', button), send('mouseReleased', button)];
  }

  async #clickOnceSeen(locator) {
    await locator.waitFor();
    return this.#click(await middleOf(locator));
  }
}
