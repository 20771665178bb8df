import { spawn } from "@lydell/node-pty";
import xterm from "@xterm/headless";
import type { Place, RunOptions } from "./run-cli.ts";
import { bin, withChanges } from "./run-cli.ts";

/** A CLI process in a real pseudo-terminal, seen as a person sees it. */
export interface Terminal extends AsyncDisposable {
  /** Types; `\r` is Enter, `\x03` is Ctrl-C. */
  send(keys: string): void;
  /** Resolves once the screen (with what has scrolled away) shows the text; rejects when it ends before. */
  waitFor(text: string | RegExp | (() => boolean)): Promise<void>;
  /** What has scrolled away and what is on the screen, without spaces at the ends of lines. */
  screen(): string;
  /** The same in the lines that were written, whatever their width. */
  lines(): string[];
  /** Every byte that was written, escapes included. */
  raw(): string;
  resize(columns: number, rows: number): void;
  /** Whether the cursor is shown. */
  isCursorVisible(): boolean;
  /** Sends a signal to the process. */
  kill(signal: NodeJS.Signals): void;
  /** Resolves with the exit code when the process has ended and all it wrote is on the screen. */
  readonly ended: Promise<number>;
}

/** How a terminal is made. */
export interface TerminalOptions extends Omit<RunOptions, "stdin"> {
  /** @default 100 */
  readonly columns?: number;
  /** @default 30 */
  readonly rows?: number;
  /** Another program than the CLI, such as a shell. */
  readonly command?: readonly [string, ...string[]];
}

/** Starts the CLI in a pseudo-terminal. */
export function openTerminal(
  place: Place,
  args: readonly string[],
  options: TerminalOptions = {},
): Terminal {
  const { columns = 100, rows = 30 } = options;
  const [file, ...before] = options.command ?? [process.execPath, bin];
  const env = withChanges({ TERM: "xterm-256color", ...place.env }, options.env);
  const emulator = new xterm.Terminal({
    cols: columns,
    rows,
    scrollback: 10_000,
    allowProposedApi: true,
  });
  const child = spawn(file, [...before, ...args], {
    name: env["TERM"] ?? "xterm-256color",
    cols: columns,
    rows,
    cwd: options.cwd ?? place.dir,
    env,
  });
  let written = "";
  let isRunning = true;
  const onChange = new Set<() => void>();
  child.onData((data) => {
    written += data;
    emulator.write(data, () => {
      for (const look of onChange) look();
    });
  });
  // Answers of the terminal to the program, such as where the cursor is.
  emulator.onData((answer) => child.write(answer));
  const ended = new Promise<number>((resolve) => {
    child.onExit(({ exitCode, signal }) => {
      isRunning = false;
      emulator.write("", () => resolve(signal ? 128 + signal : exitCode));
    });
  });

  const readLines = () => {
    const { active } = emulator.buffer;
    return Array.from({ length: active.length }, (_, index) => {
      const line = active.getLine(index);
      return { text: line?.translateToString(true) ?? "", isRest: line?.isWrapped ?? false };
    });
  };
  const screen = () =>
    readLines()
      .map(({ text }) => text)
      .join("\n")
      .trimEnd();

  return {
    send: (keys) => child.write(keys),
    screen,
    lines: () => {
      const whole: string[] = [];
      for (const { text, isRest } of readLines()) {
        if (isRest) whole.push((whole.pop() ?? "") + text);
        else whole.push(text);
      }
      return whole.join("\n").trimEnd().split("\n");
    },
    raw: () => written,
    resize(newColumns, newRows) {
      emulator.resize(newColumns, newRows);
      child.resize(newColumns, newRows);
    },
    isCursorVisible: () => written.lastIndexOf("\u001b[?25l") <= written.lastIndexOf("\u001b[?25h"),
    kill: (signal) => child.kill(signal),
    ended,
    waitFor: (text) =>
      new Promise((resolve, reject) => {
        const isThere = () => {
          if (typeof text === "function") return text();
          const shown = screen();
          return typeof text === "string" ? shown.includes(text) : text.test(shown);
        };
        const settle = (how: () => void) => {
          onChange.delete(look);
          clearTimeout(timer);
          how();
        };
        const look = () => {
          if (isThere()) settle(resolve);
        };
        const fail = (what: string) =>
          settle(() =>
            reject(new Error(`${what} without ${String(text)} on the screen:\n${screen()}`)),
          );
        // Shortly before the test itself would end, which could not tell what was seen.
        const timer = setTimeout(() => fail("It went on for long"), 100_000);
        onChange.add(look);
        look();
        void ended.then(() => {
          look();
          fail("It ended");
        });
      }),
    async [Symbol.asyncDispose]() {
      if (isRunning) child.kill("SIGKILL");
      await ended;
      emulator.dispose();
    },
  };
}

/** Answers questions as they come: what each begins with, then what to type. */
export async function answerQuestions(
  terminal: Terminal,
  steps: readonly (readonly [question: string, keys: string])[],
): Promise<void> {
  for (const [question, keys] of steps) {
    await terminal.waitFor(`◆  ${question}`);
    terminal.send(`${keys}\r`);
    await terminal.waitFor(`◇  ${question}`);
  }
}
