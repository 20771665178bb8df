import type { CANCEL_SYMBOL, CommonOptions } from "@clack/prompts";
import { PassThrough } from "node:stream";
import { setImmediate as turn } from "node:timers/promises";
import { exitCode } from "../errors/exit-code.ts";
import { Interruption, onInterruption, Suspension } from "./signals.ts";
import type { Io } from "./io.ts";

/** Shows a question, until `closed` is aborted. @returns the answer, or a symbol when it was cancelled or has closed. */
type Show<Value> = (
  input: PassThrough,
  closed: AbortSignal,
) => Promise<Value | typeof CANCEL_SYMBOL>;

let held: Keys | undefined;

/**
 * Keeps the terminal for several questions and the work between them, so that no key typed meanwhile is
 * shown or left to the shell.
 */
export async function holdKeys<Value>(
  io: Io,
  work: (signal: AbortSignal) => Promise<Value>,
): Promise<Value> {
  const keys = new Keys(io);
  held = keys;
  try {
    return await work(keys.signal);
  } finally {
    held = undefined;
    keys.end();
  }
}

/**
 * Asks a question; with `dropsTyped`, what was typed before is no answer.
 * @param show shows it `on` these streams.
 * @throws {Interruption} it was cancelled.
 */
export async function askInTerminal<Value>(
  io: Io,
  show: (on: CommonOptions) => ReturnType<Show<Value>>,
  how: { dropsTyped?: boolean } = {},
): Promise<Value> {
  // stdout is for results, so questions go to stderr.
  const { terminal: output } = io.stderr;
  const screen = { ...(output && { output }), withGuide: false, showInstructions: false };
  const showOn: Show<Value> = (input, signal) => show({ ...screen, input, signal });
  if (held !== undefined) return held.ask(showOn, how);
  const keys = new Keys(io);
  try {
    return await keys.ask(showOn, how);
  } finally {
    const rest = keys.end();
    // The next question gets the rest.
    if (rest.length > 0 && !keys.signal.aborted) io.stdin.unshift(rest);
  }
}

// Ctrl-C, Ctrl-D, Enter in cooked and in raw mode, Ctrl-Z.
const interruptKey = 3;
const endKey = 4;
const newlineKey = 10;
const enterKey = 13;
const suspendKey = 26;
const lineEnds: ReadonlySet<number> = new Set([endKey, newlineKey, enterKey]);

/** The keys of the terminal. They are neither echoed nor lost, whenever they were typed. */
class Keys {
  readonly #stdin: NodeJS.ReadStream;
  readonly #interruption = new AbortController();
  readonly #suspension: Suspension;
  readonly #stopListening: () => void;
  #typed = Buffer.alloc(0);
  #question: { readonly input: PassThrough; readonly closing: AbortController } | undefined;

  constructor({ stdin }: Pick<Io, "stdin">) {
    this.#stdin = stdin;
    this.#suspension = new Suspension(
      () => {
        this.#question?.closing.abort();
        stdin.setRawMode(false);
      },
      () => void stdin.setRawMode(true),
    );
    this.#stopListening = onInterruption((by) => this.#interrupt(by));
    stdin.setRawMode(true);
    stdin.on("data", this.#onData).on("end", this.#hangUp).on("error", this.#hangUp).resume();
  }

  /** Aborted with an {@link Interruption} by Ctrl-C, by a signal and by the end of the terminal. */
  get signal(): AbortSignal {
    return this.#interruption.signal;
  }

  async ask<Value>(show: Show<Value>, how: { dropsTyped?: boolean }): Promise<Value> {
    for (;;) {
      if (how.dropsTyped) await this.#drop();
      this.signal.throwIfAborted();
      const closing = new AbortController();
      const input = new PassThrough();
      this.#question = { input, closing };
      const shown = show(input, closing.signal);
      this.#feed();
      const answer = await shown;
      this.#question = undefined;
      if (typeof answer !== "symbol") return answer;
      if (!closing.signal.aborted) this.#cancel();
    }
  }

  /** Drops what the terminal holds: it comes within a turn of the event loop. */
  async #drop(): Promise<void> {
    for (let turns = 0; turns < 3; turns++) await turn();
    this.#typed = Buffer.alloc(0);
  }

  /** Gives the terminal back. @returns what no question has taken. */
  end(): Uint8Array {
    this.#stopListening();
    this.#suspension.end();
    this.#stdin.off("data", this.#onData).off("end", this.#hangUp).off("error", this.#hangUp);
    this.#stdin.pause();
    this.#stdin.setRawMode(false);
    return this.#typed;
  }

  #interrupt(by: Interruption): void {
    this.#interruption.abort(by);
    // What is typed from here on is for the shell.
    this.#stdin.pause();
    // The question shows itself as cancelled.
    this.#question?.input.write(Buffer.of(interruptKey));
  }

  #cancel(): void {
    this.#interrupt(new Interruption(exitCode.interrupted));
  }

  readonly #hangUp = (): void => this.#interrupt(new Interruption(exitCode.hungUp));

  /** Gives the question one line at a time: what follows may be for the next question. */
  readonly #feed = (): void => {
    const typed = this.#typed;
    if (this.#question === undefined || typed.length === 0) return;
    const end = typed.findIndex((byte) => lineEnds.has(byte));
    const line = Buffer.from(end === -1 ? typed : typed.subarray(0, end + 1));
    this.#typed = typed.subarray(line.length);
    if (line.at(-1) === endKey) return this.#cancel();
    if (end !== -1) line[end] = enterKey;
    this.#question.input.write(line);
    setImmediate(this.#feed);
  };

  readonly #onData = (data: Buffer): void => {
    const typed = Buffer.concat([this.#typed, data]);
    const at = typed.findLastIndex((byte) => byte === interruptKey || byte === suspendKey);
    // As in the terminal itself, these two keys take effect at once and discard what was typed before.
    this.#typed = typed.subarray(at + 1);
    if (at === -1) this.#feed();
    else if (typed[at] === interruptKey) this.#cancel();
    else this.#suspension.stop();
  };
}
