import { escapeHtml } from "../../core/src/text/markup.ts";
import xterm from "@xterm/headless";

/** One moment of a terminal: all that was written up to it. */
export interface Moment {
  /** The bytes so far, escapes included. */
  readonly written: string;
  readonly columns: number;
}

type Cell = { text: string; width: number; look: string };

const cell = { width: 8.4, height: 18 };
const padding = { side: 16, top: 38, bottom: 14 };
const gap = 20;
const ansiNames = ["black", "red", "green", "yellow", "blue", "magenta", "cyan", "white"];

// Fonts leave gaps between these, so they are drawn as boxes.
const shades: Readonly<Record<string, number>> = { "░": 0.45, "▒": 0.7, "█": 1 };

const style = `
    .frame { fill: #f6f8fa; stroke: #d1d9e0; }
    .dot { fill: #d1d9e0; }
    text { font: 14px ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", "Noto Sans Mono CJK SC", monospace; white-space: pre; fill: #1f2328; }
    .bold { font-weight: 600; }
    .dim { opacity: 0.62; }
    .red { fill: #cf222e; } .green { fill: #1a7f37; } .yellow { fill: #9a6700; } .cyan { fill: #0f7b85; }
    @media (prefers-color-scheme: dark) {
      .frame { fill: #0d1117; stroke: #3d444d; }
      .dot { fill: #3d444d; }
      text { fill: #e6edf3; }
      .red { fill: #ff7b72; } .green { fill: #3fb950; } .yellow { fill: #d29922; } .cyan { fill: #39c5cf; }
    }`;

/** Draws moments of one terminal one below the other, each as the screen was then. */
export async function toSvg(moments: readonly Moment[], title: string): Promise<string> {
  const screens = await Promise.all(moments.map(readScreen));
  const columns = Math.max(...moments.map((moment) => moment.columns));
  const width = Math.ceil(columns * cell.width + 2 * padding.side);
  const parts: string[] = [];
  let top = 0;
  for (const rows of screens) {
    const height = rows.length * cell.height + padding.top + padding.bottom;
    parts.push(`<g transform="translate(0 ${top})">`, drawWindow(width, height));
    rows.forEach((row, index) => parts.push(...drawRow(row, index)));
    parts.push("</g>");
    top += height + gap;
  }
  const size = `width="${width}" height="${top - gap}" viewBox="0 0 ${width} ${top - gap}"`;
  const head = `<svg xmlns="http://www.w3.org/2000/svg" ${size} role="img">`;
  return [
    head,
    `<title>${escapeHtml(title)}</title>`,
    `<style>${style}\n</style>`,
    ...parts,
    "</svg>\n",
  ].join("\n");
}

/** The rows of the screen with what has scrolled away, down to the last one that holds something. */
async function readScreen({ written, columns }: Moment): Promise<Cell[][]> {
  const terminal = new xterm.Terminal({ cols: columns, rows: 50, allowProposedApi: true });
  await new Promise<void>((resolve) => terminal.write(written, resolve));
  const { active } = terminal.buffer;
  const rows = Array.from({ length: active.length }, (_, index) => {
    const line = active.getLine(index);
    const cells = Array.from({ length: columns }, (_unused, column) => line?.getCell(column));
    return cells.flatMap((each) =>
      each && each.getWidth() > 0
        ? [{ text: each.getChars() || " ", width: each.getWidth(), look: toLook(each) }]
        : [],
    );
  });
  terminal.dispose();
  const last = rows.findLastIndex((row) => row.some(({ text }) => text !== " "));
  return rows.slice(0, last + 1);
}

interface Painted {
  isBold(): number;
  isDim(): number;
  isFgPalette(): boolean;
  getFgColor(): number;
}

function toLook(painted: Painted): string {
  const colour = painted.isFgPalette() ? ansiNames[painted.getFgColor() % 8] : undefined;
  return [painted.isBold() && "bold", painted.isDim() && "dim", colour].filter(Boolean).join(" ");
}

function drawWindow(width: number, height: number): string {
  const dots = [0, 1, 2].map(
    (index) => `<circle class="dot" cx="${20 + index * 18}" cy="18" r="5.5"/>`,
  );
  const box = `<rect class="frame" x="0.5" y="0.5" width="${width - 1}" height="${height - 1}" rx="8"/>`;
  return [box, ...dots].join("");
}

function drawRow(row: readonly Cell[], index: number): string[] {
  const y = padding.top + index * cell.height;
  let column = 0;
  const runs: { column: number; cells: Cell[] }[] = [];
  for (const each of row) {
    const run = runs.at(-1);
    const previous = run?.cells.at(-1);
    if (run && previous && joins(previous, each)) run.cells.push(each);
    else runs.push({ column, cells: [each] });
    column += each.width;
  }
  return runs.flatMap((run) => drawRun(run.cells, padding.side + run.column * cell.width, y));
}

// A wide sign stands alone, so that its place never depends on the font.
function joins(one: Cell, next: Cell): boolean {
  const areShades = one.text in shades || next.text in shades;
  if (areShades) return one.text === next.text && one.look === next.look;
  return one.look === next.look && one.width === next.width;
}

function drawRun(cells: readonly Cell[], x: number, y: number): string[] {
  const [first] = cells;
  const text = cells
    .map((each) => each.text)
    .join("")
    .trimEnd();
  if (!first || text === "") return [];
  const width = round(cells.length * first.width * cell.width);
  const look = first.look && ` class="${first.look}"`;
  const shade = shades[first.text];
  if (shade !== undefined) {
    const place = `x="${round(x)}" y="${y + 2}" width="${width}" height="${cell.height - 4}"`;
    return [`<rect${look} ${place} fill-opacity="${shade}"/>`];
  }
  const length = round([...text].length * first.width * cell.width);
  const fit = `textLength="${length}" lengthAdjust="spacingAndGlyphs"`;
  return [`<text${look} x="${round(x)}" y="${y + 13.5}" ${fit}>${escapeHtml(text)}</text>`];
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
