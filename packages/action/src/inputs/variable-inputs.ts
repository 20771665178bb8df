import { parse } from "yaml";
import { looksSecret } from "@qizhi/core/internal";
import type { RawInputs } from "../runner/raw-inputs.ts";
import type { Secrets } from "../runner/secrets.ts";
import { explainNoLogin } from "./connection.ts";

/** A variable of the job's environment. */
interface Variable {
  readonly name: string;
  readonly value: string;
}

/** A line of such an input, cut at its first `=`. */
interface Line extends Variable {
  readonly number: number;
  readonly isVariable: boolean;
}

const variableName = /^[A-Za-z_]\w*$/;
// `{"lr": …` or `lr: …`; a line of the other form has a = before any colon.
const yamlForm = /^(\{|[\w"'-]+\s*:(\s|$))/;
const matrixName = /^[A-Za-z_][\w-]*$/;
// The last line of a value in base64 reads as a name, too, but hardly ever in one case.
const plainName = /^([A-Z_][A-Z0-9_]*|[a-z_][a-z0-9_]*)$/;

/**
 * Reads `NAME=value` lines of `env` and `secret-env`; a line of a name alone passes that variable of the
 * step through. Secrets are masked before anything is refused, because a secret of several lines gives
 * lines that are cut anywhere; for the same reason no line is ever quoted.
 */
export function readVariables(
  raw: RawInputs,
  secrets: Secrets,
): (Variable & { readonly isSecret: boolean })[] {
  return (["env", "secret-env"] as const).flatMap((input) => {
    const isSecret = input === "secret-env";
    const isComment = (text = "") => {
      const above = readLine({ number: 0, text }, {});
      // Below the value of a secret it may be its next line.
      return above.value === "" || !(isSecret || holdsSecret(above));
    };
    const lines = raw.numberedLines(input, isComment).map((line, at) => {
      return readLine(line, process.env, { isBelowAnother: at > 0 });
    });
    const broken = lines.filter(({ isVariable }) => !isVariable);
    for (const line of lines) {
      if (isSecret || broken.length > 0 || holdsSecret(line)) mask(line, secrets);
    }
    if (broken.length > 0) refuse(raw, input, broken);
    else if (isSecret) warnOfEmpty(raw, lines);
    return lines.filter(({ isVariable }) => isVariable).map((line) => ({ ...line, isSecret }));
  });
}

// The keys of a spec are in lower case; what stands behind `envs.` is a name of its own.
const settingForm = /^[a-z_][\w[\].-]*\s*=/;

/** Reads the `path=value` lines of `set`. One of another form may be part of a secret: it is masked and never quoted. */
export function readSettings(raw: RawInputs, secrets: Secrets): string[] {
  const lines = raw.numberedLines("set");
  const broken = lines.filter(({ text }) => !settingForm.test(text));
  if (broken.length === 0) return lines.map(({ text }) => text);
  for (const { text } of lines) for (const part of text.split("=")) secrets.add(part);
  raw.refuse("set", `${toLineNumbers(broken)} not path=value, such as task_priority=5`);
  return lines.flatMap((line) => (broken.includes(line) ? [] : line.text));
}

/**
 * Reads the `NAME=value,value` lines of `matrix`, or YAML or JSON with a list for each name, with the same care:
 * nothing of another form is quoted.
 */
export function readMatrix(raw: RawInputs, secrets: Secrets): string[] {
  const [first] = raw.numberedLines("matrix");
  const isYaml = yamlForm.test(first?.text ?? "");
  return isYaml ? readYamlMatrix(raw, secrets) : readMatrixLines(raw, secrets);
}

/** The lists of a YAML or JSON text, each as `NAME=["value"]`; every value as it is written. */
function readYamlMatrix(raw: RawInputs, secrets: Secrets): string[] {
  const lists = toLists(raw.text("matrix"));
  if (lists === undefined) {
    for (const { text: line } of raw.numberedLines("matrix")) secrets.add(line);
    raw.refuse("matrix", "is not YAML or JSON with a list for each name, such as lr: [1e-3, 1e-4]");
  }
  return Object.entries(lists ?? {}).map(([name, values]) => {
    for (const value of values) if (looksSecret(name, value)) secrets.add(value);
    return `${name}=${JSON.stringify(values)}`;
  });
}

function toLists(text: string): Record<string, string[]> | undefined {
  try {
    // Without types: 1e-3 stays 1e-3.
    const read: unknown = parse(text, { schema: "failsafe", logLevel: "error" });
    const isList = (value: unknown) =>
      Array.isArray(value) && value.length > 0 && value.every((each) => typeof each === "string");
    if (typeof read !== "object" || read === null) return undefined;
    const lists = Object.values(read);
    return lists.length > 0 && lists.every(isList) ? { ...read } : undefined;
  } catch {
    return undefined;
  }
}

function readMatrixLines(raw: RawInputs, secrets: Secrets): string[] {
  const lines = raw.numberedLines("matrix").map((line) => {
    return readLine(line, {}, { namePattern: matrixName });
  });
  const broken = lines.filter(({ isVariable, value }) => !isVariable || value === "");
  for (const line of lines) {
    const values = [line.value, ...line.value.split(",").map((value) => value.trim())];
    if (broken.length > 0) mask(line, secrets);
    for (const value of values) {
      if (broken.length > 0 || looksSecret(line.name, value)) secrets.add(value);
    }
  }
  if (broken.length > 0) {
    // Without values of an example, which may be among those that are masked by now.
    const how = "not NAME=value,value, without blanks before the =";
    raw.refuse("matrix", `${toLineNumbers(broken)} ${how}`);
  }
  return lines.flatMap((line) => (broken.includes(line) ? [] : `${line.name}=${line.value}`));
}

function readLine(
  { number, text }: { number: number; text: string },
  env: NodeJS.ProcessEnv,
  { isBelowAnother = false, namePattern = variableName } = {},
): Line {
  const equals = text.indexOf("=");
  const name = equals < 0 ? text : text.slice(0, equals);
  const passed = Object.hasOwn(env, text) ? env[text] : undefined;
  const value = equals < 0 ? (passed ?? "") : text.slice(equals + 1);
  const isPassed = equals < 0 && passed !== undefined;
  // Nothing but signs of padding is no value, and what stands before a single one may be the end of the value above.
  const mayBeCut = isBelowAnother && value === "" && !plainName.test(name);
  const isNamed = namePattern.test(name) && !mayBeCut;
  const isGiven = equals >= 0 && isNamed && !/^=+$/.test(value);
  return { number, name, value, isVariable: isPassed || isGiven };
}

function holdsSecret({ name, value, isVariable }: Line): boolean {
  return isVariable && looksSecret(name, value);
}

function mask({ name, value, isVariable }: Line, secrets: Secrets): void {
  secrets.add(value);
  const isName = isVariable && (value !== "" || plainName.test(name));
  if (!isName) secrets.add(name);
}

/** What a secret that is not set for this run becomes. */
function warnOfEmpty(raw: RawInputs, lines: readonly Line[]): void {
  const empty = lines.filter(({ value }) => value.trim() === "");
  if (empty.length === 0) return;
  raw.warnings.push({ text: `secret-env ${toLineNumbers(empty)} empty; ${explainNoLogin()}` });
}

function refuse(raw: RawInputs, input: "env" | "secret-env", broken: readonly Line[]): void {
  raw.refuse(
    input,
    `${toLineNumbers(broken)} neither NAME=value nor the name of a variable of this step. ` +
      "Put a value of several lines into the step's env: and write its name alone here" +
      (broken.some(({ name }) => name.startsWith("#"))
        ? ", and comments above the first secret"
        : ""),
  );
}

const mostNamed = 3;

/** `line 2 is`, `lines 2, 3, 5 and 9 more are`: lines whose text may be a secret. */
function toLineNumbers(lines: readonly { readonly number: number }[]): string {
  const named = lines.slice(0, mostNamed).map(({ number }) => number);
  const more = lines.length > named.length ? ` and ${lines.length - named.length} more` : "";
  return lines.length === 1 ? `line ${named[0]} is` : `lines ${named.join(", ")}${more} are`;
}
