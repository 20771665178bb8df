import type { QizhiError } from "@qizhi/core";
import { AuthError, InputError } from "@qizhi/core";
import { type Said, sayError as sayErrorIn } from "@qizhi/core/internal";
import type { Messages } from "../messages/en.ts";
import { en } from "../messages/en.ts";

/** Words in any language. */
export type Words = (t: Messages) => string;

const wordsOf = new WeakMap<QizhiError, { summary: Words; hint: Words | undefined }>();

/**
 * An error about the command line. The error itself speaks English, so that `--json` is the same in every
 * language; {@link sayError} gives its words in the user's.
 */
export function inputError(summary: Words, hint?: Words): InputError {
  return keepWords(new InputError(summary(en), hint?.(en)), summary, hint);
}

/** {@link inputError} for a login that is missing or has lapsed. */
export function missingLogin(summary: Words, hint: Words): AuthError {
  return keepWords(new AuthError("missing", summary(en), hint(en)), summary, hint);
}

/** Gives an error words in each language. */
export function keepWords<Kind extends QizhiError>(
  error: Kind,
  summary: Words,
  hint?: Words,
): Kind {
  wordsOf.set(error, { summary, hint });
  return error;
}

/** What an error says in the user's language. Platform text in it is harmless. */
export function sayError(error: QizhiError, t: Messages): Said {
  const words = wordsOf.get(error);
  if (words === undefined) return sayErrorIn(error, t.errors);
  return { summary: words.summary(t), hint: words.hint?.(t) };
}
