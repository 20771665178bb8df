import { randomBytes } from "node:crypto";

const lifeMs = 10 * 60_000;

/**
 * Tokens that let one plan through, once. They live in memory: a token of an earlier conversation lets
 * nothing through.
 */
export class Confirmations {
  readonly #now: () => number;
  readonly #plans = new Map<string, { plan: string; until: number }>();

  /** @param now a clock that never goes back, in ms. */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** Issues a token for a plan. */
  issue(plan: string): string {
    const token = randomBytes(8).toString("hex");
    for (const [old, { until }] of this.#plans) {
      if (until <= this.#now()) this.#plans.delete(old);
    }
    this.#plans.set(token, { plan, until: this.#now() + lifeMs });
    return token;
  }

  /** Uses a token up. @returns whether it was issued for this very plan and has not expired. */
  redeem(token: string, plan: string): boolean {
    const issued = this.#plans.get(token);
    if (issued === undefined || issued.plan !== plan || issued.until <= this.#now()) return false;
    this.#plans.delete(token);
    return true;
  }
}
