import { AuthError, InputError, isQizhiError, type KnownError } from "@qizhi/core";
import { sayError as sayErrorIn, type Said } from "@qizhi/core/internal";
import { en, type Messages } from "../messages/en.ts";

/** The result could not be written to stdout, as to a disk that is full. What it tells of has happened. */
export class OutputError extends Error {
  override readonly name = "OutputError";
  /** The system's code, such as `ENOSPC`. */
  readonly reason: string;

  constructor(reason: string) {
    super(`Cannot write stdout: ${reason}.`);
    this.reason = reason;
  }
}

/** A text of the messages by its name, such as `sweep.none`, and the facts in it. */
type SentenceOf<Part, Path extends string = ""> = {
  [Name in keyof Part & string]: Part[Name] extends (...facts: infer Facts) => string
    ? readonly [`${Path}${Name}`, ...Facts]
    : Part[Name] extends string
      ? `${Path}${Name}`
      : SentenceOf<Part[Name], `${Path}${Name}.`>;
}[keyof Part & string];

/** What is said in any language: a text with its facts, another error's summary, or facts that are words themselves. */
export type Words = SentenceOf<Omit<Messages, "errors">> | KnownError | ((t: Messages) => string);

/** What an error of the command line is made of. */
interface InWords {
  readonly words: { readonly summary: Words; readonly hint?: Words | undefined };
}

/**
 * An error about the command line. The error itself speaks English, so that `--json` is the same in every
 * language; {@link sayError} gives its words in the user's.
 */
export function inputError(summary: Words, hint?: Words): InputError {
  const english = new InputError(say(summary, en), hint && say(hint, en));
  return keepWords(english, summary, hint);
}

/** {@link inputError} for a login that is missing or has expired. */
export function missingLogin(summary: Words, hint: Words): AuthError {
  return keepWords(new AuthError("missing", say(summary, en), say(hint, en)), summary, hint);
}

/** Gives an error words in each language. */
export function keepWords<Kind extends KnownError>(
  error: Kind,
  summary: Words,
  hint?: Words,
): Kind & InWords {
  return Object.assign(error, { words: { summary, hint } });
}

/** What an error says in the user's language. Platform text in it is harmless. */
export function sayError(error: KnownError | (KnownError & InWords), t: Messages): Said {
  if (!("words" in error)) return sayErrorIn(error, t.errors);
  const { summary, hint } = error.words;
  return { summary: say(summary, t), hint: hint && say(hint, t) };
}

function say(words: Words, t: Messages): string {
  if (typeof words === "function") return words(t);
  if (isQizhiError(words)) return sayErrorIn(words, t.errors).summary;
  const [name, ...facts] = typeof words === "string" ? [words] : words;
  const text: unknown = name.split(".").reduce((part: object, step) => Reflect.get(part, step), t);
  return typeof text === "function" ? text(...facts) : String(text);
}
