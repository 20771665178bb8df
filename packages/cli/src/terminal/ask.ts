import { inputError, type Words } from "../errors/cli-error.ts";
import type { Io } from "./io.ts";
import { askInTerminal } from "./keys.ts";

/** Whether a person can be asked: a terminal on both sides that can move its cursor. */
export function canAsk({ stdin, stderr, env }: Io): boolean {
  return Boolean(stdin.isTTY && stderr.isTTY) && env["TERM"] !== "dumb";
}

/** One line of text. @throws {Interruption} Ctrl-C, Ctrl-D or Esc. */
export async function askText(
  io: Io,
  question: {
    message: string;
    initial?: string | undefined;
    /** Gives what is wrong with an answer. */
    check?: (answer: string) => string | undefined;
  },
): Promise<string> {
  const { text } = await import("@clack/prompts");
  return askInTerminal(io, (input, signal) =>
    text({
      ...screen(io),
      input,
      signal,
      message: question.message,
      ...(question.initial !== undefined && { initialValue: question.initial }),
      validate: (value) => (value?.trim() ? question.check?.(value) : io.t.ask.needed),
    }),
  );
}

/** A secret, without echo of any kind. @throws {Interruption} Ctrl-C, Ctrl-D or Esc. */
export async function askSecret(io: Io, message: string): Promise<string> {
  const { password } = await import("@clack/prompts");
  const validate = (value: string | undefined) => (value ? undefined : io.t.ask.needed);
  return askInTerminal(io, (input, signal) =>
    password({ ...screen(io), input, signal, message, mask: "", validate }),
  );
}

/**
 * Yes or no; no is what Enter gives. What was typed before the question answers nothing: a command for the shell may
 * hold a `y`, too.
 * @throws {Interruption} Ctrl-C, Ctrl-D or Esc.
 */
export async function askYesOrNo(io: Io, message: string): Promise<boolean> {
  const { confirm } = await import("@clack/prompts");
  const { yes: active, no: inactive } = io.t.ask;
  return askInTerminal(
    io,
    (input, signal) =>
      confirm({ ...screen(io), input, signal, message, active, inactive, initialValue: false }),
    { dropsTyped: true },
  );
}

/** One of several. @throws {Interruption} Ctrl-C, Ctrl-D or Esc. */
export async function askChoice(
  io: Io,
  message: string,
  choices: readonly { value: string; label: string; hint?: string }[],
): Promise<string> {
  const { select } = await import("@clack/prompts");
  return askInTerminal(io, (input, signal) =>
    select<string>({ ...screen(io), input, signal, message, options: [...choices] }),
  );
}

/** Requires a person to ask. @throws {InputError} there is none; `instead` says what to give. */
export function requireTerminal(io: Io, what: Words, instead: Words): void {
  if (!canAsk(io)) throw inputError(what, instead);
}

// stdout is for results, so questions go to stderr.
function screen({ stderr: { terminal } }: Io) {
  return { ...(terminal && { output: terminal }), withGuide: false, showInstructions: false };
}
