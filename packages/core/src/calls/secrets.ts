import { readings } from "./readings.ts";

// A token of any client, as it is sent and as the platform issues it (wire 1.5).
const tokens = /Bearer\s{1,100}[\w.~+/=-]{8,8192}|\beyJ[\w-]{8,8192}(?:\.[\w-]{0,8192}){0,4}/gi;

// Shorter secrets would hide common words.
const shortest = 4;
// The middle of a secret in base64; fewer characters stand in any text.
const shortestBase64 = 6;
const hidden = "***";
const mostRounds = 8;

/**
 * What a client must never show: its password, every token that it had, and the secrets that its owner hands it. They
 * are found in plain text, and as JSON (of JavaScript, Go, PHP or Python), a URL, HTML or base64 writes them, also one
 * within another.
 */
export class Secrets {
  readonly #known = new Set<string>();
  /** Longest first, so that a secret within another one leaves nothing of that over. */
  #forms: readonly Form[] = [];

  constructor(...secrets: readonly (string | undefined)[]) {
    for (const secret of secrets) this.add(secret);
  }

  add(secret: string | undefined): void {
    if (typeof secret !== "string" || secret.length < shortest || this.#known.has(secret)) return;
    this.#known.add(secret);
    const forms = [...this.#forms, ...toForms(secret)];
    this.#forms = forms.toSorted((a, b) => b.text.length - a.text.length);
  }

  /** Whether a text holds one in any form. */
  isIn(text: string): boolean {
    const forms = this.#formsFor(text);
    return forms.length > 0 && findOpen(text, forms) !== undefined;
  }

  /** The text with `***` in the place of each. One that holds a written form is given as that reads. */
  hide(text: string): string {
    const forms = this.#formsFor(text);
    let shown = text;
    // Each round removes the secrets of one encoding; two secrets may be written in two.
    for (let round = 0; forms.length > 0 && round < mostRounds; round++) {
      const open = findOpen(shown, forms);
      if (open === undefined) break;
      shown = forms.reduce(replaceForm, open);
    }
    return shown;
  }

  /**
   * {@link hide} in every text of a JSON value, keys included.
   * @param keeps texts that stay as they are; a key is a text of no key.
   */
  hideDeep(value: unknown, keeps: (key: string, text: string) => boolean, key = ""): unknown {
    if (typeof value === "string") return keeps(key, value) ? value : this.hide(value);
    if (Array.isArray(value)) return value.map((member) => this.hideDeep(member, keeps, key));
    if (typeof value !== "object" || value === null) return value;
    return Object.fromEntries(
      Object.entries(value).map(([name, member]) => [
        keeps("", name) ? name : this.hide(name),
        this.hideDeep(member, keeps, name),
      ]),
    );
  }

  /** {@link hide}, and all that looks like a token of anybody: for the words of an error. */
  hideAll(text: string): string {
    return this.hide(text).replace(tokens, hidden);
  }

  /** The forms that a text may hold: with their longest run of letters and digits, which nobody escapes. */
  #formsFor(text: string): readonly Form[] {
    return this.#forms.filter(({ run }) => text.includes(run));
  }
}

interface Form {
  readonly text: string;
  /** Stands within a longer run of base64, which is hidden as a whole. */
  readonly isBase64: boolean;
  /** Its longest run of letters and digits. */
  readonly run: string;
}

/** The text as one of its readings, where that shows a secret: the longest that any shows. */
function findOpen(text: string, forms: readonly Form[]): string | undefined {
  const all = [...readings(text)];
  for (const form of forms) {
    const open = all.find((reading) => reading.includes(form.text));
    if (open !== undefined) return open;
  }
  return undefined;
}

function toForm(text: string, isBase64: boolean): Form {
  const runs = text.match(/[a-z0-9]+/gi) ?? [];
  const run = runs.reduce((longest, each) => (each.length > longest.length ? each : longest), "");
  return { text, isBase64, run };
}

function toForms(secret: string): Form[] {
  const forms = [toForm(`Bearer ${secret}`, false), toForm(secret, false)];
  const bytes = String.fromCharCode(...new TextEncoder().encode(secret));
  // The bytes before a secret decide where its groups of three begin.
  for (const before of [0, 1, 2]) {
    const text = btoa("\0".repeat(before) + bytes);
    const [from, to] = [Math.ceil((before * 8) / 6), Math.floor(((before + bytes.length) * 8) / 6)];
    const middle = text.slice(from, to);
    if (middle.length < shortestBase64) continue;
    const inUrl = middle.replaceAll("+", "-").replaceAll("/", "_");
    for (const each of new Set([middle, inUrl])) forms.push(toForm(each, true));
  }
  return forms;
}

function replaceForm(text: string, { text: form, isBase64 }: Form): string {
  if (!isBase64 || !text.includes(form)) return text.replaceAll(form, hidden);
  return text.replaceAll(/[\w+/=-]+/g, (run) => (run.includes(form) ? hidden : run));
}
