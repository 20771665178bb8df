import { getInput } from "@actions/core";
import { nearest, parseDuration } from "@qizhi/core/internal";
import type { Remark } from "./log.ts";
import { harmlessExcerpt } from "./text.ts";

/** Every input with its default, as in action.yml; a test holds the two equal. */
export const inputDefaults = {
  "base-url": "https://qz.sii.edu.cn",
  username: "",
  password: "",
  token: "",
  "allow-http": "false",
  spec: "",
  "spec-inline": "",
  profile: "",
  set: "",
  env: "",
  "secret-env": "",
  name: "",
  command: "",
  image: "",
  nodes: "",
  priority: "",
  "max-running-time": "",
  "log-dir": "",
  "allow-unknown": "false",
  strict: "false",
  "max-nodes": "",
  "max-cost": "",
  "node-price": "",
  provenance: "true",
  retries: "0",
  "on-rerun": "continue",
  "job-id": "",
  matrix: "",
  "max-active": "",
  "max-gpus": "",
  "fail-fast": "false",
  wait: "true",
  timeout: "",
  "queue-timeout": "",
  "fail-on-timeout": "true",
  "on-cancel": "",
  "on-timeout": "leave",
  "on-error": "leave",
  "poll-interval": "2s",
  "outage-timeout": "10m",
  "request-timeout": "30s",
  "log-interval": "5m",
  "log-lines": "50",
  "max-requests-per-second": "3",
} as const;

/** Old names of inputs: the next major version of the action does not know them any more. */
export const oldNames: Readonly<Partial<Record<InputName, string>>> = {
  "outage-timeout": "error-budget",
  "log-interval": "heartbeat",
  "max-requests-per-second": "rate",
};

export type InputName = keyof typeof inputDefaults;

const inputNames: readonly InputName[] = Object.keys(inputDefaults).filter(isInputName);

function isInputName(name: string): name is InputName {
  return Object.hasOwn(inputDefaults, name);
}

/** Mistakes in the inputs, each with the input's name first. */
export class InputMistakes extends Error {
  override readonly name = "InputMistakes";
  readonly mistakes: readonly Remark[];

  constructor(mistakes: readonly Remark[]) {
    super(mistakes.map(({ text }) => text).join("\n"));
    this.mistakes = mistakes;
  }
}

/** Reads inputs one by one and collects the mistakes; a wrong one reads as its default. */
export class RawInputs {
  readonly mistakes: Remark[] = [];
  readonly warnings: Remark[] = [];

  /** The text of an input, without the blanks around it; empty when it is not given. */
  text(name: InputName): string {
    const oldName = oldNames[name];
    // The runner gives the default of the new name beside it.
    const old = oldName === undefined ? "" : getInput(oldName);
    return old || getInput(name) || inputDefaults[name];
  }

  /** The text of an input with its blanks, but without line breaks at its end. */
  exactText(name: InputName): string {
    return getInput(name, { trimWhitespace: false }).replace(/(?<![\r\n])[\r\n]+$/, "");
  }

  /**
   * The lines of an input that hold something, with their numbers from 1.
   * @param isComment of those with `#` first, given the last line above that was kept. @default each is a comment
   */
  numberedLines(
    name: InputName,
    isComment: (above: string | undefined) => boolean = () => true,
  ): { number: number; text: string }[] {
    const lines = getInput(name)
      .split(/\r\n|\r|\n/)
      .map((line, index) => ({ number: index + 1, text: line.trim() }))
      .filter(({ text }) => text !== "");
    let above: string | undefined;
    return lines.filter(({ text }) => {
      if (text.startsWith("#")) return !isComment(above);
      above = text;
      return true;
    });
  }

  flag(name: InputName): boolean {
    return this.choice(name, ["true", "false"]) === "true";
  }

  choice<Word extends string>(name: InputName, words: readonly Word[]): Word | undefined {
    const text = this.text(name).toLowerCase();
    const word = words.find((candidate) => candidate === text);
    if (word !== undefined || text === "") return word;
    const near = nearest(text, words);
    const meant = near === undefined ? "" : `; did you mean ${near}?`;
    this.refuse(name, `is "${harmlessExcerpt(text, 40)}", not ${words.join(" or ")}${meant}`);
    return undefined;
  }

  /** A duration in ms, above 0; `undefined` for an empty input. */
  duration(name: InputName): number | undefined {
    const wanted = "a duration with a unit, such as 90s, 30m or 1h30m";
    return this.#quantity(name, (text) => parseDuration(text) || undefined, wanted);
  }

  /** A whole number of at least `least`; `undefined` for an empty input. */
  integer(name: InputName, least: number): number | undefined {
    const read = (text: string) =>
      /^\d{1,9}$/.test(text) && Number(text) >= least ? Number(text) : undefined;
    return this.#quantity(name, read, `a whole number of ${least} or more`);
  }

  /** A number above 0; `undefined` for an empty input. */
  number(name: InputName): number | undefined {
    const read = (text: string) =>
      /^\d{1,12}(\.\d{1,9})?$/.test(text) ? Number(text) || undefined : undefined;
    return this.#quantity(name, read, "a number above 0");
  }

  #quantity(name: InputName, read: (text: string) => number | undefined, wanted: string) {
    const text = this.text(name);
    if (text === "") return undefined;
    const value = read(text);
    if (value === undefined) this.refuse(name, `is "${harmlessExcerpt(text, 40)}", not ${wanted}`);
    return value;
  }

  /** Notes a mistake, once: an input may be read more than once. */
  refuse(name: InputName, problem: string): void {
    const text = `${name} ${problem}`;
    if (this.mistakes.every((each) => each.text !== text)) this.mistakes.push({ text });
  }

  /** Notes inputs that are given by their new and their old name; the default may come from the runner. */
  refuseBothNames(): void {
    for (const name of inputNames) {
      const oldName = oldNames[name];
      const given = getInput(name);
      if (oldName === undefined || given === "" || given === inputDefaults[name]) continue;
      if (["", given].includes(getInput(oldName))) continue;
      this.refuse(name, `and ${oldName}, its old name, are both given; leave out ${oldName}`);
    }
  }

  /**
   * Notes inputs that are none of ours but much like one: the runner itself only warns of them. A variable of the workflow
   * may have such a name, too; one that is passed on to the job by its name is known to be that.
   */
  refuseMistyped(): void {
    const lines = [...this.numberedLines("env"), ...this.numberedLines("secret-env")];
    const passedOn = new Set(lines.map(({ text }) => text));
    for (const variable of Object.keys(process.env)) {
      if (!variable.startsWith("INPUT_") || passedOn.has(variable)) continue;
      const given = variable.slice("INPUT_".length).toLowerCase();
      if (isInputName(given) || Object.values(oldNames).includes(given)) continue;
      const near = nearest(given.replaceAll("_", "-"), inputNames);
      if (near === undefined) continue;
      // A name with a hyphen is that of an input alone.
      const orVariable = /^\w{1,60}$/.test(variable)
        ? `, or the variable ${variable} of this job? Then name it in env or secret-env, or rename it`
        : "?";
      const text = `unknown input ${harmlessExcerpt(given, 60)}; did you mean ${near}${orVariable}`;
      this.mistakes.push({ text });
    }
  }
}
