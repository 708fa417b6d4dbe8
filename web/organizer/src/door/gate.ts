/** How long a code must be out of sight before it counts as shown anew, in milliseconds. */
const GONE_AFTER = 3_000;

/**
 * Lets a code through once for each time that it is shown: a phone held before the camera is seen ten times a second.
 * While it stays in view it isn't scanned again, however long that is.
 */
export class Gate {
  #last = "";
  #seenAt = Number.NEGATIVE_INFINITY;

  /** Whether this sighting is a new showing. */
  admits(code: string, now: number): boolean {
    const again = code === this.#last && now - this.#seenAt < GONE_AFTER;
    this.#last = code;
    this.#seenAt = now;
    return !again;
  }

  /** The code of the last showing, seen meanwhile: it hasn't been out of sight. Another one waits for its turn. */
  stays(code: string, now: number): void {
    if (code === this.#last) this.#seenAt = now;
  }

  /** Forgets what was last seen: the camera starts anew. */
  open(): void {
    this.#last = "";
  }
}
