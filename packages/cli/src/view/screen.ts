import type { Output } from "../terminal/streams.ts";
import { aroundSuspension } from "../terminal/suspend.ts";
import { widthOf } from "../text/width.ts";

const hideCursor = "\u001b[?25l";
const showCursor = "\u001b[?25h";
// A line that is wider than thought is cut, and never moves the lines beneath.
const wrapOff = "\u001b[?7l";
const wrapOn = "\u001b[?7h";
const clearRight = "\u001b[K";
const clearBelow = "\u001b[J";

/** A block of lines at the end of a terminal that is kept up to date. */
export interface Screen {
  /** Columns that a line may take. */
  readonly width: number;
  /** Lines that the block may have. */
  readonly height: number;
  /** Shows these lines in place of those before; with one write, and nothing where nothing changed. */
  draw(lines: readonly string[]): void;
  /** Prints text above the block, where it stays. */
  print(text: string): void;
  /** Ends the block: it stays as it is, or goes. */
  end(isKept: boolean): void;
}

/** Takes over the end of a terminal. The cursor comes back however the process ends, also for Ctrl-Z. */
export function createScreen(output: Output): Screen {
  const columnsNow = () => output.terminal?.columns || 80;
  let shown: readonly string[] = [];
  let columns = columnsNow();
  let isHidden = false;

  const restore = () => {
    if (isHidden) output.write(showCursor);
    isHidden = false;
  };
  process.on("exit", restore);
  const suspension = aroundSuspension(restore, () => {
    // The shell has written below the block.
    shown = [];
  });

  /** Rows that the block takes; a terminal that has become narrower has broken its lines. */
  const rowsShown = () => {
    const now = columnsNow();
    if (now >= columns) return shown.length;
    return shown.reduce((rows, line) => rows + Math.max(1, Math.ceil(widthOf(line) / now)), 0);
  };
  const toTop = () => (shown.length === 0 ? "" : `\r${up(rowsShown())}`);

  /** What shows a block over the one that is there. */
  const toFrame = (lines: readonly string[]): string => {
    const isResized = columnsNow() !== columns;
    const fresh = isResized || shown.length === 0;
    if (!fresh && isSame(lines, shown)) return "";
    const body = fresh
      ? clearBelow + lines.map((line) => `${line}\n`).join("")
      : toChanges(shown, lines);
    const frame = (isHidden ? "" : hideCursor) + wrapOff + toTop() + body + wrapOn;
    [shown, columns, isHidden] = [lines, columnsNow(), true];
    return frame;
  };
  return {
    get width() {
      return Math.max(1, columnsNow() - 1);
    },
    get height() {
      return Math.max(1, (output.terminal?.rows || 24) - 1);
    },
    draw(lines) {
      const frame = toFrame(lines);
      if (frame !== "") output.write(frame);
    },
    print(text) {
      const block = shown;
      const above = `${toTop()}${clearBelow}${text}\n`;
      shown = [];
      columns = columnsNow();
      // In one write, so that nobody sees the terminal without the block.
      output.write(above + (block.length > 0 ? toFrame(block) : ""));
    },
    end(isKept) {
      process.off("exit", restore);
      suspension.end();
      // Without the echo of Ctrl-C, which stands where the cursor is.
      output.write(isKept ? `\r${clearRight}` : toTop() + clearBelow);
      shown = [];
      restore();
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

function up(rows: number): string {
  return rows > 0 ? `\u001b[${rows}A` : "";
}
