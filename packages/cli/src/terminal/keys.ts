import type { CANCEL_SYMBOL } from "@clack/prompts";
import { PassThrough } from "node:stream";
import { exitCode } from "../errors/exit-code.ts";
import { Interruption, onInterruption } from "./interrupt.ts";
import type { Io } from "./io.ts";
import { aroundSuspension } from "./suspend.ts";

/**
 * Shows a question that reads its keys from `input`. Once `closed` is aborted it closes.
 * @returns the answer, or a symbol when it was cancelled or has closed.
 */
export type Show<Value> = (
  input: PassThrough,
  closed: AbortSignal,
) => Promise<Value | typeof CANCEL_SYMBOL>;

/** The keys of the terminal. They are neither echoed nor lost, whenever they were typed. */
export interface Keys {
  /** Aborted with an {@link Interruption} by Ctrl-C, by a signal and by the end of the terminal. */
  readonly signal: AbortSignal;
  /** Shows a question and gives it the keys. @throws {Interruption} it was cancelled. */
  ask<Value>(show: Show<Value>): Promise<Value>;
  /** Gives the terminal back. @returns what no question has taken. */
  end(): Uint8Array;
}

let held: Keys | undefined;

/**
 * Keeps the terminal for several questions and what is done between them, so that nothing that is typed
 * meanwhile is shown, or left to the shell.
 */
export async function holdKeys<Value>(
  io: Io,
  work: (signal: AbortSignal) => Promise<Value>,
): Promise<Value> {
  const keys = takeKeys(io);
  held = keys;
  try {
    return await work(keys.signal);
  } finally {
    held = undefined;
    keys.end();
  }
}

/** Asks a question in the terminal. @throws {Interruption} it was cancelled. */
export async function askInTerminal<Value>(io: Io, show: Show<Value>): Promise<Value> {
  if (held !== undefined) return held.ask(show);
  const keys = takeKeys(io);
  try {
    return await keys.ask(show);
  } finally {
    const rest = keys.end();
    // For the next question.
    if (rest.length > 0 && !keys.signal.aborted) io.stdin.unshift(rest);
  }
}

// Ctrl-C, Ctrl-D, Enter before and after the terminal is taken, Ctrl-Z.
const interruptKey = 3;
const endKey = 4;
const newlineKey = 10;
const enterKey = 13;
const suspendKey = 26;
const lineEnds: ReadonlySet<number> = new Set([endKey, newlineKey, enterKey]);

function takeKeys({ stdin }: Pick<Io, "stdin">): Keys {
  const interruption = new AbortController();
  let typed = Buffer.alloc(0);
  let question: { readonly input: PassThrough; readonly closing: AbortController } | undefined;

  const interrupt = (by: Interruption) => {
    interruption.abort(by);
    // The question shows itself as cancelled.
    question?.input.write(Buffer.of(interruptKey));
  };
  const cancel = () => interrupt(new Interruption(exitCode.interrupted));
  const hangUp = () => interrupt(new Interruption(exitCode.hungUp));
  const suspension = aroundSuspension(
    () => {
      question?.closing.abort();
      stdin.setRawMode(false);
    },
    () => void stdin.setRawMode(true),
  );
  /** Gives the question one line at a time: what follows may be for the next question. */
  const feed = () => {
    if (question === undefined || typed.length === 0) return;
    const end = typed.findIndex((byte) => lineEnds.has(byte));
    const line = Buffer.from(end === -1 ? typed : typed.subarray(0, end + 1));
    typed = typed.subarray(line.length);
    if (line.at(-1) === endKey) return cancel();
    if (end !== -1) line[end] = enterKey;
    question.input.write(line);
    setImmediate(feed);
  };
  const onData = (data: Buffer) => {
    typed = Buffer.concat([typed, data]);
    const at = typed.findLastIndex((byte) => byte === interruptKey || byte === suspendKey);
    if (at === -1) return feed();
    // As the terminal itself has it, these two take effect at once and discard what was typed before.
    const key = typed[at];
    typed = typed.subarray(at + 1);
    if (key === interruptKey) cancel();
    else suspension.stop();
  };
  const stopListening = onInterruption(interrupt);
  stdin.setRawMode(true);
  stdin.on("data", onData).on("end", hangUp).on("error", hangUp).resume();
  return {
    signal: interruption.signal,
    async ask(show) {
      for (;;) {
        interruption.signal.throwIfAborted();
        const closing = new AbortController();
        question = { input: new PassThrough(), closing };
        const shown = show(question.input, closing.signal);
        feed();
        const answer = await shown;
        question = undefined;
        if (typeof answer !== "symbol") return answer;
        if (!closing.signal.aborted) cancel();
      }
    },
    end() {
      stopListening();
      suspension.end();
      stdin.off("data", onData).off("end", hangUp).off("error", hangUp).pause();
      stdin.setRawMode(false);
      return typed;
    },
  };
}
