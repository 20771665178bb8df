import { formatDuration } from "../../text/time-text.ts";
import { excerpt } from "../../text/text.ts";
import { toHtml, toHtmlLink } from "../../text/markup.ts";
import { type Extent, toAxis, toAxisExtent, toBars } from "./html-timeline.ts";
import { englishWords, type HtmlWords } from "./html-words.ts";
import { type ResultRow, totalRows } from "./result-rows.ts";
import { type RunState, stateOrder } from "../record/run-status.ts";

/** What a page shows. */
export interface HtmlReport {
  /** Name of the sweep; untrusted, as are all names and reasons. */
  readonly name: string;
  readonly sweepId: string;
  /** Address of the platform. */
  readonly platform: string;
  readonly variables: readonly string[];
  readonly rows: readonly ResultRow[];
  /** When the page is written, epoch ms: the end of what still lasts. */
  readonly nowMs: number;
}

/**
 * A sweep as one HTML page that needs nothing else: no network, no script. It has the totals, a filter by
 * outcome, and every run with its stages on one time axis. Pure.
 */
export function toHtmlReport(report: HtmlReport, words: HtmlWords = englishWords): string {
  const { rows, nowMs } = report;
  const totals = totalRows(rows);
  const states = stateOrder.filter((state) => totals.counts[state] !== undefined);
  const extent = toAxisExtent(rows, nowMs);
  const title = toHtml(excerpt(report.name, 200));
  // Which runs are hidden is decided by the chosen radio button alone.
  const filters = states
    .map((state) => `#f-${state}:checked~main tbody tr:not(.${state})`)
    .join(",");
  const marks = ["all", ...states].map((state) => {
    return `#f-${state}:checked~main label[for=f-${state}]{background:var(--fg);color:var(--bg)}
#f-${state}:focus-visible~main label[for=f-${state}]{outline:2px solid var(--live);outline-offset:2px}`;
  });
  return `<!doctype html>
<html lang="${words.lang}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="referrer" content="no-referrer">
<title>${title}</title>
<style>${htmlStyle}${filters ? `${filters}{display:none}\n` : ""}${marks.join("\n")}
</style>
</head>
<body>
${toRadios(states, words)}
<main>
<h1>${title}</h1>
<p class="sub">${toHtml(report.sweepId)} · ${toHtml(excerpt(report.platform, 200))}${extent ? ` · ${toTime(extent.startMs)} – ${toTime(extent.endMs)} UTC` : ""} · ${words.made} ${toTime(nowMs)} UTC</p>
${toTotals(report, extent, words)}
<div class="picks">
<label for="f-all">${words.all} ${rows.length}</label>
${states.map((state) => `<label for="f-${state}">${words.states[state]} ${totals.counts[state]}</label>`).join("\n")}
</div>
<div class="key"><span><i class="q"></i>${words.stages.queue}</span><span><i class="b"></i>${words.stages.prepare}</span><span><i class="x"></i>${words.stages.run}</span></div>
<table>
<thead><tr><th class="i n">#</th><th>${words.run}</th><th>${words.outcome}</th><th class="n">${words.stages.queue}</th><th class="n">${words.stages.run}</th><th class="n">${words.gpuHours}</th><th class="n">${words.cost}</th><th class="t">${extent ? toAxis(extent) : ""}</th></tr></thead>
<tbody>
${rows.map((row) => toRow(row, report, extent, words)).join("\n")}
</tbody>
</table>
</main>
</body>
</html>
`;
}

function toRadios(states: readonly RunState[], words: HtmlWords): string {
  return ["all" as const, ...states]
    .map((state) => {
      const label = state === "all" ? words.all : words.states[state];
      const checked = state === "all" ? " checked" : "";
      return `<input class="pick" type="radio" name="f" id="f-${state}" aria-label="${label}"${checked}>`;
    })
    .join("\n");
}

function toTotals({ rows }: HtmlReport, extent: Extent | undefined, words: HtmlWords): string {
  const totals = totalRows(rows);
  const hasCost = rows.some(({ cost }) => cost !== undefined);
  const facts: [string, string][] = [
    [words.runs, String(totals.runs)],
    [words.states.succeeded, String(totals.counts.succeeded ?? 0)],
    [words.elapsed, extent ? formatDuration(extent.endMs - extent.startMs) : "–"],
    [words.gpuHours, totals.gpuHours.toFixed(2)],
    ...(hasCost ? [[words.cost, totals.cost.toFixed(2)] satisfies [string, string]] : []),
    [words.medianQueue, toMedian(rows.map(({ queueMs }) => queueMs))],
    [words.medianRun, toMedian(rows.map(({ runMs }) => runMs))],
  ];
  const items = facts.map(([name, value]) => `<div><dt>${name}</dt><dd>${value}</dd></div>`);
  return `<dl class="totals">${items.join("")}</dl>`;
}

function toMedian(values: readonly (number | undefined)[]): string {
  const known = values.filter((value) => value !== undefined).toSorted((a, b) => a - b);
  const middle = known[Math.floor((known.length - 1) / 2)];
  return middle === undefined ? "–" : formatDuration(middle);
}

