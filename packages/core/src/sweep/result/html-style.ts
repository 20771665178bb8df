/** The style of the page: light and dark, a table that becomes cards on a phone, and print. */
export const htmlStyle = `
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
