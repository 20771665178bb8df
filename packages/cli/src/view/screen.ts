import { columnsOf, type Output } from "../terminal/streams.ts";
import { claimStderr, type Io } from "../terminal/io.ts";
import { createTheme, type Theme } from "../terminal/style.ts";
import { Suspension } from "../terminal/signals.ts";
import { widthOf } from "../text/width.ts";

const hideCursor = "\u001b[?25l";
const showCursor = "\u001b[?25h";
// The terminal cuts a line that it shows wider than measured, so that no line beneath moves.
const wrapOff = "\u001b[?7l";
const wrapOn = "\u001b[?7h";
const clearRight = "\u001b[K";
const clearBelow = "\u001b[J";

/**
 * A block of lines at the end of a terminal that is kept up to date; what is printed on stderr meanwhile stands above it.
 * The cursor comes back however the process ends, also for Ctrl-Z.
 */
export class Screen {
  readonly #output: Output;
  readonly #release: () => void;
  readonly #suspension: Suspension;
  #shown: readonly string[] = [];
  #columns: number;
  #isHidden = false;

  constructor(io: Pick<Io, "stderr">, output = io.stderr) {
    this.#output = output;
    this.#release = claimStderr(io, (text) => this.#print(text));
    this.#columns = columnsOf(this.#output);
    process.on("exit", this.#restore);
    this.#suspension = new Suspension(this.#restore, () => {
      // The shell has written below the block.
      this.#shown = [];
    });
  }

  /** Columns that a line may take. */
  get width(): number {
    return Math.max(1, columnsOf(this.#output) - 1);
  }

  /** Lines that the block may have. */
  get height(): number {
    return Math.max(1, (this.#output.terminal?.rows || 24) - 1);
  }

  /** Shows these lines in place of those before; with one write, and nothing where nothing changed. */
  draw(lines: readonly string[]): void {
    const frame = this.#toFrame(lines);
    if (frame !== "") this.#output.write(frame);
  }

  #print(text: string): void {
    const block = this.#shown;
    const above = `${this.#toTop()}${clearBelow}${text}\n`;
    this.#shown = [];
    this.#columns = columnsOf(this.#output);
    // In one write, so that nobody sees the terminal without the block.
    this.#output.write(above + (block.length > 0 ? this.#toFrame(block) : ""));
  }

  /** Ends the block: it stays as it is, or goes. */
  end(isKept: boolean): void {
    this.#release();
    process.off("exit", this.#restore);
    this.#suspension.end();
    // This clears the echo of Ctrl-C, which stands at the cursor.
    this.#output.write(isKept ? `\r${clearRight}` : this.#toTop() + clearBelow);
    this.#shown = [];
    this.#restore();
  }

  readonly #restore = (): void => {
    if (this.#isHidden) this.#output.write(showCursor);
    this.#isHidden = false;
  };

  /** Rows that the block takes; a terminal that has become narrower has broken its lines. */
  #rowsShown(): number {
    const now = columnsOf(this.#output);
    if (now >= this.#columns) return this.#shown.length;
    return this.#shown.reduce(
      (rows, line) => rows + Math.max(1, Math.ceil(widthOf(line) / now)),
      0,
    );
  }

  #toTop(): string {
    return this.#shown.length === 0 ? "" : `\r\u001b[${this.#rowsShown()}A`;
  }

  /** The text that replaces the block by these lines. */
  #toFrame(lines: readonly string[]): string {
    const shown = this.#shown;
    const isFresh = columnsOf(this.#output) !== this.#columns || shown.length === 0;
    if (!isFresh && isSame(lines, shown)) return "";
    const body = isFresh
      ? clearBelow + lines.map((line) => `${line}\n`).join("")
      : toChanges(shown, lines);
    const frame = (this.#isHidden ? "" : hideCursor) + wrapOff + this.#toTop() + body + wrapOn;
    [this.#shown, this.#columns, this.#isHidden] = [lines, columnsOf(this.#output), true];
    return frame;
  }
}

const tickMs = 1_000;

/** Keeps a block at the end of the terminal up to date: it is drawn at once, every second, at a new size, and by `draw`. */
export function keepBlock(
  io: Pick<Io, "stderr" | "env">,
  render: (screen: Screen, theme: Theme) => readonly string[],
) {
  const { stderr, env } = io;
  const screen = new Screen(io);
  const theme = createTheme(stderr, env);
  const draw = () => screen.draw(render(screen, theme).slice(0, screen.height));
  const ticks = setInterval(draw, tickMs);
  stderr.terminal?.on("resize", draw);
  draw();
  return {
    draw,
    /** Ends the block: it stays as it is, or goes. */
    end(isKept: boolean): void {
      clearInterval(ticks);
      stderr.terminal?.off("resize", draw);
      screen.end(isKept);
    },
  };
}

/** Rewrites the lines that changed and steps over the others. */
function toChanges(before: readonly string[], lines: readonly string[]): string {
  const written = lines.map((line, index) =>
    line === before[index] ? "\n" : `${line}${clearRight}\n`,
  );
  return written.join("") + (lines.length < before.length ? clearBelow : "");
}

function isSame(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((line, index) => line === b[index]);
}