function toRow(
  row: ResultRow,
  { variables, nowMs }: HtmlReport,
  extent: Extent | undefined,
  words: HtmlWords,
): string {
  const { state, reason, tries } = row;
  const parameters = variables
    .map((name) => `${toHtml(name)}=${toHtml(excerpt(row.parameters[name] ?? "", 80))}`)
    .join(" ");
  const why = reason ? `<div class="why">${toHtml(excerpt(reason, 300))}</div>` : "";
  const tried = tries > 1 ? ` (${words.tries} ${tries})` : "";
  const cells = [
    `<td class="i n">${row.index}</td>`,
    `<td class="r">${toHtmlLink(excerpt(row.name, 200), row.url)}<div class="p">${parameters}</div>${why}</td>`,
    `<td class="s">${words.states[state]}${tried}</td>`,
    toNumber(words.stages.queue, row.queueMs === undefined ? "" : formatDuration(row.queueMs)),
    toNumber(words.stages.run, row.runMs === undefined ? "" : formatDuration(row.runMs)),
    toNumber(words.gpuHours, row.gpuHours?.toFixed(2) ?? ""),
    toNumber(words.cost, row.cost?.toFixed(2) ?? ""),
    `<td class="t">${extent ? toBars(row, extent, nowMs, words.stages) : ""}</td>`,
  ];
  return `<tr class="${state}">${cells.join("")}</tr>`;
}

function toNumber(label: string, value: string): string {
  return `<td class="n" data-l="${label}">${value}</td>`;
}

function toTime(ms: number): string {
  return Number.isFinite(ms) ? new Date(ms).toISOString().slice(0, 19).replace("T", " ") : "–";
}

/** The style of the page: light and dark, a table that becomes cards on a phone, and print. */
const htmlStyle = `
:root{color-scheme:light dark;--bg:#fff;--fg:#1c2024;--soft:#5b6570;--line:#dde1e6;--card:#f6f8fa;
--queue:#b8c0ca;--prepare:#8b97a6;--good:#1a7f4b;--bad:#c62f3b;--calm:#6b7480;--warn:#9a6200;--live:#1668c7}
@media(prefers-color-scheme:dark){:root{--bg:#14171a;--fg:#e6e9ec;--soft:#9aa5b1;--line:#2c333a;--card:#1c2126;
--queue:#4a545f;--prepare:#6d7a88;--good:#3fb97c;--bad:#f0717b;--calm:#98a3af;--warn:#dba53a;--live:#62a8f5}}
*{box-sizing:border-box}
body{margin:0;background:var(--bg);color:var(--fg);font:15px/1.45 system-ui,"Noto Sans CJK SC",sans-serif}
main{max-width:1200px;margin:0 auto;padding:24px 20px 48px}
h1{font-size:1.5rem;margin:0 0 4px;overflow-wrap:anywhere}
.sub{color:var(--soft);margin:0 0 20px;overflow-wrap:anywhere}
.totals{display:grid;grid-template-columns:repeat(auto-fit,minmax(104px,1fr));gap:10px;margin:0 0 20px}
.totals div{background:var(--card);border:1px solid var(--line);border-radius:8px;padding:8px 12px}
.totals dt{color:var(--soft);font-size:.8rem}
.totals dd{margin:0;font-size:1.15rem;font-variant-numeric:tabular-nums}
.pick{position:absolute;opacity:0;pointer-events:none}
.picks{display:flex;flex-wrap:wrap;gap:8px;margin:0 0 14px}
.picks label{border:1px solid var(--line);border-radius:999px;padding:4px 12px;cursor:pointer;background:var(--card)}
.key{display:flex;flex-wrap:wrap;gap:14px;color:var(--soft);font-size:.8rem;margin:0 0 6px}
.key i{display:inline-block;width:14px;height:9px;border-radius:2px;margin-right:5px}
table{width:100%;border-collapse:collapse}
th{text-align:left;color:var(--soft);font-weight:500;font-size:.8rem}
th,td{padding:6px 10px 6px 0;border-bottom:1px solid var(--line);vertical-align:top}
td.n,th.n{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
td.r{max-width:320px;overflow-wrap:anywhere}
.p,.why{color:var(--soft);font-size:.82rem}
.why{color:var(--bad)}
.t{width:38%;min-width:200px;padding-right:0}th.t,td.t{padding-left:8px}
svg{display:block;width:100%;height:14px;margin-top:4px;background:var(--card);border-radius:3px}
.axis{display:flex;justify-content:space-between;font-variant-numeric:tabular-nums}
.q{fill:var(--queue);background:var(--queue)}.b{fill:var(--prepare);background:var(--prepare)}
.x{fill:var(--live);background:var(--live)}
.succeeded .x{fill:var(--good)}.failed .x,.lost .x,.ended .x{fill:var(--bad)}.stopped .x{fill:var(--calm)}
.s{white-space:nowrap;font-weight:600;color:var(--live)}
.succeeded .s{color:var(--good)}.failed .s,.lost .s,.ended .s,.refused .s{color:var(--bad)}
.stopped .s,.waiting .s{color:var(--calm)}.unknown .s,.queued .s{color:var(--warn)}
a{color:inherit}
@media(max-width:720px){main{padding:16px 12px 40px}thead th:not(.t){display:none}thead,tbody,tr{display:block}
thead .t{display:block;width:auto;min-width:0;padding:0}
tr{display:flex;flex-wrap:wrap;column-gap:14px;padding:10px 0;border-bottom:1px solid var(--line)}
thead tr{display:block;padding:0}
td,td.t{border:0;padding:0}td.i{display:none}td.r,td.t{flex:0 0 100%;max-width:none;width:100%;min-width:0}
td.n{text-align:left}td.n:empty{display:none}td[data-l]:not(:empty)::before{content:attr(data-l) " ";color:var(--soft);font-size:.8rem}}
@media print{.picks{display:none}body{font-size:11px}tr{break-inside:avoid}}
`;
